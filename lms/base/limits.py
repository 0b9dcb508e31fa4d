"""How often an address may be asked from one network, and how much may be sent to it."""

from collections.abc import Callable
from typing import Any

from flask import current_app, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import parse
from werkzeug.exceptions import TooManyRequests

from lms.base import clock
from lms.base.errors import TooLarge, TooMany
from lms.base.i18n import file_size, gettext

A_MINUTE = 60
limiter = Limiter(get_remote_address, headers_enabled=False)
View = Callable[..., Any]


def count_asking(name: str, most: int) -> None:
    """Refuse a network that asks an address more than `most` times within a minute of the clock. Raises `TooMany`.

    For addresses that programs ask all the time: much cheaper than `limiter`, and counted by each process for itself.
    """
    minute, network = int(clock.now().timestamp()) // A_MINUTE, get_remote_address()
    tallies: dict[str, tuple[int, dict[str, int]]] = current_app.extensions.setdefault("asked", {})
    began, asked = tallies.get(name, (minute, {}))
    if began != minute:
        asked = {}
    tallies[name] = minute, asked
    asked[network] = asked.get(network, 0) + 1
    if asked[network] > most:
        raise TooMany(gettext("Many requests came from your network. Try again in a minute."))


GUESSES = parse("60/minute")
"""How many addresses that do not exist one network may ask for: enough for a slip, too few to try them out."""


def refuse_guessing(what: str) -> None:
    """Refuse a network that has guessed too often, whether or not it is right this time: an answer would tell.

    `what` names the kind of address. Raises `TooManyRequests`. Far cheaper than a decorator of the limiter.
    """
    if limiter.enabled and not limiter.limiter.test(GUESSES, what, get_remote_address()):
        raise TooManyRequests


def count_guess(what: str) -> None:
    """Remember that a network asked for an address that does not exist."""
    if limiter.enabled:
        limiter.limiter.hit(GUESSES, what, get_remote_address())


def takes(most: int) -> Callable[[View], View]:
    """Say beside a route how many bytes may be sent to it, where that is more than a form of words needs."""

    def mark(view: View) -> View:
        view.takes = most  # type: ignore[attr-defined]
        return view

    return mark


def allow_size() -> None:
    """Let a view take as much as it says, from people with a sign-in; refuse more before any of it is read."""
    most = getattr(current_app.view_functions.get(request.endpoint or ""), "takes", None)
    if most is None or "_user_id" not in session:
        return
    request.max_content_length = most
    sent = request.content_length or 0
    if sent > most:
        raise TooLarge(
            gettext("That is %(size)s. Up to %(most)s are taken at once.", size=file_size(sent), most=file_size(most))
        )
