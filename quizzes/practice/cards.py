"""When a missed question comes back: after 3 days, then 7, then 30, as long as it is right each time; then never.

A miss, whenever it happens, begins anew. Right before its day changes nothing: only what is still known after a while
is learned. Days are those of the learner's own calendar.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from lms.base import clock
from lms.people.models import Person
from quizzes import definitions, gates
from quizzes.attempt_models import Attempt, Mark, PaperItem
from quizzes.gates import Mine
from quizzes.kinds import KINDS
from quizzes.models import QuizVersion
from quizzes.practice.models import PracticeCard
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import Marked, QuizView
from quizzes.review import EVERYTHING, parts_shown

DAYS = (3, 7, 30)
"""So many days a card waits in each box."""
LEARNED = 3
"""The box of what does not come back."""
RECENT = timedelta(days=60)
"""How far the night looks back for misses that have no card yet: longer than the usual long wait."""


class Card(NamedTuple):
    """The box of a missed question, and the day on which it is due; none once it is learned."""

    box: int
    due_on: date | None


def is_right(mark: Marked) -> bool:
    """Whether an answer earns all there is, and crosses nothing."""
    return mark.credit == 100 and not mark.crossed


def after(card: Card | None, *, right: bool, today: date) -> Card | None:
    """The card of a question after an answer; none for one that was never missed."""
    if not right:
        return begun(today)
    if card is None or card.due_on is None or today < card.due_on:
        return card
    box = card.box + 1
    return Card(box, None if box == LEARNED else today + timedelta(days=DAYS[box]))


def begun(missed_on: date) -> Card:
    """The card of a question that was missed on a day."""
    return Card(0, missed_on + timedelta(days=DAYS[0]))


def day_of(moment: datetime, time_zone: str) -> date:
    """The calendar day of a moment in a time zone, by its IANA name."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def shows_all(quiz: QuizView) -> bool:
    """Whether a quiz shows answers with the key and the reasons to those who have passed it."""
    return EVERYTHING - {"clauses"} <= parts_shown(quiz, "after_passing")


def settled(mine: Mine, enrollment_id: int, quiz: QuizView) -> bool:
    """Whether somebody may see what she missed in a quiz: passed, or her attempts used up, and the quiz shows it then.

    As on the page of a result, this ends when the wait is over and a new series of attempts begins.
    """
    if not shows_all(quiz):
        return False
    passed = any(one.passed and one.state in gates.COUNTED for one in mine.attempts)
    return passed or gates.waiting_of(mine, enrollment_id, quiz).exhausted


_later = aliased(Mark)
_NEWEST = select(func.max(_later.number)).where(_later.item_id == PaperItem.id).correlate(PaperItem).scalar_subquery()
MISSES = (
    select(
        Attempt.person_id,
        QuizVersion.quiz_id,
        QuestionVersion.question_id,
        func.max(Attempt.submitted_at).label("at"),
    )
    .select_from(Attempt)
    .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
    .join(PaperItem, PaperItem.attempt_id == Attempt.id)
    .join(QuestionVersion, QuestionVersion.id == PaperItem.question_version_id)
    .join(Mark, (Mark.item_id == PaperItem.id) & (Mark.number == _NEWEST))
    .where(
        Attempt.state.in_(gates.COUNTED),
        Mark.voided.is_(False),
        or_(Mark.credit < 100, Mark.crossed),
        QuestionVersion.kind.not_in([name for name, kind in KINDS.items() if kind.attests]),
        ~select(PracticeCard.person_id)
        .where(PracticeCard.person_id == Attempt.person_id, PracticeCard.question_id == QuestionVersion.question_id)
        .exists(),
    )
    .group_by(Attempt.person_id, QuizVersion.quiz_id, QuestionVersion.question_id)
)
"""What people missed in closed attempts and have no card of. Voided items and promises are left out."""


def from_attempts(session: Session) -> int:
    """Make the cards of what people missed in exams that they have passed, or used up their attempts at.

    For the night; returns how many. A second time makes none.
    """
    recent = MISSES.where(Attempt.submitted_at >= clock.now() - RECENT).subquery()
    theirs = select(Person.id).where(Person.id.in_(select(recent.c.person_id))).order_by(Person.id)
    session.execute(theirs.with_for_update(key_share=True))  # a page that makes the same cards waits
    found = session.execute(
        select(recent, Person.time_zone)
        .join(Person, Person.id == recent.c.person_id)
        .join(Question, Question.id == recent.c.question_id)
        .where(Person.status != "left", Question.current_id.is_not(None))
    ).all()
    if not found:
        return 0
    done = _settled_pairs(session, {(row.person_id, row.quiz_id) for row in found})
    new = {
        (row.person_id, row.question_id): begun(day_of(row.at, row.time_zone)).due_on
        for row in found
        if (row.person_id, row.quiz_id) in done
    }
    keep(session, new)
    return len(new)


def keep(session: Session, new: dict[tuple[int, int], date | None]) -> None:
    """Add cards in the first box: their day by person and question."""
    cards = [
        {"person_id": person_id, "question_id": question_id, "box": 0, "due_on": due_on}
        for (person_id, question_id), due_on in sorted(new.items())
    ]
    if cards:
        session.execute(insert(PracticeCard), cards)


_TRIES = (
    select(
        Attempt.person_id,
        QuizVersion.quiz_id,
        func.max(Attempt.enrollment_id).label("enrollment_id"),
        func.count().label("tries"),
        func.max(case((Attempt.passed.is_(True), 1), else_=0)).label("passed"),
    )
    .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
    .where(Attempt.state.in_(gates.COUNTED))
    .group_by(Attempt.person_id, QuizVersion.quiz_id)
)


def _settled_pairs(session: Session, pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these pairs of person and quiz where she may see what she missed.

    Few statements for those who passed, and one for each person who may have used up her attempts.
    """
    quizzes = definitions.newest(session, {quiz_id for _, quiz_id in pairs})
    found = set()
    for row in session.execute(_TRIES).all():
        pair, quiz = (row.person_id, row.quiz_id), quizzes.get(row.quiz_id)
        if pair not in pairs or quiz is None or not shows_all(quiz):
            continue
        used_up = quiz.attempts_allowed is not None and row.tries >= quiz.attempts_allowed
        if row.passed or (used_up and settled(gates.of_person(session, row.person_id, quiz), row.enrollment_id, quiz)):
            found.add(pair)
    return found
