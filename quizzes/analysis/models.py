"""Facts of marked items, and the figures computed from them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base

CELL = ("quiz_id", "first", "line_id", "picked", "language", "tier", "credit", "certainty")
"""What facts are counted by. With the rest it stands in an index, so that no million of rows need be sorted."""


OTHERS = "\x1f"
"""Stands in `PickFigures.picked` for answers that few people gave."""


class ItemFact(Base):
    """One marked item as the figures need it: all in one row, so that 100,000 attempts are counted in one pass.

    It repeats what paper, response and mark say and can be made anew from them. `line_id` is the question version
    with which the line of figures began. `first` says that it was the learner's first attempt at the quiz. `credit`
    is in percent, `rest` the credit of the other items of the paper in hundredths of a percent. `picked` is the answer
    in the words of its kind (for choices their keys, parted by commas), empty when it was left open; `seconds` the
    time between the answers, none when it cannot be told.
    """

    __tablename__ = "item_fact"
    __table_args__ = (
        Index("ix_item_fact_cells", *CELL, "rest"),
        Index("ix_item_fact_seconds", "quiz_id", "first", "line_id", "seconds"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("paper_item.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    first: Mapped[bool]
    language: Mapped[str]
    tier: Mapped[str]
    credit: Mapped[int]
    crossed: Mapped[bool]
    rest: Mapped[int]
    picked: Mapped[str]
    certainty: Mapped[int | None]
    seconds: Mapped[int | None]


class QuizFigures(Base):
    """The figures of a quiz at a time. Marks in percent; none where there is too little to say anything.

    `asked_at` stands while they are to be counted (again), `computed_at` is none until they were. `alpha` is there for
    quizzes that ask everybody the same; `standard_error` and `livingston` are for all.
    """

    __tablename__ = "quiz_figures"
    __table_args__ = (UniqueConstraint("quiz_id", "only_first"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    only_first: Mapped[bool] = mapped_column(default=True)
    asked_at: Mapped[datetime | None]
    computed_at: Mapped[datetime | None]
    milliseconds: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)
    mean: Mapped[float | None]
    deviation: Mapped[float | None]
    alpha: Mapped[float | None]
    standard_error: Mapped[float | None]
    livingston: Mapped[float | None]
    near_the_cut: Mapped[int | None]
    median_seconds: Mapped[int | None]
    questions: Mapped[list["QuestionFigures"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    clauses: Mapped[list["ClauseFigures"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class QuestionFigures(Base):
    """The figures of a line of a question: over all (`part` empty), in a language or for a tier (`language:nl`).

    Below 30 answers there is nothing but their number. `points`, `expected` and `z` compare a part with all others,
    see `figures.Gap`. `flags` are words parted by spaces.
    """

    __tablename__ = "question_figures"
    __table_args__ = (UniqueConstraint("run_id", "line_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_figures.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    part: Mapped[str] = mapped_column(default="")
    answers: Mapped[int]
    facility: Mapped[float | None]
    discrimination: Mapped[float | None]
    median_seconds: Mapped[int | None]
    points: Mapped[float | None]
    expected: Mapped[float | None]
    z: Mapped[float | None]
    flags: Mapped[str] = mapped_column(default="")
    picks: Mapped[list["PickFigures"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class PickFigures(Base):
    """How often an answer was picked, in percent, and how well those did on the rest (point-biserial, −100 to 100).

    `picked` is empty for "left open" and OTHERS for what few people wrote, all of it together.
    """

    __tablename__ = "pick_figures"

    figures_id: Mapped[int] = mapped_column(ForeignKey("question_figures.id"), primary_key=True)
    picked: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int]
    share: Mapped[float]
    correlation: Mapped[float | None]
    right: Mapped[bool]


class ClauseFigures(Base):
    """How people do on a clause, and how often they are sure of what is wrong."""

    __tablename__ = "clause_figures"

    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_figures.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[int]
    wrong: Mapped[int]
    asked_certainty: Mapped[int]
    sure: Mapped[int]
    sure_and_wrong: Mapped[int]
