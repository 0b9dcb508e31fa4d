"""Decisions about a permission: who said yes or no, what holds it back, and who takes it away."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from certificates.level_models import APPROVERS
from lms.base.db import Base, append_only, one_of, protect

CAUSES = (
    "leave",
    "investigation",
    "incident",
    "guideline",
    "dormant",
    "move",
    "contract",
    "red_line",
    "course",
    "renewal",
    "certificate",
    "earlier",
    "other",
)
"""Why a permission is paused: absence; looked into; something went wrong; a changed guideline not accepted; no
activity; another role, unit or manager; a contract that ended; a red line crossed at renewal; a course no longer
completed; what must be renewed in between (drill, yearly acceptance); a certificate issued in error; a pause from
before there were causes."""


class Approval(Base):
    """A decision about a request, in one of the roles it needs. The first one in a role stands."""

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("authorization_id", "role"),
        one_of("role", APPROVERS),
        one_of("decision", ("approved", "declined")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorization.id"))
    role: Mapped[str]
    decision: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    remark: Mapped[str] = mapped_column(default="")


class Hold(Base):
    """Something that pauses one permission, or all of a person's (no `authorization_id`). Several can hold at once.

    A permission is suspended exactly while at least one hold is on it. `until` is the last day, if it is known.
    """

    __tablename__ = "hold"
    __table_args__ = (
        one_of("cause", CAUSES),
        CheckConstraint("until >= starts_on", name="until"),
        Index(None, "person_id", "lifted_at"),
        Index(
            "uq_hold_person",
            "person_id",
            "cause",
            unique=True,
            sqlite_where=text("authorization_id IS NULL AND lifted_at IS NULL"),
            postgresql_where=text("authorization_id IS NULL AND lifted_at IS NULL"),
        ),
        Index(
            "uq_hold_authorization",
            "authorization_id",
            "cause",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    authorization_id: Mapped[int | None] = mapped_column(ForeignKey("authorization.id"))
    cause: Mapped[str]
    reason: Mapped[str]
    starts_on: Mapped[date]
    until: Mapped[date | None]
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str] = mapped_column(default="")


class Revocation(Base):
    """A proposal to take a permission away for good, which a second person confirms or refuses."""

    __tablename__ = "revocation"
    __table_args__ = (
        CheckConstraint("decided_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint("(decided_at IS NULL) = (confirmed IS NULL)", name="decided"),
        Index(
            "uq_revocation_open",
            "authorization_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorization.id"), index=True)
    reason: Mapped[str]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    confirmed: Mapped[bool | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(default="")


class SpeakerPair(Base):
    """Somebody who writes for an executive, licensed together: when one of the two stops, neither speaks this way."""

    __tablename__ = "speaker_pair"
    __table_args__ = (
        CheckConstraint("writer_id <> executive_id", name="two_people"),
        Index(
            "uq_speaker_pair_open",
            "executive_id",
            "writer_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    executive_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    writer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class Guest(Base):
    """Somebody from outside who speaks for the company: who answers for her, and the last day of the contract."""

    __tablename__ = "guest"
    __table_args__ = (CheckConstraint("sponsor_id <> person_id", name="sponsor"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    company: Mapped[str]
    sponsor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    contract_ends_on: Mapped[date] = mapped_column(index=True)


class PlaceSeen(Base):
    """Where somebody stood when her permissions were last looked at: a move is seen by the difference."""

    __tablename__ = "place_seen"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int | None]
    manager_id: Mapped[int | None]
    tier: Mapped[str]
    job: Mapped[str]
    status: Mapped[str]


append_only(Approval.__table__)  # type: ignore[arg-type]
protect(Hold.__table__, ("UPDATE", "DELETE"), "a hold that was lifted stays so", "OLD.lifted_at IS NOT NULL")  # type: ignore[arg-type]
protect(Revocation.__table__, ("UPDATE", "DELETE"), "a decided revocation stays so", "OLD.decided_at IS NOT NULL")  # type: ignore[arg-type]
