"""The pages of figures: which questions work, and where people are sure and wrong. No names, nothing of a few."""

from typing import Any

import babel.numbers
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.base import i18n, web
from lms.base.access import holders_of, open_to
from lms.base.errors import NotFound
from lms.guidelines import catalog as guidelines
from quizzes.analysis import jobs, reading, wording
from quizzes.analysis.computing import MINIMUM
from quizzes.kinds import KINDS

blueprint = Blueprint("figures", __name__)
READERS = holders_of("author", "administrator", "hub", "legal", "auditor")
FIGURES = "/studio/quizzes/<slug>/figures"


@blueprint.get("/studio/figures")
@open_to(READERS)
def quizzes() -> str:
    return render_template("figures/quizzes.html", quizzes=reading.overview(web.session()), **_words())


@blueprint.get(FIGURES)
@open_to(READERS)
def quiz(slug: str) -> str:
    sort = request.args.get("sort", "health")
    page = reading.of_quiz(web.session(), slug, only_first=_only_first(), sort=sort)
    clauses = {clause.code: clause.titles for clause in guidelines.live(web.session()).clauses}
    shown = sort if sort in reading.SORTS else "health"
    return render_template("figures/quiz.html", page=page, sort=shown, clauses=clauses, kinds=KINDS, **_words())


@blueprint.post(FIGURES)
@open_to(READERS)
def ask(slug: str) -> BaseResponse:
    jobs.ask(web.session(), slug)
    return redirect(url_for("figures.quiz", slug=slug, **_switch()), 303)


@blueprint.get(f"{FIGURES}.csv")
@open_to(READERS)
def table(slug: str) -> Response:
    page = reading.of_quiz(web.session(), slug, only_first=_only_first())
    response = Response(f"\ufeff{wording.table(page.lines)}", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="figures-{slug}.csv"'
    return response


@blueprint.get(f"{FIGURES}/<key>")
@open_to(READERS)
def question(slug: str, key: str) -> str | BaseResponse:
    """The figures of a question; while there are none, those of its quiz."""
    line = request.args.get("line", type=int)
    try:
        found = reading.of_question(web.session(), slug, key, line, only_first=_only_first())
    except NotFound:
        return redirect(url_for("figures.quiz", slug=slug, **_switch()))
    return render_template("figures/question.html", found=found, page=found.page, kinds=KINDS, **_words())


def _only_first() -> bool:
    return request.args.get("attempts") != "all"


def _switch() -> dict[str, Any]:
    return {} if _only_first() else {"attempts": "all"}


def _words() -> dict[str, Any]:
    may_write = not current_user.roles.isdisjoint({"author", "administrator"})
    return {"wording": wording, "decimal": _decimal, "minimum": MINIMUM, "switch": _switch(), "may_write": may_write}


def _decimal(value: float, pattern: str = "0.00") -> str:
    """A coefficient from −1 to 1 with two places, in the reader's language; another pattern for other numbers."""
    return babel.numbers.format_decimal(round(value, 2) + 0, pattern, locale=i18n.language()).replace("-", "−")
