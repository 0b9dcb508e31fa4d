"""A credential as a signed token: the VC-JWT of Open Badges 3.0, and that of the W3C for wallets that ask for it."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certificates.credentials import issuing, keys
from certificates.credentials.openbadge import Credential


def signed(session: Session, certificate_id: int) -> str:
    """The credential of a certificate as a compact JWS (RS256), for wallets, baked pictures and the PDF.

    It gets a place in the status list the first time, also when the session only reads. Raises `NotFound` without
    such a certificate.
    """
    return of(session, issuing.unsigned(session, certificate_id).credential)


def of(session: Session, credential: Credential) -> str:
    """Any credential of ours as Open Badges 3.0 signs it (section 8.2.4): its members and the registered claims."""
    return keys.sign(keys.signer(session, keys.RSA), _json(claims(credential)), typ="JWT")


def of_w3c(session: Session, found: issuing.Unsigned) -> str:
    """As W3C VC-JOSE-COSE has it: nothing beside the credential, which here also names its place of suspension."""
    credential = found.credential | {"credentialStatus": list(found.entries)}
    return keys.sign(keys.signer(session, keys.RSA), _json(credential), typ="vc+jwt")


def claims(credential: Credential) -> dict[str, Any]:
    """A credential with the claims that a token must have; they say the same again."""
    issuer = credential["issuer"]
    registered = {
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "jti": credential["id"],
        "nbf": _seconds(credential["validFrom"]),
        "sub": credential["credentialSubject"]["id"],
    }
    if "validUntil" in credential:
        registered["exp"] = _seconds(credential["validUntil"])
    return credential | registered


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


def _json(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
