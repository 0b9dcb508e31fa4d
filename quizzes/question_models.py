"""The bank of questions, in versions that never change."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, one_of, protect
from lms.people.models import TIERS

PURPOSES = ("exam", "practice", "both")
CHANGES = ("first", "typo", "change")


class Question(Base):
    """A question of a quiz's bank. `current_id` is the version that is drawn; none when it is retired.

    `proposed_id` is a version that waits for a reviewer. `tier`: drawn only for people of that tier. `difficulty` is
    its author's guess, 1 to 3. `always`: on every paper. `purpose`: for exams, for practice, or both.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("quiz_id", "key"),
        one_of("tier", TIERS),
        one_of("purpose", PURPOSES),
        CheckConstraint("difficulty BETWEEN 1 AND 3", name="difficulty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    key: Mapped[str]
    current_id: Mapped[int | None] = mapped_column(
        ForeignKey("question_version.id", use_alter=True, name="fk_question_current_id_question_version")
    )
    proposed_id: Mapped[int | None] = mapped_column(
        ForeignKey("question_version.id", use_alter=True, name="fk_question_proposed_id_question_version")
    )
    tier: Mapped[str | None]
    difficulty: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(default="exam")
    always: Mapped[bool] = mapped_column(default=False)


class QuestionTag(Base):
    """A word that authors give to questions to find and draw them by."""

    __tablename__ = "question_tag"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class QuestionUse(Base):
    """A question of another bank that a quiz draws from as well."""

    __tablename__ = "question_use"

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True, index=True)


class QuestionVersion(Base):
    """A question as it was at one time. Attempts keep the version they were asked.

    `kind` names a module of `quizzes.kinds`. `change` says what this version is beside the one before; after a mere
    typo the figures go on in the same line: `line_id` is the version with which that line began (none: this one).
    """

    __tablename__ = "question_version"
    __table_args__ = (UniqueConstraint("question_id", "number"), one_of("change", CHANGES))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    kind: Mapped[str]
    red_line: Mapped[bool]
    change: Mapped[str] = mapped_column(default="first")
    line_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    source_sha256: Mapped[str]
    texts: Mapped[list["QuestionText"]] = relationship(lazy="raise")
    choices: Mapped[list["Choice"]] = relationship(lazy="raise", order_by="Choice.position")
    clauses: Mapped[list["QuestionClause"]] = relationship(lazy="raise")
    options: Mapped[list["QuestionOption"]] = relationship(lazy="raise")
    steps: Mapped[list["Step"]] = relationship(lazy="raise", order_by="Step.position")
    criteria: Mapped[list["Criterion"]] = relationship(lazy="raise", order_by="Criterion.position")


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


class QuestionOption(Base):
    """A setting of a question that its kind declares, as the tolerance of a number."""

    __tablename__ = "question_option"

    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Step(Base):
    """A turn of a thread or a fork of a tree. The first one by position is where an answer begins."""

    __tablename__ = "question_step"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    key: Mapped[str]
    position: Mapped[int]
    texts: Mapped[list["StepText"]] = relationship(lazy="raise")


class StepText(Base):
    """What stands at a step, in one language: who says it (empty for a plain question), and the words."""

    __tablename__ = "question_step_text"

    step_id: Mapped[int] = mapped_column(ForeignKey("question_step.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    text: Mapped[str]


class Criterion(Base):
    """What a marker looks at, worth 0 to `most` points."""

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("version_id", "key"), CheckConstraint("most BETWEEN 1 AND 10", name="most"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    key: Mapped[str]
    position: Mapped[int]
    most: Mapped[int]
    texts: Mapped[list["CriterionText"]] = relationship(lazy="raise")


class CriterionText(Base):
    """A criterion in one language, and what earns how many points."""

    __tablename__ = "criterion_text"

    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    guide: Mapped[str]


class Choice(Base):
    """One answer that can be chosen, or a statement to sort.

    `credit` is what choosing it earns in percent (single, scenario, true or false: 0, 50 or 100; several answers:
    100 for a right one). `bucket` is where a statement belongs. `crosses` marks what crosses a red line. `step` is the
    turn at which it can be chosen, `leads_to` the one that follows (none: the end). `rule` is a word of its kind.
    `clause` is the one of the question's clauses that its reason rests on; none: all of them.
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
    step: Mapped[str | None]
    leads_to: Mapped[str | None]
    rule: Mapped[str | None]
    clause: Mapped[str | None]
    texts: Mapped[list["ChoiceText"]] = relationship(lazy="raise")


class ChoiceText(Base):
    """A choice in one language, and why it is right, half right or not. `partner` is what it is matched with."""

    __tablename__ = "choice_text"

    choice_id: Mapped[int] = mapped_column(ForeignKey("choice.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    why: Mapped[str]
    partner: Mapped[str] = mapped_column(default="")


for table in (
    *(QuestionVersion, QuestionText, QuestionClause, QuestionOption),
    *(Choice, ChoiceText, Step, StepText, Criterion, CriterionText),
):
    protect(table.__table__, ("UPDATE", "DELETE"), "a version of a question never changes")  # type: ignore[arg-type]
