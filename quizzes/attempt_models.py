"""Attempts: frozen papers, what was answered, and how it was marked.

Responses, marks and results are only ever added: the newest counts, the others prove how it came about. Through which
states an attempt came, and by whose hand, stands in the audit trail.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, append_only, one_of, protect

STATES = ("created", "in_progress", "submitted", "marked", "abandoned", "voided")
OPEN = ("created", "in_progress")
BECAUSE = ("handed in", "time over", "marked by hand", "appeal", "regrade", "regrade undone")
CATEGORIES = ("language", "vision", "hearing", "motor", "reading", "concentration", "other")
"""Why somebody has more time: a category, never a diagnosis."""


class Attempt(Base):
    """Somebody's go at a quiz. The paper is frozen when it is created; the clock runs from `started_at`.

    `percent_hundredths` is the result in hundredths of a percent, rounded down: rounding never makes a pass; it and
    `passed` repeat the newest row of `result`. `revision` is that of the newest response. `submitted` waits for a
    marker. `abandoned` is one whose time ran out with nothing answered. `time_percent`, `extra_minutes` and `no_timer`
    say which clock held. `break_seconds` are what is left of the breaks; `break_until` stands while one is taken, and
    the deadline has moved with it. `language` and `tier` are those of the start, for the figures.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "number"),
        one_of("state", STATES),
        CheckConstraint(
            "state = 'voided' OR (state IN ('created', 'in_progress')) = (submitted_at IS NULL)", name="submitted_at"
        ),
        CheckConstraint("state = 'voided' OR (state IN ('marked', 'abandoned')) = (passed IS NOT NULL)", name="passed"),
        CheckConstraint("time_percent BETWEEN 100 AND 1000 AND extra_minutes >= 0 AND break_seconds >= 0", name="time"),
        Index(
            "uq_attempt_one_open",
            "enrollment_id",
            unique=True,
            sqlite_where=text("state IN ('created', 'in_progress', 'submitted')"),
            postgresql_where=text("state IN ('created', 'in_progress', 'submitted')"),
        ),
        Index("ix_attempt_deadline", "state", "deadline_at"),
        Index("ix_attempt_submitted_at", "submitted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="in_progress")
    revision: Mapped[int] = mapped_column(default=0)
    seed: Mapped[int] = mapped_column(BigInteger, default=0)
    language: Mapped[str] = mapped_column(default="en")
    tier: Mapped[str] = mapped_column(default="staff")
    time_percent: Mapped[int] = mapped_column(default=100)
    extra_minutes: Mapped[int] = mapped_column(default=0)
    no_timer: Mapped[bool] = mapped_column(default=False)
    break_seconds: Mapped[int] = mapped_column(default=0)
    break_until: Mapped[datetime | None]
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    percent_hundredths: Mapped[int | None]
    passed: Mapped[bool | None]
    items: Mapped[list["PaperItem"]] = relationship(lazy="raise", order_by="PaperItem.position")


class PaperItem(Base):
    """A question on an attempt's paper: which version, in which place, with the choices in which order (their keys)."""

    __tablename__ = "paper_item"
    __table_args__ = (UniqueConstraint("attempt_id", "position"), UniqueConstraint("attempt_id", "question_version_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    choice_order: Mapped[list[str]] = mapped_column(JSON)


class Response(Base):
    """What was chosen, at a moment, and how sure somebody was (1 to 3, when asked). The newest revision counts."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("attempt_id", "revision"),
        CheckConstraint("certainty BETWEEN 1 AND 3", name="certainty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("paper_item.id"), index=True)
    revision: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    certainty: Mapped[int | None]
    answered_at: Mapped[datetime]


class Mark(Base):
    """How an item was marked: credit in percent, and whether the answer crossed a red line. The highest number counts.

    `source` says who: rules, a marker, a moderator, or a regrade. `key_version_id` is the version of the question
    whose key was used, when it is not the one on the paper. A `voided` item counts for nothing, neither way.
    """

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("credit BETWEEN 0 AND 100", name="credit"),
        one_of("source", ("rules", "marker", "moderator", "appeal", "regrade")),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("paper_item.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, default=1)
    credit: Mapped[int]
    crossed: Mapped[bool]
    voided: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(default="rules")
    key_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    regrade_id: Mapped[int | None] = mapped_column(ForeignKey("regrade.id"), index=True)
    marker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[datetime]


class Result(Base):
    """A verdict on an attempt: which rules, what came out, because of what. The highest number counts.

    `rules` is the number of the marking rules in the code (`grading.RULES`); pass mark and must-pass clauses are those
    of the attempt's quiz version. `missed` are the must-pass clauses that were not mastered, parted by spaces.
    """

    __tablename__ = "result"
    __table_args__ = (one_of("because", BECAUSE),)

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    percent_hundredths: Mapped[int]
    red_lines: Mapped[int]
    missed: Mapped[str] = mapped_column(default="")
    passed: Mapped[bool]
    rules: Mapped[int]
    because: Mapped[str]
    regrade_id: Mapped[int | None] = mapped_column(ForeignKey("regrade.id"), index=True)
    record_sha256: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Break(Base):
    """A break in an attempt: the clock stood still."""

    __tablename__ = "attempt_break"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Release(Base):
    """A coach lets somebody try a quiz again before the wait is over. A new series of attempts begins."""

    __tablename__ = "attempt_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    released_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    released_at: Mapped[datetime]


class Accommodation(Base):
    """What somebody gets in every quiz: more time, no clock, breaks. One in force a person; earlier ones stay."""

    __tablename__ = "accommodation"
    __table_args__ = (
        one_of("category", CATEGORIES),
        CheckConstraint("factor_percent BETWEEN 100 AND 400", name="factor_percent"),
        CheckConstraint("extra_minutes BETWEEN 0 AND 600 AND break_minutes BETWEEN 0 AND 600", name="minutes"),
        Index(
            "uq_accommodation_in_force",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    category: Mapped[str]
    factor_percent: Mapped[int] = mapped_column(default=100)
    extra_minutes: Mapped[int] = mapped_column(default=0)
    no_timer: Mapped[bool] = mapped_column(default=False)
    break_minutes: Mapped[int] = mapped_column(default=0)
    set_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


for record in (PaperItem, Response, Mark, Result, Release):
    append_only(record.__table__)  # type: ignore[arg-type]
protect(
    Attempt.__table__,  # type: ignore[arg-type]
    ("UPDATE",),
    "an attempt that was handed in changes with a new result only",
    when="(OLD.state NOT IN ('created', 'in_progress') AND (NEW.person_id <> OLD.person_id"
    " OR NEW.enrollment_id <> OLD.enrollment_id OR NEW.quiz_version_id <> OLD.quiz_version_id"
    " OR NEW.number <> OLD.number OR NEW.uid <> OLD.uid OR NEW.revision <> OLD.revision"
    " OR NEW.started_at <> OLD.started_at OR NEW.deadline_at <> OLD.deadline_at"
    " OR NEW.submitted_at <> OLD.submitted_at OR NEW.state IN ('created', 'in_progress')))"
    " OR (NEW.state IN ('marked', 'abandoned') AND NOT EXISTS (SELECT 1 FROM result WHERE"
    " result.attempt_id = NEW.id AND result.passed = NEW.passed"
    " AND result.percent_hundredths = NEW.percent_hundredths))",
)
protect(Attempt.__table__, ("DELETE",), "an attempt is never removed", name="stays")  # type: ignore[arg-type]
