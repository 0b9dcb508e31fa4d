"""Questions with a clock of their own, inside that of the attempt. It starts with the first thing that is saved."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.base import clock
from quizzes import breaks
from quizzes.attempt_models import Attempt
from quizzes.clocks import Clock, item_is_over, item_left
from quizzes.papers import Item


def seconds_left(session: Session, attempt: Attempt, items: Iterable[Item]) -> dict[int, int]:
    """How many seconds are left for each question with a clock, by its place on the paper; all before it is begun.

    Nothing for somebody whose attempt has no clock. One statement when such a question is begun, else none.
    """
    limited = [(item, limit) for item in items if (limit := _limit(attempt, item)) is not None]
    taken = _breaks(session, attempt) if any(item.first_at for item, _ in limited) else []
    return {
        item.position: item_left(limit, _spent(item.first_at, taken) if item.first_at else timedelta())
        for item, limit in limited
    }


def is_over(session: Session, attempt: Attempt, item: Item) -> bool:
    """Whether an answer to a question comes later than its own clock allows, with a little grace for the network."""
    limit = _limit(attempt, item)
    if limit is None or item.first_at is None:
        return False
    return item_is_over(limit, _spent(item.first_at, _breaks(session, attempt)))


def _limit(attempt: Attempt, item: Item) -> timedelta | None:
    """How long this person has for a question; none when no clock runs."""
    usual = item.kind.seconds(item.question)
    own = Clock(attempt.time_percent, attempt.extra_minutes, attempt.no_timer)
    return own.of_item(usual) if usual else None


def _spent(since: datetime, taken: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """How long the clock ran since a moment: it stands still in breaks."""
    now = clock.now()
    still = (max(timedelta(), min(end, now) - max(began, since)) for began, end in taken)
    return now - since - sum(still, timedelta())


def _breaks(session: Session, attempt: Attempt) -> list[tuple[datetime, datetime]]:
    """From when to when breaks were taken; one that still goes on ends when it has to."""
    taken = breaks.of_attempt(session, attempt.id)
    return [(one.began_at, one.ended_at or attempt.break_until or clock.now()) for one in taken]
