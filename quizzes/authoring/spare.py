"""What open quizzes can spare: which changes to questions would leave one without enough to draw."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from courses.models import Course
from lms.base.i18n import gettext, pick
from quizzes import definitions, pool
from quizzes.authoring import rules
from quizzes.authoring.rules import Rules
from quizzes.models import Quiz, QuizVersion
from quizzes.question_models import Question, QuestionUse
from quizzes.questions import Pooled

Change = Callable[[Pooled], Pooled | None]
"""What becomes of a question as the drawing sees it; none when it is not drawn any more."""


def gone(question: Pooled) -> Pooled | None:
    """The change of a question that is drawn no more."""
    return None


def lock(session: Session, question_ids: Collection[int], *more: int) -> None:
    """Lock all quizzes that draw from some questions, and more by number, always in the same order. Two statements."""
    uses = select(QuestionUse.quiz_id).where(QuestionUse.question_id.in_(question_ids))
    homes = select(Question.quiz_id).where(Question.id.in_(question_ids))
    ids = session.scalars(select(Quiz.id).where(or_(Quiz.id.in_(homes), Quiz.id.in_(uses), Quiz.id.in_(more)))).all()
    session.execute(select(Quiz.id).where(Quiz.id.in_(ids)).order_by(Quiz.id).with_for_update(key_share=True))


@dataclass
class _Stock:
    """An open quiz that has enough to draw, and what it draws from, by question."""

    title: str
    rules: Rules
    pool: dict[int, Pooled]

    def lack(self, changed: Mapping[int, Pooled | None]) -> str:
        """What it would lack after changes to its questions, as a sentence; empty when nothing."""
        found = self.after(changed)
        return next(iter(rules.lacks(self.rules, list(found.values()))), "")

    def after(self, changed: Mapping[int, Pooled | None]) -> dict[int, Pooled]:
        """What it would draw from."""
        both = {**self.pool, **{id: one for id, one in changed.items() if id in self.pool}}
        return {id: one for id, one in both.items() if one is not None}


def refusals(
    session: Session, question_ids: Collection[int], change: Change, *, quiz_id: int | None = None
) -> dict[int, str]:
    """The questions that an open quiz cannot spare, with the sentence that says why; in the order of the numbers.

    With `quiz_id` the change is for the eyes of that quiz alone. The caller holds the lock. What an open quiz lacks
    already is held against nobody.
    """
    stocks = [one for one in _stocks(session, question_ids, quiz_id) if not one.lack({})]
    every = {id: change(one.pool[id]) for one in stocks for id in question_ids if id in one.pool}
    if not any(one.lack(every) for one in stocks):
        return {}
    found: dict[int, str] = {}
    for id in question_ids:
        if id not in every:
            continue
        for stock in stocks:
            if id in stock.pool and (why := stock.lack({id: every[id]})):
                found[id] = gettext("“%(quiz)s” is open to learners. %(why)s", quiz=stock.title, why=why)
                break
        else:
            for stock in stocks:
                stock.pool = stock.after({id: every[id]})
    return found


def _stocks(session: Session, question_ids: Collection[int], quiz_id: int | None) -> Iterator[_Stock]:
    """The open quizzes that draw from some questions."""
    drawing = or_(
        Quiz.id.in_(select(Question.quiz_id).where(Question.id.in_(question_ids))),
        Quiz.id.in_(select(QuestionUse.quiz_id).where(QuestionUse.question_id.in_(question_ids))),
    )
    statement = (
        select(Quiz.id, func.max(QuizVersion.id).label("version_id"))
        .join(Course, Course.id == Quiz.course_id)
        .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .where(Course.quiz_slug.is_not(None), drawing)
        .group_by(Quiz.id)
        .order_by(Quiz.id)
    )
    if quiz_id is not None:
        statement = statement.where(Quiz.id == quiz_id)
    for row in session.execute(statement).all():
        quiz = definitions.version(session, row.version_id)
        yield _Stock(pick(quiz.titles), rules.of(quiz), {one.number: one for one in pool.drawable(session, row.id)})
