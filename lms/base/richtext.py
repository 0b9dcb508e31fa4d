"""Text with form: from anybody to clean HTML, and from clean HTML to a page.

What is stored has passed `clean`; what is shown is made from it by `display`. Only this module makes `Markup`.

The shapes that lessons use, as stored:

- `<aside class="callout callout-info"><p class="callout-title">…</p>…</aside>` (info, ok, careful, stop);
- `<blockquote class="post"><p class="post-by">Name · place · time</p>…</blockquote>`;
- `<section class="check"><p class="check-q">…</p><ul class="check-choices"><li class="check-choice" data-right="true">
  <p>Choice</p><p class="check-why">Feedback</p></li>…</ul></section>`;
- `<figure class="film"><video …>…</video><figcaption>…</figcaption></figure>`, `<figure class="picture">…`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import bleach
from lxml import html as lxml_html
from lxml.html import HtmlElement
from markupsafe import Markup, escape

POLICY = 1
"""Version of the allowlist below, stored beside each text that passed it."""

CLASSES = {
    "a": {"clause", "source"},
    "aside": {"callout", "callout-info", "callout-ok", "callout-careful", "callout-stop"},
    "blockquote": {"post"},
    "figure": {"film", "picture"},
    "li": {"check-choice"},
    "p": {"callout-title", "post-by", "check-q", "check-why"},
    "section": {"check"},
    "ul": {"check-choices"},
}
PLAIN_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"alt", "title", "width", "height"},
    "li": {"data-right"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "track": {"kind", "srclang", "label", "default"},
    "source": {"type"},
    "video": {"controls", "preload", "width", "height", "aria-label"},
}
OWN_ADDRESSES = {("img", "src"), ("video", "poster"), ("source", "src"), ("track", "src")}
TAGS = {
    *("p", "h2", "h3", "h4", "strong", "em", "code", "pre", "mark", "br", "hr", "a", "ul", "ol", "li", "blockquote"),
    *("table", "thead", "tbody", "tr", "th", "td", "figure", "img", "figcaption", "video", "source", "track"),
    *("aside", "section", "details", "summary"),
}
PROTOCOLS = ["http", "https", "mailto"]
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
ROUNDS = 8
"""How often text is cleaned at most; what still changes then is kept as plain words."""
_OWN_ADDRESS = re.compile(r"/(media|static)/[A-Za-z0-9._/-]+\Z")


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return set(value.split()) <= CLASSES.get(tag, set())
    if (tag, name) in OWN_ADDRESSES:
        return bool(_OWN_ADDRESS.match(value)) and ".." not in value
    return name in PLAIN_ATTRIBUTES.get(tag, set())


_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));?", re.IGNORECASE)


def _printable(html: str) -> str:
    """Without characters, written as such or as numbers, that no page can hold."""
    return _UNPRINTABLE.sub("", _REFERENCE.sub(_character, html))


def _character(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2][:9])
    return str(escape(chr(number))) if number < 0x110000 else ""


class TooDeep(ValueError):
    """Tags stand in one another more deeply than any text needs: reading them takes the square of the depth."""


class TooCrowded(ValueError):
    """A tag has more attributes than any text needs: reading them takes the square of their number."""


DEEPEST = 60
"""How deeply tags may stand in one another. No lesson needs 10."""
MOST_ATTRIBUTES = 100
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TAG_BEGUN = re.compile(r"</?[a-zA-Z][^>]*")
_APART = re.compile(r"[\s/\"']+")


def crowded(html: str) -> bool:
    """Whether a tag, closed or not, has more than a hundred attributes."""
    longest = (tag[0] for tag in _TAG_BEGUN.finditer(html) if len(tag[0]) > 2 * MOST_ATTRIBUTES)
    return any(len(_APART.findall(_QUOTED.sub('"', tag))) > MOST_ATTRIBUTES for tag in longest)


class _Shallow(list[Any]):
    """The elements that are open while HTML is read."""

    def append(self, element: Any) -> None:
        if len(self) > DEEPEST:
            raise TooDeep(f"Tags stand in one another more than {DEEPEST} deep.")
        super().append(element)


def _stay_shallow(cleaner: bleach.Cleaner) -> None:
    """Have the cleaner's own parser stop when tags stand too deep: nothing else reads HTML as it does."""
    tree = cleaner.parser.tree
    begin = tree.reset

    def reset() -> None:
        begin()
        tree.openElements = _Shallow(tree.openElements)

    tree.reset = reset


def clean(html: str) -> str:
    """HTML from anybody, made harmless by the allowlist of this module: what is not on it is taken out.

    Cleaning twice changes nothing more: HTML that is nested wrongly may read differently once it has been put right,
    so it is cleaned again until it stays the same. Raises `TooDeep` and `TooCrowded`.
    """
    cleaner = bleach.Cleaner(tags=TAGS, attributes=_allowed, protocols=PROTOCOLS, strip=True, strip_comments=True)
    _stay_shallow(cleaner)
    html = _printable(_without_programs(html))
    if crowded(html):
        raise TooCrowded(f"A tag has more than {MOST_ATTRIBUTES} attributes.")
    for _ in range(ROUNDS):
        cleaned = _printable(str(cleaner.clean(html)))
        if cleaned == html:
            return cleaned
        html = cleaned
    return str(escape(plain(html)))


_PROGRAMS = [
    (re.compile(rf"<{tag}\b[^<>]*>", re.IGNORECASE), re.compile(rf"</{tag}\s*>", re.IGNORECASE))
    for tag in ("script", "style", "xml", "title")
]
"""What a page or a word processor says to programs. As words it would stand in the lesson once its tags are gone."""


def _without_programs(html: str) -> str:
    for start, end in _PROGRAMS:
        kept, at = [], 0
        while (opens := start.search(html, at)) and (closes := end.search(html, opens.end())):
            kept.append(html[at : opens.start()])
            at = closes.end()
        html = "".join((*kept, html[at:]))
    return html


_NEEDLESS_END = re.compile("</(?:source|track)>")
"""Written by lxml for elements that have no end in HTML."""


@lru_cache(maxsize=2048)
def display(html: str, marked: frozenset[int] = frozenset()) -> Markup:
    """Stored, cleaned HTML as it is shown: checks can be answered, tables scroll, pictures load late and open large.

    The blocks at the places in `marked`, counted from 0, are shown as new. Cached by the text itself: the same text
    always gives the same page.
    """
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for number, section in enumerate(root.findall(".//section[@class='check']"), 1):
        _answerable(section, number)
    for table in root.findall(".//table"):
        _scrolling(table)
    for picture in root.findall(".//img"):
        picture.set("loading", "lazy")
        _offer_smaller(picture)
    for picture in root.findall(".//figure[@class='picture']/img"):
        _opened_large(picture)
    for place in marked & frozenset(range(len(root))):
        _wrapped(root[place], {"class": "newer", "role": "insertion"})
    inner = str(escape(root.text or "")) + "".join(
        lxml_html.tostring(child, encoding="unicode", method="html") for child in root
    )
    return Markup(_NEEDLESS_END.sub("", inner))


WIDTHS = (480, 960, 1600)
"""Widths, in dots, in which pictures are also kept: a phone, a page, a page on a fine screen."""
_OF_DOTS = re.compile(r"/media/[0-9a-f]{64}/[A-Za-z0-9._-]+\.(?:png|jpe?g|webp|gif|avif)")


def _offer_smaller(picture: HtmlElement) -> None:
    """Let the browser choose how fine a picture it needs, when the text says how wide the picture is."""
    address, width = picture.get("src", ""), picture.get("width", "")
    if not _OF_DOTS.fullmatch(address) or not re.fullmatch(r"[0-9]{1,5}", width) or int(width) <= WIDTHS[0]:
        return
    smaller = [f"{address}?w={one} {one}w" for one in WIDTHS if one < int(width)]
    picture.set("srcset", ", ".join([*smaller, f"{address} {int(width)}w"]))
    picture.set("sizes", "(min-width: 48rem) 46rem, 100vw")


def _scrolling(table: HtmlElement) -> None:
    _wrapped(table, {"class": "scroll", "tabindex": "0"})


def _opened_large(picture: HtmlElement) -> None:
    """Let a tap open the picture by itself, where a reader with a small screen can zoom; its alt names the link."""
    address = picture.get("src", "")
    if _OWN_ADDRESS.match(address) and picture.get("alt", "").strip():
        _wrapped(picture, {"class": "zoom", "href": address}, "a")


def _wrapped(element: HtmlElement, attributes: dict[str, str], tag: str = "div") -> None:
    """Put another element around this one, where it stands."""
    wrapper = lxml_html.Element(tag, attributes)
    wrapper.tail, element.tail = element.tail, None
    element.getparent().replace(element, wrapper)
    wrapper.append(element)


def _answerable(section: HtmlElement, number: int) -> None:
    """Turn a stored check into radio buttons whose feedback shows by CSS alone, for readers without scripts too."""
    question = section.find("p")
    legend = lxml_html.Element("legend")
    legend.set("class", "lg b mb3")
    legend.text = question.text_content() if question is not None else ""
    fieldset = lxml_html.Element("fieldset")
    fieldset.append(legend)
    feedback = []
    for place, choice in enumerate(section.findall(".//li"), 1):
        texts = choice.findall("p")
        label = lxml_html.fragment_fromstring('<label class="choice"><input type="radio"><span></span></label>')
        button = label.find("input")
        button.set("name", f"check-{number}")
        button.set("value", str(place))
        button.set("class", f"k{place}")
        label.find("span").text = texts[0].text_content() if texts else ""
        fieldset.append(label)
        right = choice.get("data-right") == "true"
        feedback.append(
            lxml_html.fragment_fromstring(
                f'<div class="fb fb-{place} note {"note-ok" if right else "note-sun"}"><p>'
                f"{escape(texts[1].text_content() if len(texts) > 1 else '')}</p></div>"
            )
        )
    for child in list(section):
        section.remove(child)
    section.extend([fieldset, *feedback])


_BLOCK = re.compile(
    r"</?(?:p|h[234]|pre|[uo]l|li|blockquote|table|t[rdh]|fig\w+|aside|section|details|summary|[bh]r)\b"
)


def plain(html: str) -> str:
    """The words of stored HTML, without its form: for search, counting and mails."""
    apart = _BLOCK.sub(r" \g<0>", html)
    return " ".join(lxml_html.fragment_fromstring(apart or "<p></p>", create_parent="div").text_content().split())


def marked(parts: Iterable[tuple[str, bool]]) -> Markup:
    """Plain words in parts, each with whether it was found, as a result of a search shows them."""
    return Markup("").join(Markup("<mark>%s</mark>") % words if found else escape(words) for words, found in parts)


def words(html: str) -> int:
    """How many words a stored text has."""
    return len(plain(html).split())
