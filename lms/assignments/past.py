"""What was decided about enrollments before, as the engine reads it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, case, func, null, select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment, EnrollmentChange
from lms.assignments import dates
from lms.assignments.deciding import Event
from lms.base.bulk import among
from lms.base.db import parts


def history(session: Session, enrollment_ids: Collection[int], zones: dict[int, str]) -> dict[int, list[Event]]:
    """What was decided about enrollments, in order of time, by number."""
    columns = (EnrollmentChange.kind, EnrollmentChange.at, EnrollmentChange.due_before, EnrollmentChange.due_after)
    found: dict[int, list[Event]] = defaultdict(list)
    for some in parts(enrollment_ids):
        rows = select(EnrollmentChange.enrollment_id, *columns, EnrollmentChange.by_id)
        rows = rows.where(among(EnrollmentChange.enrollment_id, some)).order_by(EnrollmentChange.id)
        for enrollment_id, kind, at, before, after, by_id in session.execute(rows):
            found[enrollment_id].append(Event(kind, dates.day_in(at, zones[enrollment_id]), before, after, by_id))
    return found


def grid() -> ColumnElement[date | None]:
    """The day the period of an `Enrollment` ends, where it counts from a later one: it was opened too late for it.

    Such a cycle has two rows "reopened": the first with this day, the second with the one that counts.
    """
    opened = (EnrollmentChange.enrollment_id == Enrollment.id, EnrollmentChange.kind == "reopened")
    first = select(EnrollmentChange.due_after).where(*opened).order_by(EnrollmentChange.id).limit(1)
    rows = select(func.count()).select_from(EnrollmentChange).where(*opened)
    return case((rows.scalar_subquery() > 1, first.scalar_subquery()), else_=null())


def forget(session: Session) -> None:
    """Have the session read its enrollments anew: rows were written past it."""
    for known in [one for one in session.identity_map.values() if isinstance(one, Enrollment)]:
        session.expire(known)
