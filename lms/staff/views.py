"""Everyone, one person's sheet, roles, absences and people without a manager: for those who look after people."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import ROLES, holders_of, open_to
from lms.base.errors import Forbidden, NotFound, Refused
from lms.base.forms import Confirmation, Form
from lms.base.i18n import reader_today
from lms.people import deputies, signin
from lms.people.absences import begin as begin_absence_of
from lms.people.models import STATUSES, TIERS, Person
from lms.reminders import deputizing
from lms.staff import away, editing, finding, lines, listing, orphans, roles, sheet, words
from lms.staff.forms import AbsenceForm, DeputyForm, EndForm, LineForm, PersonForm, RoleForm
from lms.staff.listing import Place, Wanted

blueprint = Blueprint("staff", __name__, url_prefix="/admin")
READERS = holders_of("administrator", "hub", "auditor")
ADMINISTRATORS = holders_of("administrator")
ONE = "/people/<string(length=32):uid>"
NUMBER = "<int(max=2147483647):number>"


@blueprint.get("/people")
@open_to(READERS)
def everyone() -> str:
    wanted = _wanted()
    found = listing.listing(web.session(), wanted, _place())
    units = listing.units(web.session())
    return _page("everyone", found=found, wanted=wanted, units=units, tiers=TIERS, statuses=STATUSES, roles=ROLES)


@blueprint.get("/people/find")
@open_to(ADMINISTRATORS)
def find() -> Response:
    """Addresses and names that fit what is being typed, for the fields in which a person is chosen."""
    found = finding.suggestions(web.session(), request.args.get("words", "")[:100])
    return jsonify([{"email": row.email, "name": f"{row.given_name} {row.family_name}".strip()} for row in found])


@blueprint.get("/people/new")
@open_to(ADMINISTRATORS)
def new() -> str:
    return _form_page(PersonForm(formdata=None, language="en", tier="staff", time_zone=current_user.time_zone))


@blueprint.post("/people/new")
@open_to(ADMINISTRATORS)
def add() -> Response:
    form = PersonForm()
    return _saved(form, None, lambda: editing.add(web.session(), _typed(form), by_id=current_user.id))


@blueprint.get(ONE)
@open_to(READERS)
def person(uid: str) -> str:
    return _sheet_page(uid)


@blueprint.get(f"{ONE}/edit")
@open_to(ADMINISTRATORS)
def edit(uid: str) -> str:
    whose = sheet.person(web.session(), uid)
    return _form_page(
        PersonForm(formdata=None, spoken=whose.language, data=editing.as_it_is(web.session(), whose)), whose
    )


@blueprint.post(f"{ONE}/edit")
@open_to(ADMINISTRATORS)
def change(uid: str) -> Response:
    whose = sheet.person(web.session(), uid)
    form = PersonForm(spoken=whose.language)

    def deed() -> Person:
        return editing.change(web.session(), whose, _typed(form), by_id=current_user.id)

    return _saved(form, whose, deed)


@blueprint.post(f"{ONE}/roles")
@open_to(ADMINISTRATORS)
def give_role(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        roles.give(web.session(), whose.id, form.role.data, by_id=current_user.id)

    return _done(uid, "roles", RoleForm(), deed)


@blueprint.post(f"{ONE}/roles/<role>/take")
@open_to(ADMINISTRATORS)
def take_role(uid: str, role: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        roles.take(web.session(), whose.id, role, by_id=current_user.id)

    return _done(uid, "roles", Confirmation(), deed)


@blueprint.post(f"{ONE}/absences")
@open_to(ADMINISTRATORS)
def begin_absence(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        days = (form.from_on.data, form.until_on.data)
        begin_absence_of(web.session(), whose.id, *days, source="hand", by_id=current_user.id)

    return _done(uid, "absences", AbsenceForm(), deed)


@blueprint.post(f"{ONE}/absences/{NUMBER}")
@open_to(ADMINISTRATORS)
def end_absence(uid: str, number: int) -> Response:
    def deed(form: Any, whose: Person) -> None:
        editing.end_absence(web.session(), whose.id, number, form.until_on.data, by_id=current_user.id)

    return _done(uid, f"absence{number}", EndForm(), deed, "absences")


@blueprint.post(f"{ONE}/lines")
@open_to(ADMINISTRATORS)
def add_line(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        manager_id = finding.somebody(web.session(), form.manager.data)
        lines.add(web.session(), whose.id, manager_id, form.kind.data, by_id=current_user.id)

    return _done(uid, "lines", LineForm(), deed)


@blueprint.post(f"{ONE}/lines/<string(length=32):manager>/remove")
@open_to(ADMINISTRATORS)
def remove_line(uid: str, manager: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        lines.remove(web.session(), whose.id, sheet.person(web.session(), manager).id, by_id=current_user.id)

    return _done(uid, "lines", Confirmation(), deed)


@blueprint.post(f"{ONE}/deputies")
@open_to(ADMINISTRATORS)
def name_deputy(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        deputy_uid = finding.uid(web.session(), form.deputy.data)
        wanted = deputies.Wanted(deputy_uid, form.from_on.data, form.until_on.data, form.reason.data or "")
        deputizing.name(web.session(), whose.id, wanted, by_id=current_user.id)

    return _done(uid, "deputies", DeputyForm(), deed)


@blueprint.post(f"{ONE}/deputies/{NUMBER}/end")
@open_to(ADMINISTRATORS)
def end_deputy(uid: str, number: int) -> Response:
    def deed(form: Any, whose: Person) -> None:
        deputies.end(web.session(), whose.id, number, by_id=current_user.id)

    return _done(uid, "deputies", Confirmation(), deed)


@blueprint.post(f"{ONE}/sign-ins/end")
@open_to(ADMINISTRATORS)
def end_sign_ins(uid: str) -> Response:
    def deed(form: Any, whose: Person) -> None:
        kept = current_user.sign_in_id if whose.id == current_user.id else None
        signin.end_all(web.session(), whose.id, actor_id=current_user.id, but=kept)

    return _done(uid, "sign-ins", Confirmation(), deed)


@blueprint.get("/roles")
@open_to(READERS)
def role_holders() -> str:
    return _roles_page(RoleForm(formdata=None, role=request.args.get("role")))


@blueprint.post("/roles")
@open_to(ADMINISTRATORS)
def give_role_to() -> Response:
    """Give a role to somebody who is named by address, number or name."""
    form = RoleForm()
    if not form.validate():
        return make_response(_roles_page(form), 422)
    try:
        person_id = finding.somebody(web.session(), form.who.data or "")
        roles.give(web.session(), person_id, form.role.data, by_id=current_user.id)
    except Refused as refusal:
        return _refused(refusal, form, _roles_page)
    return redirect(url_for("staff.role_holders", _anchor=form.role.data), 303)


@blueprint.get("/people/absences")
@open_to(READERS)
def absent() -> str:
    found = away.away(web.session(), reader_today(), web.page())
    return _page("away", found=found, today=reader_today())


@blueprint.get("/people/without-manager")
@open_to(READERS)
def without_manager() -> str:
    alone, lent = (reading(web.session(), web.page()) for reading in (orphans.alone, orphans.lent))
    return _page("orphans", alone=alone, lent=lent)


def _page(template: str, **values: Any) -> str:
    administers = "administrator" in current_user.roles
    names = {"tier_names": words.tiers(), "status_names": words.statuses(), "role_names": words.roles()}
    return render_template(f"staff/{template}.html", administers=administers, **names, **values)


def _sheet_page(uid: str, typed: dict[str, Form] | None = None, problem: str = "") -> str:
    found = sheet.sheet(web.session(), uid)
    today: date = reader_today()
    return _page(
        "person",
        sheet=found,
        typed=typed or {},
        problem=problem,
        today=today,
        fields=words.fields(),
        told=words.told,
        deeds=words.deeds(),
        givable=[role for role in ROLES if role not in found.roles and _may_have(found.person, role)],
    )


def _may_have(whose: Person, role: str) -> bool:
    return whose.id != current_user.id or role not in roles.NOT_TO_ONESELF


def _form_page(form: Form, whose: Person | None = None) -> str:
    return _page("edit", form=form, person=whose, units=listing.units(web.session()))


def _roles_page(form: Form) -> str:
    return _page("roles", form=form, holders=roles.holders(web.session()))


def _saved(form: Form, whose: Person | None, deed: Callable[[], Person]) -> Response:
    """Do what the form of a person asks for and show her sheet. A refusal gives back what was typed."""
    if not form.validate():
        return make_response(_form_page(form, whose), 422)
    try:
        saved = deed()
    except Refused as refusal:
        return _refused(refusal, form, lambda again: _form_page(again, whose))
    return redirect(url_for("staff.person", uid=saved.uid), 303)


def _refused(refusal: Refused, form: Form, page: Callable[[Form], str]) -> Response:
    """The page again, with the refusal above what was typed. Nothing of the deed stays."""
    web.give_up_session()
    form.form_errors.append(refusal.message or refusal.title)
    return make_response(page(form), refusal.status)


def _done(uid: str, part: str, form: Form, deed: Callable[[Any, Person], None], anchor: str = "") -> Response:
    """Do a deed of the sheet and show the sheet again. A refusal gives back what was typed, in its part."""
    whose = sheet.person(web.session(), uid)
    if not form.validate():
        return make_response(_sheet_page(uid, {part: form}), 422)
    try:
        deed(form, whose)
    except NotFound:
        raise
    except Refused as refusal:
        web.give_up_session()
        status = 403 if isinstance(refusal, Forbidden) else refusal.status
        return make_response(_sheet_page(uid, {part: form}, refusal.message), status)
    return redirect(url_for("staff.person", uid=uid, _anchor=anchor or part), 303)


def _typed(form: Form) -> editing.Typed:
    return editing.typed(form.data)


def _wanted() -> Wanted:
    asked = {name: request.args.get(name, "").strip()[:200] for name in ("words", "tier", "status", "unit", "role")}
    return listing.cleaned(Wanted(**asked))


def _place() -> Place:
    return Place(*(request.args.get(name, type=_id) for name in ("after", "before")))


def _id(typed: str) -> int:
    """A number that a row can have. Raises `ValueError` for others, which count as not given."""
    if not 0 < int(typed) < 1 << 31:
        raise ValueError(typed)
    return int(typed)
