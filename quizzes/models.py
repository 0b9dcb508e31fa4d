"""Quizzes, and the versions of their rules."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, one_of, protect

PHASES = ("during", "right_after", "later", "after_passing")
PARTS = ("outcomes", "answers", "clauses", "key", "reasons")
DIMENSIONS = ("clause", "tag", "difficulty", "kind")


class Quiz(Base):
    """A quiz at the end of a course."""

    __tablename__ = "quiz"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), unique=True)


class QuizVersion(Base):
    """The rules of a quiz: pass mark in percent, how many questions are drawn, how many minutes it may take.

    `attempts_allowed` attempts (none: any number), `cooling_hours` apart, then `long_wait_days` before a new series.
    `markers` read what rules cannot mark; when two differ by more than `apart` percent, a third one decides.
    """

    __tablename__ = "quiz_version"
    __table_args__ = (
        UniqueConstraint("quiz_id", "number"),
        CheckConstraint("pass_mark BETWEEN 1 AND 100", name="pass_mark"),
        CheckConstraint("questions_drawn > 0", name="questions_drawn"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("attempts_allowed IS NULL OR attempts_allowed > 0", name="attempts_allowed"),
        CheckConstraint("cooling_hours >= 0 AND long_wait_days >= 0", name="waits"),
        CheckConstraint("markers IN (1, 2) AND marking_days > 0 AND apart BETWEEN 0 AND 100", name="marking"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    number: Mapped[int]
    pass_mark: Mapped[int]
    questions_drawn: Mapped[int]
    minutes: Mapped[int]
    closes_at: Mapped[datetime | None]
    asks_certainty: Mapped[bool] = mapped_column(default=False)
    attempts_allowed: Mapped[int | None] = mapped_column(default=3)
    cooling_hours: Mapped[int] = mapped_column(default=48)
    long_wait_days: Mapped[int] = mapped_column(default=30)
    markers: Mapped[int] = mapped_column(default=1)
    anonymous_marking: Mapped[bool] = mapped_column(default=True)
    marking_days: Mapped[int] = mapped_column(default=5)
    apart: Mapped[int] = mapped_column(default=25)
    published_at: Mapped[datetime]
    source_sha256: Mapped[str]
    texts: Mapped[list["QuizText"]] = relationship(lazy="raise")
    must_pass: Mapped[list["MustPass"]] = relationship(lazy="raise")
    quotas: Mapped[list["Quota"]] = relationship(lazy="raise", order_by="Quota.position")
    review_rules: Mapped[list["ReviewRule"]] = relationship(lazy="raise")


class MustPass(Base):
    """A clause that must be mastered: so many percent of the credit for the questions about it, or no pass."""

    __tablename__ = "must_pass"
    __table_args__ = (CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    percent: Mapped[int]


class Quota(Base):
    """A line of a quiz's blueprint: so many questions of this clause, tag, difficulty or kind."""

    __tablename__ = "quota"
    __table_args__ = (one_of("dimension", DIMENSIONS), CheckConstraint("count > 0", name="count"))

    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    dimension: Mapped[str]
    value: Mapped[str]
    count: Mapped[int]


class ReviewRule(Base):
    """What a learner may see of an attempt in a phase. Without any row for a quiz, the usual rules hold."""

    __tablename__ = "review_rule"
    __table_args__ = (one_of("phase", PHASES), one_of("part", PARTS))

    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    phase: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)


class QuizText(Base):
    """What a quiz says before it starts, in one language."""

    __tablename__ = "quiz_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    intro: Mapped[str]


for table in (QuizVersion, QuizText, MustPass, Quota, ReviewRule):
    protect(table.__table__, ("UPDATE", "DELETE"), "a version of a quiz never changes")  # type: ignore[arg-type]
