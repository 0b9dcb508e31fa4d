"""Guidelines as files, both ways: a folder with a TOML file and one Markdown file a language.

A clause of `guideline.toml` may say `tier`, `country`, `touches` (such as "channel:linkedin") and `note`, Markdown by
language: where a rule comes from, and in bold what is still to be checked. The file itself may say `accept_by_on`, a
day, and `changes`, what is new, by language. French comes with `fr.md`.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock, content, markdown
from lms.base.content import CONTENT_LANGUAGES, ContentError, TomlFile, read
from lms.base.errors import Invalid
from lms.base.events import announce
from lms.base.i18n import LANGUAGES
from lms.guidelines import catalog, entries, wording, writing
from lms.guidelines.entries import ClauseEntry
from lms.guidelines.events import GuidelinePublished
from lms.guidelines.models import Clause, ClauseText, ClauseTouch, Guideline, GuidelineText, GuidelineVersion

CONTENT = Path(__file__).resolve().parent / "content"


def shipped() -> list[Path]:
    """The folders of the shipped guidelines, each called as its guideline. Raises `ContentError`."""
    found = content.folders(CONTENT, "guideline.toml", "guideline")
    for folder in found:
        content.named_as(folder, TomlFile(folder / "guideline.toml"))
    return found


_HEADING = re.compile(r"## (?P<code>[FD]\d+) (?P<title>.+)")


def load(session: Session, folder: Path) -> str:
    """Load one folder; returns "added", "unchanged" or "kept". Raises `ContentError` and then nothing has changed.

    A version that is in the database never changes: other words need a higher `version` in the file. A guideline of
    which a version was written in the studio is left alone: its authors own it then; the result is "kept".
    """
    written = in_files(folder)
    file, slug, number = written.file, written.slug, written.number
    guideline = session.scalar(select(Guideline).where(Guideline.slug == slug))
    known = guideline and session.scalar(
        select(GuidelineVersion).where(
            GuidelineVersion.guideline_id == guideline.id,
            GuidelineVersion.number == number,
            GuidelineVersion.published_at.is_not(None),
        )
    )
    if known and (known.source_sha256 == written.digest or _says(session, known.id, written)):
        return "unchanged"
    if guideline and _has_authors(session, guideline.id):
        return "kept"
    if known:
        raise file.wrong(f"The words have changed, but version {number} is published already: raise it.", "version")
    version = _version(written)
    if guideline is None:
        guideline = Guideline(slug=slug)
        session.add(guideline)
        session.flush()
    version.guideline_id = guideline.id
    session.add(version)
    session.flush()
    announce(session, GuidelinePublished(guideline.id, version.id, version.material))
    return "added"


@dataclass(frozen=True)
class Written:
    """A guideline in files: the digest stands for all that they say."""

    file: TomlFile
    folder: Path
    sources: dict[str, str]
    slug: str
    number: int
    digest: str


def in_files(folder: Path) -> Written:
    """The files of a folder. Raises `ContentError`."""
    file = TomlFile(folder / "guideline.toml")
    sources = {language: read(folder / f"{language}.md") for language in _languages(folder)}
    digest = hashlib.sha256("\0".join([file.text, *sources.values()]).encode()).hexdigest()
    slug, number = file.need(file.data, "slug", str), file.need(file.data, "version", int)
    if not 1 <= number <= 1_000_000:
        raise file.wrong_at("version", f"version is {number}; it must be 1 to 1,000,000.")
    return Written(file, folder, sources, slug, number, digest)


def version_in(folder: Path) -> catalog.GuidelineView:
    """The version that a folder has, read without a database. Raises `ContentError`."""
    written = in_files(folder)
    return catalog.view(_version(written), written.slug)


def _says(session: Session, version_id: int, written: Written) -> bool:
    """Whether files say what a published version does, even when they are laid out in another way."""
    before, after = catalog.version(session, version_id), catalog.view(_version(written), written.slug)
    return writing.texts(before) == writing.texts(after)


def _languages(folder: Path) -> list[str]:
    """The languages that every guideline comes in, and those in which this one does as well."""
    return [code for code in LANGUAGES if code in CONTENT_LANGUAGES or (folder / f"{code}.md").exists()]


def _has_authors(session: Session, guideline_id: int) -> bool:
    own = GuidelineVersion.guideline_id == guideline_id, GuidelineVersion.source_sha256 == ""
    return session.scalar(select(GuidelineVersion.id).where(*own).limit(1)) is not None


def _version(written: Written) -> GuidelineVersion:
    file, folder, sources = written.file, written.folder, written.sources
    titles, changes = file.texts(file.data, "title", tuple(sources)), file.spoken(file.data, "changes")
    parts = {language: _parts(folder / f"{language}.md", text) for language, text in sources.items()}
    clauses = _clauses(file, folder, parts)
    return GuidelineVersion(
        number=written.number,
        material=file.need(file.data, "material", bool),
        effective_on=file.need(file.data, "effective_on", date),
        accept_by_on=file.may(file.data, "accept_by_on", date, None),
        published_at=clock.now(),
        source_sha256=written.digest,
        texts=[
            _text(folder, language, titles[language], parts[language][""][1], changes.get(language, ""), clauses)
            for language in sources
        ],
        clauses=clauses,
    )


def _text(folder: Path, language: str, title: str, intro: str, changes: str, clauses: list[Clause]) -> GuidelineText:
    whole = wording.joined(
        title, intro, [(one.code, text) for one in clauses for text in one.texts if text.language == language]
    )
    shown = _html(folder / f"{language}.md", intro, 1)
    words = {"title": title, "intro": intro, "intro_html": shown, "changes": changes}
    return GuidelineText(language=language, whole=whole, sha256=wording.sha256(whole), **words)


def _clauses(file: TomlFile, folder: Path, parts: dict[str, dict[str, tuple[str, str, int]]]) -> list[Clause]:
    return [
        _clause(file, folder, parts, table, position)
        for position, table in enumerate(file.need(file.data, "clause", list), 1)
    ]


def _clause(
    file: TomlFile,
    folder: Path,
    parts: dict[str, dict[str, tuple[str, str, int]]],
    table: dict[str, Any],
    position: int,
) -> Clause:
    code = file.need(table, "code", str)
    kind = file.need(table, "kind", str, code)
    if kind not in {"freedom", "duty"}:
        raise file.wrong(f"kind of {code} is {kind!r}; it must be freedom or duty.", code)
    tier, country = file.may(table, "tier", str, None, code), file.may(table, "country", str, None, code)
    touches = [touch.partition(":")[::2] for touch in file.words(table, "touches", code)]
    try:
        entries.check_limits(ClauseEntry(False, {}, tier or "", country or "", frozenset(touches)))
    except Invalid as error:
        raise file.wrong(f"{code}: {error.message}", code) from error
    notes = _notes(file, table, code)
    return Clause(
        code=code,
        position=position,
        kind=kind,
        red_line=file.need(table, "red_line", bool, code),
        tier=tier,
        country=country.lower() if country else None,
        texts=[_clause_text(folder, code, language, sections, notes) for language, sections in parts.items()],
        touches=[ClauseTouch(dimension=dimension, value=value) for dimension, value in touches],
    )


def _clause_text(
    folder: Path, code: str, language: str, sections: dict[str, tuple[str, str, int]], notes: dict[str, str]
) -> ClauseText:
    path = folder / f"{language}.md"
    if code not in sections:
        raise ContentError(path, 1, f"There is no section “## {code} …” for the clause of guideline.toml.")
    title, body, line = sections[code]
    words = {"title": title, "body": body, "body_html": _html(path, body, line), "note": notes.get(language, "")}
    return ClauseText(language=language, **words)


def _notes(file: TomlFile, table: dict[str, Any], code: str) -> dict[str, str]:
    """The notes on a clause, each of them good Markdown."""
    notes = file.spoken(table, "note", code)
    for language, note in notes.items():
        try:
            markdown.from_markdown(note, media=_no_media, clause=lambda code: f"#{code}")
        except markdown.BadText as error:
            raise file.wrong(f"The note of {code} ({language}): {error.message}", code) from error
    return notes


def _parts(path: Path, text: str) -> dict[str, tuple[str, str, int]]:
    """Title, Markdown and first line of each section, by clause code; the introduction is under the empty code."""
    sections: dict[str, tuple[str, list[str], int]] = {"": ("", [], 1)}
    lines = sections[""][1]
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            heading = _HEADING.fullmatch(line.strip())
            if heading is None:
                raise ContentError(path, number, f"{line!r} is not a heading such as “## D2 Say who you are”.")
            if heading["code"] in sections:
                raise ContentError(path, number, f"Clause {heading['code']} stands here a second time.")
            lines = []
            sections[heading["code"]] = (heading["title"], lines, number + 1)
        else:
            lines.append(line)
    return {code: (title, "\n".join(body).strip(), line) for code, (title, body, line) in sections.items()}


def _html(path: Path, text: str, first_line: int) -> str:
    try:
        return markdown.from_markdown(text, media=_no_media, clause=lambda code: f"#{code}")
    except markdown.BadText as error:
        raise ContentError(path, first_line + error.line - 1, error.message) from error


def _no_media(name: str) -> str:
    raise KeyError(name)
