"""The paper of an attempt: its questions, what was answered so far, and how that was marked."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from lms.base.errors import NotFound
from quizzes import definitions
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Kind
from quizzes.models import Attempt, Mark, PaperItem, QuestionVersion, Response
from quizzes.questions import Answer, Marked, QuestionView


@dataclass(frozen=True)
class Item:
    """A question on a paper. It holds the key: pages of an open attempt are made from `sheet`, not from this."""

    id: int
    position: int
    question: QuestionView
    order: tuple[str, ...]
    answer: Answer | None
    mark: Marked | None

    @property
    def kind(self) -> Kind:
        return KINDS[self.question.kind]

    @property
    def answered(self) -> bool:
        return self.kind.answered(self.question, self.answer)


_later = aliased(Response)
_NEWEST = select(func.max(_later.revision)).where(_later.item_id == PaperItem.id).correlate(PaperItem).scalar_subquery()
_ITEMS = (
    select(
        PaperItem.id,
        PaperItem.position,
        PaperItem.question_version_id,
        PaperItem.choice_order,
        Response.answer,
        Mark.credit,
        Mark.crossed,
    )
    .select_from(PaperItem)
    .outerjoin(Response, (Response.item_id == PaperItem.id) & (Response.revision == _NEWEST))
    .outerjoin(Mark, Mark.item_id == PaperItem.id)
    .order_by(PaperItem.position)
)


def items(session: Session, attempt: Attempt) -> list[Item]:
    """The questions of an attempt in their order. One statement once the quiz is in memory."""
    quiz = definitions.version(session, attempt.quiz_version_id)
    return [
        Item(
            id=row.id,
            position=row.position,
            question=quiz.questions[row.question_version_id],
            order=tuple(row.choice_order),
            answer=row.answer,
            mark=None if row.credit is None else Marked(row.credit, row.crossed),
        )
        for row in session.execute(_ITEMS.where(PaperItem.attempt_id == attempt.id))
    ]


def item(session: Session, attempt: Attempt, position: int) -> Item:
    """One question of an attempt. Raises `NotFound` for a place that is not on the paper."""
    for found in items(session, attempt):
        if found.position == position:
            return found
    raise NotFound


def seen(session: Session, person_id: int) -> dict[int, int]:
    """How often somebody has had each question, by its number."""
    rows = session.execute(
        select(QuestionVersion.question_id, func.count())
        .join(PaperItem, PaperItem.question_version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == PaperItem.attempt_id)
        .where(Attempt.person_id == person_id)
        .group_by(QuestionVersion.question_id)
    )
    return {number: times for number, times in rows}  # noqa: C416 - rows are not pairs to a type checker
