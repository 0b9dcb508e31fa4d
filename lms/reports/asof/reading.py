"""How people stood on a past day, read from the database with the same few statements for one person and thousands."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from certificates import days
from courses.enrollment_models import Enrollment, EnrollmentChange
from lms.base.audit import AuditEntry
from lms.base.db import parts
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person, PersonPast
from lms.reports.asof import standing
from lms.reports.asof.standing import Change, Place, Stood, Taken, Withdrawn

FOUND_AT_MOST = 20
TAKEN_BACK = "took back the completion of a course"
_PLACE = ("unit_id", "manager_id", "tier", "job", "country", "location", "language", "hire_date", "status")


def day(typed: str) -> date:
    """A day as it was typed; empty is today, as counted at the company. Raises `Invalid` for none and for one ahead."""
    if not typed.strip():
        return days.today()
    try:
        found = date.fromisoformat(typed.strip())
    except ValueError:
        raise Invalid(gettext("“%(typed)s” is not a day. Write it like 2026-09-14.", typed=typed)) from None
    if not days.EARLIEST <= found <= days.today():
        raise Invalid(gettext("Choose a day from %(first)s until today.", first=days.EARLIEST.isoformat()))
    return found


def begins(session: Session) -> date | None:
    """The first day of which anything about people is known, as counted at the company; none while nobody is here."""
    first = (func.min(Person.created_at), select(func.min(PersonPast.until_at)).scalar_subquery())
    known = [moment for moment in session.execute(select(*first)).one() if moment is not None]
    return days.day_of(min(known)) if known else None


def person(session: Session, uid: str) -> Person:
    """Somebody by her uid. Raises `NotFound`."""
    found = session.scalar(select(Person).where(Person.uid == uid))
    if found is None:
        raise NotFound
    return found


def places(session: Session, people: Collection[Person], end: datetime) -> dict[int, Place]:
    """Where each of these people stood just before a moment. A statement for every few thousand."""
    past: dict[int, list[Place]] = defaultdict(list)
    for some in parts(sorted(one.id for one in people)):
        later = select(PersonPast).where(PersonPast.person_id.in_(some), PersonPast.until_at >= end)
        for row in session.scalars(later):
            past[row.person_id].append(_place(row, row.until_at))
    return {one.id: standing.place(past[one.id], _place(one), end) for one in people}


def enrollments(session: Session, person_ids: Iterable[int], on: date) -> dict[int, list[Stood]]:
    """The enrollments of people as they stood at the end of a day, by person, in the order they were made."""
    end, found = days.end_of(on), defaultdict[int, list[Stood]](list)
    for some in parts(sorted(person_ids)):
        rows = session.scalars(
            select(Enrollment)
            .where(Enrollment.person_id.in_(some), Enrollment.enrolled_at < end)
            .order_by(Enrollment.enrolled_at, Enrollment.id)
        ).all()
        changes, taken_back = _changes(session, some, end), _taken_back(session, rows, end)
        for row in rows:
            stood = standing.stood(_taken(row, changes[row.id], taken_back[row.id]), on, end)
            if stood is not None:
                found[row.person_id].append(stood)
    return found


def _place(row: Any, until: datetime | None = None) -> Place:
    return Place(**{name: getattr(row, name) for name in _PLACE}, until=until)


def _taken(row: Enrollment, changes: Sequence[Change], taken_back: Sequence[Withdrawn]) -> Taken:
    return Taken(
        id=row.id,
        course_id=row.course_id,
        cycle=row.cycle,
        enrolled_at=row.enrolled_at,
        due_on=row.due_on,
        started_at=row.started_at,
        completed_at=row.completed_at,
        paused_at=row.paused_at,
        changes=changes,
        withdrawn=taken_back,
    )


def _changes(session: Session, person_ids: Sequence[int], end: datetime) -> dict[int, list[Change]]:
    """What was decided since a moment about the enrollments of people: it tells how it was before."""
    found = defaultdict[int, list[Change]](list)
    columns = (EnrollmentChange.kind, EnrollmentChange.at, EnrollmentChange.due_before, EnrollmentChange.due_after)
    rows = (
        select(EnrollmentChange.enrollment_id, *columns)
        .join(Enrollment, Enrollment.id == EnrollmentChange.enrollment_id)
        .where(Enrollment.person_id.in_(person_ids), EnrollmentChange.at >= end)
        .order_by(EnrollmentChange.id)
    )
    for row in session.execute(rows):
        found[row[0]].append(Change(*row[1:]))
    return found


def _taken_back(session: Session, enrolled: Sequence[Enrollment], end: datetime) -> dict[int, list[Withdrawn]]:
    """Completions taken back since a moment. There are few, and the trail names the enrollment."""
    found = defaultdict[int, list[Withdrawn]](list)
    subjects = sorted({f"course:{one.course_id}" for one in enrolled})
    if not subjects:
        return found
    rows = select(AuditEntry.at, AuditEntry.details).where(
        AuditEntry.subject.in_(subjects), AuditEntry.deed == TAKEN_BACK, AuditEntry.at >= end
    )
    for at, details in session.execute(rows):
        found[details["enrollment"]].append(Withdrawn(datetime.fromisoformat(details["completed_at"]), at))
    return found


def search(session: Session, typed: str) -> list[Person]:
    """The first people whose name, e-mail address or employee number has these words; nobody for no words.

    People who left are among them: they are what is asked about most.
    """
    if not typed:
        return []
    name = Person.given_name + " " + Person.family_name
    fits = (part.icontains(typed, autoescape=True) for part in (name, Person.email, Person.employee_id))
    order = (Person.family_name, Person.given_name, Person.id)
    return list(session.scalars(select(Person).where(or_(*fits)).order_by(*order).limit(FOUND_AT_MOST)))
