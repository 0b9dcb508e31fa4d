"""The ladder: levels and endorsements, what each asks for, who decides, and what it gives."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, append_only, one_of
from lms.people.models import TIERS

DIMENSIONS = ("channel", "topic", "language", "country")
KINDS = ("level", "endorsement")
REQUIREMENTS = ("course", "quiz", "level")
APPROVERS = ("manager", "hub", "legal", "care", "board", "coach")
"""Who can be asked to decide about a request: the applicant's manager, or holders of a role."""


class Level(Base):
    """A rung of the ladder, or an endorsement added to one: what it takes, what it gives, how long it holds.

    `rank` orders levels; endorsements come after all levels. `renew_days` is how long before the end a renewal opens,
    `grace_days` how long an expired permission is still shown as lapsed. Without `attest_months`, `dormant_months` the
    rule does not apply. `samples` are posts that a coach has found good, at first and at each renewal.
    `by_appointment`: only the hub can ask for it. `preapproval`: each post is shown to legal first.
    `edited_at` is set once somebody changed the level here: the shipped ladder does not overwrite it any more.
    """

    __tablename__ = "level"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("valid_months > 0", name="valid_months"),
        CheckConstraint("renew_days >= 0 AND grace_days >= 0", name="days"),
        CheckConstraint("samples >= 0 AND renewal_samples >= 0", name="samples"),
        CheckConstraint("attest_months > 0", name="attest_months"),
        CheckConstraint("dormant_months > 0", name="dormant_months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="level")
    rank: Mapped[int] = mapped_column(unique=True)
    valid_months: Mapped[int]
    renew_days: Mapped[int] = mapped_column(default=60)
    grace_days: Mapped[int] = mapped_column(default=14)
    attest_months: Mapped[int | None]
    dormant_months: Mapped[int | None]
    samples: Mapped[int] = mapped_column(default=0)
    renewal_samples: Mapped[int] = mapped_column(default=0)
    by_appointment: Mapped[bool] = mapped_column(default=False)
    preapproval: Mapped[bool] = mapped_column(default=False)
    needs_attestation: Mapped[bool]
    granted_by_rule: Mapped[bool]
    may_reply: Mapped[bool]
    may_commit: Mapped[bool]
    may_in_crisis: Mapped[bool]
    source_sha256: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    edited_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    texts: Mapped[list["LevelText"]] = relationship(lazy="raise")
    requirements: Mapped[list["LevelRequirement"]] = relationship(lazy="raise", order_by="LevelRequirement.position")
    approvals: Mapped[list["LevelApproval"]] = relationship(lazy="raise")
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


class LevelRequirement(Base):
    """Something a level asks for: a course, a quiz with at least a percentage, or another level, by slug or code.

    `renewal` tells what is asked for to renew from what is asked for at first. `tier` limits it to people of a tier.
    `within_months` says how fresh it must be. The slug may name what does not exist yet: then nobody can reach it.
    """

    __tablename__ = "level_requirement"
    __table_args__ = (
        one_of("kind", REQUIREMENTS),
        one_of("tier", TIERS),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("within_months > 0", name="within_months"),
        UniqueConstraint("level_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"))
    position: Mapped[int]
    kind: Mapped[str]
    slug: Mapped[str]
    renewal: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[str | None]
    percent: Mapped[int | None]
    within_months: Mapped[int | None]


class LevelApproval(Base):
    """Somebody whose yes a level needs; all of them are needed, none for a level that is given by rule."""

    __tablename__ = "level_approval"
    __table_args__ = (one_of("role", APPROVERS),)

    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class LevelScope(Base):
    """A channel, topic, language or country that the level can give; `*` is all of its dimension."""

    __tablename__ = "level_scope"
    __table_args__ = (one_of("dimension", DIMENSIONS),)

    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class LevelRevision(Base):
    """How a level read after an edit, whole, so that it can be said what it asked for on any day."""

    __tablename__ = "level_revision"
    __table_args__ = (UniqueConstraint("level_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)


append_only(LevelRevision.__table__)  # type: ignore[arg-type]
