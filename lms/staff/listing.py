"""Everybody as a list to look through, in pages that cost the same at the first name and at the last."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from lms.people import called
from lms.people.models import STATUSES, TIERS, Person, PersonRole, Unit

PAGE = 50
UNITS_OFFERED = 300
"""How many units a field offers to choose from; others can be typed."""
HERE = ("active", "leave")
_ORDER = (Person.family_name, Person.given_name, Person.id)
_manager = aliased(Person)


@dataclass(frozen=True)
class Wanted:
    """What is looked for in the list; an empty part is not looked for. `status` empty: whoever works here."""

    words: str = ""
    tier: str = ""
    status: str = ""
    unit: str = ""
    role: str = ""

    @property
    def narrowed(self) -> bool:
        return self != Wanted()

    def parts(self) -> dict[str, str]:
        """What is looked for as it stands in an address, without the empty parts."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Place:
    """From where in the list the page begins: after somebody or before her, by number. Neither is the beginning."""

    after: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Listing:
    """A page of people: rows of `id`, `uid`, `name`, `email`, `employee_id`, `tier`, `status`, `unit`, `manager`,
    `roles`; how many work here, how many are looked for, and whether there are more on either side."""

    people: tuple[Row[Any], ...]
    everyone: int
    found: int
    earlier: bool
    later: bool


def listing(session: Session, wanted: Wanted, place: Place | None = None) -> Listing:
    """A page of the people looked for, by family name. Four statements at most, whatever the size of the company."""
    place = place or Place()
    conditions = _conditions(wanted)
    everyone = _count(session, [Person.status.in_(HERE)])
    anchor = _anchor(session, place)
    backwards = anchor is not None and place.before is not None
    order = [column.desc() for column in _ORDER] if backwards else list(_ORDER)
    rows = session.execute(
        _rows().where(*conditions, *_beyond(anchor, backwards)).order_by(*order).limit(PAGE + 1)
    ).all()
    more, shown = len(rows) > PAGE, tuple(rows[:PAGE])
    whole = anchor is None and not more
    found = len(shown) if whole else _count(session, conditions) if wanted.narrowed else everyone
    if backwards:
        return Listing(shown[::-1], everyone, found, earlier=more, later=True)
    return Listing(shown, everyone, found, earlier=anchor is not None, later=more)


def units(session: Session) -> list[str]:
    """The paths of the units, the first few hundred, to choose from. One statement."""
    return list(session.scalars(select(Unit.path).order_by(Unit.path).limit(UNITS_OFFERED)))


def cleaned(wanted: Wanted) -> Wanted:
    """What was asked for without words that are no tier or status."""
    return replace(
        wanted,
        tier=wanted.tier if wanted.tier in TIERS else "",
        status=wanted.status if wanted.status in {*STATUSES, "all"} else "",
    )


def named(words: str) -> list[ColumnElement[bool]]:
    """Conditions that a person's name has all of these words, or her address or employee number is one of them."""
    return [
        or_(
            called.has(word),
            Person.email.startswith(word.lower(), autoescape=True),
            Person.employee_id == word,
        )
        for word in words.split()[:6]
    ]


def _anchor(session: Session, place: Place) -> tuple[str, str, int] | None:
    number = place.after or place.before
    row = session.execute(select(*_ORDER).where(Person.id == number)).one_or_none() if number else None
    return (row[0], row[1], row[2]) if row else None


def _beyond(anchor: tuple[str, str, int] | None, backwards: bool) -> list[ColumnElement[bool]]:
    if anchor is None:
        return []
    here, there = tuple_(*_ORDER), tuple_(*anchor)
    return [here < there if backwards else here > there]


def _count(session: Session, conditions: list[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = named(wanted.words)
    if wanted.status != "all":
        conditions.append(Person.status.in_([wanted.status] if wanted.status else HERE))
    if wanted.tier:
        conditions.append(Person.tier == wanted.tier)
    if wanted.unit:
        below = Unit.path.startswith(f"{wanted.unit}/", autoescape=True)
        conditions.append(Person.unit_id.in_(select(Unit.id).where(or_(Unit.path == wanted.unit, below))))
    if wanted.role:
        conditions.append(Person.id.in_(select(PersonRole.person_id).where(PersonRole.role == wanted.role)))
    return conditions


def _rows() -> Select[*tuple[Any, ...]]:
    roles = select(func.aggregate_strings(PersonRole.role, " ")).where(PersonRole.person_id == Person.id)
    return (
        select(
            Person.id,
            Person.uid,
            (Person.given_name + " " + Person.family_name).label("name"),
            Person.email,
            Person.employee_id,
            Person.tier,
            Person.status,
            Unit.path.label("unit"),
            (_manager.given_name + " " + _manager.family_name).label("manager"),
            roles.scalar_subquery().label("roles"),
        )
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(_manager, and_(_manager.id == Person.manager_id))
    )
