"""How far people have come in courses."""

import secrets
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, append_only


class Enrollment(Base):
    """Somebody takes a course, in a cycle: the first time, then each renewal.

    `version_id` is the version this learner is on, from the first lesson opened; only a material change moves it.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "cycle"),
        Index(None, "course_id", "completed_at"),
        CheckConstraint("completed_at IS NULL OR started_at IS NOT NULL", name="started_before_completed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    cycle: Mapped[int] = mapped_column(default=1)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"), index=True)
    enrolled_at: Mapped[datetime]
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    last_lesson: Mapped[str | None]
    last_opened_at: Mapped[datetime | None]


class LessonCompletion(Base):
    """A learner said that a lesson is done, having read this version of it."""

    __tablename__ = "lesson_completion"
    __table_args__ = (UniqueConstraint("enrollment_id", "lesson", "version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    lesson: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    completed_at: Mapped[datetime]


class LessonRedo(Base):
    """A material version asks a learner to do a lesson again: to complete it in that version or a later one."""

    __tablename__ = "lesson_redo"

    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    asked_at: Mapped[datetime]
    due_on: Mapped[date | None]


append_only(LessonCompletion.__table__)  # type: ignore[arg-type]
append_only(LessonRedo.__table__)  # type: ignore[arg-type]
