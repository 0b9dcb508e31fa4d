"""Sign-offs: who read which words of a draft, and agreed."""

from sqlalchemy.orm import Session

from courses.models import CourseVersion


def missing(session: Session, draft: CourseVersion, live: CourseVersion | None) -> list[str]:
    """Which sign-offs the draft still needs before it can be published, a sentence each, for its author."""
    return []
