"""Taking a quiz in the browser: before, during, handing in, and the result."""

from decimal import Decimal

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_login import current_user
from werkzeug.wrappers import Response

from courses import progress
from lms.base import clock, i18n, web
from lms.base.access import SIGNED_IN, open_to
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.guidelines import catalog as guidelines
from quizzes import attempts, closing, definitions, gates, papers
from quizzes.attempt_models import OPEN, Attempt
from quizzes.attempts import Stale
from quizzes.forms import AnswerForm, StartForm
from quizzes.review import review
from quizzes.sheet import Asked, asked

blueprint = Blueprint("quizzes", __name__)
ATTEMPT = "/attempts/<int(max=2147483647):attempt_id>"


@blueprint.get("/quizzes/<slug>")
@open_to(SIGNED_IN)
def quiz(slug: str) -> str:
    found = definitions.live(web.session(), slug)
    standing = progress.standing(web.session(), current_user.id, found.course_slug)
    mine = gates.of_person(web.session(), current_user.id, found)
    gate = gates.gate(standing, found, mine)
    return render_template(
        "quizzes/quiz.html", quiz=found, standing=standing, mine=mine.attempts, gate=gate, times=attempts.TIMES
    )


@blueprint.post("/quizzes/<slug>")
@open_to(SIGNED_IN)
def start(slug: str) -> Response:
    form = StartForm()
    if not form.validate():
        raise Invalid(gettext("Choose how much time you take, and start once more."))
    attempt = attempts.start(web.session(), current_user.id, slug, time=form.time.data or 100, language=i18n.language())
    return redirect(url_for("quizzes.attempt", attempt_id=attempt.id), 303)


@blueprint.get(ATTEMPT)
@open_to(SIGNED_IN)
def attempt(attempt_id: int) -> str:
    found = _mine(attempt_id)
    if found.state not in OPEN:
        return _result(found)
    return _question_page(found, request.args.get("question", ""))


@blueprint.post(ATTEMPT)
@open_to(SIGNED_IN)
def save(attempt_id: int) -> Response:
    """Keep an answer, then go where the button says; a script gets the new revision instead."""
    form, found = AnswerForm(), _mine(attempt_id)
    if not form.validate():
        raise Invalid(gettext("Something of the page did not arrive. Load it again and choose once more."))
    if found.state not in OPEN:
        return _moved(url_for("quizzes.attempt", attempt_id=attempt_id))
    try:
        _save(found, form)
    except Stale as stale:
        if web.wants_json():
            raise
        return make_response(_question_page(found, str(form.question.data), stale.message), stale.status)
    return _saved(found) if web.wants_json() else redirect(_after(found, form.go.data or ""), 303)


@blueprint.get(f"{ATTEMPT}/overview")
@open_to(SIGNED_IN)
def overview(attempt_id: int) -> str | Response:
    found = _mine(attempt_id)
    if found.state not in OPEN:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt_id))
    return _open_page("quizzes/overview.html", found, _questions(found))


@blueprint.post(f"{ATTEMPT}/submit")
@open_to(SIGNED_IN)
def submit(attempt_id: int) -> Response:
    closing.submit(web.session(), attempts.get(web.session(), attempt_id, current_user.id))
    return redirect(url_for("quizzes.attempt", attempt_id=attempt_id), 303)


def _mine(attempt_id: int) -> Attempt:
    """The attempt of the person at the page. One whose time is over is closed first, whatever the request is."""
    found = attempts.get(web.session(), attempt_id, current_user.id)
    if closing.is_overdue(found):
        person_id = current_user.id
        with web.own_transaction() as session:
            closing.submit(session, attempts.get(session, attempt_id, person_id))
        found = attempts.get(web.session(), attempt_id, person_id)
    return found


def _save(found: Attempt, form: AnswerForm) -> None:
    item = papers.item(web.session(), found, form.question.data or 0)
    answer = item.kind.parse(item.question, request.form.to_dict(flat=False), item.order, item.answer)
    if answer is not None:
        attempts.save(
            web.session(), found, item.position, answer, form.revision.data or 0, certainty=form.certainty.data
        )


def _saved(found: Attempt) -> Response:
    words = gettext("Saved at %(time)s", time=i18n.time_of_day(clock.now()))
    answered = [question.position for question in _questions(found) if question.answered]
    return jsonify(revision=found.revision, saved=words, answered=answered, left=_seconds_left(found))


def _moved(address: str) -> Response:
    """The attempt is closed: a person is led to the result, a script is told where it is."""
    return jsonify(closed=True, address=address) if web.wants_json() else redirect(address, 303)


def _after(found: Attempt, go: str) -> str:
    if go == "leave":
        quiz = definitions.version(web.session(), found.quiz_version_id)
        return url_for("courses.course", slug=quiz.course_slug)
    if go == "overview":
        return url_for("quizzes.overview", attempt_id=found.id)
    return url_for("quizzes.attempt", attempt_id=found.id, question=go or None)


def _questions(found: Attempt) -> list[Asked]:
    quiz = definitions.version(web.session(), found.quiz_version_id)
    return asked(papers.items(web.session(), found), asks_certainty=quiz.asks_certainty)


def _question_page(found: Attempt, place: str, problem: str = "") -> str:
    """The question at a place, else the first that is open."""
    questions = _questions(found)
    first_open = next((question for question in questions if not question.answered), questions[0])
    by_place = {str(question.position): question for question in questions}
    question = by_place.get(place, first_open)
    return _open_page("quizzes/question.html", found, questions, question=question, problem=problem)


def _open_page(template: str, found: Attempt, questions: list[Asked], **more: object) -> str:
    quiz = definitions.version(web.session(), found.quiz_version_id)
    return render_template(
        template,
        attempt=found,
        titles=quiz.titles,
        course_slug=quiz.course_slug,
        questions=questions,
        seconds_left=_seconds_left(found),
        **more,
    )


def _seconds_left(found: Attempt) -> int:
    return max(0, int((found.deadline_at - clock.now()).total_seconds()))


def _result(found: Attempt) -> str:
    result = review(papers.items(web.session(), found), bool(found.passed))
    quiz = definitions.version(web.session(), found.quiz_version_id)
    clauses = {clause.code: i18n.pick(clause.titles) for clause in guidelines.live(web.session()).clauses}
    return render_template(
        "quizzes/result.html",
        attempt=found,
        titles=quiz.titles,
        slug=quiz.slug,
        course_slug=quiz.course_slug,
        pass_mark=quiz.pass_mark,
        result=result,
        clauses=clauses,
        only_to_learn=request.args.get("show") == "learn",
    )


def percent(hundredths: int) -> str:
    """Hundredths of a percent as the reader writes it: "79.99 %", on one line."""
    return gettext("%(number)s %%", number=format_decimal(Decimal(hundredths) / 100)).replace(" ", "\u00a0")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"percent": percent}
