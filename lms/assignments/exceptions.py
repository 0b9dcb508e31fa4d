"""What is excepted from the rules now: later days, and courses that somebody need not take, with reason and end."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from courses import catalog
from courses.enrollment_models import Enrollment, EnrollmentChange
from courses.models import Course
from lms.assignments.models import Exemption
from lms.base.i18n import pick
from lms.people.models import Person, Unit

KINDS = ("extension", "exemption")
A_PAGE = 50


@dataclass(frozen=True)
class Excepted:
    """Somebody has longer, or need not take a course. `until_on` is the new due day, or the last day of the exemption;
    none for good. `enrollment_uid` names the page that explains it, if she has the course; `id` is the exemption's.
    """

    kind: str
    id: int
    person: str
    unit: str
    course: str
    until_on: date | None
    reason: str
    by: str
    at: datetime
    enrollment_uid: str | None


@dataclass(frozen=True)
class Page:
    """A page of the list; `more`: there is a next one."""

    rows: tuple[Excepted, ...]
    number: int
    more: bool


_giver = aliased(Person)
_later = aliased(EnrollmentChange)
_newer = aliased(Enrollment)


def current(session: Session, today: date, *, kind: str = "", words: str = "", page: int = 1) -> Page:
    """The exceptions that hold on a day, those that end soon first. `kind` of `KINDS`, or all; `words` of a name.

    Three statements, however many there are.
    """
    parts = [_extensions(words), _exemptions(words, today)]
    chosen = parts if kind not in KINDS else [parts[KINDS.index(kind)]]
    found = (union_all(*chosen) if len(chosen) > 1 else chosen[0]).subquery("excepted")
    statement = select(found).order_by(
        found.c.until_on.is_(None), found.c.until_on, found.c.family_name, found.c.given_name, found.c.kind, found.c.id
    )
    rows = session.execute(statement.limit(A_PAGE + 1).offset(A_PAGE * (page - 1))).all()
    titles = {one.id: pick(one.titles) for one in catalog.live(session)}
    return Page(
        tuple(
            Excepted(
                kind=row.kind,
                id=row.id,
                person=f"{row.given_name} {row.family_name}".strip(),
                unit=row.unit or "",
                course=titles.get(row.course_id, row.code),
                until_on=row.until_on,
                reason=row.reason,
                by=f"{row.by_given or ''} {row.by_family or ''}".strip(),
                at=row.at,
                enrollment_uid=row.uid,
            )
            for row in rows[:A_PAGE]
        ),
        page,
        len(rows) > A_PAGE,
    )


def _columns() -> list[ColumnElement[str] | ColumnElement[str | None]]:
    return [
        Person.given_name.label("given_name"),
        Person.family_name.label("family_name"),
        Unit.path.label("unit"),
        Course.code.label("code"),
        _giver.given_name.label("by_given"),
        _giver.family_name.label("by_family"),
    ]


def _extensions(words: str) -> Select[*tuple[object, ...]]:
    """The newest later day of each course that is still open, of people who work here."""
    newest = ~exists().where(
        _later.enrollment_id == EnrollmentChange.enrollment_id,
        _later.kind == "extended",
        _later.id > EnrollmentChange.id,
    )
    return (
        select(
            literal("extension").label("kind"),
            EnrollmentChange.id.label("id"),
            Enrollment.course_id.label("course_id"),
            EnrollmentChange.due_after.label("until_on"),
            EnrollmentChange.reason.label("reason"),
            EnrollmentChange.at.label("at"),
            Enrollment.uid.label("uid"),
            *_columns(),
        )
        .join(Enrollment, Enrollment.id == EnrollmentChange.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(_giver, _giver.id == EnrollmentChange.by_id)
        .where(
            EnrollmentChange.kind == "extended",
            Enrollment.completed_at.is_(None),
            Enrollment.paused_at.is_(None),
            newest,
            _named(words),
        )
    )


def _exemptions(words: str, today: date) -> Select[*tuple[object, ...]]:
    """The courses that somebody who works here need not take on a day."""
    uid = (
        select(_newer.uid)
        .where(_newer.person_id == Exemption.person_id, _newer.course_id == Exemption.course_id)
        .order_by(_newer.cycle.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            literal("exemption").label("kind"),
            Exemption.id.label("id"),
            Exemption.course_id.label("course_id"),
            Exemption.until_on.label("until_on"),
            Exemption.reason.label("reason"),
            Exemption.given_at.label("at"),
            uid.label("uid"),
            *_columns(),
        )
        .join(Person, Person.id == Exemption.person_id)
        .join(Course, Course.id == Exemption.course_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(_giver, _giver.id == Exemption.given_by_id)
        .where(
            Exemption.ended_at.is_(None),
            or_(Exemption.until_on.is_(None), Exemption.until_on >= today),
            _named(words),
        )
    )


def _named(words: str) -> ColumnElement[bool]:
    """People who work here, of whose name each of the words is a part."""
    whole = func.lower(Person.given_name + " " + Person.family_name)
    parts = [whole.contains(word, autoescape=True) for word in words.lower().split()[:5]]
    return and_(Person.status != "left", *parts)
