"""What changed between two texts, word by word, in the words a reader sees."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from typing import Literal

from lxml import html as lxml_html
from lxml.html import HtmlElement

from lms.base import richtext
from lms.base.i18n import gettext

BLOCKS = frozenset(richtext.TAGS) - {"strong", "em", "code", "a", "img", "video", "source", "track", "mark", "br"}
LONGEST = 1500
"""Words in a paragraph beyond which it is shown as a whole, old and new: comparing costs the square of it."""
ALIGNED_AT_MOST = 2500
"""Pairs of paragraphs beyond which a rewritten stretch is shown in order, without looking for what belongs together."""
ALIKE = 0.3
"""The share of common words from which two paragraphs are taken for the same one, changed."""

Kind = Literal["", "heading", "item", "cell", "quote"]
_KINDS: dict[str, Kind] = {"li": "item", "td": "cell", "th": "cell", "blockquote": "quote"}
_KINDS |= dict.fromkeys(("h2", "h3", "h4"), "heading")


@dataclass(frozen=True)
class Piece:
    """Words that stayed, were, or are."""

    kind: Literal["same", "was", "is"]
    words: str


Passage = tuple[Piece, ...]


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, item, cell or quote in plain words."""

    words: str
    kind: Kind = ""


@dataclass(frozen=True)
class Row:
    """A block of an old text beside that of a new one. Where there is none on a side, that side is empty."""

    kind: Kind
    old: Passage
    new: Passage

    @property
    def changed(self) -> bool:
        return any(piece.kind != "same" for piece in (*self.old, *self.new))


def passages(old: str, new: str) -> list[Passage]:
    """The paragraphs of two stored HTML texts that differ in words, each as pieces in reading order."""
    before, after = lines(old), lines(new)
    found: list[Passage] = []
    for deed, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if deed != "equal":
            was, becomes = before[start:end], after[new_start:new_end]
            for at, there in together(was, becomes):
                found.append(compare("" if at is None else was[at], "" if there is None else becomes[there]))
    return found


def side_by_side(old: str, new: str) -> list[Row]:
    """Two stored HTML texts whole, block beside block, with what was left out and put in marked in each."""
    before, after = blocks(old), blocks(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Row] = []
    for deed, start, end, new_start, new_end in matcher.get_opcodes():
        if deed == "equal":
            found.extend(_row(block, block) for block in before[start:end])
            continue
        was, becomes = before[start:end], after[new_start:new_end]
        places = together([block.words for block in was], [block.words for block in becomes])
        found.extend(
            _row(None if at is None else was[at], None if there is None else becomes[there]) for at, there in places
        )
    return found


def compare(old: str, new: str) -> Passage:
    """Two lines of plain words as one passage."""
    if not old or not new or len(old.split()) + len(new.split()) > LONGEST:
        pieces = (Piece("was", old), Piece("is", new))
        return tuple(piece for piece in pieces if piece.words)
    return tuple(_pieces(old.split(), new.split()))


def row(old: str, new: str) -> Row:
    """Two lines of plain words, such as titles, beside each other."""
    return _row(Block(old) if old else None, Block(new)) if new else _row(Block(old), None)


def _row(old: Block | None, new: Block | None) -> Row:
    shown = new or old
    assert shown is not None
    if old and new and old.words == new.words:
        same = (Piece("same", old.words),)
        return Row(shown.kind, same, same)
    pieces = compare(old.words if old else "", new.words if new else "")
    return Row(
        shown.kind,
        tuple(piece for piece in pieces if piece.kind != "is"),
        tuple(piece for piece in pieces if piece.kind != "was"),
    )


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for deed, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if deed == "equal":
            yield Piece("same", " ".join(old[start:end]))
            continue
        if end > start:
            yield Piece("was", " ".join(old[start:end]))
        if new_end > new_start:
            yield Piece("is", " ".join(new[new_start:new_end]))


def together(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Which of two rewritten stretches of paragraphs belong together, by place: the pairs that share most words.

    What is left over between two such pairs stands side by side in its order.
    """
    chosen = _alike(old, new) if len(old) * len(new) <= ALIGNED_AT_MOST else []
    found: list[tuple[int | None, int | None]] = []
    for (was, becomes), (next_was, next_becomes) in pairwise([(-1, -1), *chosen, (len(old), len(new))]):
        if was >= 0:
            found.append((was, becomes))
        found.extend(zip_longest(range(was + 1, next_was), range(becomes + 1, next_becomes)))
    return found


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs, in order on both sides, whose shares of common words add up to most."""
    words, others = [Counter(line.split()) for line in old], [Counter(line.split()) for line in new]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    share = [[_share(one, other) for other in others] for one in words]
    for at in range(len(old) - 1, -1, -1):
        for there in range(len(new) - 1, -1, -1):
            paired = best[at + 1][there + 1] + share[at][there] if share[at][there] >= ALIKE else 0.0
            best[at][there] = max(paired, best[at + 1][there], best[at][there + 1])
    found, at, there = [], 0, 0
    while at < len(old) and there < len(new):
        if best[at][there] == best[at + 1][there]:
            at += 1
        elif best[at][there] == best[at][there + 1]:
            there += 1
        else:
            found.append((at, there))
            at, there = at + 1, there + 1
    return found


def _share(one: Counter[str], other: Counter[str]) -> float:
    whole = one.total() + other.total()
    return 2 * (one & other).total() / whole if whole else 0.0


def lines(html: str) -> list[str]:
    """The words of stored HTML, a line for each paragraph, heading, item or cell; pictures and films by name."""
    return [block.words for block in blocks(html)]


def blocks(html: str) -> list[Block]:
    """Stored HTML as blocks of plain words, in reading order."""
    root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
    held: list[tuple[list[str], Kind]] = [([], "")]
    for words, edge in _walk(root):
        if edge is not None:
            held.append(([], edge))
        else:
            held[-1][0].append(words)
    found = (Block(" ".join("".join(words).split()), kind) for words, kind in held)
    return [block for block in found if block.words]


def _walk(element: HtmlElement) -> Iterator[tuple[str, Kind | None]]:
    """Words in reading order, and wherever a block begins or ends the kind of the block that goes on from there.

    Without recursion: text may nest deeply.
    """
    waiting: list[tuple[HtmlElement | str, Kind | None]] = [(element, "")]
    while waiting:
        item, kind = waiting.pop()
        if isinstance(item, str):
            yield item, kind
            continue
        around: Kind = kind or ""
        own = _KINDS.get(item.tag, around)
        begins, ends = ([("", own)], [("", around)]) if item.tag in BLOCKS else ([], [])
        children = [part for child in item for part in ((child, own), (child.tail or "", None))]
        waiting.extend(reversed([*begins, (_said(item) + (item.text or ""), None), *children, *ends]))


def _said(element: HtmlElement) -> str:
    match element.tag:
        case "img":
            return " " + gettext("[Picture: %(words)s]", words=element.get("alt") or "?") + " "
        case "video":
            return " " + gettext("[Film: %(words)s]", words=element.get("aria-label") or "?") + " "
        case "br":
            return " "
    return ""
