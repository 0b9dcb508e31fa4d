"""What markers said of answers: for the moderator, the learner, and who decides an appeal."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from quizzes import definitions
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.marking import rubric
from quizzes.marking.models import MarkingTask
from quizzes.questions import CriterionView, QuestionView


@dataclass(frozen=True)
class Scored:
    """A criterion and the points that a marker gave for it. `titles` are empty for the answer as a whole."""

    titles: Mapping[str, str]
    points: int
    most: int


@dataclass(frozen=True)
class Reason:
    """What one marker gave: credit in percent, points by criterion, and why, in her words. `slot` 3 is a moderator."""

    slot: int
    credit: int
    comment: str
    scored: tuple[Scored, ...]


def of_item(session: Session, item_id: int, question: QuestionView) -> list[Reason]:
    """What the markers of an item said so far. Two statements."""
    return [reason(task, question) for task in _done(session, [item_id])]


def of_attempt(session: Session, attempt_id: int) -> dict[int, list[Reason]]:
    """The reasons for the marks that people gave, by place on the paper; none while the attempt waits.

    Where a moderator decided, hers is the reason. Three statements at most.
    """
    items = {
        row.id: row
        for row in session.execute(
            select(PaperItem.id, PaperItem.position, PaperItem.question_version_id)
            .join(Attempt, Attempt.id == PaperItem.attempt_id)
            .where(
                Attempt.id == attempt_id,
                Attempt.state != "submitted",
                PaperItem.id.in_(select(MarkingTask.item_id)),
            )
        )
    }
    questions = definitions.questions(session, (row.question_version_id for row in items.values()))
    found: dict[int, list[Reason]] = defaultdict(list)
    for task in _done(session, items) if items else ():
        row = items[task.item_id]
        found[row.position].append(reason(task, questions[row.question_version_id]))
    return {place: [one for one in all if one.slot == 3] or all for place, all in found.items()}


def reason(task: MarkingTask, question: QuestionView) -> Reason:
    """What the marker of a done task said; its points are loaded."""
    given = {mark.criterion_id: mark.points for mark in task.points}
    scored = tuple(_scored(one, given) for one in rubric.criteria(question) if one.id in given)
    return Reason(task.slot, task.credit or 0, task.comment, scored)


def _scored(criterion: CriterionView, given: Mapping[int, int]) -> Scored:
    return Scored(criterion.titles, given[criterion.id], criterion.most)


def _done(session: Session, items: Iterable[int]) -> list[MarkingTask]:
    statement = (
        select(MarkingTask)
        .where(MarkingTask.item_id.in_(list(items)), MarkingTask.done_at.is_not(None))
        .order_by(MarkingTask.item_id, MarkingTask.slot)
        .options(selectinload(MarkingTask.points))
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))
