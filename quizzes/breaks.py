"""Breaks: the clock of an attempt stands still for a while, for whoever is given that.

Taking a break moves the deadline by all that is left of the breaks, so that nothing else has to know of it; going on
gives back what was not used. It never moves past the close of the quiz. The questions are not shown meanwhile.
"""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.errors import Conflict
from lms.base.i18n import gettext
from quizzes import closing, definitions
from quizzes.attempt_models import OPEN, Attempt, Break


def take(session: Session, attempt: Attempt) -> None:
    """Begin a break, for the owner of the attempt. Raises `Conflict` when none is left or the attempt is closed."""
    session.refresh(attempt, with_for_update=True)
    now = clock.now()
    if attempt.break_until:
        return
    if attempt.state not in OPEN or closing.is_overdue(attempt) or now >= attempt.deadline_at:
        raise Conflict(gettext("This attempt is closed. Your answers up to then are counted."))
    closes_at = definitions.version(session, attempt.quiz_version_id).closes_at
    room = int((closes_at - attempt.deadline_at).total_seconds()) if closes_at else attempt.break_seconds
    length = min(attempt.break_seconds, max(0, room))
    if not length:
        raise Conflict(gettext("There is no break left in this attempt."))
    attempt.break_until = now + timedelta(seconds=length)
    attempt.deadline_at += timedelta(seconds=length)
    attempt.break_seconds -= length
    session.add(Break(attempt_id=attempt.id, began_at=now))
    session.flush()


def end(session: Session, attempt: Attempt) -> None:
    """Go on after a break, or notice that it is over: what is left of it can be taken later."""
    session.refresh(attempt, with_for_update=True)
    if attempt.break_until is None:
        return
    now = clock.now()
    unused = max(timedelta(), attempt.break_until - now)
    attempt.deadline_at -= unused
    attempt.break_seconds += int(unused.total_seconds())
    ended = min(now, attempt.break_until)
    attempt.break_until = None
    session.execute(
        update(Break).where(Break.attempt_id == attempt.id, Break.ended_at.is_(None)).values(ended_at=ended)
    )
    session.flush()


def of_attempt(session: Session, attempt_id: int) -> list[Break]:
    """The breaks of an attempt, in their order."""
    return list(session.scalars(select(Break).where(Break.attempt_id == attempt_id).order_by(Break.id)))
