"""Tasks for markers: opened when an attempt is handed in that rules alone cannot mark."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from quizzes.attempt_models import Attempt
from quizzes.papers import Item
from quizzes.questions import QuizView


def open_for(session: Session, attempt: Attempt, quiz: QuizView, waiting: Sequence[Item]) -> None:
    """Ask for the marking of these items of an attempt, by as many markers as the quiz wants, until its day."""
