"""What finishing a live lesson takes."""

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from courses.catalog import LessonView
from courses.enrollment_models import Enrollment, LessonRedo
from courses.sessions.models import LiveSession, Seat
from lms.base.i18n import gettext


def left(session: Session, enrollment: Enrollment, lesson: LessonView) -> str | None:
    """Why a live lesson is not done yet, as a sentence; nothing once the learner was there since it was last asked."""
    asked = (
        select(func.max(LessonRedo.asked_at))
        .where(LessonRedo.enrollment_id == enrollment.id, LessonRedo.lesson == lesson.slug)
        .scalar_subquery()
    )
    there = exists().where(
        Seat.session_id == LiveSession.id,
        Seat.person_id == enrollment.person_id,
        Seat.attended.is_(True),
        LiveSession.course_id == enrollment.course_id,
        LiveSession.lesson == lesson.slug,
        (asked.is_(None)) | (LiveSession.starts_at > asked),
    )
    if session.scalar(select(there)):
        return None
    return gettext("You finish this lesson by being at a session. Book a seat in one.")
