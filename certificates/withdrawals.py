"""What follows for certificates when a completion is taken back, and when it returns.

A certificate says what was proved and is never changed; the permission that it gave is paused. A pause made here ends
by rule, when the courses of the level are completed again. A pause or a withdrawal by the hub stays the hub's.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import history, ladder
from certificates.models import Authorization, AuthorizationStatus, Certificate
from courses.enrollment_models import Enrollment
from courses.events import CourseCompleted, CourseCompletionWithdrawn
from lms.people.models import Person

PAUSED = "Paused by rule: a quiz was marked anew, and the course is no longer completed."
RESUMED = "Goes on by rule: the course is completed again."


def pause(session: Session, event: CourseCompletionWithdrawn) -> None:
    """Pause the permissions of somebody whose certificates rest on a course that is no longer completed."""
    _lock(session, event.person_id)
    earned = _earned_cycles(session, event.person_id)
    for authorization, cycle in _held(session, event.person_id, ("active", "requested")):
        if authorization.level_id in earned and cycle > earned[authorization.level_id]:
            history.record(session, authorization, "suspended", PAUSED)


def resume(session: Session, event: CourseCompleted) -> None:
    """Let go on what was paused here and rests on completed courses again, as it stood before."""
    held = _held(session, event.person_id, ("suspended",))
    if not held:
        return
    _lock(session, event.person_id)
    earned = _earned_cycles(session, event.person_id)
    for authorization, cycle in held:
        now, before = _last_two(session, authorization.id)
        if now.reason == PAUSED and before and cycle <= earned.get(authorization.level_id, 0):
            history.record(session, authorization, before.status, RESUMED)


def _lock(session: Session, person_id: int) -> None:
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


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


def _held(session: Session, person_id: int, statuses: tuple[str, ...]) -> list[tuple[Authorization, int]]:
    """Somebody's permissions in one of these states, each with the cycle of its certificate."""
    statement = (
        select(Authorization, Certificate.cycle)
        .join(Certificate, Certificate.id == Authorization.certificate_id)
        .where(Authorization.person_id == person_id, Authorization.status.in_(statuses))
        .order_by(Authorization.id)
        .with_for_update(of=Authorization)
    )
    return [(row.Authorization, row.cycle) for row in session.execute(statement)]


def _last_two(session: Session, authorization_id: int) -> tuple[AuthorizationStatus, AuthorizationStatus | None]:
    """The newest change of a permission, and the one before it."""
    newest, *earlier = session.scalars(
        select(AuthorizationStatus)
        .where(AuthorizationStatus.authorization_id == authorization_id)
        .order_by(AuthorizationStatus.id.desc())
        .limit(2)
    )
    return newest, earlier[0] if earlier else None
