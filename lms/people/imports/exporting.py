"""The people file, written: what is written is read again without a difference."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.people.imports import cells
from lms.people.imports import here as people_here
from lms.people.imports.columns import FIELDS
from lms.people.models import Person


def lines(session: Session) -> Iterator[str]:
    """The file line by line, in UTF-8 with a mark that spreadsheets know it by: everybody with an employee number.

    Who was added by hand and has no number is not in it: HR does not know her.
    """
    here = people_here.load(session)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow(FIELDS)
    for person_id in sorted(here.by_key.values()):
        writer.writerow(list(map(cells.written, here.rows[person_id])))
        if buffer.tell() > 64_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def without_number(session: Session) -> int:
    """How many people are not in the file because they have no employee number."""
    statement = select(func.count()).where(Person.employee_id.is_(None), Person.status != "left")
    return session.scalar(statement) or 0
