"""Asking for a permission, deciding about requests, and changing permissions: for applicants and approvers."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates import ladder
from certificates.ladder import LevelView
from certificates.models import STATUSES
from certificates.permissions import desk, listing, requests, scopes, taking
from certificates.permissions.forms import AskForm, DecideForm, LimitForm, PauseForm, ReasonForm, VerdictForm
from certificates.permissions.listing import Wanted
from certificates.permissions.rights import SEE_ALL, Viewer
from certificates.way import requirements
from lms.base import web
from lms.base.access import SIGNED_IN, managers_or, open_to
from lms.base.errors import Forbidden, NotFound, Refused
from lms.base.forms import Form
from lms.people import directory
from lms.people.models import Person

blueprint = Blueprint("permissions", __name__, url_prefix="/permissions")
DECIDERS = managers_or("coach", *sorted(SEE_ALL))
ONE = "/<string(length=32):uid>"


@blueprint.get("")
@open_to(DECIDERS)
def everyone() -> str:
    viewer, wanted = _viewer(), _wanted()
    found = listing.listing(web.session(), viewer, wanted, web.page())
    waiting = requests.waiting_for(web.session(), viewer.id, viewer.roles)
    proposals = listing.proposals_waiting(web.session(), viewer)
    levels = {level.id: level for level in ladder.levels(web.session())}
    return render_template(
        "permissions/everyone.html",
        found=found,
        people=listing.people(web.session(), viewer, wanted.words),
        wanted=wanted,
        waiting=waiting,
        proposals=proposals,
        levels=levels,
        statuses=STATUSES,
    )


@blueprint.get("/ask")
@open_to(SIGNED_IN)
def ask() -> str:
    return _ask_page(AskForm(formdata=None))


@blueprint.post("/ask")
@open_to(SIGNED_IN)
def send() -> Response:
    """Open a request. A refusal gives back what was typed."""
    form, person, level = AskForm(), _applicant(), _level()
    if not form.validate():
        return make_response(_ask_page(form), 422)
    try:
        opened = requests.open_request(
            web.session(),
            person.id,
            level.code,
            scope=scopes.ticked(form.scope.data or ()),
            reason=form.reason.data or "",
            by_id=current_user.id,
        )
    except Refused as refusal:
        return make_response(_ask_page(form, refusal.message), refusal.status)
    return redirect(url_for("permissions.one", uid=opened.uid), 303)


@blueprint.get(ONE)
@open_to(SIGNED_IN)
def one(uid: str) -> str:
    return _sheet_page(uid)


@blueprint.post(f"{ONE}/decide")
@open_to(SIGNED_IN)
def decide(uid: str) -> Response:
    def deed(form: Any, sheet: desk.Sheet) -> None:
        narrower = scopes.ticked(form.scope.data or ()) if form.decision.data == "approved" else None
        requests.decide(
            web.session(),
            sheet.authorization.id,
            form.role.data,
            form.decision.data,
            by_id=current_user.id,
            remark=form.remark.data or "",
            scope=narrower,
        )

    return _done(uid, "decide", DecideForm(), deed)


@blueprint.post(f"{ONE}/withdraw")
@open_to(SIGNED_IN)
def withdraw(uid: str) -> Response:
    def deed(form: Any, sheet: desk.Sheet) -> None:
        requests.withdraw(web.session(), sheet.authorization.id, by_id=current_user.id)

    return _done(uid, "withdraw", Form(), deed)


@blueprint.post(f"{ONE}/pause")
@open_to(SIGNED_IN)
def pause(uid: str) -> Response:
    def deed(form: Any, sheet: desk.Sheet) -> None:
        _need(sheet.rights.pause)
        taking.suspend(
            web.session(),
            sheet.authorization.id,
            by_id=current_user.id,
            cause=form.cause.data,
            reason=form.reason.data,
            until=form.until.data,
        )

    return _done(uid, "pause", PauseForm(), deed)


@blueprint.post(f"{ONE}/restore/<int(max=2147483647):hold_id>")
@open_to(SIGNED_IN)
def restore(uid: str, hold_id: int) -> Response:
    def deed(form: Any, sheet: desk.Sheet) -> None:
        _need(sheet.rights.pause and hold_id in {pause.id for pause in sheet.pauses})
        taking.restore(web.session(), hold_id, by_id=current_user.id, reason=form.reason.data)

    return _done(uid, f"restore{hold_id}", ReasonForm(), deed)


@blueprint.post(f"{ONE}/limit")
@open_to(SIGNED_IN)
def limit(uid: str) -> Response:
    def deed(form: Any, sheet: desk.Sheet) -> None:
        _need(sheet.rights.limit)
        taking.limit(
            web.session(),
            sheet.authorization.id,
            by_id=current_user.id,
            scope=scopes.ticked(form.scope.data or ()),
            reason=form.reason.data,
        )

    return _done(uid, "limit", LimitForm(), deed)


@blueprint.post(f"{ONE}/revoke")
@open_to(SIGNED_IN)
def revoke(uid: str) -> Response:
    """Propose to take the permission away; a second person decides."""

    def deed(form: Any, sheet: desk.Sheet) -> None:
        _need(sheet.rights.revoke)
        taking.propose_revocation(web.session(), sheet.authorization.id, by_id=current_user.id, reason=form.reason.data)

    return _done(uid, "revoke", ReasonForm(), deed)


@blueprint.post(f"{ONE}/revoke/<int(max=2147483647):revocation_id>")
@open_to(SIGNED_IN)
def decide_revocation(uid: str, revocation_id: int) -> Response:
    def deed(form: Any, sheet: desk.Sheet) -> None:
        _need(sheet.rights.revoke and revocation_id in {proposal.id for proposal in sheet.proposals})
        taking.decide_revocation(
            web.session(),
            revocation_id,
            by_id=current_user.id,
            confirmed=form.confirmed.data == "yes",
            remark=form.remark.data or "",
        )

    return _done(uid, "verdict", VerdictForm(), deed)


def _done(uid: str, deed_name: str, form: Form, deed: Callable[[Any, desk.Sheet], None]) -> Response:
    """Do a deed of the sheet and show the sheet again. A refusal gives back what was typed, in its form."""
    sheet = desk.sheet(web.session(), _viewer(), uid)
    if not form.validate():
        return make_response(_sheet_page(uid, {deed_name: form}), 422)
    try:
        deed(form, sheet)
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        web.give_up_session()
        return make_response(_sheet_page(uid, {deed_name: form}, refusal.message), refusal.status)
    return redirect(url_for("permissions.one", uid=uid, _anchor="history"), 303)


def _need(allowed: bool) -> None:
    if not allowed:
        raise Forbidden


def _sheet_page(uid: str, typed: dict[str, Form] | None = None, problem: str = "") -> str:
    viewer, typed = _viewer(), typed or {}
    sheet = desk.sheet(web.session(), viewer, uid)
    undecided = sheet.authorization.status == "requested"
    waiting = requests.waiting_for(web.session(), viewer.id, viewer.roles) if undecided else []
    roles = [role for one in waiting if one.authorization_id == sheet.authorization.id for role in one.roles]
    return render_template(
        "permissions/one.html",
        sheet=sheet,
        roles=roles,
        typed=typed,
        problem=problem,
        boxes=scopes.boxes(sheet.scope),
        ticked=scopes.values(sheet.scope),
        scope_lines=scopes.lines,
        viewer_id=viewer.id,
    )


def _ask_page(form: AskForm, problem: str = "") -> str:
    person, level = _applicant(), _level()
    needs = requirements.of(web.session(), person, level)
    return render_template(
        "permissions/ask.html",
        form=form,
        problem=problem,
        person=person,
        level=level,
        needs=needs,
        ready=all(need.done for need in needs),
        boxes=scopes.boxes(level.scope),
        for_herself=person.id == current_user.id,
    )


def _applicant() -> Person:
    """Who the permission is for: the person at the page, unless the hub asks for somebody else."""
    uid = request.args.get("person", "")
    found = directory.find_by_uid(web.session(), uid) if uid and "hub" in current_user.roles else None
    if uid and found is None:
        raise NotFound
    return found or directory.get(web.session(), current_user.id)


def _level() -> LevelView:
    """The level that is asked for: one that somebody decides about."""
    level = ladder.level(web.session(), request.args.get("level", ""))
    if level.granted_by_rule or level.retired or not level.gives_authorization:
        raise NotFound
    return level


def _viewer() -> Viewer:
    return Viewer(current_user.id, current_user.roles)


def _wanted() -> Wanted:
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("words", "status", "level")}
    if asked["status"] not in STATUSES:
        asked["status"] = ""
    return Wanted(**asked)
