"""Absences as a file tells them: begun, ended and corrected for many people at once."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.bulk import insert_rows, update_rows
from lms.base.db import parts
from lms.people.imports.difference import Change
from lms.people.imports.here import Here
from lms.people.models import Absence

_COLUMNS = ["person_id", "from_on", "until_on", "source", "noted_by_id", "noted_at"]


def note(
    session: Session,
    fields: Sequence[str],
    joiners: Iterable[tuple[int, Change]],
    known: Iterable[Change],
    here: Here,
    by_id: int | None,
) -> None:
    """Begin, correct and end absences. Without days in the file one begins today, and ends the day before today."""
    book = _Book(fields, here)
    for number, change in joiners:
        if change.row[book.status] == "leave" or book.told(change):
            book.note_begun(number, change)
    for change in known:
        if change.person_id is not None and change.row:
            book.read(change.person_id, change)
    now = clock.now()
    if book.new:
        insert_rows(session, Absence, _COLUMNS, [(*one, "import", by_id, now) for one in book.new])
    if book.corrected:
        update_rows(session, Absence, ["id"], ["from_on", "until_on"], book.corrected)
    for some in parts(book.gone):
        session.execute(delete(Absence).where(Absence.id.in_(some)))


class _Book:
    """What is to be written."""

    def __init__(self, fields: Sequence[str], here: Here) -> None:
        self.fields, self.here, self.today = fields, here, clock.today()
        self.status = fields.index("status")
        self.new: list[tuple[int, date, date | None]] = []
        self.corrected: list[tuple[int, date, date | None]] = []
        self.gone: list[int] = []

    def told(self, change: Change) -> tuple[date, date | None] | None:
        """The days in the file, when it has any."""
        cells = dict(zip(self.fields, change.row, strict=True))
        begins, ends = cells.get("leave_from", ""), cells.get("leave_until", "")
        return (date.fromisoformat(begins), date.fromisoformat(ends) if ends else None) if begins else None

    def note_begun(self, person_id: int, change: Change) -> None:
        """A new absence: on the days told, else from today until further notice."""
        self.new.append((person_id, *(self.told(change) or (self.today, None))))

    def read(self, person_id: int, change: Change) -> None:
        """What a change says about absences."""
        changed = {name: (before, after) for name, before, after in change.fields}
        absence = self._current(person_id)
        if "leave_from" in changed or "leave_until" in changed:
            told = self.told(change)
            if told and absence and absence[3] == "import":
                self.corrected.append((absence[0], *told))
            elif told:
                self.note_begun(person_id, change)
            elif absence:
                self._end(absence)
        elif "status" in changed:
            before, after = changed["status"]
            if after == "leave" and not (absence and absence[1] <= self.today):
                self.note_begun(person_id, change)
            elif before == "leave" and after != "leave" and absence:
                self._end(absence)

    def _current(self, person_id: int) -> tuple[int, date, date | None, str] | None:
        for absence in self.here.absences.get(person_id, ()):
            if absence[2] is None or absence[2] >= self.today:
                return absence
        return None

    def _end(self, absence: tuple[int, date, date | None, str]) -> None:
        if absence[1] >= self.today:
            self.gone.append(absence[0])
        else:
            self.corrected.append((absence[0], absence[1], self.today - timedelta(days=1)))
