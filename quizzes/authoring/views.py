"""The studio's pages for quizzes: rules, questions, and trying them."""

import secrets
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import i18n, web
from lms.base.access import holders_of, open_to
from lms.base.errors import Invalid, NotFound
from lms.guidelines import catalog as guidelines
from quizzes import definitions
from quizzes.authoring import desk, trying, writing
from quizzes.authoring.forms import RulesForm
from quizzes.authoring.writing import Typed
from quizzes.kinds import KINDS
from quizzes.papers import Item
from quizzes.review import review
from quizzes.sheet import asked

blueprint = Blueprint("quiz_authoring", __name__)
AUTHORS = holders_of("author", "administrator")
QUESTION = "/studio/quizzes/<slug>/questions/<key>"
LARGEST_SEED = 2**31


@blueprint.get("/studio/quizzes/")
@open_to(AUTHORS)
def of_course() -> str | Response:
    course, slug = desk.of_course(web.session(), request.args.get("course", ""))
    if slug:
        return redirect(url_for("quiz_authoring.quiz", slug=slug))
    return render_template("quiz_authoring/none.html", course=course)


@blueprint.post("/studio/quizzes/")
@open_to(AUTHORS)
def create() -> Response:
    slug = desk.create(web.session(), request.form.get("course", ""), current_user.id)
    return redirect(url_for("quiz_authoring.quiz", slug=slug), 303)


@blueprint.get("/studio/quizzes/<slug>")
@open_to(AUTHORS)
def quiz(slug: str) -> str:
    found = desk.desk(web.session(), slug)
    return _quiz_page(found, RulesForm.of(found.quiz))


@blueprint.post("/studio/quizzes/<slug>")
@open_to(AUTHORS)
def set_rules(slug: str) -> str | Response:
    form = RulesForm()
    if not form.validate():
        return make_response(_quiz_page(desk.desk(web.session(), slug), form), 422)
    desk.set_rules(web.session(), slug, form.rules(), current_user.id)
    return redirect(url_for("quiz_authoring.quiz", slug=slug), 303)


@blueprint.post("/studio/quizzes/<slug>/open")
@open_to(AUTHORS)
def open_quiz(slug: str) -> Response:
    desk.open_quiz(web.session(), slug, current_user.id)
    return redirect(url_for("quiz_authoring.quiz", slug=slug), 303)


@blueprint.get("/studio/quizzes/<slug>/new")
@open_to(AUTHORS)
def new_question(slug: str) -> str:
    kind = request.args.get("kind", "single")
    return _question_page(slug, None, writing.blank(kind if kind in KINDS else "single"), 0)


@blueprint.post("/studio/quizzes/<slug>/new")
@open_to(AUTHORS)
def add_question(slug: str) -> str | Response:
    return _keep(slug, None)


@blueprint.get(QUESTION)
@open_to(AUTHORS)
def question(slug: str, key: str) -> str:
    found = desk.desk(web.session(), slug).question(key)
    return _question_page(slug, key, writing.from_question(found.question), found.number)


@blueprint.post(QUESTION)
@open_to(AUTHORS)
def keep_question(slug: str, key: str) -> str | Response:
    return _keep(slug, key)


@blueprint.post(f"{QUESTION}/<any(duplicate,retire,return):deed>")
@open_to(AUTHORS)
def question_deed(slug: str, key: str, deed: str) -> Response:
    session, person_id = web.session(), current_user.id
    if deed == "duplicate":
        copied = desk.duplicate(session, slug, key, person_id)
        return redirect(url_for("quiz_authoring.question", slug=slug, key=copied), 303)
    (desk.retire if deed == "retire" else desk.bring_back)(session, slug, key, person_id)
    return redirect(url_for("quiz_authoring.quiz", slug=slug, _anchor=f"q-{key}"), 303)


@blueprint.get("/studio/quizzes/<slug>/try")
@open_to(AUTHORS)
def try_quiz(slug: str) -> str | Response:
    seed = request.args.get("seed", "")
    if not _is_seed(seed):
        fresh = secrets.randbelow(LARGEST_SEED)
        return redirect(url_for("quiz_authoring.try_quiz", slug=slug, seed=fresh, lang=_language()))
    found = desk.desk(web.session(), slug)
    with i18n.force_locale(_language()):
        items = _paper(found, seed)
        return render_template("quiz_authoring/try.html", desk=found, questions=asked(items), **_tried(seed))


@blueprint.post("/studio/quizzes/<slug>/try")
@open_to(AUTHORS)
def mark_try(slug: str) -> str:
    seed = request.args.get("seed", "")
    if not _is_seed(seed):
        raise NotFound
    found = desk.desk(web.session(), slug)
    with i18n.force_locale(_language()):
        items = trying.marked(_paper(found, seed), request.form.to_dict(flat=False))
        verdict = trying.result(items, found.quiz)
        return render_template(
            "quiz_authoring/tried.html", desk=found, verdict=verdict, result=review(items, passed=True), **_tried(seed)
        )


def _paper(found: desk.QuizDesk, seed: str) -> list[Item]:
    questions = definitions.questions(web.session(), (one.version_id for one in found.pool))
    return trying.paper(questions, found.pool, found.quiz, int(seed))


def _keep(slug: str, key: str | None) -> str | Response:
    """Keep the question in the form, or show it again: with a choice more or less, or with what is wrong."""
    fields = request.form
    kind = fields.get("kind", "")
    typed = writing.from_form(kind if kind in KINDS else "single", fields.to_dict(flat=False))
    opened = int(fields["opened"]) if fields.get("opened", "").isdecimal() and len(fields["opened"]) < 9 else 0
    deed = fields.get("do", "keep")
    if deed != "keep":
        return _question_page(slug, key, writing.rearranged(typed, deed), opened)
    try:
        desk.save_question(web.session(), slug, key, typed, opened, current_user.id)
    except desk.StaleQuestion as stale:
        found = desk.desk(web.session(), slug).question(key or "")
        return make_response(_question_page(slug, key, typed, found.number, (stale.message,)), 409)
    except Invalid:
        faults = writing.faults(typed, [clause.code for clause in guidelines.live(web.session()).clauses])
        return make_response(_question_page(slug, key, typed, opened, tuple(faults)), 422)
    return redirect(url_for("quiz_authoring.quiz", slug=slug, _anchor=f"q-{key}" if key else "questions"), 303)


def _quiz_page(found: desk.QuizDesk, form: RulesForm) -> str:
    return render_template(
        "quiz_authoring/quiz.html", desk=found, form=form, not_ready=desk.not_ready(found), kinds=KINDS
    )


def _question_page(slug: str, key: str | None, typed: Typed, opened: int, faults: tuple[str, ...] = ()) -> str:
    clauses = guidelines.live(web.session()).clauses
    return render_template(
        "quiz_authoring/question.html",
        desk=desk.desk(web.session(), slug),
        key=key,
        typed=typed,
        kind=KINDS[typed.kind],
        opened=opened,
        faults=faults,
        clauses=clauses,
    )


def _language() -> str:
    language = request.args.get("lang", "en")
    return language if language in i18n.LANGUAGES else "en"


def _is_seed(seed: str) -> bool:
    return seed.isascii() and seed.isdecimal() and len(seed) < 11


def _tried(seed: str) -> dict[str, Any]:
    clauses = {clause.code: i18n.pick(clause.titles) for clause in guidelines.live(web.session()).clauses}
    return {"seed": seed, "lang": _language(), "clauses": clauses}
