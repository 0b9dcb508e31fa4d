"""Practicing a quiz in the browser: a question a page, marked at once, as often as wanted."""

import secrets
from dataclasses import replace

from flask import Blueprint, make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import i18n, web
from lms.base.access import SIGNED_IN, open_to
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.guidelines import catalog as guidelines
from quizzes import definitions
from quizzes.forms import LARGEST
from quizzes.kinds import KINDS
from quizzes.papers import Item
from quizzes.practice import reminders, rounds
from quizzes.practice.cards import Card
from quizzes.practice.forms import PracticeForm
from quizzes.practice.rounds import Learner, Round
from quizzes.questions import Answer, Marked, QuestionView
from quizzes.review import review
from quizzes.sheet import asked

blueprint = Blueprint("practice", __name__)
PRACTICE = "/quizzes/<slug>/practice"
QUESTION = f"{PRACTICE}/<int(max=2147483647):number>"


@blueprint.get(PRACTICE)
@open_to(SIGNED_IN)
def start(slug: str) -> str:
    return render_template("practice/start.html", round=_round(slug))


@blueprint.get(QUESTION)
@open_to(SIGNED_IN)
def question(slug: str, number: int) -> str:
    found = _round(slug)
    return _asking(found, _shown(found, number), secrets.randbelow(LARGEST))


@blueprint.post(QUESTION)
@open_to(SIGNED_IN)
def answer(slug: str, number: int) -> str | Response:
    """Mark an answer and show what came of it; in a case with several turns, the next turn."""
    found, form = _round(slug), PracticeForm()
    shown = _shown(found, number)
    if not form.validate():
        raise Invalid(gettext("Something of the page did not arrive. Load it again and choose once more."))
    seed = form.seed.data or 0
    if form.version.data != shown.version_id:
        changed = gettext("This question was changed while you had it open. This is how it reads now.")
        return make_response(_asking(found, shown, seed, changed, _typed(shown, seed)), 409)
    try:
        given = _parsed(shown, seed)
    except Invalid as refused:
        return make_response(_asking(found, shown, seed, refused.message, _typed(shown, seed)), refused.status)
    if not KINDS[shown.kind].answered(shown, given):
        return _more_wanted(found, shown, seed, given)
    assert given is not None
    rounds.keep_missed(web.session(), current_user.id, found.unkept)
    order = rounds.order(shown, seed)
    mark, card = rounds.take(web.session(), _learner(), shown, order, given, form.certainty.data)
    return _told(found, Item(0, 1, shown, order, given, mark, form.certainty.data), mark, card)


def _learner() -> Learner:
    return Learner(current_user.id, current_user.tier, current_user.time_zone)


def _round(slug: str) -> Round:
    found, learner_id = rounds.load(web.session(), slug, _learner()), current_user.id
    if found.unkept and request.method == "GET":
        web.after_reading(lambda session: rounds.keep_missed(session, learner_id, found.unkept))
    return found


def _shown(found: Round, number: int) -> QuestionView:
    return definitions.question(web.session(), found.get(number).version_id)


def _parsed(shown: QuestionView, seed: int) -> Answer | None:
    """The answer in the form. A case carries its turns with it, so that each one is checked from the first on."""
    kind = KINDS[shown.kind]
    given = kind.parse(shown, request.form.to_dict(flat=False), rounds.order(shown, seed), None)
    if given is not None:
        kind.validate(shown, given)
    return given


def _typed(shown: QuestionView, seed: int) -> Answer | None:
    return KINDS[shown.kind].draft(shown, request.form.to_dict(flat=False), rounds.order(shown, seed))


def _more_wanted(found: Round, shown: QuestionView, seed: int, given: Answer | None) -> Response:
    """The next turn of a case; else the same page, which asks for what was left open."""
    more = KINDS[shown.kind].more(shown, rounds.order(shown, seed), given)
    if given is not None and more.get("stays"):
        return make_response(_asking(found, shown, seed, draft=given))
    missing = gettext("Something is still open. Answer it all, then you see at once how it was.")
    return make_response(_asking(found, shown, seed, missing, given or _typed(shown, seed)), 422)


def _asking(found: Round, shown: QuestionView, seed: int, problem: str = "", draft: Answer | None = None) -> str:
    """The page of a question. Nobody reads the answer but its writer, so criteria are for the verdict."""
    item = Item(0, 1, replace(shown, criteria=()), rounds.order(shown, seed), None, None)
    drafts = {} if draft is None else {1: draft}
    return render_template(
        "practice/question.html",
        round=found,
        number=shown.number,
        version=shown.version_id,
        seed=seed,
        question=asked([item], asks_certainty=True, drafts=drafts)[0],
        problem=problem,
    )


def _told(found: Round, item: Item, mark: Marked, card: Card | None) -> str:
    """The page that says how an answer was, and what comes next."""
    left = rounds.load(web.session(), found.quiz.slug, _learner())
    return render_template(
        "practice/verdict.html",
        round=left,
        item=review([item]).items[0],
        certainty=item.certainty,
        card=card,
        criteria=item.question.criteria,
        next=left.next(after=item.question.number),
        clauses={clause.code: i18n.pick(clause.titles) for clause in guidelines.live(web.session()).clauses},
    )


def _offered(slug: str, settled: bool) -> bool:
    return reminders.offered(web.session(), slug, current_user.id, current_user.tier, settled=settled)


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    """`practice_offered(slug, settled)` for the page of a course, which knows nothing of quizzes."""
    return {"practice_offered": _offered}
