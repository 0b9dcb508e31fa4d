"""Webhooks: told to other systems as rows in the transaction of the deed, sent after it, signed."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

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
