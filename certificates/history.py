"""The history of a permission: every change of its standing is a row, kept in the transaction that makes it."""

from datetime import date

from sqlalchemy.orm import Session

from certificates.models import Authorization, AuthorizationStatus
from lms.base import audit, clock


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

    The term, the scope and the flags that the authorization has now are those in force from this change on.
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
        )
    )
    subject = f"authorization:{authorization.id}"
    audit.record(session, f"authorization became {status}", subject, actor_id=by_id, reason=reason)
    session.flush()
