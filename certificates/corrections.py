"""Putting right what was issued: a corrected issue in the place of the one before, or a word that it was an error.

An issued certificate never changes. What is printed anew keeps the cycle, the term and the permission of the first.
"""

import unicodedata

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from certificates import frozen
from certificates.models import Authorization, Certificate, CertificateStatus, new_number, new_uid
from certificates.permissions import holds, letters
from certificates.permissions.models import Hold
from lms.base import audit, clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person

LONGEST_NAME, LONGEST_REASON = 500, 2000
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that cannot be seen and turn the direction of what follows: a name needs none, as pages isolate it."""
CAUSE = "certificate"
IN_ERROR = "The certificate was withdrawn as issued in error."


def by_uid(session: Session, uid: str) -> Certificate:
    """A certificate by its public id. Raises `NotFound`."""
    found = session.scalar(select(Certificate).where(Certificate.uid == uid))
    if found is None:
        raise NotFound
    return found


def current_name(session: Session, certificate: Certificate) -> str:
    """What the holder is called today, to begin a correction with."""
    return session.get_one(Person, certificate.person_id).name


def newer_uid(session: Session, certificate: Certificate) -> str | None:
    """The public id of the issue that took the place of this one, or nothing."""
    return session.scalar(select(Certificate.uid).where(Certificate.supersedes_id == certificate.id))


def is_withdrawn(session: Session, certificate: Certificate) -> bool:
    """Whether the newest word about a certificate is that it was issued in error."""
    newest = (
        select(CertificateStatus.status)
        .where(CertificateStatus.certificate_id == certificate.id)
        .order_by(CertificateStatus.id.desc())
        .limit(1)
    )
    return session.scalar(newest) == "withdrawn"


def correct(session: Session, certificate_id: int, *, by_id: int, reason: str, name: str | None = None) -> Certificate:
    """Issue a certificate anew with the holder's name as it should read (as it is today, when none is given).

    Raises `NotFound`, `Forbidden` (one's own), `Invalid` (no reason, no name, nothing different) and `Conflict` (it was
    corrected before, withdrawn, or its holder was erased).
    """
    old = _locked(session, certificate_id, by_id)
    reason = _given(reason)
    name = " ".join((current_name(session, old) if name is None else name).split())
    _check_name(old, name)
    if is_withdrawn(session, old):
        raise Conflict(gettext("This certificate is withdrawn. Restore it first."))
    if newer_uid(session, old):
        raise _corrected_before()
    new = _issue(old, name, reason)
    session.add(new)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise _corrected_before() from error
    audit.record(
        session,
        "corrected a certificate",
        f"certificate:{new.id}",
        actor_id=by_id,
        supersedes=old.id,
        person=old.person_id,
    )
    letters.corrected(session, new)
    return new


def withdraw(session: Session, certificate_id: int, *, by_id: int, reason: str) -> None:
    """Say that a certificate was issued in error. What it gave is paused until the certificate is restored.

    Raises `NotFound`, `Forbidden` (one's own), `Invalid` (no reason) and `Conflict` (withdrawn before, or corrected).
    """
    certificate = _locked(session, certificate_id, by_id)
    reason = _given(reason)
    if is_withdrawn(session, certificate):
        raise Conflict(gettext("This certificate is withdrawn already."))
    if newer_uid(session, certificate):
        raise Conflict(gettext("A corrected certificate has replaced this one. Withdraw that one."))
    _say(session, certificate, "withdrawn", reason, by_id)
    given = _authorization_id(session, certificate)
    if given is not None:
        holds.place(session, certificate.person_id, CAUSE, IN_ERROR, authorization_id=given, by_id=by_id)


def restore(session: Session, certificate_id: int, *, by_id: int, reason: str) -> None:
    """Take the word back that a certificate was issued in error, and lift the pause that came with it.

    It is lifted too where it went over to a newer permission of the level.

    Raises `NotFound`, `Forbidden` (one's own), `Invalid` (no reason) and `Conflict` (not withdrawn).
    """
    certificate = _locked(session, certificate_id, by_id)
    reason = _given(reason)
    if not is_withdrawn(session, certificate):
        raise Conflict(gettext("This certificate is not withdrawn."))
    _say(session, certificate, "restored", reason, by_id)
    pause = (
        select(Hold.id, Hold.authorization_id)
        .join(Authorization, Authorization.id == Hold.authorization_id)
        .where(
            Hold.person_id == certificate.person_id,
            Authorization.level_id == certificate.level_id,
            Hold.cause == CAUSE,
            Hold.lifted_at.is_(None),
        )
    )
    for hold_id, authorization_id in session.execute(pause).all():
        if not rests_on_error(session, authorization_id):
            holds.lift(session, hold_id, reason, by_id=by_id)


def rests_on_error(session: Session, authorization_id: int | None) -> bool:
    """Whether the certificate of a permission, or the issue that took its place, is withdrawn as issued in error."""
    of = select(Authorization.certificate_id).where(Authorization.id == authorization_id).scalar_subquery()
    root = func.coalesce(Certificate.root_id, Certificate.id)
    issues = session.scalars(select(Certificate).where(root == of)).all()
    return any(is_withdrawn(session, issue) for issue in issues)


def _locked(session: Session, certificate_id: int, by_id: int) -> Certificate:
    """The certificate, its holder locked first: one deed at a time."""
    certificate = session.get(Certificate, certificate_id)
    if certificate is None:
        raise NotFound
    if certificate.person_id == by_id:
        raise Forbidden(gettext("This certificate is your own. A colleague of the hub has to do it."))
    session.execute(select(Person.id).where(Person.id == certificate.person_id).with_for_update(key_share=True))
    return certificate


def _given(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid(gettext("Say why in a few words: it is kept, and not shown to the public."))
    if len(reason) > LONGEST_REASON:
        raise Invalid(gettext("The reason is too long: up to %(count)s letters.", count=LONGEST_REASON))
    return reason


def _check_name(old: Certificate, name: str) -> None:
    if old.erased_at is not None:
        raise Conflict(gettext("The holder of this certificate was erased. It stays as it is."))
    if not name:
        raise Invalid(gettext("The name is empty. Type it as it should be printed."))
    if len(name) > LONGEST_NAME:
        raise Invalid(gettext("The name is too long: up to %(count)s letters.", count=LONGEST_NAME))
    if any(sign in TURNING or unicodedata.category(sign) in {"Cc", "Cs"} for sign in name):
        raise Invalid(gettext("There is a sign in the name that cannot be seen. Type it anew instead of pasting it."))
    if name == old.holder_name:
        raise Invalid(gettext("The name is the one that is printed already. Type it as it should read."))


def _corrected_before() -> Conflict:
    return Conflict(gettext("This certificate has been corrected in the meantime. Look at the newer one first."))


def _issue(old: Certificate, name: str, reason: str) -> Certificate:
    now = clock.now().replace(microsecond=0)
    own = {"uid": new_uid(), "number": new_number(), "issued_at": now.isoformat(timespec="seconds")}
    content = old.content | own | {"holder": old.content["holder"] | {"name": name}, "supersedes": old.uid}
    return Certificate(
        uid=content["uid"],
        number=content["number"],
        person_id=old.person_id,
        level_id=old.level_id,
        cycle=old.cycle,
        issue=old.issue + 1,
        root_id=old.root_id or old.id,
        supersedes_id=old.id,
        correction=reason,
        issued_at=now,
        valid_from=old.valid_from,
        valid_until=old.valid_until,
        holder_name=name,
        guideline_version_id=old.guideline_version_id,
        content=content,
        content_sha256=frozen.digest(content),
    )


def _say(session: Session, certificate: Certificate, status: str, reason: str, by_id: int) -> None:
    session.add(
        CertificateStatus(certificate_id=certificate.id, status=status, at=clock.now(), by_id=by_id, reason=reason)
    )
    session.flush()
    audit.record(
        session, f"certificate {status} as an error", f"certificate:{certificate.id}", actor_id=by_id, reason=reason
    )


def _authorization_id(session: Session, certificate: Certificate) -> int | None:
    root = certificate.root_id or certificate.id
    return session.scalar(select(Authorization.id).where(Authorization.certificate_id == root))
