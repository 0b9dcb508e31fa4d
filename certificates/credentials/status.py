"""What became of credentials, as lists that wallets ask: W3C Bitstring Status List 1.0, and the list of 1EdTech.

Revoked: the permission was withdrawn for good, the certificate was issued in error, or a correction took its place.
Suspended: it does not hold at present, because it is paused, or ended before its term (which shames nobody).
"""

import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from certificates.credentials import multibase, openbadge
from certificates.credentials.models import StatusEntry
from certificates.credentials.places import SIZE
from certificates.models import Authorization, Certificate, CertificateStatus
from lms.base.settings import in_force
from lms.people.models import Person

PURPOSES = ("revocation", "suspension")
LASTS = timedelta(minutes=5)
_newer, _newest = aliased(Certificate), aliased(CertificateStatus)


def entry(site: str, number: int, place: int, purpose: str = "revocation") -> dict[str, str]:
    """What a credential says about where its status can be looked up."""
    listed = list_address(site, number, purpose)
    return {
        "id": f"{listed}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(place),
        "statusListCredential": listed,
    }


def list_address(site: str, number: int, purpose: str = "revocation") -> str:
    """Where a status list is."""
    return f"{site}/status/{number}" + ("" if purpose == "revocation" else f"/{purpose}")


def bits(session: Session, certificate_id: int) -> tuple[bool, bool]:
    """Whether a credential is revoked, and whether it is suspended, today."""
    statement = select(_revoked(), _suspended()).select_from(Certificate)
    row = session.execute(_joined(statement.where(Certificate.id == certificate_id))).one_or_none()
    return (False, False) if row is None else (bool(row[0]), bool(row[1]))


def list_credential(session: Session, number: int, purpose: str, now: datetime) -> dict[str, Any] | None:
    """A status list as a credential, not signed yet; nothing when there is no such list. Good for five minutes."""
    known = select(func.max(StatusEntry.list_number))
    if purpose not in PURPOSES or not 1 <= number <= max(session.scalar(known) or 1, 1):
        return None
    site = in_force().base_url
    listed = list_address(site, number, purpose)
    return {
        "@context": openbadge.CONTEXT[:1],
        "id": listed,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": openbadge.issuer_address(site),
        "validFrom": openbadge.moment(now),
        "validUntil": openbadge.moment(now + LASTS),
        "credentialSubject": {
            "id": f"{listed}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded(_places(session, number, purpose)),
            "ttl": int(LASTS.total_seconds() * 1000),
        },
    }


def encoded(places: Iterable[int]) -> str:
    """131,072 bits with those at `places` set, the first left-most: gzip, then multibase base 64."""
    found = bytearray(SIZE // 8)
    for place in places:
        found[place // 8] |= 0x80 >> place % 8
    return "u" + multibase.base64url(gzip.compress(bytes(found), mtime=0))


def revocation_list(session: Session, site: str) -> dict[str, Any]:
    """The list of 1EdTech (VCRL 1.0): the credentials that were revoked, by name.

    It names them, so it leaves out those that a correction replaced: their pages lead to a person.
    """
    revoked = select(Certificate.uid).where(or_(_withdrawn(), Authorization.status == "revoked"))
    rows = session.execute(_joined(revoked).order_by(Certificate.id))
    return {
        "id": f"{site}/status/1edtech",
        "type": "1EdTechRevocationList",
        "issuer": openbadge.issuer_address(site),
        "revokedCredential": [{"id": openbadge.address(site, row.uid), "revoked": True} for row in rows],
    }


def _joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A statement over certificates, with the permission each belongs to and its holder."""
    root = func.coalesce(Certificate.root_id, Certificate.id)
    return statement.outerjoin(Authorization, Authorization.certificate_id == root).join(
        Person, Person.id == Certificate.person_id
    )


def _places(session: Session, number: int, purpose: str) -> list[int]:
    statement = (
        select(StatusEntry.place)
        .select_from(Certificate)
        .join(StatusEntry, StatusEntry.certificate_id == Certificate.id)
        .where(StatusEntry.list_number == number, _revoked() if purpose == "revocation" else _suspended())
    )
    return list(session.scalars(_joined(statement)))


def _revoked() -> ColumnElement[bool]:
    replaced = select(_newer.id).where(_newer.supersedes_id == Certificate.id).exists()
    return or_(func.coalesce(Authorization.status == "revoked", False), _withdrawn(), replaced)


def _withdrawn() -> ColumnElement[bool]:
    newest = (
        select(_newest.status)
        .where(_newest.certificate_id == Certificate.id)
        .order_by(_newest.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest == "withdrawn", False)


def _suspended() -> ColumnElement[bool]:
    """Paused, or ended before its term, or the holder has left."""
    return or_(
        func.coalesce(Authorization.status.in_(("suspended", "ended")), False),
        Person.status == "left",
    )
