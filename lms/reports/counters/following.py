"""What the counters do when something happened: the one place where other parts reach their writer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.events import AuthorizationChanged, AuthorizationsChanged, AuthorizationsGranted
from certificates.models import Authorization
from courses.events import (
    CourseCompleted,
    CourseCompletionWithdrawn,
    CoursePublished,
    CourseRetired,
    EnrollmentsChanged,
)
from lms.base.db import parts
from lms.people.events import PeopleChanged
from lms.reports.counters import counting


def people_changed(session: Session, event: PeopleChanged) -> None:
    """People joined, moved, left or came back."""
    counting.recount(session, event.person_ids)


def enrollments_changed(session: Session, event: EnrollmentsChanged) -> None:
    """People take a course, or not any more, or until another day."""
    if event.course_ids:
        counting.recount_courses(session, event.course_ids)
    if event.person_ids:
        counting.recount(session, event.person_ids)


def course_changed(session: Session, event: CoursePublished | CourseRetired) -> None:
    """A course went live or left the catalog: only live ones are counted."""
    if not isinstance(event, CoursePublished) or event.change == "first":
        counting.recount_courses(session, {event.course_id})


def completed(session: Session, event: CourseCompleted | CourseCompletionWithdrawn) -> None:
    """Somebody completed a course, or has to do it again."""
    counting.recount(session, {event.person_id})


def authorization_changed(session: Session, event: AuthorizationChanged) -> None:
    """Somebody may speak from now on, or not any more."""
    counting.recount(session, {event.person_id})


def authorizations_changed(session: Session, event: AuthorizationsChanged | AuthorizationsGranted) -> None:
    """Many people may speak from now on, or not any more."""
    for some in parts(event.authorization_ids):
        people = select(Authorization.person_id).where(Authorization.id.in_(some))
        counting.recount(session, set(session.scalars(people)))
