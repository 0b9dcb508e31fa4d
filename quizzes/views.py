"""Taking a quiz in the browser: before, during, handing in, and the result."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_login import current_user
from werkzeug.wrappers import Response

from courses import catalog, progress
from courses.catalog import LessonView
from lms.base import clock, i18n, web
from lms.base.access import SIGNED_IN, open_to
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.guidelines import catalog as guidelines
from quizzes import accommodations, attempts, breaks, cases, closing, definitions, gates, papers
from quizzes.attempt_models import OPEN, Attempt
from quizzes.attempts import Stale
from quizzes.forms import AnswerForm, StartForm
from quizzes.marking import appeals, queue, reasons
from quizzes.practice import reminders
from quizzes.questions import Answer
from quizzes.review import parts_shown, phase, review
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
    accommodation = accommodations.in_force(web.session(), current_user.id)
    return render_template(
        "quizzes/quiz.html",
        quiz=found,
        standing=standing,
        mine=mine.attempts,
        gate=gate,
        times=attempts.TIMES,
        accommodation=accommodation,
        own=accommodations.clock_of(accommodation),
        clocks={time: accommodations.clock_of(accommodation, time) for time in attempts.TIMES},
        to_mark=queue.for_peers(web.session(), current_user.id, found.id) if standing.completed_at else 0,
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
    if found.state in ("marked", "abandoned"):
        return _result(found)
    if found.state not in OPEN:
        return _plain_page("quizzes/waiting.html", found)
    if found.break_until:
        return _plain_page("quizzes/break.html", found)
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
    except (Stale, Invalid) as refused:
        if web.wants_json() or found.break_until:
            raise
        page = _question_page(found, str(form.question.data), refused.message, _draft(found, form))
        return make_response(page, refused.status)
    return _saved(found) if web.wants_json() else redirect(_after(found, form.go.data or ""), 303)


@blueprint.get(f"{ATTEMPT}/overview")
@open_to(SIGNED_IN)
def overview(attempt_id: int) -> str | Response:
    found = _mine(attempt_id)
    if found.state not in OPEN or found.break_until:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt_id))
    return _open_page("quizzes/overview.html", found, _questions(found))


@blueprint.post(f"{ATTEMPT}/<any(break,resume):deed>")
@open_to(SIGNED_IN)
def pause(attempt_id: int, deed: str) -> Response:
    """Take a break, or go on after it."""
    found = _mine(attempt_id)
    if found.state in OPEN:
        (breaks.take if deed == "break" else breaks.end)(web.session(), found)
    return redirect(url_for("quizzes.attempt", attempt_id=attempt_id), 303)


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


def _draft(found: Attempt, form: AnswerForm) -> dict[int, Answer]:
    """What was typed and refused, by position on the paper."""
    item = papers.item(web.session(), found, form.question.data or 0)
    typed = item.kind.draft(item.question, request.form.to_dict(flat=False), item.order)
    return {} if typed is None else {item.position: typed}


def _saved(found: Attempt) -> Response:
    words = gettext("Saved at %(time)s", time=i18n.time_of_day(clock.now()))
    answered = [item.position for item in papers.items(web.session(), found) if item.answered]
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


def _questions(found: Attempt, drafts: Mapping[int, Answer] | None = None) -> list[Asked]:
    quiz = definitions.version(web.session(), found.quiz_version_id)
    items = papers.items(web.session(), found)
    left = cases.seconds_left(web.session(), found, items)
    return asked(items, asks_certainty=quiz.asks_certainty, drafts=drafts, left=left)


def _question_page(found: Attempt, place: str, problem: str = "", drafts: Mapping[int, Answer] | None = None) -> str:
    """The question at a place, else the first that is open."""
    questions = _questions(found, drafts)
    first_open = next((question for question in questions if not question.settled), questions[0])
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


def _plain_page(template: str, found: Attempt) -> str:
    """A page of an attempt on which no question is shown."""
    quiz = definitions.version(web.session(), found.quiz_version_id)
    return render_template(template, attempt=found, quiz=quiz)


def _seconds_left(found: Attempt) -> int:
    return max(0, int((found.deadline_at - clock.now()).total_seconds()))


def _result(found: Attempt) -> str:
    session = web.session()
    quiz = definitions.version(session, found.quiz_version_id)
    mine = gates.of_person(session, current_user.id, quiz)
    wait = gates.waiting_of(mine, found.enrollment_id, quiz)
    settled = wait.exhausted or any(one.passed and one.enrollment_id == found.enrollment_id for one in mine.attempts)
    parts = parts_shown(quiz, phase(found, settled=settled, now=clock.now()))
    clauses = {clause.code: i18n.pick(clause.titles) for clause in guidelines.live(session).clauses}
    paper = papers.items(session, found)
    result, reread_now = review(paper, parts), not found.passed and found is mine.attempts[0]
    decision, appeal = closing.newest(session, found.id), appeals.of_attempt(session, found.id)
    by_hand = any(item.kind.waits_for(item.question) for item in paper)
    return render_template(
        "quizzes/result.html",
        attempt=found,
        quiz=quiz,
        wait=wait,
        is_newest=found is mine.attempts[0],
        result=result,
        lessons=_lessons(result.reread, mine.version_id) if reread_now else {},
        may_practice=reread_now
        and reminders.offered(session, quiz.slug, current_user.id, current_user.tier, settled=settled),
        decision=decision,
        appeal=appeal,
        appeal_until=appeals.end_of(found, decision) if appeal is None else None,
        said=reasons.of_attempt(session, found.id) if by_hand else {},
        clauses=clauses,
        only_to_learn=request.args.get("show") == "learn",
    )


def _lessons(codes: Sequence[str], version_id: int | None) -> dict[str, list[LessonView]]:
    """By clause, the needed lessons of a version of a course that teach it, where there are any."""
    needed = catalog.version(web.session(), version_id).needed if version_id else ()
    taught = {code: [lesson for lesson in needed if code in lesson.clauses] for code in codes}
    return {code: lessons for code, lessons in taught.items() if lessons}


def percent(hundredths: int) -> str:
    """Hundredths of a percent as the reader writes it: "79.99 %", on one line."""
    return gettext("%(number)s %%", number=format_decimal(Decimal(hundredths) / 100)).replace(" ", "\u00a0")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"percent": percent}
