"""The signed credential inside the PDF, so that one file is both the paper and the proof."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.credentials import jwt
from certificates.models import Certificate
from certificates.pdf import Attachment
from lms.base.i18n import gettext

NAME, KIND = "credential.jwt", "application/vc+jwt"


def attachments(session: Session, certificate_id: int) -> tuple[Attachment, ...]:
    """What goes into the PDF of a certificate. Flushes a place in the status list the first time."""
    words = gettext("The same certificate as a signed credential (Open Badges 3.0), for wallets and programs.")
    return (Attachment(NAME, KIND, jwt.signed(session, certificate_id), words),)


def attachments_of(session: Session, uid: str) -> tuple[Attachment, ...]:
    """The same, for a certificate by its public id."""
    certificate_id = session.scalar(select(Certificate.id).where(Certificate.uid == uid))
    return attachments(session, certificate_id) if certificate_id is not None else ()
