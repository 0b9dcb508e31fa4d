"""The studio's pages for questions as files: taking them away, and bringing them back."""

import re

from flask import Response, current_app, make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.base import web
from lms.base.access import open_to
from lms.base.content import ContentError
from lms.base.errors import Conflict, Invalid
from lms.base.files import FileStore
from lms.base.i18n import gettext
from lms.base.limits import takes
from quizzes.authoring import exchange, headings, parcels
from quizzes.authoring.exchange import Plan
from quizzes.authoring.quiz_room_views import AUTHORS, blueprint

EXCHANGE = "/studio/quizzes/<slug>/exchange"
AROUND = 100_000
"""Bytes that a form has beside its file."""


@blueprint.get("/studio/quizzes/<slug>/questions.zip")
@open_to(AUTHORS)
def parcel(slug: str) -> Response:
    response = make_response(exchange.parcel(web.session(), slug))
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-questions.zip"'
    return response


@blueprint.get(EXCHANGE)
@open_to(AUTHORS)
def exchange_page(slug: str) -> str:
    return _page(slug)


@blueprint.post(EXCHANGE)
@open_to(AUTHORS)
@takes(parcels.LARGEST + AROUND)
def look_over(slug: str) -> str | BaseResponse:
    sent = request.files.get("file")
    content = sent.stream.read(parcels.LARGEST + 1) if sent else b""
    try:
        plan = _plan(slug, content)
    except (Invalid, ContentError) as error:
        return make_response(_page(slug, faults=_faults(error)), 422)
    return _page(slug, plan=plan, digest=_store().put(content))


@blueprint.post(f"{EXCHANGE}/propose")
@open_to(AUTHORS)
def propose(slug: str) -> str | BaseResponse:
    seen = request.form.get("seen", "")
    try:
        questions = exchange.read(web.session(), _stored(request.form.get("digest", "")))
        done = exchange.propose(web.session(), slug, questions, seen, current_user.id)
    except (Invalid, Conflict, ContentError) as error:
        return make_response(_page(slug, faults=_faults(error)), 422)
    return _page(slug, done=done)


def _plan(slug: str, content: bytes) -> Plan:
    if not content:
        raise Invalid(gettext("Choose a zip file with questions first."))
    return exchange.plan(web.session(), slug, exchange.read(web.session(), content))


def _faults(error: Invalid | Conflict | ContentError) -> list[str]:
    return exchange.sentences(error) if isinstance(error, ContentError) else [error.message]


def _store() -> FileStore:
    found: FileStore = current_app.extensions["files"]
    return found


def _stored(digest: str) -> bytes:
    """The file that was looked over. Raises `Invalid` when it is gone."""
    store = _store()
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or not store.exists(digest) or store.size(digest) > parcels.LARGEST:
        raise Invalid(gettext("The file is not here any more. Send it once more."))
    return store.read(digest)


def _page(
    slug: str,
    *,
    faults: list[str] | None = None,
    plan: Plan | None = None,
    digest: str = "",
    done: Plan | None = None,
) -> str:
    return render_template(
        "quiz_authoring/exchange.html",
        desk=headings.of(web.session(), slug),
        faults=faults or [],
        plan=plan,
        digest=digest,
        done=done,
        most=parcels.LARGEST,
    )
