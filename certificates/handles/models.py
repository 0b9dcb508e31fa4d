"""Accounts that somebody says are hers, and accounts of the company itself."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of, protect


class HandleClaim(Base):
    """Somebody says that an account is hers and shows it: by a code in the profile that a person looks at, or by a
    link with `rel="me"` that the server looks at. Several people may claim one account; one is found to hold it.

    When somebody is erased, name, address and remark go; what became of the claim stays.
    """

    __tablename__ = "handle_claim"
    __table_args__ = (
        one_of("method", ("code", "link")),
        one_of("state", ("open", "confirmed", "refused")),
        CheckConstraint("name = lower(name)", name="name_lower"),
        Index(
            "uq_handle_claim_open",
            "person_id",
            "channel",
            "name",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str]
    name: Mapped[str]
    method: Mapped[str]
    code: Mapped[str]
    profile_url: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    claimed_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(default="")
    erased_at: Mapped[datetime | None]


class BrandedHandle(Base):
    """An account that carries the company's name: who answers for it, who stands in, and when it is to be closed."""

    __tablename__ = "branded_handle"
    __table_args__ = (
        Index(
            "uq_branded_handle_open",
            "channel",
            "name",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(None, "name"),
        CheckConstraint("name = lower(name)", name="name_lower"),
        CheckConstraint("deputy_id <> owner_id", name="deputy"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    name: Mapped[str]
    purpose: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    recovery: Mapped[str] = mapped_column(default="")
    sunset_on: Mapped[date | None]
    registered_at: Mapped[datetime]
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


_KEPT = ("person_id", "channel", "method", "code", "state", "claimed_at")
protect(
    HandleClaim.__table__,  # type: ignore[arg-type]
    ("UPDATE",),
    "a decided claim stays so",
    "OLD.state <> 'open' AND (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR "
    + " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _KEPT)
    + ")",
)
protect(HandleClaim.__table__, ("DELETE",), "a decided claim stays so", "OLD.state <> 'open'", name="stays")  # type: ignore[arg-type]
