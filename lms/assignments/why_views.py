"""Why somebody has a course and why it is due on that day; more time, and exemption."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.assignments import choices, extending, overview, saying, viewing, why
from lms.assignments.forms import ExemptForm, ExtendForm
from lms.assignments.viewing import Viewed
from lms.assignments.why import WhyCourse, WhyDate
from lms.base import i18n, web
from lms.base.access import SIGNED_IN, open_to
from lms.base.errors import Conflict, Invalid
from lms.base.forms import Form
from lms.base.i18n import gettext

blueprint = Blueprint("why", __name__, url_prefix="/why/<uid>")


@blueprint.get("")
@open_to(SIGNED_IN)
def page(uid: str) -> str:
    session = web.session()
    found = viewing.view(session, uid, current_user.id, current_user.roles)
    told = why.why_course(session, found.person.id, found.enrollment.course_id)
    named = choices.names(session)
    return render_template(
        "assignments/why.html",
        found=found,
        course=overview.course_title(named, found.enrollment.course_id),
        slug=_slug(found, named),
        why=told,
        date=_date(found, told),
        rule=overview.sentences(told.draft, named) if told.draft else [],
        says=saying,
        choices=named,
        today=i18n.reader_today(),
        sees_rule=not current_user.roles.isdisjoint({"administrator", "hub", "auditor"}),
        did=_did(),
        team=_team(found),
    )


@blueprint.get("/extend")
@open_to(SIGNED_IN)
def extend(uid: str) -> str:
    return _exception(_to_except(uid), "extend", ExtendForm())


@blueprint.post("/extend")
@open_to(SIGNED_IN)
def give_time(uid: str) -> str | Response:
    found, form = _to_except(uid), ExtendForm()
    if not form.validate():
        return make_response(_exception(found, "extend", form), 422)
    day, reason = form.later
    try:
        extending.extend(web.session(), found.enrollment.id, day, reason=reason, by_id=current_user.id)
    except (Invalid, Conflict) as refusal:
        form.due_on.errors = [refusal.message]
        return make_response(_exception(found, "extend", form), refusal.status)
    return _back(uid, "extended")


@blueprint.get("/exempt")
@open_to(SIGNED_IN)
def exempt(uid: str) -> str:
    return _exception(_to_except(uid), "exempt", ExemptForm())


@blueprint.post("/exempt")
@open_to(SIGNED_IN)
def let_off(uid: str) -> str | Response:
    found, form = _to_except(uid), ExemptForm()
    if not form.validate():
        return make_response(_exception(found, "exempt", form), 422)
    whose, until, reason = (found.person.id, found.enrollment.course_id), form.until_on.data, form.reason.data or ""
    try:
        extending.exempt(web.session(), *whose, until_on=until, reason=reason, by_id=current_user.id)
    except (Invalid, Conflict) as refusal:
        form.until_on.errors = [refusal.message]
        return make_response(_exception(found, "exempt", form), refusal.status)
    return _back(uid, "exempt")


@blueprint.post("/exempt/end")
@open_to(SIGNED_IN)
def ask_again(uid: str) -> Response:
    found = _to_except(uid)
    stands = why.why_course(web.session(), found.person.id, found.enrollment.course_id).exemption
    if stands is None:
        raise Conflict(gettext("The exemption has ended already."))
    extending.end_exemption(web.session(), stands.id, by_id=current_user.id)
    return _back(uid, "asked")


def _to_except(uid: str) -> Viewed:
    return viewing.to_except(web.session(), uid, current_user.id, current_user.roles)


def _exception(found: Viewed, kind: str, form: Form) -> str:
    course = overview.course_title(choices.names(web.session()), found.enrollment.course_id)
    return render_template(f"assignments/{kind}.html", found=found, course=course, form=form, team=_team(found))


def _date(found: Viewed, told: WhyCourse) -> WhyDate:
    """Why the enrollment is due when it is; `told` explains the newest one, which it mostly is."""
    same = told.date is not None and told.date.enrollment_id == found.enrollment.id
    return told.date if told.date and same else why.why_date(web.session(), found.enrollment.id)


def _slug(found: Viewed, named: choices.Choices) -> str:
    """The address of the course, empty when it is not in the catalog any more."""
    course = named.by_id(found.enrollment.course_id)
    return course.slug if course else ""


def _back(uid: str, did: str) -> Response:
    return redirect(url_for("why.page", uid=uid, did=did, team=request.args.get("team")), 303)


def _team(found: Viewed) -> str:
    """The way back to the person's page in the reader's team, for who came from there; else empty."""
    came = "team" in request.args and current_user.is_manager and not found.own
    return url_for("reports.branch", branch=found.person.uid) if came else ""


def _did() -> str:
    """What was just done, to say it at the top of the page."""
    return {
        "extended": gettext("The new due day counts."),
        "exempt": gettext("The course is not asked any more while the exemption holds."),
        "asked": gettext("The exemption has ended. The course is asked again."),
    }.get(request.args.get("did", ""), "")
