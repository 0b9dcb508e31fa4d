"""Marking by people, and appeals."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, append_only, one_of, protect


class MarkingTask(Base):
    """An item of an attempt that somebody has to mark. `slot` 1 and 2 are markers, 3 is the moderator.

    `credit` in percent is what the points make. `comment` is the reason that the learner reads. `due_at` is the
    promise made to the learner.
    """

    __tablename__ = "marking_task"
    __table_args__ = (
        UniqueConstraint("item_id", "slot"),
        CheckConstraint("slot BETWEEN 1 AND 3", name="slot"),
        CheckConstraint("credit BETWEEN 0 AND 100", name="credit"),
        CheckConstraint("(done_at IS NULL) = (credit IS NULL)", name="done_at"),
        CheckConstraint("done_at IS NULL OR marker_id IS NOT NULL", name="marker_id"),
        one_of("marked_by", ("coach", "peer")),
        Index(
            "ix_marking_task_waiting",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("paper_item.id"))
    slot: Mapped[int]
    marked_by: Mapped[str] = mapped_column(default="coach")
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    marker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    credit: Mapped[int | None]
    comment: Mapped[str] = mapped_column(default="")
    points: Mapped[list["RubricMark"]] = relationship(lazy="raise")


class RubricMark(Base):
    """The points that a marker gave for a criterion."""

    __tablename__ = "rubric_mark"
    __table_args__ = (CheckConstraint("points >= 0", name="points"),)

    task_id: Mapped[int] = mapped_column(ForeignKey("marking_task.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), primary_key=True)
    points: Mapped[int]


class Appeal(Base):
    """A learner asks that a result, or one question of it (`item_id`), be looked at again. Decided by another hand."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided"),
        CheckConstraint("decided_at IS NULL OR decided_by IS NOT NULL", name="decided_by"),
        one_of("outcome", ("upheld", "refused")),
        Index(
            "uq_appeal_one_open",
            "attempt_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("paper_item.id"))
    words: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    answer: Mapped[str] = mapped_column(default="")


append_only(RubricMark.__table__)  # type: ignore[arg-type]
for table, done in ((MarkingTask.__table__, "done_at"), (Appeal.__table__, "decided_at")):
    protect(table, ("UPDATE", "DELETE"), f"{table} is closed", when=f"OLD.{done} IS NOT NULL")  # type: ignore[arg-type]
