"""Throwing a draft away: what is live stays as it is. A course that was never published goes with its only draft."""

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courses.authoring import copying, drafts, shelf
from courses.authoring.models import DraftStep, Presence, VersionAuthor
from courses.enrollment_models import Enrollment
from courses.models import ChangedClause, Course, CourseVersion, Prerequisite, RedoLesson
from courses.paths.models import PathStep
from courses.review.models import ReviewComment, Reviewer, SignOff
from courses.sessions.models import LiveSession
from lms.base import audit
from lms.base.errors import Conflict
from lms.base.i18n import gettext

_OF_A_DRAFT = (DraftStep, VersionAuthor, ReviewComment, RedoLesson, ChangedClause)
_OF_A_COURSE = (Presence, Reviewer, PathStep)


def discard(session: Session, course_id: int, person_id: int) -> bool:
    """Throw the draft of a course away, and say whether the course itself went with it. Audited.

    A sign-off is never deleted: a draft that has one stays, and says what the live version says. Raises `Conflict`
    when there is no draft, or when a course that was never published is needed elsewhere.
    """
    drafts.lock(session, course_id)
    draft, live = drafts.edition(session, course_id, "draft"), drafts.edition(session, course_id, "published")
    if draft is None:
        raise Conflict(gettext("There is no draft to throw away."))
    audit.record(session, "threw a draft away", f"course:{course_id}", actor_id=person_id, version=draft.number)
    signed = session.scalar(select(exists().where(SignOff.version_id == draft.id)))
    if live and signed:
        drafts.refill(session, live, draft, person_id)
        draft.in_review_at = draft.in_review_by = None
    elif live:
        _delete_draft(session, draft)
    else:
        _refuse_needed_course(session, course_id, signed=bool(signed))
        _delete_course(session, course_id, draft)
    session.flush()
    return live is None


def _delete_draft(session: Session, draft: CourseVersion) -> None:
    copying.empty(session, draft.id)
    for table in _OF_A_DRAFT:
        session.execute(delete(table).where(table.version_id == draft.id))
    session.delete(draft)
    session.flush()


def _refuse_needed_course(session: Session, course_id: int, *, signed: bool) -> None:
    course = session.get_one(Course, course_id)
    if waiting := shelf.waiting_for(session, course_id):
        raise Conflict(
            gettext("%(codes)s can only be taken after this course. Change that first.", codes=", ".join(waiting))
        )
    reasons = {
        gettext("A reviewer signed this draft, and that is kept. Retire the course instead."): signed,
        gettext("A quiz belongs to this course. Retire the course instead."): course.quiz_slug is not None,
        gettext("This course has dates for live sessions. Retire the course instead."): session.scalar(
            select(exists().where(LiveSession.course_id == course_id))
        ),
        gettext("People are enrolled in this course. Retire the course instead."): session.scalar(
            select(exists().where(Enrollment.course_id == course_id))
        ),
    }
    if found := next((sentence for sentence, true in reasons.items() if true), None):
        raise Conflict(found)


def _delete_course(session: Session, course_id: int, draft: CourseVersion) -> None:
    _delete_draft(session, draft)
    for table in _OF_A_COURSE:
        session.execute(delete(table).where(table.course_id == course_id))
    for column in (Prerequisite.course_id, Prerequisite.required_id):
        session.execute(delete(Prerequisite).where(column == course_id))
    try:
        with session.begin_nested():
            session.execute(delete(Course).where(Course.id == course_id))
    except IntegrityError as error:  # something of a domain above, such as a certificate that asks for it
        raise Conflict(gettext("This course is needed elsewhere. Retire it instead.")) from error
