"""The paper of an attempt: its questions, what was answered so far, and how that was marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from lms.base.db import rows
from lms.base.errors import NotFound
from quizzes import definitions
from quizzes.attempt_models import Attempt, Mark, PaperItem, Response
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Kind
from quizzes.questions import Answer, Marked, QuestionView


@dataclass(frozen=True)
class Item:
    """A question on a paper. It holds the key: pages of an open attempt are made from `sheet`, not from this.

    `first_at` is when it was first answered, `answered_at` when the answer that counts was given, `certainty` how sure
    the learner said she was.
    """

    id: int
    position: int
    question: QuestionView
    order: tuple[str, ...]
    answer: Answer | None
    mark: Marked | None
    certainty: int | None = None
    first_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def kind(self) -> Kind:
        return KINDS[self.question.kind]

    @property
    def answered(self) -> bool:
        return self.kind.answered(self.question, self.answer)


_each, _later, _last = aliased(Response), aliased(Response), aliased(Mark)
_NEWEST = select(func.max(_later.revision)).where(_later.item_id == PaperItem.id).correlate(PaperItem).scalar_subquery()
_FIRST = select(func.min(_each.answered_at)).where(_each.item_id == PaperItem.id).correlate(PaperItem).scalar_subquery()
_NUMBER = select(func.max(_last.number)).where(_last.item_id == PaperItem.id).correlate(PaperItem).scalar_subquery()
_ITEMS = (
    select(
        PaperItem.id,
        PaperItem.position,
        PaperItem.question_version_id,
        PaperItem.choice_order,
        Response.answer,
        Response.certainty,
        Response.answered_at,
        _FIRST.label("first_at"),
        Mark.credit,
        Mark.crossed,
        Mark.voided,
    )
    .select_from(PaperItem)
    .outerjoin(Response, (Response.item_id == PaperItem.id) & (Response.revision == _NEWEST))
    .outerjoin(Mark, (Mark.item_id == PaperItem.id) & (Mark.number == _NUMBER))
    .where(PaperItem.attempt_id == bindparam("attempt_id"))
    .order_by(PaperItem.position)
)


def items(session: Session, attempt: Attempt) -> list[Item]:
    """The questions of an attempt in their order. One statement once they are in memory."""
    found = rows(session, _ITEMS, {"attempt_id": attempt.id}).all()
    questions = definitions.questions(session, (row.question_version_id for row in found))
    return [
        Item(
            id=row.id,
            position=row.position,
            question=(question := questions[row.question_version_id]),
            order=tuple(row.choice_order),
            answer=row.answer,
            mark=None if row.credit is None else Marked(row.credit, row.crossed, row.voided, question.clauses),
            certainty=row.certainty,
            first_at=row.first_at,
            answered_at=row.answered_at,
        )
        for row in found
    ]


def item(session: Session, attempt: Attempt, position: int) -> Item:
    """One question of an attempt. Raises `NotFound` for a place that is not on the paper."""
    return at(items(session, attempt), position)


def at(items: Iterable[Item], position: int) -> Item:
    """The item at a place of the paper. Raises `NotFound`."""
    for found in items:
        if found.position == position:
            return found
    raise NotFound
