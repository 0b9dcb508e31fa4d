"""Finding the words of a quote in a stored text, and marking them where they stand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from lxml import html as lxml_html
from lxml.html import HtmlElement

from lms.base.differences import BLOCKS

_SPACE = re.compile(r"\s+")
_CHECK = "check"
MOST = 25
"""Passages that are marked in one text."""


@dataclass(frozen=True)
class _Words:
    """A piece of text in the tree: before the first child of an element, or behind an element (`tail`)."""

    element: HtmlElement
    tail: bool
    text: str
    check: HtmlElement | None


class _Page:
    """A stored text as a tree, and its words in reading order in which a quote can be found."""

    def __init__(self, html: str) -> None:
        self.root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
        self.pieces: list[_Words] = []
        self.letters: list[str] = []
        self.sources: list[tuple[int, int]] = []
        for item in _walk(self.root):
            self._take(item)
        self.text = "".join(self.letters)

    def _take(self, item: _Words | None) -> None:
        if item is None:
            self._letter(" ", (-1, -1))
            return
        self.pieces.append(item)
        for place, letter in enumerate(item.text):
            self._letter(" " if letter.isspace() else letter, (len(self.pieces) - 1, place))

    def _letter(self, letter: str, source: tuple[int, int]) -> None:
        if letter != " " or (self.letters and self.letters[-1] != " "):
            self.letters.append(letter)
            self.sources.append(source)

    def find(self, quote: str) -> list[tuple[int, int, int]]:
        """Where the quote stands: pieces by number, each from and to a place in it. Empty when it does not."""
        words = _SPACE.sub(" ", quote).strip()
        at = self.text.find(words) if words else -1
        found: dict[int, tuple[int, int]] = {}
        for piece, place in self.sources[at : at + len(words)] if at >= 0 else ():
            if piece >= 0:
                found[piece] = (found.get(piece, (place, place))[0], place + 1)
        return [(piece, start, end) for piece, (start, end) in found.items()]


def _walk(root: HtmlElement) -> Iterator[_Words | None]:
    """The pieces of text in reading order, with nothing wherever a block begins or ends."""
    waiting: list[tuple[HtmlElement, bool, HtmlElement | None]] = [(root, True, None)]
    while waiting:
        element, opens, check = waiting.pop()
        if element.tag in BLOCKS or element.tag in {"br", "div"}:
            yield None
        if not opens:
            if element.tail:
                outer = next((one for one in element.iterancestors("section") if one.get("class") == _CHECK), None)
                yield _Words(element, True, element.tail, outer)
            continue
        check = element if element.get("class") == _CHECK else check
        if element.text:
            yield _Words(element, False, element.text, check)
        if element is not root:
            waiting.append((element, False, check))
        waiting.extend((child, True, check) for child in reversed(element))


def stands_in(html: str, quote: str) -> bool:
    """Whether a stored text has these words, one after the other, whatever its form."""
    return bool(_Page(html).find(quote))


def marked(html: str, quotes: Iterable[tuple[int, str]]) -> tuple[str, frozenset[int]]:
    """A stored text with each quote marked (`<mark class="remark" id="passage-…">`), and which quotes were found.

    In a knowledge check, which is shown in another form than it is stored, the check as a whole gets the id. Only
    the first `MOST` of them are marked: each mark changes the text in which the next is looked for.
    """
    wanted, first = list(quotes), _Page(html)
    found = {number for number, quote in wanted if first.find(quote)}
    for number, quote in [one for one in wanted if one[0] in found][:MOST]:
        page = _Page(html)
        ranges = page.find(quote)
        if ranges:
            _mark(page, ranges, f"passage-{number}")
            html = _html(page.root)
    return html, frozenset(found)


def _mark(page: _Page, ranges: list[tuple[int, int, int]], name: str) -> None:
    """Mark ranges from the last to the first: what lies before a mark stays where it was."""
    first = ranges[0][0]
    for piece, start, end in reversed(ranges):
        words = page.pieces[piece]
        if words.check is not None:
            if piece == first and not words.check.get("id"):
                words.check.set("id", name)
            continue
        mark = lxml_html.Element("mark")
        mark.set("class", "remark")
        if piece == first:
            mark.set("id", name)
        mark.text, mark.tail = words.text[start:end], words.text[end:]
        _put(words, words.text[:start], mark)


def _put(words: _Words, before: str, mark: HtmlElement) -> None:
    if words.tail:
        words.element.tail = before
        parent = words.element.getparent()
        parent.insert(parent.index(words.element) + 1, mark)
    else:
        words.element.text = before
        words.element.insert(0, mark)


def _html(root: HtmlElement) -> str:
    return escape(root.text or "", quote=False) + "".join(
        lxml_html.tostring(child, encoding="unicode") for child in root
    )
