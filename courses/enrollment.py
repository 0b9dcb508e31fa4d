"""Who takes which course."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from courses.events import EnrollmentsChanged
from courses.models import Course, CourseVersion, Prerequisite
from lms.base import clock
from lms.base.errors import NotFound
from lms.base.events import announce
from lms.people.models import Person


def current(session: Session, person_id: int, course_id: int) -> Enrollment | None:
    """Somebody's newest enrollment in a course, open or completed, or nothing."""
    return session.scalar(
        select(Enrollment)
        .where(Enrollment.person_id == person_id, Enrollment.course_id == course_id)
        .order_by(Enrollment.cycle.desc())
        .limit(1)
    )


def enroll(
    session: Session, person_id: int, course_id: int, *, assigned_by: int | None = None, due_on: date | None = None
) -> Enrollment:
    """Enroll somebody, or return the enrollment there is. A due day is only ever set by who assigns."""
    found = current(session, person_id, course_id)
    if found is None:  # whoever enrolls the same person at the same moment takes turns, and finds this one then
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
        found = current(session, person_id, course_id)
    if found is None:
        found = Enrollment(
            person_id=person_id,
            course_id=course_id,
            enrolled_at=clock.now(),
            assigned_by=assigned_by,
            due_on=due_on,
        )
        session.add(found)
    elif due_on is not None and found.completed_at is None:
        found.due_on, found.assigned_by = due_on, assigned_by
    else:
        return found
    session.flush()
    announce(session, EnrollmentsChanged(frozenset({person_id})))
    return found


def take_again(session: Session, person_id: int, course_id: int, *, due_on: date | None = None) -> Enrollment:
    """Open a course once more for somebody who has completed it: a new cycle, beside which the old one stays.

    Returns the enrollment there is when it is not completed. Whoever asks at the same moment takes turns.
    """
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    found = current(session, person_id, course_id)
    if found is not None and found.completed_at is None:
        return found
    again = Enrollment(
        person_id=person_id,
        course_id=course_id,
        cycle=found.cycle + 1 if found else 1,
        enrolled_at=clock.now(),
        due_on=due_on,
    )
    session.add(again)
    session.flush()
    announce(session, EnrollmentsChanged(frozenset({person_id})))
    return again


def live_version(session: Session, course_id: int) -> int:
    """The version with which somebody begins now. Whoever publishes another waits until that is written.

    Raises `NotFound` when no version is live.
    """
    session.execute(select(Course.id).where(Course.id == course_id).with_for_update(read=True))
    found = session.scalar(
        select(CourseVersion.id).where(CourseVersion.course_id == course_id, CourseVersion.status == "published")
    )
    if found is None:
        raise NotFound
    return found


def still_required(session: Session, person_id: int, course_id: int) -> list[str]:
    """The addresses of courses that somebody has to complete before this one opens."""
    done = select(Enrollment.course_id).where(Enrollment.person_id == person_id, Enrollment.completed_at.is_not(None))
    return list(
        session.scalars(
            select(Course.slug)
            .join(Prerequisite, Prerequisite.required_id == Course.id)
            .where(Prerequisite.course_id == course_id, Course.id.not_in(done))
            .order_by(Course.position)
        )
    )


def count_by_course(session: Session) -> dict[int, int]:
    """How many people are inside each course now."""
    rows = session.execute(
        select(Enrollment.course_id, func.count())
        .where(Enrollment.started_at.is_not(None), Enrollment.completed_at.is_(None))
        .group_by(Enrollment.course_id)
    )
    return dict(rows.tuples().all())
