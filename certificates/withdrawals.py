"""What follows for certificates when a completion is taken back, and when it returns.

A certificate says what was proved and is never changed; the permission that it gave is paused. A pause made here ends
by rule, when the courses of the level are completed again. A pause or a withdrawal by the hub stays the hub's.
"""

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.models import Authorization, Certificate
from certificates.permissions import holds
from certificates.permissions.models import Hold
from courses.enrollment_models import Enrollment
from courses.events import CourseCompleted, CourseCompletionWithdrawn

PAUSED = "Paused by rule: a quiz was marked anew, and the course is no longer completed."
RESUMED = "Goes on by rule: the course is completed again."


def pause(session: Session, event: CourseCompletionWithdrawn) -> None:
    """Hold the permissions of somebody whose certificates rest on a course that is no longer completed."""
    holds.lock(session, [event.person_id])
    earned = _earned_cycles(session, event.person_id)
    lost = [
        (event.person_id, row.id)
        for row in _given(session, event.person_id)
        if row.level_id in earned and row.cycle > earned[row.level_id]
    ]
    holds.place_on(session, lost, "course", PAUSED)


def resume(session: Session, event: CourseCompleted) -> None:
    """Let go on what was held for a course and rests on completed courses again."""
    held = select(Hold.authorization_id).where(
        Hold.person_id == event.person_id, Hold.cause == "course", Hold.lifted_at.is_(None)
    )
    numbers = set(session.scalars(held))
    if not numbers:
        return
    holds.lock(session, [event.person_id])
    earned = _earned_cycles(session, event.person_id)
    again = [
        row.id
        for row in _given(session, event.person_id)
        if row.id in numbers and row.cycle <= earned.get(row.level_id, 0)
    ]
    holds.lift_where(session, RESUMED, Hold.authorization_id.in_(again), Hold.cause == "course")


def _earned_cycles(session: Session, person_id: int) -> dict[int, int]:
    """For each level that asks for courses, the cycle that those completed now are enough for; 0 for none."""
    completions = (
        select(Enrollment.course_id, func.max(Enrollment.cycle))
        .where(Enrollment.person_id == person_id, Enrollment.completed_at.is_not(None))
        .group_by(Enrollment.course_id)
    )
    completed = dict(session.execute(completions).all())
    return {
        level.id: min(completed.get(course_id, 0) for course_id in level.course_ids)
        for level in ladder.levels(session)
        if level.course_ids
    }


def _given(session: Session, person_id: int) -> Sequence[Row[int, int, int]]:
    """Somebody's permissions that are not over, each with the cycle of its certificate."""
    statement = (
        select(Authorization.id, Authorization.level_id, Certificate.cycle)
        .join(Certificate, Certificate.id == Authorization.certificate_id)
        .where(Authorization.person_id == person_id, Authorization.status.in_(("requested", "active", "suspended")))
        .order_by(Authorization.id)
    )
    return session.execute(statement).all()
