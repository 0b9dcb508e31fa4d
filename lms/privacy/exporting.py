"""All that is kept about somebody, as one file for herself: JSON for programs, CSV for a spreadsheet."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.csv_cells import neutral
from lms.base.db import Base
from lms.base.errors import NotFound
from lms.base.i18n import gettext
from lms.people.models import Person
from lms.privacy.holdings import EXPORTED, SECRET
from lms.privacy.inventory import BY_KEY, KINDS, Kind

Row = dict[str, Any]
YOU = "you"


def export(session: Session, person_id: int) -> bytes:
    """All that is kept about somebody, by kind, as a ZIP archive. A statement for each table, whatever is in it.

    Raises `NotFound`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    kept = collected(session, person)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _readme(kept))
        document = {"made_at": clock.now().isoformat(), "person": person.uid, "kinds": _document(kept)}
        archive.writestr("my-data.json", json.dumps(document, ensure_ascii=False, indent=1))
        for name, rows in kept.items():
            archive.writestr(f"tables/{name}.csv", _table(rows))
    return out.getvalue()


def collected(session: Session, person: Person) -> dict[str, list[Row]]:
    """The rows about somebody by table, without those that have none. Secrets are left out."""
    queries: dict[str, Select[Any]] = {name: _query(name, person.id) for name in EXPORTED}
    queries |= {"outbox_message": _mails(person.email), "audit_entry": _deeds(person.id)}
    found = {name: [_row(row._mapping, person.id, name) for row in session.execute(queries[name])] for name in queries}
    return {name: rows for name, rows in found.items() if rows}


def kind_of(table: str) -> Kind:
    """The kind of data that a table holds."""
    return BY_KEY[{"outbox_message": "mails", "audit_entry": "audit"}.get(table) or EXPORTED[table].kind]


def _query(name: str, person_id: int) -> Select[Any]:
    table = Base.metadata.tables[name]
    return select(*_shown(table)).where(_hers(name, person_id)).order_by(*table.primary_key.columns)


def _hers(name: str, person_id: int) -> ColumnElement[bool]:
    """Which rows of a table are about somebody."""
    table, held = Base.metadata.tables[name], EXPORTED[name]
    if held.through is None:
        return or_(*(table.c[column] == person_id for column in held.by))
    column, above = held.through
    hers = table.c[column].in_(select(Base.metadata.tables[above].c.id).where(_hers(above, person_id)))
    return and_(hers, table.c[held.once].is_not(None)) if held.once else hers


def _shown(table: Table) -> list[Any]:
    return [column for column in table.columns if column.name not in SECRET]


def _mails(email: str) -> Select[Any]:
    table = Base.metadata.tables["outbox_message"]
    columns = ("recipient", "subject", "body", "state", "sent_at")
    return select(*(table.c[name] for name in columns)).where(table.c.recipient == email).order_by(table.c.id)


def _deeds(person_id: int) -> Select[Any]:
    """What was done to her as a person, and what she did: of that without the details, which are about others."""
    table = Base.metadata.tables["audit_entry"]
    columns = (table.c.at, table.c.actor_id, table.c.deed, table.c.subject)
    hers = or_(table.c.subject == f"person:{person_id}", table.c.actor_id == person_id)
    return select(*columns).where(hers).order_by(table.c.id)


def _row(row: Mapping[Any, Any], person_id: int, name: str) -> Row:
    people = {
        column.name
        for column in Base.metadata.tables[name].columns
        if any(key.column.table.name == "person" for key in column.foreign_keys) or column.name == "actor_id"
    }
    return {
        column: YOU if column in people and value == person_id else _plain(value)
        for column, value in row.items()
        if value is not None
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _document(kept: Mapping[str, list[Row]]) -> list[Row]:
    return [
        {
            "kind": gettext(kind.name),
            "purpose": gettext(kind.purpose),
            "legal_basis": gettext(kind.basis),
            "rows": {name: rows for name, rows in kept.items() if kind_of(name) is kind},
        }
        for kind in KINDS
    ]


def _table(rows: list[Row]) -> str:
    out = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column, "")) for column in columns] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return neutral(str(value))


def _readme(kept: Mapping[str, list[Row]]) -> str:
    lines = [gettext("All that is kept here about you. “you” is yourself, and a number is somebody else.")]
    for kind in KINDS:
        count = sum(len(rows) for name, rows in kept.items() if kind_of(name) is kind)
        lines += ["", gettext(kind.name), f"  {gettext(kind.purpose)}. {gettext(kind.basis)}.", f"  {count}"]
    lines += ["", gettext("The questions and keys of quizzes are the company’s; your answers and results are here.")]
    return "\n".join(lines) + "\n"
