"""Days on which less may be said: before results, around an embargo, in a crisis."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certificates.level_models import DIMENSIONS
from lms.base.db import Base, append_only, one_of


class QuietPeriod(Base):
    """A quiet period or an embargo, first to last day, for what its scope names. Cancelled, never removed.

    Levels from `exempt_rank` on may speak all the same; without it, nobody may.
    """

    __tablename__ = "quiet_period"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_on"), Index(None, "starts_on", "ends_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    exempt_rank: Mapped[int | None]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None]
    scope: Mapped[list["QuietPeriodScope"]] = relationship(lazy="raise")


class QuietPeriodScope(Base):
    """A channel, topic, language or country that is quiet; a dimension that is not named is quiet as a whole."""

    __tablename__ = "quiet_period_scope"
    __table_args__ = (one_of("dimension", DIMENSIONS),)

    period_id: Mapped[int] = mapped_column(ForeignKey("quiet_period.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class CrisisPeriod(Base):
    """Crisis mode: from a moment to a moment, one at a time. `line` is the official line that all may share.

    `running` is true until it is over, and nothing afterwards: so there is at most one that runs.
    """

    __tablename__ = "crisis_period"
    __table_args__ = (
        UniqueConstraint("running"),
        CheckConstraint("(running IS NULL) = (ended_at IS NOT NULL) AND running IS NOT false", name="running"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    line: Mapped[str] = mapped_column(default="")
    running: Mapped[bool | None] = mapped_column(default=True)
    started_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


append_only(QuietPeriodScope.__table__)  # type: ignore[arg-type]
