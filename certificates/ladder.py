"""The ladder of levels: loaded from `content/levels.toml`, read from the database, kept in memory until it changes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, selectinload

from certificates import vocabulary
from certificates.level_models import (
    APPROVERS,
    DIMENSIONS,
    REQUIREMENTS,
    Level,
    LevelApproval,
    LevelRequirement,
    LevelScope,
    LevelText,
)
from certificates.standing import Scope
from courses.models import Course
from lms.base.content import TomlFile
from lms.base.db import remembered
from lms.base.errors import NotFound
from lms.base.settings import SHIPPED_LANGUAGES

CONTENT = Path(__file__).resolve().parent / "content" / "levels.toml"
FLAGS = ("needs_attestation", "granted_by_rule", "may_reply", "may_commit", "may_in_crisis")
EXTRA_FLAGS = ("by_appointment", "preapproval")
NUMBERS = {"renew_days": 60, "grace_days": 14, "samples": 0, "renewal_samples": 0}
TERMS = ("attest_months", "dormant_months")
RULES = ("kind", "rank", "valid_months", *FLAGS, *EXTRA_FLAGS, *NUMBERS, *TERMS)
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
class Need:
    """Something a level asks for (`LevelRequirement`). `course_id` is there once the course exists."""

    kind: str
    slug: str
    renewal: bool = False
    tier: str | None = None
    percent: int | None = None
    within_months: int | None = None
    course_id: int | None = None


@dataclass(frozen=True)
class LevelView:
    """A level in all its languages. A level without a scope proves something and gives no authorization.

    See `level_models.Level` for what each rule means.
    """

    id: int
    code: str
    kind: str
    rank: int
    revision: int
    valid_months: int
    renew_days: int
    grace_days: int
    attest_months: int | None
    dormant_months: int | None
    samples: int
    renewal_samples: int
    by_appointment: bool
    preapproval: bool
    needs_attestation: bool
    granted_by_rule: bool
    may_reply: bool
    may_commit: bool
    may_in_crisis: bool
    retired: bool
    texts: Mapping[str, LevelWords]
    needs: tuple[Need, ...]
    approvers: tuple[str, ...]
    scope: Scope

    @property
    def gives_authorization(self) -> bool:
        return bool(self.scope.pairs())

    @property
    def course_ids(self) -> tuple[int, ...]:
        """The courses that everybody completes for it, of those that exist."""
        return self.courses_for("")

    def needs_of(self, tier: str, *, renewal: bool = False) -> tuple[Need, ...]:
        """What somebody of a tier needs, at first or to renew."""
        return tuple(need for need in self.needs if need.renewal == renewal and need.tier in (None, tier))

    def courses_for(self, tier: str) -> tuple[int, ...]:
        """The courses that somebody of a tier completes for it at first, of those that exist, by number."""
        found = (need.course_id for need in self.needs_of(tier) if need.kind == "course")
        return tuple(sorted(number for number in found if number is not None))

    @property
    def complete(self) -> bool:
        """Whether all courses it asks for at first exist: without one of them nobody can reach it."""
        return all(need.course_id for need in self.needs if need.kind == "course" and not need.renewal)


_COURSES_THERE = (
    select(func.count())
    .where(
        LevelRequirement.level_id == Level.id, LevelRequirement.kind == "course", Course.slug == LevelRequirement.slug
    )
    .scalar_subquery()
)
_LEVELS = select(Level.id, Level.source_sha256, Level.revision, Level.retired_at, _COURSES_THERE).order_by(Level.rank)


def levels(session: Session) -> tuple[LevelView, ...]:
    """All levels and endorsements, lowest first. One statement once they are in memory."""
    rows = session.execute(_LEVELS).all()
    key = ("levels", *(tuple(row) for row in rows))
    return remembered(session, key, lambda: _read(session)) if rows else ()


def level(session: Session, code: str) -> LevelView:
    """A level by its code. Raises `NotFound`."""
    for found in levels(session):
        if found.code == code:
            return found
    raise NotFound


def by_id(session: Session, level_id: int) -> LevelView:
    """A level by number. Raises `NotFound`."""
    for found in levels(session):
        if found.id == level_id:
            return found
    raise NotFound


def load(session: Session, file: Path = CONTENT) -> str:
    """Load the levels of a file; returns "added", "updated" or "unchanged".

    Raises `ContentError` and then nothing has changed. A level that is no longer in the file stays, because
    certificates refer to it; so does one that was edited in the browser. Certificates keep the words they were awarded
    with.
    """
    content = TomlFile(file)
    tables = content.need(content.data, "level", list)
    checked = [_checked(content, table) for table in tables]
    for name in ("code", "rank"):
        _once(content, [getattr(level, name) for level in checked], name)
    known = {level.code: level for level in session.scalars(select(Level))}
    done = {_store(session, known.get(level.code), level) for level in checked}
    session.flush()
    return next((word for word in ("added", "updated") if word in done), "unchanged")


def _once(content: TomlFile, values: list[Any], name: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise content.wrong(f"{name} {value!r} stands here twice.", f"{name} = ")


def _checked(content: TomlFile, table: dict[str, Any]) -> Level:
    """A level as the file has it, not yet in the database. Raises `ContentError` for what cannot be."""
    code = content.need(table, "code", str)
    near = f'"{code}"'
    months = content.need(table, "valid_months", int, near)
    if months < 1:
        raise content.wrong(f"valid_months of {code} is {months}; it must be 1 or more.", "valid_months")
    return Level(
        code=code,
        kind=table.get("kind", "level"),
        rank=content.need(table, "rank", int, near),
        valid_months=months,
        **{flag: content.need(table, flag, bool, near) for flag in FLAGS},
        **{flag: bool(table.get(flag, False)) for flag in EXTRA_FLAGS},
        **{name: table.get(name, default) for name, default in NUMBERS.items()},
        **{name: table.get(name) for name in TERMS},
        source_sha256=hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest(),
        texts=_texts(content, table, near),
        requirements=_requirements(content, table, near),
        approvals=_approvals(content, table, code),
        scope=_scope(content, table.get("scope", {}), code),
    )


def _requirements(content: TomlFile, table: dict[str, Any], near: str) -> list[LevelRequirement]:
    """The courses that everybody completes, then the rest of what the level asks for."""
    listed = [{"kind": "course", "slug": slug} for slug in content.need(table, "courses", list, near)]
    found = [*listed, *table.get("requires", [])]
    for row in found:
        if row.get("kind") not in REQUIREMENTS or not isinstance(row.get("slug"), str):
            raise content.wrong(
                f"A requirement of {near} must have a kind ({', '.join(REQUIREMENTS)}) and a slug.", near
            )
    return [LevelRequirement(position=position, **row) for position, row in enumerate(found, 1)]


def _approvals(content: TomlFile, table: dict[str, Any], code: str) -> list[LevelApproval]:
    roles = table.get("approvals", [])
    for role in roles:
        if role not in APPROVERS:
            raise content.wrong(f"{role!r} cannot approve {code}; it may be {', '.join(APPROVERS)}.", f'"{role}"')
    return [LevelApproval(role=role) for role in roles]


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


def _store(session: Session, known: Level | None, level: Level) -> str:
    if known is not None and (known.source_sha256 == level.source_sha256 or known.edited_at is not None):
        return "unchanged"
    if known is None:
        session.add(level)
        return "added"
    for table in (LevelText, LevelRequirement, LevelApproval, LevelScope):
        session.execute(delete(table).where(table.level_id == known.id).execution_options(synchronize_session=False))
    for name in (*RULES, "source_sha256"):
        setattr(known, name, getattr(level, name))
    for rows in (level.texts, level.requirements, level.approvals, level.scope):
        session.add_all(_owned(known.id, rows))
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
        .options(
            selectinload(Level.texts),
            selectinload(Level.requirements),
            selectinload(Level.approvals),
            selectinload(Level.scope),
        )
        .execution_options(populate_existing=True)
    ).all()
    asked = {need.slug for level in rows for need in level.requirements if need.kind == "course"}
    courses = dict(session.execute(select(Course.slug, Course.id).where(Course.slug.in_(asked))).all())
    return tuple(_view(level, courses) for level in rows)


def _view(level: Level, courses: Mapping[str, int]) -> LevelView:
    return LevelView(
        id=level.id,
        code=level.code,
        revision=level.revision,
        retired=level.retired_at is not None,
        **{name: getattr(level, name) for name in RULES},
        texts={
            text.language: LevelWords(
                text.name, text.allows, text.criteria, tuple(text.may), tuple(text.never), text.disclosure
            )
            for text in level.texts
        },
        needs=tuple(_need(row, courses) for row in level.requirements),
        approvers=tuple(role for role in APPROVERS if role in {row.role for row in level.approvals}),
        scope=Scope.of((row.dimension, row.value) for row in level.scope),
    )


def _need(row: LevelRequirement, courses: Mapping[str, int]) -> Need:
    course_id = courses.get(row.slug) if row.kind == "course" else None
    return Need(row.kind, row.slug, row.renewal, row.tier, row.percent, row.within_months, course_id)
