"""What learners did in exercises, and what coaches said of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, append_only


class ExerciseEntry(Base):
    """A line ticked (`item`), a reflection, or an entry of a log (`place`: where it was heard). Never changed.

    A later reflection replaces the one before; a line ticked twice is ticked once.
    """

    __tablename__ = "exercise_entry"
    __table_args__ = (Index(None, "enrollment_id", "lesson"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    lesson: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    item: Mapped[int | None]
    place: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]


class CoachAnswer(Base):
    """A coach read a reflection and signed it, or asked for more."""

    __tablename__ = "coach_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("exercise_entry.id"), unique=True)
    coach_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signed: Mapped[bool]
    words: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime]


append_only(ExerciseEntry.__table__)  # type: ignore[arg-type]
append_only(CoachAnswer.__table__)  # type: ignore[arg-type]
