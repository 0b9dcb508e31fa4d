"""What pauses permissions: holds are placed and lifted here, and the standing of permissions follows from them.

A permission that was given is suspended exactly while at least one hold is open on it, or on all of its person's.
"""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from certificates import days
from certificates.models import Authorization
from certificates.permissions import settling
from certificates.permissions.models import CAUSES, Hold
from lms.base import audit, clock
from lms.base.db import parts
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import day, gettext
from lms.people.models import Person

Target = tuple[int, int | None]
"""A person, and one of her permissions; or nothing for all of them."""

TERM_OVER = "The last day of the pause is past."
NOTHING_LEFT = "Nothing holds it back any more."
MADE_GOOD = ("red_line", "course", "renewal", "dormant", "guideline")
"""Causes that a renewal makes good. What is paused by rule for one of these is not decided by anybody."""


def place(
    session: Session,
    person_id: int,
    cause: str,
    reason: str,
    *,
    authorization_id: int | None = None,
    until: date | None = None,
    by_id: int | None = None,
) -> Hold:
    """Pause one permission of somebody, or all of them, from today until a last day or until it is lifted.

    The same cause once more only changes its last day and its reason. `cause` is one of `models.CAUSES`.
    Raises `Invalid` for a last day that is past, `NotFound` for another's permission.
    """
    _check(cause, until)
    lock(session, [person_id])
    if authorization_id is not None:
        whose = select(Authorization.id).where(Authorization.id == authorization_id)
        if session.scalar(whose.where(Authorization.person_id == person_id)) is None:
            raise NotFound
    hold = session.scalar(
        select(Hold).where(
            Hold.person_id == person_id,
            Hold.authorization_id.is_(None) if authorization_id is None else Hold.authorization_id == authorization_id,
            Hold.cause == cause,
            Hold.lifted_at.is_(None),
        )
    )
    if hold is None:
        hold = Hold(**_new(person_id, authorization_id, cause, until), reason=reason, placed_by_id=by_id)
        session.add(hold)
    hold.reason, hold.until = reason, until
    session.flush()
    audit.record(session, "placed a hold", f"hold:{hold.id}", actor_id=by_id, person=person_id, cause=cause)
    settling.settle(session, [person_id], NOTHING_LEFT, by_id)
    return hold


def lift(session: Session, hold_id: int, reason: str, *, by_id: int | None = None) -> None:
    """End a pause: what nothing else holds goes on. Raises `NotFound`, or `Conflict` when it was lifted before."""
    person_id = session.scalar(select(Hold.person_id).where(Hold.id == hold_id))
    if person_id is None:
        raise NotFound
    lock(session, [person_id])
    if not lift_where(session, reason, Hold.id == hold_id, by_id=by_id):
        raise Conflict(gettext("This pause was lifted before."))


def place_all(
    session: Session, person_ids: Collection[int], cause: str, reason: str, *, until: date | None = None
) -> int:
    """Pause all permissions of many people by a rule; returns how many people had no such hold yet.

    A handful of statements however many they are.
    """
    return place_on(session, [(number, None) for number in person_ids], cause, reason, until=until)


def place_on(
    session: Session, targets: Collection[Target], cause: str, reason: str, *, until: date | None = None
) -> int:
    """Pause permissions, or all of a person's, by a rule; returns how many had no such hold yet."""
    _check(cause, until)
    placed = 0
    by_person = sorted(set(targets), key=lambda target: (target[0], target[1] or 0))
    for some in parts(by_person):
        placed += _place_some(session, some, cause, reason, until)
    return placed


def lift_all(session: Session, person_ids: Collection[int], cause: str, reason: str) -> int:
    """Lift the holds on many people, or on permissions of theirs, that have this cause; returns how many."""
    lifted = 0
    for some in parts(sorted(set(person_ids))):
        lock(session, some)
        lifted += lift_where(session, reason, Hold.person_id.in_(some), Hold.cause == cause)
    return lifted


def lift_where(session: Session, reason: str, *which: ColumnElement[bool], by_id: int | None = None) -> int:
    """Lift the open holds that meet conditions, and settle whom they were on; returns how many. The caller locks."""
    session.flush()
    found = session.execute(select(Hold.id, Hold.person_id).where(Hold.lifted_at.is_(None), *which)).all()
    for some in parts([row.id for row in found]):
        lifted = {"lifted_at": clock.now(), "lifted_by_id": by_id, "lift_reason": reason}
        session.execute(update(Hold).where(Hold.id.in_(some)).values(**lifted))
        audit.record_all(session, "lifted a hold", (f"hold:{number}" for number in some), actor_id=by_id, reason=reason)
    settling.settle(session, sorted({row.person_id for row in found}), reason, by_id)
    return len(found)


def lift_over(session: Session) -> int:
    """Lift the holds whose last day is past; returns how many. For the night."""
    over = select(Hold.person_id).where(Hold.lifted_at.is_(None), Hold.until < days.today())
    lifted = 0
    for some in parts(sorted(set(session.scalars(over)))):
        lock(session, some)
        lifted += lift_where(session, TERM_OVER, Hold.person_id.in_(some), Hold.until < days.today())
    return lifted


def close(session: Session, authorization_ids: Collection[int], reason: str, *, by_id: int | None = None) -> None:
    """Lift what holds permissions that are over for good: nothing follows from it any more."""
    for some in parts(sorted(authorization_ids)):
        lift_where(session, reason, Hold.authorization_id.in_(some), by_id=by_id)


def close_by_rule(session: Session, authorization_ids: Collection[int], reason: str) -> None:
    """Lift what a rule holds permissions for that are over. What somebody decided stays, and goes over to a new one."""
    for some in parts(sorted(authorization_ids)):
        lift_where(session, reason, Hold.authorization_id.in_(some), ~decided())


def decided() -> ColumnElement[bool]:
    """Whether a hold is for somebody to lift: it was placed by a person, or nothing that its holder does mends it."""
    return or_(Hold.placed_by_id.is_not(None), Hold.cause.not_in(MADE_GOOD))


def settle(session: Session, person_ids: Collection[int]) -> None:
    """Have the permissions of these people stand as the open holds say: suspended, or active again."""
    lock(session, person_ids)
    settling.settle(session, person_ids, NOTHING_LEFT)


def lock(session: Session, person_ids: Iterable[int]) -> None:
    """One deed at a time on the permissions of these people; always taken before the permissions' own locks."""
    for some in parts(sorted(set(person_ids))):
        statement = select(Person.id).where(Person.id.in_(some)).order_by(Person.id)
        session.execute(statement.with_for_update(key_share=True))


def _check(cause: str, until: date | None) -> None:
    if cause not in CAUSES:
        raise Invalid(gettext("“%(word)s” is not a cause of a pause.", word=cause))
    if until is not None and until < days.today():
        raise Invalid(
            gettext("The pause cannot end on %(day)s: that day is past. Choose today or later.", day=day(until))
        )


def _new(person_id: int, authorization_id: int | None, cause: str, until: date | None) -> dict[str, object]:
    placed = {"starts_on": days.today(), "until": until, "placed_at": clock.now()}
    return {"person_id": person_id, "authorization_id": authorization_id, "cause": cause, **placed}


def _place_some(session: Session, targets: Collection[Target], cause: str, reason: str, until: date | None) -> int:
    people = sorted({person_id for person_id, _ in targets})
    lock(session, people)
    session.flush()
    there = session.execute(
        select(Hold.person_id, Hold.authorization_id).where(
            Hold.person_id.in_(people), Hold.cause == cause, Hold.lifted_at.is_(None)
        )
    )
    held = {(row.person_id, row.authorization_id) for row in there}
    new = [_new(*target, cause, until) | {"reason": reason} for target in targets if target not in held]
    if not new:
        return 0
    session.execute(insert(Hold), new)
    subjects = (f"person:{row['person_id']}" for row in new)
    audit.record_all(session, "placed a hold", subjects, cause=cause, reason=reason)
    settling.settle(session, people, NOTHING_LEFT)
    return len(new)
