"""What people were reminded of, by whom and where."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.assignments.models import AUDIENCES
from lms.base.db import Base, one_of

STATES = ("planned", "sent", "skipped")
CHATS = ("teams", "slack")


class Reminder(Base):
    """One step of the ladder of a rule, for one enrollment, to one person: once, whatever happens.

    The unique key is the promise: person, rule, step and cycle (an enrollment is one person's cycle of a course).
    `mail_key` names the mail in the outbox that carries it, together with others of the day. `skipped_why` says why
    none did.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        one_of("state", STATES),
        one_of("audience", AUDIENCES),
        UniqueConstraint("enrollment_id", "rule_id", "days", "recipient_id", name="uq_reminder_once"),
        Index("ix_reminder_recipient", "recipient_id", "planned_on"),
        Index("ix_reminder_state", "state", "planned_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("assignment_rule.id"))
    days: Mapped[int]
    audience: Mapped[str]
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    planned_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="planned")
    skipped_why: Mapped[str] = mapped_column(default="")
    mail_key: Mapped[str | None] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]


class Notice(Base):
    """Something told to somebody inside the system: what a mail said too, for who does not read mail. `key` names the
    occasion, once a person."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_notice_unread", "person_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Nudge(Base):
    """A manager's friendly word to somebody about a course, in her own words: at most once a week a person."""

    __tablename__ = "nudge"
    __table_args__ = (Index("ix_nudge_person", "person_id", "sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str]
    sent_at: Mapped[datetime]


class CalendarFeed(Base):
    """The private address of somebody's due days as a calendar. Only the hash of its token is kept."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]


class ChatRoom(Base):
    """A room in Teams or Slack that hears of the figures of a unit, or of the whole company, each Monday."""

    __tablename__ = "chat_room"
    __table_args__ = (one_of("kind", CHATS), CheckConstraint("url LIKE 'https://%'", name="url"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    url: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    language: Mapped[str] = mapped_column(default="en")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ChatMessage(Base):
    """What a room is told, once a week: `key` names the room and the week. Sent after the transaction, like mail."""

    __tablename__ = "chat_message"
    __table_args__ = (one_of("state", ("queued", "sent", "dead")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("chat_room.id"))
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued", index=True)
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
