"""What changed between two texts, word by word, in the words a reader sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from lxml import html as lxml_html
from lxml.html import HtmlElement

from lms.base import richtext
from lms.base.i18n import gettext

BLOCKS = frozenset(richtext.TAGS) - {"strong", "em", "code", "a", "img", "video", "source", "track", "mark", "br"}
LONGEST = 1500
"""Words in a paragraph beyond which it is shown as a whole, old and new: comparing costs the square of it."""


@dataclass(frozen=True)
class Piece:
    """Words that stayed, were, or are."""

    kind: Literal["same", "was", "is"]
    words: str


Passage = tuple[Piece, ...]


def passages(old: str, new: str) -> list[Passage]:
    """The paragraphs of two stored HTML texts that differ in words, each as pieces in reading order."""
    before, after = lines(old), lines(new)
    found: list[Passage] = []
    for deed, start, end, new_start, new_end in SequenceMatcher(None, before, after).get_opcodes():
        if deed != "equal":
            pairs = zip_longest(before[start:end], after[new_start:new_end], fillvalue="")
            found.extend(compare(was, becomes) for was, becomes in pairs)
    return found


def compare(old: str, new: str) -> Passage:
    """Two lines of plain words as one passage."""
    if not old or not new or len(old.split()) + len(new.split()) > LONGEST:
        pieces = (Piece("was", old), Piece("is", new))
        return tuple(piece for piece in pieces if piece.words)
    return tuple(_pieces(old.split(), new.split()))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for deed, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if deed == "equal":
            yield Piece("same", " ".join(old[start:end]))
            continue
        if end > start:
            yield Piece("was", " ".join(old[start:end]))
        if new_end > new_start:
            yield Piece("is", " ".join(new[new_start:new_end]))


def lines(html: str) -> list[str]:
    """The words of stored HTML, a line for each paragraph, heading, item or cell; pictures and films by name."""
    root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
    held = [""]
    for words, ends in _walk(root):
        if ends:
            held.append("")
        else:
            held[-1] += words
    return [line for line in (" ".join(item.split()) for item in held) if line]


def _walk(element: HtmlElement) -> Iterator[tuple[str, bool]]:
    """Words in reading order, with a mark wherever a block begins or ends. Without recursion: text may nest deeply."""
    waiting: list[HtmlElement | str | None] = [element]
    while waiting:
        item = waiting.pop()
        if item is None or isinstance(item, str):
            yield item or "", item is None
            continue
        edge = [None] if item.tag in BLOCKS else []
        children = [part for child in item for part in (child, child.tail or "")]
        waiting.extend(reversed([*edge, _said(item) + (item.text or ""), *children, *edge]))


def _said(element: HtmlElement) -> str:
    match element.tag:
        case "img":
            return " " + gettext("[Picture: %(words)s]", words=element.get("alt") or "?") + " "
        case "video":
            return " " + gettext("[Film: %(words)s]", words=element.get("aria-label") or "?") + " "
        case "br":
            return " "
    return ""
