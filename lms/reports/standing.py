"""How people stand, as parts of statements: which days matter, what is done, what they hold.

Levels of rank 0 say that somebody has read the rules; they are no leave to speak.
"""

from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    ScalarSelect,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from certificates.level_models import Level
from certificates.models import Authorization, Certificate
from courses import redo
from courses.enrollment_models import Enrollment, LessonCompletion, LessonRedo
from courses.models import CourseVersion, Lesson

DUE_SOON = timedelta(days=14)
ENDING = timedelta(days=60)

MANAGER: ColumnElement[int] = bindparam("manager", type_=Integer())
TODAY: ColumnElement[date] = bindparam("today", type_=Date())
SOON: ColumnElement[date] = bindparam("soon", type_=Date())
END: ColumnElement[date] = bindparam("end", type_=Date())


def certificate_of(person_id: SQLColumnExpression[int]) -> ScalarSelect[int]:
    """The number of the certificate that tells most of a person: one that holds, of the highest level, the longest."""
    proved, given = aliased(Certificate), aliased(Authorization)
    status = func.coalesce(given.status, "active")
    holds = and_(proved.valid_until >= TODAY, or_(status == "active", status == "requested"))
    return (
        select(proved.id)
        .join(Level, Level.id == proved.level_id)
        .outerjoin(given, given.certificate_id == proved.id)
        .where(proved.person_id == person_id, Level.rank > 0)
        .order_by(case((holds, 0), else_=1), Level.rank.desc(), proved.valid_until.desc(), proved.id.desc())
        .limit(1)
        .scalar_subquery()
    )


CERTIFICATE = (Certificate.valid_until, Authorization.status.label("authorization_status"), Authorization.ends_on)
"""What `figures.held` asks of a certificate and what it gave."""


def _taken(course_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """The version of a course that the learner of an enrollment is on, else the live one."""
    live = and_(CourseVersion.status == "published", Enrollment.version_id.is_(None))
    return and_(CourseVersion.course_id == course_id, or_(CourseVersion.id == Enrollment.version_id, live))


def lessons_done(enrollment_id: SQLColumnExpression[int], course_id: SQLColumnExpression[int]) -> ScalarSelect[int]:
    """How many lessons are done in an enrollment, of the version the learner is on or else of the live one.

    What a later version asks to do again is not done, and what is optional does not count.
    """
    return (
        select(func.count(LessonCompletion.lesson.distinct()))
        .join(CourseVersion, _taken(course_id))
        .join(Lesson, and_(Lesson.version_id == CourseVersion.id, Lesson.slug == LessonCompletion.lesson))
        .where(Lesson.optional.is_(False))
        .where(LessonCompletion.enrollment_id == enrollment_id, redo.STANDS)
        .correlate_except(LessonCompletion, CourseVersion, Lesson, LessonRedo)
        .scalar_subquery()
    )


def lessons_of(course_id: SQLColumnExpression[int]) -> ScalarSelect[int]:
    """How many lessons, without optional ones, the version has that a learner is on, else the live one."""
    return (
        select(func.count(Lesson.id))
        .join(CourseVersion, and_(Lesson.version_id == CourseVersion.id, _taken(course_id)))
        .where(Lesson.optional.is_(False))
        .correlate_except(CourseVersion, Lesson)
        .scalar_subquery()
    )
