"""What the ladder stands on stays: a course that a level asks for cannot be retired."""

from sqlalchemy.orm import Session

from certificates import ladder
from courses.events import CourseRetired
from lms.base.errors import Conflict
from lms.base.i18n import gettext, pick


def course_retired(session: Session, event: CourseRetired) -> None:
    """Undo retiring a course that a level in use asks for. Raises `Conflict` with the levels."""
    asking = [
        pick(level.texts).name
        for level in ladder.levels(session)
        if not level.retired and any(need.kind == "course" and need.slug == event.slug for need in level.needs)
    ]
    if asking:
        raise Conflict(
            gettext(
                "People need this course for a level (%(levels)s). An administrator can change that under Levels.",
                levels=", ".join(asking),
            )
        )
