"""Two records kept apart: what somebody proved (certificate) and what somebody was given (authorization)."""

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certificates.level_models import DIMENSIONS, Level
from lms.base.db import Base, append_only, one_of, protect

STATUSES = ("requested", "declined", "approved", "active", "suspended", "expired", "archived", "ended", "revoked")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_uid() -> str:
    """A public id: 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def new_number() -> str:
    """A number to print and to type: 10 letters of Crockford's base 32, 50 random bits."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(10))


class Certificate(Base):
    """What somebody proved, in a cycle. `content` is frozen at issue: every printed word, in every language.

    A correction is a new issue of the same cycle that supersedes the one before; `root_id` is the first issue, to which
    the permission belongs. When somebody is erased, her name leaves `content` and `holder_name`; the digest stays.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("person_id", "level_id", "cycle", "issue"),
        UniqueConstraint("supersedes_id"),
        CheckConstraint("valid_until > valid_from", name="valid_until"),
        CheckConstraint("(issue = 1) = (supersedes_id IS NULL) AND (issue = 1) = (root_id IS NULL)", name="issue"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    number: Mapped[str] = mapped_column(unique=True, default=new_number)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), index=True)
    cycle: Mapped[int]
    issue: Mapped[int] = mapped_column(default=1)
    root_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    correction: Mapped[str] = mapped_column(default="")
    issued_at: Mapped[datetime]
    valid_from: Mapped[date]
    valid_until: Mapped[date] = mapped_column(index=True)
    holder_name: Mapped[str]
    guideline_version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_sha256: Mapped[str]
    erased_at: Mapped[datetime | None]
    level: Mapped[Level] = relationship(lazy="raise")


class CertificateStatus(Base):
    """A certificate was withdrawn as issued in error, or restored: for what no permission hangs on too."""

    __tablename__ = "certificate_status"
    __table_args__ = (one_of("status", ("withdrawn", "restored")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    status: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]


class Authorization(Base):
    """What somebody was given: a scope, until a day. Its standing is the newest row of its history, kept here too.

    `ends_on` is the last day it holds. `reason` is the good business reason for giving it. `revision` numbers the scope
    in force. `until` is the day on which a pause ends, when that is known. Until it is given, one that needs a decision
    has no certificate: that is awarded with it. `preapproval`: each post is shown to legal first.
    """

    __tablename__ = "authorization"
    __table_args__ = (
        one_of("status", STATUSES),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint(
            "certificate_id IS NOT NULL OR status IN ('requested', 'declined', 'approved')", name="certificate"
        ),
        UniqueConstraint("certificate_id"),
        Index("ix_authorization_of_person", "person_id", "status", "ends_on"),
        Index(
            "uq_authorization_one_request",
            "person_id",
            "level_id",
            unique=True,
            sqlite_where=text("status IN ('requested', 'approved')"),
            postgresql_where=text("status IN ('requested', 'approved')"),
        ),
        Index(None, "status", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    status: Mapped[str]
    reason: Mapped[str]
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    until: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    may_reply: Mapped[bool]
    may_commit: Mapped[bool]
    may_in_crisis: Mapped[bool]
    preapproval: Mapped[bool] = mapped_column(default=False)
    level: Mapped[Level] = relationship(lazy="raise")
    scope: Mapped[list["AuthorizationScope"]] = relationship(
        lazy="raise",
        primaryjoin="and_(Authorization.id == AuthorizationScope.authorization_id, "
        "Authorization.revision == AuthorizationScope.revision)",
    )
    history: Mapped[list["AuthorizationStatus"]] = relationship(lazy="raise", order_by="AuthorizationStatus.id")


class AuthorizationScope(Base):
    """A channel, topic, language or country that somebody may speak on; `*` is all of its dimension."""

    __tablename__ = "authorization_scope"
    __table_args__ = (
        one_of("dimension", DIMENSIONS),
        Index("ix_authorization_scope_value", "dimension", "value", "authorization_id"),
    )

    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorization.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class AuthorizationStatus(Base):
    """A change of standing: what it became, when, by whom and why, with the scope and the term in force from then on.

    History answers for past days. `cause` is the kind of reason of a pause (`permissions.models.CAUSES`).
    """

    __tablename__ = "authorization_status"
    __table_args__ = (one_of("status", STATUSES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorization.id"), index=True)
    status: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cause: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    until: Mapped[date | None]
    revision: Mapped[int]
    ends_on: Mapped[date]
    may_reply: Mapped[bool]
    may_commit: Mapped[bool]
    may_in_crisis: Mapped[bool]
    preapproval: Mapped[bool] = mapped_column(default=False)


class Handle(Base):
    """An account on a channel that somebody speaks through. A handle belongs to one person at a time."""

    __tablename__ = "handle"
    __table_args__ = (
        Index(
            "uq_handle_held",
            "channel",
            "name",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
        Index(None, "name"),
        CheckConstraint("name = lower(name)", name="name_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str]
    name: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]


for table in (CertificateStatus, AuthorizationScope, AuthorizationStatus):
    append_only(table.__table__)  # type: ignore[arg-type]
_KEPT = ("uid", "number", "person_id", "level_id", "cycle", "issue", "valid_from", "valid_until", "content_sha256")
protect(
    Certificate.__table__,  # type: ignore[arg-type]
    ("UPDATE",),
    "a certificate never changes",
    "OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR "
    + " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _KEPT),
)
protect(Certificate.__table__, ("DELETE",), "a certificate is never removed", name="stays")  # type: ignore[arg-type]
protect(
    Authorization.__table__,  # type: ignore[arg-type]
    ("UPDATE",),
    "what was revoked, declined or archived stays so",
    "OLD.status IN ('revoked', 'declined', 'archived') AND NEW.status <> OLD.status",
)
protect(Authorization.__table__, ("DELETE",), "a permission is never removed", name="stays")  # type: ignore[arg-type]
