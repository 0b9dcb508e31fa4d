"""The figures of a unit, or of the whole company, that a room may hear: counts of people at work, and no names."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from certificates.models import Authorization
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.people.models import Person, Unit

FEWEST = 5
"""Of fewer people nothing is told: a count of them would be about somebody."""
SOON = timedelta(days=14)


@dataclass(frozen=True)
class Figures:
    """Counts on a day: people at work, those with something overdue, courses done in the week before, courses due
    within 14 days, people who may speak."""

    people: int
    late: int
    done: int
    soon: int
    speakers: int

    @property
    def enough(self) -> bool:
        return self.people >= FEWEST


def of_unit(session: Session, unit: Unit | None, day: date) -> Figures:
    """The figures of a unit with all below it, or of everybody without one. Three statements."""
    here, week_ago = _in(unit), datetime.combine(day - timedelta(days=7), time(), UTC)
    people = session.scalar(select(func.count()).select_from(Person).where(*here)) or 0
    waits = and_(Enrollment.completed_at.is_(None), Enrollment.paused_at.is_(None))
    late = case((and_(waits, Enrollment.due_on < day), Enrollment.person_id))
    soon = case((and_(waits, Enrollment.due_on >= day, Enrollment.due_on <= day + SOON), Enrollment.id))
    done = case((Enrollment.completed_at >= week_ago, Enrollment.id))
    courses = (
        select(func.count(late.distinct()), func.count(soon), func.count(done))
        .join(Person, Person.id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
        .where(*here, Course.retired_at.is_(None))
    )
    counts = session.execute(courses).one()
    holds = (Authorization.status == "active", Authorization.starts_on <= day, Authorization.ends_on >= day)
    speaking = select(func.count(Authorization.person_id.distinct())).join(Person, Person.id == Authorization.person_id)
    return Figures(people, counts[0], counts[2], counts[1], session.scalar(speaking.where(*here, *holds)) or 0)


def _in(unit: Unit | None) -> list[ColumnElement[bool]]:
    at_work = [Person.status == "active"]
    if unit is None:
        return at_work
    below = or_(Unit.id == unit.id, Unit.path.startswith(f"{unit.path}/", autoescape=True))
    return [*at_work, Person.unit_id.in_(select(Unit.id).where(below))]
