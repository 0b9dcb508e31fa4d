"""Pieces of pages that many readers see alike: made once, and kept with slots for what differs from reader to reader.

A piece is kept under a key that names everything its template reads. While it is made there is no reader: a template
that asks for `current_user` or the request fails, and a form gets a slot for its token. What is put into the slots is
never kept.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from flask import current_app, g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from lms.base import i18n

KEPT_AT_MOST = 2000
OF_ONE_KIND = 500
"""How many pieces a shelf of its own holds."""
THEMES = {"auto", "light", "dark"}
_WORD = secrets.token_hex(12)
"""Stands where a slot is. Nobody can guess it, so nobody can write a slot."""
_SLOT = re.compile(rf"{_WORD}\.([a-z]+)\.")
_SEAM = f"{_WORD}+"
_NOBODY = StrictUndefined("what is kept for many readers cannot know one of them")
_OF_A_READER = dict.fromkeys(("current_user", "request", "session", "g"), _NOBODY)


class Piece:
    """HTML with named slots."""

    def __init__(self, html: str) -> None:
        self._parts = _SLOT.split(html)
        self._slots = [(place, self._parts[place]) for place in range(1, len(self._parts), 2)]

    @property
    def unfilled(self) -> Markup:
        """The HTML with its slots, for a piece around this one."""
        return self.fill({name: slot(name) for _, name in self._slots})

    def fill(self, words: Mapping[str, str]) -> Markup:
        """The HTML with words in its slots. Plain words are escaped, `Markup` is put in as it is."""
        parts = self._parts.copy()
        for place, name in self._slots:
            parts[place] = escape(words[name])
        return Markup("".join(parts))


def install(app: Any) -> None:
    app.extensions["pieces"] = {}
    app.jinja_env.globals.update(slot=slot, seam=Markup(_SEAM), csrf_token=token)
    app.context_processor(lambda: {"csrf_token": token})  # after, and so instead of, that of Flask-WTF


def slot(name: str) -> str:
    """The word that keeps a place in a template for what is filled in later."""
    return f"{_WORD}.{name}."


def token() -> str:
    """The form token of this reader; in a piece that is being made, the slot called `token`."""
    return slot("token") if g.get("keeping") else str(generate_csrf())


def kept(
    template: str, key: Hashable, values: Callable[[], Mapping[str, Any]] = dict, *, shelf: str = "pieces"
) -> Piece:
    """The piece made of a template, from memory after the first time.

    `key` has to name all that `values` depend on, such as the number of a published version. The language is added.
    What there are very many of stands on a `shelf` of its own, so that it does not drive out what is asked for often.
    """
    pieces: dict[Hashable, Piece] = current_app.extensions.setdefault(shelf, {})
    place = (template, i18n.language(), key)
    piece = pieces.get(place)
    if piece is None:
        piece = pieces[place] = _made(template, values())
        while len(pieces) > (KEPT_AT_MOST if shelf == "pieces" else OF_ONE_KIND):
            pieces.pop(next(iter(pieces)), None)
    return piece


def _made(template: str, values: Mapping[str, Any]) -> Piece:
    before = g.get("keeping", False)
    g.keeping = True
    try:
        return Piece(render_template(template, **{**_OF_A_READER, "csrf_token": token, **values}))
    finally:
        g.keeping = before


def framed(content: Markup) -> str:
    """A whole page for the person who is signed in, around what a template that extends `_framed.html` made."""
    person = current_user._get_current_object()
    frame = kept("_frame.html", (theme(), request.endpoint, person.is_manager, person.roles))
    return within(frame, content, slots_of(person))


def within(frame: Piece, content: Markup, words: Mapping[str, str]) -> str:
    """A whole page: title and main part of `content` in a frame, with the words for its other slots."""
    title, _, main = content.partition(_SEAM)
    return frame.fill({"title": title, "main": main, **words})


def made(template: str, values: Mapping[str, Any]) -> Markup:
    """The content of a page that is not kept, from a template that stands in a frame."""
    return Markup(current_app.jinja_env.get_template(template).render(values))


def slots_of(person: Any) -> dict[str, str]:
    """What the header of every page says of somebody."""
    said = {"name": person.name, "email": person.email, "initials": person.initials}
    return said | {"token": str(generate_csrf()), "banner": current_app.extensions["banner"]()}


def theme() -> str:
    """Light, dark, or as the device."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"
