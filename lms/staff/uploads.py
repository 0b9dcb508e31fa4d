"""A file of people between the upload and the check: kept, and looked into, so that its columns can be matched."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.errors import Invalid, NotFound
from lms.base.files import FileStore
from lms.base.i18n import gettext
from lms.people.imports import columns, reading, running, shelf
from lms.people.imports.models import PeopleImport
from lms.people.imports.problems import Problem, Problems

EXAMPLES = 5
_HEAD = 256 * 1024
"""Bytes that are enough to see the columns and some rows."""


@dataclass(frozen=True)
class Column:
    """A column of the file: its heading, what stands in the first rows, and the field it is taken for, if any."""

    position: int
    name: str
    examples: tuple[str, ...]
    field: str


@dataclass(frozen=True)
class Preview:
    """What is in an uploaded file, so far as one sees it without checking it."""

    uid: str
    file_name: str
    on_missing: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]


def receive(
    session: Session, files: FileStore, path: Path, file_name: str, on_missing: str, *, by_id: int
) -> PeopleImport:
    """Keep a file that came in, as the first step of an import. Raises `Invalid` for one that is too large or empty."""
    size = path.stat().st_size
    if not size:
        raise Invalid(gettext("Choose a file that has something in it: CSV, as HR exports it."))
    if size > reading.LARGEST:
        raise Invalid(gettext("The file is larger than 200 MB. Right would be several smaller ones."))
    key = files.put_file(path)
    brought = PeopleImport(
        uid=secrets.token_hex(16),
        state="uploaded",
        source="upload",
        on_missing=on_missing,
        file_name=file_name,
        file_key=key,
        sha256=key,
        brought_by_id=by_id,
        brought_at=clock.now(),
    )
    session.add(brought)
    session.flush()
    return brought


def get(session: Session, uid: str) -> PeopleImport:
    """A file whose columns are not matched yet. Raises `NotFound`."""
    found = session.scalar(select(PeopleImport).where(PeopleImport.uid == uid, PeopleImport.state == "uploaded"))
    if found is None or found.file_key is None:
        raise NotFound
    return found


def preview(session: Session, files: FileStore, uid: str) -> Preview:
    """The columns of an uploaded file, the first rows, and what each column probably is. Raises `NotFound`."""
    brought = get(session, uid)
    problems = Problems()
    sheet = reading.read(_head(files, brought.file_key or ""), problems)
    if not sheet.rows and files.size(brought.file_key or "") > _HEAD:
        problems = Problems()
        sheet = reading.read(files.read(brought.file_key or ""), problems)
    fields = columns.suggested(sheet.header, shelf.remembered_columns(session))
    shown = tuple(
        Column(position, name, tuple(row[position] for row in sheet.rows[:EXAMPLES]), fields.get(position, ""))
        for position, name in enumerate(sheet.header)
    )
    told = () if sheet.rows else tuple(problems.kept())
    return Preview(uid, brought.file_name, brought.on_missing, shown, tuple(sheet.notes), told)


def bring(
    session: Session, files: FileStore, uploaded: PeopleImport, chosen: Mapping[int, str], *, by_id: int
) -> PeopleImport:
    """Read, check and compare an uploaded file, with its columns taken for what was chosen. The upload becomes it."""
    data = files.read(uploaded.file_key or "")
    brought = running.bring(
        session,
        files,
        data,
        uploaded.file_name,
        source="upload",
        on_missing=uploaded.on_missing,
        by_id=by_id,
        columns=chosen,
    )
    session.delete(uploaded)
    session.flush()
    return brought


def chosen(form: Mapping[str, str]) -> dict[int, str]:
    """What somebody chose each column to be, from fields `column-0`, `column-1`, …; those kept aside are left out."""
    picked = {
        int(name.removeprefix("column-")): field
        for name, field in form.items()
        if name.startswith("column-") and name.removeprefix("column-").isdecimal() and len(name) < 12
    }
    return {position: field for position, field in sorted(picked.items()) if field in columns.FIELDS}


def check(chosen: Mapping[int, str], names: Mapping[str, str]) -> list[str]:
    """What is wrong with a choice of columns, in sentences: what is there twice, and what every file needs.

    `names` says what the fields are called.
    """
    taken = list(chosen.values())
    twice = sorted({field for field in taken if taken.count(field) > 1}, key=columns.FIELDS.index)
    missing = [field for field in columns.FIELDS if field not in columns.MAY_BE_MISSING and field not in taken]
    return [
        *(gettext("Two columns are taken for “%(field)s”. Choose one of them.", field=names[field]) for field in twice),
        *(gettext("Choose the column that is “%(field)s”.", field=names[field]) for field in missing),
    ]


def _head(files: FileStore, key: str) -> bytes:
    """As much of a file as shows its columns: whole lines. UTF-16 is read whole, as its lines do not end in a byte."""
    size = files.size(key)
    head = b"".join(files.pieces(key, 0, min(size, _HEAD)))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return files.read(key)
    return head if size <= _HEAD else head[: head.rfind(b"\n") + 1]
