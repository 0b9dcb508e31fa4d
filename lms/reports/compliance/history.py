"""All that somebody ever took and held here, whoever asks for it now and whether she still works here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.level_models import Level
from certificates.models import Certificate
from courses.enrollment_models import Enrollment
from courses.models import Course, CourseText, CourseVersion
from lms.base.errors import NotFound
from lms.people import directory
from lms.people.models import Person
from lms.reports.compliance.populations import LIVE


@dataclass(frozen=True)
class Taken:
    """A course in one of its cycles. `state`: `done`, `waiting` (asked of her now), `open` (taken up by herself),
    `paused` (not asked any more) or `retired` (the course is not offered any more)."""

    titles: Mapping[str, str]
    cycle: int
    state: str
    enrolled_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    due_on: date | None


@dataclass(frozen=True)
class Proved:
    """A certificate that was issued to her."""

    level: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class History:
    """Somebody, with every course and certificate, the newest first."""

    person: Person
    courses: tuple[Taken, ...]
    certificates: tuple[Proved, ...]


def read(session: Session, uid: str) -> History:
    """The history of a person by public id, leavers too. Four statements. Raises `NotFound`."""
    person = directory.find_by_uid(session, uid)
    if person is None:
        raise NotFound
    return History(person, _courses(session, person.id), _certificates(session, person.id))


def _courses(session: Session, person_id: int) -> tuple[Taken, ...]:
    rows = session.execute(
        select(Enrollment, Course.code, Course.id.in_(LIVE))
        .join(Course, Course.id == Enrollment.course_id)
        .where(Enrollment.person_id == person_id)
        .order_by(func.coalesce(Enrollment.completed_at, Enrollment.enrolled_at).desc(), Enrollment.id.desc())
    ).all()
    titles = _titles(session, {row.course_id for row, _, _ in rows})
    return tuple(
        Taken(
            titles=titles.get(row.course_id, {"en": code}),
            cycle=row.cycle,
            state=_state(row, bool(live)),
            enrolled_at=row.enrolled_at,
            started_at=row.started_at,
            completed_at=row.completed_at,
            due_on=row.due_on,
        )
        for row, code, live in rows
    )


def _state(enrollment: Enrollment, live: bool) -> str:
    if enrollment.completed_at:
        return "done"
    if not live:
        return "retired"
    if enrollment.paused_at:
        return "paused"
    asked = enrollment.rule_id or enrollment.due_on or enrollment.assigned_by or enrollment.missing
    return "waiting" if asked else "open"


def _titles(session: Session, course_ids: set[int]) -> dict[int, dict[str, str]]:
    newest = (
        select(func.max(CourseVersion.id))
        .where(CourseVersion.course_id.in_(course_ids), CourseVersion.published_at.is_not(None))
        .group_by(CourseVersion.course_id)
    )
    found: dict[int, dict[str, str]] = {}
    statement = select(CourseVersion.course_id, CourseText.language, CourseText.title).join(
        CourseText, CourseText.version_id == CourseVersion.id
    )
    for course_id, language, title in session.execute(statement.where(CourseVersion.id.in_(newest))):
        found.setdefault(course_id, {})[language] = title
    return found


def _certificates(session: Session, person_id: int) -> tuple[Proved, ...]:
    rows = session.execute(
        select(Level.code, Certificate.valid_from, Certificate.valid_until)
        .join(Level, Level.id == Certificate.level_id)
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.valid_from.desc(), Certificate.id.desc())
    )
    return tuple(Proved(*row) for row in rows)
