"""A team as a table for a spreadsheet: a line for each person and course, made in pieces."""

import csv
import io
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter
from sqlalchemy import ColumnElement, Row, Select, String, and_, bindparam, func, select, true
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
from lms.reports.counters.contributions import COUNTS
from lms.reports.counters.models import CountedPerson
from lms.reports.figures import Held, Progress, held

Cells = tuple[str, ...]
PIECE = 500
PIECE_OF_FILE = 1 << 16
ROWS_OF_A_SHEET = 1_048_576
"""No program that opens such a file takes more."""
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
    "certificate_state",
    "certificate_until",
    "may_speak_today",
    "on_leave",
)


@dataclass(frozen=True)
class Reader:
    """Whom a table is made for: the language of its titles, the zone of its days, and the day it is there."""

    language: str
    zone: tzinfo
    today: date


def team(session: Session, manager_id: int, reader: Reader, *, direct: bool) -> Iterator[Sequence[Cells]]:
    """Everybody under a manager, or her direct reports alone, without leavers: lines of cells, the names of the columns
    first. Each manager is followed by her people. Never more than the lines of 500 people are in memory.
    """
    path = session.scalar(select(CountedPerson.path).where(CountedPerson.person_id == manager_id))
    statement = _DIRECT if direct else _BELOW
    return _pieces(session, statement, {"manager": manager_id, **_within(path or "//")}, reader)


def branch(session: Session, path: str, reader: Reader) -> Iterator[Sequence[Cells]]:
    """Somebody, by her line, and everybody under her. Whether the reader may see them is asked before, by `line`."""
    return _pieces(session, _BELOW, _within(path) | {"after": path[:-1]}, reader)


def csv_file(pieces: Iterable[Sequence[Cells]]) -> Generator[bytes, None, None]:
    """Lines of cells as pieces of a CSV file in UTF-8, in which nothing is a formula."""
    for number, lines in enumerate(pieces):
        yield (b"" if number else b"\xef\xbb\xbf") + _encode(lines)


def xlsx_file(pieces: Iterable[Sequence[Cells]]) -> Generator[bytes, None, None]:
    """Lines of cells as pieces of an Excel file: every cell is text, so that nothing is a formula.

    It is written to the disk row by row. What does not fit a sheet goes to the next.
    """
    with TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            _fill(book, chain.from_iterable(pieces))
        file.seek(0)
        while piece := file.read(PIECE_OF_FILE):
            yield piece


def _fill(book: xlsxwriter.Workbook, lines: Iterator[Cells]) -> None:
    names, bold = next(lines), book.add_format({"bold": True})
    while some := list(islice(lines, 1)):
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(names) - 1, 18)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, bold)
        for row, cells in enumerate(islice(chain(some, lines), ROWS_OF_A_SHEET - 1), 1):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, column, cell)
    if not book.worksheets():
        book.add_worksheet().write_row(0, 0, names, bold)


def _within(path: str) -> dict[str, str]:
    return {"after": path, "behind": f"{path}~"}


def _pieces(
    session: Session, statement: Select[*tuple[Any, ...]], asked: dict[str, Any], reader: Reader
) -> Iterator[Sequence[Cells]]:
    courses = {course.id: course for course in catalog.live(session)}
    yield [COLUMNS]
    asked |= {"language": reader.language, "today": reader.today}
    while rows := session.execute(statement, asked).all():
        yield [_line(row, courses, reader) for row in rows]
        asked["after"] = rows[-1].line


def _encode(lines: Iterable[Cells]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([neutral(cell) for cell in line] for line in lines)
    return out.getvalue().encode()


def _line(row: Row[*tuple[Any, ...]], courses: dict[int, CourseView], reader: Reader) -> Cells:
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
        _yes(row.speaks_until is not None and row.speaks_until >= reader.today),
        _yes(row.status == "leave"),
    )


def _course(
    row: Row[*tuple[Any, ...]], courses: dict[int, CourseView], reader: Reader
) -> tuple[str, str, str, str, str]:
    if row.course_id not in courses:
        return ("", "", "", "", "")
    progress = Progress(courses[row.course_id], 0, row.started_at is not None, row.due_on, row.completed_at)
    return (
        pick(progress.course.titles, reader.language),
        progress.status,
        _day(row.completed_at and row.completed_at.astimezone(reader.zone).date()),
        _day(row.due_on),
        _yes(row.status == "active" and progress.overdue(reader.today)),
    )


def _certificate(name: str | None, certificate: Held) -> tuple[str, str, str]:
    """Its name, how it stands, and its last day: no day while it is on hold. Nothing when there is none."""
    if certificate.state == "none":
        return ("", "", "")
    on_hold = certificate.state == "paused"
    return (name or "", "on hold" if on_hold else certificate.state, "" if on_hold else _day(certificate.until))


def _name(given: str, family: str) -> str:
    return f"{given} {family}".strip()


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _select(members: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The lines of the next 500 people in order of their line."""
    manager, text, english = aliased(Person), aliased(LevelText), aliased(LevelText)
    page = (
        select(CountedPerson.person_id, CountedPerson.path.label("line"), CountedPerson.speaks_until)
        .where(members, CountedPerson.path > bindparam("after"), CountedPerson.path < bindparam("behind"))
        .order_by(CountedPerson.path)
        .limit(PIECE)
        .subquery("page")
    )
    return (
        select(
            Person.employee_id,
            Person.given_name,
            Person.family_name,
            Person.email,
            Person.tier,
            Person.status,
            Unit.path,
            page.c.line,
            page.c.speaks_until,
            manager.given_name.label("manager_given"),
            manager.family_name.label("manager_family"),
            Enrollment.course_id,
            Enrollment.due_on,
            Enrollment.started_at,
            Enrollment.completed_at,
            *standing.CERTIFICATE,
            func.coalesce(text.name, english.name, Level.code).label("level_name"),
        )
        .select_from(page)
        .join(Person, Person.id == page.c.person_id)
        .outerjoin(manager, manager.id == Person.manager_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Enrollment, and_(Enrollment.person_id == Person.id, COUNTS))
        .outerjoin(Course, Course.id == Enrollment.course_id)
        .outerjoin(Certificate, Certificate.id == standing.certificate_of(Person.id))
        .outerjoin(Authorization, Authorization.certificate_id == Certificate.id)
        .outerjoin(Level, Level.id == Certificate.level_id)
        .outerjoin(text, and_(text.level_id == Level.id, text.language == bindparam("language", type_=String())))
        .outerjoin(english, and_(english.level_id == Level.id, english.language == "en"))
        .order_by(page.c.line, Course.position, Course.id)
    )


_BELOW, _DIRECT = _select(true()), _select(CountedPerson.manager_id == standing.MANAGER)
