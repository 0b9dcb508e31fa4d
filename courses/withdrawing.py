"""Taking the completion of a course back, when the pass it rests on no longer holds."""

from sqlalchemy.orm import Session

from courses import enrollment
from courses.enrollment_models import Enrollment
from courses.events import CourseCompletionWithdrawn
from lms.base import audit
from lms.base.events import announce


def withdraw_pass(session: Session, enrollment_id: int, reason: str) -> bool:
    """The quiz of a course is not passed any more: the course is open again. Says whether anything changed.

    For the quizzes, which know that no other attempt of the enrollment was passed, and hold its lock. The day on
    which it had been completed stays in the audit trail. Where a newer cycle of the course is there, that one is the
    one to do, and the old one stays closed.
    """
    found = session.get_one(Enrollment, enrollment_id)
    session.refresh(found, with_for_update={"key_share": True})
    completed_at = found.completed_at
    if completed_at is None:
        return False
    newest = enrollment.current(session, found.person_id, found.course_id)
    if newest is found:
        found.completed_at = None
        session.flush()
    audit.record(
        session,
        "took back the completion of a course",
        f"course:{found.course_id}",
        person=found.person_id,
        enrollment=enrollment_id,
        completed_at=completed_at.isoformat(),
        reason=reason,
    )
    announce(session, CourseCompletionWithdrawn(found.person_id, found.course_id, enrollment_id, reason))
    return True
