"""What follows for certificates when a completion is taken back, and when it returns.

A certificate says what was proved and is never changed; the permission that it gave is paused. A pause made here ends
by rule, when the courses that the certificate rests on are completed again. A pause or a withdrawal by the hub stays
the hub's.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.permissions import holds
from certificates.permissions.models import Hold
from certificates.way import basis
from courses.events import CourseCompleted, CourseCompletionWithdrawn

PAUSED = "Paused by rule: a quiz was marked anew, and the course is no longer completed."
RESUMED = "Goes on by rule: the course is completed again."


def pause(session: Session, event: CourseCompletionWithdrawn) -> None:
    """Hold the permissions of somebody whose certificates rest on a course that is no longer completed."""
    holds.lock(session, [event.person_id])
    lost = [(event.person_id, number) for number in basis.unproved(session, event.person_id)]
    holds.place_on(session, lost, "course", PAUSED)


def resume(session: Session, event: CourseCompleted) -> None:
    """Let go on what was held for a course and rests on completed courses again."""
    held = select(Hold.authorization_id).where(
        Hold.person_id == event.person_id, Hold.cause == "course", Hold.lifted_at.is_(None)
    )
    if not session.scalars(held).first():
        return
    holds.lock(session, [event.person_id])
    again = set(session.scalars(held)) - basis.unproved(session, event.person_id)
    holds.lift_where(session, RESUMED, Hold.authorization_id.in_(again), Hold.cause == "course")
