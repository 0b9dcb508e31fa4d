"""Data Integrity proofs of the suite `eddsa-rdfc-2022`. Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.2.

Contexts are pinned files of ours; nothing is ever fetched.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyld import jsonld

from certificates.credentials import multibase, openbadge
from certificates.credentials.keys import Signer

SUITE = "eddsa-rdfc-2022"
FOLDER = Path(__file__).resolve().parent / "contexts"
CONTEXTS = {
    "https://www.w3.org/ns/credentials/v2": "credentials-v2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": "context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": "extensions.json",
    "https://w3id.org/security/multikey/v1": "multikey-v1.json",
}
Document = dict[str, Any]


class Unsuitable(ValueError):
    """The document is not one that we would ever have signed, so its signature is not looked at."""


def proven(document: Document, by: Signer, created: str) -> Document:
    """The document with a proof by an Ed25519 key. `created` is a moment as in ISO 8601, with its offset."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": by.kid,
        "proofPurpose": "assertionMethod",
    }
    private = by.key.private_key
    assert isinstance(private, Ed25519PrivateKey), "the suite signs with Ed25519"
    signature = private.sign(to_sign(document, options))
    return document | {"proof": options | {"proofValue": multibase.base58(signature)}}


def holds(document: Document, public_jwk: Mapping[str, str]) -> bool:
    """Whether the proof in a document is by this key over every word of it."""
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    try:
        signature = multibase.from_base58(str(document["proof"].get("proofValue", "")))
        key = Ed25519PublicKey.from_public_bytes(multibase.from_base64url(public_jwk["x"]))
        key.verify(signature, to_sign(unsecured, options))
    except (InvalidSignature, ValueError, jsonld.JsonLdError):
        return False
    return True


def to_sign(document: Document, options: Mapping[str, Any]) -> bytes:
    """The 64 bytes that are signed: the digests of the canonical proof options and of the canonical document."""
    return _digest(dict(options) | {"@context": document["@context"]}) + _digest(document)


def refuse_strange(document: Document, *, most: int = 200) -> None:
    """Refuse what was never signed here before it is put in order, which is slow for documents made to be slow.

    Ours use the pinned contexts alone and no other words; they have no keywords below the top and no labels for things
    without a name, and no nameless thing stands in a nameless thing. Raises `Unsuitable`.
    """
    contexts, proof = document.get("@context"), document.get("proof")
    if not isinstance(contexts, list) or contexts != openbadge.CONTEXT[: len(contexts)]:
        raise Unsuitable("contexts")
    if not isinstance(proof, dict) or not all(isinstance(value, str) for value in proof.values()):
        raise Unsuitable("proof")
    if not _names().issuperset(document.keys() | proof.keys()):
        raise Unsuitable("words that no context knows are not signed")
    left = [(value, True) for name, value in document.items() if name not in {"@context", "proof"}]
    seen = 0
    while left:
        value, named = left.pop()
        seen += 1
        if seen > most * 5:
            raise Unsuitable("size")
        if isinstance(value, list):
            left.extend((part, named) for part in value)
        elif isinstance(value, dict):
            left.extend(_parts(value, named))


def _parts(thing: Document, named: bool) -> list[tuple[Any, bool]]:
    own = str(thing.get("id", ""))
    if own.startswith("_:") or "proof" in thing or not _names().issuperset(thing) or "@context" in thing:
        raise Unsuitable("keywords")
    if not own and not named:
        raise Unsuitable("nameless things")
    return [(part, bool(own)) for part in thing.values()]


def _digest(document: Document) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _pinned, "safe": True}
    return hashlib.sha256(jsonld.normalize(document, options).encode()).digest()


def _pinned(address: str, options: object) -> Document:
    if address not in CONTEXTS:
        raise jsonld.JsonLdError("not a pinned context", "loading document failed", {"url": address})
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": _context(address),
    }


@cache
def _names() -> frozenset[str]:
    """Every word that a pinned context knows somewhere."""
    found, left = {"@context", "verificationMethod"}, [_context(address) for address in CONTEXTS]
    while left:
        thing = left.pop()
        found.update(name for name in thing if not name.startswith("@"))
        left.extend(part for part in thing.values() if isinstance(part, dict))
    return frozenset(found)


@cache
def _context(address: str) -> Document:
    found: Document = json.loads((FOLDER / CONTEXTS[address]).read_text(encoding="utf-8"))
    return found
