"""From rows with moments to how things stood at the end of a day. Pure.

Every change keeps what was before it, so the first change *after* the day tells how it was on the day; where nothing
changed since, it is as it is now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

STOPS, GOES_ON = ("paused", "waived"), ("restored", "unwaived")
STATES = ("completed", "overdue", "paused", "begun", "not_begun")


@dataclass(frozen=True)
class Place:
    """Where somebody stood in the company. `until` is the moment at which that ended; nothing for today's place."""

    unit_id: int | None
    manager_id: int | None
    tier: str
    job: str
    country: str
    location: str
    language: str
    hire_date: date | None
    status: str
    until: datetime | None = None


@dataclass(frozen=True)
class Change:
    """Something decided about an enrollment: what it was, when, and the due day before and after it."""

    kind: str
    at: datetime
    due_before: date | None = None
    due_after: date | None = None


@dataclass(frozen=True)
class Withdrawn:
    """A completion that was taken back: when the course had been completed, and when that was taken back."""

    completed_at: datetime
    at: datetime


@dataclass(frozen=True)
class Taken:
    """An enrollment as it is now, with what became of it since it was made; `changes` oldest first."""

    id: int
    course_id: int
    cycle: int
    enrolled_at: datetime
    due_on: date | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    paused_at: datetime | None = None
    changes: Sequence[Change] = ()
    withdrawn: Sequence[Withdrawn] = ()


@dataclass(frozen=True)
class Stood:
    """An enrollment as it stood at the end of a day; `state` is one of `STATES`."""

    id: int
    course_id: int
    cycle: int
    state: str
    enrolled_at: datetime
    due_on: date | None
    completed_at: datetime | None


def place(past: Iterable[Place], now: Place, end: datetime) -> Place:
    """Where somebody stood just before a moment: the first place that lasted until then or longer, else today's."""
    lasting = [one for one in past if one.until is not None and one.until >= end]
    return min(lasting, key=lambda one: one.until or end, default=now)


def stood(taken: Taken, on: date, end: datetime) -> Stood | None:
    """How an enrollment stood when a day was over (at the moment `end`), or nothing before it was made."""
    if taken.enrolled_at >= end:
        return None
    completed_at, due_on = _completed(taken, end), _due(taken, end)
    return Stood(
        id=taken.id,
        course_id=taken.course_id,
        cycle=taken.cycle,
        state=_state(taken, on, end, completed_at, due_on),
        enrolled_at=taken.enrolled_at,
        due_on=due_on,
        completed_at=completed_at,
    )


def newest(found: Iterable[Stood]) -> list[Stood]:
    """Of each course the newest cycle: what counts for whether somebody is up to date. In the order of courses."""
    by_course: dict[int, Stood] = {}
    for one in sorted(found, key=lambda one: one.cycle):
        by_course[one.course_id] = one
    return [by_course[course_id] for course_id in sorted(by_course)]


def _state(taken: Taken, on: date, end: datetime, completed_at: datetime | None, due_on: date | None) -> str:
    if completed_at is not None:
        return "completed"
    if _paused(taken, end):
        return "paused"
    if due_on is not None and due_on < on:
        return "overdue"
    return "begun" if taken.started_at is not None and taken.started_at < end else "not_begun"


def _completed(taken: Taken, end: datetime) -> datetime | None:
    """When the course had been completed, as known then: a completion that was taken back later still counts."""
    known = [one.completed_at for one in taken.withdrawn if one.completed_at < end <= one.at]
    if taken.completed_at is not None and taken.completed_at < end:
        known.append(taken.completed_at)
    return min(known, default=None)


def _due(taken: Taken, end: datetime) -> date | None:
    later = next((one for one in taken.changes if one.at >= end), None)
    return taken.due_on if later is None else later.due_before


def _paused(taken: Taken, end: datetime) -> bool:
    later = next((one for one in taken.changes if one.at >= end and one.kind in STOPS + GOES_ON), None)
    return taken.paused_at is not None if later is None else later.kind in GOES_ON
