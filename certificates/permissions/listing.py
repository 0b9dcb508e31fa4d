"""Permissions as a list to look through, for those who decide about them; and what waits for a second person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.ladder import LevelView
from certificates.level_models import Level
from certificates.models import Authorization
from certificates.permissions.models import Revocation
from certificates.permissions.rights import Viewer
from lms.people import directory
from lms.people.models import Person, Unit

PAGE = 30


@dataclass(frozen=True)
class Wanted:
    """What is looked for in the list; an empty part is not looked for."""

    words: str = ""
    status: str = ""
    level: str = ""


@dataclass(frozen=True)
class Line:
    """A permission in the list."""

    uid: str
    name: str
    unit: str
    level: LevelView
    status: str
    ends_on: date
    until: date | None


@dataclass(frozen=True)
class Listing:
    """A page of permissions, and how many there are by status among all that are looked for."""

    lines: list[Line]
    page: int
    more: bool
    counts: Mapping[str, int]


def listing(session: Session, viewer: Viewer, wanted: Wanted, page: int = 1) -> Listing:
    """Permissions that the viewer may see, those that wait or are paused first. Three statements.

    A manager sees those of her people, direct and indirect.
    """
    conditions = [*_seen(viewer), *_looked_for(wanted)]
    statuses = [Authorization.status == wanted.status] if wanted.status else [Authorization.status != "archived"]
    statement = (
        select(
            Authorization.uid,
            Authorization.level_id,
            Authorization.status,
            Authorization.ends_on,
            Authorization.until,
            Person.given_name,
            Person.family_name,
            Unit.path,
        )
        .join(Person, Person.id == Authorization.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(*conditions, *statuses)
        .order_by(Person.family_name, Person.given_name, Authorization.id)
        .limit(PAGE + 1)
        .offset(PAGE * (page - 1))
    )
    rows: Any = session.execute(statement).all()
    levels = {level.id: level for level in ladder.levels(session)}
    counted = (
        select(Authorization.status, func.count())
        .join(Person, Person.id == Authorization.person_id)
        .where(*conditions)
        .group_by(Authorization.status)
    )
    lines = [_line(row, levels[row.level_id]) for row in rows[:PAGE]]
    return Listing(lines, page, len(rows) > PAGE, dict(session.execute(counted).all()))


def people(session: Session, viewer: Viewer, words: str) -> Sequence[Person]:
    """People whom the hub looks for by name or address, with a permission or without, at most ten. One statement."""
    if "hub" not in viewer.roles or not words:
        return []
    order = (Person.family_name, Person.given_name, Person.id)
    found = select(Person).where(Person.status != "left", *_named(words)).order_by(*order).limit(10)
    return session.scalars(found).all()


def proposals_waiting(session: Session, viewer: Viewer) -> list[Row[Any]]:
    """Proposals to take a permission away that wait for a second person: `uid`, `name`, `level_id`, `at`, `reason`.

    Those that the viewer made herself or that are about herself are left out: another decides.
    """
    if viewer.roles.isdisjoint({"hub", "legal", "care", "board"}):
        return []
    statement = (
        select(
            Authorization.uid,
            (Person.given_name + " " + Person.family_name).label("name"),
            Authorization.level_id,
            Revocation.proposed_at.label("at"),
            Revocation.reason,
        )
        .join(Authorization, Authorization.id == Revocation.authorization_id)
        .join(Person, Person.id == Authorization.person_id)
        .where(
            Revocation.decided_at.is_(None),
            Authorization.status.in_(("active", "suspended")),
            Revocation.proposed_by_id != viewer.id,
            Authorization.person_id != viewer.id,
        )
        .order_by(Revocation.id)
        .limit(100)
    )
    return list(session.execute(statement))


def of_person(session: Session, person_id: int) -> list[Row[Any]]:
    """All permissions of somebody, newest first: `uid`, `level_id`, `status`, `ends_on`, `until`. One statement."""
    statement = (
        select(
            Authorization.uid, Authorization.level_id, Authorization.status, Authorization.ends_on, Authorization.until
        )
        .where(Authorization.person_id == person_id)
        .order_by(Authorization.id.desc())
    )
    return list(session.execute(statement))


def _seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    if viewer.sees_all:
        return []
    return [Authorization.person_id.in_(select(directory.organization_of(viewer.id).c.id))]


def _looked_for(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = _named(wanted.words)
    if wanted.level:
        conditions.append(Authorization.level_id.in_(select(Level.id).where(Level.code == wanted.level)))
    return conditions


def _line(row: Row[Any], level: LevelView) -> Line:
    return Line(
        uid=row.uid,
        name=f"{row.given_name} {row.family_name}".strip(),
        unit=(row.path or "").rsplit("/", 1)[-1],
        level=level,
        status=row.status,
        ends_on=row.ends_on,
        until=row.until,
    )


def _named(words: str) -> list[ColumnElement[bool]]:
    name = Person.given_name + " " + Person.family_name
    return [or_(name.icontains(word, autoescape=True), Person.email == word.lower()) for word in words.split()[:6]]
