"""What finishing a lesson takes, by its kind. A lesson to read, watch or open is done when its reader says so."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from courses.catalog import LessonView
from courses.enrollment_models import Enrollment
from courses.exercises import entries
from courses.sessions import attending
from lms.base.i18n import gettext, language
from lms.guidelines import attestations

Rule = Callable[[Session, Enrollment, LessonView], str | None]


def obstacle(session: Session, enrollment: Enrollment, lesson: LessonView) -> str | None:
    """What this learner still has to do before the lesson can be done, as a sentence; nothing when it can be."""
    rule = RULES.get(lesson.kind)
    return rule(session, enrollment, lesson) if rule else None


def clauses_left(session: Session, enrollment: Enrollment, lesson: LessonView) -> str | None:
    """Which clauses of a lesson about clauses this learner has not accepted in the words they have now."""
    asked = attestations.asked_clauses(session, enrollment.person_id, lesson.clauses, language())
    missing = [f"{clause.code} {clause.title}" for clause in asked if not clause.accepted]
    if not missing:
        return None
    return gettext("First accept what this lesson is about: %(clauses)s.", clauses="; ".join(missing))


RULES: dict[str, Rule] = {"clause": clauses_left, "exercise": entries.left, "live": attending.left}
"""For the kinds of lesson that take more than saying so."""
