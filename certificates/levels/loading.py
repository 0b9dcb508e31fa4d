"""Loading the ladder from `content/levels.toml`: checked whole, then stored; what was edited here stays as it is."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import ladder, vocabulary
from certificates.ladder import EXTRA_FLAGS, FLAGS, LISTS, NUMBERS, TERMS, TEXTS
from certificates.level_models import (
    APPROVERS,
    DIMENSIONS,
    KINDS,
    REQUIREMENTS,
    Level,
    LevelApproval,
    LevelRequirement,
    LevelScope,
    LevelText,
)
from certificates.levels import revisions, rows
from lms.base.content import TomlFile
from lms.base.settings import SHIPPED_LANGUAGES
from lms.people.models import TIERS

CONTENT = Path(__file__).resolve().parent.parent / "content" / "levels.toml"
CODE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,29}")
OTHERS = ("code", "kind", "rank", "valid_months", "courses", "requires", "approvals", "scope")
KNOWN = frozenset((*OTHERS, *FLAGS, *EXTRA_FLAGS, *NUMBERS, *TERMS, *TEXTS, *LISTS))
PARTS = frozenset({"kind", "slug", "renewal", "tier", "percent", "within_months"})
MOST_MONTHS = 120
Table = dict[str, Any]


def load(session: Session, file: Path = CONTENT) -> str:
    """Load the levels of a file; returns "added", "updated", "kept" or "unchanged".

    Raises `ContentError` and then nothing has changed. A level that is no longer in the file stays, because
    certificates refer to it; so does one that was edited in the browser ("kept", when the file would change it).
    Certificates keep the words they were awarded with.
    """
    content = TomlFile(file)
    content.only(content.data, {"level"})
    checked = [_checked(content, table) for table in content.need(content.data, "level", list)]
    for name in ("code", "rank"):
        _once(content, [getattr(level, name) for level in checked], name)
    _named_levels_exist(content, checked)
    known = {level.code: level for level in session.scalars(select(Level))}
    done = {_store(session, known.get(level.code), level) for level in checked}
    session.flush()
    return next((word for word in ("added", "updated", "kept") if word in done), "unchanged")


def _store(session: Session, known: Level | None, level: Level) -> str:
    if known is None:
        session.add(level)
        return "added"
    if known.source_sha256 == level.source_sha256:
        return "unchanged"
    if known.edited_at is not None:
        return "kept"
    revisions.keep(session, ladder.by_id(session, known.id))
    for name in (*ladder.RULES, "source_sha256"):
        setattr(known, name, getattr(level, name))
    known.revision += 1
    rows.replace(session, known.id, (*level.texts, *level.requirements, *level.approvals, *level.scope))
    revisions.keep(session, ladder.by_id(session, known.id))
    return "updated"


def _once(content: TomlFile, values: list[Any], name: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise content.wrong(f"{name} {value!r} stands here twice.", f"{name} = ")


def _named_levels_exist(content: TomlFile, levels: list[Level]) -> None:
    codes = [level.code for level in levels]
    for level in levels:
        for need in level.requirements:
            if need.kind == "level" and (need.slug not in codes or need.slug == level.code):
                message = f"{level.code} asks for the level {need.slug!r}, which is not another level of this file."
                raise content.wrong(message, f'slug = "{need.slug}"')


def _checked(content: TomlFile, table: Table) -> Level:
    """A level as the file has it, not yet in the database. Raises `ContentError` for what cannot be."""
    code = content.need(table, "code", str)
    near = f'"{code}"'
    if not CODE.fullmatch(code):
        raise content.wrong(f"code is {code!r}; it must be a letter, then letters, digits and hyphens.", near)
    content.only(table, KNOWN, near)
    months = content.need(table, "valid_months", int, near)
    if months < 1:
        raise content.wrong(f"valid_months of {code} is {months}; it must be 1 or more.", "valid_months")
    level = Level(
        code=code,
        kind=_kind(content, table, near),
        rank=content.need(table, "rank", int, near),
        valid_months=months,
        **{flag: content.need(table, flag, bool, near) for flag in FLAGS},
        **{flag: content.may(table, flag, bool, False, near) for flag in EXTRA_FLAGS},
        **{name: content.number(table, name, 0, 366, usual, near) for name, usual in NUMBERS.items()},
        **{name: _term(content, table, name, near) for name in TERMS},
        source_sha256=hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest(),
        texts=_texts(content, table, near),
        requirements=_requirements(content, table, near),
        approvals=_approvals(content, table, code),
        scope=_scope(content, table.get("scope", {}), code),
    )
    if level.granted_by_rule == bool(level.approvals):
        message = "is given by rule, so nobody approves it" if level.approvals else "needs approvals"
        raise content.wrong(f"{code} {message}: look at granted_by_rule and approvals.", near)
    return level


def _kind(content: TomlFile, table: Table, near: str) -> str:
    kind: str = content.may(table, "kind", str, "level", near)
    if kind not in KINDS:
        raise content.wrong(f"kind of {near} is {kind!r}; it must be {' or '.join(KINDS)}.", f'kind = "{kind}"')
    return kind


def _term(content: TomlFile, table: Table, name: str, near: str) -> int | None:
    return content.number(table, name, 1, MOST_MONTHS, 1, near) if name in table else None


def _requirements(content: TomlFile, table: Table, near: str) -> list[LevelRequirement]:
    """The courses that everybody completes, then the rest of what the level asks for."""
    if not isinstance(table.get("courses"), list):
        content.need(table, "courses", list, near)
    listed = [{"kind": "course", "slug": slug} for slug in content.words(table, "courses", near)]
    found = [*listed, *content.may(table, "requires", list, [], near)]
    return [_requirement(content, row, position, near) for position, row in enumerate(found, 1)]


def _requirement(content: TomlFile, row: Any, position: int, near: str) -> LevelRequirement:
    if not isinstance(row, dict) or row.get("kind") not in REQUIREMENTS or not isinstance(row.get("slug"), str):
        message = f"A requirement of {near} must have a kind ({', '.join(REQUIREMENTS)}) and a slug."
        raise content.wrong(message, near)
    content.only(row, PARTS, f"a requirement of {near}")
    if row.get("tier") not in (None, *TIERS):
        message = f"{row['tier']!r} in {near} is not a tier; it may be {', '.join(TIERS)}."
        raise content.wrong(message, f'tier = "{row["tier"]}"')
    if "percent" in row and row["kind"] != "quiz":
        raise content.wrong(f"Only a quiz is passed with so many percent; {row['slug']!r} of {near} is none.", near)
    return LevelRequirement(
        position=position,
        kind=row["kind"],
        slug=row["slug"],
        renewal=content.may(row, "renewal", bool, False, near),
        tier=row.get("tier"),
        percent=content.number(row, "percent", 1, 100, 1, near) if "percent" in row else None,
        within_months=_term(content, row, "within_months", near),
    )


def _approvals(content: TomlFile, table: Table, code: str) -> list[LevelApproval]:
    roles = content.words(table, "approvals", code)
    for role in roles:
        if role not in APPROVERS:
            raise content.wrong(f"{role!r} cannot approve {code}; it may be {', '.join(APPROVERS)}.", f'"{role}"')
    return [LevelApproval(role=role) for role in roles]


def _texts(content: TomlFile, table: Table, near: str) -> list[LevelText]:
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


def _lists(content: TomlFile, table: Table, name: str, near: str) -> dict[str, list[str]]:
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


def _scope(content: TomlFile, table: Table, code: str) -> list[LevelScope]:
    unknown = [name for name in table if name not in DIMENSIONS]
    if unknown:
        raise content.wrong(f"The scope of {code} has {unknown[0]!r}; it may have {', '.join(DIMENSIONS)}.", unknown[0])
    for dimension in table:
        for value in content.words(table, dimension, f"the scope of {code}"):
            if value != "*" and value not in vocabulary.shipped()[dimension]:
                raise content.wrong(f"{value!r} is not a {dimension} of scope.toml.", f'"{value}"')
    return [LevelScope(dimension=name, value=value) for name in table for value in dict.fromkeys(table[name])]
