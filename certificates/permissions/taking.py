"""Pausing, limiting and taking away a permission: by one person, and for good only by two. Nobody acts on herself."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import corrections, history, ladder
from certificates.models import Authorization, AuthorizationStatus
from certificates.permissions import coverage, deciders, holds, letters, pairs, requests, rights
from certificates.permissions.models import Hold, Revocation
from certificates.permissions.rights import Rights, Viewer
from certificates.standing import Scope
from lms.base import audit, clock
from lms.base.db import parts
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person

IN_FORCE = ("active", "suspended")
NOT_OVER = ("requested", "approved", "active", "suspended", "expired")
REVOKED = "Withdrawn for good, by two people."


def may_act(session: Session, authorization_id: int, by_id: int) -> bool:
    """Whether somebody may pause a permission: the hub, one of its approvers, a manager above its holder."""
    row = session.execute(
        select(Authorization.person_id, Authorization.level_id).where(Authorization.id == authorization_id)
    ).one_or_none()
    return row is not None and _rights(session, row.person_id, row.level_id, by_id).pause


def suspend(
    session: Session, authorization_id: int, *, by_id: int, cause: str, reason: str, until: date | None = None
) -> Hold:
    """Pause a permission, by any one of its approvers, the hub, or a manager above its holder.

    Raises `NotFound`, `Forbidden`, `Invalid` (cause, reason, last day) and `Conflict` (not in force, or paused so).
    """
    authorization, may = _held(session, authorization_id, by_id)
    _allowed(may.pause)
    reason = _reason(reason)
    _in_force(authorization)
    there = select(Hold.id).where(
        Hold.authorization_id == authorization_id, Hold.cause == cause, Hold.lifted_at.is_(None)
    )
    if session.scalar(there) is not None:
        raise Conflict(gettext("It is paused for this cause already."))
    return holds.place(
        session,
        authorization.person_id,
        cause,
        reason,
        authorization_id=authorization_id,
        until=until,
        by_id=by_id,
    )


def restore(session: Session, hold_id: int, *, by_id: int, reason: str) -> None:
    """Lift a hold, by the hub or who placed it. Raises `NotFound`, `Forbidden`, `Invalid` and `Conflict`."""
    hold = session.get(Hold, hold_id)
    if hold is None:
        raise NotFound
    if hold.person_id == by_id:
        raise Forbidden(gettext("Nobody decides about herself."))
    if hold.placed_by_id != by_id and "hub" not in deciders.roles_of(session, by_id):
        raise Forbidden(gettext("The social media hub lifts this pause, or who placed it."))
    if hold.cause == corrections.CAUSE and corrections.rests_on_error(session, hold.authorization_id):
        raise Conflict(gettext("The certificate was withdrawn as issued in error. Restore the certificate instead."))
    holds.lift(session, hold_id, _reason(reason), by_id=by_id)


def limit(
    session: Session,
    authorization_id: int,
    *,
    by_id: int,
    scope: Scope,
    reason: str,
    may_reply: bool | None = None,
    may_commit: bool | None = None,
) -> None:
    """Narrow what a permission covers, from now on: a new revision of its scope. Flags can only be taken away.

    Raises `NotFound`, `Forbidden`, `Invalid` (wider than now, no reason) and `Conflict` (not in force).
    """
    authorization, may = _held(session, authorization_id, by_id)
    _allowed(may.limit)
    reason = _reason(reason)
    _in_force(authorization)
    coverage.check(requests.scope_of(session, authorization), scope)
    if (may_reply and not authorization.may_reply) or (may_commit and not authorization.may_commit):
        raise Invalid(gettext("A limit only takes away. For more, a new request is needed."))
    authorization.may_reply = authorization.may_reply if may_reply is None else may_reply
    authorization.may_commit = authorization.may_commit if may_commit is None else may_commit
    requests.add_revision(session, authorization, scope)
    history.record(
        session,
        authorization,
        authorization.status,
        reason,
        by_id,
        cause=_cause(session, authorization_id),
        until=authorization.until,
    )
    letters.limited(session, authorization_id)


def propose_revocation(session: Session, authorization_id: int, *, by_id: int, reason: str) -> Revocation:
    """Propose to take a permission away for good. Raises `NotFound`, `Forbidden`, `Invalid` and `Conflict`."""
    authorization, may = _held(session, authorization_id, by_id)
    _allowed(may.revoke)
    reason = _reason(reason)
    _in_force(authorization)
    waits = select(Revocation.id).where(
        Revocation.authorization_id == authorization_id, Revocation.decided_at.is_(None)
    )
    if session.scalar(waits) is not None:
        raise Conflict(gettext("This was proposed already. It waits for a second colleague."))
    revocation = Revocation(
        authorization_id=authorization_id, reason=reason, proposed_by_id=by_id, proposed_at=clock.now()
    )
    session.add(revocation)
    session.flush()
    subject = f"authorization:{authorization_id}"
    audit.record(session, "proposed to revoke a permission", subject, actor_id=by_id, reason=reason)
    level = ladder.by_id(session, authorization.level_id)
    others = deciders.revokers_of(session, authorization.person_id, level)
    letters.proposed(session, revocation, level, [person for person in others if person.id != by_id])
    return revocation


def decide_revocation(
    session: Session, revocation_id: int, *, by_id: int, confirmed: bool, remark: str = ""
) -> Revocation:
    """Confirm or refuse a proposed revocation, by another than who proposed it. What is revoked never comes back.

    Raises `NotFound`, `Forbidden` and `Conflict` (decided meanwhile: it says by whom).
    """
    authorization_id = session.scalar(select(Revocation.authorization_id).where(Revocation.id == revocation_id))
    if authorization_id is None:
        raise NotFound
    authorization, may = _held(session, authorization_id, by_id)
    revocation = session.get_one(Revocation, revocation_id, populate_existing=True)
    _allowed(may.revoke)
    if revocation.proposed_by_id == by_id:
        raise Forbidden(gettext("You proposed this. A second colleague decides."))
    if revocation.decided_at is not None:
        who = session.get_one(Person, revocation.decided_by_id)
        raise Conflict(gettext("This was decided meanwhile, by %(name)s.", name=who.name))
    if confirmed:
        _in_force(authorization)
    revocation.confirmed, revocation.decided_by_id, revocation.decided_at = confirmed, by_id, clock.now()
    revocation.remark = " ".join(remark.split())
    session.flush()
    deed = "confirmed a revocation" if confirmed else "refused a revocation"
    audit.record(session, deed, f"authorization:{authorization_id}", actor_id=by_id, remark=revocation.remark)
    if confirmed:
        history.record(session, authorization, "revoked", revocation.reason, by_id)
        holds.close(session, [authorization_id], REVOKED, by_id=by_id)
        letters.ended(session, [authorization_id])
    return revocation


def end_all(session: Session, person_id: int, reason: str, *, by_id: int | None = None) -> int:
    """End all permissions of somebody, as when she leaves: "ended", never "revoked"; returns how many.

    What was only asked for is declined.
    """
    if by_id == person_id:
        raise Forbidden(gettext("Nobody decides about herself."))
    return end_people(session, [person_id], reason, by_id=by_id)


def end_people(session: Session, person_ids: Collection[int], reason: str, *, by_id: int | None = None) -> int:
    """End all permissions of many people, as `end_all` does for one; returns how many permissions."""
    ended = 0
    for some in parts(sorted(set(person_ids))):
        holds.lock(session, some)
        session.flush()
        rows = session.execute(
            select(Authorization.id, Authorization.certificate_id)
            .where(Authorization.person_id.in_(some), Authorization.status.in_(NOT_OVER))
            .order_by(Authorization.id)
            .with_for_update()
        ).all()
        given = [row.id for row in rows if row.certificate_id]
        history.record_all(session, given, "ended", reason, by_id)
        history.record_all(session, [row.id for row in rows if not row.certificate_id], "declined", reason, by_id)
        holds.close_by_rule(session, given, reason)
        pairs.end_of(session, some, by_id=by_id)
        ended += len(rows)
    return ended


def _held(session: Session, authorization_id: int, by_id: int) -> tuple[Authorization, Rights]:
    """A permission, its person locked first, and what somebody may do about it. Raises `NotFound`."""
    person_id = session.scalar(select(Authorization.person_id).where(Authorization.id == authorization_id))
    if person_id is None:
        raise NotFound
    if person_id == by_id:
        raise Forbidden(gettext("Nobody decides about herself."))
    holds.lock(session, [person_id])
    found = session.get_one(Authorization, authorization_id, populate_existing=True, with_for_update=True)
    return found, _rights(session, person_id, found.level_id, by_id)


def _rights(session: Session, person_id: int, level_id: int, by_id: int) -> Rights:
    viewer = Viewer(by_id, deciders.roles_of(session, by_id))
    return rights.of(session, viewer, person_id, ladder.by_id(session, level_id))


def _allowed(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(gettext("This is for the social media hub, and for those who approve this permission."))


def _reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise Invalid(gettext("Say why: the reason is kept, and its holder reads it."))
    return words


def _in_force(authorization: Authorization) -> None:
    if authorization.status not in IN_FORCE:
        raise Conflict(gettext("This permission is not in force any more. Nothing was changed."))


def _cause(session: Session, authorization_id: int) -> str:
    newest = (
        select(AuthorizationStatus.cause)
        .where(AuthorizationStatus.authorization_id == authorization_id)
        .order_by(AuthorizationStatus.id.desc())
    )
    return session.scalar(newest.limit(1)) or ""
