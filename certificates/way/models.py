"""What counts toward a level beside courses: what was known before, and posts that were looked at."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from certificates.level_models import REQUIREMENTS
from lms.base.db import Base, one_of


class Waiver(Base):
    """A requirement of a level that somebody need not meet, because she proved it elsewhere; until it is ended."""

    __tablename__ = "waiver"
    __table_args__ = (
        one_of("kind", REQUIREMENTS),
        Index(
            "uq_waiver_in_force",
            "person_id",
            "level_id",
            "kind",
            "slug",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"))
    kind: Mapped[str]
    slug: Mapped[str]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class Contribution(Base):
    """Something somebody posted for the company, told by herself. It counts as activity.

    When she asks a coach to look at it (`sample`), the coach finds it good or not yet: it counts for the portfolio.
    """

    __tablename__ = "contribution"
    __table_args__ = (
        one_of("verdict", ("good", "not_yet")),
        CheckConstraint("(verdict IS NULL) = (looked_at IS NULL)", name="looked_at"),
        CheckConstraint("looked_by_id <> person_id", name="another"),
        Index(None, "person_id", "posted_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    posted_on: Mapped[date]
    channel: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    words: Mapped[str]
    sample: Mapped[bool]
    told_at: Mapped[datetime]
    verdict: Mapped[str | None]
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    looked_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(default="")
