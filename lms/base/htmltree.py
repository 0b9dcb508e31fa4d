"""Cleaned HTML taken apart: as a tree to read, and in one form by which two texts can be compared."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape

VOID = frozenset(("br", "hr", "img", "source", "track"))
BLOCKS = frozenset(
    "p h2 h3 h4 hr pre ul ol li blockquote table thead tbody tr th td figure figcaption video source track"
    " aside section details summary br".split()
)
"""Elements beside which white space says nothing."""
_SPACE = " \t\n\r\f"
_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)(?P<attributes>(?:[^\"'>]|\"[^\"]*\"|'[^']*')*)>|(?P<text>[^<]+)"
)
_ATTRIBUTE = re.compile(r"([a-z-]+)(?:=\"([^\"]*)\"|='([^']*)')?")


@dataclass
class Node:
    """An element with its attributes, and what is in it: elements and words."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    @property
    def elements(self) -> list["Node"]:
        """The elements right in it."""
        return [child for child in self.children if isinstance(child, Node)]

    @property
    def role(self) -> str:
        """Its class."""
        return self.attributes.get("class", "")


class NotATree(ValueError):
    """HTML whose elements do not stand in one another as they should."""


def parse(html: str) -> Node:
    """Cleaned HTML as a tree, below a root without a tag. Raises `NotATree`."""
    open_ones = [Node("")]
    for token in _tokens(html):
        if token["text"] is not None:
            open_ones[-1].children.append(unescape(token["text"]))
        elif token["end"]:
            if open_ones[-1].tag != token["tag"]:
                raise NotATree(f"</{token['tag']}> closes nothing")
            open_ones.pop()
        else:
            node = Node(token["tag"], _attributes(token["attributes"]))
            open_ones[-1].children.append(node)
            if node.tag not in VOID:
                open_ones.append(node)
    if len(open_ones) > 1:
        raise NotATree(f"<{open_ones[-1].tag}> is not closed")
    return open_ones[0]


def canonical(html: str) -> str:
    """Cleaned HTML in the one form of all that read alike.

    White space at the edges of blocks and after line breaks is left out, as is the last line break of code; entities
    are characters where they can be; attributes stand in order. Raises `NotATree`.
    """
    parts: list[str] = []
    in_code, before = 0, "p"
    tokens = list(_tokens(html))
    for place, token in enumerate(tokens):
        following = tokens[place + 1]["tag"] if place + 1 < len(tokens) else "p"
        if token["text"] is None:
            in_code += (-1 if token["end"] else 1) * (token["tag"] == "pre")
            parts.append(_tag(token))
            before = token["tag"]
            continue
        words = unescape(token["text"])
        if in_code:
            words = words.removesuffix("\n") if _ends_code(tokens, place) else words
        else:
            words = words.lstrip(_SPACE) if before in BLOCKS else words
            words = words.rstrip(_SPACE) if following in BLOCKS else words
        parts.append(escape(words, quote=False))
        before = before if not words else ""
    return "".join(parts)


ADDRESSES = frozenset(("src", "poster", "href"))


def readdressed(html: str, change: Callable[[str, str], str]) -> str:
    """HTML with other addresses: `change` gets each one, and the class of its element. Raises `NotATree`."""
    return "".join(_readdressed(token, change) for token in _tokens(html))


def _readdressed(token: re.Match[str], change: Callable[[str, str], str]) -> str:
    if token["text"] is not None or token["end"]:
        return token[0]
    role = _attributes(token["attributes"]).get("class", "")

    def changed(match: re.Match[str]) -> str:
        if match[1] not in ADDRESSES:
            return match[0]
        address = unescape(match[2] or match[3] or "")
        new = change(address, role)
        return match[0] if new == address else f'{match[1]}="{escape(new)}"'

    return f"<{token['tag']}{_ATTRIBUTE.sub(changed, token['attributes'])}>"


def unclassed(html: str, wrong: Callable[[str, str], bool]) -> str:
    """HTML without the class of those links for which `wrong`, given address and class, is true. Raises `NotATree`."""
    return "".join(_unclassed(token, wrong) for token in _tokens(html))


def _unclassed(token: re.Match[str], wrong: Callable[[str, str], bool]) -> str:
    if token["tag"] != "a" or token["end"]:
        return token[0]
    said = _attributes(token["attributes"])
    if "class" not in said or not wrong(said.get("href", ""), said["class"]):
        return token[0]
    kept = (one for one in _ATTRIBUTE.finditer(token["attributes"]) if one[1] != "class")
    return f"<a{''.join(f' {one[0]}' for one in kept)}>"


def _ends_code(tokens: list[re.Match[str]], place: int) -> bool:
    return [token["tag"] for token in tokens[place + 1 : place + 3] if token["end"]][-1:] == ["pre"]


def _tokens(html: str) -> Iterator[re.Match[str]]:
    at = 0
    for token in _TOKEN.finditer(html):
        if token.start() != at:
            break
        at = token.end()
        yield token
    if at != len(html):
        raise NotATree(f"{html[at : at + 20]!r} is neither an element nor words")


def _attributes(written: str) -> dict[str, str]:
    return {found[1]: unescape(found[2] or found[3] or "") for found in _ATTRIBUTE.finditer(written)}


def _tag(token: re.Match[str]) -> str:
    if token["end"]:
        return f"</{token['tag']}>"
    attributes = sorted(_attributes(token["attributes"]).items())
    return f"<{token['tag']}{''.join(f' {name}={chr(34)}{escape(value)}{chr(34)}' for name, value in attributes)}>"
