"""Absences as a file tells them: begun, ended and corrected for many people at once, and set back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.bulk import insert_rows, update_rows
from lms.base.db import parts
from lms.people.imports.difference import Change
from lms.people.imports.here import Here, Known
from lms.people.models import Absence

FIELD = "leave"
"""What a change of an absence is kept under: before and after as `written`, nothing for none."""
_COLUMNS = ["person_id", "from_on", "until_on", "source", "noted_by_id", "noted_at"]
Noted = tuple[int, str, str, str, str]
"""Whose absence changed with which kind of change: person, kind, `FIELD`, before, after."""


@dataclass(frozen=True)
class Back:
    """An absence to be set back: the one there is now, if any, and how it was before, if it was."""

    person_id: int
    absence_id: int | None
    before: str


def written(source: str, from_on: date, until_on: date | None) -> str:
    """An absence as it is kept beside an import, such as `import 2026-03-02 2026-03-09`."""
    return f"{source} {from_on.isoformat()} {until_on.isoformat() if until_on else ''}".rstrip()


def read(text: str) -> tuple[str, date, date | None]:
    """Source, first and last day of what was `written`."""
    source, first, *last = text.split()
    return source, date.fromisoformat(first), date.fromisoformat(last[0]) if last else None


def note(
    session: Session,
    fields: Sequence[str],
    joiners: Iterable[tuple[int, Change]],
    known: Iterable[Change],
    here: Here,
    by_id: int | None,
) -> list[Noted]:
    """Begin, correct and end absences; returns what became of which, so that it can be undone.

    Without days in the file one begins today, and ends the day before today.
    """
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
    _remove(session, book.gone)
    return book.noted


def set_back(session: Session, backs: Iterable[Back], by_id: int | None) -> None:
    """Take away absences that began, and have others as they were. Three statements."""
    now, gone, corrected, new = (
        clock.now(),
        list[int](),
        list[tuple[int, date, date | None]](),
        list[tuple[object, ...]](),
    )
    for one in backs:
        if not one.before and one.absence_id is not None:
            gone.append(one.absence_id)
        elif one.before:
            source, first, last = read(one.before)
            if one.absence_id is None:
                new.append((one.person_id, first, last, source, by_id, now))
            else:
                corrected.append((one.absence_id, first, last))
    _remove(session, gone)
    if corrected:
        update_rows(session, Absence, ["id"], ["from_on", "until_on"], corrected)
    if new:
        insert_rows(session, Absence, _COLUMNS, new)


def _remove(session: Session, absence_ids: Sequence[int]) -> None:
    for some in parts(sorted(absence_ids)):
        session.execute(delete(Absence).where(Absence.id.in_(some)))


class _Book:
    """What is to be written."""

    def __init__(self, fields: Sequence[str], here: Here) -> None:
        self.fields, self.here, self.today = fields, here, clock.today()
        self.status = fields.index("status")
        self.new: list[tuple[int, date, date | None]] = []
        self.corrected: list[tuple[int, date, date | None]] = []
        self.gone: list[int] = []
        self.noted: list[Noted] = []

    def told(self, change: Change) -> tuple[date, date | None] | None:
        """The days in the file, when it has any."""
        cells = dict(zip(self.fields, change.row, strict=True))
        begins, ends = cells.get("leave_from", ""), cells.get("leave_until", "")
        return (date.fromisoformat(begins), date.fromisoformat(ends) if ends else None) if begins else None

    def note_begun(self, person_id: int, change: Change) -> None:
        """A new absence: on the days told, else from today until further notice."""
        days = self.told(change) or (self.today, None)
        self.new.append((person_id, *days))
        self._note(person_id, change, "", written("import", *days))

    def read(self, person_id: int, change: Change) -> None:
        """What a change says about absences."""
        changed = {name: (before, after) for name, before, after in change.fields}
        absence = self._current(person_id)
        if "leave_from" in changed or "leave_until" in changed:
            told = self.told(change)
            if told and absence and absence[3] == "import":
                self.corrected.append((absence[0], *told))
                self._note(person_id, change, _as_it_is(absence), written("import", *told))
            elif told:
                self.note_begun(person_id, change)
            elif absence:
                self._end(person_id, change, absence)
        elif "status" in changed:
            before, after = changed["status"]
            if after == "leave" and not (absence and absence[1] <= self.today):
                self.note_begun(person_id, change)
            elif before == "leave" and after != "leave" and absence:
                self._end(person_id, change, absence)

    def _note(self, person_id: int, change: Change, before: str, after: str) -> None:
        self.noted.append((person_id, change.kind, FIELD, before, after))

    def _current(self, person_id: int) -> Known | None:
        for absence in self.here.absences.get(person_id, ()):
            if absence[2] is None or absence[2] >= self.today:
                return absence
        return None

    def _end(self, person_id: int, change: Change, absence: Known) -> None:
        number, first, _, source = absence
        if first >= self.today:
            self.gone.append(number)
            self._note(person_id, change, _as_it_is(absence), "")
        else:
            last = self.today - timedelta(days=1)
            self.corrected.append((number, first, last))
            self._note(person_id, change, _as_it_is(absence), written(source, first, last))


def _as_it_is(absence: Known) -> str:
    _, first, last, source = absence
    return written(source, first, last)
