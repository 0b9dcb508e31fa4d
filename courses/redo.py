"""Lessons that a material version asks people to do again: whom it reaches, and what is asked of them.

The preview of a publication and the publication itself use the same statements, so that the numbers an author sees
are those of the people who are asked. Only the newest enrollment of somebody who works here counts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment, LessonCompletion, LessonRedo
from courses.models import CourseVersion, Lesson, RedoLesson
from lms.base import clock
from lms.base.db import Moment
from lms.people.models import Person

AUDIENCES = ("learners", "everyone")
"""Whom a material version asks: those inside the course, or those who completed it too."""

STANDS = ~exists().where(
    LessonRedo.enrollment_id == LessonCompletion.enrollment_id,
    LessonRedo.lesson == LessonCompletion.lesson,
    LessonRedo.version_id > LessonCompletion.version_id,
)
"""A completion that no later version asks to make again."""
OPEN = ~exists().where(
    LessonCompletion.enrollment_id == LessonRedo.enrollment_id,
    LessonCompletion.lesson == LessonRedo.lesson,
    LessonCompletion.version_id >= LessonRedo.version_id,
)
"""A lesson asked for again and not done since."""


@dataclass(frozen=True)
class Reach:
    """How many people a publication touches. `inside` counts them by the number of the version they are on.

    `asked` have to do something again, `again` says how many each lesson; `moved` go on in the new version with
    nothing to do again; all others who take the course or took it are `undisturbed`.
    """

    inside: Mapping[int, int] = field(default_factory=dict)
    not_begun: int = 0
    completed: int = 0
    asked: int = 0
    moved: int = 0
    again: Mapping[str, int] = field(default_factory=dict)

    @property
    def people_inside(self) -> int:
        return sum(self.inside.values())

    @property
    def undisturbed(self) -> int:
        return self.people_inside + self.not_begun + self.completed - self.asked - self.moved


_later = aliased(Enrollment)


def _counted(course_id: int) -> ColumnElement[bool]:
    """An enrollment in the course that counts: the newest of somebody who works here."""
    newer = exists().where(
        _later.person_id == Enrollment.person_id,
        _later.course_id == Enrollment.course_id,
        _later.cycle > Enrollment.cycle,
    )
    gone = exists().where(Person.id == Enrollment.person_id, Person.status == "left")
    return and_(Enrollment.course_id == course_id, ~newer, ~gone)


_INSIDE = and_(Enrollment.completed_at.is_(None), Enrollment.version_id.is_not(None))


def _asked(course_id: int, version_id: int, lessons: Collection[str], who: str) -> Select[int, str]:
    """Enrollment and lesson for each thing to do again.

    Somebody inside is asked for what she has done of it, somebody who completed the course for all of it. Optional
    lessons are asked of nobody.
    """
    done = exists().where(
        LessonCompletion.enrollment_id == Enrollment.id,
        LessonCompletion.lesson == Lesson.slug,
        LessonCompletion.version_id < version_id,
    )
    whom = or_(and_(_INSIDE, done), Enrollment.completed_at.is_not(None) if who == "everyone" else literal(False))
    return (
        select(Enrollment.id.label("enrollment_id"), Lesson.slug.label("lesson"))
        .select_from(Enrollment)
        .join(Lesson, and_(Lesson.version_id == version_id, Lesson.slug.in_(lessons), Lesson.optional.is_(False)))
        .where(_counted(course_id), whom)
    )


def around(session: Session, course_id: int) -> Reach:
    """Who takes a course or took it, before anything is asked of anybody. One statement."""
    place = case((Enrollment.completed_at.is_not(None), -1), else_=func.coalesce(CourseVersion.number, 0))
    rows = session.execute(
        select(place.label("standing"), func.count())
        .select_from(Enrollment)
        .outerjoin(CourseVersion, CourseVersion.id == Enrollment.version_id)
        .where(_counted(course_id))
        .group_by("standing")
        .order_by("standing")
    )
    found: dict[int, int] = dict(rows.all())
    return Reach(completed=found.pop(-1, 0), not_begun=found.pop(0, 0), inside=found)


def reach(session: Session, course_id: int, version_id: int, lessons: Collection[str], who: str | None) -> Reach:
    """Whom publishing a draft would touch, when it asks `who` (of `AUDIENCES`, or nobody) to do lessons again.

    One statement, and two more when it asks anybody.
    """
    found = around(session, course_id)
    return found if who is None else _with_asked(session, found, _asked(course_id, version_id, lessons, who))


def reaches(session: Session, course_id: int, version_id: int, lessons: Collection[str]) -> dict[str, Reach]:
    """Whom each choice of `AUDIENCES` would touch, and under the empty key nobody being asked. Five statements."""
    found = around(session, course_id)
    asked = {who: _with_asked(session, found, _asked(course_id, version_id, lessons, who)) for who in AUDIENCES}
    return {"": found} | asked


def _with_asked(session: Session, found: Reach, asked: Select[int, str]) -> Reach:
    pairs = asked.subquery("pairs")
    counted = select(pairs.c.lesson, func.count()).group_by(pairs.c.lesson).order_by(pairs.c.lesson)
    again: dict[str, int] = dict(session.execute(counted).all())
    people, inside = session.execute(
        select(
            func.count(pairs.c.enrollment_id.distinct()),
            func.count(case((_INSIDE, pairs.c.enrollment_id)).distinct()),
        ).join_from(pairs, Enrollment, Enrollment.id == pairs.c.enrollment_id)
    ).one()
    return replace(found, asked=people, moved=found.people_inside - inside, again=again)


def ask(session: Session, version: CourseVersion, lessons: Collection[str]) -> None:
    """Move those inside the course to a version that was just published, and ask for its lessons again.

    Two statements, however many people. The people are moved first: whoever is completing a lesson at this moment
    is waited for, and what she has done then counts as done before.
    """
    if version.redo_who is None or not lessons:
        return
    moved = update(Enrollment).where(_INSIDE, _counted(version.course_id)).values(version_id=version.id)
    session.execute(moved.execution_options(synchronize_session=False))
    for known in [one for one in session.identity_map.values() if isinstance(one, Enrollment)]:
        session.expire(known, ["version_id"])
    pairs = _asked(version.course_id, version.id, lessons, version.redo_who).subquery("pairs")
    columns = ["enrollment_id", "lesson", "version_id", "asked_at", "due_on"]
    asked_at = literal(clock.now(), Moment())
    rows = select(pairs.c.enrollment_id, pairs.c.lesson, literal(version.id), asked_at, CourseVersion.redo_by)
    rows = rows.join_from(pairs, CourseVersion, CourseVersion.id == version.id)
    session.execute(insert(LessonRedo).from_select(columns, rows))


def keep_asking(session: Session, enrollment: Enrollment) -> None:
    """A course is completed by a quiz that was open when a version asked for lessons: they stay to be done."""
    done = exists().where(
        LessonCompletion.enrollment_id == enrollment.id,
        LessonCompletion.lesson == RedoLesson.lesson,
        LessonCompletion.version_id >= RedoLesson.version_id,
    )
    known = exists().where(
        LessonRedo.enrollment_id == enrollment.id,
        LessonRedo.lesson == RedoLesson.lesson,
        LessonRedo.version_id == RedoLesson.version_id,
    )
    rows = (
        select(
            literal(enrollment.id),
            RedoLesson.lesson,
            RedoLesson.version_id,
            literal(clock.now(), Moment()),
            CourseVersion.redo_by,
        )
        .join(CourseVersion, CourseVersion.id == RedoLesson.version_id)
        .where(RedoLesson.version_id == enrollment.version_id, CourseVersion.redo_who.is_not(None), ~done, ~known)
    )
    columns = ["enrollment_id", "lesson", "version_id", "asked_at", "due_on"]
    session.execute(insert(LessonRedo).from_select(columns, rows))


def changed_since(session: Session, lesson: str, read_id: int, version_id: int) -> bool:
    """Whether a version after the one that was read, up to the one somebody is on, asks to do this lesson again."""
    course = select(CourseVersion.course_id).where(CourseVersion.id == version_id).scalar_subquery()
    asked = (
        select(RedoLesson.lesson)
        .join(CourseVersion, CourseVersion.id == RedoLesson.version_id)
        .where(
            RedoLesson.lesson == lesson,
            RedoLesson.version_id > read_id,
            RedoLesson.version_id <= version_id,
            CourseVersion.course_id == course,
        )
    )
    return bool(session.scalar(select(asked.exists())))
