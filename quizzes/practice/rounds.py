"""Practicing the questions of a quiz: which, in which order, and what an answer changes. It decides nothing.

Practice never gives away an exam: the questions are those that authors wrote for practice, and, only while a result may
be read in full, what somebody missed herself. What lies on a paper of hers that is still open is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    SQLColumnExpression,
    String,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from courses import progress
from courses.progress import Standing
from lms.base import clock
from lms.base.db import rows
from lms.base.errors import NotFound
from lms.people.models import Person
from quizzes import definitions, gates, pool
from quizzes.attempt_models import OPEN, Attempt, PaperItem
from quizzes.blueprint import eligible
from quizzes.kinds import KINDS
from quizzes.models import QuizVersion
from quizzes.practice import cards
from quizzes.practice.cards import Card
from quizzes.practice.models import PracticeAnswer, PracticeCard
from quizzes.question_models import Question, QuestionUse, QuestionVersion
from quizzes.questions import Answer, Marked, QuestionView, QuizView

OPEN_TO_ALL = ("practice", "both")
"""Purposes of questions that everybody in the course may practice."""


class Learner(NamedTuple):
    """Who practices: her number, her tier and the time zone of her days."""

    id: int
    tier: str
    time_zone: str

    @property
    def today(self) -> date:
        return clock.today(self.time_zone)


@dataclass(frozen=True)
class Ready:
    """A question that somebody may practice now, by its number; `version_id` is the version that is asked.

    `card` says when it comes back, if she ever missed it; `last_at` when she last practiced it.
    """

    number: int
    version_id: int
    card: Card | None
    last_at: datetime | None

    def is_due(self, today: date) -> bool:
        """Whether it is to be practiced today."""
        return bool(self.card and self.card.due_on and self.card.due_on <= today)


@dataclass(frozen=True)
class Round:
    """What somebody can practice of a quiz. `unkept` are cards of missed exam questions that are not made yet."""

    quiz: QuizView
    standing: Standing
    questions: Mapping[int, Ready]
    today: date
    unkept: Mapping[int, Card]

    @property
    def due(self) -> int:
        """How many are due today."""
        return sum(one.is_due(self.today) for one in self.questions.values())

    @property
    def next_day(self) -> date | None:
        """The first day after today on which one is due."""
        days = [one.card.due_on for one in self.questions.values() if one.card and one.card.due_on]
        return min((day for day in days if day > self.today), default=None)

    def get(self, number: int) -> Ready:
        """The question with this number. Raises `NotFound` for one that she may not practice."""
        if number not in self.questions:
            raise NotFound
        return self.questions[number]

    def next(self, after: int = 0) -> Ready | None:
        """What to practice next, after the question with a number: what is due, then what was practiced longest ago."""

        def urgency(one: Ready) -> tuple[bool, int, float, int]:
            due = one.card.due_on if one.is_due(self.today) and one.card else None
            last = one.last_at.timestamp() if one.last_at else 0.0
            return (due is None, due.toordinal() if due else 0, last, one.number)

        return min((one for one in self.questions.values() if one.number != after), key=urgency, default=None)


def load(session: Session, slug: str, learner: Learner) -> Round:
    """What somebody can practice of a quiz, by its address: nothing before she has begun the course.

    Five statements. Raises `NotFound`.
    """
    quiz = definitions.live(session, slug)
    standing = progress.standing(session, learner.id, quiz.course_slug)
    if standing.enrollment is None:
        return Round(quiz, standing, {}, learner.today, {})
    mine = gates.of_person(session, learner.id, quiz)
    bank = eligible(pool.drawable(session, quiz.id, learner.id, practice=True), learner.tier)
    known = _known(session, quiz.id, learner.id)
    may_see_missed = cards.settled(mine, standing.enrollment.id, quiz)
    unkept = {
        row.number: cards.begun(cards.day_of(row.at, learner.time_zone)) for row in known["missed"] if may_see_missed
    }
    kept = {row.number: Card(row.box, row.due_on) for row in known["card"]}
    versions = {one.number: (one.version_id, one.kind) for one in bank}
    if may_see_missed:
        versions |= {row.number: (row.version_id, row.kind) for row in known["card"] + known["missed"]}
    on_paper, last = {row.number for row in known["paper"]}, {row.number: row.at for row in known["done"]}
    questions = {
        number: Ready(number, version_id, kept.get(number) or unkept.get(number), last.get(number))
        for number, (version_id, kind) in sorted(versions.items())
        if number not in on_paper and not KINDS[kind].attests
    }
    return Round(quiz, standing, questions, learner.today, unkept)


def order(question: QuestionView, seed: int) -> tuple[str, ...]:
    """The keys of what a question shows, in the order that a seed makes."""
    chance = Random(f"{seed}/{question.version_id}")  # noqa: S311 - nothing to gain: the learner may know the seed
    return KINDS[question.kind].order([choice.key for choice in question.choices], chance)


def take(
    session: Session,
    learner: Learner,
    question: QuestionView,
    shown: Iterable[str],
    answer: Answer,
    certainty: int | None,
) -> tuple[Marked, Card | None]:
    """Mark a whole answer by the rules, keep it, and say when the question comes back; none when it need not.

    `shown` are the keys in the order of the page. What people would mark in an exam waits for nobody here.
    """
    mark = KINDS[question.kind].mark(question, answer)
    _one_at_a_time(session, learner.id)
    session.add(
        PracticeAnswer(
            person_id=learner.id,
            question_version_id=question.version_id,
            choice_order=list(shown),
            answer=answer,
            credit=mark.credit,
            crossed=mark.crossed,
            certainty=certainty,
            answered_at=clock.now(),
        )
    )
    return mark, _move(session, learner, question.number, right=cards.is_right(mark))


def keep_missed(session: Session, learner_id: int, unkept: Mapping[int, Card]) -> None:
    """Make the cards of missed exam questions that have none yet. A second time changes nothing."""
    _one_at_a_time(session, learner_id)
    known = set(session.scalars(select(PracticeCard.question_id).where(PracticeCard.person_id == learner_id)))
    cards.keep(session, {(learner_id, number): card.due_on for number, card in unkept.items() if number not in known})


def _one_at_a_time(session: Session, person_id: int) -> None:
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def _move(session: Session, learner: Learner, number: int, *, right: bool) -> Card | None:
    found = session.get(PracticeCard, (learner.id, number), populate_existing=True)
    before = Card(found.box, found.due_on) if found else None
    card = cards.after(before, right=right, today=learner.today)
    if card is not None and card != before:
        session.merge(PracticeCard(person_id=learner.id, question_id=number, box=card.box, due_on=card.due_on))
    session.flush()
    return card


_NO_MOMENT, _NO_DAY, _NO_NUMBER = (cast(null(), kind) for kind in (PracticeAnswer.answered_at.type, Date(), Integer()))


def in_bank(quiz_id: Any, question_id: SQLColumnExpression[int], home: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether a quiz draws from a question: it is its own, or one of another bank that it uses."""
    return or_(home == quiz_id, exists().where(QuestionUse.quiz_id == quiz_id, QuestionUse.question_id == question_id))


_missed = cards.MISSES.where(
    Attempt.person_id == bindparam("person_id"), QuizVersion.quiz_id == bindparam("quiz_id")
).subquery()
_CARDS = (
    select(
        literal("card").label("what"),
        Question.id.label("number"),
        Question.current_id.label("version_id"),
        QuestionVersion.kind,
        PracticeCard.box,
        PracticeCard.due_on,
        _NO_MOMENT.label("at"),
    )
    .join(Question, Question.id == PracticeCard.question_id)
    .join(QuestionVersion, QuestionVersion.id == Question.current_id)
    .where(
        PracticeCard.person_id == bindparam("person_id"), in_bank(bindparam("quiz_id"), Question.id, Question.quiz_id)
    )
)
_MISSED = (
    select(literal("missed"), Question.id, Question.current_id, QuestionVersion.kind, _NO_NUMBER, _NO_DAY, _missed.c.at)
    .join(Question, Question.id == _missed.c.question_id)
    .join(QuestionVersion, QuestionVersion.id == Question.current_id)
)
_nothing = (_NO_NUMBER, literal("", String()), _NO_NUMBER, _NO_DAY)
_DONE = (
    select(literal("done"), QuestionVersion.question_id, *_nothing, func.max(PracticeAnswer.answered_at))
    .join(QuestionVersion, QuestionVersion.id == PracticeAnswer.question_version_id)
    .where(PracticeAnswer.person_id == bindparam("person_id"))
    .group_by(QuestionVersion.question_id)
)
_ON_PAPER = (
    select(literal("paper"), QuestionVersion.question_id, *_nothing, _NO_MOMENT)
    .select_from(Attempt)
    .join(PaperItem, PaperItem.attempt_id == Attempt.id)
    .join(QuestionVersion, QuestionVersion.id == PaperItem.question_version_id)
    .where(Attempt.person_id == bindparam("person_id"), Attempt.state.in_(OPEN))
)
_KNOWN = union_all(_CARDS, _MISSED, _DONE, _ON_PAPER)


def _known(session: Session, quiz_id: int, person_id: int) -> dict[str, list[Any]]:
    """What is known of somebody, one statement: her cards, what she missed, practiced, and has on an open paper."""
    found: dict[str, list[Any]] = {"card": [], "missed": [], "done": [], "paper": []}
    for row in rows(session, _KNOWN, {"person_id": person_id, "quiz_id": quiz_id}):
        found[row.what].append(row)
    return found
