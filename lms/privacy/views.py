"""What is kept about people, for everybody to read, all about oneself to take away, and the rules."""

import time
from datetime import UTC, datetime

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import clock, web
from lms.base.access import PUBLIC, SIGNED_IN, holders_of, open_to
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.base.limits import limiter
from lms.privacy import council, exporting, looks, retention
from lms.privacy.inventory import KINDS
from lms.privacy.retention import Term

blueprint = Blueprint("privacy", __name__)
ADMINISTRATORS = holders_of("administrator")
WATCHED = {
    "reports.branch": "branch",
    "reports.branch_csv": "branch",
    "reports.branch_xlsx": "branch",
    "compliance.person": "uid",
    "staff.person": "uid",
    "speaker.person": "uid",
    "asof.person": "uid",
    "asof.pack": "uid",
}
"""Pages about a person, with the part of the address that is her uid: in works-council mode a look is logged."""
ASKED_EVERY = 5.0
"""Seconds for which a process goes by what it knows of the mode."""


@blueprint.get("/privacy")
@open_to(PUBLIC)
def policy() -> str:
    terms = {one.kind.key: one for one in retention.terms(web.session())}
    mode = council.smallest(web.session())
    return render_template("privacy/policy.html", kinds=KINDS, terms=terms, smallest=mode)


@blueprint.get("/me/data")
@open_to(SIGNED_IN)
def mine() -> str:
    found = looks.at_person(web.session(), current_user.id)
    return render_template("privacy/mine.html", looks=found, on=council.smallest(web.session()), pages=_pages())


@blueprint.get("/me/data.zip")
@open_to(SIGNED_IN)
@limiter.limit("10/hour", key_func=lambda: f"person {current_user.get_id() and current_user.id}")
def export() -> Response:
    answer = make_response(exporting.export(web.session(), current_user.id))
    answer.headers["Content-Type"] = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{clock.today().isoformat()}.zip"'
    return answer


@blueprint.get("/admin/privacy")
@open_to(ADMINISTRATORS)
def rules() -> str:
    return _rules()


@blueprint.post("/admin/privacy/council")
@open_to(ADMINISTRATORS)
def set_council() -> str | Response:
    session, typed = web.session(), request.form.get("smallest", "").strip()
    try:
        if "off" in request.form:
            council.turn_off(session, by_id=current_user.id)
        else:
            council.turn_on(session, int(typed) if typed.isascii() and typed.isdigit() else 0, by_id=current_user.id)
    except Invalid as problem:
        return make_response(_rules(smallest=typed, council_problem=problem.message), 422)
    current_app.extensions.pop("council", None)
    return redirect(url_for("privacy.rules"), 303)


@blueprint.post("/admin/privacy/terms/<kind>")
@open_to(ADMINISTRATORS)
def set_term(kind: str) -> str | Response:
    months, reason = (request.form.get(name, "").strip() for name in ("months", "reason"))
    try:
        retention.choose(web.session(), kind, months, reason, by_id=current_user.id)
    except Invalid as problem:
        typed = {"kind": kind, "months": months, "reason": reason, "problem": problem.message}
        return make_response(_rules(typed=typed), 422)
    return redirect(url_for("privacy.rules"), 303)


@blueprint.get("/admin/privacy/looks")
@open_to(holders_of("auditor"))
def all_looks() -> str:
    found = looks.everywhere(web.session(), _moment(request.args.get("before", "")))
    return render_template("privacy/looks.html", looks=found, at_most=looks.AT_MOST, pages=_pages())


@blueprint.after_app_request
def _note_look(response: Response) -> Response:
    """Log a look at a person, once the page about her was made, while works-council mode is on."""
    part = WATCHED.get(request.endpoint or "")
    if part and response.status_code == 200 and current_user.is_authenticated and _mode_is_on():
        viewer_id, uid, page = current_user.id, str((request.view_args or {})[part]), str(request.endpoint)
        web.after_reading(lambda session: looks.note(session, viewer_id, uid, page))
    return response


def _mode_is_on() -> bool:
    """Whether the mode is on, as known for a few seconds."""
    known: dict[str, tuple[float, bool]] = current_app.extensions
    asked_at, on = known.get("council", (-ASKED_EVERY, False))
    if time.monotonic() - asked_at >= ASKED_EVERY:
        with web.database().reading() as session:
            on = council.smallest(session) is not None
        known["council"] = (time.monotonic(), on)
    return on


def _rules(*, smallest: str = "", council_problem: str = "", typed: dict[str, str] | None = None) -> str:
    session = web.session()
    terms: list[Term] = retention.terms(session)
    shown = {"terms": terms, "mode": council.mode(session), "runs": retention.runs(session)}
    names = {kind.key: gettext(kind.name) for kind in KINDS}
    return render_template(
        "privacy/rules.html",
        smallest=smallest,
        council_problem=council_problem,
        usual=council.USUAL,
        kind_names=names,
        typed=typed or {"kind": ""},
        **shown,
    )


def _pages() -> dict[str, str]:
    """What the pages are called on which somebody looked."""
    team, figures = gettext("Team page"), gettext("Reports")
    return {
        "reports.branch": team,
        "reports.branch_csv": gettext("Table of a team"),
        "reports.branch_xlsx": gettext("Table of a team"),
        "compliance.person": figures,
        "staff.person": gettext("People"),
        "speaker.person": gettext("Permissions"),
        "asof.person": gettext("As of any day"),
        "asof.pack": gettext("Evidence pack"),
    }


def _moment(typed: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
