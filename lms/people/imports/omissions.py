"""Who is left out of an import: kept beside its file by employee number, and taken out of its rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from lms.base.bulk import insert_rows
from lms.base.db import parts
from lms.people.imports.checking import Table
from lms.people.imports.here import Here
from lms.people.imports.lines import Met
from lms.people.imports.models import LEFT_OUT, ImportProblem

_NAMES = ("given_name", "family_name")
_COLUMNS = ["import_id", "line", "column", "value", "sentence"]


@dataclass(frozen=True)
class Omitted:
    """Somebody who is left out: her number in the file, her name, and the kind of change that is not made."""

    key: str
    name: str
    kind: str


def keys(session: Session, import_id: int) -> frozenset[str]:
    """The employee numbers that are left out. One statement."""
    return frozenset(session.scalars(_of(import_id, ImportProblem.value)))


def count(session: Session, import_id: int) -> int:
    """How many they are. One statement."""
    return session.scalar(_of(import_id, func.count())) or 0


def listed(session: Session, import_id: int, most: int) -> list[Omitted]:
    """The first of them, in the order in which they were left out. One statement."""
    columns = (ImportProblem.value, ImportProblem.sentence, ImportProblem.column)
    rows = session.execute(_of(import_id, *columns).order_by(ImportProblem.id).limit(most))
    return [Omitted(*row) for row in rows]


def add(session: Session, import_id: int, people: Iterable[Omitted]) -> None:
    """Leave these people out from now on."""
    rows = [(import_id, LEFT_OUT, one.kind, one.key, one.name) for one in people]
    if rows:
        insert_rows(session, ImportProblem, _COLUMNS, rows)


def remove(session: Session, import_id: int, taken_in: Collection[str]) -> None:
    """Take these people in again."""
    for some in parts(sorted(taken_in)):
        session.execute(
            delete(ImportProblem).where(
                ImportProblem.import_id == import_id, ImportProblem.line == LEFT_OUT, ImportProblem.value.in_(some)
            )
        )


def without(table: Table, left_out: Collection[str]) -> dict[str, str]:
    """Drop the rows of those who are left out, so that what follows is checked as if they were not there.

    Returns their names, by employee number.
    """
    if not left_out:
        return {}
    at, named = table.place("employee_id"), [table.place(one) for one in _NAMES if one in table.fields]
    out = {row[at]: " ".join(row[place] for place in named).strip() for row in table.rows if row[at] in left_out}
    kept = [(line, row) for line, row in zip(table.lines, table.rows, strict=True) if row[at] not in left_out]
    table.lines, table.rows = [line for line, _ in kept], [row for _, row in kept]
    return out


def stay(met: Met, here: Here, left_out: Collection[str]) -> dict[str, str]:
    """Who is left out is not missing from the file: she stays as she is. Returns the names of those who would be."""
    if not left_out:
        return {}
    out = {here.rows[one][0]: here.name(one) for one in met.missing if here.rows[one][0] in left_out}
    met.missing = [one for one in met.missing if here.rows[one][0] not in out]
    return out


def _of(import_id: int, *columns: Any) -> Select[Any]:
    return select(*columns).where(ImportProblem.import_id == import_id, ImportProblem.line == LEFT_OUT)
