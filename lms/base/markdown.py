"""The Markdown of content files: from what authors write in a file to the clean HTML of `lms.base.richtext`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import escape

from lms.base import marker
from lms.base.richtext import clean

_MARKDOWN = marker.install(MarkdownIt("commonmark").enable("table"))
_CHOICE = re.compile(r"- \[(?P<right>[ x])\] (?P<text>.*?)(?: // (?P<why>.*))?")
_FIGURE = re.compile(r'<p>(<img [^>]*?)(?: title="([^"]*)")?\s*/?>(?:\{(\d+)x(\d+)\})?</p>')
KINDS_OF_BLOCK = ("info", "ok", "careful", "stop", "post", "check", "video", "table", "details")

Namer = Callable[[str], str]
"""Gives the address of what is named in a text. Raises `KeyError` for what does not exist."""


class BadText(ValueError):
    """Markdown that cannot be turned into a lesson. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True)
class _Namers:
    """What gives the addresses of all that a text names."""

    media: Namer
    clause: Namer
    source: Namer


def no_sources(code: str) -> str:
    """For texts that cite no sources: raises `KeyError` for each."""
    raise KeyError(f"source {code}")


def from_markdown(text: str, *, media: Namer, clause: Namer, source: Namer = no_sources) -> str:
    """A content file's Markdown as clean HTML, for the loader.

    `media` gives the address of a file named in the text, `clause` that of a cited clause, `source` that of a cited
    source; all raise `KeyError` for what does not exist. Raises `BadText` with the line where something is wrong.
    """
    parts, namers = [], _Namers(media, clause, source)
    for line, kind, title, lines in _blocks(text):
        try:
            parts.append(_block(kind, title, lines, namers))
        except _Placed as error:
            first = line if line == 1 and not kind else line + 1
            raise BadText(first + error.below, _sentence(error.cause)) from error
        except (KeyError, ValueError) as error:
            raise BadText(line, _sentence(error)) from error
    return clean("\n".join(parts))


class _Placed(Exception):
    """An error so many lines below the first of a block."""

    def __init__(self, below: int, cause: Exception) -> None:
        super().__init__(str(cause))
        self.below = below
        self.cause = cause


def _sentence(error: Exception) -> str:
    return f"{error.args[0]} is named here but does not exist." if isinstance(error, KeyError) else str(error)


def _blocks(text: str) -> Iterator[tuple[int, str, str, list[str]]]:
    kind, title, start, held = "", "", 1, list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
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


def _block(kind: str, title: str, lines: list[str], namers: _Namers) -> str:
    if kind == "check":
        return _check(title, lines, namers)
    body = _render("\n".join(lines), namers)
    match kind:
        case "":
            return body
        case "info" | "ok" | "careful" | "stop":
            heading = f'<p class="callout-title">{escape(title)}</p>' if title else ""
            return f'<aside class="callout callout-{kind}">{heading}{body}</aside>'
        case "post":
            by = " · ".join(part.strip() for part in title.split("|"))
            return f'<blockquote class="post"><p class="post-by">{escape(by)}</p>{body}</blockquote>'
        case "video":
            return _film(title, body, namers.media)
        case "table":
            return _with_row_headers(body)
        case "details":
            return f"<details><summary>{escape(title)}</summary>{body}</details>"
    raise ValueError(f"::: {kind} is not a kind of block. Known are {', '.join(KINDS_OF_BLOCK)}.")


def _with_row_headers(table: str) -> str:
    """A table whose first column says what each row is about."""
    return re.sub(r"<tr>\n<td>(.*?)</td>", r'<tr>\n<th scope="row">\1</th>', table)


def _check(question: str, lines: list[str], namers: _Namers) -> str:
    choices = [match for line in lines if line.strip() and (match := _CHOICE.fullmatch(line.strip()))]
    if len(choices) != sum(1 for line in lines if line.strip()) or len(choices) < 2:
        raise ValueError("A check has two or more lines of the form: - [ ] choice // feedback")
    if sum(choice["right"] == "x" for choice in choices) != 1:
        raise ValueError("A check has exactly one right choice, marked [x].")
    items = "".join(
        f'<li class="check-choice" data-right="{str(choice["right"] == "x").lower()}">'
        f"<p>{_inline(choice['text'], namers)}</p>{_why(choice['why'], namers)}</li>"
        for choice in choices
    )
    return (
        f'<section class="check"><p class="check-q">{_inline(question, namers)}</p>'
        f'<ul class="check-choices">{items}</ul></section>'
    )


def _why(feedback: str | None, namers: _Namers) -> str:
    return f'<p class="check-why">{_inline(feedback, namers)}</p>' if feedback else ""


LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands", "fr": "Français"}


def _film(title: str, transcript: str, media: Callable[[str], str]) -> str:
    parts = [part.strip() for part in title.split("|")]
    if len(parts) != 4:
        raise ValueError("A film has the form: ::: video name | title | length | invitation to read the transcript")
    name, label, length, invitation = parts
    tracks = "".join(
        f'<track kind="captions" srclang="{code}" label="{word}" src="{media(f"{name}.{code}.vtt")}">'
        for code, word in LANGUAGE_NAMES.items()
    )
    return (
        f'<figure class="film"><video controls preload="none" width="960" height="540" '
        f'poster="{media(f"{name}.svg")}" aria-label="{escape(label)}, {escape(length)}">'
        f'<source src="{media(f"{name}.webm")}" type="video/webm">'
        f'<source src="{media(f"{name}.mp4")}" type="video/mp4">'
        f"{tracks}</video><figcaption><details><summary><strong>{escape(label)}</strong>, "
        f"{escape(length)}. {escape(invitation)}</summary>"
        f"{transcript}</details></figcaption></figure>"
    )


def _inline(text: str, namers: _Namers) -> str:
    tokens = _MARKDOWN.parseInline(text)
    _resolve_all(tokens, namers)
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _render(text: str, namers: _Namers) -> str:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        try:
            _resolve_all([token], namers)
        except (KeyError, ValueError) as error:
            raise _Placed(token.map[0] if token.map else 0, error) from error
    html = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
    return _FIGURE.sub(_figure, html.replace("<th>", '<th scope="col">'))


def _figure(match: re.Match[str]) -> str:
    """A picture that stands alone in a paragraph; `{640x480}` behind it is its size in pixels."""
    size = f' width="{match[3]}" height="{match[4]}"' if match[3] else ""
    caption = f"<figcaption>{match[2]}</figcaption>" if match[2] else ""
    return f'<figure class="picture">{match[1]}{size}>{caption}</figure>'


def _resolve_all(tokens: list[Token], namers: _Namers) -> None:
    for token in tokens:
        for child in token.children or ():
            _resolve(child, namers)


def _resolve(token: Token, namers: _Namers) -> None:
    """Put the address in the place of the name of a file, a clause or a source."""
    if token.type == "image" and (source := str(token.attrGet("src"))).startswith("media:"):
        if not token.content.strip():
            raise ValueError("A picture has no text alternative: ![what it shows](media:…)")
        token.attrSet("src", namers.media(unquote(source.removeprefix("media:"))))
    target = str(token.attrGet("href")) if token.type == "link_open" else ""
    if target.startswith("media:"):
        token.attrSet("href", namers.media(unquote(target.removeprefix("media:"))))
    for role, namer in (("clause", namers.clause), ("source", namers.source)):
        if target.startswith(f"{role}:"):
            token.attrSet("href", namer(target.removeprefix(f"{role}:")))
            token.attrSet("class", role)
