"""The people here, as a file would have them: what a file is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.people.imports import cells
from lms.people.models import Absence, Person, Unit

_COLUMNS = (
    *(Person.id, Person.employee_id, Person.email, Person.given_name, Person.family_name, Person.unit_id),
    *(Person.manager_id, Person.tier, Person.location, Person.language, cast(Person.hire_date, String)),
    *(Person.status, Person.country, Person.job, Person.time_zone),
)


Known = tuple[int, date, date | None, str]
"""An absence that is noted: number, first and last day, source."""


@dataclass
class Here:
    """Everybody as a row of a file with all `FIELDS`; who has no employee number is named by mail address there."""

    rows: dict[int, tuple[str, ...]] = field(default_factory=dict)
    by_key: dict[str, int] = field(default_factory=dict)
    by_email: dict[str, int] = field(default_factory=dict)
    manager: dict[int, int | None] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    absences: dict[int, list[Known]] = field(default_factory=dict)

    def name(self, person_id: int) -> str:
        """Given and family name."""
        row = self.rows[person_id]
        return f"{row[2]} {row[3]}".strip()

    def status(self, person_id: int) -> str:
        """active, leave or left."""
        return self.rows[person_id][10]


def load(session: Session) -> Here:
    """Everybody, leavers too: four statements, however many people."""
    here = Here()
    paths: dict[int | None, str] = {row.id: row.path for row in session.execute(select(Unit.id, Unit.path))}
    here.units = {path: unit_id for unit_id, path in paths.items() if unit_id is not None}
    _load_absences(session, here)
    people: Sequence[Any] = session.execute(select(*_COLUMNS).order_by(Person.id)).all()
    keys: dict[int | None, str] = {row[0]: row[1] or row[2] for row in people}
    keys[None], paths[None] = "", ""
    today, nobody = clock.today(), ("", "")
    clean = cells.read
    for row in people:
        number, key, email, given, family, unit_id, manager_id, tier, location, language, hired, *rest = row
        if not (given + family + location).isascii():
            given, family, location = clean(given), clean(family), clean(location)
        leave = _leave(here.absences[number], today) if number in here.absences else nobody
        here.rows[number] = (
            *(key or email, email, given, family, paths[unit_id], keys[manager_id], tier, location, language),
            *(hired or "", *rest, *leave),
        )
        here.by_email[email] = number
        here.manager[number] = manager_id
        if key:
            here.by_key[key] = number
    return here


def _load_absences(session: Session, here: Here) -> None:
    columns = (Absence.id, Absence.person_id, Absence.from_on, Absence.until_on, Absence.source)
    for number, person_id, from_on, until_on, source in session.execute(select(*columns).order_by(Absence.from_on)):
        here.absences.setdefault(person_id, []).append((number, from_on, until_on, source))


def _leave(absences: Sequence[Known], today: date) -> tuple[str, str]:
    """The absence somebody is in, or else the next: from and until, as text."""
    for _, from_on, until_on, _ in absences:
        if until_on is None or until_on >= today:
            return from_on.isoformat(), until_on.isoformat() if until_on else ""
    return "", ""
