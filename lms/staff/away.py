"""Who is away from work now, and who will be."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from lms.people.models import Absence, Person, Unit

PAGE = 50


@dataclass(frozen=True)
class Away:
    """A page of absences that are not over: rows of `id`, `uid`, `name`, `unit`, `from_on`, `until_on`, `source`.

    Who is on leave without days that are known has none of the last three.
    """

    absences: tuple[Row[Any], ...]
    page: int
    more: bool


def away(session: Session, today: date, page: int = 1) -> Away:
    """Absences that run or are to come, of people who work here, by their first day; then who is on leave without days.

    One statement.
    """
    open_ones = and_(Absence.person_id == Person.id, or_(Absence.until_on.is_(None), Absence.until_on >= today))
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
        .select_from(Person)
        .outerjoin(Absence, open_ones)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(Person.status != "left", or_(Absence.id.is_not(None), Person.status == "leave"))
        .order_by(Absence.id.is_(None), Absence.from_on, Absence.id, Person.id)
        .limit(PAGE + 1)
        .offset(PAGE * (page - 1))
    )
    rows: list[Row[Any]] = list(session.execute(statement))
    return Away(tuple(rows[:PAGE]), page, len(rows) > PAGE)
