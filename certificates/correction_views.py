"""Correcting a certificate and withdrawing one that was issued in error: for the hub."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates import corrections, numbers
from certificates.correction_forms import CorrectionForm, ReasonForm
from certificates.models import Certificate
from lms.base import web
from lms.base.access import holders_of, open_to
from lms.base.errors import Conflict, Forbidden, Refused

blueprint = Blueprint("corrections", __name__)
HUB = holders_of("hub", "administrator")


@blueprint.get("/certificates/<uid>/correct")
@open_to(HUB)
def correct(uid: str) -> str:
    session = web.session()
    certificate = corrections.by_uid(session, uid)
    return _page(session, certificate, CorrectionForm(name=corrections.current_name(session, certificate)))


@blueprint.post("/certificates/<uid>/correct")
@open_to(HUB)
def save(uid: str) -> Response | tuple[str, int]:
    session, form = web.session(), CorrectionForm()
    certificate = corrections.by_uid(session, uid)
    try:
        new = corrections.correct(
            session,
            certificate.id,
            by_id=current_user.id,
            reason=form.reason.data or "",
            name=form.name.data or "",
        )
    except (Conflict, Forbidden):
        raise
    except Refused as refusal:
        return _page(session, certificate, form, problem=refusal.message), refusal.status
    return redirect(url_for("certificates.verify", uid=new.uid), 303)


@blueprint.post('/certificates/<uid>/<any("withdraw","restore"):deed>')
@open_to(HUB)
def declare(uid: str, deed: str) -> Response | tuple[str, int]:
    session, form = web.session(), ReasonForm()
    certificate = corrections.by_uid(session, uid)
    do = corrections.withdraw if deed == "withdraw" else corrections.restore
    try:
        do(session, certificate.id, by_id=current_user.id, reason=form.reason.data or "")
    except (Conflict, Forbidden):
        raise
    except Refused as refusal:
        first = CorrectionForm(formdata=None, name=corrections.current_name(session, certificate))
        return _page(session, certificate, first, error=refusal.message), refusal.status
    return redirect(url_for("corrections.correct", uid=uid), 303)


def _page(
    session: Session, certificate: Certificate, form: CorrectionForm, *, problem: str = "", error: str = ""
) -> str:
    return render_template(
        "certificates/correct.html",
        certificate=certificate,
        number=numbers.shown(certificate.number),
        form=form,
        problem=problem,
        error=error,
        newer=corrections.newer_uid(session, certificate),
        withdrawn=corrections.is_withdrawn(session, certificate),
        own=certificate.person_id == current_user.id,
        hint=gettext("Kept in the audit trail, not shown to the public."),
    )
