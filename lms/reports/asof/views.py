"""How things stood on a past day, for those who answer for it, and the evidence to take away."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.errors import Forbidden, Invalid, NotFound
from lms.base.i18n import gettext
from lms.base.limits import limiter
from lms.privacy import council
from lms.reports.asof import persons, reading, units, words
from lms.reports.evidence import packing

blueprint = Blueprint("asof", __name__)
READERS = holders_of("auditor", "hub", "administrator", "board")
KEEPERS = frozenset({"auditor", "hub", "administrator"})
"""Who may take the evidence about others: what was asked and answered is in it."""
LONGEST = 200


@blueprint.get("/evidence")
@open_to(READERS)
def start() -> str | tuple[str, int]:
    typed = request.args.get("q", "").strip()[:LONGEST]
    shown: dict[str, Any] = {
        "q": typed,
        "day_typed": request.args.get("on", "")[:LONGEST],
        "paths": units.paths(web.session()),
    }
    shown["begins"] = reading.begins(web.session())
    try:
        on, found = reading.day(request.args.get("on", "")), reading.search(web.session(), typed)
    except Invalid as problem:
        return render_template("asof/start.html", problem=problem.message, found=[], on=None, **shown), 422
    return render_template("asof/start.html", problem="", found=found, on=on, **shown)


@blueprint.get("/evidence/people/<uid>")
@open_to(READERS)
def person(uid: str) -> str:
    if current_user.roles.isdisjoint(KEEPERS) and council.smallest(web.session()) is not None:
        raise Forbidden(gettext("In works-council mode the board sees groups only."))
    found = persons.on_day(web.session(), reading.person(web.session(), uid), reading.day(request.args.get("on", "")))
    takes = not current_user.roles.isdisjoint(KEEPERS)
    begins = None if found.known else reading.begins(web.session())
    return render_template("asof/person.html", found=found, takes=takes, begins=begins, **words.words())


@blueprint.get("/evidence/units")
@open_to(READERS)
def unit() -> str:
    path, small_ones = request.args.get("path", "").strip(), not current_user.roles.isdisjoint(KEEPERS)
    on = reading.day(request.args.get("on", ""))
    found = units.on_day(web.session(), path, on, small_ones=small_ones)
    begins = None if found.members else reading.begins(web.session())
    return render_template("asof/unit.html", found=found, begins=begins, **words.words())


@blueprint.get("/evidence/<uid>.zip")
@open_to(SIGNED_IN)
@limiter.limit("20/minute", key_func=lambda: f"person {current_user.get_id() and current_user.id}")
def pack(uid: str) -> Response:
    session, keeper = web.session(), not current_user.roles.isdisjoint(KEEPERS)
    about = reading.person(session, uid)
    own = about.id == current_user.id
    if not (own or keeper):
        raise NotFound
    on = reading.day(request.args.get("on", ""))
    data = packing.pack(session, about, on, by_id=current_user.id, own=own)
    answer = Response(packing.pieces(data), content_type="application/zip")
    answer.headers["Content-Length"] = str(len(data))
    answer.headers["Content-Disposition"] = f'attachment; filename="evidence-{uid[:8]}-{on.isoformat()}.zip"'
    return answer
