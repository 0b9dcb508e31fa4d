"""My accounts; and for the hub: claims to look at, all accounts, and those of the company."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from certificates import days, vocabulary
from certificates.handles import accounts, branded, claims, looking
from certificates.handles.forms import BrandedForm, ClaimForm, DecisionForm
from lms.base import web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.errors import Conflict, Forbidden, Invalid, Refused
from lms.base.i18n import gettext
from lms.base.limits import limiter
from lms.people.models import Person

blueprint = Blueprint("handles", __name__)
HUB = holders_of("hub", "administrator")


@blueprint.get("/certificates/handles")
@open_to(SIGNED_IN)
def mine() -> str:
    return _mine(ClaimForm())


@blueprint.post("/certificates/handles")
@open_to(SIGNED_IN)
@limiter.limit("30/hour")
def claim() -> Response | tuple[str, int]:
    form = ClaimForm()
    if form.validate():
        entered = (form.channel.data, form.name.data or "", form.method.data, form.profile_url.data or "")
        try:
            claims.claim(web.session(), current_user.id, *entered)
            return redirect(url_for("handles.mine", _anchor="claims"), 303)
        except (Invalid, Conflict) as refusal:
            form.form_errors.append(refusal.message)
    return _mine(form), 422


@blueprint.post("/certificates/handles/<int(max=2147483647):handle_id>/release")
@open_to(SIGNED_IN)
def release(handle_id: int) -> Response:
    claims.release(web.session(), current_user.id, handle_id)
    return redirect(url_for("handles.mine"), 303)


@blueprint.post("/certificates/claims/<int(max=2147483647):claim_id>/withdraw")
@open_to(SIGNED_IN)
def withdraw(claim_id: int) -> Response:
    claims.withdraw(web.session(), current_user.id, claim_id)
    return redirect(url_for("handles.mine"), 303)


@blueprint.post("/certificates/claims/<int(max=2147483647):claim_id>/again")
@open_to(SIGNED_IN)
@limiter.limit("20/hour")
def again(claim_id: int) -> Response:
    claims.look_again(web.session(), current_user.id, claim_id)
    return redirect(url_for("handles.mine", _anchor="claims"), 303)


@blueprint.post("/certificates/listed-as")
@open_to(SIGNED_IN)
def listed_as() -> Response:
    claims.choose_listed_as(web.session(), current_user.id, request.form.get("listed_as", ""))
    return redirect(url_for("handles.mine", _anchor="shown-name"), 303)


@blueprint.get("/handles")
@open_to(HUB)
def desk() -> str:
    return _desk()


@blueprint.post("/handles/claims/<int(max=2147483647):claim_id>")
@open_to(HUB)
def decide(claim_id: int) -> Response | tuple[str, int]:
    form, by_id = DecisionForm(), current_user.id
    if not form.validate() or form.decision.data not in {"confirm", "refuse"}:
        raise Invalid(gettext("Choose whether the account is the person’s."))
    try:
        if form.decision.data == "confirm":
            claims.confirm(web.session(), claim_id, by_id=by_id, remark=form.remark.data or "")
        else:
            claims.refuse(web.session(), claim_id, by_id=by_id, remark=form.remark.data or "")
    except (Invalid, Conflict, Forbidden) as refusal:
        return _desk(problem=refusal, about=claim_id), refusal.status
    return redirect(url_for("handles.desk"), 303)


@blueprint.get("/handles/branded/new")
@open_to(HUB)
def new_branded() -> str:
    return _branded(BrandedForm(), None)


@blueprint.post("/handles/branded/new")
@open_to(HUB)
def register() -> Response | tuple[str, int]:
    form = BrandedForm()
    if form.validate():
        try:
            branded.register(web.session(), form.wanted, by_id=current_user.id)
            return redirect(url_for("handles.desk", _anchor="branded"), 303)
        except (Invalid, Conflict) as refusal:
            form.form_errors.append(refusal.message)
    return _branded(form, None), 422


@blueprint.get("/handles/branded/<int(max=2147483647):number>")
@open_to(HUB)
def one_branded(number: int) -> str:
    found = branded.one(web.session(), number)
    form = BrandedForm(
        purpose=found.purpose,
        owner=found.owner_email,
        deputy=found.deputy_email,
        recovery=found.recovery,
        sunset_on=found.sunset_on,
    )
    return _branded(form, found)


@blueprint.post("/handles/branded/<int(max=2147483647):number>")
@open_to(HUB)
def change_branded(number: int) -> Response | tuple[str, int]:
    form = BrandedForm()
    if form.validate():
        try:
            branded.change(web.session(), number, form.wanted, by_id=current_user.id)
            return redirect(url_for("handles.desk", _anchor="branded"), 303)
        except Invalid as refusal:
            form.form_errors.append(refusal.message)
    return _branded(form, branded.one(web.session(), number)), 422


@blueprint.post("/handles/branded/<int(max=2147483647):number>/close")
@open_to(HUB)
def close_branded(number: int) -> Response:
    branded.close(web.session(), number, by_id=current_user.id)
    return redirect(url_for("handles.desk", _anchor="branded"), 303)


def _mine(form: ClaimForm) -> str:
    held, claimed = accounts.mine(web.session(), current_user.id)
    links = looking.addresses_of(web.session(), current_user.id)
    chosen = web.session().scalar(select(Person.listed_as).where(Person.id == current_user.id))
    shown: dict[str, Any] = {"chosen": chosen, "held": held, "claimed": claimed, "link": next(iter(links), "")}
    return render_template("handles/mine.html", form=form, word=vocabulary.word, **shown)


def _desk(problem: Refused | None = None, about: int = 0) -> str:
    words = request.args.get("q", "").strip()[:100]
    session = web.session()
    return render_template(
        "handles/desk.html",
        accounts=accounts.waiting(session),
        held=accounts.all_held(session, words),
        branded=branded.listed(session),
        words=words,
        word=vocabulary.word,
        today=days.today(),
        problem=problem.message if problem else "",
        about=about,
        typed=request.form.get("remark", ""),
    )


def _branded(form: BrandedForm, found: branded.Branded | None) -> str:
    return render_template("handles/branded.html", form=form, found=found, word=vocabulary.word)
