"""The five populations: what each means, in words and in SQL, in this one place. None is ever shown as another.

Somebody counts once, under the unit of the HR file, whatever other lines lead to her. Who has left is in none of them;
who is on leave is told apart. Days are counted where the company is.
"""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from certificates.level_models import Level
from certificates.models import Authorization, Certificate, CertificateStatus
from certificates.way.models import Contribution
from courses.enrollment_models import Enrollment
from courses.models import Course, CourseVersion
from lms.base.i18n import gettext
from lms.people.models import Person
from lms.reports.compliance.models import POPULATIONS, SnapshotPerson

ACTIVE_DAYS = 90
"""So many days a post counts as activity, today among them."""

COLUMNS = ("person_id", "unit_id", "tier", "country", "language", "on_leave", "level", *POPULATIONS)
"""What is known of each person, today or at the end of a month: the five populations as yes or no among it."""


def names() -> dict[str, str]:
    """The name of each population, by code, in the order in which they narrow."""
    return {
        "attended": gettext("Attended"),
        "completed": gettext("Completed"),
        "certified": gettext("Certified"),
        "authorized": gettext("May speak"),
        "active": gettext("Active"),
    }


def meanings() -> dict[str, str]:
    """What each population means, by code: a sentence for the reader, the same as the SQL below."""
    return {
        "attended": gettext("Began at least one course, whichever it is."),
        "completed": gettext("Completed a course, and every course asked of them now."),
        "certified": gettext("Hold a certificate of a level that is valid today and was not withdrawn."),
        "authorized": gettext("May speak for the company today: their permission is in force."),
        "active": gettext("May speak today, and told of a post in the last %(days)s days.", days=ACTIVE_DAYS),
    }


def today_facts(today: date) -> Subquery:
    """A row for each person who works here, with `COLUMNS`, as it is on a day. Leavers have none."""
    took = _took()
    certified, speaks = Person.id.in_(_certified(today)), Person.id.in_(_speaking(today))
    return (
        select(
            Person.id.label("person_id"),
            Person.unit_id,
            Person.tier,
            Person.country,
            Person.language,
            (Person.status == "leave").label("on_leave"),
            case((certified, _level(today)), else_="").label("level"),
            (func.coalesce(took.c.began, 0) > 0).label("attended"),
            and_(func.coalesce(took.c.completed, 0) > 0, func.coalesce(took.c.asked, 0) == 0).label("completed"),
            certified.label("certified"),
            speaks.label("authorized"),
            and_(speaks, Person.id.in_(_posted(today))).label("active"),
        )
        .select_from(Person)
        .outerjoin(took, took.c.person_id == Person.id)
        .where(Person.status != "left")
        .subquery("facts")
    )


def month_facts(snapshot_id: int) -> Subquery:
    """A row for each person who worked here at the end of a month, with `COLUMNS`, as it was frozen then."""
    columns = [getattr(SnapshotPerson, name) for name in COLUMNS]
    return select(*columns).where(SnapshotPerson.snapshot_id == snapshot_id).subquery("facts")


def counted(today: date) -> Subquery:
    """For each person the live courses that count, those done and those overdue: the newest enrollment in each that is
    not paused, as on the page of a manager."""
    newer = aliased(Enrollment)
    newest = ~exists().where(
        newer.person_id == Enrollment.person_id,
        newer.course_id == Enrollment.course_id,
        newer.cycle > Enrollment.cycle,
    )
    late = and_(Enrollment.completed_at.is_(None), Enrollment.due_on < literal(today))
    return (
        select(
            Enrollment.person_id,
            func.count().label("assigned"),
            func.count(Enrollment.completed_at).label("done"),
            func.count(case((late, 1))).label("overdue"),
        )
        .where(Enrollment.paused_at.is_(None), Enrollment.course_id.in_(LIVE), newest)
        .group_by(Enrollment.person_id)
        .subquery("counted")
    )


LIVE = (
    select(CourseVersion.course_id).join(Course).where(CourseVersion.status == "published", Course.retired_at.is_(None))
)
"""Courses that people can take today."""
ASKED = and_(
    Enrollment.completed_at.is_(None),
    Enrollment.paused_at.is_(None),
    or_(
        Enrollment.rule_id.is_not(None),
        Enrollment.due_on.is_not(None),
        Enrollment.assigned_by.is_not(None),
        Enrollment.missing != "",
    ),
    Enrollment.course_id.in_(LIVE),
)
"""An open course that a rule or a person asks of somebody now. One that she took up of her own accord is not asked."""


def _took() -> Subquery:
    """For each person: courses she ever began, ever completed, and those that are asked of her now and still open.

    One walk over all enrollments: three questions for each person cost four times as much.
    """
    return (
        select(
            Enrollment.person_id,
            func.count(Enrollment.started_at).label("began"),
            func.count(Enrollment.completed_at).label("completed"),
            func.count(case((ASKED, 1))).label("asked"),
        )
        .group_by(Enrollment.person_id)
        .subquery("took")
    )


def _holding(today: date) -> ColumnElement[bool]:
    """A certificate counts: inside its term, not replaced by a corrected one, not withdrawn as issued in error, and its
    permission, where it gave one, not taken away. A pause changes nothing."""
    newer = aliased(Certificate)
    newest = (
        select(CertificateStatus.status)
        .where(CertificateStatus.certificate_id == Certificate.id)
        .order_by(CertificateStatus.id.desc())
        .limit(1)
        .correlate(Certificate)
        .scalar_subquery()
    )
    revoked = exists().where(
        Authorization.certificate_id == func.coalesce(Certificate.root_id, Certificate.id),
        Authorization.status == "revoked",
    )
    return and_(
        SPEAKING,
        literal(today).between(Certificate.valid_from, Certificate.valid_until),
        ~exists().where(newer.supersedes_id == Certificate.id),
        func.coalesce(newest, "restored") != "withdrawn",
        ~revoked,
    )


def _certified(today: date) -> Select[int]:
    held = select(Certificate.person_id).join(Level, Level.id == Certificate.level_id)
    return held.where(_holding(today))


def _level(today: date) -> ScalarSelect[str]:
    """The code of the highest level that somebody holds a certificate of."""
    held = select(Level.code).join(Certificate, Certificate.level_id == Level.id)
    return (
        held.where(Certificate.person_id == Person.id, _holding(today))
        .order_by(Level.rank.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


SPEAKING: ColumnElement[bool] = and_(Level.rank > 0, Level.kind == "level")
"""A level that lets people speak. Rank 0 says that somebody has read the rules; an endorsement adds to a level."""


def _speaking(today: date) -> Select[int]:
    in_force = literal(today).between(Authorization.starts_on, Authorization.ends_on)
    given = select(Authorization.person_id).join(Level, Level.id == Authorization.level_id)
    return given.where(SPEAKING, Authorization.status == "active", in_force)


def _posted(today: date) -> Select[int]:
    first = today - timedelta(days=ACTIVE_DAYS - 1)
    return select(Contribution.person_id).where(Contribution.posted_on.between(literal(first), literal(today)))
