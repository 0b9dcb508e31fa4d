"""The edge: one transaction a request, refusals as pages or as JSON problems, and the headers every answer carries."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from lms.base import limits
from lms.base.db import Database
from lms.base.errors import N_, Invalid, NotFound, Refused, Unavailable
from lms.base.settings import Settings

log = logging.getLogger("lms")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE_HEADERS = HEADERS | {"Cache-Control": "private, no-store"}
HTTPS_HEADERS = PAGE_HEADERS | {"Strict-Transport-Security": "max-age=31536000"}
csrf = CSRFProtect()


def install(app: Flask) -> None:
    app.before_request(limits.allow_size)
    app.before_request(_refuse_nul)
    csrf.init_app(app)
    app.after_request(_settle)
    app.after_request(_add_headers)
    app.teardown_request(_abandon)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(InternalServerError, _crashed)


def _refuse_nul() -> None:
    """No text of ours holds the character NUL, and PostgreSQL cannot even be asked for it."""
    if "\0" in request.path or any("\0" in value for _, value in request.args.items(multi=True)):
        raise NotFound
    if request.method in SAFE_METHODS:
        return
    if any("\0" in value for _, value in request.form.items(multi=True)):
        raise Invalid(gettext("The text has a character in it that cannot be kept (NUL). Take it out and try again."))


def database() -> Database:
    """The database of the application that answers this request."""
    found: Database = current_app.extensions["database"]
    return found


def settings() -> Settings:
    """The settings of the application that answers this request."""
    found: Settings = current_app.extensions["settings"]
    return found


def session() -> Session:
    """The session of this request, opened when first asked for. Views pass it to services and never commit it."""
    if "session" not in g:
        g.session = database().session(writes=request.method not in SAFE_METHODS)
    current: Session = g.session
    return current


@contextmanager
def own_transaction() -> Iterator[Session]:
    """A transaction that stands even when the request is refused, such as counting a failed sign-in.

    The request's own session is given up first: on SQLite there is one writer at a time.
    """
    _abandon()
    with database().transaction() as own:
        yield own


def after_reading(deed: Callable[[Session], None]) -> None:
    """Something small to write when a page has been read (where the reader is). Done after the page is made."""
    g.setdefault("afterwards", []).append(deed)


def _settle(response: Response) -> Response:
    """Commit what a request did when it answers below 400; otherwise undo it."""
    current: Session | None = g.pop("session", None)
    if current is not None:
        try:
            if response.status_code < 400 and request.method not in SAFE_METHODS:
                current.commit()
        finally:
            current.close()
    for deed in g.pop("afterwards", ()):
        if response.status_code < 400:
            _do_afterwards(deed)
    return response


def _do_afterwards(deed: Callable[[Session], None]) -> None:
    """What has been read is shown even when the disk is full or a writer is in the way; only the log tells of it."""
    try:
        with database().transaction() as own:
            deed(own)
    except DBAPIError as error:
        log.warning("could not be written after reading %s: %s", request.path, error.orig)


def give_up_session() -> None:
    """Let the session of this request go, unchanged, before something that takes long: on SQLite one writes at a time.

    Asking for the session again opens another.
    """
    _abandon()


def _abandon(error: BaseException | None = None) -> None:
    current: Session | None = g.pop("session", None)
    if current is not None:
        current.close()


def allow_frames(*hosts: str) -> None:
    """Let the page that answers this request, and no other, show frames from these hosts."""
    g.frame_hosts = hosts


def _add_headers(response: Response) -> Response:
    if hosts := g.pop("frame_hosts", ()):
        response.headers["Content-Security-Policy"] = f"{SECURITY_POLICY}; frame-src {' '.join(hosts)}"
    present = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - pairs otherwise
    usual = HTTPS_HEADERS if settings().https else PAGE_HEADERS
    response.headers.extend([(name, value) for name, value in usual.items() if name.lower() not in present])
    if response.mimetype == "text/html":
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def wants_json() -> bool:
    """Whether the caller is a program that asked for JSON rather than a person at a page."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html" and request.accept_mimetypes["text/html"] < 1


def local_address(address: str | None) -> str | None:
    """The address when it is a path on this site, else nothing: for coming back after a form."""
    if not address or "\\" in address or any(ord(letter) < 33 for letter in address):
        return None
    own = address.startswith("/") and not address.startswith("//")
    return address if own else None


def page() -> int:
    """The page of a list that was asked for: the first, unless it is a number that can be one."""
    asked = request.args.get("page", "1")
    return min(max(int(asked), 1), 10_000) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def page_before() -> str | None:
    """The address of the page on this site from which the request came, if it says so."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:  # such as http://[
        return None
    path = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return local_address(path if came_from.netloc == request.host else None)


def back_or(address: str) -> BaseResponse:
    """Go back to the page the form stood on, else to an address."""
    return redirect(page_before() or address, 303)


def refusal(status: int, title: str, message: str, **more: object) -> Response:
    """A refusal as a page for a person or as `application/problem+json` for a program."""
    if wants_json():
        response = make_response({"type": "about:blank", "title": title, "status": status, "detail": message})
        response.mimetype = "application/problem+json"
    else:
        response = make_response(
            render_template(_template(status), status=status, title=title, message=message, **more)
        )
    response.status_code = status
    return response


def _template(status: int) -> str:
    return {403: "errors/403.html", 404: "errors/404.html"}.get(status, "errors/refused.html")


def _refused(error: Refused) -> Response:
    if isinstance(error, Unavailable):
        return plain_page(error.status)
    title = gettext(error.title)
    return refusal(error.status, title, error.message or title)


HTTP_TITLES = {
    405: N_("This address does not take that"),
    413: N_("That is too much at once"),
    429: N_("One moment, please"),
}


def _http_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    if status >= 500:
        return _crashed(error)
    if isinstance(error, BadHost):  # without a host there are no addresses, and so no page with a menu
        return plain_page(400)
    title = (
        gettext("This page does not exist")
        if status == 404
        else gettext(HTTP_TITLES.get(status, N_("That did not work")))
    )
    message = gettext("Many requests came from your network. Try again in a minute.") if status == 429 else title
    response = refusal(status, title, message)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _database_error(error: DBAPIError) -> Response:
    number = secrets.token_hex(4)
    log.exception("database error %s", number, exc_info=error)
    return plain_page(503, number)


def _crashed(error: HTTPException) -> Response:
    original = getattr(error, "original_exception", None)
    if isinstance(original, DBAPIError):
        return _database_error(original)
    if isinstance(original, OSError):
        log.exception("input or output failed", exc_info=original)
        return plain_page(503)
    number = secrets.token_hex(4)
    log.error("error %s", number, exc_info=original)
    return plain_page(500, number)


def plain_page(status: int, number: str = "") -> Response:
    """A page that needs no database and no addresses; nothing was half done."""
    _abandon()
    g.pop("afterwards", None)
    titles = {400: "No site has such a name", 500: "That went wrong on our side", 503: "We will be back in a moment"}
    if wants_json():
        response = make_response({"type": "about:blank", "title": titles[status], "status": status, "detail": number})
        response.mimetype = "application/problem+json"
    else:
        response = make_response(
            render_template("errors/plain.html", status=status, title=titles[status], number=number)
        )
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response


def _forged(error: CSRFError) -> Response:
    """Refuse a form without a good token, and give back what was typed. Only a page of ours may send it again."""
    ours = request.headers.get("Sec-Fetch-Site", "") in {"same-origin", "none"}
    return refusal(
        400,
        gettext("Please send this once more"),
        gettext("The page was open for long, or the form did not come from this site. Nothing was changed."),
        typed=typed(),
        again=request.full_path.rstrip("?") if ours else None,
    )


def typed() -> list[tuple[str, str]]:
    """What was entered in the form that was sent, by field, without passwords: to give it back with a refusal."""
    return [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name != "csrf_token" and "password" not in name.lower()
    ]
