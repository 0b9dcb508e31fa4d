"""What people are told about certificates, in their own language. The outbox carries it."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from certificates import numbers
from certificates.events import AuthorizationGranted
from certificates.models import Certificate
from lms.base import i18n, mail, outbox
from lms.base.i18n import force_locale, gettext, pick
from lms.base.outbox import OutboxMessage
from lms.people import directory
from lms.people.models import Person


def congratulate(session: Session, event: AuthorizationGranted) -> None:
    """Tell the holder: what she may do now, and the link to show."""
    certificate = _certificate(session, event.certificate_id)
    holder = directory.get(session, event.person_id)
    with force_locale(holder.language):
        words = pick(certificate.content["level"]["texts"], holder.language)
        subject = gettext("Your certificate: %(level)s", level=words["name"])
        body = mail.render(
            "certificates/mail/congratulate.txt",
            number=numbers.shown(certificate.number),
            certificate=certificate,
            holder=holder,
            words=words,
        )
    key = f"authorization:{event.authorization_id}:congratulate"
    outbox.queue(session, key=key, recipient=holder.email, subject=subject, body=body)


def tell_manager(session: Session, event: AuthorizationGranted) -> None:
    """Tell the holder's manager, if there is one who works here: who, what and until when; nothing about results."""
    manager = directory.manager_of(session, event.person_id)
    if manager is None or manager.status == "left":
        return
    certificate = _certificate(session, event.certificate_id)
    holder = directory.get(session, event.person_id)
    with force_locale(manager.language):
        words = pick(certificate.content["level"]["texts"], manager.language)
        subject = gettext("%(name)s is certified: %(level)s", name=certificate.holder_name, level=words["name"])
        body = mail.render(
            "certificates/mail/tell_manager.txt",
            number=numbers.shown(certificate.number),
            certificate=certificate,
            holder=holder,
            words=words,
            manager=manager,
        )
    key = f"authorization:{event.authorization_id}:tell_manager"
    outbox.queue(session, key=key, recipient=manager.email, subject=subject, body=body)


def remind(session: Session, certificate: Certificate, holder: Person, step: int) -> int:
    """Remind a holder that a certificate ends, once for each `step` in days before; returns how many were queued."""
    key = f"certificate:{certificate.id}:ends:{step}"
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return 0
    with force_locale(holder.language):
        words = pick(certificate.content["level"]["texts"], holder.language)
        subject = gettext(
            "Your certificate “%(level)s” ends on %(day)s", level=words["name"], day=i18n.day(certificate.valid_until)
        )
        body = mail.render(
            "certificates/mail/ends.txt",
            number=numbers.shown(certificate.number),
            certificate=certificate,
            holder=holder,
            words=words,
        )
    outbox.queue(session, key=key, recipient=holder.email, subject=subject, body=body)
    return 1


def _certificate(session: Session, certificate_id: int) -> Row[Any]:
    statement = select(
        Certificate.uid, Certificate.number, Certificate.holder_name, Certificate.valid_until, Certificate.content
    )
    return session.execute(statement.where(Certificate.id == certificate_id)).one()
