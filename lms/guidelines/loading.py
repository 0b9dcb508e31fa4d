"""Loading a guideline from its content folder: a TOML file and one Markdown file a language."""

import hashlib
import re
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock, markdown
from lms.base.content import CONTENT_LANGUAGES, ContentError, TomlFile, read
from lms.base.events import announce
from lms.guidelines.events import GuidelinePublished
from lms.guidelines.models import Clause, ClauseText, Guideline, GuidelineText, GuidelineVersion

CONTENT = Path(__file__).resolve().parent / "content"
_HEADING = re.compile(r"## (?P<code>[FD]\d+) (?P<title>.+)")


def load(session: Session, folder: Path) -> str:
    """Load one folder; returns "added" or "unchanged". Raises `ContentError` and then nothing has changed.

    A version that is in the database never changes: other words need a higher `version` in the file.
    """
    file = TomlFile(folder / "guideline.toml")
    sources = {language: read(folder / f"{language}.md") for language in CONTENT_LANGUAGES}
    digest = hashlib.sha256("\0".join([file.text, *sources.values()]).encode()).hexdigest()
    slug, number = file.need(file.data, "slug", str), file.need(file.data, "version", int)
    guideline = session.scalar(select(Guideline).where(Guideline.slug == slug))
    known = guideline and session.scalar(
        select(GuidelineVersion).where(GuidelineVersion.guideline_id == guideline.id, GuidelineVersion.number == number)
    )
    if known:
        if known.source_sha256 != digest:
            raise file.wrong(f"The words have changed, but version {number} is published already: raise it.", "version")
        return "unchanged"
    if guideline is None:
        guideline = Guideline(slug=slug)
        session.add(guideline)
        session.flush()
    version = _version(file, folder, sources, guideline.id, number, digest)
    session.add(version)
    session.flush()
    announce(session, GuidelinePublished(guideline_id=guideline.id, version_id=version.id))
    return "added"


def _version(
    file: TomlFile, folder: Path, sources: dict[str, str], guideline_id: int, number: int, digest: str
) -> GuidelineVersion:
    titles = file.texts(file.data, "title", CONTENT_LANGUAGES)
    parts = {language: _parts(folder / f"{language}.md", text) for language, text in sources.items()}
    return GuidelineVersion(
        guideline_id=guideline_id,
        number=number,
        material=file.need(file.data, "material", bool),
        effective_on=file.need(file.data, "effective_on", date),
        published_at=clock.now(),
        source_sha256=digest,
        texts=[
            GuidelineText(
                language=language,
                title=titles[language],
                intro=parts[language][""][1],
                intro_html=_html(folder / f"{language}.md", parts[language][""][1], 1),
                whole=f"# {titles[language]}\n\n{sources[language].strip()}\n",
                sha256=hashlib.sha256(f"# {titles[language]}\n\n{sources[language].strip()}\n".encode()).hexdigest(),
            )
            for language in CONTENT_LANGUAGES
        ],
        clauses=_clauses(file, folder, parts),
    )


def _clauses(file: TomlFile, folder: Path, parts: dict[str, dict[str, tuple[str, str, int]]]) -> list[Clause]:
    clauses = []
    for position, table in enumerate(file.need(file.data, "clause", list), 1):
        code = file.need(table, "code", str)
        kind = file.need(table, "kind", str, code)
        if kind not in {"freedom", "duty"}:
            raise file.wrong(f"kind of {code} is {kind!r}; it must be freedom or duty.", code)
        texts = []
        for language, sections in parts.items():
            path = folder / f"{language}.md"
            if code not in sections:
                raise ContentError(path, 1, f"There is no section “## {code} …” for the clause of guideline.toml.")
            title, body, line = sections[code]
            texts.append(ClauseText(language=language, title=title, body=body, body_html=_html(path, body, line)))
        clauses.append(
            Clause(
                code=code,
                position=position,
                kind=kind,
                red_line=file.need(table, "red_line", bool, code),
                texts=texts,
            )
        )
    return clauses


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
