"""A lesson or a module of a draft as plain values, to be made again from them: for undoing, and for copies."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from courses.models import (
    Lesson,
    LessonClause,
    LessonFile,
    LessonItem,
    LessonText,
    LessonTopic,
    Module,
    ModuleText,
)

Packed = dict[str, Any]
"""The columns of a row by name, and under the names of their tables the rows that belong to it."""

PARTS: tuple[Any, ...] = (LessonText, LessonClause, LessonTopic, LessonFile, LessonItem)
_OF_THE_PLACE = {"id", "version_id", "module_id", "lesson_id", "position"}
_OF_SAVING = {"revision", "saved_at", "saved_by"}


def lessons(session: Session, version_id: int, slugs: Iterable[str]) -> list[Packed]:
    """Lessons of a version with all that belongs to them, in the order of their addresses. Six statements."""
    wanted = Lesson.version_id == version_id, Lesson.slug.in_(list(slugs))
    rows = {row.id: _columns(row) for row in session.scalars(select(Lesson).where(*wanted).order_by(Lesson.slug))}
    for table in PARTS:
        parts = select(table).where(table.lesson_id.in_(list(rows))).order_by(*table.__table__.primary_key)
        found: dict[int, list[Packed]] = {row: [] for row in rows}
        for part in session.scalars(parts.execution_options(populate_existing=True)):
            found[part.lesson_id].append(_columns(part, keep={"position"}))
        for row, packed in rows.items():
            packed[table.__tablename__] = found[row]
    return list(rows.values())


def module(session: Session, version_id: int, key: str) -> Packed:
    """A module of a version with its titles, without its lessons. Two statements."""
    row = session.scalars(select(Module).where(Module.version_id == version_id, Module.key == key)).one()
    texts = select(ModuleText).where(ModuleText.module_id == row.id).order_by(ModuleText.language)
    return {"key": row.key, "module_text": [_columns(text) for text in session.scalars(texts)]}


def unpack_lesson(session: Session, version_id: int, module_id: int, packed: Packed) -> None:
    """Make a packed lesson again in a module of a draft. Its place is given by the order that is written next."""
    names = {table.__tablename__ for table in PARTS}
    row = Lesson(version_id=version_id, module_id=module_id, position=0, **_without(packed, names))
    session.add(row)
    session.flush()
    for table in PARTS:
        for part in packed[table.__tablename__]:
            session.add(table(lesson_id=row.id, version_id=version_id, **_restored(part)))


def unpack_module(session: Session, version_id: int, packed: Packed) -> int:
    """Make a packed module again in a draft, and return its row. Its place is given by the order written next."""
    row = Module(version_id=version_id, key=packed["key"], position=0)
    session.add(row)
    session.flush()
    for text in packed["module_text"]:
        session.add(ModuleText(module_id=row.id, version_id=version_id, **text))
    return row.id


def remove_lessons(session: Session, version_id: int, slugs: Iterable[str]) -> None:
    """Take lessons out of a draft, with all that belongs to them."""
    ids = session.scalars(select(Lesson.id).where(Lesson.version_id == version_id, Lesson.slug.in_(list(slugs)))).all()
    for table in PARTS:
        session.execute(delete(table).where(table.lesson_id.in_(ids)))
    session.execute(delete(Lesson).where(Lesson.id.in_(ids)))


def remove_module(session: Session, version_id: int, key: str) -> None:
    """Take a module out of a draft, whose lessons have been taken out before."""
    row = session.scalars(select(Module.id).where(Module.version_id == version_id, Module.key == key)).one()
    session.execute(delete(ModuleText).where(ModuleText.module_id == row))
    session.execute(delete(Module).where(Module.id == row))


def print_of(packed: Packed) -> str:
    """A fingerprint of what a packed lesson or module says: the same when it was only saved, moved or brought back."""
    told = {name: _told(value) if isinstance(value, list) else value for name, value in packed.items()}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _told(rows: list[Packed]) -> list[Packed]:
    return [_without(row, _OF_SAVING) for row in rows]


def _columns(row: Any, keep: Iterable[str] = ()) -> Packed:
    names = [column.key for column in row.__table__.columns if column.key not in _OF_THE_PLACE - set(keep)]
    values = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _restored(part: Packed) -> Packed:
    return part | ({"saved_at": datetime.fromisoformat(part["saved_at"])} if "saved_at" in part else {})


def _without(values: Packed, names: set[str]) -> Packed:
    return {name: value for name, value in values.items() if name not in names}
