"""What happens in courses."""

from dataclasses import dataclass

from lms.base.events import Event


@dataclass(frozen=True)
class CourseCompleted(Event):
    """Somebody has done all that a course asks, its quiz included."""

    person_id: int
    course_id: int
    enrollment_id: int


@dataclass(frozen=True)
class CoursePublished(Event):
    """A version of a course went live. `change` says what that meant: first, minor or material."""

    course_id: int
    version_id: int
    change: str
