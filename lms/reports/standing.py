"""How people stand, as parts of statements: what they take, what is due, what they hold.

`members` is any set of people with the columns `id`, `branch` and `depth`. Only the newest enrollment of a person in
a course that is live counts. Levels of rank 0 say that somebody has read the rules; they are no leave to speak.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    ScalarSelect,
    SQLColumnExpression,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from certificates.level_models import Level
from certificates.models import Authorization, Certificate
from courses import redo
from courses.enrollment_models import Enrollment, LessonCompletion, LessonRedo
from courses.models import Course, CourseVersion, Lesson
from lms.people import directory
from lms.people.models import Person

DUE_SOON = timedelta(days=14)
HELPED_AHEAD = timedelta(days=30)
ENDING = timedelta(days=60)
EVERY_DEPTH = 30

MANAGER: ColumnElement[int] = bindparam("manager", type_=Integer())
DEPTH: ColumnElement[int] = bindparam("depth", type_=Integer())
TODAY: ColumnElement[date] = bindparam("today", type_=Date())
SOON: ColumnElement[date] = bindparam("soon", type_=Date())
AHEAD: ColumnElement[date] = bindparam("ahead", type_=Date())
END: ColumnElement[date] = bindparam("end", type_=Date())

_newer = aliased(Enrollment)
_live = (
    select(CourseVersion.course_id).join(Course).where(CourseVersion.status == "published", Course.retired_at.is_(None))
)
CURRENT = and_(
    Enrollment.course_id.in_(_live),
    ~exists().where(
        _newer.person_id == Enrollment.person_id,
        _newer.course_id == Enrollment.course_id,
        _newer.cycle > Enrollment.cycle,
    ),
)
"""An enrollment that counts: in a live course, of the newest cycle."""
OPEN = Enrollment.completed_at.is_(None)
SPEAKING_LEVELS = select(Level.id).where(Level.rank > 0)

_own = select(MANAGER.label("id"), MANAGER.label("branch"), literal(0).label("depth"))
_organization = directory.organization_of(MANAGER)  # type: ignore[arg-type]
UNDER_MANAGER = _organization
"""Everybody under the manager, leavers apart."""
BRANCH = union_all(_own, select(_organization.c.id, _organization.c.branch, _organization.c.depth)).subquery("members")
"""The manager and everybody under her, leavers apart."""


def values(manager_id: int, today: date, depth: int = EVERY_DEPTH) -> dict[str, Any]:
    """What the statements made of these parts ask for."""
    days = {"today": today, "soon": today + DUE_SOON, "ahead": today + HELPED_AHEAD, "end": today + ENDING}
    return {"manager": manager_id, "depth": depth} | days


def count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group meet a condition."""
    return func.count(case((condition, 1)))


def own(condition: ColumnElement[bool], value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value of the one row of a group that meets a condition."""
    return func.max(case((condition, value)))


def of_each(members: FromClause) -> Subquery:
    """A row for each member: courses taken and done, what is overdue or due soon and when, what is held."""
    late = and_(OPEN, Enrollment.due_on < TODAY)
    soon = and_(OPEN, Enrollment.due_on.between(TODAY, SOON))
    return (
        select(
            members.c.id,
            members.c.branch,
            members.c.depth,
            Person.status,
            func.count(Enrollment.id).label("enrolled"),
            func.count(Enrollment.completed_at).label("done"),
            count_if(late).label("overdue"),
            func.min(case((late, Enrollment.due_on))).label("oldest_on"),
            count_if(soon).label("due_soon"),
            func.min(case((soon, Enrollment.due_on))).label("soonest_on"),
            func.min(case((OPEN, Enrollment.due_on))).label("next_on"),
            _speaks(members.c.id).label("speaks"),
            _ending(members.c.id).label("ending"),
        )
        .select_from(members)
        .join(Person, Person.id == members.c.id)
        .outerjoin(Enrollment, and_(Enrollment.person_id == members.c.id, CURRENT))
        .group_by(members.c.id, members.c.branch, members.c.depth, Person.status)
        .subquery("standing")
    )


def sums(standing: Subquery) -> list[ColumnElement[Any]]:
    """The figures of a group of members down to `DEPTH`. People on leave are counted once, apart, and nowhere else."""
    s = standing.c
    inside = and_(s.status == "active", s.depth <= DEPTH)
    return [
        count_if(inside).label("people"),
        count_if(and_(s.status == "leave", s.depth <= DEPTH)).label("on_leave"),
        count_if(and_(inside, s.overdue == 0)).label("up_to_date"),
        count_if(and_(inside, or_(s.overdue > 0, s.due_soon > 0))).label("in_need"),
        count_if(and_(inside, s.speaks)).label("certified"),
        func.coalesce(func.sum(case((inside, s.overdue))), 0).label("overdue"),
        func.min(case((inside, s.oldest_on))).label("oldest_on"),
        func.coalesce(func.sum(case((inside, s.due_soon))), 0).label("due_soon"),
        func.min(case((inside, s.soonest_on))).label("soonest_on"),
        func.coalesce(func.sum(case((inside, s.ending))), 0).label("ending"),
    ]


def _speaks(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return exists().where(
        Authorization.person_id == person_id,
        Authorization.status == "active",
        Authorization.starts_on <= TODAY,
        Authorization.ends_on >= TODAY,
        Authorization.level_id.in_(SPEAKING_LEVELS),
    )


def _ending(person_id: SQLColumnExpression[int]) -> ScalarSelect[int]:
    """How many certificates of a person run out within 60 days and are not renewed, withdrawn or ended already."""
    renewed = aliased(Certificate)
    return (
        select(func.count(Certificate.id))
        .where(
            Certificate.person_id == person_id,
            Certificate.valid_until.between(TODAY, END),
            Certificate.level_id.in_(SPEAKING_LEVELS),
            ~exists().where(
                renewed.person_id == Certificate.person_id,
                renewed.level_id == Certificate.level_id,
                renewed.cycle > Certificate.cycle,
            ),
            ~exists().where(
                Authorization.certificate_id == Certificate.id,
                or_(Authorization.status == "revoked", Authorization.status == "ended"),
            ),
        )
        .scalar_subquery()
    )


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

    What a later version asks to do again is not done.
    """
    return (
        select(func.count(LessonCompletion.lesson.distinct()))
        .join(CourseVersion, _taken(course_id))
        .join(Lesson, and_(Lesson.version_id == CourseVersion.id, Lesson.slug == LessonCompletion.lesson))
        .where(LessonCompletion.enrollment_id == enrollment_id, redo.STANDS)
        .correlate_except(LessonCompletion, CourseVersion, Lesson, LessonRedo)
        .scalar_subquery()
    )


def lessons_of(course_id: SQLColumnExpression[int]) -> ScalarSelect[int]:
    """How many lessons the version has that the learner of an enrollment is on, else the live one."""
    return (
        select(func.count(Lesson.id))
        .join(CourseVersion, and_(Lesson.version_id == CourseVersion.id, _taken(course_id)))
        .correlate_except(CourseVersion, Lesson)
        .scalar_subquery()
    )
