"""Permissions that ended because an import let people go come back when that import is undone.

They stand again as they did: in force, or held back by what held them. What was decided since is newer, and stays.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import days
from certificates.events import AuthorizationsRestored
from certificates.models import Authorization, AuthorizationStatus
from certificates.permissions import holds, settling, triggers
from certificates.permissions.models import Hold, SpeakerPair
from lms.base import audit, clock
from lms.base.db import parts
from lms.base.events import announce
from lms.people.events import ImportUndone
from lms.people.models import Person

UNDONE = "The import that ended it was undone."
IN_FORCE = ("active", "suspended")
NEWER = ("requested", "approved", *IN_FORCE)
"""Standings of another permission of the same level that make the earlier one stay ended."""


@dataclass(frozen=True)
class _Ended:
    """A permission that ended by rule: whose, and when."""

    id: int
    person_id: int
    at: datetime


def import_undone(session: Session, event: ImportUndone) -> None:
    """Give back what ended since the import was applied, to those who work here again by its undoing."""
    for some in parts(sorted(event.person_ids)):
        holds.lock(session, some)
        works = Person.id.in_(some), Person.status != "left"
        back = session.scalars(select(Person.id).where(*works).order_by(Person.id)).all()
        _pair_again(session, back, event.since)
        ended = _ended(session, back, event.since, locked=True)
        if ended:
            _restore(session, ended)


def coming_back(session: Session, person_ids: Collection[int], since: datetime) -> int:
    """How many permissions would come back to these people, if an import applied then were undone now."""
    return sum(len(_ended(session, some, since)) for some in parts(sorted(person_ids)))


def _restore(session: Session, ended: Sequence[_Ended]) -> None:
    _hold_again(session, ended)
    settling.start(session, {one.id: one.person_id for one in ended}, UNDONE)
    subjects = (f"authorization:{one.id}" for one in ended)
    audit.record_all(session, "gave a permission back", subjects, reason=UNDONE)
    announce(session, AuthorizationsRestored(tuple(one.id for one in ended)))


def _ended(session: Session, person_ids: Collection[int], since: datetime, *, locked: bool = False) -> Sequence[_Ended]:
    """What ended by rule because these people left, was in force before, would still hold, and nothing replaced."""
    last, before = aliased(AuthorizationStatus), aliased(AuthorizationStatus)
    own = AuthorizationStatus.authorization_id == Authorization.id
    newest = select(func.max(AuthorizationStatus.id)).where(own).correlate(Authorization).scalar_subquery()
    earlier = AuthorizationStatus.id < last.id
    one_before = select(func.max(AuthorizationStatus.id)).where(own, earlier).correlate(Authorization, last)
    statement = (
        select(Authorization.id, Authorization.person_id, last.at)
        .join(last, last.id == newest)
        .join(before, before.id == one_before.scalar_subquery())
        .where(
            Authorization.person_id.in_(person_ids),
            Authorization.status == "ended",
            Authorization.ends_on >= days.today(),
            *(last.status == "ended", last.reason == triggers.LEFT, last.by_id.is_(None), last.at >= since),
            before.status.in_(IN_FORCE),
            ~_replaced(),
        )
        .order_by(Authorization.id)
    )
    rows = session.execute(statement.with_for_update(of=Authorization) if locked else statement)
    return [_Ended(*row) for row in rows]


def _replaced() -> ColumnElement[bool]:
    """Whether somebody asks for a permission of the same level anew, was given one, or lost a later one."""
    other = aliased(Authorization)
    same = (other.person_id == Authorization.person_id, other.level_id == Authorization.level_id)
    newer = or_(other.status.in_(NEWER), (other.id > Authorization.id) & other.status.in_(("revoked", "declined")))
    return exists().where(*same, other.id != Authorization.id, newer)


def _hold_again(session: Session, ended: Iterable[_Ended]) -> None:
    """Place what the ending lifted, unless its last day is past or it is held for the same cause meanwhile."""
    since = {one.id: one.at for one in ended}
    columns = ("person_id", "authorization_id", "cause", "reason", "until")
    rows = session.execute(
        select(*(getattr(Hold, name) for name in columns), Hold.lifted_at)
        .where(Hold.authorization_id.in_(since), or_(Hold.lifted_at.is_(None), Hold.lift_reason == triggers.LEFT))
        .order_by(Hold.id)
    ).all()
    held = {(row.authorization_id, row.cause) for row in rows if row.lifted_at is None}
    now = {"starts_on": days.today(), "placed_at": clock.now()}
    again = {
        (row.authorization_id, row.cause): {name: getattr(row, name) for name in columns} | now
        for row in rows
        if row.lifted_at is not None
        and row.lifted_at >= since[row.authorization_id]
        and (row.until is None or row.until >= days.today())
    }
    new = [hold for key, hold in again.items() if key not in held]
    if new:
        session.execute(insert(Hold), new)
        subjects = (f"authorization:{hold['authorization_id']}" for hold in new)
        audit.record_all(session, "placed a hold", subjects, reason=UNDONE)


def _pair_again(session: Session, person_ids: Collection[int], since: datetime) -> None:
    """License those together again whose pair ended by itself, where both work here."""
    columns = (SpeakerPair.executive_id, SpeakerPair.writer_id)
    theirs = or_(*(column.in_(person_ids) for column in columns))
    ended = (SpeakerPair.ended_at >= since, SpeakerPair.ended_by_id.is_(None))
    here = select(Person.id).where(Person.status != "left")
    rows = session.execute(
        select(*columns, SpeakerPair.reason, SpeakerPair.made_by_id)
        .where(theirs, *ended, *(column.in_(here) for column in columns))
        .order_by(SpeakerPair.id)
    ).all()
    again = {(row.executive_id, row.writer_id): row for row in rows}
    there = session.execute(select(*columns).where(theirs, SpeakerPair.ended_at.is_(None))) if rows else ()
    for pair in {(executive, writer) for executive, writer in there}:
        again.pop(pair, None)
    new = [{**row._mapping, "made_at": clock.now()} for row in again.values()]
    if new:
        session.execute(insert(SpeakerPair), new)
        subjects = (f"person:{row['executive_id']}" for row in new)
        audit.record_all(session, "made a pair again", subjects, reason=UNDONE)
