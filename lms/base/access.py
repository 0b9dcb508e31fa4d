"""Who may open an address. Every view says it beside its route; a view that does not stops the start.

What a person may see *within* an address is decided where the rows are read: by owner, in the query.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.errors import Forbidden
from lms.base.i18n import gettext

ROLES = ("author", "administrator", "hub", "legal", "auditor", "coach", "care", "board")
"""Roles given by hand. Everyone is a learner; a manager is who has reports."""

WORTH_KEEPING = 80
"""From how many letters on somebody wrote something, rather than chose or clicked."""

View = Callable[..., Any]


@dataclass(frozen=True)
class Audience:
    """Who a view is for."""

    name: str
    admits: Callable[[Any], bool]


PUBLIC = Audience("public", lambda person: True)
SIGNED_IN = Audience("signed in", lambda person: True)
MANAGERS = Audience("managers", lambda person: person.is_manager)


def holders_of(*roles: str) -> Audience:
    """People with at least one of these roles."""
    return Audience(" or ".join(roles), lambda person: not person.roles.isdisjoint(roles))


def managers_or(*roles: str) -> Audience:
    """Managers, and people with at least one of these roles."""
    named = f"managers or {' or '.join(roles)}"
    return Audience(named, lambda person: person.is_manager or not person.roles.isdisjoint(roles))


def open_to(audience: Audience) -> Callable[[View], View]:
    """Say beside a route who may open it."""

    def mark(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return mark


def audience_of(app: Flask, endpoint: str) -> Audience:
    """Who an endpoint is for. Raises `LookupError` when its view does not say."""
    audience: Audience | None = getattr(app.view_functions[endpoint], "audience", None)
    if audience is None:
        raise LookupError(f"{endpoint} does not say who may open it: use @open_to(…)")
    return audience


def install(app: Flask) -> None:
    """Have every request checked, and make sure that there is no view without an audience."""
    for endpoint in app.view_functions:
        audience_of(app, endpoint)
    app.before_request(_check)


def _check() -> Response | None:
    if request.endpoint is None:
        return None
    audience = audience_of(current_app, request.endpoint)
    if audience is PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _sign_in_first()
    if not audience.admits(current_user):
        raise Forbidden
    return None


def _sign_in_first() -> Response:
    """The way to the sign-in and back: to the page that was asked for, or on which the form stood that was sent.

    A text that was written while the sign-in ran out is given back rather than lost.
    """
    manager = current_app.login_manager  # type: ignore[attr-defined]
    typed = web.typed()
    if web.wants_json() or any(len(value) > WORTH_KEEPING for _, value in typed):
        message = gettext("You are not signed in any more. Nothing was changed.")
        return web.refusal(401, gettext("Please sign in first"), message, typed=typed)
    if request.method in web.SAFE_METHODS:
        return manager.unauthorized()  # type: ignore[no-any-return]
    return redirect(url_for(manager.login_view, next=web.page_before()))
