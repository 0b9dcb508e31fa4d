"""Keeping the facts of marked items, in the transaction that marks them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from lms.base.db import Database
from quizzes import definitions, papers
from quizzes.analysis.models import ItemFact
from quizzes.attempt_models import Attempt
from quizzes.models import QuizVersion
from quizzes.papers import Item
from quizzes.questions import QuizView

LONGEST_PICK = 200
LONGEST_SECONDS = 30 * 60
"""Who takes longer between two answers was away."""
AT_ONCE = 500
"""So many attempts are looked at in one transaction when facts are made anew."""


def keep(session: Session, attempt: Attempt, quiz: QuizView, paper: Sequence[Item]) -> None:
    """Keep what the figures need of an attempt that was just decided; a second time replaces the first.

    An abandoned attempt says nothing about its questions, and a voided question nothing about anything: no facts.
    """
    forget(session, attempt.id)
    if attempt.state == "marked" and (found := list(_facts(attempt, quiz, paper))):
        session.connection().execute(insert(ItemFact), found)


def forget(session: Session, attempt_id: int) -> None:
    """Leave an attempt out of the figures, as when it is voided."""
    session.execute(delete(ItemFact).where(ItemFact.attempt_id == attempt_id))


def rebuild(session: Session, quiz_id: int) -> int:
    """Make the facts of a quiz anew from papers, responses and marks; returns of how many attempts."""
    versions = select(QuizVersion.id).where(QuizVersion.quiz_id == quiz_id)
    found = session.scalars(select(Attempt).where(Attempt.state == "marked", Attempt.quiz_version_id.in_(versions)))
    attempts = found.all()
    _anew(session, attempts)
    return len(attempts)


def fill(database: Database) -> int:
    """Make facts of marked attempts that have none, as of those from before there were figures. For `lms init`.

    Each `AT_ONCE` attempts in a transaction of their own. Returns of how many. Safe to repeat.
    """
    done, last = 0, 0
    while True:
        with database.transaction() as session:
            some = _without(session, last)
            _anew(session, some)
        if not some:
            return done
        done, last = done + len(some), some[-1].id


def _without(session: Session, after: int) -> Sequence[Attempt]:
    missing = ~exists().where(ItemFact.attempt_id == Attempt.id)
    marked = select(Attempt).where(Attempt.state == "marked", Attempt.id > after, missing)
    return session.scalars(marked.order_by(Attempt.id).limit(AT_ONCE)).all()


def _anew(session: Session, attempts: Iterable[Attempt]) -> None:
    for attempt in attempts:
        quiz = definitions.version(session, attempt.quiz_version_id)
        keep(session, attempt, quiz, papers.items(session, attempt))


def _facts(attempt: Attempt, quiz: QuizView, paper: Sequence[Item]) -> Iterator[dict[str, Any]]:
    counting = [item for item in paper if item.mark is not None and not item.mark.voided]
    total = sum(item.mark.credit for item in counting if item.mark)
    seconds = _seconds(attempt.started_at, counting)
    for item in counting:
        assert item.mark is not None
        yield {
            "item_id": item.id,
            "attempt_id": attempt.id,
            "quiz_id": quiz.id,
            "line_id": item.question.line_id or item.question.version_id,
            "first": attempt.number == 1,
            "language": attempt.language,
            "tier": attempt.tier,
            "credit": item.mark.credit,
            "crossed": item.mark.crossed,
            "rest": rest(total - item.mark.credit, len(counting) - 1),
            "picked": item.kind.picked(item.question, item.answer)[:LONGEST_PICK],
            "certainty": item.certainty,
            "seconds": seconds.get(item.id),
        }


def rest(total: int, count: int) -> int:
    """The mean of `count` credits in hundredths of a percent, rounded to the nearest; 0 when there is no other."""
    return (200 * total + count) // (2 * count) if count else 0


def _seconds(started_at: datetime, items: Sequence[Item]) -> dict[int, int]:
    """The time from the answer before (or the start) to the first answer, by item.

    Coming back to an answer later does not count. It cannot be told of what was left open, of several answers that
    arrived together, after the connection came back, or after a time in which somebody was away.
    """
    found: dict[int, int] = {}
    before = started_at
    for at, item_id in sorted((item.first_at, item.id) for item in items if item.first_at is not None):
        taken = int((at - before).total_seconds())
        if 1 <= taken <= LONGEST_SECONDS:
            found[item_id] = taken
        before = at
    return found
