"""Writing a difference: everything a file changes, in one transaction and a few statements."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.bulk import among, insert_rows, update_rows
from lms.base.db import parts
from lms.people import changing
from lms.people.imports import leave
from lms.people.imports.difference import Change, Difference
from lms.people.imports.here import Here
from lms.people.imports.models import ImportChange, PeopleImport
from lms.people.models import Person, Unit

DEFAULTS = {
    "family_name": "",
    "location": "",
    "hire_date": None,
    "country": "",
    "job": "",
    "time_zone": "Europe/Brussels",
}
"""What a joiner gets where the file has no such column, or nothing in it."""
_OF_PERSON = {"unit": "unit_id", "manager_id": "manager_id"}
_PAST = {"unit", *changing.FOLLOWED}


def write(session: Session, made: PeopleImport, found: Difference, here: Here) -> set[int]:
    """Change people as a difference says; returns whom it touched. The caller holds the turn.

    Who left is signed out; people who are not in the file and lose their manager report to the next above.
    """
    _make_units(session, found.new_units, here)
    new_ids = _numbers(session, len(found.changes["joiner"]))
    joiners = list(zip(new_ids, _from_the_top(found.changes["joiner"], found.fields.index("manager_id")), strict=True))
    who = _Who(here, found, joiners)
    known = [change for change in found.each() if change.person_id is not None]
    touched = {change.person_id for change in known if change.person_id is not None}
    _lock(session, touched)
    changing.note_past(session, [_id(one) for one in known if not _PAST.isdisjoint(name for name, _, _ in one.fields)])
    _free_addresses(session, found, here)
    _insert(session, found.fields, joiners, who)
    _update(session, found.fields, [one for one in known if one.row], who)
    _mark_left(session, known)
    away = leave.note(session, found.fields, joiners, known, here, made.applied_by_id)
    changing.sign_out(session, found.leaver_ids)
    _note_changes(session, made, found, joiners, who, away)
    lifted = changing.give_reports_up(session, found.leaver_ids)
    return touched | set(new_ids) | lifted


class _Who:
    """Numbers of people and units, by what a file calls them."""

    def __init__(self, here: Here, found: Difference, joiners: Iterable[tuple[int, Change]]) -> None:
        self.people: dict[str, int] = here.by_email | here.by_key
        self.people |= {one.key: _id(one) for kind in ("same_email", "returner") for one in found.changes[kind]}
        self.people |= {change.key: number for number, change in joiners}
        self.units = here.units

    def value(self, field: str, cell: str) -> Any:
        """What a cell is in the database."""
        if field == "manager_id":
            return self.people[cell] if cell else None
        if field == "unit":
            return self.units[cell] if cell else None
        if field == "hire_date":
            return date.fromisoformat(cell) if cell else None
        return cell or DEFAULTS.get(field, "")


def _from_the_top(joiners: Sequence[Change], above_at: int) -> list[Change]:
    """Those who join, each behind her manager: nobody can report to somebody who is not there yet."""
    by_key = {one.key: one for one in joiners}
    ordered: list[Change] = []
    placed: set[str] = set()
    for joiner in joiners:
        way: list[Change] = []
        current: Change | None = joiner
        while current is not None and current.key not in placed:
            placed.add(current.key)
            way.append(current)
            current = by_key.get(current.row[above_at])
        ordered += reversed(way)
    return ordered


def _id(change: Change) -> int:
    assert change.person_id is not None
    return change.person_id


def _make_units(session: Session, paths: Sequence[str], here: Here) -> None:
    """Make these units and those above them, level by level."""
    wanted = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 2)}
    new = sorted(wanted - here.units.keys(), key=lambda path: (path.count("/"), path))
    for depth in sorted({path.count("/") for path in new}):
        level = [path for path in new if path.count("/") == depth]
        insert_rows(
            session, Unit, ["path", "parent_id"], [(one, here.units.get(one.rpartition("/")[0])) for one in level]
        )
        for some in parts(level):
            made = session.execute(select(Unit.path, Unit.id).where(Unit.path.in_(some)))
            here.units.update({row.path: row.id for row in made})


def _numbers(session: Session, count: int) -> list[int]:
    """Numbers for people who join, so that they can name each other as managers in one go."""
    if not count:
        return []
    if session.get_bind().dialect.name == "postgresql":
        series = text("SELECT nextval(pg_get_serial_sequence('person', 'id')) FROM generate_series(1, :count)")
        return list(session.scalars(series, {"count": count}))
    last = session.scalar(select(func.max(Person.id))) or 0
    return list(range(last + 1, last + count + 1))


def _lock(session: Session, person_ids: Iterable[int]) -> None:
    """Have the rows to ourselves, in the order in which everybody locks them."""
    for some in parts(sorted(person_ids)):
        locked = select(Person.id).where(among(Person.id, some)).order_by(Person.id).with_for_update(key_share=True)
        session.execute(locked).all()


def _free_addresses(session: Session, found: Difference, here: Here) -> None:
    """Let go of addresses that somebody else gets with the same file, such as two that are swapped."""
    at, key_at = found.fields.index("email"), found.fields.index("employee_id")
    wanted = {one.row[at]: one.row[key_at] for one in found.each() if one.row}
    clashing = {
        holder
        for email, key in wanted.items()
        if (holder := here.by_email.get(email)) is not None and here.rows[holder][0] not in {key, email}
    }
    giving_up = {_id(one) for one in found.each() if one.person_id in clashing and _changes(one, "email")}
    if giving_up:
        update_rows(session, Person, ["id"], ["email"], [(one, f"moving-{one}@invalid") for one in sorted(giving_up)])


def _changes(change: Change, field: str) -> bool:
    return any(name == field for name, _, _ in change.fields)


def _columns(fields: Sequence[str]) -> list[tuple[int, str, str]]:
    """The fields that are columns of a person: place in the row, field, column."""
    return [(at, name, _OF_PERSON.get(name, name)) for at, name in enumerate(fields) if not name.startswith("leave_")]


def _insert(session: Session, fields: Sequence[str], joiners: Sequence[tuple[int, Change]], who: _Who) -> None:
    if not joiners:
        return
    columns = _columns(fields)
    rest = [(name, value) for name, value in DEFAULTS.items() if name not in fields]
    names = [name for _, _, name in columns] + [name for name, _ in rest]
    own, usual = tuple(value for _, value in rest), (True, "full", clock.now())
    value = who.value
    rows = (
        (number, secrets.token_hex(16), *usual, *(value(name, change.row[at]) for at, name, _ in columns), *own)
        for number, change in joiners
    )
    insert_rows(session, Person, ["id", "uid", "listed", "listed_as", "created_at", *names], rows)


def _update(session: Session, fields: Sequence[str], changes: Sequence[Change], who: _Who) -> None:
    if not changes:
        return
    columns = _columns(fields)
    rows = [
        (_id(change), *(who.value(name, change.row[at]) for at, name, _ in columns))
        for change in sorted(changes, key=_id)
    ]
    update_rows(session, Person, ["id"], [name for _, _, name in columns], rows)


def _mark_left(session: Session, known: Iterable[Change]) -> None:
    today = clock.today()
    rows: list[tuple[int, str, date | None]] = []
    for change in known:
        status = next((after for name, _, after in change.fields if name == "status"), "")
        if change.kind == "leaver":
            rows.append((_id(change), "left", today))
        elif change.kind == "returner":
            rows.append((_id(change), status, None))
    if rows:
        update_rows(session, Person, ["id"], ["status", "left_on"], sorted(rows, key=lambda row: row[0]))


def _note_changes(
    session: Session,
    made: PeopleImport,
    found: Difference,
    joiners: Sequence[tuple[int, Change]],
    who: _Who,
    away: Iterable[leave.Noted],
) -> None:
    """A row for each field, enough to tell it and to undo it."""
    rows: list[tuple[Any, ...]] = [(made.id, number, "joiner", "", "", "") for number, _ in joiners]
    rows += [
        (made.id, _id(change), change.kind, name, before, after)
        for change in found.each()
        if change.person_id is not None
        for name, before, after in change.fields
    ]
    rows += [(made.id, *noted) for noted in away]
    for orphan in found.orphans:
        person_id = orphan.person_id if orphan.person_id is not None else who.people[orphan.key]
        rows.append((made.id, person_id, "orphan", "manager_id", orphan.before, orphan.above_key))
        rows.append((made.id, person_id, "orphan", "missing_manager", "", orphan.gone_key))
    if rows:
        insert_rows(session, ImportChange, ["import_id", "person_id", "kind", "field", "before", "after"], rows)
