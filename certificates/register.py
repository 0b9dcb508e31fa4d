"""The register: which certificates there are, and what their holders may do on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, String, bindparam, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from certificates import authority, days, numbers
from certificates.level_models import Level
from certificates.models import (
    Authorization,
    AuthorizationScope,
    AuthorizationStatus,
    Certificate,
    CertificateStatus,
)
from certificates.standing import Change, Scope, Standing, standing_on
from lms.base.db import rows
from lms.base.i18n import pick
from lms.base.settings import in_force


@dataclass(frozen=True)
class Entry:
    """A certificate as its holder sees it. `status` is that of today: `valid`, `future`, `waiting`, `paused`, `ended`
    or `withdrawn`; `ends_on` is the last day. `taken`: its permission was withdrawn for good."""

    uid: str
    number: str
    rank: int
    content: dict[str, Any]
    issued_on: date
    ends_on: date
    status: str
    check_address: str
    taken: bool = False

    @property
    def holds_today(self) -> bool:
        return self.status == "valid"

    @property
    def words(self) -> dict[str, Any]:
        """What the level says of itself, for the reader, as it was when the certificate was awarded."""
        return pick(self.content["level"]["texts"])

    @property
    def level_name(self) -> str:
        return str(self.words["name"])

    @property
    def allows(self) -> str:
        """What it allows, as a sentence without a subject."""
        allows = str(self.words["allows"])
        return allows[:1].upper() + allows[1:]


_newer = aliased(Certificate)
_ERROR = (
    select(CertificateStatus.status)
    .where(CertificateStatus.certificate_id == Certificate.id)
    .order_by(CertificateStatus.id.desc())
    .limit(1)
    .correlate(Certificate)
    .scalar_subquery()
)
"""Whether it was withdrawn as issued in error, or restored since: for a certificate that gives no permission too."""

_MINE = (
    select(
        Certificate.uid,
        Certificate.number,
        Certificate.content,
        Certificate.issued_at,
        Certificate.valid_from,
        Certificate.valid_until,
        Certificate.level_id,
        Level.rank,
        Authorization.status,
        Authorization.starts_on,
        Authorization.ends_on,
        _ERROR.label("error"),
    )
    .join(Level, Level.id == Certificate.level_id)
    .outerjoin(Authorization, Authorization.certificate_id == func.coalesce(Certificate.root_id, Certificate.id))
    .where(Certificate.person_id == bindparam("person_id"), ~exists().where(_newer.supersedes_id == Certificate.id))
    .order_by(Level.rank.desc(), Certificate.cycle.desc())
)


def of_person(session: Session, person_id: int) -> list[Entry]:
    """Somebody's certificates, the newest of each level, highest level first, none that was corrected. One statement.

    A level that only proves something is left out when a higher one is there.
    """
    newest: dict[int, Entry] = {}
    for row in rows(session, _MINE, {"person_id": person_id}):
        newest.setdefault(row.level_id, _entry(row))
    entries = list(newest.values())
    return [entry for entry in entries if entry.rank > 0] or entries


def every(session: Session, person_id: int) -> list[Entry]:
    """All of somebody's certificates, of every level and cycle. One statement."""
    return [_entry(row) for row in rows(session, _MINE, {"person_id": person_id})]


def _entry(row: Row[Any]) -> Entry:
    ends_on = min(row.valid_until, row.ends_on or row.valid_until)
    return Entry(
        uid=row.uid,
        number=numbers.shown(row.number),
        rank=row.rank,
        content=row.content,
        issued_on=days.day_of(row.issued_at),
        ends_on=ends_on,
        status="withdrawn"
        if row.error == "withdrawn"
        else state(row.status or "active", row.valid_from, ends_on, days.today()),
        check_address=f"{in_force().base_url}/verify/{row.uid}",
        taken=row.status == "revoked",
    )


def state(status: str, starts_on: date, ends_on: date, on: date) -> str:
    """What a status amounts to on a day: `valid`, `future`, `waiting`, `paused`, `ended` or `withdrawn`."""
    if status == "revoked":
        return "withdrawn"
    if status in {"ended", "expired", "archived", "declined"} or on > ends_on:
        return "ended"
    if on < starts_on:
        return "future"
    return {"active": "valid", "requested": "waiting", "approved": "waiting", "suspended": "paused"}[status]


def of_holder(session: Session, person_id: int, uid: str) -> dict[str, Any] | None:
    """The frozen content of a certificate that is this person's, or nothing: another's is not found either."""
    if not uid.isalnum():
        return None
    return session.scalar(select(Certificate.content).where(Certificate.uid == uid, Certificate.person_id == person_id))


def histories(session: Session, authorization_ids: Iterable[int | None]) -> dict[int, list[Change]]:
    """The histories of authorizations, oldest change first. One statement, none when there is none to ask about."""
    wanted = [number for number in authorization_ids if number is not None]
    found: dict[int, list[Change]] = {number: [] for number in wanted}
    if wanted:
        for row in session.execute(_HISTORY.where(AuthorizationStatus.authorization_id.in_(wanted))):
            found[row.authorization_id].append(Change(*row[1:]))
    return found


_CHANGE = (
    AuthorizationStatus.status,
    AuthorizationStatus.at,
    AuthorizationStatus.until,
    AuthorizationStatus.reason,
    AuthorizationStatus.cause,
    AuthorizationStatus.revision,
    AuthorizationStatus.ends_on,
    AuthorizationStatus.may_reply,
    AuthorizationStatus.may_commit,
    AuthorizationStatus.may_in_crisis,
    AuthorizationStatus.preapproval,
)
_HISTORY = select(AuthorizationStatus.authorization_id, *_CHANGE).order_by(AuthorizationStatus.id)
_PAIRS = (
    select(
        func.aggregate_strings(
            cast(AuthorizationScope.revision, String)
            + ":"
            + AuthorizationScope.dimension
            + ":"
            + AuthorizationScope.value,
            "\n",
        )
    )
    .where(AuthorizationScope.authorization_id == Authorization.id)
    .correlate(Authorization)
    .scalar_subquery()
)
_GIVEN = (Authorization.starts_on, Authorization.ends_on, Level.rank, Level.kind, Level.code, _PAIRS.label("pairs"))
_PERMISSIONS_OF = (
    select(Authorization.id, *_GIVEN, *_CHANGE)
    .join(Level, Level.id == Authorization.level_id)
    .join(AuthorizationStatus, AuthorizationStatus.authorization_id == Authorization.id)
    .where(Authorization.person_id == bindparam("person_id"))
    .order_by(Authorization.id, AuthorizationStatus.id)
)


def standings(session: Session, person_id: int, on: date) -> list[Standing]:
    """How all permissions of somebody stood on a day. One statement."""
    given: dict[int, tuple[Any, ...]] = {}
    past: dict[int, list[Change]] = {}
    for number, *columns in rows(session, _PERMISSIONS_OF, {"person_id": person_id}):
        if number not in given:
            given[number], past[number] = tuple(columns[: len(_GIVEN)]), []
        past[number].append(Change(*columns[len(_GIVEN) :]))
    found = (_standing(columns, past[number], on) for number, columns in given.items())
    return [standing for standing in found if standing is not None]


def _standing(given: tuple[Any, ...], past: list[Change], on: date) -> Standing | None:
    starts_on, ends_on, rank, kind, code, pairs = given
    scopes = _scopes(pairs or "")
    return standing_on(past, on, starts_on=starts_on, ends_on=ends_on, scopes=scopes, rank=rank, kind=kind, code=code)


@lru_cache(maxsize=4096)
def _scopes(pairs: str) -> Mapping[int, Scope]:
    """The scopes by revision of lines of revision, dimension and value: most people have one of a few."""
    found: dict[int, list[tuple[str, str]]] = {}
    for line in pairs.split("\n") if pairs else ():
        revision, dimension, value = line.split(":", 2)
        found.setdefault(int(revision), []).append((dimension, value))
    return {revision: Scope.of(of_one) for revision, of_one in found.items()}


def holds_any(found: Iterable[Standing], on: date) -> bool:
    """Whether at least one of the permissions holds on a day."""
    return any(authority.holds(standing, on) for standing in found)
