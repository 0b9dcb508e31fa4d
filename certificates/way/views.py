"""The way to a level, renewing it, and the portfolio: told by its owner, looked at by coaches."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates import ladder, vocabulary
from certificates.way import contributions, overview, renewing
from certificates.way.portfolio_forms import TellForm, VerdictForm
from lms.base import web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.errors import Invalid, Refused
from lms.base.forms import Confirmation
from lms.base.i18n import gettext
from lms.people import directory

blueprint = Blueprint("way", __name__)
ONE = "<int(max=2147483647):contribution_id>"


@blueprint.get("/certificates/way/<code>")
@open_to(SIGNED_IN)
def level(code: str) -> str:
    person, found = directory.get(web.session(), current_user.id), ladder.level(web.session(), code)
    way = overview.way_to(web.session(), person, code)
    return render_template("certificates/way.html", level=found, way=way)


@blueprint.post("/certificates/way/<code>/renew/<slug>")
@open_to(SIGNED_IN)
def renew(code: str, slug: str) -> Response:
    if not Confirmation().validate():
        raise Invalid(gettext("Please press the button once more."))
    renewing.start(web.session(), current_user.id, code, slug)
    return redirect(url_for("courses.course", slug=slug), 303)


@blueprint.get("/certificates/portfolio")
@open_to(SIGNED_IN)
def portfolio() -> str:
    return _portfolio(TellForm().prepare())


@blueprint.post("/certificates/portfolio")
@open_to(SIGNED_IN)
def tell() -> Response | tuple[str, int]:
    form = TellForm().prepare()
    if not form.validate():
        return _portfolio(form), 422
    told = {name: field.data for name, field in form._fields.items() if name != "csrf_token"}
    try:
        contributions.tell(web.session(), current_user.id, **told)
    except Invalid as refusal:
        return _portfolio(form, refusal.message), 422
    return redirect(url_for("way.portfolio", told=1), 303)


@blueprint.post(f"/certificates/portfolio/{ONE}/ask")
@open_to(SIGNED_IN)
def ask(contribution_id: int) -> Response:
    if not Confirmation().validate():
        raise Invalid(gettext("Please press the button once more."))
    contributions.ask(web.session(), current_user.id, contribution_id)
    return redirect(url_for("way.portfolio", _anchor=f"post-{contribution_id}"), 303)


@blueprint.get("/portfolio")
@open_to(holders_of("coach"))
def waiting() -> str:
    return _waiting(VerdictForm())


@blueprint.post(f"/portfolio/{ONE}")
@open_to(holders_of("coach"))
def judge(contribution_id: int) -> Response | tuple[str, int]:
    form = VerdictForm()
    if not form.validate():
        return _waiting(form, contribution_id, gettext("Choose “Good” or “Not yet”.")), 422
    verdict, remark = form.verdict.data, form.remark.data or ""
    try:
        contributions.judge(web.session(), contribution_id, verdict, by_id=current_user.id, remark=remark)
    except Refused as refusal:
        if not refusal.message:
            raise
        return _waiting(form, contribution_id, refusal.message), refusal.status
    return redirect(url_for("way.waiting", done=1), 303)


def _portfolio(form: TellForm, problem: str = "") -> str:
    found = contributions.of_person(web.session(), current_user.id, web.page())
    told = request.args.get("told") == "1"
    return render_template(
        "certificates/portfolio.html", form=form, problem=problem, found=found, told=told, word=vocabulary.word
    )


def _waiting(form: VerdictForm, at: int = 0, problem: str = "") -> str:
    found = contributions.waiting(web.session(), current_user.id, web.page())
    return render_template(
        "certificates/portfolio_waiting.html",
        form=form,
        at=at,
        problem=problem,
        found=found,
        done=request.args.get("done") == "1",
        word=vocabulary.word,
    )
