"""Whether there is something to practice, for the pages that lead there."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms.base.db import rows
from quizzes import definitions, gates
from quizzes.attempt_models import OPEN, Attempt, PaperItem
from quizzes.models import Quiz, QuizVersion
from quizzes.practice import cards
from quizzes.practice.models import PracticeCard
from quizzes.practice.rounds import OPEN_TO_ALL, in_bank
from quizzes.question_models import Question, QuestionVersion


@dataclass(frozen=True)
class Due:
    """So many questions of a quiz that somebody has to practice today, or before."""

    slug: str
    course_id: int
    count: int


_PASSED = (
    exists()
    .where(
        Attempt.person_id == PracticeCard.person_id,
        Attempt.passed.is_(True),
        Attempt.state == "marked",
        QuizVersion.id == Attempt.quiz_version_id,
        QuizVersion.quiz_id == Quiz.id,
    )
    .correlate(PracticeCard, Quiz)
)
_ON_PAPER = (
    exists()
    .where(
        Attempt.person_id == PracticeCard.person_id,
        Attempt.state.in_(OPEN),
        PaperItem.attempt_id == Attempt.id,
        QuestionVersion.id == PaperItem.question_version_id,
        QuestionVersion.question_id == Question.id,
    )
    .correlate(PracticeCard, Question)
)
_free = case((or_(Question.purpose.in_(OPEN_TO_ALL), _PASSED), 1), else_=0)
_DUE = (
    select(
        Quiz.id,
        Quiz.slug,
        Quiz.course_id,
        func.sum(_free).label("free"),
        func.count().label("all"),
        select(func.max(Enrollment.id))
        .where(Enrollment.person_id == bindparam("person_id"), Enrollment.course_id == Quiz.course_id)
        .correlate(Quiz)
        .scalar_subquery()
        .label("enrollment_id"),
    )
    .select_from(PracticeCard)
    .join(Question, Question.id == PracticeCard.question_id)
    .join(Quiz, in_bank(Quiz.id, Question.id, Question.quiz_id))
    .where(
        PracticeCard.person_id == bindparam("person_id"),
        PracticeCard.due_on <= bindparam("today"),
        Question.current_id.is_not(None),
        exists().where(Enrollment.person_id == bindparam("person_id"), Enrollment.course_id == Quiz.course_id),
        ~_ON_PAPER,
    )
    .group_by(Quiz.id, Quiz.slug, Quiz.course_id)
    .order_by(Quiz.id)
)


def due(session: Session, person_id: int, today: date) -> list[Due]:
    """The quizzes of which somebody has questions to practice today. For her first page.

    One statement; three for somebody with cards of an exam that she has not passed.
    """
    found = rows(session, _DUE, {"person_id": person_id, "today": today}).all()
    locked = {row.id for row in found if row.all > row.free}
    quizzes = definitions.newest(session, locked) if locked else {}
    counted = []
    for row in found:
        quiz = quizzes.get(row.id)
        may = quiz and cards.settled(gates.of_person(session, person_id, quiz), row.enrollment_id, quiz)
        counted.append(Due(row.slug, row.course_id, row.all if may else row.free))
    return [one for one in counted if one.count]


_FOR_ALL = exists().where(
    Question.current_id.is_not(None),
    Question.purpose.in_(OPEN_TO_ALL),
    or_(Question.tier.is_(None), Question.tier == bindparam("tier")),
    in_bank(Quiz.id, Question.id, Question.quiz_id),
)
_own_cards = exists().where(
    PracticeCard.person_id == bindparam("person_id"),
    Question.id == PracticeCard.question_id,
    Question.current_id.is_not(None),
    in_bank(Quiz.id, Question.id, Question.quiz_id),
)
_misses = cards.MISSES.where(Attempt.person_id == bindparam("person_id")).subquery()
_own_misses = exists().where(_misses.c.quiz_id == Quiz.id)
_OFFERED = select(
    _FOR_ALL.correlate(Quiz).label("for_all"),
    or_(_own_cards.correlate(Quiz), _own_misses.correlate(Quiz)).label("missed"),
).where(Quiz.slug == bindparam("slug"))


def offered(session: Session, slug: str, person_id: int, tier: str, *, settled: bool) -> bool:
    """Whether somebody in the course of a quiz finds something to practice.

    `settled`: she has passed the quiz, or used up her attempts, so that what she missed counts too.
    """
    row = rows(session, _OFFERED, {"slug": slug, "person_id": person_id, "tier": tier}).one_or_none()
    return row is not None and bool(row.for_all or (settled and row.missed))
