"""A learner appeals against a result of hers."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import SIGNED_IN, open_to
from lms.base.errors import Conflict, Invalid
from quizzes import attempts, definitions, papers
from quizzes.marking import appeals
from quizzes.marking.forms import AppealForm

blueprint = Blueprint("appeals", __name__)
APPEAL = "/attempts/<int(max=2147483647):attempt_id>/appeal"


@blueprint.get(APPEAL)
@open_to(SIGNED_IN)
def appeal(attempt_id: int) -> str:
    form = AppealForm(formdata=None, about=request.args.get("question", ""))
    return _page(attempt_id, form)


@blueprint.post(APPEAL)
@open_to(SIGNED_IN)
def make(attempt_id: int) -> Response:
    """Keep the appeal. A refusal gives back what was typed."""
    form = AppealForm()
    try:
        appeals.make(web.session(), current_user.id, attempt_id, form.words.data or "", form.position())
    except Invalid as refusal:
        return make_response(_page(attempt_id, form, refusal.message), refusal.status)
    return redirect(url_for("quizzes.attempt", attempt_id=attempt_id), 303)


def _page(attempt_id: int, form: AppealForm, problem: str = "") -> str:
    session = web.session()
    attempt = attempts.get(session, attempt_id, current_user.id)
    if reason := appeals.why_not(session, attempt):
        raise Conflict(reason)
    return render_template(
        "marking/appeal_form.html",
        attempt=attempt,
        titles=definitions.version(session, attempt.quiz_version_id).titles,
        questions=[(item.position, item.question.stems) for item in papers.items(session, attempt)],
        until=appeals.until(session, attempt),
        form=form,
        problem=problem,
        longest=appeals.LONGEST,
    )
