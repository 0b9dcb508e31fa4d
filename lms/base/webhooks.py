"""Webhooks: told to other systems as rows in the transaction of the deed, sent after it, signed."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base import clock
from lms.base.db import Base, one_of

STATES = ("queued", "sent", "dead")


class WebhookEndpoint(Base):
    """An address of another system that wants to know. `secret` signs what is sent there."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class WebhookMessage(Base):
    """One message for one endpoint; `body` is the exact JSON that is signed and sent."""

    __tablename__ = "webhook_message"
    __table_args__ = (one_of("state", STATES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"), index=True)
    event: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued", index=True)
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]


def queue(session: Session, event: str, subject_uid: str, data: Mapping[str, Any]) -> None:
    """Put a message for every endpoint that still listens into the outbox, in the transaction of the deed.

    `event` is what happened (`entitlement.to_give`), `subject_uid` the public id of what it happened to, `data` plain
    JSON. Nothing is sent here.
    """
    queue_all(session, [(event, subject_uid, data)])


def queue_all(session: Session, told: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
    """As `queue`, for many at once: event, public id and data of each. One statement while nobody listens, else two."""
    endpoints = session.scalars(select(WebhookEndpoint.id).where(WebhookEndpoint.ended_at.is_(None))).all()
    session.add_all(_message(endpoint_id, *one) for one in told for endpoint_id in endpoints)
    session.flush()


def _message(endpoint_id: int, event: str, subject_uid: str, data: Mapping[str, Any]) -> WebhookMessage:
    now, uid = clock.now(), secrets.token_hex(16)
    said = {"id": uid, "event": event, "at": now.isoformat(), "subject": subject_uid, "data": dict(data)}
    body = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return WebhookMessage(uid=uid, endpoint_id=endpoint_id, event=event, body=body, queued_at=now, next_try_at=now)
