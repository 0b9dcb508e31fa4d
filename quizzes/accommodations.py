"""What a person gets in every quiz: more time, no clock, breaks. Said once, with a category and never a diagnosis."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizzes.attempt_models import Accommodation
from quizzes.clocks import Clock

IN_FORCE = Accommodation.ended_at.is_(None)


def in_force(session: Session, person_id: int) -> Accommodation | None:
    """What holds for somebody now. One statement."""
    return session.scalar(select(Accommodation).where(Accommodation.person_id == person_id, IN_FORCE))


def clock_of(found: Accommodation | None, chosen: int = 100) -> Clock:
    """Somebody's clock: her accommodation, or the percent of the usual time that she chose if that is more."""
    if found is None:
        return Clock(percent=chosen)
    return Clock(max(found.factor_percent, chosen), found.extra_minutes, found.no_timer, found.break_minutes)
