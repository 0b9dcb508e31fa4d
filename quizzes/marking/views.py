"""The queue of markers, the page on which an answer is marked, and appeals for those who decide them."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.errors import Invalid, Refused
from quizzes.marking import claims, deciding, hearing, queue, rubric
from quizzes.marking.forms import MarkForm, RulingForm, points
from quizzes.marking.markers import JUDGES

blueprint = Blueprint("marking", __name__)
TASK = "/marking/<int(max=2147483647):task_id>"
APPEAL = "/marking/appeals/<int(max=2147483647):appeal_id>"


@blueprint.get("/marking")
@open_to(SIGNED_IN)
def waiting() -> str:
    found = queue.waiting(web.session(), current_user.id)
    appeals = 0 if current_user.roles.isdisjoint(JUDGES) else hearing.count_waiting(web.session(), current_user.id)
    return render_template("marking/queue.html", queue=found, appeals_count=appeals)


@blueprint.get(TASK)
@open_to(SIGNED_IN)
def task(task_id: int) -> str:
    return _task_page(task_id, MarkForm(formdata=None))


@blueprint.post(f"{TASK}/claim")
@open_to(SIGNED_IN)
def claim(task_id: int) -> Response:
    claims.claim(web.session(), current_user.id, task_id)
    return redirect(url_for("marking.task", task_id=task_id), 303)


@blueprint.post(f"{TASK}/back")
@open_to(SIGNED_IN)
def give_back(task_id: int) -> Response:
    claims.give_back(web.session(), current_user.id, task_id)
    return redirect(url_for("marking.waiting"), 303)


@blueprint.post(TASK)
@open_to(SIGNED_IN)
def mark(task_id: int) -> Response:
    """Keep the points and the reason. A refusal gives back what was typed."""
    form = MarkForm()
    try:
        deciding.mark(web.session(), current_user.id, task_id, points(request.form), form.comment.data or "")
    except Invalid as refusal:
        return make_response(_task_page(task_id, form, refusal.message), refusal.status)
    except Refused as refusal:
        return _given_back(refusal)
    return redirect(url_for("marking.waiting"), 303)


@blueprint.get("/marking/appeals")
@open_to(holders_of(*JUDGES))
def appeals() -> str:
    found, count = hearing.waiting(web.session(), current_user.id)
    return render_template("marking/appeals.html", appeals=found, appeals_count=count)


@blueprint.get(APPEAL)
@open_to(holders_of(*JUDGES))
def appeal(appeal_id: int) -> str:
    return _appeal_page(appeal_id, None)


@blueprint.post(APPEAL)
@open_to(holders_of(*JUDGES))
def decide(appeal_id: int) -> Response:
    """Decide an appeal. A refusal gives back what was typed."""
    form = RulingForm()
    try:
        hearing.decide(web.session(), current_user.id, appeal_id, form.ruling())
    except Invalid as refusal:
        return make_response(_appeal_page(appeal_id, form, refusal.message), refusal.status)
    except Refused as refusal:
        return _given_back(refusal)
    return redirect(url_for("marking.appeals"), 303)


def _task_page(task_id: int, form: MarkForm, problem: str = "") -> str:
    desk = queue.desk(web.session(), current_user.id, task_id)
    criteria = rubric.criteria(desk.item.question)
    template = "marking/task.html" if desk.waiting.mine else "marking/take.html"
    return render_template(
        template, desk=desk, criteria=criteria, form=form, given=request.form if problem else {}, problem=problem
    )


def _appeal_page(appeal_id: int, form: RulingForm | None, problem: str = "") -> str:
    case = hearing.case(web.session(), current_user.id, appeal_id)
    form = form or RulingForm(formdata=None, crosses=bool(case.item and case.item.mark and case.item.mark.crossed))
    return render_template("marking/appeal.html", case=case, form=form, problem=problem)


def _given_back(refusal: Refused) -> Response:
    title = gettext(refusal.title)
    return web.refusal(refusal.status, title, refusal.message or title, typed=web.typed())
