"""How far each person has come.

A learner stays on the version with which she began, until a material version asks her to do lessons again. A lesson
is done when its reader says so, in whatever version, and no later version has asked for it again. A course without a
quiz is completed with its last lesson, one with a quiz when the quiz is passed. What is completed stays completed;
what a version asks for afterwards is a task beside it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Row, String, and_, bindparam, cast, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from courses import catalog, enrollment, finishing, redo
from courses.catalog import CourseView, LessonView
from courses.enrollment_models import Enrollment, LessonCompletion, LessonRedo
from courses.events import CourseCompleted
from courses.models import Course, CourseVersion
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
class Again:
    """A lesson that a version, by number, asks a learner to do again until a day."""

    lesson: str
    version: int
    due_on: date | None


@dataclass(frozen=True)
class Standing:
    """Where somebody stands in a course: in the version she is on, or the live one when she has not begun or is done.

    `done` holds the addresses of lessons, `asked` what later versions ask for again. Optional lessons may be done, and
    count in nothing.
    """

    course: CourseView
    enrollment: Enrollment | None
    done: frozenset[str]
    asked: tuple[Again, ...] = ()

    @property
    def completed_at(self) -> datetime | None:
        return self.enrollment.completed_at if self.enrollment else None

    @property
    def lessons_done(self) -> int:
        return sum(lesson.slug in self.done for lesson in self.course.needed)

    @property
    def lessons_left(self) -> list[LessonView]:
        return [lesson for lesson in self.course.needed if lesson.slug not in self.done]

    @property
    def again(self) -> list[Again]:
        """What is to be done again, in the order of the course, each lesson once with the newest version's day."""
        newest = {one.lesson: one for one in sorted(self.asked, key=lambda one: one.version)}
        return [newest[lesson.slug] for lesson in self.course.needed if lesson.slug in newest]

    @property
    def again_by(self) -> date | None:
        """The first day on which something is to be done again."""
        return min((one.due_on for one in self.again if one.due_on), default=None)

    @property
    def may_finish(self) -> bool:
        """Whether all is done and only the learner's word is missing, as after a lesson has left the course."""
        begun = self.enrollment is not None and self.enrollment.started_at is not None
        waits = begun and self.completed_at is None and self.course.quiz_slug is None
        return waits and bool(self.course.needed) and not self.lessons_left

    @property
    def percent(self) -> int:
        return percent(
            self.lessons_done,
            len(self.course.needed),
            has_quiz=self.course.quiz_slug is not None,
            completed=self.completed_at is not None,
        )

    @property
    def minutes_left(self) -> int:
        if self.completed_at:
            return sum(self.course.lesson(one.lesson).minutes for one in self.again)
        return sum(lesson.minutes for lesson in self.lessons_left) + self.course.quiz_minutes

    @property
    def next_lesson(self) -> LessonView | None:
        """Where to go on: the lesson last opened if it is not done, else the first that is not; none when all are.

        In a course that is completed only what is to be done again counts. An optional lesson is where to go on only
        for who opened it herself while something else is still left.
        """
        again = {one.lesson for one in self.again}
        left = [one for one in self.course.needed if one.slug in again] if self.completed_at else self.lessons_left
        opened = [] if self.completed_at or not left else [one for one in self.course.lessons if one.optional]
        last = self.enrollment.last_lesson if self.enrollment else None
        going = (one for one in (*left, *opened) if one.slug == last and one.slug not in self.done)
        return next(going, left[0] if left else None)


_DONE = (
    select(func.aggregate_strings(LessonCompletion.lesson, " "))
    .where(LessonCompletion.enrollment_id == Enrollment.id, redo.STANDS)
    .correlate(Enrollment)
    .scalar_subquery()
)
_ask = LessonRedo.lesson + "/" + cast(CourseVersion.number, String) + "/"
_ASKED = (
    select(func.aggregate_strings(_ask + func.coalesce(cast(LessonRedo.due_on, String), ""), " "))
    .join(CourseVersion, CourseVersion.id == LessonRedo.version_id)
    .where(LessonRedo.enrollment_id == Enrollment.id, redo.OPEN)
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
_STANDING = catalog.PUBLISHED.add_columns(Enrollment, _DONE.label("done"), _ASKED.label("asked")).outerjoin(
    Enrollment,
    and_(
        Enrollment.course_id == Course.id,
        Enrollment.person_id == bindparam("person_id", type_=Integer()),
        Enrollment.cycle == _newest,
    ),
)
_INSIDE = and_(Enrollment.started_at.is_not(None), Enrollment.completed_at.is_(None))
_IN_ORDER = _STANDING.where(or_(Course.retired_at.is_(None), _INSIDE)).order_by(Course.position, Course.code)
_BY_SLUG = _STANDING.where(
    Course.slug == bindparam("slug"), or_(Course.retired_at.is_(None), Enrollment.started_at.is_not(None))
)
"""A retired course is there for who began it: whoever is halfway goes on, whoever completed it can read it again."""


def standing(session: Session, person_id: int, slug: str) -> Standing:
    """Where somebody stands in a course, by its address. Raises `NotFound`. One statement."""
    row = session.execute(_BY_SLUG, {"person_id": person_id, "slug": slug}).one_or_none()
    if row is None:
        raise NotFound
    return _standing(session, row)


def overview(session: Session, person_id: int) -> list[Standing]:
    """Where somebody stands in every course she can take or is inside of, in the order of the curriculum.

    One statement.
    """
    return [_standing(session, row) for row in session.execute(_IN_ORDER, {"person_id": person_id})]


def _standing(session: Session, row: Row[*tuple[Any, ...]]) -> Standing:
    taken: Enrollment | None = row.Enrollment
    pinned = taken.version_id if taken and taken.completed_at is None else None
    asked = tuple(_again(words) for words in row.asked.split()) if row.asked else ()
    return Standing(catalog.view(session, row, pinned), taken, frozenset((row.done or "").split()), asked)


def _again(words: str) -> Again:
    lesson, number, due = words.split("/")
    return Again(lesson, int(number), date.fromisoformat(due) if due else None)


def done_lessons(session: Session, enrollment_id: int) -> frozenset[str]:
    """The addresses of the lessons done in an enrollment and not asked for again since."""
    done = select(LessonCompletion.lesson).where(LessonCompletion.enrollment_id == enrollment_id, redo.STANDS)
    return frozenset(session.scalars(done))


def lessons_left(session: Session, found: Enrollment, course: CourseView) -> list[LessonView]:
    """The lessons of a version that are still to be done, without optional ones."""
    done = done_lessons(session, found.id)
    return [lesson for lesson in course.needed if lesson.slug not in done]


def remember_place(session: Session, person_id: int, course_id: int, lesson: str) -> None:
    """Keep which lesson somebody opened last, and that the course is begun. Enrolls who opens a course by herself.

    From the first lesson on, she is on the version that is live then.
    """
    found = enrollment.enroll(session, person_id, course_id)
    if found.version_id is None and found.completed_at is None:
        found.version_id = enrollment.live_version(session, course_id)
    now = clock.now()
    found.started_at = found.started_at or now
    found.last_lesson, found.last_opened_at = lesson, now


def complete_lesson(
    session: Session, person_id: int, course: CourseView, lesson: str, *, read_id: int | None = None
) -> None:
    """A learner says that a lesson is done. Saying it again changes nothing.

    `read_id` is the version whose text she had open, if the page said so. Raises `Conflict` when a course that comes
    first is not completed, when the lesson has left her version or was asked for again after she opened it, and
    `NotFound` for a lesson that is not there.
    """
    if missing := enrollment.still_required(session, person_id, course.id):
        titles = ", ".join(pick(catalog.get(session, slug).titles) for slug in missing)
        raise Conflict(gettext("First complete: %(courses)s.", courses=titles))
    remember_place(session, person_id, course.id, lesson)
    found = enrollment.current(session, person_id, course.id)
    assert found is not None
    session.refresh(found, with_for_update={"key_share": True})  # a version that is being published waits, or is there
    taken = _taken(session, found, course, lesson)
    if read_id is not None and redo.changed_since(session, lesson, read_id, taken.version_id):
        raise Conflict(gettext("This lesson was changed while you had it open. Open it again, and read what is new."))
    if sentence := finishing.obstacle(session, found, taken.lesson(lesson)):
        raise Conflict(sentence)
    known = exists().where(LessonCompletion.enrollment_id == found.id, LessonCompletion.lesson == lesson, redo.STANDS)
    if session.scalar(select(known)):
        return
    session.add(
        LessonCompletion(enrollment_id=found.id, lesson=lesson, version_id=taken.version_id, completed_at=clock.now())
    )
    session.flush()
    if course.quiz_slug is None and not taken.lesson(lesson).optional and not lessons_left(session, found, taken):
        _complete(session, found.id)


def _taken(session: Session, found: Enrollment, course: CourseView, lesson: str) -> CourseView:
    """The version of a course that somebody is on, with this lesson in it: the live one once she has completed it."""
    pinned = found.version_id if found.completed_at is None else None
    taken = catalog.version(session, pinned or course.version_id)
    if any(one.slug == lesson for one in taken.lessons):
        return taken
    if catalog.ever_had(session, course.id, lesson):
        raise Conflict(gettext("This lesson is not in the version of the course that you are taking."))
    raise NotFound


def finish(session: Session, person_id: int, slug: str) -> None:
    """A learner closes a course in which nothing is left to do and no quiz waits. A second time changes nothing.

    Raises `Conflict` when something is left, `NotFound`.
    """
    found = standing(session, person_id, slug).enrollment
    if found is None:
        raise Conflict(gettext("Begin with the first lesson."))
    session.refresh(found, with_for_update={"key_share": True})
    where = standing(session, person_id, slug)
    if where.completed_at:
        return
    if not where.may_finish:
        raise Conflict(gettext("There is something left to do in this course before you can finish it."))
    _complete(session, found.id)


def record_pass(session: Session, enrollment_id: int) -> None:
    """The quiz of a course was passed: the course is completed, once. For the quizzes.

    An attempt that was open when a version asked for lessons again still counts; the lessons stay to be done.
    """
    found = session.get_one(Enrollment, enrollment_id)
    session.refresh(found, with_for_update={"key_share": True})
    if found.completed_at is None:
        redo.keep_asking(session, found)
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
