"""Who is away from work now, and who will be."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from lms.people.models import Absence, Person, Unit

PAGE = 50


@dataclass(frozen=True)
class Away:
    """A page of absences that are not over: rows of `id`, `uid`, `name`, `unit`, `from_on`, `until_on`, `source`."""

    absences: tuple[Row[Any], ...]
    page: int
    more: bool


def away(session: Session, today: date, page: int = 1) -> Away:
    """Absences that run or are to come, of people who work here, by their first day. One statement."""
    statement = (
        select(
            Absence.id,
            Person.uid,
            (Person.given_name + " " + Person.family_name).label("name"),
            Unit.path.label("unit"),
            Absence.from_on,
            Absence.until_on,
            Absence.source,
        )
        .join(Person, Person.id == Absence.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(or_(Absence.until_on.is_(None), Absence.until_on >= today), Person.status != "left")
        .order_by(Absence.from_on, Absence.id)
        .limit(PAGE + 1)
        .offset(PAGE * (page - 1))
    )
    rows: list[Row[Any]] = list(session.execute(statement))
    return Away(tuple(rows[:PAGE]), page, len(rows) > PAGE)
