"""What finishing a lesson takes, by its kind."""

from sqlalchemy.orm import Session

from courses.catalog import LessonView
from courses.enrollment_models import Enrollment


def obstacle(session: Session, enrollment: Enrollment, lesson: LessonView) -> str | None:
    """What this learner still has to do before the lesson can be done, as a sentence; nothing when it can be."""
    return None
