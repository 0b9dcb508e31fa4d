"""Cleaned HTML as the Markdown of content files: the way back of `lms.base.markdown`.

Each shape of a lesson has one way to be written. What has none is not written at all: the caller keeps the HTML.
"""

import re
from collections.abc import Callable

from lms.base import htmltree, markdown
from lms.base import markdown_signs as signs
from lms.base.htmltree import Node
from lms.base.markdown_names import Finder, Names, no_sources, unnamed
from lms.base.richtext import clean

CALLOUTS = {f"callout callout-{kind}": kind for kind in ("info", "ok", "careful", "stop")}


class Unwritable(ValueError):
    """HTML of a shape that Markdown has no way for."""


def to_markdown(html: str, *, media: Finder, clause: Finder, source: Finder = no_sources) -> str | None:
    """Cleaned HTML as Markdown that reads back as the same (but for white space between blocks); else nothing.

    `media` gives the name of the file at an address, `clause` and `source` the code of what is cited at one.
    """
    names = Names(media, clause, source)
    try:
        same = htmltree.canonical(html)
        text = _Writer(names).whole(htmltree.parse(same))
        back = htmltree.canonical(markdown.from_markdown(text, media=unnamed, clause=unnamed, source=unnamed))
        wanted = htmltree.canonical(clean(names.unnamed(same)))
    except (ValueError, IndexError):  # of a shape that is none of ours, or not read back
        return None
    return text if back == wanted else None


class _Writer:
    """Writes one text. Every method raises `Unwritable`."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def whole(self, root: Node) -> str:
        return self._in_a_row(root.children, self._top) + "\n" if root.children else ""

    def _top(self, node: Node, other: bool) -> str:
        """A block at the top of the text: there alone stand the shapes that are written with `:::`."""
        if node.role in CALLOUTS:
            return self._fenced(CALLOUTS[node.role], *_headed(node, "callout-title"))
        if node.role == "post":
            by, body = _headed(node, "post-by")
            return self._fenced("post", by.replace(" · ", " | "), body)
        if node.tag == "details":
            return self._fenced("details", *_headed(node, "", "summary"))
        if node.role == "check":
            return self._check(node)
        if node.role == "film":
            return self._film(node)
        if node.tag == "table" and any(row.elements[:1] and row.elements[0].tag == "th" for row in _rows(node)[1:]):
            return f"::: table\n{self._table(node, rows=True)}\n:::"
        return self.block(node, other)

    def _fenced(self, kind: str, title: str, body: list["Node | str"]) -> str:
        if "\n" in title or title != title.strip():
            raise Unwritable(title)
        return "\n".join(part for part in (f"::: {kind} {title}".rstrip(), self.blocks(body), ":::") if part)

    def blocks(self, nodes: list["Node | str"]) -> str:
        """Blocks one after another."""
        return self._in_a_row(nodes, self.block)

    def _in_a_row(self, nodes: list["Node | str"], write: Callable[[Node, bool], str]) -> str:
        """A second list of the same kind gets other signs, so that the two stay two."""
        written, before = [], ("", False)
        for node in nodes:
            if isinstance(node, str):
                raise Unwritable(node)
            other = node.tag == before[0] and not before[1]
            written.append(write(node, other))
            before = (node.tag, other)
        return "\n\n".join(written)

    def block(self, node: Node, other: bool) -> str:
        if node.role and node.role != "picture":
            raise Unwritable(node.role)
        match node.tag:
            case "p":
                return self._paragraph(node)
            case "h2" | "h3" | "h4":
                return "#" * int(node.tag[1]) + " " + self._heading(node)
            case "ul" | "ol":
                return self._list(node, other)
            case "blockquote":
                return signs.indented(self.blocks(node.children), "> ", "> ").replace("> \n", ">\n")
            case "pre":
                return _fence(node)
            case "hr":
                return "---"
            case "table":
                return self._table(node)
            case "figure":
                return self._picture(node)
        raise Unwritable(node.tag)

    def _paragraph(self, node: Node) -> str:
        words = self.inline(node.children)
        if not words.strip():
            raise Unwritable("an empty paragraph")
        return signs.lines(words)

    def _heading(self, node: Node) -> str:
        words = self.inline(node.children)
        if "\n" in words or not words:
            raise Unwritable(words)
        return re.sub(r"#+$", lambda sign: "\\" + sign[0], words)

    def _list(self, node: Node, other: bool) -> str:
        first = int(node.attributes.get("start", 1)) if node.tag == "ol" else 0
        items = [self._item(item) for item in _only_elements(node)]
        loose = any(is_loose for _, is_loose in items)
        if not items or (loose and not all(is_loose for _, is_loose in items)):
            raise Unwritable("a list of both kinds")
        lines = []
        for place, (words, _) in enumerate(items):
            sign = f"{first + place}{')' if other else '.'} " if node.tag == "ol" else "* " if other else "- "
            lines.append(signs.indented(words, sign, " " * len(sign)))
        return ("\n\n" if loose else "\n").join(lines)

    def _item(self, item: Node) -> tuple[str, bool]:
        """What is in an item, and whether it holds paragraphs rather than words."""
        if item.tag != "li" or item.role or not item.children:
            raise Unwritable(item.tag)
        first = item.children[0]
        if isinstance(first, Node) and first.tag in htmltree.BLOCKS - {"br"}:
            return self.blocks(item.children), True
        at = next((place for place, child in enumerate(item.children) if _is_block(child)), len(item.children))
        words, rest = self._paragraph(Node("p", {}, item.children[:at])), self.blocks(item.children[at:])
        return (f"{words}\n{rest}" if rest else words), False

    def _table(self, node: Node, *, rows: bool = False) -> str:
        lines = [
            [self._cell(cell, place, column, rows) for column, cell in enumerate(_only_elements(row))]
            for place, row in enumerate(_rows(node))
        ]
        if not lines or not lines[0]:
            raise Unwritable("an empty table")
        bars = "|" + "---|" * len(lines[0])
        head, *body = ("| " + " | ".join(line) + " |" for line in lines)
        return "\n".join([head, bars, *body])

    def _cell(self, cell: Node, row: int, column: int, rows: bool) -> str:
        scope = "col" if row == 0 else "row" if rows and column == 0 else ""
        if cell.attributes != ({"scope": scope} if scope else {}):
            raise Unwritable("a cell")
        words = self.inline(cell.children)
        if "\n" in words:
            raise Unwritable(words)
        return words.replace("|", "\\|")

    def _picture(self, node: Node) -> str:
        picture, *caption = _only_elements(node)
        if picture.tag != "img" or len(caption) > 1 or "title" in picture.attributes:
            raise Unwritable("a picture")
        title = _words(caption[0]) if caption else ""
        size = [picture.attributes[name] for name in ("width", "height") if name in picture.attributes]
        return self._image(picture, title) + (f"{{{'x'.join(size)}}}" if size else "")

    def _image(self, picture: Node, title: str) -> str:
        alt = "".join(signs.escaped(picture.attributes.get("alt", "")))
        source = picture.attributes.get("src", "")
        name = self.names.media(source)
        return f"![{alt}]({signs.target(f'media:{name}' if name else source)}{signs.title(title)})"

    def _film(self, node: Node) -> str:
        """A film of the shape that `::: video` makes, if all its files have the same name but for what they are."""
        video, _ = _only_elements(node)
        name = (self.names.media(video.attributes.get("poster", "")) or "").removesuffix(".svg")
        strong, after, transcript = _summary(node)
        length, _, invitation = after.removeprefix(", ").partition(". ")
        title = " | ".join((name, strong, length, invitation))
        return f"::: video {title}\n{self.blocks(transcript)}\n:::"

    def _check(self, node: Node) -> str:
        question, choices = _only_elements(node)
        lines = [f"::: check {self.inline(question.children)}".rstrip()]
        for choice in _only_elements(choices):
            words, *why = (self.inline(line.children) for line in _only_elements(choice))
            sign = "x" if choice.attributes.get("data-right") == "true" else " "
            lines.append(" // ".join((f"- [{sign}] {words}", *why)))
        return "\n".join([*lines, ":::"])

    def inline(self, children: list["Node | str"]) -> str:
        """Words and what stands between them."""
        parts = []
        for place, child in enumerate(children):
            if isinstance(child, str):
                follows_link = place + 1 < len(children) and getattr(children[place + 1], "tag", "") == "a"
                words = signs.escaped(child)
                parts.append(words[:-1] + "\\!" if follows_link and words.endswith("!") else words)
            else:
                parts.append(self._span(child))
        return "".join(parts)

    def _span(self, node: Node) -> str:
        match node.tag:
            case "strong":
                return f"**{self.inline(node.children)}**"
            case "em":
                sign = "_" if any(isinstance(child, Node) and child.tag == "strong" for child in node.children) else "*"
                return f"{sign}{self.inline(node.children)}{sign}"
            case "mark":
                return f"=={self.inline(node.children)}=="
            case "br":
                return "\\\n"
            case "code":
                return signs.code(_words(node))
            case "a":
                return self._link(node)
            case "img":
                return self._image(node, node.attributes.get("title", ""))
        raise Unwritable(node.tag)

    def _link(self, node: Node) -> str:
        target = signs.target(self.names.target(node.role, node.attributes.get("href", "")))
        return f"[{self.inline(node.children)}]({target}{signs.title(node.attributes.get('title', ''))})"


def _only_elements(node: Node) -> list[Node]:
    if len(node.elements) != len(node.children):
        raise Unwritable("words where there should be none")
    return node.elements


def _is_block(child: "Node | str") -> bool:
    return isinstance(child, Node) and child.tag in htmltree.BLOCKS - {"br"}


def _headed(node: Node, role: str, tag: str = "p") -> tuple[str, list["Node | str"]]:
    """The line at the head of a shape, which is plain words, and all below it."""
    first = node.children[0] if node.children else ""
    if isinstance(first, Node) and (first.tag, first.role) == (tag, role):
        return _words(first), node.children[1:]
    return "", node.children


def _words(node: Node) -> str:
    """The words of an element that holds nothing else."""
    if node.elements:
        raise Unwritable(node.tag)
    return "".join(child for child in node.children if isinstance(child, str))


def _rows(table: Node) -> list[Node]:
    return [row for part in _only_elements(table) for row in _only_elements(part)]


def _summary(film: Node) -> tuple[str, str, list["Node | str"]]:
    """Title, the words after it, and the transcript of a film."""
    details = film.elements[1].elements
    if len(details) != 1 or not details[0].elements:
        raise Unwritable("a film without a transcript")
    summary, *transcript = details[0].children
    if not isinstance(summary, Node) or [getattr(part, "tag", "") for part in summary.children] != ["strong", ""]:
        raise Unwritable("a film")
    return _words(summary.elements[0]), str(summary.children[1]), transcript


def _fence(node: Node) -> str:
    if [getattr(child, "tag", "") for child in node.children] != ["code"]:
        raise Unwritable("pre")
    words = _words(node.elements[0])
    sign = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", words))])
    return f"{sign}\n{words}\n{sign}"
