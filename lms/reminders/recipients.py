"""Who is away around a day, who stands in for whom, and which day it is where somebody lives."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.people.models import Absence, Deputy, Person

log = logging.getLogger("lms")
Stretch = tuple[date, date | None]


class Told(NamedTuple):
    """Somebody to be told, with her time zone and whether she is on leave."""

    person_id: int
    zone: str
    on_leave: bool


class _Deputy(NamedTuple):
    first: date
    last: date
    person_id: int
    zone: str


@dataclass(frozen=True)
class Away:
    """Absences of people and deputies of managers, around a day."""

    absences: Mapping[int, Sequence[Stretch]]
    deputies: Mapping[int, Sequence[_Deputy]]

    def absent(self, person_id: int, day: date) -> bool:
        """Whether somebody is noted as away on a day."""
        return any(first <= day and (last is None or last >= day) for first, last in self.absences.get(person_id, ()))

    def instead_of(self, person_id: int, status: str, zone: str, at: datetime) -> Told:
        """Who is told instead of a manager: herself, or while she is on leave her deputy, if she has one."""
        day = today_in(zone, at)
        if status != "leave" and not self.absent(person_id, day):
            return Told(person_id, zone, False)
        for deputy in self.deputies.get(person_id, ()):
            if deputy.first <= day <= deputy.last and not self.absent(deputy.person_id, day):
                return Told(deputy.person_id, deputy.zone, False)
        return Told(person_id, zone, True)


def away_at(session: Session, at: datetime) -> Away:
    """Who is away around a moment, and who stands in for whom. Two statements."""
    around = at.date() - timedelta(days=1), at.date() + timedelta(days=1)
    return Away(_absences(session, *around), _deputies(session, *around))


def today_in(zone: str, at: datetime) -> date:
    """The calendar day at a moment in a time zone, by its name; by UTC when there is no such zone, which is logged."""
    return at.astimezone(_zone(zone)).date()


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.warning("there is no time zone %r: days are counted in UTC for whoever has it", name)
        return ZoneInfo("UTC")


def _absences(session: Session, first: date, last: date) -> dict[int, list[Stretch]]:
    running = Absence.from_on <= last, or_(Absence.until_on.is_(None), Absence.until_on >= first)
    found: dict[int, list[Stretch]] = {}
    columns = (Absence.person_id, Absence.from_on, Absence.until_on)
    for person_id, first_on, last_on in session.execute(select(*columns).where(*running)):
        found.setdefault(person_id, []).append((first_on, last_on))
    return found


def _deputies(session: Session, first: date, last: date) -> dict[int, list[_Deputy]]:
    running = Deputy.ended_at.is_(None), Deputy.from_on <= last, Deputy.until_on >= first, Person.status == "active"
    statement = (
        select(Deputy.manager_id, Deputy.from_on, Deputy.until_on, Deputy.deputy_id, Person.time_zone)
        .join(Person, Person.id == Deputy.deputy_id)
        .where(*running)
        .order_by(Deputy.id)
    )
    found: dict[int, list[_Deputy]] = {}
    for row in session.execute(statement):
        found.setdefault(row[0], []).append(_Deputy(*row[1:]))
    return found
