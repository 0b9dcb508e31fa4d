"""The people behind a number: the same question as the number, and so as many rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select, true
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.people.models import Person, Unit
from lms.reports.compliance import filters
from lms.reports.compliance.filters import Choice
from lms.reports.compliance.models import POPULATIONS

PAGE = 50
LISTS = (*POPULATIONS, "everyone", "leave")
"""Lists that a number leads to: of a population, of all at work, and of those on leave."""


@dataclass(frozen=True)
class Line:
    """Somebody in a list: where she stands, her highest level, and which populations she is in."""

    uid: str
    name: str
    email: str
    unit: str
    tier: str
    country: str
    language: str
    level: str
    on_leave: bool
    populations: tuple[bool, ...]


@dataclass(frozen=True)
class Page:
    """A page of a list; `found` counts all pages."""

    lines: tuple[Line, ...]
    found: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


@dataclass(frozen=True)
class Leaver:
    """Somebody who has left."""

    uid: str
    name: str
    left_on: date | None


def page(session: Session, facts: Subquery, population: str, choice: Choice, words: str = "", number: int = 1) -> Page:
    """A page of 50 people of a list of `LISTS`, those whose name or address has the words. One statement.

    Raises `NotFound` for a list there is not.
    """
    statement = people(facts, population, choice, words).add_columns(func.count().over())
    rows = session.execute(statement.limit(PAGE).offset(PAGE * (number - 1))).all()
    if not rows and number > 1:
        raise NotFound
    return Page(tuple(line(row[:-1]) for row in rows), rows[0][-1] if rows else 0, number)


def people(facts: Subquery, population: str, choice: Choice, words: str = "") -> Select[*tuple[Any, ...]]:
    """The statement of a list, in order of names: what `line` reads. Raises `NotFound`."""
    if population not in LISTS:
        raise NotFound
    columns = [facts.c[name] for name in ("tier", "country", "language", "level", "on_leave", *POPULATIONS)]
    return (
        select(Person.uid, Person.given_name, Person.family_name, Person.email, Unit.path, *columns)
        .select_from(facts)
        .join(Person, Person.id == facts.c.person_id)
        .outerjoin(Unit, Unit.id == facts.c.unit_id)
        .where(_in(facts, population), *filters.conditions(facts, choice), _named(words))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )


def count(session: Session, facts: Subquery, population: str, choice: Choice, words: str = "") -> int:
    """How many people a list has."""
    statement = people(facts, population, choice, words).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(statement)) or 0


def line(row: Sequence[Any]) -> Line:
    """A row of `people` as a line."""
    uid, given, family, email, path, tier, country, language, level, on_leave, *populations = row
    name = f"{given} {family}".strip()
    flags = tuple(bool(one) for one in populations)
    return Line(uid, name, email, path or "", tier, country, language, level, bool(on_leave), flags)


def leavers(session: Session, words: str = "", number: int = 1) -> tuple[list[Leaver], bool]:
    """Those who have left, the last first, 50 a page, and whether there are more. Their history is kept."""
    rows = session.execute(
        select(Person.uid, Person.given_name, Person.family_name, Person.left_on)
        .where(Person.status == "left", _named(words))
        .order_by(Person.left_on.desc().nulls_last(), Person.id.desc())
        .limit(PAGE + 1)
        .offset(PAGE * (number - 1))
    ).all()
    found = [Leaver(uid, f"{given} {family}".strip(), left_on) for uid, given, family, left_on in rows]
    return found[:PAGE], len(found) > PAGE


def _in(facts: Subquery, population: str) -> ColumnElement[bool]:
    if population == "leave":
        return facts.c.on_leave
    belongs = true() if population == "everyone" else facts.c[population]
    return belongs & ~facts.c.on_leave


def _named(words: str) -> ColumnElement[bool]:
    if not words:
        return true()
    full = func.lower(Person.given_name + " " + Person.family_name)
    return or_(full.contains(words.casefold(), autoescape=True), Person.email.contains(words.lower(), autoescape=True))
