"""Rules for administrators and the hub, who change them, and for auditors, who look."""

from typing import NamedTuple

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.review import colleagues
from lms.assignments import choices, dry_run, exceptions, extending, faults, matching, overview, rules, saying, typed
from lms.assignments import gaps as gaps_found
from lms.assignments.drafts import RuleDraft
from lms.assignments.dry_run import DryRun
from lms.assignments.faults import Fault
from lms.assignments.gaps import Gap
from lms.assignments.matching import Tested
from lms.assignments.models import AUDIENCES, EVENTS, FIELDS
from lms.assignments.rules import RuleView
from lms.assignments.typed import TypedRule
from lms.base import i18n, web
from lms.base.access import holders_of, open_to
from lms.base.errors import Conflict, Invalid
from lms.base.i18n import gettext

blueprint = Blueprint("assignments", __name__)
READERS = holders_of("administrator", "hub", "auditor")
EDITORS = holders_of("administrator", "hub")
A_PAGE = 50


class Trial(NamedTuple):
    """What a rule would do, how many its conditions fit, and how it fits the person it was tested against."""

    run: DryRun
    fitting: int
    tested: Tested | None


@blueprint.get("/admin/rules")
@open_to(READERS)
def listed() -> str:
    session = web.session()
    named = choices.names(session)
    return render_template(
        "assignments/rules.html",
        groups=overview.groups(rules.rules(session), named),
        gaps=[overview.gap(one, named) for one in gaps_found.gaps(session)],
        may_change=_may_change(),
        did=_did(),
    )


@blueprint.get("/admin/rules/gaps")
@open_to(READERS)
def gaps() -> str:
    session = web.session()
    named, found = choices.names(session), gaps_found.gaps(session)
    place = request.args.get("gap", "0")
    number = int(place) if place.isascii() and place.isdecimal() and len(place) < 6 else 0
    chosen = found[number] if number < len(found) else next(iter(found), None)
    return render_template(
        "assignments/gaps.html",
        gaps=[(one, overview.gap(one, named)) for one in found],
        chosen=chosen,
        people=_people_of(chosen),
        page=web.page(),
        a_page=A_PAGE,
    )


@blueprint.get("/admin/rules/new")
@open_to(EDITORS)
def new() -> str:
    asked = request.args.get("course", "")
    return _form(None, TypedRule(course=asked[:120]), 0)


@blueprint.post("/admin/rules/new")
@open_to(EDITORS)
def create() -> str | Response:
    return _work_on(None)


@blueprint.get("/admin/rules/<uid>")
@open_to(READERS)
def edit(uid: str) -> str:
    found = rules.rule(web.session(), uid)
    return _form(found, _as_it_is(found), found.draft.revision or 0)


@blueprint.post("/admin/rules/<uid>")
@open_to(EDITORS)
def change(uid: str) -> str | Response:
    return _work_on(rules.rule(web.session(), uid))


@blueprint.post("/admin/rules/<uid>/move")
@open_to(EDITORS)
def move(uid: str) -> Response:
    rules.move(web.session(), uid, -1 if request.form.get("to") == "up" else 1, by_id=current_user.id)
    return redirect(url_for("assignments.listed", did="moved"), 303)


@blueprint.get("/admin/rules/<uid>/end")
@open_to(EDITORS)
def confirm_end(uid: str) -> str:
    found = rules.rule(web.session(), uid)
    follows = rules.ending(web.session(), uid)
    return render_template("assignments/end.html", rule=found, people=follows.paused, follows=follows)


@blueprint.post("/admin/rules/<uid>/end")
@open_to(EDITORS)
def end(uid: str) -> Response:
    rules.end(web.session(), uid, by_id=current_user.id)
    return redirect(url_for("assignments.listed", did="ended"), 303)


@blueprint.get("/admin/exceptions")
@open_to(READERS)
def excepted() -> str:
    kind, words, today = request.args.get("kind", ""), request.args.get("q", "").strip()[:80], i18n.reader_today()
    page = exceptions.current(web.session(), today, kind=kind, words=words, page=web.page())
    shown = {"page": page, "kind": kind, "words": words, "today": today}
    return render_template("assignments/exceptions.html", may_change=_may_change(), **shown)


@blueprint.post("/admin/exceptions/<int(max=2147483647):exemption_id>/end")
@open_to(EDITORS)
def end_exemption(exemption_id: int) -> Response:
    extending.end_exemption(web.session(), exemption_id, by_id=current_user.id)
    return web.back_or(url_for("assignments.excepted"))


def _work_on(found: RuleView | None) -> str | Response:
    """Show the editor with a row more or less, with what is wrong, with what would follow; or save what was tried."""
    entered, deed = typed.of_fields(request.form.to_dict(flat=False)), request.form.get("do", "try")
    revision = _revision()
    if deed == "words":
        sentences = typed.sentences(entered, choices.names(web.session()))
        return render_template("assignments/_said.html", sentences=sentences)
    if deed not in ("try", "save"):
        return _form(found, typed.rearranged(entered, deed), revision)
    wrong = faults.faults(entered, choices.read(web.session()))
    person, nobody = _person()
    if wrong or nobody:
        return make_response(_form(found, entered, revision, [*wrong, *nobody]), 422)
    if deed == "try" or request.form.get("tried") != entered.mark:
        return _form(found, entered, revision, tried=_try(found, entered, revision, person))
    return _save(found, entered, revision)


def _save(found: RuleView | None, entered: TypedRule, revision: int) -> str | Response:
    session = web.session()
    wanted = _wanted(found, entered, revision)
    try:
        rules.save(session, wanted, by_id=current_user.id)
    except Invalid as refusal:
        return make_response(_form(found, entered, revision, [Fault("top", refusal.message)]), 422)
    except Conflict as refusal:
        now = rules.rule(session, found.uid) if found else None
        fresh = now.draft.revision or 0 if now else 0
        return make_response(_form(now, entered, fresh, [Fault("top", refusal.message)]), 409)
    return redirect(url_for("assignments.listed", did="saved"), 303)


def _wanted(found: RuleView | None, entered: TypedRule, revision: int) -> RuleDraft:
    """The rule as it was typed, to be made or to take the place of the one that was found."""
    named = choices.names(web.session())
    if found is None:
        return typed.draft(entered, named)
    return typed.draft(entered, named, uid=found.uid, revision=revision)


def _try(found: RuleView | None, entered: TypedRule, revision: int, person_id: int | None) -> Trial:
    session = web.session()
    wanted = _wanted(found, entered, revision)
    tested = dry_run.test_person(session, wanted, person_id) if person_id else None
    return Trial(dry_run.dry_run(session, wanted), matching.matches(session, wanted), tested)


def _person() -> tuple[int | None, list[Fault]]:
    """The colleague a rule is to be tested against, or what is wrong with what was typed."""
    words = request.form.get("person", "").strip()[:200]
    try:
        return (colleagues.find(web.session(), words).id if words else None), []
    except Invalid as refusal:
        return None, [Fault("who-tested", refusal.message)]


def _form(
    found: RuleView | None,
    entered: TypedRule,
    revision: int,
    wrong: list[Fault] | None = None,
    tried: Trial | None = None,
) -> str:
    session = web.session()
    there_is = choices.read(session)
    return render_template(
        "assignments/edit.html",
        rule=found,
        typed=entered,
        revision=revision,
        faults=wrong or [],
        at_fault=[fault.at for fault in wrong or []],
        sentences=typed.sentences(entered, there_is),
        tried=tried,
        choices=there_is,
        says=saying,
        fields=FIELDS,
        listed=choices.LISTED,
        days=choices.DAYS,
        audiences=AUDIENCES,
        events=EVENTS,
        person=request.form.get("person", "")[:200],
        may_change=_may_change() and not (found and found.state == "ended"),
    )


def _as_it_is(found: RuleView) -> TypedRule:
    course = choices.names(web.session()).by_id(found.draft.course_id)
    return typed.of_draft(found.draft, course.slug if course else "")


def _people_of(gap: Gap | None) -> list[gaps_found.Lacking]:
    """The people of a gap on the page that is asked for, and one more when there is a next page."""
    if gap is None:
        return []
    return gaps_found.people(web.session(), gap, limit=A_PAGE + 1, offset=A_PAGE * (web.page() - 1))


def _revision() -> int:
    said = request.form.get("revision", "0")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0


def _may_change() -> bool:
    return bool(EDITORS.admits(current_user))


def _did() -> str:
    """What was just done, to say it at the top of the list."""
    return {
        "saved": gettext("The rule is saved and on. Everybody it asks has the course now."),
        "moved": gettext("The order is changed, and counts at once."),
        "ended": gettext("The rule has ended. What only it asked for is paused."),
    }.get(request.args.get("did", ""), "")
