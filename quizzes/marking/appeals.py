"""Appeals: a learner asks, once for each attempt, that somebody else looks at a result again."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from quizzes import closing, papers
from quizzes.attempt_models import Attempt, Result
from quizzes.marking.days import working_days_after
from quizzes.marking.models import Appeal

WINDOW = timedelta(days=14)
"""How long after a result it can be appealed."""
DECIDED_IN = 10
"""So many working days an appeal may take."""
SHORTEST, LONGEST = 20, 2000
"""Letters of an appeal."""


def of_attempt(session: Session, attempt_id: int) -> Appeal | None:
    """The appeal against the result of an attempt, if one was made. One statement."""
    return session.scalar(select(Appeal).where(Appeal.attempt_id == attempt_id).order_by(Appeal.id.desc()).limit(1))


def until(session: Session, attempt: Attempt) -> datetime | None:
    """Until when a result can be appealed: nothing when it cannot, was already, or not any more. Two statements."""
    if of_attempt(session, attempt.id):
        return None
    return end_of(attempt, closing.newest(session, attempt.id))


def end_of(attempt: Attempt, newest: Result | None) -> datetime | None:
    """Until when the newest result of an attempt can be appealed, if there was no appeal."""
    if attempt.state not in ("marked", "abandoned") or attempt.passed or newest is None:
        return None
    end = newest.at + WINDOW
    return end if end > clock.now() else None


def why_not(session: Session, attempt: Attempt) -> str:
    """The sentence that says why a result cannot be appealed; empty when it can."""
    if of_attempt(session, attempt.id):
        return gettext("You have appealed against this result already. An attempt has one appeal.")
    if attempt.passed:
        return gettext("You passed, so there is nothing to appeal against.")
    if attempt.state not in ("marked", "abandoned"):
        return gettext("There is no result yet that you could appeal against.")
    if until(session, attempt) is None:
        return gettext("A result can be appealed for %(days)s days. That time is over.", days=WINDOW.days)
    return ""


def make(session: Session, person_id: int, attempt_id: int, words: str, position: int | None = None) -> Appeal:
    """A learner appeals against the whole result of her attempt, or one question of it, by its place on the paper.

    Sending the same appeal twice is sending it once.
    Raises `NotFound` for another's attempt or a place that is not there, `Conflict` when it cannot be appealed, and
    `Invalid` for words that are too few or too many.
    """
    attempt = session.scalar(select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id))
    if attempt is None:
        raise NotFound
    closing.lock_enrollment(session, attempt.enrollment_id)
    session.refresh(attempt, with_for_update=True)
    before = of_attempt(session, attempt.id)
    if before and before.words == words:
        return before
    if reason := why_not(session, attempt):
        raise Conflict(reason)
    if not SHORTEST <= len(words) <= LONGEST:
        raise Invalid(
            gettext(
                "Say in %(least)s to %(most)s letters what you ask us to look at; yours has %(count)s.",
                least=SHORTEST,
                most=LONGEST,
                count=len(words),
            )
        )
    item_id = papers.item(session, attempt, position).id if position else None
    now = clock.now()
    appeal = Appeal(
        attempt_id=attempt.id,
        item_id=item_id,
        words=words,
        made_at=now,
        due_at=working_days_after(now, DECIDED_IN),
    )
    session.add(appeal)
    session.flush()
    audit.record(session, "appealed", f"attempt:{attempt.id}", actor_id=person_id, question=position)
    return appeal
