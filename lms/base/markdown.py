"""The Markdown of content files: from what authors write in a file to the clean HTML of `lms.base.richtext`."""

import re
from collections.abc import Callable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import escape

from lms.base.richtext import clean

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
