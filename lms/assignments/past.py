"""What was decided about enrollments before, as the engine reads it."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
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


def forget(session: Session) -> None:
    """Have the session read its enrollments anew: rows were written past it."""
    for known in [one for one in session.identity_map.values() if isinstance(one, Enrollment)]:
        session.expire(known)
