"""Whom a rule fits: its conditions as one condition on `Person`, and tested against one person with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from certificates import days
from certificates.level_models import Level
from certificates.models import Authorization
from lms.assignments.drafts import Condition, RuleDraft, by_field
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person, PersonRole, Unit

_COLUMNS = {
    "tier": Person.tier,
    "location": Person.location,
    "country": Person.country,
    "language": Person.language,
}

HIRED = ("hired_after", "hired_before")


@dataclass(frozen=True)
class Checked:
    """One field of a rule tested against somebody: the values it names, whether it holds, and what she has.

    `missing` when she has no value of it that it needs, so that it cannot hold: nothing is guessed.
    """

    field: str
    negated: bool
    values: tuple[str, ...]
    holds: bool
    has: tuple[str, ...]
    missing: bool = False


@dataclass(frozen=True)
class Tested:
    """Whether a rule fits somebody. `works_here` is False for leavers, whom no rule asks; `exempt` while a waiver
    stands."""

    person_uid: str
    name: str
    fits: bool
    conditions: tuple[Checked, ...]
    works_here: bool = True
    exempt: bool = False


def condition(conditions: Sequence[Condition]) -> ColumnElement[bool]:
    """All conditions of a rule as one condition on `Person`: never unknown, always true or false."""
    found = [_field(name, negated, values) for (name, negated), values in by_field(conditions).items()]
    return and_(*found) if found else literal(True)


def works_here() -> ColumnElement[bool]:
    """Leavers are asked nothing."""
    return Person.status != "left"


def needed(conditions: Sequence[Condition]) -> list[str]:
    """The data without which it cannot be said whether a rule fits: `hire_date`, and what must not be so."""
    found = {_data(name) for name, negated in by_field(conditions) if _needs(name, negated)}
    return sorted(found)


def missing(conditions: Sequence[Condition], about: str = "") -> ColumnElement[bool]:
    """Of whom it cannot be said whether a rule fits her: data (that of `about`) is missing, all else holds."""
    asked = needed(conditions)
    empty = {name: not_(_filled(name)) for name in asked}
    lacks = [empty[name] for name in asked if about in ("", name)]
    if not lacks:
        return literal(False)
    rest = [
        or_(empty[_data(name)], _field(name, negated, values))
        if _needs(name, negated)
        else _field(name, negated, values)
        for (name, negated), values in by_field(conditions).items()
    ]
    return and_(or_(*lacks), *rest)


def _needs(name: str, negated: bool) -> bool:
    """Whether a condition says nothing of somebody who has no value: roles and permissions she has, or has not."""
    return name in HIRED or (negated and (name in _COLUMNS or name == "unit"))


def _data(name: str) -> str:
    return "hire_date" if name in HIRED else name


def _filled(data: str) -> ColumnElement[bool]:
    if data == "hire_date":
        return Person.hire_date.is_not(None)
    return Person.unit_id.is_not(None) if data == "unit" else func.coalesce(_COLUMNS[data], "") != ""


def matches(session: Session, draft: RuleDraft) -> int:
    """How many people who work here the conditions of a rule fit."""
    counted = select(func.count()).select_from(Person).where(works_here(), condition(draft.conditions))
    return session.scalar(counted) or 0


def _field(name: str, negated: bool, values: Sequence[str]) -> ColumnElement[bool]:
    holds = or_(*(_one(name, value) for value in values))
    plain = not_(holds) if negated else holds
    return and_(_filled(_data(name)), plain) if _needs(name, negated) else plain


def _one(name: str, value: str) -> ColumnElement[bool]:
    if name in _COLUMNS:
        return _COLUMNS[name] == value
    if name == "unit":
        return func.coalesce(Person.unit_id, 0).in_(_unit_and_below(value))
    if name == "role":
        return exists().where(PersonRole.person_id == Person.id, PersonRole.role == value)
    if name == "level":
        return _may_speak(value)
    day = _day(value)
    return Person.hire_date > day if name == "hired_after" else Person.hire_date < day


def _unit_and_below(path: str) -> Select[*tuple[Any, ...]]:
    below = func.substr(Unit.path, 1, len(path) + 1) == path + "/"
    return select(Unit.id).where(or_(Unit.path == path, below))


def _may_speak(level: str) -> ColumnElement[bool]:
    today = days.today()
    return exists().where(
        Authorization.person_id == Person.id,
        Authorization.status == "active",
        Authorization.starts_on <= today,
        Authorization.ends_on >= today,
        Authorization.level_id == select(Level.id).where(Level.code == level).scalar_subquery(),
    )


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid(gettext("“%(value)s” is not a day. Write it as 2026-11-30.", value=value)) from None


def test(session: Session, conditions: Sequence[Condition], person_id: int) -> Tested:
    """Whether conditions hold of somebody, field by field, with the value she has. Raises `NotFound`."""
    grouped = by_field(conditions)
    asked = [_field(name, negated, values) for (name, negated), values in grouped.items()]
    row = session.execute(
        select(Person, Unit.path, *asked).outerjoin(Unit, Unit.id == Person.unit_id).where(Person.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    person, unit, *held = row
    checked = tuple(
        Checked(
            name, negated, tuple(values), bool(holds), _has(session, name, person, unit), _lacks(name, negated, person)
        )
        for ((name, negated), values), holds in zip(grouped.items(), held, strict=True)
    )
    here = person.status != "left"
    return Tested(person.uid, person.name, here and all(one.holds for one in checked), checked, works_here=here)


def _lacks(name: str, negated: bool, person: Person) -> bool:
    column = "unit_id" if name == "unit" else _data(name)
    return _needs(name, negated) and getattr(person, column) in (None, "")


def _has(session: Session, name: str, person: Person, unit: str | None) -> tuple[str, ...]:
    """What somebody has of a field, for a reader who wonders why a rule fits her or not."""
    if name == "unit":
        return (unit,) if unit else ()
    if name == "role":
        return tuple(session.scalars(select(PersonRole.role).where(PersonRole.person_id == person.id).order_by("role")))
    if name == "level":
        today = days.today()
        held = (
            select(Level.code)
            .join(Authorization, Authorization.level_id == Level.id)
            .where(Authorization.person_id == person.id, Authorization.status == "active")
            .where(Authorization.starts_on <= today, Authorization.ends_on >= today)
        )
        return tuple(session.scalars(held.order_by(Level.rank)))
    if name in _COLUMNS:
        value = getattr(person, name)
        return (value,) if value else ()
    return (person.hire_date.isoformat(),) if person.hire_date else ()
