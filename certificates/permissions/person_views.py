"""All about the permissions of one person, for the hub: pauses of all at once, prior learning, pairs and guests."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates import ladder
from certificates.permissions import desk, guests, holds, listing, pairs, taking
from certificates.permissions.forms import GuestForm, PairForm, PauseForm, ReasonForm, WaiverForm
from certificates.permissions.models import Guest
from certificates.way import waivers
from lms.base import web
from lms.base.access import holders_of, open_to
from lms.base.errors import Forbidden, Invalid, NotFound, Refused
from lms.base.forms import Form
from lms.base.i18n import gettext
from lms.people import directory
from lms.people.models import Person

blueprint = Blueprint("speaker", __name__, url_prefix="/permissions/people")
HUB = holders_of("hub")
ONE = "/<string(length=32):uid>"
NUMBER = "<int(max=2147483647):number>"


@blueprint.get(ONE)
@open_to(HUB)
def person(uid: str) -> str:
    return _page(uid)


@blueprint.post(f"{ONE}/pause")
@open_to(HUB)
def pause(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        if whose.id == current_user.id:
            raise Forbidden
        chosen = {"until": form.until.data, "by_id": current_user.id}
        holds.place(web.session(), whose.id, form.cause.data, form.reason.data, **chosen)

    return _done(uid, "pause", PauseForm(), deed)


@blueprint.post(f"{ONE}/restore/{NUMBER}")
@open_to(HUB)
def restore(uid: str, number: int) -> Response:
    def deed(form: Any, whose: Person) -> None:
        _among(number, desk.holds_on(web.session(), whose.id))
        taking.restore(web.session(), number, by_id=current_user.id, reason=form.reason.data)

    return _done(uid, f"restore{number}", ReasonForm(), deed)


@blueprint.post(f"{ONE}/waivers")
@open_to(HUB)
def grant_waiver(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        code, kind, slug = ([*form.need.data.split("|"), "", ""])[:3]
        said = {"reason": form.reason.data, "by_id": current_user.id}
        waivers.grant_waiver(web.session(), whose.id, code, kind, slug, **said)

    return _done(uid, "waiver", WaiverForm(), deed)


@blueprint.post(f"{ONE}/waivers/{NUMBER}/end")
@open_to(HUB)
def end_waiver(uid: str, number: int) -> Response:
    def deed(form: Any, whose: Person) -> None:
        _among(number, waivers.in_force(web.session(), whose.id))
        waivers.end_waiver(web.session(), number, by_id=current_user.id)

    return _done(uid, "waiver", Form(), deed)


@blueprint.post(f"{ONE}/pairs")
@open_to(HUB)
def make_pair(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        writer = _by_email(form.writer.data)
        pairs.make(web.session(), whose.id, writer.id, form.reason.data, by_id=current_user.id)

    return _done(uid, "pair", PairForm(), deed)


@blueprint.post(f"{ONE}/pairs/{NUMBER}/end")
@open_to(HUB)
def end_pair(uid: str, number: int) -> Response:
    def deed(form: Any, whose: Person) -> None:
        _among(number, pairs.pairs_of(web.session(), whose.id))
        pairs.end(web.session(), number, by_id=current_user.id)

    return _done(uid, "pair", Form(), deed)


@blueprint.post(f"{ONE}/guest")
@open_to(HUB)
def register_guest(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        guests.register(
            web.session(),
            whose.id,
            company=form.company.data,
            sponsor_id=_by_email(form.sponsor.data).id,
            contract_ends_on=form.contract_ends_on.data,
            by_id=current_user.id,
        )

    return _done(uid, "guest", GuestForm(), deed)


def _done(uid: str, name: str, form: Form, deed: Callable[[Any, Person], None]) -> Response:
    """Do a deed and show the page again. A refusal gives back what was typed, in its form."""
    if not form.validate():
        return make_response(_page(uid, {name: form}), 422)
    try:
        deed(form, _person(uid))
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        web.give_up_session()
        return make_response(_page(uid, {name: form}, refusal.message), refusal.status)
    return redirect(url_for("speaker.person", uid=uid, _anchor="main"), 303)


def _page(uid: str, typed: dict[str, Form] | None = None, problem: str = "") -> str:
    session, whose = web.session(), _person(uid)
    levels = ladder.levels(session)
    guest = session.get(Guest, whose.id)
    return render_template(
        "permissions/person.html",
        person=whose,
        held=listing.of_person(session, whose.id),
        levels={level.id: level for level in levels},
        needs=[(level, need) for level in levels for need in level.needs_of(whose.tier)],
        holds=desk.holds_on(session, whose.id),
        waivers=waivers.in_force(session, whose.id),
        pairs=pairs.pairs_of(session, whose.id),
        guest=guest,
        sponsor=directory.get(session, guest.sponsor_id) if guest else None,
        typed=typed or {},
        problem=problem,
        own=whose.id == current_user.id,
    )


def _among(number: int, own: Iterable[Any]) -> None:
    """What is done under a person's address is done to what is hers. Raises `NotFound`."""
    if number not in {one.id for one in own}:
        raise NotFound


def _person(uid: str) -> Person:
    found = directory.find_by_uid(web.session(), uid)
    if found is None:
        raise NotFound
    return found


def _by_email(address: str | None) -> Person:
    found = directory.find_by_email(web.session(), address or "")
    if found is None:
        raise Invalid(gettext("Nobody here has this e-mail address."))
    return found
