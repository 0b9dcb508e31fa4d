"""What of each person is counted, as it is now: read from people, enrollments and permissions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from certificates.level_models import Level
from certificates.models import Authorization
from courses.enrollment_models import Enrollment
from courses.models import Course, CourseVersion
from lms.base.bulk import among
from lms.base.db import parts
from lms.people.models import Person
from lms.reports.counters.models import NO_COURSE, NO_DAY, CountedCourse, CountedPerson

Part = tuple[str, int, date]
"""Kind, course and day of a counter."""
Counts = Mapping[Part, tuple[int, int]]
"""How many of each part, and how many of them done."""


@dataclass(frozen=True)
class Counted:
    """What is counted of somebody: at work or on leave, the last day she may speak, and each course with its due day.

    A course that is done, or has no day, has `NO_DAY`.
    """

    state: str
    speaks_until: date | None = None
    courses: Mapping[int, tuple[date, bool]] = field(default_factory=dict)

    @property
    def next_on(self) -> date:
        """The next day on which something is due."""
        return min((due for due, done in self.courses.values() if not done), default=NO_DAY)

    def counts(self) -> dict[Part, tuple[int, int]]:
        """What she adds to the counters of everybody above her. Who is on leave is counted once, apart."""
        if self.state == "leave":
            return {("leave", NO_COURSE, NO_DAY): (1, 0)}
        found = {("courses", course, due): (1, int(done)) for course, (due, done) in self.courses.items()}
        found["people", NO_COURSE, self.next_on] = (1, 0)
        if self.speaks_until is not None:
            found["speakers", NO_COURSE, self.speaks_until] = (1, 0)
        return found


def difference(before: Counts, after: Counts) -> dict[Part, tuple[int, int]]:
    """What has to be added to counters for one to become the other."""
    found = {}
    for part in before.keys() | after.keys():
        (count, done), (count_now, done_now) = before.get(part, (0, 0)), after.get(part, (0, 0))
        if (count, done) != (count_now, done_now):
            found[part] = (count_now - count, done_now - done)
    return found


_newer = aliased(Enrollment)
LIVE = (
    select(CourseVersion.course_id).join(Course).where(CourseVersion.status == "published", Course.retired_at.is_(None))
)
NEWEST: ColumnElement[bool] = and_(
    Enrollment.paused_at.is_(None),
    ~exists().where(
        _newer.person_id == Enrollment.person_id,
        _newer.course_id + 0 == Enrollment.course_id,
        _newer.cycle > Enrollment.cycle,
    ),
)
"""The newest enrollment of its person in a course, unless it is paused. `+ 0`: newer ones are found by the person;
PostgreSQL would look through a whole course that is new to it for each person, and hardly come to an end."""
COUNTS: ColumnElement[bool] = and_(Enrollment.course_id.in_(LIVE), NEWEST)
"""An enrollment that counts: the newest of its person in a live course, unless it is paused."""
ALL_THAT_COUNT: ColumnElement[bool] = and_((Enrollment.course_id + 0).in_(LIVE), NEWEST)
"""The same where all enrollments are read: without `+ 0` SQLite would read them course by course, from all places."""
SPEAKS_UNTIL = (
    select(func.max(Authorization.ends_on))
    .where(
        Authorization.person_id == Person.id,
        Authorization.status == "active",
        Authorization.level_id.in_(select(Level.id).where(Level.rank > 0)),
    )
    .correlate(Person)
    .scalar_subquery()
)
"""The last day somebody may speak by a permission in force. Levels of rank 0 are no leave to speak."""

PEOPLE = select(Person.id, Person.manager_id, Person.status, SPEAKS_UNTIL.label("speaks_until")).where(
    Person.status != "left"
)
COURSES = (
    select(
        Enrollment.person_id,
        Enrollment.course_id,
        Enrollment.due_on,
        Enrollment.completed_at.is_not(None).label("done"),
    )
    .join(Person, and_(Person.id == Enrollment.person_id, Person.status != "left"))
    .where(COUNTS)
)


def courses_now(session: Session, person_ids: Collection[int]) -> dict[int, dict[int, tuple[date, bool]]]:
    """The courses that count for each of some people."""
    found: dict[int, dict[int, tuple[date, bool]]] = {}
    statement = COURSES.order_by(Enrollment.person_id)
    for some in parts(person_ids):
        found |= _by_person(session.execute(statement.where(among(Enrollment.person_id, some))))
    return found


def courses_before(session: Session, person_ids: Collection[int]) -> dict[int, dict[int, tuple[date, bool]]]:
    """The courses that were counted of each of some people."""
    statement = select(CountedCourse.person_id, CountedCourse.course_id, CountedCourse.due_on, CountedCourse.done)
    found: dict[int, dict[int, tuple[date, bool]]] = {}
    for some in parts(person_ids):
        found |= _by_person(session.execute(statement.where(among(CountedCourse.person_id, some))))
    return found


def _by_person(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[int, dict[int, tuple[date, bool]]]:
    found: dict[int, dict[int, tuple[date, bool]]] = {}
    for person, course, due_on, done in rows:
        found.setdefault(person, {})[course] = as_counted(due_on, done=done)
    return found


def as_counted(due_on: date | None, *, done: bool) -> tuple[date, bool]:
    """The day under which a course is counted, and whether it is done."""
    return (NO_DAY if done or due_on is None else due_on, bool(done))


class Now(NamedTuple):
    """Somebody as she is."""

    manager_id: int | None
    status: str
    speaks_until: date | None


class Before(NamedTuple):
    """Somebody as she was counted."""

    manager_id: int | None
    path: str
    state: str
    speaks_until: date | None


@dataclass(frozen=True)
class Standing:
    """Somebody as she is now and as she was counted; nothing where she is not, or was not."""

    now: Now | None
    before: Before | None

    @property
    def moved(self) -> bool:
        """Whether she is under another manager than she was counted under, is new, or has left."""
        if self.now is None or self.before is None:
            return self.now is not None or self.before is not None
        return self.now.manager_id != self.before.manager_id


_STANDINGS = select(
    *(Person.id, Person.manager_id, Person.status, SPEAKS_UNTIL.label("speaks_until")),
    *(CountedPerson.manager_id, CountedPerson.path, CountedPerson.state, CountedPerson.speaks_until),
).outerjoin(CountedPerson, CountedPerson.person_id == Person.id)


def standings(session: Session, person_ids: Collection[int], *, lock: bool = False) -> dict[int, Standing]:
    """How each of some people stands and was counted. `lock` has others who count them wait, in order of number.

    Who is locked is read after that: what a statement that waits for a lock joins is as it was before the wait.
    """
    found: dict[int, Standing] = {}
    for some in parts(sorted(person_ids)):
        if lock:
            people = select(Person.id).where(among(Person.id, some)).order_by(Person.id)
            session.execute(people.with_for_update(key_share=True)).all()
        for id, *both in session.execute(_STANDINGS.where(among(Person.id, some)).order_by(Person.id)):
            now, before = Now._make(both[:3]), Before._make(both[3:])
            one = Standing(None if now.status == "left" else now, None if before.path is None else before)
            if one.now or one.before:
                found[id] = one
    return found
