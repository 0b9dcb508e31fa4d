"""What the company publishes as an issuer: its profile, its keys, and credentials with an embedded proof."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from certificates.credentials import data_integrity, issuing, keys, openbadge
from certificates.credentials.models import SigningKey
from lms.base import clock
from lms.base.settings import in_force

MULTIKEY = "https://w3id.org/security/multikey/v1"
_KEYS = {
    name: {"@id": f"https://w3id.org/security#{name}", "@type": "@id", "@container": "@set"}
    for name in ("verificationMethod", "assertionMethod")
}
"""What the words for keys mean in a profile, which no context of Open Badges says."""


def proven(session: Session, certificate_id: int) -> data_integrity.Document:
    """The credential of a certificate with a proof in it. Raises `NotFound`."""
    found = issuing.unsigned(session, certificate_id)
    return with_proof(session, found.credential, found.issued_at)


def with_proof(session: Session, document: data_integrity.Document, since: datetime) -> data_integrity.Document:
    """Any document of ours with a proof, made when both the document and the key were there."""
    by = keys.signer(session, keys.ED25519)
    created = openbadge.moment(max(since, by.made_at))
    found: data_integrity.Document = json.loads(_proven(json.dumps(document), by, created))
    return found


@lru_cache(maxsize=500)
def _proven(text: str, by: keys.Signer, created: str) -> str:
    """Signed once: putting a document in order costs much more than anything else here."""
    return json.dumps(data_integrity.proven(json.loads(text), by, created))


def profile(known: list[SigningKey], name: str, site: str, email: str) -> dict[str, Any]:
    """The issuer: who it is, and the keys whose proofs are its own. Those that others may have prove nothing."""
    issuer = openbadge.issuer_address(site)
    proving = [key for key in known if key.algorithm == keys.ED25519]
    methods = [_method(key, issuer) for key in proving]
    return {
        "@context": [*openbadge.CONTEXT[:2], MULTIKEY, _KEYS],
        **openbadge.issuer(name, site),
        "email": email,
        "verificationMethod": methods,
        "assertionMethod": [key.kid for key in proving if key.state != "compromised"],
    }


def key_set(known: list[SigningKey]) -> dict[str, Any]:
    """All public keys as a JWK set: the retired ones stay for ever, those that others may have are marked."""
    return {"keys": [jwk(key) for key in known]}


def jwk(key: SigningKey) -> dict[str, Any]:
    """A public key as a JWK. One that others may have says since when (as in OpenID Federation 1.0, 8.7)."""
    found = dict(key.public_jwk)
    if key.compromised_at is not None:
        at = int(min(key.compromised_at, clock.now()).timestamp())
        found["revoked"] = {"revoked_at": at, "reason": "compromised"}
    return found


def find_jwk(session: Session, thumbprint: str) -> dict[str, Any] | None:
    """The RSA key whose address ends so, or nothing."""
    key = keys.find(session, f"{in_force().base_url}/issuer/keys/{thumbprint}")
    return None if key is None else jwk(key)


def _method(key: SigningKey, issuer: str) -> dict[str, Any]:
    method = {
        "id": key.kid,
        "type": "Multikey",
        "controller": issuer,
        "publicKeyMultibase": keys.multikey(key.public_jwk),
    }
    if key.compromised_at is not None:
        method["revoked"] = openbadge.moment(key.compromised_at)
    return method
