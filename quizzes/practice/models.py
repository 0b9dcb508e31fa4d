"""What somebody practiced, and when a question comes back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, append_only


class PracticeAnswer(Base):
    """An answer given in practice, marked at once. It decides nothing."""

    __tablename__ = "practice_answer"
    __table_args__ = (CheckConstraint("certainty BETWEEN 1 AND 3", name="certainty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    choice_order: Mapped[list[str]] = mapped_column(JSON)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    credit: Mapped[int]
    crossed: Mapped[bool]
    certainty: Mapped[int | None]
    answered_at: Mapped[datetime]


class PracticeCard(Base):
    """A question that somebody missed: it comes back 3, 7 and 30 days after a right answer; box 3 is learned."""

    __tablename__ = "practice_card"
    __table_args__ = (
        CheckConstraint("box BETWEEN 0 AND 3", name="box"),
        Index("ix_practice_card_due", "person_id", "due_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    box: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date | None]


append_only(PracticeAnswer.__table__)  # type: ignore[arg-type]
