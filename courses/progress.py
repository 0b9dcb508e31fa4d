"""How far each person has come.

A lesson is done when its reader says so, once, whatever version it was. A course without a quiz is completed with
its last lesson, one with a quiz when the quiz is passed. What is done stays done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, and_, bindparam, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from courses import catalog, enrollment, finishing
from courses.catalog import CourseView, LessonView
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.events import CourseCompleted
from courses.models import Course
from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.events import announce
from lms.base.i18n import gettext, pick


def percent(done: int, lessons: int, *, has_quiz: bool, completed: bool) -> int:
    """Steps done, the quiz being one, in whole percent rounded down; 100 only when the course is completed."""
    if completed:
        return 100
    steps = lessons + has_quiz
    return min(99, 100 * done // steps) if steps else 0


@dataclass(frozen=True)
class Standing:
    """Where somebody stands in a course. `done` holds the addresses of lessons."""

    course: CourseView
    enrollment: Enrollment | None
    done: frozenset[str]

    @property
    def completed_at(self) -> datetime | None:
        return self.enrollment.completed_at if self.enrollment else None

    @property
    def lessons_done(self) -> int:
        return sum(lesson.slug in self.done for lesson in self.course.lessons)

    @property
    def lessons_left(self) -> list[LessonView]:
        return [lesson for lesson in self.course.lessons if lesson.slug not in self.done]

    @property
    def percent(self) -> int:
        return percent(
            self.lessons_done,
            len(self.course.lessons),
            has_quiz=self.course.quiz_slug is not None,
            completed=self.completed_at is not None,
        )

    @property
    def minutes_left(self) -> int:
        if self.completed_at:
            return 0
        return sum(lesson.minutes for lesson in self.lessons_left) + self.course.quiz_minutes

    @property
    def next_lesson(self) -> LessonView | None:
        """Where to go on: the lesson last opened if it is not done, else the first that is not; none when all are."""
        left = self.lessons_left
        last = self.enrollment.last_lesson if self.enrollment else None
        return next((lesson for lesson in left if lesson.slug == last), left[0] if left else None)


_DONE = (
    select(func.aggregate_strings(LessonCompletion.lesson, " "))
    .where(LessonCompletion.enrollment_id == Enrollment.id)
    .correlate(Enrollment)
    .scalar_subquery()
)

_enrolled = aliased(Enrollment)
_newest = (
    select(func.max(_enrolled.cycle))
    .where(_enrolled.person_id == bindparam("person_id"), _enrolled.course_id == Course.id)
    .correlate(Course)
    .scalar_subquery()
)
_STANDING = catalog.LIVE.add_columns(Enrollment, _DONE.label("done")).outerjoin(
    Enrollment,
    and_(
        Enrollment.course_id == Course.id,
        Enrollment.person_id == bindparam("person_id", type_=Integer()),
        Enrollment.cycle == _newest,
    ),
)
_IN_ORDER = _STANDING.order_by(Course.position, Course.code)
_BY_SLUG = _STANDING.where(Course.slug == bindparam("slug"))


def standing(session: Session, person_id: int, slug: str) -> Standing:
    """Where somebody stands in a course, by its address. Raises `NotFound`. One statement."""
    row = session.execute(_BY_SLUG, {"person_id": person_id, "slug": slug}).one_or_none()
    if row is None:
        raise NotFound
    return _standing(session, row)


def overview(session: Session, person_id: int) -> list[Standing]:
    """Where somebody stands in every live course, in the order of the curriculum. One statement."""
    return [_standing(session, row) for row in session.execute(_IN_ORDER, {"person_id": person_id})]


def _standing(session: Session, row: Row[*tuple[Any, ...]]) -> Standing:
    return Standing(catalog.view(session, row), row.Enrollment, frozenset((row.done or "").split()))


def done_lessons(session: Session, enrollment_id: int) -> frozenset[str]:
    """The addresses of the lessons done in an enrollment."""
    return frozenset(
        session.scalars(select(LessonCompletion.lesson).where(LessonCompletion.enrollment_id == enrollment_id))
    )


def lessons_left(session: Session, found: Enrollment, course: CourseView) -> list[LessonView]:
    """The lessons of the live version that are still to be done."""
    done = done_lessons(session, found.id)
    return [lesson for lesson in course.lessons if lesson.slug not in done]


def remember_place(session: Session, person_id: int, course_id: int, lesson: str) -> None:
    """Keep which lesson somebody opened last, and that the course is begun. Enrolls who opens a course by herself."""
    found = enrollment.enroll(session, person_id, course_id)
    now = clock.now()
    found.started_at = found.started_at or now
    found.last_lesson, found.last_opened_at = lesson, now


def complete_lesson(session: Session, person_id: int, course: CourseView, lesson: str) -> None:
    """A learner says that a lesson is done. Saying it again changes nothing.

    Raises `Conflict` when a course that comes first is not completed, `NotFound` for a lesson that is not there.
    """
    course.lesson(lesson)
    if missing := enrollment.still_required(session, person_id, course.id):
        titles = ", ".join(pick(catalog.get(session, slug).titles) for slug in missing)
        raise Conflict(gettext("First complete: %(courses)s.", courses=titles))
    remember_place(session, person_id, course.id, lesson)
    found = enrollment.current(session, person_id, course.id)
    assert found is not None
    if sentence := finishing.obstacle(session, found, course.lesson(lesson)):
        raise Conflict(sentence)
    known = exists().where(LessonCompletion.enrollment_id == found.id, LessonCompletion.lesson == lesson)
    if session.scalar(select(known)):
        return
    session.add(
        LessonCompletion(enrollment_id=found.id, lesson=lesson, version_id=course.version_id, completed_at=clock.now())
    )
    session.flush()
    if course.quiz_slug is None and not lessons_left(session, found, course):
        _complete(session, found.id)


def record_pass(session: Session, enrollment_id: int) -> None:
    """The quiz of a course was passed: the course is completed, once. For the quizzes."""
    _complete(session, enrollment_id)


def _complete(session: Session, enrollment_id: int) -> None:
    now = clock.now()
    closed = session.execute(
        update(Enrollment)
        .where(Enrollment.id == enrollment_id, Enrollment.completed_at.is_(None))
        .values(completed_at=now, started_at=func.coalesce(Enrollment.started_at, now))
        .returning(Enrollment.person_id, Enrollment.course_id)
    ).one_or_none()
    if closed is None:
        return
    audit.record(session, "completed a course", f"course:{closed.course_id}", actor_id=closed.person_id)
    announce(
        session,
        CourseCompleted(person_id=closed.person_id, course_id=closed.course_id, enrollment_id=enrollment_id),
    )
