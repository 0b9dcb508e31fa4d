"""Tasks for markers: opened when an attempt is handed in that rules alone cannot mark."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from lms.base import clock
from quizzes.attempt_models import Attempt
from quizzes.marking.days import working_days_after
from quizzes.marking.markers import MODERATOR
from quizzes.marking.models import MarkingTask
from quizzes.papers import Item
from quizzes.questions import QuizView

MODERATION_DAYS = 2
"""At least so many working days a moderator has, when the promise to the learner is nearly due."""


def open_for(session: Session, attempt: Attempt, quiz: QuizView, waiting: Sequence[Item]) -> None:
    """Ask for the marking of these items of an attempt, by as many markers as the quiz wants, until its day.

    The day is `marking_days` working days from now.
    """
    now = clock.now()
    due_at = working_days_after(now, quiz.marking_days)
    session.add_all(
        MarkingTask(
            item_id=item.id, slot=slot, marked_by=item.kind.waits_for(item.question), made_at=now, due_at=due_at
        )
        for item in waiting
        for slot in range(1, quiz.markers + 1)
    )


def open_moderation(session: Session, after: MarkingTask) -> None:
    """Ask a third person to decide, since two markers are apart; on the day that was promised, if that can be."""
    now = clock.now()
    due_at = max(after.due_at, working_days_after(now, MODERATION_DAYS))
    session.add(
        MarkingTask(item_id=after.item_id, slot=MODERATOR, marked_by=after.marked_by, made_at=now, due_at=due_at)
    )
    session.flush()
