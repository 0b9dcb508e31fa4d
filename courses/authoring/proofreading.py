"""What a lesson's text should have before it is published. Some faults stop it, the rest is advice."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.html import HtmlElement

from lms.base import richtext
from lms.base.i18n import LANGUAGES, gettext, ngettext

WORDS_A_MINUTE = 180


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is fine, and if not, whether it stops publishing."""

    fine: bool
    stops: bool
    sentence: str


def findings(title: str, html: str) -> list[Finding]:
    """All that was looked at in a stored text, for the author beside it."""
    root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
    return [
        _there_is_text(title, html),
        _headings(root),
        *_pictures(root),
        *_checks(root),
        *_films(root),
        *_tables(root),
    ]


def faults(title: str, html: str) -> list[str]:
    """What stops a text from being published, a sentence each."""
    return [finding.sentence for finding in findings(title, html) if finding.stops and not finding.fine]


def reading_minutes(words: int) -> int:
    """How long it takes to read so many words, at 180 a minute, one minute at least."""
    return max(1, round(words / WORDS_A_MINUTE))


def is_empty(html: str) -> bool:
    """Whether there is nothing to read and nothing to see."""
    return not richtext.plain(html) and "<img" not in html and "<video" not in html


def _there_is_text(title: str, html: str) -> Finding:
    if not title.strip():
        return Finding(False, True, gettext("The lesson has no title."))
    if is_empty(html):
        return Finding(False, True, gettext("The lesson is empty."))
    return Finding(True, True, gettext("There is a title and a text"))


def _headings(root: HtmlElement) -> Finding:
    above = 1
    for heading in root.iter("h2", "h3", "h4"):
        level = int(heading.tag[1])
        words = " ".join(heading.text_content().split())
        if not words:
            return Finding(False, True, gettext("A heading is empty."))
        if level > above + 1:
            return Finding(False, True, gettext("“%(words)s” is a subheading without a heading above it.", words=words))
        above = level
    return Finding(True, True, gettext("Headings are in order"))


def _pictures(root: HtmlElement) -> Iterator[Finding]:
    pictures = list(root.iter("img"))
    silent = sum(not (picture.get("alt") or "").strip() for picture in pictures)
    if silent:
        sentence = ngettext(
            "%(num)s picture has no text that says what it shows.",
            "%(num)s pictures have no text that says what they show.",
            silent,
        )
        yield Finding(False, True, sentence)
    elif pictures:
        yield Finding(True, True, gettext("Every picture says in words what it shows"))


def _checks(root: HtmlElement) -> Iterator[Finding]:
    checks = root.findall(".//section[@class='check']")
    for check in checks:
        right = [choice.get("data-right") for choice in check.iter("li")]
        question = check.find("p[@class='check-q']")
        asked = question is not None and question.text_content().strip()
        silent = any(not choice.text_content().strip() for choice in check.iter("li"))
        if not asked or silent or len(right) < 2 or right.count("true") != 1:
            yield Finding(
                False, True, gettext("A knowledge check needs a question, two choices or more, and one right choice.")
            )
            return
    if checks:
        yield Finding(True, True, gettext("Knowledge checks have one right choice"))


def _films(root: HtmlElement) -> Iterator[Finding]:
    films = list(root.iter("video"))
    if not films:
        return
    spoken = [{track.get("srclang") for track in film.iter("track")} for film in films]
    missing = [name for code, name in LANGUAGES.items() if any(code not in languages for languages in spoken)]
    if missing:
        yield Finding(False, False, gettext("A film has no captions in: %(languages)s.", languages=", ".join(missing)))
    else:
        yield Finding(True, False, gettext("Films have captions in three languages"))


def _tables(root: HtmlElement) -> Iterator[Finding]:
    if any(table.find(".//th") is None for table in root.iter("table")):
        yield Finding(False, False, gettext("A table has no header cells: say what its columns hold."))
