"""When figures are computed: when somebody asks, and at night for quizzes with new results. Never inside a page."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.db import Database
from quizzes import definitions
from quizzes.analysis import computing
from quizzes.analysis.models import ItemFact, QuizFigures
from quizzes.attempt_models import Attempt, Result
from quizzes.models import QuizVersion


def ask(session: Session, slug: str) -> None:
    """Have the figures of a quiz counted soon, those of first attempts and those of all. Raises `NotFound`."""
    _ask(session, definitions.live(session, slug).id, clock.now())


def ask_for_new(session: Session) -> int:
    """Ask for the figures of every quiz that has results newer than they are. For the night; returns how many."""
    counted = select(QuizFigures.quiz_id, func.min(QuizFigures.computed_at).label("at")).group_by(QuizFigures.quiz_id)
    last = counted.subquery()
    newest = (
        select(QuizVersion.quiz_id)
        .join(Attempt, Attempt.quiz_version_id == QuizVersion.id)
        .join(Result, Result.attempt_id == Attempt.id)
        .outerjoin(last, last.c.quiz_id == QuizVersion.quiz_id)
        .where(select(ItemFact.item_id).where(ItemFact.quiz_id == QuizVersion.quiz_id).exists())
        .group_by(QuizVersion.quiz_id, last.c.at)
        .having((func.max(Result.at) >= last.c.at) | last.c.at.is_(None))
        .order_by(QuizVersion.quiz_id)
    )
    found = session.scalars(newest).all()
    for quiz_id in found:
        _ask(session, quiz_id, clock.now())
    return len(found)


def work_off(database: Database, going: Callable[[], bool] = lambda: True) -> int:
    """Compute what was asked for, each in transactions of its own; returns how many. For the worker.

    What a worker that died had begun, and what is left when `going` says no, stays asked for.
    """
    with database.reading() as session:
        waiting = session.execute(
            select(QuizFigures.quiz_id, QuizFigures.only_first)
            .where(QuizFigures.asked_at.is_not(None))
            .order_by(QuizFigures.asked_at, QuizFigures.only_first.desc())
        ).all()
    done = 0
    for quiz_id, only_first in waiting:
        if not going():
            break
        computing.compute(database, quiz_id, only_first=only_first)
        done += 1
    return done


def _ask(session: Session, quiz_id: int, at: datetime) -> None:
    for only_first in (True, False):
        computing.run_of(session, quiz_id, only_first).asked_at = at
    session.flush()
