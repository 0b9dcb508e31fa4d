"""Text with form: from Markdown or an editor to clean HTML, and from clean HTML to a page.

What is stored has passed `clean`; what is shown is made from it by `display`. Only this module makes `Markup`.

The shapes that lessons use, as stored:

- `<aside class="callout callout-info"><p class="callout-title">…</p>…</aside>` (info, ok, careful, stop);
- `<blockquote class="post"><p class="post-by">Name · place · time</p>…</blockquote>`;
- `<section class="check"><p class="check-q">…</p><ul class="check-choices"><li class="check-choice" data-right="true">
  <p>Choice</p><p class="check-why">Feedback</p></li>…</ul></section>`;
- `<figure class="film"><video …>…</video><figcaption>…</figcaption></figure>`, `<figure class="picture">…`.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import bleach
from lxml import html as lxml_html
from lxml.html import HtmlElement
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

POLICY = 1
"""Version of the allowlist below, stored beside each text that passed it."""

CLASSES = {
    "a": {"clause"},
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
_OWN_ADDRESS = re.compile(r"/(media|static)/[A-Za-z0-9._/-]+\Z")


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return set(value.split()) <= CLASSES.get(tag, set())
    if (tag, name) in OWN_ADDRESSES:
        return bool(_OWN_ADDRESS.match(value)) and ".." not in value
    return name in PLAIN_ATTRIBUTES.get(tag, set())


def clean(html: str) -> str:
    """HTML from anybody, made harmless by the allowlist of this module: what is not on it is taken out.

    Cleaning twice changes nothing more.
    """
    cleaner = bleach.Cleaner(tags=TAGS, attributes=_allowed, protocols=PROTOCOLS, strip=True, strip_comments=True)
    return str(cleaner.clean(html.replace("\0", "")))


_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MARKED = re.compile(r"==(?=\S)(.+?)(?<=\S)==")
_CHOICE = re.compile(r"- \[(?P<right>[ x])\] (?P<text>.*?) // (?P<why>.*)")


class BadText(ValueError):
    """Markdown that cannot be turned into a lesson. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def from_markdown(text: str, *, media: Callable[[str], str], clause: Callable[[str], str]) -> str:
    """A content file's Markdown as clean HTML, for the loader.

    `media` gives the address of a file named in the text, `clause` that of a cited clause; both raise `KeyError`
    for what does not exist. Raises `BadText` with the line where something is wrong.
    """
    parts = []
    for line, kind, title, lines in _blocks(text):
        try:
            parts.append(_block(kind, title, lines, media, clause))
        except KeyError as error:
            raise BadText(line, f"{error.args[0]} is named here but does not exist.") from error
        except ValueError as error:
            raise BadText(line, str(error)) from error
    return clean("\n".join(parts))


def _blocks(text: str) -> Iterator[tuple[int, str, str, list[str]]]:
    kind, title, start, held = "", "", 1, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(":::"):
            words = line[3:].strip()
            if kind and words:
                raise BadText(number, f"A block was opened in line {start} and not closed with ::: before this one.")
            if not kind and not words:
                raise BadText(number, "::: closes a block, but none is open.")
            if kind or any(item.strip() for item in held):
                yield start, kind, title, held
            kind, _, title = words.partition(" ")
            start, held = number, []
        else:
            held.append(line)
    if kind:
        raise BadText(start, "This block is not closed with ::: before the end of the file.")
    if any(item.strip() for item in held):
        yield start, "", "", held


def _block(kind: str, title: str, lines: list[str], media: Callable[[str], str], clause: Callable[[str], str]) -> str:
    if kind == "check":
        return _check(title, lines)
    body = _render("\n".join(lines), media, clause)
    match kind:
        case "":
            return body
        case "info" | "ok" | "careful" | "stop":
            return f'<aside class="callout callout-{kind}"><p class="callout-title">{escape(title)}</p>{body}</aside>'
        case "post":
            by = " · ".join(part.strip() for part in title.split("|"))
            return f'<blockquote class="post"><p class="post-by">{escape(by)}</p>{body}</blockquote>'
        case "video":
            return _film(title, body, media)
    raise ValueError(f"::: {kind} is not a kind of block. Known are info, ok, careful, stop, post, check and video.")


def _check(question: str, lines: list[str]) -> str:
    choices = [match for line in lines if line.strip() and (match := _CHOICE.fullmatch(line.strip()))]
    if len(choices) != sum(1 for line in lines if line.strip()) or len(choices) < 2:
        raise ValueError("A check has two or more lines of the form: - [ ] choice // feedback")
    if sum(choice["right"] == "x" for choice in choices) != 1:
        raise ValueError("A check has exactly one right choice, marked [x].")
    items = "".join(
        f'<li class="check-choice" data-right="{str(choice["right"] == "x").lower()}">'
        f"<p>{_inline(choice['text'])}</p>"
        f'<p class="check-why">{_inline(choice["why"])}</p></li>'
        for choice in choices
    )
    return (
        f'<section class="check"><p class="check-q">{_inline(question)}</p>'
        f'<ul class="check-choices">{items}</ul></section>'
    )


LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands", "fr": "Français"}


def _film(title: str, transcript: str, media: Callable[[str], str]) -> str:
    name, label, length = (part.strip() for part in title.split("|"))
    tracks = "".join(
        f'<track kind="captions" srclang="{code}" label="{word}" src="{media(f"{name}.{code}.vtt")}">'
        for code, word in LANGUAGE_NAMES.items()
    )
    return (
        f'<figure class="film"><video controls preload="none" width="960" height="540" '
        f'poster="{media(f"{name}.svg")}" aria-label="{escape(label)}, {escape(length)}">'
        f'<source src="{media(f"{name}.webm")}" type="video/webm">'
        f'<source src="{media(f"{name}.mp4")}" type="video/mp4">'
        f"{tracks}</video><figcaption><details><summary><strong>{escape(label)}</strong>, {escape(length)}</summary>"
        f"{transcript}</details></figcaption></figure>"
    )


def _inline(text: str) -> str:
    return _MARKED.sub(r"<mark>\1</mark>", _MARKDOWN.renderInline(text))


def _render(text: str, media: Callable[[str], str], clause: Callable[[str], str]) -> str:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        for child in token.children or ():
            _resolve(child, media, clause)
    html = _MARKED.sub(r"<mark>\1</mark>", str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})))
    html = html.replace("<th>", '<th scope="col">')
    return re.sub(r'<p>(<img [^>]*?)(?: title="([^"]*)")?\s*/?></p>', _figure, html)


def _figure(match: re.Match[str]) -> str:
    caption = f"<figcaption>{match[2]}</figcaption>" if match[2] else ""
    return f'<figure class="picture">{match[1]}>{caption}</figure>'


def _resolve(token: Token, media: Callable[[str], str], clause: Callable[[str], str]) -> None:
    if token.type == "image" and (source := str(token.attrGet("src"))).startswith("media:"):
        if not token.content.strip():
            raise ValueError("A picture has no text alternative: ![what it shows](media:…)")
        token.attrSet("src", media(source.removeprefix("media:")))
    if token.type == "link_open" and (target := str(token.attrGet("href"))).startswith("clause:"):
        token.attrSet("href", clause(target.removeprefix("clause:")))
        token.attrSet("class", "clause")


@lru_cache(maxsize=2048)
def display(html: str) -> Markup:
    """Stored, cleaned HTML as it is shown: checks can be answered, tables scroll, pictures load late.

    Cached by the text itself: the same text always gives the same page.
    """
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for number, section in enumerate(root.findall(".//section[@class='check']"), 1):
        _answerable(section, number)
    for table in root.findall(".//table"):
        _scrolling(table)
    for picture in root.findall(".//img"):
        picture.set("loading", "lazy")
    inner = str(escape(root.text or "")) + "".join(
        lxml_html.tostring(child, encoding="unicode", method="html") for child in root
    )
    return Markup(inner)


def _scrolling(table: HtmlElement) -> None:
    parent = table.getparent()
    wrapper = lxml_html.Element("div")
    wrapper.set("class", "scroll")
    wrapper.set("tabindex", "0")
    wrapper.tail, table.tail = table.tail, None
    parent.replace(table, wrapper)
    wrapper.append(table)


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


def plain(html: str) -> str:
    """The words of stored HTML, without its form: for search, counting and mails."""
    return " ".join(lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div").text_content().split())


def words(html: str) -> int:
    """How many words a stored text has."""
    return len(plain(html).split())
