"""A version of a guideline as the files that `loading` reads: the same words always make the same bytes."""

from collections.abc import Mapping

from lms.base import differences, markdown_writer, toml
from lms.base.i18n import LANGUAGES
from lms.guidelines.catalog import ClauseView, GuidelineView


def texts(version: GuidelineView) -> dict[str, str]:
    """The files of a version, by name: `guideline.toml`, and one of Markdown for each language it has a title in."""
    spoken = [language for language in LANGUAGES if language in version.titles]
    return {"guideline.toml": _rules(version)} | {f"{language}.md": _words(version, language) for language in spoken}


def source(markdown: str, html: str) -> str:
    """The Markdown of a text; where it was kept as HTML alone it is written anew, else its bare words are taken."""
    if markdown:
        return markdown
    written = markdown_writer.to_markdown(html, media=lambda address: None, clause=_cited)
    return written.strip() if written is not None else "\n\n".join(differences.lines(html))


def _cited(address: str) -> str | None:
    return address.removeprefix("#") if address.startswith("#") else None


def _rules(version: GuidelineView) -> str:
    lines = [
        toml.line("slug", version.slug),
        toml.line("version", version.number),
        toml.line("material", version.material),
        toml.line("effective_on", version.effective_on),
    ]
    if version.accept_by_on:
        lines.append(toml.line("accept_by_on", version.accept_by_on))
    parts = ["\n".join(lines), toml.table("title", _spoken(version.titles))]
    if changes := _spoken(version.changes):
        parts.append(toml.table("changes", changes))
    return "\n\n".join([*parts, *(_clause(one) for one in version.clauses)]) + "\n"


def _clause(clause: ClauseView) -> str:
    """The facts of a clause; those that it has not are left out."""
    facts: dict[str, toml.Value] = {"code": clause.code, "kind": clause.kind, "red_line": clause.red_line}
    limits: dict[str, toml.Value] = {
        "tier": clause.tier or "",
        "country": clause.country or "",
        "touches": [f"{dimension}:{value}" for dimension, value in sorted(clause.touches)],
        "note": dict(_spoken(clause.notes)),
    }
    facts |= {name: value for name, value in limits.items() if value}
    return "\n".join(["[[clause]]", *(toml.line(name, value) for name, value in facts.items())])


def _words(version: GuidelineView, language: str) -> str:
    parts = [_lines(source(version.intro_sources.get(language, ""), version.intros[language]))]
    for clause in version.clauses:
        if title := clause.titles.get(language):
            parts += [
                f"## {clause.code} {' '.join(title.split())}",
                _lines(source(clause.sources.get(language, ""), clause.bodies[language])),
            ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _lines(body: str) -> str:
    """A text as it stands in a file. A line that would be taken for the next clause is moved a little to the right."""
    lines = body.replace("\ufeff", "").strip().splitlines()
    return "\n".join(f" {line}" if line.startswith("## ") else line for line in lines).strip("\n")


def _spoken(words: Mapping[str, str]) -> dict[str, str]:
    return {language: words[language] for language in LANGUAGES if words.get(language)}
