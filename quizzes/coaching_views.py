"""Letting people try again, and what people get in every quiz: pages for coaches and administrators."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import SIGNED_IN, holders_of, managers_or, open_to
from lms.base.errors import Invalid
from quizzes import accommodations, releases
from quizzes.coaching_forms import AccommodationForm

blueprint = Blueprint("quiz_coaching", __name__)
COACHES = managers_or("coach")
ADMINISTRATORS = holders_of("administrator")


@blueprint.get("/coaching/retakes")
@open_to(COACHES)
def retakes() -> str:
    return _retakes()


@blueprint.post("/coaching/retakes")
@open_to(COACHES)
def release() -> str | Response:
    person, words = request.form.get("person", ""), request.form.get("reason", "")
    person_id = int(person) if person.isascii() and person.isdigit() and len(person) < 10 else 0
    try:
        releases.release(web.session(), current_user.id, person_id, request.form.get("quiz", ""), words)
    except Invalid as refusal:
        return make_response(_retakes(person_id, words, refusal.message), 422)
    return redirect(url_for("quiz_coaching.retakes"), 303)


@blueprint.get("/admin/accommodations")
@open_to(ADMINISTRATORS)
def everybody() -> str:
    return _everybody(AccommodationForm(formdata=None))


@blueprint.post("/admin/accommodations")
@open_to(ADMINISTRATORS)
def give() -> str | Response:
    form = AccommodationForm()
    if not form.validate():
        return make_response(_everybody(form), 422)
    try:
        accommodations.give(web.session(), form.email.data or "", form.terms(), current_user.id)
    except Invalid as refusal:
        form.email.errors = [*form.email.errors, refusal.message]
        return make_response(_everybody(form), 422)
    return redirect(url_for("quiz_coaching.everybody"), 303)


@blueprint.post("/admin/accommodations/<int(max=2147483647):accommodation_id>/end")
@open_to(ADMINISTRATORS)
def end(accommodation_id: int) -> Response:
    accommodations.end(web.session(), accommodation_id, current_user.id)
    return redirect(url_for("quiz_coaching.everybody"), 303)


@blueprint.get("/accommodation")
@open_to(SIGNED_IN)
def mine() -> str:
    found = accommodations.in_force(web.session(), current_user.id)
    return render_template("quizzes/accommodation.html", found=found)


def _retakes(person_id: int = 0, words: str = "", problem: str = "") -> str:
    found = releases.waiting(web.session(), current_user.id)
    return render_template("quizzes/retakes.html", waiting=found, at=person_id, words=words, problem=problem)


def _everybody(form: AccommodationForm) -> str:
    found = accommodations.everybody(web.session())
    return render_template("quizzes/accommodations.html", given=found, form=form)
