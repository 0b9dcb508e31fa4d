"""Who could use a hand: the courses of a manager's people that are overdue or due soon, the oldest first.

A small organization is looked up by person, a large one by day: SQLite has to be told which, so there is a statement
for each. In the first the index by day cannot be used, in the second the one by line cannot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, bindparam, func, select
from sqlalchemy.orm import Session

from courses.catalog import CourseView
from courses.enrollment_models import Enrollment
from lms.base.db import rows
from lms.people.models import Person, Unit
from lms.reminders.models import Nudge
from lms.reports import standing
from lms.reports.counters.models import CountedCourse, CountedPerson
from lms.reports.figures import Member, Progress
from lms.reports.members import MEMBER, member
from lms.reports.standing import MANAGER, SOON
from lms.reports.sums import Sum

HANDS = 20
LARGE = 2_000
"""From so many people on it costs less to go through the days than through the people."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Hand:
    """Somebody who could use a hand with a course. `days` until it is due, negative when it is late."""

    member: Member
    progress: Progress
    days: int
    nudged_at: datetime | None = None

    def may_be_nudged(self, now: datetime) -> bool:
        """Whether the last nudge is a week ago."""
        return self.nudged_at is None or self.nudged_at <= now - WEEK


PATH: ColumnElement[str] = bindparam("path", type_=String())
BEHIND: ColumnElement[str] = bindparam("behind", type_=String())
_MINE = {
    "direct": and_(CountedPerson.manager_id == MANAGER, CountedPerson.next_on <= SOON),
    "small": and_(CountedPerson.path > PATH, CountedPerson.path < BEHIND, CountedPerson.next_on <= SOON),
    "large": and_(func.substr(CountedPerson.path, 1, func.length(PATH)) == PATH, CountedPerson.person_id != MANAGER),
}


def last_nudge(person_id: Any) -> Any:
    """When somebody was nudged last, by whomever: a part of statements."""
    return select(func.max(Nudge.sent_at)).where(Nudge.person_id == person_id).scalar_subquery().label("nudged_at")


def _select(size: str) -> Select[*tuple[Any, ...]]:
    by_day = CountedCourse.due_on if size == "large" else func.coalesce(CountedCourse.due_on, SOON)
    first = (
        select(CountedCourse.person_id, CountedCourse.course_id, CountedCourse.due_on)
        .join(CountedPerson, CountedPerson.person_id == CountedCourse.person_id)
        .where(_MINE[size], CountedPerson.state == "active", CountedCourse.done.is_(False), by_day <= SOON)
        .order_by(by_day, CountedCourse.person_id, CountedCourse.course_id)
        .limit(HANDS)
    )
    if size == "large":
        first = first.where(by_day >= bindparam("first_on", type_=CountedCourse.due_on.type))
    chosen = first.subquery("first")
    done = standing.lessons_done(Enrollment.id, Enrollment.course_id).label("lessons_done")
    lessons = standing.lessons_of(Enrollment.course_id).label("lessons")
    open_one = and_(
        Enrollment.person_id == chosen.c.person_id,
        Enrollment.course_id == chosen.c.course_id,
        Enrollment.completed_at.is_(None),
    )
    return (
        select(
            *MEMBER, chosen.c.course_id, chosen.c.due_on, Enrollment.started_at, done, lessons, last_nudge(Person.id)
        )
        .select_from(chosen)
        .join(Enrollment, open_one)
        .join(Person, Person.id == chosen.c.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .order_by(chosen.c.due_on, chosen.c.person_id, chosen.c.course_id)
    )


_STATEMENTS = {size: _select(size) for size in _MINE}


def find(
    session: Session,
    manager_id: int,
    path: str,
    everybody: Sum,
    courses: Mapping[int, CourseView],
    asked: dict[str, Any],
) -> tuple[Hand, ...]:
    """At most 20 courses that are overdue or due within 14 days, of people at work. One statement, or none.

    `path` is the line to the manager, nothing when only direct reports are asked for; `everybody` what is counted.
    """
    if everybody.first_on is None:
        return ()
    size = ("large" if everybody.heads >= LARGE else "small") if path else "direct"
    values = {"manager": manager_id, "path": path, "behind": f"{path}~", "first_on": everybody.first_on}
    found = rows(session, _STATEMENTS[size], values | asked)
    today: date = asked["today"]
    return tuple(_hand(row, courses[row.course_id], today) for row in found if row.course_id in courses)


def _hand(row: Row[*tuple[Any, ...]], course: CourseView, today: date) -> Hand:
    progress = Progress(course, row.lessons_done, row.started_at is not None, row.due_on, None, row.lessons)
    return Hand(member(row), progress, (row.due_on - today).days, row.nudged_at)
