"""What happens in courses."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from lms.base.events import Event


@dataclass(frozen=True)
class CourseCompleted(Event):
    """Somebody has done all that a course asks, its quiz included."""

    person_id: int
    course_id: int
    enrollment_id: int


@dataclass(frozen=True)
class EnrollmentsChanged(Event):
    """People take a course, or not any more, or until another day: these people, or everybody in these courses."""

    person_ids: frozenset[int] = frozenset()
    course_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CoursePublished(Event):
    """A version of a course went live. `change` says what that meant: first, minor or material."""

    course_id: int
    version_id: int
    change: str


@dataclass(frozen=True)
class CourseRetired(Event):
    """A course left the catalog. Who needs it there refuses, and then it did not leave."""

    course_id: int
    slug: str


@dataclass(frozen=True)
class CourseCompletionWithdrawn(Event):
    """A course that somebody had completed is open again, for a reason: the pass it rested on no longer holds."""

    person_id: int
    course_id: int
    enrollment_id: int
    reason: str


@dataclass(frozen=True)
class WouldComplete(Event):
    """Asked beforehand: these enrollments (a statement that selects their numbers) would be completed.

    `by_person`: the answer is wanted for each person, else in sum.
    """

    enrollments: Select[Any]
    by_person: bool = False


@dataclass(frozen=True)
class WouldWithdraw(Event):
    """Asked beforehand: these enrollments (a statement that selects their numbers) would no longer be completed."""

    enrollments: Select[Any]
    by_person: bool = False
