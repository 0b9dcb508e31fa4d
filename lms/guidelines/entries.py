"""What authors enter about a guideline, made into what is kept; with a sentence for each thing that is wrong."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from markupsafe import escape

from lms.base import markdown
from lms.base.countries import countries
from lms.base.errors import Invalid
from lms.base.i18n import LANGUAGES, gettext
from lms.people.models import TIERS

ORIGINAL = "en"
"""The language that people read when theirs is missing: it cannot be left out."""
LONGEST_TITLE = 200
LONGEST_TEXT = 10_000
"""Letters of an introduction or a clause. The longest of the first guideline has 900."""
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_ADDRESS = 60
DIMENSIONS = ("channel", "topic")


@dataclass(frozen=True)
class Words:
    """A title, a text in Markdown, and a line beside it: the note on a clause's scope, or what changed in a version."""

    title: str
    body: str
    line: str = ""


@dataclass(frozen=True)
class ClauseEntry:
    """A clause as it was entered. It goes by its words in each language that has a title."""

    red_line: bool
    words: Mapping[str, Words]
    tier: str = ""
    country: str = ""
    touches: frozenset[tuple[str, str]] = field(default_factory=frozenset)


def fits(address: str) -> bool:
    """Whether a guideline can have this address: small letters, digits and single hyphens, 60 at most."""
    return bool(_CODE.fullmatch(address)) and len(address) <= LONGEST_ADDRESS


def html(language: str, text: str, codes: Collection[str]) -> str:
    """Markdown as cleaned HTML; a clause may be cited by `[D2](clause:D2)`. Raises `Invalid` with the line."""

    def clause(code: str) -> str:
        if code not in codes:
            raise KeyError(gettext("Clause %(code)s", code=code))
        return f"#{code}"

    try:
        return markdown.from_markdown(text, media=_no_media, clause=clause)
    except markdown.BadText as error:
        said = {"language": LANGUAGES.get(language, language), "line": error.line, "message": error.message}
        raise Invalid(gettext("%(language)s, line %(line)s: %(message)s", **said)) from error


def note_html(note: str) -> str:
    """The note on a clause as cleaned HTML. What is no good Markdown, as in old notes, stands as it was written."""
    try:
        return markdown.from_markdown(note, media=_no_media, clause=lambda code: f"#{code}")
    except markdown.BadText:
        return f"<p>{escape(note)}</p>"


def check_words(words: Mapping[str, Words]) -> None:
    """Raise `Invalid` with all that is wrong with the words of a clause or of a version's beginning."""
    found = []
    if not words.get(ORIGINAL, Words("", "")).title:
        found.append(gettext("Give it a title in English. People read English where their language is missing."))
    for language, one in words.items():
        said = {"language": LANGUAGES.get(language, language)}
        if not one.title and (one.body or one.line):
            found.append(gettext("Give a title in %(language)s too, or leave all of it empty.", **said))
        if len(one.title) > LONGEST_TITLE:
            found.append(gettext("The title in %(language)s is longer than 200 characters.", **said))
        if max(len(one.body), len(one.line)) > LONGEST_TEXT:
            found.append(gettext("The text in %(language)s is longer than 10,000 characters.", **said))
    if found:
        raise Invalid(" ".join(found))


def check_limits(entry: ClauseEntry) -> None:
    """Raise `Invalid` when a clause is for people, or about things, that do not exist."""
    if entry.tier and entry.tier not in TIERS:
        raise Invalid(gettext("Choose whom the clause is for from the list."))
    if entry.country and entry.country.upper() not in countries("en"):
        raise Invalid(gettext("Choose a country from the list."))
    if any(dimension not in DIMENSIONS or not _CODE.fullmatch(value) for dimension, value in entry.touches):
        raise Invalid(gettext("Choose channels and topics from the list."))


def _no_media(name: str) -> str:
    raise KeyError(name)
