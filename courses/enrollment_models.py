"""How far people have come in courses."""

import secrets
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, append_only, one_of

MISSING = ("", "hire_date", "event")
CHANGES = ("assigned", "paused", "restored", "extended", "recounted", "waived", "unwaived", "reopened")


class Enrollment(Base):
    """Somebody takes a course, in a cycle: the first time, then each renewal.

    `version_id` is the version this learner is on, from the first lesson opened; only a material change moves it.
    `due_on` is the day that counts. Where a rule set it, `rule_id` says which, `based_on` is the day it was counted
    from and `leave_days` how many days of leave are in it; `missing` says which of the person's data the rule needs and
    did not find, and then there is no due day. `paused_at` is set while no rule asks for the course any more: it is
    neither due nor counted then.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "cycle"),
        Index(None, "course_id", "completed_at"),
        Index("ix_enrollment_rule", "rule_id", "person_id"),
        Index(
            "uq_enrollment_open",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("completed_at IS NULL"),
            postgresql_where=text("completed_at IS NULL"),
        ),
        CheckConstraint("completed_at IS NULL OR started_at IS NOT NULL", name="started_before_completed"),
        one_of("missing", MISSING),
        CheckConstraint("missing = '' OR due_on IS NULL", name="missing_has_no_day"),
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
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("assignment_rule.id"))
    based_on: Mapped[date | None]
    leave_days: Mapped[int] = mapped_column(default=0)
    missing: Mapped[str] = mapped_column(default="")
    paused_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    last_lesson: Mapped[str | None]
    last_opened_at: Mapped[datetime | None]


class EnrollmentChange(Base):
    """What was decided about an enrollment after it was made, by a rule or a person: its history, for every past day.

    `recounted` means that leave, a corrected date of hire or a changed rule moved the due day.
    """

    __tablename__ = "enrollment_change"
    __table_args__ = (one_of("kind", CHANGES), Index("ix_enrollment_change_of", "enrollment_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    due_before: Mapped[date | None]
    due_after: Mapped[date | None]
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("assignment_rule.id"))
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


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


append_only(EnrollmentChange.__table__)  # type: ignore[arg-type]
append_only(LessonCompletion.__table__)  # type: ignore[arg-type]
append_only(LessonRedo.__table__)  # type: ignore[arg-type]
