"""Pages on which a question is marked anew for everyone: what to do, what it would change, and who agrees."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import holders_of, open_to
from lms.base.errors import Conflict, Invalid
from quizzes import definitions
from quizzes.regrading import letters, overview, runs
from quizzes.regrading.forms import ApplyForm, AskForm
from quizzes.regrading.models import Regrade

blueprint = Blueprint("regrading", __name__)
AUTHORS = holders_of("author", "administrator")
CONCERNED = holders_of("author", "administrator", "hub", "legal")
DECIDERS = holders_of("administrator", "hub")
SECOND_HANDS = holders_of(*letters.SECOND_HANDS)
ASK = "/studio/quizzes/<slug>/questions/<key>/regrade"
ONE = "/studio/regrades/<int(max=2147483647):regrade_id>"


@blueprint.get(ASK)
@open_to(AUTHORS)
def new(slug: str, key: str) -> str:
    return _ask_page(slug, key, AskForm(formdata=None))


@blueprint.post(ASK)
@open_to(AUTHORS)
def ask(slug: str, key: str) -> str | Response:
    form = AskForm()
    if not form.validate():
        return make_response(_ask_page(slug, key, form), 422)
    try:
        made = runs.ask(web.session(), slug, key, form.policy.data, form.reason.data or "", current_user.id)
    except (Invalid, Conflict) as refusal:
        form.form_errors.append(refusal.message)
        return make_response(_ask_page(slug, key, form), refusal.status)
    return _to(made)


@blueprint.get("/studio/quizzes/<slug>/regrades")
@open_to(CONCERNED)
def of_quiz(slug: str) -> str:
    quiz = definitions.live(web.session(), slug)
    return render_template("regrading/list.html", quiz=quiz, regrades=overview.of_quiz(web.session(), slug))


@blueprint.get(ONE)
@open_to(CONCERNED)
def run(regrade_id: int) -> str:
    found = overview.overview(web.session(), regrade_id)
    shown, page = request.args.get("show", "all"), request.args.get("page", 1, type=int)
    people, more = overview.affected(web.session(), found.regrade, shown, page)
    return render_template(
        "regrading/run.html",
        found=found,
        people=people,
        more=more,
        page=page,
        shown=shown,
        first_hand=runs.first_hand(found.regrade),
        own=runs.touches(web.session(), found.regrade, current_user.id),
        form=ApplyForm(formdata=None),
    )


@blueprint.post(f"{ONE}/apply")
@open_to(DECIDERS)
def apply(regrade_id: int) -> Response:
    form = ApplyForm()
    return _to(runs.apply(web.session(), regrade_id, current_user.id, tells_all=bool(form.tells_all.data)))


@blueprint.post(f"{ONE}/<any(undo,again):deed>")
@open_to(DECIDERS)
def deed(regrade_id: int, deed: str) -> Response:
    return _to((runs.undo if deed == "undo" else runs.again)(web.session(), regrade_id, current_user.id))


@blueprint.post(f"{ONE}/approve")
@open_to(SECOND_HANDS)
def approve(regrade_id: int) -> Response:
    return _to(runs.approve(web.session(), regrade_id, current_user.id))


@blueprint.post(f"{ONE}/refuse")
@open_to(CONCERNED)
def refuse(regrade_id: int) -> Response:
    return _to(runs.refuse(web.session(), regrade_id, current_user.id))


def _to(regrade: Regrade) -> Response:
    return redirect(url_for("regrading.run", regrade_id=regrade.id), 303)


def _ask_page(slug: str, key: str, form: AskForm) -> str:
    subject = overview.subject(web.session(), slug, key)
    at_work = runs.at_work(web.session(), subject.question.number)
    return render_template("regrading/new.html", subject=subject, key=key, form=form, at_work=at_work)
