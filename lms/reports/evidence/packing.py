"""Making the pack: every file, the manifest with their hashes, and the signature over it."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days, numbers
from certificates.credentials import issuer, keys
from certificates.models import Certificate
from lms.base import audit, clock, db
from lms.base.settings import in_force
from lms.guidelines import proofs
from lms.people.models import Person
from lms.reports.asof import persons
from lms.reports.asof.persons import OnTheDay
from lms.reports.evidence import history, learning
from lms.reports.evidence.history import plain
from lms.reports.evidence.readme import README
from lms.reports.evidence.verify import FORMAT, Files, packed, sha256

SCRIPT = Path(__file__).with_name("verify.py")
PIECE = 64 * 1024


def pack(session: Session, person: Person, on: date, *, by_id: int, own: bool) -> bytes:
    """The evidence about somebody as of a day, as a ZIP archive; that it was made is kept in the audit trail.

    `own`: it is for the person herself, who does not read attempts at a quiz that she may still try.
    """
    found = persons.on_day(session, person, on)
    files = {"README.txt": README.encode(), "verify.py": SCRIPT.read_bytes()}
    told = {"person": person.id, "on": on.isoformat()}
    with db.lasting(session) as lasting:
        audit.record(lasting, "took an evidence pack", f"person:{person.id}", actor_id=by_id, **told)
    files |= _facts(session, found)
    files |= _pieces("lessons.json", learning.lessons(session, person, days.end_of(on)))
    files |= _pieces("attempts.json", learning.attempts(session, person, days.end_of(on), own=own))
    files |= _pieces("acceptances.json", _acceptances(session, found))
    files |= _history(session, found)
    files["keys.json"] = _json(issuer.key_set(keys.ready(session)))
    manifest = _json(_manifest(found, files))
    signature = keys.sign_text(session, manifest).encode()
    return packed({"manifest.json": manifest, "manifest.jws": signature} | files)


def pieces(data: bytes) -> Iterator[bytes]:
    """The archive in parts, to be sent one after another."""
    return (data[start : start + PIECE] for start in range(0, len(data), PIECE))


def _facts(session: Session, found: OnTheDay) -> Files:
    person = found.person
    own = {"uid": person.uid, "name": person.name, "employee_number": person.employee_id}
    place = {name: plain(value) for name, value in vars(found.place).items() if not name.endswith(("_id", "until"))}
    return {
        "person.json": _json(
            own | {"on": plain(found.on)} | place | {"unit": found.unit, "manager_known": bool(found.manager)}
        ),
        "standing.json": _json(_standing(found)),
        "certificates.json": _json(_certificates(session, found)),
    }


def _standing(found: OnTheDay) -> dict[str, Any]:
    return {
        "courses": [
            {"title": found.titles.get(one.course_id, {}), **{name: plain(value) for name, value in vars(one).items()}}
            for one in found.courses
        ],
        "permissions": [
            {
                "level": one.code,
                "standing": state,
                "starts_on": plain(one.starts_on),
                "ends_on": plain(one.ends_on),
                "scope": {name: sorted(values) for name, values in one.scope.pairs_by_dimension()},
            }
            for one, state in found.permissions
        ],
        "certificates": [{name: plain(value) for name, value in vars(one).items()} for one in found.certificates],
        "accepted": [{name: plain(value) for name, value in vars(one).items()} for one in found.accepted],
    }


def _certificates(session: Session, found: OnTheDay) -> list[dict[str, Any]]:
    issued = select(Certificate).where(
        Certificate.person_id == found.person.id, Certificate.issued_at < days.end_of(found.on)
    )
    return [
        {
            "number": numbers.shown(one.number),
            "issued_at": plain(one.issued_at),
            "content": one.content,
            "content_sha256": one.content_sha256,
            "erased": one.erased_at is not None,
        }
        for one in session.scalars(issued.order_by(Certificate.id))
    ]


def _acceptances(session: Session, found: OnTheDay) -> Iterator[learning.Piece]:
    for one in found.accepted:
        proof = proofs.proof(session, one.id, person_id=found.person.id)
        name = f"acceptances/{one.slug}-version-{one.version}-{one.id}.txt"
        listed = {name: plain(value) for name, value in vars(one).items()}
        yield learning.Piece(name, proof.text.encode(), listed | {"file": name})


def _history(session: Session, found: OnTheDay) -> Files:
    events = history.events(session, found.person.id, days.end_of(found.on))
    named = {one.by_id for one in events if one.by_id is not None and one.by_id != found.person.id}
    people = session.scalars(select(Person).where(Person.id.in_(named)).order_by(Person.id)).all()
    names = {one.id: one.name for one in people} | {found.person.id: found.person.name}
    lines = [json.dumps(one, ensure_ascii=False, sort_keys=True) for one in history.chained(events, names)]
    return {
        "people.json": _json([{"number": one.id, "name": one.name, "job": one.job} for one in people]),
        "history.jsonl": "".join(f"{line}\n" for line in lines).encode(),
    }


def _manifest(found: OnTheDay, files: Files) -> dict[str, Any]:
    entries = [json.loads(line) for line in files["history.jsonl"].splitlines()]
    return {
        "format": FORMAT,
        "about": {"uid": found.person.uid, "name": found.person.name},
        "on": plain(found.on),
        "made_at": plain(clock.now()),
        "made_by": in_force().company,
        "keys_at": f"{in_force().base_url}/.well-known/jwks.json",
        "history": {"entries": len(entries), "last": entries[-1]["sha256"] if entries else ""},
        "files": [{"name": name, "sha256": sha256(data), "bytes": len(data)} for name, data in files.items()],
    }


def _pieces(name: str, found: Iterable[learning.Piece]) -> Files:
    """The files of a kind, and the list of them under a name."""
    every = list(found)
    return {one.name: one.data for one in every if one.name} | {name: _json([one.listed for one in every])}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
