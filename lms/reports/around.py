"""Who else there is beside a manager's own line: whom she leads by a second or dotted line, for whom she stands in."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from lms.base.db import rows
from lms.people.models import Deputy, Person, ReportingLine
from lms.reports.counters.models import NO_DAY, CountedPerson, Rollup
from lms.reports.standing import MANAGER, TODAY

SHOWN = 50
VIEWER: ColumnElement[int] = bindparam("viewer", type_=Integer())


@dataclass(frozen=True)
class Beside:
    """Somebody led by a second or dotted line. `below` counts the people under her, `next_on` what is due next."""

    uid: str
    name: str
    job: str
    kind: str
    below: int
    next_on: date | None


@dataclass(frozen=True)
class Place:
    """A manager for whom somebody stands in, until a day."""

    uid: str
    name: str
    until_on: date


@dataclass(frozen=True)
class Around:
    """The two lists, in order of name; each names at most 50. `leads`: whether the viewer has people of her own."""

    beside: tuple[Beside, ...] = ()
    places: tuple[Place, ...] = ()
    leads: bool = True


def _select_beside() -> Select[*tuple[Any, ...]]:
    below = (
        select(func.coalesce(func.sum(Rollup.count), 0))
        .where(Rollup.manager_id == Person.id, Rollup.kind.in_(("people", "leave")))
        .scalar_subquery()
    )
    return (
        select(
            ReportingLine.kind.label("what"),
            Person.uid,
            Person.given_name,
            Person.family_name,
            Person.job,
            cast(below, Integer).label("below"),
            CountedPerson.next_on.label("on_day"),
        )
        .join(Person, Person.id == ReportingLine.person_id)
        .join(CountedPerson, CountedPerson.person_id == Person.id)
        .where(ReportingLine.manager_id == MANAGER)
    )


def _select_places() -> Select[*tuple[Any, ...]]:
    """The places of a viewer; `below` says whether she leads anybody herself, in her own line or beside it."""
    line = aliased(ReportingLine)
    own = or_(exists().where(CountedPerson.manager_id == VIEWER), exists().where(line.manager_id == VIEWER))
    return (
        select(
            literal("place"),
            Person.uid,
            Person.given_name,
            Person.family_name,
            Person.job,
            case((own, 1), else_=0),
            Deputy.until_on,
        )
        .join(Person, Person.id == Deputy.manager_id)
        .where(Deputy.deputy_id == VIEWER, Deputy.ended_at.is_(None))
        .where(Deputy.from_on <= TODAY, Deputy.until_on >= TODAY)
    )


_AROUND = union_all(_select_beside(), _select_places())


def read(session: Session, viewer_id: int, manager_id: int, today: date) -> Around:
    """Whom the manager of a page leads beside her line, and for whom its viewer stands in. One statement."""
    found = rows(session, _AROUND, {"viewer": viewer_id, "manager": manager_id, "today": today}).all()
    named = sorted(found, key=lambda row: (row.given_name.casefold(), row.family_name.casefold()))
    return Around(
        tuple(
            Beside(row.uid, _name(row), row.job, row.what, row.below, None if row.on_day == NO_DAY else row.on_day)
            for row in named
            if row.what != "place"
        )[:SHOWN],
        tuple(Place(row.uid, _name(row), row.on_day) for row in named if row.what == "place")[:SHOWN],
        all(row.below for row in named if row.what == "place"),
    )


def _name(row: Any) -> str:
    return f"{row.given_name} {row.family_name}".strip()
