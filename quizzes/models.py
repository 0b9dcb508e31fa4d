"""Questions in versions, frozen papers, and what was answered and how it was marked."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, append_only, one_of, protect

KINDS = ("single", "multiple", "truefalse", "sort", "scenario")
STATES = ("in_progress", "marked")


class Quiz(Base):
    """A quiz at the end of a course."""

    __tablename__ = "quiz"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), unique=True)


class QuizVersion(Base):
    """The rules of a quiz: pass mark in percent, how many questions are drawn, how many minutes it may take."""

    __tablename__ = "quiz_version"
    __table_args__ = (
        UniqueConstraint("quiz_id", "number"),
        CheckConstraint("pass_mark BETWEEN 1 AND 100", name="pass_mark"),
        CheckConstraint("questions_drawn > 0", name="questions_drawn"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    number: Mapped[int]
    pass_mark: Mapped[int]
    questions_drawn: Mapped[int]
    minutes: Mapped[int]
    published_at: Mapped[datetime]
    source_sha256: Mapped[str]
    texts: Mapped[list["QuizText"]] = relationship(lazy="raise")


class QuizText(Base):
    """What a quiz says before it starts, in one language."""

    __tablename__ = "quiz_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    intro: Mapped[str]


class Question(Base):
    """A question of a quiz's bank. `current_id` is the version that is drawn; none when it is retired."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("quiz_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    key: Mapped[str]
    current_id: Mapped[int | None] = mapped_column(
        ForeignKey("question_version.id", use_alter=True, name="fk_question_current_id_question_version")
    )


class QuestionVersion(Base):
    """A question as it was at one time. Attempts keep the version they were asked."""

    __tablename__ = "question_version"
    __table_args__ = (UniqueConstraint("question_id", "number"), one_of("kind", KINDS))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    kind: Mapped[str]
    red_line: Mapped[bool]
    created_at: Mapped[datetime]
    source_sha256: Mapped[str]
    texts: Mapped[list["QuestionText"]] = relationship(lazy="raise")
    choices: Mapped[list["Choice"]] = relationship(lazy="raise", order_by="Choice.position")
    clauses: Mapped[list["QuestionClause"]] = relationship(lazy="raise")


class QuestionText(Base):
    """A question in one language; the post is what a scenario is about."""

    __tablename__ = "question_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    stem: Mapped[str]
    explanation: Mapped[str]
    post_name: Mapped[str] = mapped_column(default="")
    post_place: Mapped[str] = mapped_column(default="")
    post_time: Mapped[str] = mapped_column(default="")
    post_text: Mapped[str] = mapped_column(default="")


class QuestionClause(Base):
    """A clause of the guideline that a question asks about."""

    __tablename__ = "question_clause"

    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class Choice(Base):
    """One answer that can be chosen, or a statement to sort.

    `credit` is what choosing it earns in percent (single, scenario, true or false: 0, 50 or 100; several answers:
    100 for a right one). `bucket` is where a statement belongs. `crosses` marks what crosses a red line.
    """

    __tablename__ = "choice"
    __table_args__ = (
        UniqueConstraint("version_id", "key"),
        CheckConstraint("credit BETWEEN 0 AND 100", name="credit"),
        CheckConstraint("bucket IS NULL OR bucket IN ('green', 'amber', 'red')", name="bucket"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    key: Mapped[str]
    position: Mapped[int]
    credit: Mapped[int]
    bucket: Mapped[str | None]
    crosses: Mapped[bool]
    texts: Mapped[list["ChoiceText"]] = relationship(lazy="raise")


class ChoiceText(Base):
    """A choice in one language, and why it is right, half right or not."""

    __tablename__ = "choice_text"

    choice_id: Mapped[int] = mapped_column(ForeignKey("choice.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    why: Mapped[str]


class Attempt(Base):
    """Somebody's go at a quiz. The paper is frozen when it starts; the result when it is submitted.

    `percent_hundredths` is the result in hundredths of a percent, rounded down: rounding never makes a pass.
    `revision` is that of the newest response.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "number"),
        one_of("state", STATES),
        CheckConstraint("(state = 'marked') = (submitted_at IS NOT NULL)", name="submitted_at"),
        CheckConstraint("(state = 'marked') = (passed IS NOT NULL)", name="passed"),
        Index(
            "uq_attempt_one_open",
            "enrollment_id",
            unique=True,
            sqlite_where=text("state = 'in_progress'"),
            postgresql_where=text("state = 'in_progress'"),
        ),
        Index("ix_attempt_deadline", "state", "deadline_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="in_progress")
    revision: Mapped[int] = mapped_column(default=0)
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
    """What was chosen, at a moment. The newest revision of an item counts; none is ever changed."""

    __tablename__ = "response"
    __table_args__ = (UniqueConstraint("attempt_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("paper_item.id"), index=True)
    revision: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    answered_at: Mapped[datetime]


class Mark(Base):
    """How an item was marked: credit in percent, and whether the answer crossed a red line."""

    __tablename__ = "mark"

    item_id: Mapped[int] = mapped_column(ForeignKey("paper_item.id"), primary_key=True)
    credit: Mapped[int]
    crossed: Mapped[bool]
    marked_at: Mapped[datetime]


for table in (QuizVersion, QuizText, QuestionVersion, QuestionText, QuestionClause, Choice, ChoiceText):
    protect(table.__table__, ("UPDATE", "DELETE"), "a version of a question never changes")  # type: ignore[arg-type]
for record in (PaperItem, Response, Mark):
    append_only(record.__table__)  # type: ignore[arg-type]
protect(
    Attempt.__table__,  # type: ignore[arg-type]
    ("UPDATE", "DELETE"),
    "a marked attempt never changes",
    when="OLD.state = 'marked'",
)
