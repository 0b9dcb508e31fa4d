"""Giving permissions: by rule with a certificate, or after everybody whom the level names said yes.

One permission and many are given the same way, in a handful of statements however many.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, literal, select, true, union_all
from sqlalchemy.orm import Session

from certificates import days, history
from certificates.events import AuthorizationsGranted
from certificates.ladder import LevelView
from certificates.models import Authorization, AuthorizationScope, new_uid
from certificates.permissions import holds, settling
from certificates.permissions.models import Hold
from certificates.standing import Scope
from lms.base.db import insert_many
from lms.base.events import announce

BY_RULE = "Given by rule: courses completed, guideline accepted."
HELD_BACK = "Waits for the social media hub: an earlier permission was withdrawn."
RENEWED = "renewed"
ASKED_FOR = ("requested", "approved")
IN_FORCE = ("active", "suspended")


@dataclass(frozen=True)
class Awarded:
    """A certificate that was just awarded: whose, in which cycle, and its first and last day."""

    id: int
    person_id: int
    cycle: int
    issued_at: datetime
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class _Given:
    """A permission of a level: whose, how it stands, and whether it has a certificate."""

    id: int
    person_id: int
    status: str
    certified: bool


def by_rule(session: Session, certificates: Sequence[Awarded], level: LevelView) -> None:
    """Give what a level entitles to with certificates of it, each of another person.

    After a withdrawal the hub decides; what holds a person suspends it at once. The caller holds the persons' locks.
    """
    people = [certificate.person_id for certificate in certificates]
    held_back = _taken_before(session, people)
    earlier = _earlier(session, people, level.id)
    _end(session, [old for old in earlier if old.status in ASKED_FOR])
    new = _added(session, certificates, level)
    history.record_all(session, [one.id for one in new if one.person_id in held_back], "requested", HELD_BACK)
    given = [one for one in new if one.person_id not in held_back]
    kept = [old for old in earlier if old.person_id not in held_back]
    _begin(session, level.id, given, kept, BY_RULE, None)


def give(session: Session, authorization: Authorization, reason: str, by_id: int | None = None) -> None:
    """Have a permission with its certificate begin: it replaces earlier ones of the level. The caller locks the person.

    Its first day is today.

    A pause that somebody decided goes over to it: nobody gets rid of one by renewing, or by letting the term run out.
    The earlier ones end after it has begun, so that what hangs on the level stays with its holder.
    """
    authorization.starts_on = min(days.today(), authorization.ends_on)
    session.add(authorization)
    session.flush()
    assert authorization.certificate_id is not None, "what is given has a certificate"
    every = _earlier(session, [authorization.person_id], authorization.level_id)
    earlier = [old for old in every if old.id != authorization.id]
    _end(session, [old for old in earlier if old.status in ASKED_FOR])
    new = _Given(authorization.id, authorization.person_id, authorization.status, certified=True)
    _begin(session, authorization.level_id, [new], earlier, reason, by_id)


def _begin(
    session: Session,
    level_id: int,
    new: Sequence[_Given],
    earlier: Sequence[_Given],
    reason: str,
    by_id: int | None,
) -> None:
    held = _take_over(session, new, level_id)
    begun = settling.start(session, {one.id: one.person_id for one in new}, reason, by_id)
    _end(session, [old for old in earlier if old.status in IN_FORCE])
    holds.close(session, held, RENEWED)
    if begun:
        announce(session, AuthorizationsGranted(begun))


def _taken_before(session: Session, person_ids: Collection[int]) -> set[int]:
    taken = select(Authorization.person_id).where(
        Authorization.person_id.in_(person_ids), Authorization.status == "revoked"
    )
    return set(session.scalars(taken))


def _earlier(session: Session, person_ids: Collection[int], level_id: int) -> list[_Given]:
    """What these people have of a level or ask for."""
    rows = session.execute(
        select(Authorization.id, Authorization.person_id, Authorization.status, Authorization.certificate_id)
        .where(
            Authorization.person_id.in_(person_ids),
            Authorization.level_id == level_id,
            Authorization.status.in_((*ASKED_FOR, *IN_FORCE)),
        )
        .order_by(Authorization.id)
        .with_for_update()
    )
    return [_Given(row.id, row.person_id, row.status, row.certificate_id is not None) for row in rows]


def _added(session: Session, certificates: Sequence[Awarded], level: LevelView) -> list[_Given]:
    rules = {name: getattr(level, name) for name in ("may_reply", "may_commit", "may_in_crisis", "preapproval")}
    rows = [
        {
            "uid": new_uid(),
            "person_id": one.person_id,
            "level_id": level.id,
            "certificate_id": one.id,
            "status": "approved",
            "reason": BY_RULE,
            "starts_on": one.valid_from,
            "ends_on": one.valid_until,
        }
        | rules
        for one in certificates
    ]
    insert_many(session, Authorization, rows)
    numbers = select(Authorization.id, Authorization.person_id, Authorization.status).where(
        Authorization.certificate_id.in_([one.id for one in certificates])
    )
    added = [_Given(*row, certified=True) for row in session.execute(numbers.order_by(Authorization.id))]
    _cover(session, [one.id for one in added], level.scope)
    return added


def _cover(session: Session, authorization_ids: Collection[int], scope: Scope) -> None:
    """Write the first scope of permissions: the same for all of them, in one statement."""
    pairs = union_all(
        *(
            select(literal(dimension).label("dimension"), literal(value).label("value"))
            for dimension, value in scope.pairs()
        )
    ).subquery()
    every = select(Authorization.id, literal(1), pairs.c.dimension, pairs.c.value).join(pairs, true())
    rows = every.where(Authorization.id.in_(authorization_ids))
    columns = ["authorization_id", "revision", "dimension", "value"]
    session.execute(insert(AuthorizationScope).from_select(columns, rows))


def _end(session: Session, earlier: Sequence[_Given]) -> None:
    history.record_all(session, [old.id for old in earlier if old.certified], "ended", RENEWED)
    history.record_all(session, [old.id for old in earlier if not old.certified], "declined", RENEWED)
    holds.close(session, [old.id for old in earlier], RENEWED)


def _take_over(session: Session, new: Sequence[_Given], level_id: int) -> set[int]:
    """Copy the pauses that somebody decided, from any earlier permission of the level: expired and ended ones too.

    Returns the permissions that they were on.
    """
    numbers = {one.person_id: one.id for one in new}
    rows = session.execute(
        select(Hold.authorization_id.label("held"), *(getattr(Hold, name) for name in _KEPT))
        .join(Authorization, Authorization.id == Hold.authorization_id)
        .where(
            Hold.person_id.in_(list(numbers)),
            Authorization.level_id == level_id,
            Authorization.id.not_in(list(numbers.values())),
            Hold.lifted_at.is_(None),
            holds.decided(),
        )
    ).all()
    by_end = sorted(rows, key=lambda row: row.until or date.max)
    copies = {(row.person_id, row.cause): {name: getattr(row, name) for name in _KEPT} for row in by_end}
    if copies:
        over = [copy | {"authorization_id": numbers[person_id]} for (person_id, _), copy in copies.items()]
        session.execute(insert(Hold), over)
    return {row.held for row in rows}


_KEPT = ("person_id", "cause", "reason", "starts_on", "until", "placed_by_id", "placed_at")
