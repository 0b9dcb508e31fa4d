"""The exact words of a guideline as one text: what is signed off, accepted and kept as a proof."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from lms.guidelines.catalog import ClauseView, GuidelineView


def sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


class Said(Protocol):
    """A clause in one language."""

    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def note(self) -> str: ...


def joined(title: str, intro: str, clauses: Iterable[tuple[str, Said]]) -> str:
    """A title, an introduction and clauses (by code) in one language as Markdown, one after another."""
    parts = [f"# {title}", intro]
    for code, said in clauses:
        parts += [f"## {code} {said.title}", said.body, said.note]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


@dataclass(frozen=True)
class _Words:
    title: str
    body: str
    note: str


def whole(version: GuidelineView, language: str, clauses: Iterable[ClauseView]) -> str:
    """The title, the introduction and these clauses of a version as Markdown, one after another."""
    said = (
        (one.code, _Words(one.titles[language], one.sources.get(language, ""), one.notes.get(language, "")))
        for one in clauses
        if language in one.titles
    )
    return joined(version.titles[language], version.intro_sources.get(language, ""), said)


def head_digest(version: GuidelineView) -> str:
    """Stands for title, introduction and what changed, in all languages: for telling whether somebody saved them."""
    return sha256(repr([sorted(part.items()) for part in (version.titles, version.intro_sources, version.changes)]))


def clause_digest(clause: ClauseView) -> str:
    """Stands for all that a clause says, in all languages, and whom it is for."""
    facts = (clause.code, clause.red_line, clause.tier, clause.country, clause.touches)
    return sha256(repr([facts, *(sorted(part.items()) for part in (clause.titles, clause.sources, clause.notes))]))


def digest(version: GuidelineView) -> str:
    """Stands for all that a version says: what a reviewer signs."""
    return sha256(" ".join([head_digest(version), *(clause_digest(clause) for clause in version.clauses)]))
