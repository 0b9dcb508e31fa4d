"""Measures of a text: how long it takes, how hard it reads, and what shape it has."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lxml import html as lxml_html
from lxml.html import HtmlElement

from courses.authoring import kinds, readability
from courses.authoring.kinds import Nature
from courses.files.written import WrittenLesson
from lms.base import richtext

_OF_SHAPE = {"h2", "h3", "h4", "aside", "blockquote", "section", "figure", "table", "tr", "details", "ul", "ol", "li"}
_AWAY = re.compile(r"\S*(?:@|://|#|www\.)\S*|\b\S*\d\S*")


def minutes(lesson: WrittenLesson, language: str) -> float:
    """How long a lesson takes, as the studio says it."""
    named = ("slug", "kind", "minutes", "exercise", "entries_wanted", "files", "items")
    return kinds.computed_minutes(
        Nature(**{name: getattr(lesson, name) for name in named}), lesson.texts["", language].html, language
    )


def grade(html: str) -> float:
    """The school grade that English takes, after J. P. Kincaid and others, 1975: 0.39 and 11.8, less 15.59."""
    counts = readability.counts(html, "en")
    return 0.39 * counts.words / counts.sentences + 11.8 * counts.syllables / counts.words - 15.59


def shape(html: str) -> list[str]:
    """The outline of a text: the same in every language it is written in."""
    return [
        f"{one.tag}.{one.get('class', '')}{one.get('data-right', '')}"
        for one in _tree(html).iter()
        if one.tag in _OF_SHAPE and not _is_caption(one)
    ]


def _is_caption(one: HtmlElement) -> bool:
    return one.getparent() is not None and one.getparent().tag == "figcaption"


def links(html: str) -> Counter[str]:
    """Where a text leads to: clauses, sources, pages outside."""
    return Counter(link.get("href") for link in _tree(html).iter("a"))


def checks(html: str) -> Iterator[list[tuple[bool, str, str]]]:
    """The choices of each knowledge check: whether it is right, its words, what is said of it."""
    for check in _tree(html).findall(".//section[@class='check']"):
        found = []
        for choice in check.iter("li"):
            words = [" ".join(one.text_content().split()) for one in choice.findall("p")]
            found.append((choice.get("data-right") == "true", words[0], words[1] if len(words) > 1 else ""))
        yield found


def plain_words(text: str) -> list[str]:
    """The words of a text, without addresses, tags and what has a figure in it."""
    return re.findall(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*", _AWAY.sub(" ", text))


def _tree(html: str) -> HtmlElement:
    return lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")


def plain_text(html: str) -> str:
    """What a text says, without code."""
    return richtext.plain(re.sub(r"<(code|pre)>.*?</\1>", " ", html, flags=re.DOTALL))


def named(html: str, names: Iterable[str]) -> set[str]:
    """The names that a text has in it."""
    return _in(plain_text(html), names)


def sourced(html: str, names: Iterable[str]) -> set[str]:
    """The names that stand in a paragraph, a line or a cell with a link to a source."""
    blocks = _tree(html).xpath("(.//p|.//li|.//td|.//figcaption)[.//a[@class='source']]")
    return set[str]().union(*(_in(block.text_content(), names) for block in blocks))


def _in(text: str, names: Iterable[str]) -> set[str]:
    return {name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)}
