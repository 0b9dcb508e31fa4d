"""A team as a table for a spreadsheet: a line for each person and course, made in pieces."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import FromClause, Row, Select, String, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from certificates.level_models import Level, LevelText
from certificates.models import Authorization, Certificate
from courses import catalog
from courses.catalog import CourseView
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base.csv_cells import neutral
from lms.base.i18n import pick
from lms.people.models import Person, Unit
from lms.reports import standing
from lms.reports.figures import Held, Progress, held

PIECE = 500
COLUMNS = (
    "employee_id",
    "name",
    "email",
    "unit",
    "manager",
    "tier",
    "course",
    "status",
    "completed_on",
    "due_on",
    "overdue",
    "certificate",
    "certificate_until",
    "on_leave",
)


@dataclass(frozen=True)
class Reader:
    """Whom a table is made for: the language of its titles, the zone of its days, and the day it is there."""

    language: str
    zone: tzinfo
    today: date


def team(session: Session, manager_id: int, reader: Reader, *, direct: bool) -> Iterator[bytes]:
    """Everybody under a manager, or her direct reports alone, without leavers, as pieces of a CSV file in UTF-8."""
    depth = 1 if direct else standing.EVERY_DEPTH
    return _pieces(session, _TEAM, standing.values(manager_id, reader.today, depth), reader)


def branch(session: Session, lead_id: int, reader: Reader) -> Iterator[bytes]:
    """Somebody and everybody under her. Whether the reader may see them is asked before, by `branch.line`."""
    return _pieces(session, _BRANCH, standing.values(lead_id, reader.today), reader)


def _pieces(
    session: Session, statement: Select[*tuple[Any, ...]], asked: dict[str, Any], reader: Reader
) -> Iterator[bytes]:
    courses = {course.id: course for course in catalog.live(session)}
    yield b"\xef\xbb\xbf" + _encode([COLUMNS])
    result = session.execute(statement, asked | {"language": reader.language}, execution_options={"yield_per": PIECE})
    for rows in result.partitions(PIECE):
        yield _encode(_line(row, courses, reader) for row in rows)


def _encode(lines: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([neutral(cell) for cell in line] for line in lines)
    return out.getvalue().encode()


def _line(row: Row[*tuple[Any, ...]], courses: dict[int, CourseView], reader: Reader) -> tuple[str, ...]:
    certificate = held(row.valid_until, row.authorization_status, row.ends_on, reader.today)
    return (
        row.employee_id or "",
        _name(row.given_name, row.family_name),
        row.email,
        row.path or "",
        _name(row.manager_given, row.manager_family),
        row.tier,
        *_course(row, courses, reader),
        *_certificate(row.level_name, certificate),
        _yes(row.status == "leave"),
    )


def _course(
    row: Row[*tuple[Any, ...]], courses: dict[int, CourseView], reader: Reader
) -> tuple[str, str, str, str, str]:
    if row.course_id not in courses:
        return ("", "", "", "", "")
    progress = Progress(
        courses[row.course_id], row.lessons_done, row.started_at is not None, row.due_on, row.completed_at
    )
    return (
        pick(progress.course.titles, reader.language),
        progress.status,
        _day(row.completed_at and row.completed_at.astimezone(reader.zone).date()),
        _day(row.due_on),
        _yes(row.status == "active" and progress.overdue(reader.today)),
    )


def _certificate(name: str | None, certificate: Held) -> tuple[str, str]:
    """Nothing when there is none or it was withdrawn; no day while it is on hold."""
    if certificate.state in {"none", "withdrawn"}:
        return ("", "")
    return (name or "", "" if certificate.state == "paused" else _day(certificate.until))


def _name(given: str, family: str) -> str:
    return f"{given} {family}".strip()


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _select(members: FromClause) -> Select[*tuple[Any, ...]]:
    manager, text, english = aliased(Person), aliased(LevelText), aliased(LevelText)
    return (
        select(
            Person.employee_id,
            Person.given_name,
            Person.family_name,
            Person.email,
            Person.tier,
            Person.status,
            Unit.path,
            manager.given_name.label("manager_given"),
            manager.family_name.label("manager_family"),
            Enrollment.course_id,
            Enrollment.due_on,
            Enrollment.started_at,
            Enrollment.completed_at,
            standing.lessons_done(Enrollment.id, Enrollment.course_id).label("lessons_done"),
            *standing.CERTIFICATE,
            func.coalesce(text.name, english.name, Level.code).label("level_name"),
        )
        .select_from(members)
        .join(Person, Person.id == members.c.id)
        .join(manager, manager.id == Person.manager_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Enrollment, and_(Enrollment.person_id == Person.id, standing.CURRENT))
        .outerjoin(Course, Course.id == Enrollment.course_id)
        .outerjoin(Certificate, Certificate.id == standing.certificate_of(Person.id))
        .outerjoin(Authorization, Authorization.certificate_id == Certificate.id)
        .outerjoin(Level, Level.id == Certificate.level_id)
        .outerjoin(text, and_(text.level_id == Level.id, text.language == bindparam("language", type_=String())))
        .outerjoin(english, and_(english.level_id == Level.id, english.language == "en"))
        .where(members.c.depth <= standing.DEPTH)
        .order_by(members.c.depth, func.lower(Person.family_name), func.lower(Person.given_name), Person.id)
        .order_by(Course.position, Course.id)
    )


_TEAM, _BRANCH = _select(standing.UNDER_MANAGER), _select(standing.BRANCH)
