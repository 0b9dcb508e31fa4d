"""Regrades: what was to change, for whom, by whose hands, and how it was undone."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of, protect

POLICIES = ("full_credit", "old_and_new", "new_only", "void", "leave")
STATES = ("computing", "ready", "waiting", "applying", "applied", "undoing", "undone", "dropped", "failed")


class Regrade(Base):
    """A question is marked anew on every attempt that had it.

    `computing` is the dry run; `ready` can be applied, or `waiting` for a second hand when passes would be lost.
    `total` and `done` count attempts, for the progress. `gained` and `lost` are passes. `key_version_id` is the
    version of the question whose key holds; attempts that had any earlier version of the same question are touched.
    While it is applied or undone, `done` counts people. `tells_all`: those whose points alone change get a letter too.
    An undoing that takes passes away waits for a second hand as well: `waiting` with `undone_by` set.
    """

    __tablename__ = "regrade"
    __table_args__ = (
        one_of("policy", POLICIES),
        one_of("state", STATES),
        CheckConstraint("approved_by IS NULL OR approved_by <> applied_by", name="second_hand"),
        CheckConstraint("undo_approved_by IS NULL OR undo_approved_by <> undone_by", name="second_hand_undoing"),
        CheckConstraint("state NOT IN ('applied') OR lost = 0 OR approved_by IS NOT NULL", name="approved"),
        Index(
            "uq_regrade_one_at_work",
            "question_id",
            unique=True,
            sqlite_where=text("state IN ('computing', 'ready', 'waiting', 'applying', 'undoing')"),
            postgresql_where=text("state IN ('computing', 'ready', 'waiting', 'applying', 'undoing')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    key_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    policy: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="computing")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    gained: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    computed_at: Mapped[datetime | None]
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    applied_at: Mapped[datetime | None]
    tells_all: Mapped[bool] = mapped_column(default=False)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undo_approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]


class RegradeChange(Base):
    """What a regrade does to one attempt: its item and its result, before and after. Credit in percent."""

    __tablename__ = "regrade_change"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True, index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("paper_item.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    credit_before: Mapped[int]
    credit_after: Mapped[int]
    crossed_before: Mapped[bool]
    crossed_after: Mapped[bool]
    voided_before: Mapped[bool]
    voided_after: Mapped[bool]
    percent_before: Mapped[int]
    percent_after: Mapped[int]
    passed_before: Mapped[bool]
    passed_after: Mapped[bool]
    red_lines_after: Mapped[int]
    missed_after: Mapped[str] = mapped_column(default="")


for table in (Regrade.__table__, RegradeChange.__table__):
    protect(table, ("DELETE",), "a regrade is never removed", name="stays")  # type: ignore[arg-type]
protect(
    RegradeChange.__table__,  # type: ignore[arg-type]
    ("UPDATE",),
    "what a regrade changed stands",
)
