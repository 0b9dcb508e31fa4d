"""Keeping the facts of marked items, in the transaction that marks them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from quizzes.attempt_models import Attempt
from quizzes.papers import Item
from quizzes.questions import QuizView


def keep(session: Session, attempt: Attempt, quiz: QuizView, paper: Sequence[Item]) -> None:
    """Keep what the figures need of an attempt that was just decided; a second time replaces the first."""
