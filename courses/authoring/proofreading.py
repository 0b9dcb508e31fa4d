"""What a lesson's text should have before it is published. Some faults stop it, the rest is advice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.html import HtmlElement

from courses.authoring import readability
from courses.sources import shelf
from lms.base import richtext
from lms.base.i18n import LANGUAGES, gettext, ngettext

WORDS_A_MINUTE = 180
WORDS_WITHOUT_HEADING = 400
"""A text longer than this is hard to find one's way in without a heading."""
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|webp|svg|avif|heic)|(?:img|dsc|dscn|pxl|image)[_ -]?\d+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_VAGUE = {
    *("here", "click here", "click", "this", "this link", "link", "more", "read more", "this page"),
    *("hier", "klik hier", "klik", "deze link", "lees meer", "meer", "deze pagina"),
    *("ici", "cliquez ici", "cliquer ici", "ce lien", "lien", "lire la suite", "en savoir plus", "plus", "cette page"),
}
"""Words of links that do not say where they lead to, to those who hear the links of a page as a list."""
_LOUD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is fine, and if not, whether it stops publishing."""

    fine: bool
    stops: bool
    sentence: str


def findings(title: str, html: str, language: str = "en") -> list[Finding]:
    """All that was looked at in a stored text of a language, for the author beside it."""
    root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
    return [
        *_what_can_stop(title, html, root, language),
        *_long_without_heading(root, html),
        *_loud(root),
        *_reading(html, language),
        Finding(True, False, gettext("Contrast is enough: a lesson has no colors of its own")),
    ]


def faults(title: str, html: str, language: str = "en") -> list[str]:
    """What stops a text from being published, a sentence each."""
    root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
    found = _what_can_stop(title, html, root, language)
    return [finding.sentence for finding in found if finding.stops and not finding.fine]


def _what_can_stop(title: str, html: str, root: HtmlElement, language: str) -> Iterator[Finding]:
    yield _there_is_text(title, html)
    yield _headings(root)
    yield from _pictures(root)
    yield from _links(root)
    yield from _sources(root)
    yield from _checks(root)
    yield from _films(root, language)
    yield from _tables(root)


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
    said = [" ".join((picture.get("alt") or "").split()) for picture in root.iter("img")]
    if silent := said.count(""):
        sentence = ngettext(
            "%(num)s picture has no text that says what it shows.",
            "%(num)s pictures have no text that says what they show.",
            silent,
        )
        yield Finding(False, True, sentence)
    if named := next((words for words in said if _FILE_NAME.fullmatch(words)), None):
        yield Finding(
            False, True, gettext("“%(words)s” is the name of a file: say what the picture shows.", words=named)
        )
    elif said and not silent:
        yield Finding(True, True, gettext("Every picture says in words what it shows"))


def _links(root: HtmlElement) -> Iterator[Finding]:
    links = [(link.get("href") or "", _said(link)) for link in root.iter("a")]
    vague = next((words for _, words in links if words.lower().strip(" .…:»>→") in _VAGUE), None)
    if any(not words for _, words in links):
        yield Finding(False, True, gettext("A link has no words to click on."))
    if vague:
        yield Finding(
            False, True, gettext("The link “%(words)s” does not say where it leads to. Name the page.", words=vague)
        )
    if bare := next((words for _, words in links if _ADDRESS.fullmatch(words)), None):
        yield Finding(False, False, gettext("The link “%(words)s” is a bare address. Words read better.", words=bare))
    yield from _twins(links)
    if links and not vague and all(words for _, words in links):
        yield Finding(True, True, gettext("Links say where they lead to"))


def _sources(root: HtmlElement) -> Iterator[Finding]:
    named = (link.get("href") or "" for link in root.iter("a"))
    codes = (place.removeprefix(shelf.address("")) for place in named if place.startswith(shelf.address("")))
    if unknown := next((code for code in codes if code and code not in shelf.everything()), None):
        yield Finding(False, True, gettext("There is no source %(code)s.", code=unknown))


def _said(link: HtmlElement) -> str:
    """The words of a link, those of its pictures too."""
    pictures = (picture.get("alt") or "" for picture in link.iter("img"))
    return " ".join(" ".join((link.text_content(), *pictures)).split())


def _twins(links: list[tuple[str, str]]) -> Iterator[Finding]:
    places: dict[str, str] = {}
    for href, words in links:
        if words and places.setdefault(words.lower(), href) != href:
            sentence = gettext("Two links say “%(words)s” and lead to different places.", words=words)
            yield Finding(False, False, sentence)
            return


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


def _films(root: HtmlElement, language: str) -> Iterator[Finding]:
    films = list(root.iter("video"))
    if not films:
        return
    spoken = [{track.get("srclang") for track in film.iter("track")} for film in films]
    missing = [code for code in LANGUAGES if any(code not in languages for languages in spoken)]
    if language in missing:
        sentence = gettext("A film has no captions in %(language)s.", language=LANGUAGES.get(language, language))
        yield Finding(False, True, sentence)
    if rest := [LANGUAGES[code] for code in missing if code != language]:
        yield Finding(False, False, gettext("A film has no captions in: %(languages)s.", languages=", ".join(rest)))
    if not missing:
        yield Finding(True, True, gettext("Films have captions in three languages"))


def _tables(root: HtmlElement) -> Iterator[Finding]:
    tables = list(root.iter("table"))
    if any(table.find(".//th") is None for table in tables):
        yield Finding(False, True, gettext("A table has no header cells: say what its columns or rows hold."))
    elif tables:
        yield Finding(True, True, gettext("Tables say what their columns or rows hold"))


def _long_without_heading(root: HtmlElement, html: str) -> Iterator[Finding]:
    if next(root.iter("h2"), None) is None and richtext.words(html) > WORDS_WITHOUT_HEADING:
        yield Finding(False, False, gettext("A long text without a heading: readers find their way by headings."))


def _loud(root: HtmlElement) -> Iterator[Finding]:
    for block in root.iter("p", "li", "h2", "h3", "h4"):
        words = _LOUD.findall(block.text_content())
        if len(words) >= 4 and all(word.isupper() for word in words):
            yield Finding(
                False, False, gettext("A line is all in capitals. That reads slowly, and sounds like shouting.")
            )
            return


def _reading(html: str, language: str) -> Iterator[Finding]:
    ease = readability.ease(html, language)
    if ease is None:
        return
    figures = {"score": ease.score, "words": ease.words_a_sentence, "formula": ease.formula}
    if ease.score < readability.HARD:
        sentence = gettext(
            "Hard to read: %(score)s of 100 (%(formula)s), %(words)s words a sentence. Shorter ones help.", **figures
        )
        yield Finding(False, False, sentence)
    else:
        yield Finding(
            True, False, gettext("Reads well: %(score)s of 100 (%(formula)s), %(words)s words a sentence", **figures)
        )
