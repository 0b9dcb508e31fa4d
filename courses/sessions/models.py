"""Live sessions of lessons, and who has a seat."""

import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of

SEAT_STATES = ("booked", "waiting", "cancelled")


class LiveSession(Base):
    """A date of a live lesson, at a place or behind a link. Times are UTC; `time_zone` is that of the place."""

    __tablename__ = "live_session"
    __table_args__ = (
        Index("ix_live_session_lesson", "course_id", "lesson", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("place <> '' OR link <> ''", name="somewhere"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(16))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lesson: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    time_zone: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    seats: Mapped[int]
    language: Mapped[str]
    host_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Seat(Base):
    """Somebody asked for a seat. `attended` is said by the host afterwards."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("session_id", "person_id"), one_of("state", SEAT_STATES))

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str]
    asked_at: Mapped[datetime]
    attended: Mapped[bool | None]
    marked_at: Mapped[datetime | None]
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
