"""The keys that sign: made at first need, rotated, and never forgotten.

The private halves are files of the instance folder (`keys/RS256.json`, `keys/Ed25519.json`), one in use for each
algorithm; the public halves are rows for ever. The file decides which key is in use, and the rows follow it: a
rotation that was interrupted is completed by the next signature.
"""

import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import OKPKey, RSAKey
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from certificates.credentials import apart, multibase
from certificates.credentials.models import SigningKey
from lms.base import audit, clock, db
from lms.base.errors import NotFound
from lms.base.i18n import gettext
from lms.base.settings import in_force

RSA, ED25519 = "RS256", "Ed25519"
ALGORITHMS = (RSA, ED25519)
BITS = 2048


@dataclass(frozen=True)
class Signer:
    """A key in use: its name, which is an address, both halves, and when it was made."""

    kid: str
    key: RSAKey | OKPKey = field(compare=False)
    made_at: datetime


def signer(session: Session, algorithm: str) -> Signer:
    """The key in use for an algorithm, made when there is none, or when an old copy of the folder brought back one that
    retired."""
    path = _path(algorithm)
    text = _read(path) or _made_once(path, algorithm)
    kid, key = _loaded(algorithm, text, in_force().base_url)
    made_at, state = _known(session, algorithm, kid, key)
    if state == "active":
        return Signer(kid, key, made_at)
    _replace(path, _new(algorithm))
    return signer(session, algorithm)


def sign_text(session: Session, payload: bytes) -> str:
    """A compact JWS (RS256) over any payload, for lists that programs read. Its `kid` is the address of the key."""
    return sign(signer(session, RSA), payload, typ="JWT")


def sign(by: Signer, payload: bytes, *, typ: str) -> str:
    """A compact JWS with nothing in its header but algorithm, type and the address of the key."""
    header = {"alg": RSA, "typ": typ, "kid": by.kid}
    return jws.serialize_compact(header, payload, by.key, algorithms=[RSA])


def public(session: Session) -> list[SigningKey]:
    """Every key there ever was, newest first: a credential signed by a retired key is still good."""
    return list(session.scalars(select(SigningKey).order_by(SigningKey.made_at.desc(), SigningKey.kid)))


def ready(session: Session) -> list[SigningKey]:
    """As `public`, after making sure that there is a key in use for each algorithm."""
    known = public(session)
    if {_kid_in_use(algorithm) for algorithm in ALGORITHMS} <= {key.kid for key in known}:
        return known
    with db.lasting(session) as own:
        for algorithm in ALGORITHMS:
            signer(own, algorithm)
        return public(own)


def find(session: Session, kid: str) -> SigningKey | None:
    """A key by its address, or nothing: only keys of ours are ever trusted."""
    return session.get(SigningKey, kid) if kid.isascii() and kid.isprintable() else None


def rotate(session: Session, *, by_id: int | None = None) -> list[str]:
    """Sign with new keys from now on; returns their addresses. Old private halves are gone, the public ones stay."""
    made = []
    for algorithm in ALGORITHMS:
        _replace(_path(algorithm), _new(algorithm))
        made.append(signer(session, algorithm).kid)
    audit.record(session, "rotated the signing keys", "signing_key", actor_id=by_id, kids=made)
    return made


def mark_compromised(session: Session, kid: str, *, at: datetime | None = None, by_id: int | None = None) -> None:
    """Somebody else may have this key since `at` (now unless told): it is warned of, and never signs again.

    Raises `NotFound` when there is no such key.
    """
    found = find(session, kid)
    if found is None:
        raise NotFound(gettext("There is no key with this name. “lms keys list” shows them all."))
    was_active = found.state == "active"
    found.state, found.compromised_at = "compromised", at or clock.now()
    session.flush()
    if was_active:
        signer(session, found.algorithm)
    audit.record(session, "marked a signing key as compromised", "signing_key", actor_id=by_id, kid=kid)


def _kid_in_use(algorithm: str) -> str:
    text = _read(_path(algorithm))
    return _loaded(algorithm, text, in_force().base_url)[0] if text else ""


def _path(algorithm: str) -> Path:
    folder = in_force().instance / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{algorithm}.json"


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.exists() else ""


def _new(algorithm: str) -> str:
    key = RSAKey.generate_key(BITS) if algorithm == RSA else OKPKey.generate_key("Ed25519")
    return json.dumps(key.as_dict(private=True), sort_keys=True)


def _written(path: Path, text: str) -> Path:
    """The text in a file beside the place where it belongs, whole and readable by us alone."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return beside


def _made_once(path: Path, algorithm: str) -> str:
    """A new key, or the one that somebody else made at the same moment."""
    beside = _written(path, _new(algorithm))
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    return _read(path)


def _replace(path: Path, text: str) -> None:
    _written(path, text).replace(path)


@lru_cache(maxsize=16)
def _loaded(algorithm: str, text: str, site: str) -> tuple[str, RSAKey | OKPKey]:
    key = (RSAKey if algorithm == RSA else OKPKey).import_key(json.loads(text))
    return _address(algorithm, key, site), key


def _address(algorithm: str, key: RSAKey | OKPKey, site: str) -> str:
    """What a key is called: where it can be fetched."""
    if algorithm == RSA:
        return f"{site}/issuer/keys/{key.thumbprint()}"
    return f"{site}/issuer#{multikey(key.as_dict(private=False))}"


def multikey(jwk: dict[str, Any]) -> str:
    """An Ed25519 public key as a Multikey: `z`, then base 58 of 0xed01 and the 32 bytes."""
    return multibase.base58(b"\xed\x01" + multibase.from_base64url(jwk["x"]))


def _known(session: Session, algorithm: str, kid: str, key: RSAKey | OKPKey) -> tuple[datetime, str]:
    """When a key was made, and its state. One that has no row yet gets it, and those before it retire."""
    known = select(SigningKey.made_at, SigningKey.state).where(SigningKey.kid == kid)
    if (found := session.execute(known).one_or_none()) is not None:
        return found.made_at, found.state
    now = clock.now().replace(microsecond=0)
    jwk = key.as_dict(private=False) | {"kid": kid, "use": "sig", "alg": RSA if algorithm == RSA else "EdDSA"}
    with db.lasting(session) as own:
        row = {"kid": kid, "algorithm": algorithm, "public_jwk": jwk, "state": "active", "made_at": now}
        if apart.add_if_absent(own, SigningKey.__table__, **row):  # type: ignore[arg-type]
            before = (SigningKey.algorithm == algorithm, SigningKey.kid != kid, SigningKey.state == "active")
            own.execute(update(SigningKey).where(*before).values(state="retired", retired_at=now))
        made = own.execute(known).one()
        return made.made_at, made.state
