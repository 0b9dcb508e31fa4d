"""The ladder of levels: loaded from `content/levels.toml`, read from the database, kept in memory until it changes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from certificates import vocabulary
from certificates.models import DIMENSIONS, Level, LevelCourse, LevelScope, LevelText
from certificates.standing import Scope
from courses.models import Course
from lms.base.content import TomlFile
from lms.base.db import remembered
from lms.base.settings import SHIPPED_LANGUAGES

CONTENT = Path(__file__).resolve().parent / "content" / "levels.toml"
FLAGS = ("needs_attestation", "granted_by_rule", "may_reply", "may_commit", "may_in_crisis")
TEXTS = ("name", "allows", "criteria", "disclosure")
LISTS = ("may", "never")


@dataclass(frozen=True)
class LevelWords:
    """What a level says of itself in one language; `allows` follows the holder's name."""

    name: str
    allows: str
    criteria: str
    may: tuple[str, ...]
    never: tuple[str, ...]
    disclosure: str


@dataclass(frozen=True)
class LevelView:
    """A level in all its languages. A level without a scope proves something and gives no authorization."""

    id: int
    code: str
    rank: int
    valid_months: int
    needs_attestation: bool
    granted_by_rule: bool
    may_reply: bool
    may_commit: bool
    may_in_crisis: bool
    texts: Mapping[str, LevelWords]
    course_ids: tuple[int, ...]
    scope: Scope

    @property
    def gives_authorization(self) -> bool:
        return bool(self.scope.pairs())


def levels(session: Session) -> tuple[LevelView, ...]:
    """All levels, lowest first. One statement once they are in memory."""
    rows = session.execute(select(Level.id, Level.source_sha256).order_by(Level.rank)).all()
    key = ("levels", *(tuple(row) for row in rows))
    return remembered(session, key, lambda: _read(session)) if rows else ()


def load(session: Session, file: Path = CONTENT) -> str:
    """Load the levels of a file; returns "added", "updated" or "unchanged".

    Raises `ContentError` and then nothing has changed. A level that is no longer in the file stays, because
    certificates refer to it. Certificates keep the words they were awarded with.
    """
    content = TomlFile(file)
    courses = dict(session.execute(select(Course.slug, Course.id)).all())
    tables = content.need(content.data, "level", list)
    checked = [_checked(content, table, courses) for table in tables]
    for name in ("code", "rank"):
        _once(content, [getattr(level, name) for level in checked], name)
    known = {level.code: level for level in session.scalars(select(Level))}
    done = {
        _store(session, known.get(level.code), level, course_ids)
        for level, course_ids in zip(checked, _courses(tables, courses), strict=True)
    }
    session.flush()
    return next((word for word in ("added", "updated") if word in done), "unchanged")


def _courses(tables: list[dict[str, Any]], courses: Mapping[str, int]) -> list[list[int]]:
    return [[courses[slug] for slug in table["courses"]] for table in tables]


def _once(content: TomlFile, values: list[Any], name: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise content.wrong(f"{name} {value!r} stands here twice.", f"{name} = ")


def _checked(content: TomlFile, table: dict[str, Any], courses: Mapping[str, int]) -> Level:
    """A level as the file has it, not yet in the database. Raises `ContentError` for what cannot be."""
    code = content.need(table, "code", str)
    near = f'"{code}"'
    months = content.need(table, "valid_months", int, near)
    if months < 1:
        raise content.wrong(f"valid_months of {code} is {months}; it must be 1 or more.", "valid_months")
    for slug in content.need(table, "courses", list, near):
        if slug not in courses:
            raise content.wrong(f"There is no course {slug!r} for level {code}.", f'"{slug}"')
    return Level(
        code=code,
        rank=content.need(table, "rank", int, near),
        valid_months=months,
        **{flag: content.need(table, flag, bool, near) for flag in FLAGS},
        source_sha256=hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest(),
        texts=_texts(content, table, near),
        scope=_scope(content, table.get("scope", {}), code),
    )


def _texts(content: TomlFile, table: dict[str, Any], near: str) -> list[LevelText]:
    words = {name: content.texts(table, name, SHIPPED_LANGUAGES, near) for name in TEXTS}
    lists = {name: _lists(content, table, name, near) for name in LISTS}
    return [
        LevelText(
            language=language,
            **{name: texts[language] for name, texts in words.items()},
            **{name: texts[language] for name, texts in lists.items()},
        )
        for language in SHIPPED_LANGUAGES
    ]


def _lists(content: TomlFile, table: dict[str, Any], name: str, near: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = content.need(table, name, dict, near)
    counts = set()
    for language in SHIPPED_LANGUAGES:
        items = found.get(language)
        if not isinstance(items, list) or not items or not all(isinstance(item, str) and item for item in items):
            raise content.wrong(f"{name} of {near} must be a list of texts in {language!r}.", near)
        counts.add(len(items))
    if len(counts) > 1:
        raise content.wrong(f"{name} of {near} has not as many texts in each language.", near)
    return found


def _scope(content: TomlFile, table: dict[str, Any], code: str) -> list[LevelScope]:
    unknown = [name for name in table if name not in DIMENSIONS]
    if unknown:
        raise content.wrong(f"The scope of {code} has {unknown[0]!r}; it may have {', '.join(DIMENSIONS)}.", unknown[0])
    for dimension, values in table.items():
        for value in values:
            if value != "*" and value not in vocabulary.shipped()[dimension]:
                raise content.wrong(f"{value!r} is not a {dimension} of scope.toml.", f'"{value}"')
    return [LevelScope(dimension=dimension, value=value) for dimension in table for value in table[dimension]]


def _store(session: Session, known: Level | None, level: Level, course_ids: list[int]) -> str:
    if known is not None and known.source_sha256 == level.source_sha256:
        return "unchanged"
    if known is None:
        level.courses = [LevelCourse(course_id=course_id) for course_id in course_ids]
        session.add(level)
        return "added"
    for table in (LevelText, LevelCourse, LevelScope):
        session.execute(delete(table).where(table.level_id == known.id).execution_options(synchronize_session=False))
    for name in ("rank", "valid_months", *FLAGS, "source_sha256"):
        setattr(known, name, getattr(level, name))
    session.add_all([*_owned(known.id, level.texts), *_owned(known.id, level.scope)])
    session.add_all(LevelCourse(level_id=known.id, course_id=course_id) for course_id in course_ids)
    return "updated"


def _owned(level_id: int, rows: list[Any]) -> list[Any]:
    taken = list(rows)
    rows.clear()
    for row in taken:
        row.level_id = level_id
    return taken


def _read(session: Session) -> tuple[LevelView, ...]:
    rows = session.scalars(
        select(Level)
        .order_by(Level.rank)
        .options(selectinload(Level.texts), selectinload(Level.courses), selectinload(Level.scope))
        .execution_options(populate_existing=True)
    )
    return tuple(_view(level) for level in rows)


def _view(level: Level) -> LevelView:
    return LevelView(
        id=level.id,
        code=level.code,
        rank=level.rank,
        valid_months=level.valid_months,
        **{flag: getattr(level, flag) for flag in FLAGS},
        texts={
            text.language: LevelWords(
                text.name, text.allows, text.criteria, tuple(text.may), tuple(text.never), text.disclosure
            )
            for text in level.texts
        },
        course_ids=tuple(sorted(course.course_id for course in level.courses)),
        scope=Scope.of((row.dimension, row.value) for row in level.scope),
    )
