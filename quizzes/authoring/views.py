"""The studio's pages for quizzes: rules and trying them. Importing this makes all of them known to the blueprint."""

import secrets
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import i18n, web
from lms.base.access import open_to
from lms.base.errors import Invalid, NotFound
from lms.guidelines import catalog as guidelines
from quizzes import definitions
from quizzes.authoring import desk, exchange_views, question_views, trying
from quizzes.authoring.forms import RulesForm
from quizzes.authoring.quiz_room_views import AUTHORS, blueprint
from quizzes.kinds import KINDS
from quizzes.papers import Item
from quizzes.review import review
from quizzes.sheet import asked

__all__ = ["blueprint", "exchange_views", "question_views"]
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
    try:
        desk.set_rules(web.session(), slug, form.rules(definitions.live(web.session(), slug)), current_user.id)
    except Invalid as refusal:
        form.form_errors.append(refusal.message)
        return make_response(_quiz_page(desk.desk(web.session(), slug), form), 422)
    return redirect(url_for("quiz_authoring.quiz", slug=slug), 303)


@blueprint.post("/studio/quizzes/<slug>/open")
@open_to(AUTHORS)
def open_quiz(slug: str) -> Response:
    desk.open_quiz(web.session(), slug, current_user.id)
    return redirect(url_for("quiz_authoring.quiz", slug=slug), 303)


@blueprint.get("/studio/quizzes/<slug>/try")
@open_to(AUTHORS)
def try_quiz(slug: str) -> str | Response:
    seed = request.args.get("seed", "")
    if not _is_seed(seed):
        fresh = secrets.randbelow(LARGEST_SEED)
        return redirect(url_for("quiz_authoring.try_quiz", slug=slug, seed=fresh, lang=_language(), only=_only()))
    found = desk.desk(web.session(), slug)
    with i18n.force_locale(_language()):
        items = _paper(found, seed)
        return render_template(
            "quiz_authoring/try.html", desk=found, questions=asked(items, left=trying.clocks(items)), **_tried(seed)
        )


@blueprint.post("/studio/quizzes/<slug>/try")
@open_to(AUTHORS)
def mark_try(slug: str) -> str:
    seed = request.args.get("seed", "")
    if not _is_seed(seed):
        raise NotFound
    found = desk.desk(web.session(), slug)
    with i18n.force_locale(_language()):
        items = trying.marked(_paper(found, seed), request.form.to_dict(flat=False))
        if trying.goes_on(request.form):
            questions = asked(items, left=trying.clocks(items))
            return render_template("quiz_authoring/try.html", desk=found, questions=questions, **_tried(seed))
        verdict = trying.result(items, found.quiz)
        return render_template(
            "quiz_authoring/tried.html", desk=found, verdict=verdict, result=review(items), **_tried(seed)
        )


def _only() -> str | None:
    """The key of the question that alone is tried."""
    return request.args.get("only") or None


def _paper(found: desk.QuizDesk, seed: str) -> list[Item]:
    if key := _only():
        return trying.single(found.question(key).question, int(seed))
    questions = definitions.questions(web.session(), (one.version_id for one in found.pool))
    return trying.paper(questions, found.pool, found.quiz, int(seed))


def _quiz_page(found: desk.QuizDesk, form: RulesForm) -> str:
    return render_template(
        "quiz_authoring/quiz.html", desk=found, form=form, not_ready=desk.not_ready(found), kinds=KINDS
    )


def _language() -> str:
    language = request.args.get("lang", "en")
    return language if language in i18n.LANGUAGES else "en"


def _is_seed(seed: str) -> bool:
    return seed.isascii() and seed.isdecimal() and len(seed) < 11


def _tried(seed: str) -> dict[str, Any]:
    clauses = {clause.code: i18n.pick(clause.titles) for clause in guidelines.live(web.session()).clauses}
    return {"seed": seed, "lang": _language(), "only": _only(), "clauses": clauses}
