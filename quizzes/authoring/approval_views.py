"""Reviewing questions: what waits, what it said before, letting it in or sending it back."""

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.review import reviewers
from lms.base import web
from lms.base.access import SIGNED_IN, open_to
from lms.base.errors import Invalid, NotFound
from quizzes.authoring import approval, beside, proposals
from quizzes.authoring.room_views import blueprint
from quizzes.kinds import KINDS

WAITING = "/studio/questions/review"
ONE = f"{WAITING}/<int(max=2147483647):number>"
INSIDERS = frozenset({"author", "administrator", "hub", "legal"})
"""May read every question; others only when they are reviewers."""


@blueprint.get(WAITING)
@open_to(SIGNED_IN)
def review() -> str:
    _admit()
    return render_template("bank/review.html", waiting=proposals.waiting(web.session()), kinds=KINDS)


@blueprint.get(ONE)
@open_to(SIGNED_IN)
def proposal(number: int) -> str:
    _admit()
    return _page(number)


@blueprint.post(f"{ONE}/approve")
@open_to(SIGNED_IN)
def approve(number: int) -> Response:
    _admit()
    approval.approve(web.session(), number, _version(), current_user.id, current_user.roles)
    return redirect(url_for("bank.review"), 303)


@blueprint.post(f"{ONE}/back")
@open_to(SIGNED_IN)
def send_back(number: int) -> str | Response:
    _admit()
    words = request.form.get("words", "")
    try:
        approval.send_back(web.session(), number, _version(), current_user.id, current_user.roles, words)
    except Invalid as refusal:
        return make_response(_page(number, words, refusal.message), refusal.status)
    return redirect(url_for("bank.review"), 303)


def _admit() -> None:
    if current_user.roles.isdisjoint(INSIDERS) and not reviewers.reviews(web.session(), current_user.id):
        raise NotFound


def _version() -> int:
    value = request.form.get("version", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


def _page(number: int, words: str = "", problem: str = "") -> str:
    found = proposals.get(web.session(), number)
    return render_template(
        "bank/proposal.html",
        found=found,
        kind=KINDS[found.version.kind],
        rows=beside.rows(found.before, found.version),
        obstacle=found.obstacle(current_user.id, current_user.roles),
        words=words,
        problem=problem,
    )
