"""Telling other systems what became of permissions: rows of the outbox of webhooks, in the same transaction."""

from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from certificates.events import AuthorizationChanged, AuthorizationsChanged
from certificates.level_models import Level
from certificates.models import Authorization
from lms.base import webhooks
from lms.base.webhooks import WebhookEndpoint
from lms.people.models import Person


def changed(session: Session, event: AuthorizationChanged) -> None:
    """A permission stands otherwise now."""
    _tell(session, [event.authorization_id], event.status)


def many_changed(session: Session, event: AuthorizationsChanged) -> None:
    """Many permissions stand otherwise now, by a rule."""
    _tell(session, event.authorization_ids, event.status)


def _tell(session: Session, authorization_ids: Collection[int], status: str) -> None:
    """One statement while nobody listens. What is told: whose, of which level, until when; never why."""
    if not session.scalar(select(exists().where(WebhookEndpoint.ended_at.is_(None)))):
        return
    rows = session.execute(
        select(Authorization.uid, Authorization.ends_on, Authorization.until, Level.code, Person.uid.label("person"))
        .join(Level, Level.id == Authorization.level_id)
        .join(Person, Person.id == Authorization.person_id)
        .where(Authorization.id.in_(authorization_ids))
        .order_by(Authorization.id)
    )
    webhooks.queue_all(
        session,
        [
            (
                f"authorization.{status}",
                row.uid,
                {
                    "person": row.person,
                    "level": row.code,
                    "status": status,
                    "ends_on": row.ends_on.isoformat(),
                    "until": row.until.isoformat() if row.until else None,
                },
            )
            for row in rows
        ],
    )
