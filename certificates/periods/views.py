"""May I post? The page for everybody who works here, and the calendar of the hub: quiet periods and crisis mode."""

from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates import checking, days, ladder, rulings, vocabulary
from certificates.level_models import DIMENSIONS
from certificates.periods import advice, calendar, planning
from certificates.periods.advice import MOST_FOUND, Colleague
from certificates.periods.forms import CrisisForm, EndForm, LineForm, PeriodForm
from certificates.permissions import pairs
from lms.base import web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.errors import Invalid, NotFound
from lms.base.forms import Form
from lms.base.i18n import gettext, pick

blueprint = Blueprint("periods", __name__)
HUB = holders_of("hub")
PERIOD = "/periods/<int(max=2147483647):period_id>"
CRISIS = "/periods/crisis/<int(max=2147483647):crisis_id>"
PARTS = ("who", "person", "voice", *DIMENSIONS, "deed", "on")


@blueprint.get("/may-i-post")
@open_to(SIGNED_IN)
def may_i_post() -> Response:
    """The question and, once something was asked, the answer."""
    typed = {name: request.args.get(name, "").strip() for name in PARTS}
    found: list[Colleague] = []
    voices: list[Colleague] = []
    problem = ""
    try:
        found, voices = (_meant(typed), _voices(typed)) if "on" in request.args else ([], [])
        values = _advice(typed, found[0], voices) if len(found) == 1 and len(voices) < 2 else {}
    except Invalid as refusal:
        values, problem = {}, refusal.message
    now = calendar.calendar(web.session())
    page = render_template(
        "periods/may_i_post.html",
        **{"advice": None, "colleague": None, "question": None, "voice": None} | values,
        typed=typed,
        several=found if len(found) > 1 else [],
        voices=voices if len(voices) > 1 else [],
        executives=pairs.executives_of(web.session(), current_user.id),
        most=MOST_FOUND,
        problem=problem,
        now=now,
        today=days.today(),
        choices=_choices(),
        word=vocabulary.word,
    )
    return make_response(page, 422 if problem else 200)


@blueprint.get("/periods")
@open_to(HUB)
def periods() -> Response:
    return _periods(PeriodForm(_ranks(), formdata=None))


@blueprint.post("/periods")
@open_to(HUB)
def make() -> Response:
    form = PeriodForm(_ranks())
    if not form.validate():
        return _periods(form, 422)
    try:
        planning.make_period(web.session(), form.plan(), by_id=current_user.id)
    except Invalid as refusal:
        form.form_errors.append(refusal.message)
        return _periods(form, 422)
    return redirect(url_for("periods.periods"), 303)


@blueprint.post(f"{PERIOD}/cancel")
@open_to(HUB)
def cancel(period_id: int) -> Response:
    planning.cancel_period(web.session(), period_id, by_id=current_user.id)
    return redirect(url_for("periods.periods"), 303)


@blueprint.get("/periods/crisis")
@open_to(HUB)
def crisis() -> Response:
    return _crisis(CrisisForm(formdata=None))


@blueprint.post("/periods/crisis")
@open_to(HUB)
def start_crisis() -> Response:
    form = CrisisForm()
    if not form.validate():
        return _crisis(form, 422)
    planning.start_crisis(web.session(), form.title.data or "", form.line.data or "", by_id=current_user.id)
    return _switched()


@blueprint.post(f"{CRISIS}/line")
@open_to(HUB)
def restate(crisis_id: int) -> Response:
    form = LineForm()
    if not form.validate():
        return _crisis(form, 422)
    planning.restate(web.session(), crisis_id, form.line.data or "", by_id=current_user.id)
    return _switched()


@blueprint.post(f"{CRISIS}/end")
@open_to(HUB)
def end_crisis(crisis_id: int) -> Response:
    form = EndForm()
    if not form.validate():
        return _crisis(form, 422)
    planning.end_crisis(web.session(), crisis_id, by_id=current_user.id)
    return _switched()


def _switched() -> Response:
    """The page of crisis mode, and every page of this process, as it is from now on; other processes ask soon."""
    current_app.extensions.pop("crisis", None)
    return redirect(url_for("periods.crisis"), 303)


def _meant(typed: dict[str, str]) -> list[Colleague]:
    """Whom the question is about: the reader, one colleague, or several among whom to choose. Raises `Invalid`."""
    if typed["person"]:
        known = advice.by_uid(web.session(), typed["person"])
        if known is None:
            raise NotFound
        return [known]
    if not typed["who"]:
        return [Colleague(current_user.id, current_user.uid, current_user.name)]
    return _called(typed["who"])


def _voices(typed: dict[str, str]) -> list[Colleague]:
    """In whose voice it would be said: nobody else's, one colleague's, or several among whom to choose."""
    known = advice.by_uid(web.session(), typed["voice"]) if len(typed["voice"]) == len(current_user.uid) else None
    if known or not typed["voice"]:
        return [known] if known else []
    return _called(typed["voice"])


def _called(name: str) -> list[Colleague]:
    """Whom a name or an account means. Raises `Invalid` when nobody."""
    found = advice.colleagues(web.session(), name[: checking.LONGEST])
    if not found:
        raise Invalid(gettext("We found nobody called “%(who)s”. Write a part of the name, or the account.", who=name))
    return found


def _advice(typed: dict[str, str], colleague: Colleague, voices: list[Colleague]) -> dict[str, Any]:
    """What the page shows of an answer. Raises `Invalid` for what cannot be asked."""
    asked = {name: typed[name] for name in checking.PARTS if name in typed} | {"handle": "", "person": colleague.uid}
    _, _, question = checking.question(asked)
    now = calendar.calendar(web.session())
    voice = next((one for one in voices if one.id != colleague.id), None)
    if voice is None:
        found = advice.advise(web.session(), colleague, question, now)
    else:
        found = advice.advise_in_voice(web.session(), colleague, voice, question, now)
    return {"advice": found, "colleague": colleague, "question": question, "voice": voice}


def _periods(form: PeriodForm, status: int = 200) -> Response:
    page = render_template(
        "periods/periods.html",
        form=form,
        calendar=calendar.calendar(web.session()),
        today=days.today(),
        ranks=dict(_ranks()),
        word=vocabulary.word,
    )
    return make_response(page, status)


def _crisis(form: Form, status: int = 200) -> Response:
    found = calendar.calendar(web.session())
    return make_response(render_template("periods/crisis.html", form=form, calendar=found), status)


def _ranks() -> list[tuple[str, str]]:
    """The levels from which on somebody may speak in a quiet period all the same."""
    offered = (one for one in ladder.levels(web.session()) if one.kind == "level" and one.gives_authorization)
    return [(str(one.rank), gettext("From “%(level)s” on", level=pick(one.texts).name)) for one in offered]


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {name: vocabulary.choices(name) for name in DIMENSIONS} | {"deed": rulings.deeds()}
