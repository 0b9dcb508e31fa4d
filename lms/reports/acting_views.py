"""What a manager does from her team's pages: nudge, give a course, name a deputy."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses import catalog
from lms.base import web
from lms.base.access import MANAGERS, open_to
from lms.base.errors import Conflict, Invalid
from lms.base.i18n import gettext, ngettext, pick, reader_today
from lms.people import deputies
from lms.reminders import deputizing
from lms.reports import acting, lines
from lms.reports.acting import Actor, Chosen
from lms.reports.acting_forms import AssignForm, DeputyForm

blueprint = Blueprint("acting", __name__)
NAMED = 12


@blueprint.get("/team/nudge")
@open_to(MANAGERS)
def nudge() -> Response:
    return _nudge_page(request.args.getlist("who"))


@blueprint.post("/team/nudge")
@open_to(MANAGERS)
def send_nudge() -> Response:
    who, words = request.form.getlist("who"), request.form.get("words", "").strip().replace("\r\n", "\n")
    try:
        found = acting.nudge(web.session(), _actor(), who, words, reader_today())
    except Invalid as refusal:
        return _nudge_page(who, words, refusal.message)
    sent = ngettext("%(num)s message is on its way.", "%(num)s messages are on their way.", len(found.reached))
    return _back(sent, found)


@blueprint.get("/team/assign")
@open_to(MANAGERS)
def assign() -> Response:
    return _assign_page(_assign_form(), request.args.getlist("who"))


@blueprint.post("/team/assign")
@open_to(MANAGERS)
def send_assign() -> Response:
    form, who = _assign_form(), request.form.getlist("who")
    if not form.validate():
        return _assign_page(form, who)
    try:
        found = acting.assign(web.session(), _actor(), who, form.wanted, reader_today())
    except Invalid as refusal:
        return _assign_page(form, who, refusal.message)
    people = len(found.reached)
    return _back(ngettext("%(num)s person got the course.", "%(num)s people got the course.", people), found)


@blueprint.get("/team/deputies")
@open_to(MANAGERS)
def named() -> Response:
    return _deputies_page(DeputyForm(formdata=request.args))


@blueprint.post("/team/deputies")
@open_to(MANAGERS)
def name() -> Response:
    form = DeputyForm()
    if form.validate():
        try:
            deputizing.name(web.session(), current_user.id, form.wanted, by_id=current_user.id)
        except (Invalid, Conflict) as refusal:
            form.form_errors.append(refusal.message)
        else:
            return redirect(url_for("acting.named"), 303)
    return _deputies_page(form, 422)


@blueprint.post("/team/deputies/<int(max=2147483647):number>/end")
@open_to(MANAGERS)
def end(number: int) -> Response:
    deputies.end(web.session(), current_user.id, number, by_id=current_user.id)
    return redirect(url_for("acting.named"), 303)


def _actor() -> Actor:
    return Actor(current_user.id, current_user.name, current_user.email)


def _back_address() -> str:
    """The page on which the deed was begun: the team's, or somebody's."""
    back = request.values.get("back", "")
    return url_for("reports.branch", branch=back) if lines.is_uid(back) else url_for("reports.team")


def _back(said: str, found: Chosen) -> Response:
    """To the page before, where it is said what was done and who was left out."""
    if found.left_out:
        names = ", ".join(f"{one.name} ({one.left_out})" for one in found.left_out[:NAMED])
        more = len(found.left_out) - NAMED
        said = f"{said} {gettext('Left out: %(names)s.', names=f'{names} + {more}' if more > 0 else names)}"
    flash(said)
    return redirect(_back_address(), 303)


def _nudge_page(who: list[str], words: str | None = None, problem: str = "") -> Response:
    usual = gettext(
        "Hi {first name}, “{course}” is still open. Is there anything that keeps you from it? "
        "I’m happy to free an hour for you this week."
    )
    try:
        found = acting.chosen_for_nudge(web.session(), current_user.id, who, reader_today())
    except Invalid as refusal:
        found, problem = Chosen(()), problem or refusal.message
    shown = {"found": found, "words": usual if words is None else words, "problem": problem, "longest": acting.LONGEST}
    page = render_template("reports/nudge.html", back=_back_address(), **shown)
    return make_response(page, 422 if problem and request.method == "POST" else 200)


def _assign_form() -> AssignForm:
    form = AssignForm()
    form.course.choices = [(one.slug, pick(one.titles)) for one in catalog.live(web.session())]
    return form


def _assign_page(form: AssignForm, who: list[str], problem: str = "") -> Response:
    ticked = {one.partition(".")[0] for one in who}
    people = acting.to_choose_from(web.session(), current_user.id, sorted(ticked), reader_today())
    shown = {"form": form, "people": people, "ticked": ticked, "problem": problem, "today": reader_today()}
    page = render_template("reports/assign.html", back=_back_address(), **shown)
    return make_response(page, 422 if problem or form.errors else 200)


def _deputies_page(form: DeputyForm, status: int = 200) -> Response:
    words = request.values.get("q", "").strip()[:100]
    shown = {"found": deputies.search(web.session(), current_user.id, words), "words": words, "today": reader_today()}
    named, today = deputies.of_manager(web.session(), current_user.id), reader_today()
    listed = {state: [one for one in named if one.state(today) == state] for state in ("now", "coming", "over")}
    return make_response(render_template("reports/deputies.html", form=form, listed=listed, **shown), status)
