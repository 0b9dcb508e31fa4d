"""A credential that somebody received: is it ours, unchanged, and does it still hold?

Only keys of ours count, found by their address; a key that a credential brings along is not looked at.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.credentials import baking, data_integrity, keys, openbadge, status
from certificates.credentials.models import SigningKey
from certificates.frozen import Content
from certificates.models import Certificate
from lms.base import clock
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.base.settings import in_force

LARGEST_FILE = 1024 * 1024
LARGEST_TEXT = 64 * 1024
SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may be apart."""


@dataclass(frozen=True)
class Finding:
    """What was found out. `verdict` is one of `good`, `foreign` (not by us), `altered`, `unknown` (signed by us and not
    in the register), `compromised` (others may have the key), `early`, `late`, `revoked` and `suspended`.

    `uid` leads to the certificate, when there is one; `same`: it says what the register says.
    """

    verdict: str
    uid: str = ""
    same: bool = False
    key: SigningKey | None = None


@dataclass(frozen=True)
class _Proven:
    """A credential whose signature fits, and the key that made it."""

    credential: dict[str, Any]
    key: SigningKey


def examine(session: Session, sent: bytes) -> Finding:
    """Look at a token, a JSON document or a baked picture. Raises `Invalid` when it is none of these."""
    text = _text(sent)
    proven = _by_proof(session, text) if text.startswith("{") else _by_token(session, text)
    return proven if isinstance(proven, Finding) else _in_register(session, proven)


def _text(sent: bytes) -> str:
    """The credential in a file, as text."""
    if len(sent) > LARGEST_FILE:
        raise Invalid(gettext("The file is larger than 1 MB. A credential or its badge is much smaller."))
    try:
        text = _carried(sent).strip()
    except baking.Unreadable:
        raise Invalid(gettext("This picture is damaged, or carries more than one credential.")) from None
    if not text:
        raise Invalid(gettext("There is no credential in this file. Programs that save pictures anew leave it out."))
    if len(text) > LARGEST_TEXT or not (text.startswith("{") or text.count(".") == 2):
        raise Invalid(
            gettext("This is no credential. Choose the file as you received it: a badge picture, .jwt or .json.")
        )
    return text


def _carried(sent: bytes) -> str:
    if sent.startswith(baking.SIGNATURE):
        return baking.from_png(sent)
    if sent.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return baking.from_svg(sent)
    return sent.decode("utf-8-sig", "replace")


def _by_token(session: Session, text: str) -> _Proven | Finding:
    try:
        header = jws.extract_compact(text.encode()).headers()
        key = keys.find(session, str(header.get("kid", "")))
        if key is None or key.algorithm != keys.RSA:
            return Finding("foreign")
        found = jws.deserialize_compact(text, RSAKey.import_key(key.public_jwk), algorithms=[keys.RSA])
        claims = json.loads(found.payload)
    except (JoseError, ValueError, RecursionError):
        return Finding("altered")
    return _Proven(claims, key) if isinstance(claims, dict) and _agrees(claims) else Finding("foreign")


def _agrees(claims: dict[str, Any]) -> bool:
    """Whether the claims of the token say what the credential in it says."""
    subject, issuer = claims.get("credentialSubject"), claims.get("issuer")
    if not isinstance(subject, dict) or not isinstance(issuer, dict):
        return False
    said = (claims.get("iss"), claims.get("jti"), claims.get("sub"))
    return said == (issuer.get("id"), claims.get("id"), subject.get("id"))


def _by_proof(session: Session, text: str) -> _Proven | Finding:
    try:
        document = json.loads(text)
        proof = document.get("proof")
        key = keys.find(session, str(proof.get("verificationMethod", ""))) if isinstance(proof, dict) else None
        if key is None or key.algorithm != keys.ED25519 or proof.get("cryptosuite") != data_integrity.SUITE:
            return Finding("foreign")
        data_integrity.refuse_strange(document)
    except (ValueError, RecursionError):
        return Finding("altered")
    if proof.get("proofPurpose") != "assertionMethod" or not data_integrity.holds(document, key.public_jwk):
        return Finding("altered")
    return _Proven(document, key)


def _in_register(session: Session, proven: _Proven) -> Finding:
    """What the register says of a credential that is signed well."""
    credential, site = proven.credential, in_force().base_url
    if "OpenBadgeCredential" not in (credential.get("type") or ()):
        return Finding("foreign")
    uid = str(credential.get("id", "")).removeprefix(openbadge.address(site, ""))
    statement = select(Certificate.id, Certificate.content).where(Certificate.uid == uid)
    row = session.execute(statement).one_or_none() if uid.isalnum() and uid.isascii() else None
    if row is None:
        return Finding("unknown", key=proven.key)
    same = _core(credential) == _core(openbadge.credential(row.content, site, {}))
    return Finding(_verdict(session, row.id, row.content, proven.key, same), uid, same, proven.key)


def _verdict(session: Session, certificate_id: int, content: Content, key: SigningKey, same: bool) -> str:
    revoked, suspended = status.bits(session, certificate_id)
    now = clock.now()
    found = (
        ("compromised", key.state == "compromised"),
        ("altered", not same),
        ("revoked", revoked),
        ("early", now + SKEW < datetime.fromisoformat(openbadge.first_moment(content))),
        ("late", now - SKEW > datetime.fromisoformat(openbadge.last_moment(content))),
        ("suspended", suspended),
    )
    return next((verdict for verdict, applies in found if applies), "good")


def _core(credential: dict[str, Any]) -> tuple[Any, ...]:
    """What the register must say too. The hash of the mail address goes when somebody is erased."""
    subject = credential["credentialSubject"]
    dates = tuple(credential.get(name) for name in ("validFrom", "validUntil", "awardedDate"))
    return (*dates, *(subject.get(name) for name in ("id", "licenseNumber", "role", "narrative", "achievement")))
