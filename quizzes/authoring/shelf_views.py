"""The bank of questions in the studio: found, changed many at once, and where each is used."""

from dataclasses import replace

from flask import make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import open_to
from lms.base.errors import Invalid
from lms.guidelines import catalog as guidelines
from lms.people.models import TIERS
from quizzes.authoring import bulk, homes, labels_words, shelf, shelf_forms, uses
from quizzes.authoring.bulk import Outcome
from quizzes.authoring.room_views import AUTHORS, blueprint
from quizzes.kinds import KINDS

SHELF = "/studio/questions"


@blueprint.get(SHELF)
@open_to(AUTHORS)
def questions() -> str:
    return _shelf()


@blueprint.post(SHELF)
@open_to(AUTHORS)
def change_questions() -> str | Response:
    """Do the same to all that are ticked, and say what came of it; what was ticked and typed stays."""
    deed, ids = request.form.get("do", ""), shelf_forms.ticked(request.form)
    try:
        outcome = bulk.change(web.session(), ids, deed, shelf_forms.value_of(request.form, deed), current_user.id)
    except Invalid as refusal:
        return make_response(_shelf(problem=refusal.message), refusal.status)
    return _shelf(outcome)


@blueprint.get(f"{SHELF}/<int(max=2147483647):number>")
@open_to(AUTHORS)
def question(number: int) -> str:
    found = uses.of_question(web.session(), number, homes.quizzes(web.session()))
    return render_template("bank/question.html", uses=found, kinds=KINDS, words=labels_words)


def _shelf(outcome: Outcome | None = None, problem: str = "") -> str:
    session, asked = web.session(), shelf_forms.wanted(request.args)
    every = homes.quizzes(session)
    found = shelf.look(session, asked, every)
    refused = outcome.refused if outcome else {}
    return render_template(
        "bank/questions.html",
        found=found,
        asked=asked,
        counts=shelf.counts(session),
        quizzes=every.values(),
        tags=shelf.tags(session),
        clauses=guidelines.live(session).clauses,
        kinds=KINDS,
        tiers=TIERS,
        words=labels_words,
        address=lambda **changed: shelf_forms.address(replace(asked, **changed)),
        outcome=outcome,
        refused=[(one, refused[one.id]) for one in shelf.entries(session, list(refused), every)],
        ticked=set(shelf_forms.ticked(request.form)) if problem or refused else set(),
        typed=request.form,
        problem=problem,
    )
