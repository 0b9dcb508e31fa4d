"""What held for everybody on a day: quiet periods, embargoes and crisis mode, as they were known at the end of it.

Periods are only added and cancelled, crises only begun and ended; so four counts tell one state of the calendar from
every other, and what was read is kept in the process under them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from certificates import days
from certificates.periods.models import CrisisPeriod, QuietPeriod, QuietPeriodScope
from certificates.rulings import Circumstances, Crisis, Quiet
from certificates.standing import Scope
from lms.base.db import remembered, rows


@dataclass(frozen=True)
class Period:
    """A quiet period as the calendar has it; `cancelled_on` is empty while it stands. Days are those at the company."""

    id: int
    title: str
    note: str
    starts_on: date
    ends_on: date
    exempt_rank: int | None
    made_on: date
    cancelled_on: date | None
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True)
class Alarm:
    """A crisis as the calendar has it; `ended_at` and `ended_on` are empty while it lasts."""

    id: int
    title: str
    line: str
    started_at: datetime
    started_on: date
    ended_at: datetime | None
    ended_on: date | None


@dataclass(frozen=True)
class Calendar:
    """All periods, the first to begin first, and all crises, the newest first."""

    periods: tuple[Period, ...] = ()
    crises: tuple[Alarm, ...] = ()

    def on(self, day: date) -> Circumstances:
        """What held on a day, as known at its end; for a day to come, as known now."""
        quiet = tuple(
            Quiet(one.title, one.ends_on, one.scope, one.exempt_rank)
            for one in self.periods
            if one.starts_on <= day <= one.ends_on and _known(day, one.made_on, one.cancelled_on)
        )
        crisis = next((one for one in self.crises if _known(day, one.started_on, one.ended_on)), None)
        return Circumstances(quiet, Crisis(crisis.title, crisis.line, crisis.started_at) if crisis else None)

    @property
    def crisis(self) -> Alarm | None:
        """The crisis that lasts, if there is one."""
        return next((one for one in self.crises if one.ended_at is None), None)

    def standing(self, today: date) -> list[Period]:
        """The periods that run today or are to come, and were not cancelled."""
        return [one for one in self.periods if one.ends_on >= today and one.cancelled_on is None]

    def over(self, today: date) -> list[Period]:
        """The periods that are past or were cancelled, the last to end first."""
        past = [one for one in self.periods if one.ends_on < today or one.cancelled_on is not None]
        return sorted(past, key=lambda one: (one.ends_on, one.id), reverse=True)


def circumstances(session: Session, on: date) -> Circumstances:
    """What held for everybody on a day. One statement, and three more after a change of the calendar."""
    return calendar(session).on(on)


def calendar(session: Session) -> Calendar:
    """The whole calendar. One statement, and three more after a change of it."""
    return of_state(session, tuple(rows(session, _STATE, {}).one()))


def running(session: Session) -> Crisis | None:
    """The crisis that lasts, if there is one: for every page inside. One statement."""
    row = rows(session, _RUNNING, {}).one_or_none()
    return Crisis(row.title, row.line, row.started_at) if row else None


def of_state(session: Session, state: tuple[Any, ...]) -> Calendar:
    """The calendar in a state that another statement read by `state_columns()`."""
    return remembered(session, ("calendar", *state), lambda: _read(session)) if any(state) else Calendar()


def state_columns() -> list[ColumnElement[Any]]:
    """What tells one state of the calendar from another, for a statement that reads something else as well."""
    counted = (QuietPeriod.id, QuietPeriod.cancelled_at, CrisisPeriod.id, CrisisPeriod.ended_at)
    return [select(func.count(column)).scalar_subquery() for column in counted]


_STATE = select(*state_columns())
_RUNNING = select(CrisisPeriod.title, CrisisPeriod.line, CrisisPeriod.started_at).where(CrisisPeriod.running.is_(True))


def _read(session: Session) -> Calendar:
    pairs: dict[int, list[tuple[str, str]]] = {}
    for row in session.execute(select(QuietPeriodScope.period_id, QuietPeriodScope.dimension, QuietPeriodScope.value)):
        pairs.setdefault(row.period_id, []).append((row.dimension, row.value))
    periods = session.scalars(select(QuietPeriod).order_by(QuietPeriod.starts_on, QuietPeriod.id))
    crises = session.scalars(select(CrisisPeriod).order_by(CrisisPeriod.id.desc()))
    return Calendar(
        tuple(_period(row, Scope.of(pairs.get(row.id, ()))) for row in periods), tuple(_alarm(row) for row in crises)
    )


def _period(row: QuietPeriod, scope: Scope) -> Period:
    return Period(
        id=row.id,
        title=row.title,
        note=row.note,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        exempt_rank=row.exempt_rank,
        made_on=days.day_of(row.made_at),
        cancelled_on=days.day_of(row.cancelled_at) if row.cancelled_at else None,
        scope=scope,
    )


def _alarm(row: CrisisPeriod) -> Alarm:
    return Alarm(
        id=row.id,
        title=row.title,
        line=row.line,
        started_at=row.started_at,
        started_on=days.day_of(row.started_at),
        ended_at=row.ended_at,
        ended_on=days.day_of(row.ended_at) if row.ended_at else None,
    )


def _known(day: date, begun: date, over: date | None) -> bool:
    """Whether what began and ended on these days stood at the end of a day."""
    return begun <= day and (over is None or over > day)
