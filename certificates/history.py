"""The history of a permission: every change of its standing is a row, kept in the transaction that makes it."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Date, String, cast, insert, literal, null, select, update
from sqlalchemy.orm import Session

from certificates.events import AuthorizationChanged, AuthorizationsChanged
from certificates.models import Authorization, AuthorizationStatus
from lms.base import audit, clock
from lms.base.db import Moment, parts
from lms.base.events import announce


def record(
    session: Session,
    authorization: Authorization,
    status: str,
    reason: str,
    by_id: int | None = None,
    *,
    cause: str = "",
    until: date | None = None,
) -> None:
    """Change the standing of an authorization: the row of its history, what it is now, and the audit trail.

    The term, the scope and the flags that the authorization has now are those in force from this change on. What
    follows from it elsewhere hears of it (`AuthorizationChanged`).
    """
    authorization.status, authorization.until = status, until
    session.flush()
    session.add(
        AuthorizationStatus(
            authorization_id=authorization.id,
            status=status,
            at=clock.now(),
            by_id=by_id,
            cause=cause,
            reason=reason,
            until=until,
            revision=authorization.revision,
            ends_on=authorization.ends_on,
            may_reply=authorization.may_reply,
            may_commit=authorization.may_commit,
            may_in_crisis=authorization.may_in_crisis,
            preapproval=authorization.preapproval,
        )
    )
    subject = f"authorization:{authorization.id}"
    audit.record(session, f"authorization became {status}", subject, actor_id=by_id, reason=reason)
    session.flush()
    announce(session, AuthorizationChanged(authorization.id, authorization.person_id, status))


def record_all(
    session: Session,
    authorization_ids: Collection[int],
    status: str,
    reason: str,
    by_id: int | None = None,
    *,
    cause: str = "",
    until: date | None = None,
) -> None:
    """The same as `record` for many at once, all for the same reason: a handful of statements. The caller locks."""
    session.flush()
    for some in parts(sorted(authorization_ids)):
        session.execute(update(Authorization).where(Authorization.id.in_(some)).values(status=status, until=until))
        changed = select(
            Authorization.id,
            literal(status),
            literal(clock.now(), Moment()),
            null() if by_id is None else literal(by_id),
            literal(cause),
            literal(reason),
            null() if until is None else literal(until, Date()),
            *(getattr(Authorization, name) for name in _IN_FORCE),
        ).where(Authorization.id.in_(some))
        columns = ["authorization_id", "status", "at", "by_id", "cause", "reason", "until", *_IN_FORCE]
        session.execute(insert(AuthorizationStatus).from_select(columns, changed.order_by(Authorization.id)))
        named = select(literal("authorization:").concat(cast(Authorization.id, String))).order_by(Authorization.id)
        subjects = named.where(Authorization.id.in_(some))
        audit.record_found(session, f"authorization became {status}", subjects, actor_id=by_id, reason=reason)
        announce(session, AuthorizationsChanged(tuple(some), status))


_IN_FORCE = ("revision", "ends_on", "may_reply", "may_commit", "may_in_crisis", "preapproval")
