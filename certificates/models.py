"""Two records kept apart: what somebody proved (certificate) and what somebody was given (authorization)."""

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, append_only, one_of

STATUSES = ("requested", "active", "suspended", "revoked", "ended")
DIMENSIONS = ("channel", "topic", "language")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_uid() -> str:
    """A public id: 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def new_number() -> str:
    """A number to print and to type: 10 letters of Crockford's base 32, 50 random bits."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(10))


class Level(Base):
    """A rung of the ladder: what it takes, what it gives, how long it holds."""

    __tablename__ = "level"
    __table_args__ = (CheckConstraint("valid_months > 0", name="valid_months"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    rank: Mapped[int] = mapped_column(unique=True)
    valid_months: Mapped[int]
    needs_attestation: Mapped[bool]
    granted_by_rule: Mapped[bool]
    may_reply: Mapped[bool]
    may_commit: Mapped[bool]
    may_in_crisis: Mapped[bool]
    source_sha256: Mapped[str]
    texts: Mapped[list["LevelText"]] = relationship(lazy="raise")
    courses: Mapped[list["LevelCourse"]] = relationship(lazy="raise")
    scope: Mapped[list["LevelScope"]] = relationship(lazy="raise")


class LevelText(Base):
    """A level in one language: its name, what it allows in one sentence, and lists of what one may and never does."""

    __tablename__ = "level_text"

    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    allows: Mapped[str]
    criteria: Mapped[str]
    may: Mapped[list[str]] = mapped_column(JSON)
    never: Mapped[list[str]] = mapped_column(JSON)
    disclosure: Mapped[str]


class LevelCourse(Base):
    """A course that must be completed for a level."""

    __tablename__ = "level_course"

    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)


class LevelScope(Base):
    """A channel, topic or language that the level gives; `*` gives all of its dimension."""

    __tablename__ = "level_scope"
    __table_args__ = (one_of("dimension", DIMENSIONS),)

    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class Certificate(Base):
    """What somebody proved, in a cycle. `content` is frozen at issue: every printed word, in every language."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("person_id", "level_id", "cycle"),
        CheckConstraint("valid_until > valid_from", name="valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    number: Mapped[str] = mapped_column(unique=True, default=new_number)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), index=True)
    cycle: Mapped[int]
    issued_at: Mapped[datetime]
    valid_from: Mapped[date]
    valid_until: Mapped[date] = mapped_column(index=True)
    holder_name: Mapped[str]
    guideline_version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_sha256: Mapped[str]
    level: Mapped[Level] = relationship(lazy="raise")


class Authorization(Base):
    """What somebody was given: a scope, until a day. Its standing is the newest row of its history, kept here too.

    `ends_on` is the last day it holds. `reason` is the good business reason for giving it.
    """

    __tablename__ = "authorization"
    __table_args__ = (
        one_of("status", STATUSES),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        UniqueConstraint("certificate_id"),
        Index(None, "person_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"))
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    status: Mapped[str]
    reason: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    may_reply: Mapped[bool]
    may_commit: Mapped[bool]
    may_in_crisis: Mapped[bool]
    level: Mapped[Level] = relationship(lazy="raise")
    scope: Mapped[list["AuthorizationScope"]] = relationship(lazy="raise")
    history: Mapped[list["AuthorizationStatus"]] = relationship(lazy="raise", order_by="AuthorizationStatus.id")


class AuthorizationScope(Base):
    """A channel, topic or language somebody may speak on; `*` is all of its dimension."""

    __tablename__ = "authorization_scope"
    __table_args__ = (one_of("dimension", DIMENSIONS),)

    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorization.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class AuthorizationStatus(Base):
    """A change of standing: what it became, when, by whom and why. History answers for past days."""

    __tablename__ = "authorization_status"
    __table_args__ = (one_of("status", STATUSES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorization.id"), index=True)
    status: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    until: Mapped[date | None]


class Handle(Base):
    """An account on a channel that somebody speaks through. A handle belongs to one person at a time."""

    __tablename__ = "handle"
    __table_args__ = (UniqueConstraint("channel", "name"), CheckConstraint("name = lower(name)", name="name_lower"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str]
    name: Mapped[str]
    confirmed_at: Mapped[datetime | None]


for table in (Certificate, AuthorizationScope, AuthorizationStatus):
    append_only(table.__table__)  # type: ignore[arg-type]
