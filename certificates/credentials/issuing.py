"""The credential of a certificate, whole and not signed yet, and its frozen content."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.credentials import openbadge, places, status
from certificates.credentials.openbadge import Credential
from certificates.frozen import Content
from certificates.models import Certificate
from lms.base.errors import NotFound
from lms.base.settings import in_force


@dataclass(frozen=True)
class Unsigned:
    """A credential before it is signed. `entries` are its places in the lists of revocation and of suspension."""

    certificate_id: int
    content: Content
    credential: Credential
    entries: tuple[dict[str, str], dict[str, str]]
    issued_at: datetime


def find_id(session: Session, uid: str) -> int:
    """The certificate with a public id. Raises `NotFound`, as for one that never was."""
    found = None
    if len(uid) == 32 and uid.isascii() and uid.isalnum():
        found = session.scalar(select(Certificate.id).where(Certificate.uid == uid))
    if found is None:
        raise NotFound
    return found


def unsigned(session: Session, certificate_id: int) -> Unsigned:
    """The credential of a certificate. It gets its place in the status list the first time. Raises `NotFound`."""
    statement = select(Certificate.content, Certificate.issued_at).where(Certificate.id == certificate_id)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    site = in_force().base_url
    number, place = places.of(session, certificate_id)
    revocation, suspension = (status.entry(site, number, place, purpose) for purpose in status.PURPOSES)
    credential = openbadge.credential(row.content, site, revocation)
    return Unsigned(certificate_id, row.content, credential, (revocation, suspension), row.issued_at)
