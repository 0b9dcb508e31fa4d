"""How often an address may be asked from one network, and how much may be sent to it."""

from collections.abc import Callable
from typing import Any

from flask import current_app, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from lms.base.errors import TooLarge
from lms.base.i18n import file_size, gettext

limiter = Limiter(get_remote_address, headers_enabled=False)
View = Callable[..., Any]


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
