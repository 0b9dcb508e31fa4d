"""Many certificates as one file: chosen, asked for, watched while they are drawn, and fetched."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from certificates import days
from certificates.papers import asking
from certificates.papers.asking import Choice
from lms.base import i18n, web
from lms.base.access import holders_of, open_to
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext

blueprint = Blueprint("papers", __name__)
HUB = holders_of("hub", "administrator")
FIELDS = ("level", "unit", "first", "last")


@blueprint.get("/papers")
@open_to(HUB)
def choose() -> str | tuple[str, int]:
    typed = {name: request.args.get(name, "").strip() for name in FIELDS}
    if not request.args:
        return _page(typed)
    try:
        return _page(typed, count=asking.count(web.session(), _choice(typed)))
    except Invalid as refusal:
        return _page(typed, problem=refusal.message), 422


@blueprint.post("/papers")
@open_to(HUB)
def ask() -> BaseResponse | tuple[str, int]:
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        uid = asking.ask(web.session(), _choice(typed), by_id=current_user.id, language=i18n.language())
    except Invalid as refusal:
        return _page(typed, problem=refusal.message), 422
    return redirect(url_for("papers.batch", uid=uid), 303)


@blueprint.get("/papers/<uid>")
@open_to(HUB)
def batch(uid: str) -> str:
    return render_template("papers/batch.html", batch=asking.batch(web.session(), uid))


@blueprint.post("/papers/<uid>/again")
@open_to(HUB)
def again(uid: str) -> BaseResponse:
    asking.again(web.session(), uid)
    return redirect(url_for("papers.batch", uid=uid), 303)


@blueprint.get("/papers/<uid>.zip")
@open_to(HUB)
def file(uid: str) -> Response:
    found = asking.batch(web.session(), uid)
    if found.state != "ready":
        raise NotFound(gettext("This file is not kept any more, or not ready yet."))
    files = current_app.extensions["files"]
    size = files.size(found.file)
    response = Response(files.pieces(found.file, 0, size), mimetype="application/zip")
    response.content_length = size
    response.headers["Content-Disposition"] = f'attachment; filename="certificates-{found.asked_at:%Y-%m-%d}.zip"'
    return response


def _page(typed: dict[str, str], *, count: int | None = None, problem: str = "") -> str:
    session = web.session()
    values: dict[str, Any] = {"typed": typed, "count": count, "problem": problem, "most": asking.AT_MOST}
    chosen = {"levels": asking.levels(session), "units": asking.units(session), "batches": asking.batches(session)}
    return render_template("papers/choose.html", **values, **chosen)


def _choice(typed: dict[str, str]) -> Choice:
    first, last = _day(typed["first"]), _day(typed["last"])
    if first and last and first > last:
        raise Invalid(gettext("The first day lies after the last. Change one of them."))
    return Choice(typed["level"], typed["unit"], first, last)


def _day(typed: str) -> date | None:
    try:
        found = date.fromisoformat(typed) if typed else None
    except ValueError:
        found = date.min
    if found and not days.EARLIEST <= found <= days.LATEST:
        raise Invalid(gettext("“%(day)s” is not a day. Type it like 2026-11-27.", day=typed))
    return found
