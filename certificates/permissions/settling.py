"""The standing of permissions as the holds on them say. Only `holds` and `giving` ask for it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import history
from certificates.events import AuthorizationsGranted
from certificates.models import Authorization, AuthorizationStatus
from certificates.permissions import letters
from certificates.permissions.models import Hold
from lms.base.db import parts
from lms.base.events import announce


@dataclass(frozen=True)
class Holding:
    """A hold that is open: whose, on which of her permissions (none: on all), why and until when."""

    id: int
    person_id: int
    authorization_id: int | None
    cause: str
    reason: str
    until: date | None


@dataclass(frozen=True)
class Now:
    """What a permission becomes, and why."""

    status: str
    reason: str
    cause: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Given:
    """A permission in force, and the cause of its pause."""

    id: int
    person_id: int
    status: str
    until: date | None
    cause: str


def open_holds(session: Session, person_ids: Collection[int]) -> list[Holding]:
    """The holds that are open on people and their permissions, the oldest first."""
    columns = (Hold.id, Hold.person_id, Hold.authorization_id, Hold.cause, Hold.reason, Hold.until)
    statement = select(*columns).where(Hold.person_id.in_(person_ids), Hold.lifted_at.is_(None)).order_by(Hold.id)
    return [Holding(*row) for row in session.execute(statement)]


def longest(holds: Iterable[Holding]) -> Holding | None:
    """The hold that lasts longest, the oldest of those; one without a last day lasts longest of all."""
    return max(holds, key=lambda hold: (hold.until or date.max, -hold.id), default=None)


def _now(holds: Iterable[Holding], reason: str) -> Now:
    """What a permission becomes that these open holds are on; for this reason when there is none."""
    last = longest(holds)
    return Now("suspended", last.reason, last.cause, last.until) if last else Now("active", reason)


def settle(session: Session, person_ids: Collection[int], reason: str, by_id: int | None = None) -> None:
    """Suspend what an open hold is on, and let go on what none is on, for this reason. The caller locks the people."""
    session.flush()
    for some in parts(sorted(set(person_ids))):
        _settle(session, some, reason, by_id)


def _settle(session: Session, person_ids: Sequence[int], reason: str, by_id: int | None) -> None:
    holds = defaultdict[tuple[int, int | None], list[Holding]](list)
    given = _given(session, person_ids)
    for hold in open_holds(session, person_ids):
        holds[hold.person_id, hold.authorization_id].append(hold)
    changes = defaultdict[Now, list[int]](list)
    for row in given:
        wanted = _now([*holds[row.person_id, row.id], *holds[row.person_id, None]], reason)
        if (wanted.status, wanted.cause, wanted.until) != (row.status, row.cause, row.until):
            changes[wanted].append(row.id)
    for now, numbers in changes.items():
        history.record_all(session, numbers, now.status, now.reason, by_id, cause=now.cause, until=now.until)
    paused = {row.id for row in given if row.status == "suspended"}
    _follow(session, changes, paused)


def _given(session: Session, person_ids: Sequence[int]) -> list[Given]:
    """The permissions in force of these people. Two statements that read by number, as there may be many thousands."""
    columns = (Authorization.id, Authorization.person_id, Authorization.status, Authorization.until)
    rows = session.execute(
        select(*columns)
        .where(Authorization.person_id.in_(person_ids), Authorization.status.in_(("active", "suspended")))
        .order_by(Authorization.id)
        .with_for_update()
    ).all()
    paused = [row.id for row in rows if row.status == "suspended"]
    last = select(func.max(AuthorizationStatus.id)).where(AuthorizationStatus.authorization_id.in_(paused))
    newest = select(AuthorizationStatus.authorization_id, AuthorizationStatus.cause).where(
        AuthorizationStatus.id.in_(last.group_by(AuthorizationStatus.authorization_id))
    )
    causes = dict(session.execute(newest).all()) if paused else {}
    return [Given(*row, causes.get(row.id, "")) for row in rows]


def _follow(session: Session, changes: dict[Now, list[int]], paused: set[int]) -> None:
    """Tell whom it concerns. What never held before is given now."""
    held_back = [number for now, numbers in changes.items() if now.status == "suspended" for number in numbers]
    letters.paused(session, [number for number in held_back if number not in paused])
    going = [number for now, numbers in changes.items() if now.status == "active" for number in numbers]
    first = _first_time(session, going) if going else []
    letters.goes_on(session, sorted(set(going) - set(first)))
    if first:
        announce(session, AuthorizationsGranted(tuple(first)))


def _first_time(session: Session, going: list[int]) -> Sequence[int]:
    """Of those that just became active, those that were suspended from the start."""
    once = (
        select(AuthorizationStatus.authorization_id)
        .where(AuthorizationStatus.authorization_id.in_(going), AuthorizationStatus.status == "active")
        .group_by(AuthorizationStatus.authorization_id)
        .having(func.count() == 1)
    )
    return session.scalars(once.order_by(AuthorizationStatus.authorization_id)).all()


def start(session: Session, given: Mapping[int, int], reason: str, by_id: int | None = None) -> tuple[int, ...]:
    """Have permissions that are given begin: active, or suspended by what holds their persons. Returns which hold.

    `given` are the numbers of the permissions, each with that of its person.
    """
    holds = defaultdict[tuple[int, int | None], list[Holding]](list)
    for hold in open_holds(session, set(given.values())):
        holds[hold.person_id, hold.authorization_id].append(hold)
    begun = defaultdict[Now, list[int]](list)
    for number, person_id in given.items():
        begun[_now([*holds[person_id, number], *holds[person_id, None]], reason)].append(number)
    for now, numbers in begun.items():
        history.record_all(session, numbers, now.status, now.reason, by_id, cause=now.cause, until=now.until)
    return tuple(number for now, numbers in begun.items() if now.status == "active" for number in numbers)
