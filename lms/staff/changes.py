"""What a file would change, as a page to read before anything happens: who, what, before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.db import parts
from lms.people.imports.difference import Change, Difference
from lms.people.models import Person, Unit

PAGE = 200
TABS: Mapping[str, Sequence[str]] = {
    "all": ("leaver", "joiner", "returner", "mover", "same_email", "changed"),
    "leaver": ("leaver",),
    "joiner": ("joiner",),
    "returner": ("returner",),
    "changed": ("mover", "same_email", "changed"),
}
"""The kinds of change that stand under each tab, who leaves first."""
SHOWN = ("tier", "unit", "manager_id")
"""The fields with a column of their own; others are named beside them."""


@dataclass(frozen=True)
class Cell:
    """A field before and after; the same when it stays."""

    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Line:
    """Somebody in the table of changes. `others` are fields without a column of their own, with what changes there."""

    kind: str
    line: int
    key: str
    name: str
    email: str
    uid: str
    tier: Cell
    unit: Cell
    manager: Cell
    others: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class _Now:
    """How somebody stands at present."""

    uid: str
    email: str
    values: Mapping[str, str]


def counts(difference: Difference) -> dict[str, int]:
    """How many people stand under each tab."""
    return {tab: sum(len(difference.changes[kind]) for kind in kinds) for tab, kinds in TABS.items()}


def tier_changes(difference: Difference) -> int:
    """How many people of those who stay change tier."""
    staying = (one for kind in ("mover", "same_email", "changed", "returner") for one in difference.changes[kind])
    return sum(any(field == "tier" for field, _, _ in one.fields) for one in staying)


def lines(session: Session, difference: Difference, tab: str, page: int) -> list[Line]:
    """A page of the table, at most 200 rows. Two statements."""
    start = PAGE * (page - 1)
    shown = list(islice(_under(difference, tab), start, start + PAGE))
    now = _standing(session, [one.person_id for one in shown if one.person_id is not None])
    found = [(one, _values(difference, one, now), now.get(one.person_id or 0)) for one in shown]
    keys = {value for _, values, _ in found for value in (values["manager_id"].before, values["manager_id"].after)}
    names = _names(session, keys - {""}) | {
        one.key: one.name for one in difference.changes["joiner"] if one.key in keys
    }
    return [_line(one, values, standing, names) for one, values, standing in found]


def _under(difference: Difference, tab: str) -> Iterator[Change]:
    for kind in TABS[tab]:
        yield from difference.changes[kind]


def _values(difference: Difference, change: Change, now: Mapping[int, _Now]) -> dict[str, Cell]:
    """Each field that has a column, and each other that changes."""
    told = {field: Cell(before, after) for field, before, after in change.fields}
    if change.person_id is None:
        row = dict(zip(difference.fields, change.row, strict=True))
        return {field: Cell("", row.get(field, "")) for field in (*SHOWN, "email")}
    standing = now[change.person_id].values if change.person_id in now else {}
    same = {field: Cell(standing.get(field, ""), standing.get(field, "")) for field in SHOWN}
    return same | told


def _line(change: Change, values: Mapping[str, Cell], now: _Now | None, names: Mapping[str, str]) -> Line:
    manager = values["manager_id"]
    apart = {*SHOWN, "status"} if change.kind in {"leaver", "returner"} else set(SHOWN)
    return Line(
        kind=change.kind,
        line=change.line,
        key=change.key,
        name=change.name,
        email=now.email if now else values["email"].after,
        uid=now.uid if now else "",
        tier=values["tier"],
        unit=values["unit"],
        manager=Cell(names.get(manager.before, manager.before), names.get(manager.after, manager.after)),
        others=tuple((field, cell) for field, cell in values.items() if field not in apart) if now else (),
    )


def _standing(session: Session, person_ids: Sequence[int]) -> dict[int, _Now]:
    manager = Person.__table__.alias("manager")
    statement = (
        select(Person.id, Person.uid, Person.email, Person.tier, Unit.path, manager.c.employee_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(manager, manager.c.id == Person.manager_id)
        .where(Person.id.in_(person_ids))
    )
    return {
        number: _Now(uid, email, {"tier": tier, "unit": path or "", "manager_id": key or ""})
        for number, uid, email, tier, path, key in session.execute(statement)
    }


def _names(session: Session, keys: set[str]) -> dict[str, str]:
    """The names of people here by employee number."""
    columns = (Person.employee_id, Person.given_name, Person.family_name)
    return {
        key: f"{given} {family}".strip()
        for some in parts(sorted(keys))
        for key, given, family in session.execute(select(*columns).where(Person.employee_id.in_(some)))
        if key
    }
