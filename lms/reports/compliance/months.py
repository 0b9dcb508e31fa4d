"""The ends of months: everybody as she stood then, frozen, with those who have left or were erased since."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Integer, cast, func, insert, literal, select
from sqlalchemy.orm import Session

from certificates import days
from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import day, gettext
from lms.people.models import Person
from lms.reports.compliance import populations
from lms.reports.compliance.groups import Count
from lms.reports.compliance.models import POPULATIONS, Snapshot, SnapshotPerson

NIGHTS = 3
"""On the first nights of a month the one before is taken, when the night before failed or did not happen."""


@dataclass(frozen=True)
class Month:
    """A month that was taken: its last day, when it was taken, and the whole company then."""

    id: int
    month_on: date
    taken_at: datetime
    total: Count


def last_month(today: date) -> date:
    """The last day of the month before the one of a day."""
    return today.replace(day=1) - timedelta(days=1)


def take_at_night(session: Session) -> int:
    """Take the month that ended, on the first nights of the next one; returns how many were taken. For the nightly job.

    Taken later it would say of the end of a month what was true weeks after: then the month stays without a picture
    unless somebody asks for one.
    """
    today = days.today()
    if today.day > NIGHTS or _there(session, last_month(today)):
        return 0
    take(session, last_month(today))
    return 1


def take_now(session: Session, by_id: int) -> date:
    """Take the month that ended last, as everybody stands now; returns its last day. Raises `Conflict` when it was
    taken before: a picture is never taken anew."""
    month_on = last_month(days.today())
    if _there(session, month_on):
        raise Conflict(gettext("%(day)s was taken before. A month is never taken twice.", day=day(month_on)))
    take(session, month_on, by_id)
    return month_on


def take(session: Session, month_on: date, by_id: int | None = None) -> None:
    """Freeze how everybody stands, under the last day of a month. Two statements, whatever the number of people."""
    snapshot = Snapshot(month_on=month_on, taken_at=clock.now())
    session.add(snapshot)
    session.flush()
    today = days.today()
    facts, counted = populations.today_facts(today), populations.counted(today)
    names = [*populations.COLUMNS, "snapshot_id", "manager_id", "assigned", "done", "overdue"]
    rows = (
        select(
            *(facts.c[name] for name in populations.COLUMNS),
            literal(snapshot.id, Integer()),
            Person.manager_id,
            *(cast(func.coalesce(counted.c[name], 0), Integer) for name in names[-3:]),
        )
        .select_from(facts)
        .join(Person, Person.id == facts.c.person_id)
        .outerjoin(counted, counted.c.person_id == facts.c.person_id)
    )
    session.execute(insert(SnapshotPerson).from_select(names, rows))
    audit.record(session, "froze the end of a month", f"snapshot:{snapshot.id}", actor_id=by_id, month=str(month_on))


def missing(session: Session, today: date) -> date | None:
    """The last day of the month that ended last when it was not taken, else nothing."""
    month_on = last_month(today)
    return None if _there(session, month_on) else month_on


def all_months(session: Session, most: int = 36) -> list[Month]:
    """The newest months with the figures of the whole company, the oldest first. One statement."""
    at_work = ~SnapshotPerson.on_leave
    sums = [func.coalesce(func.sum(cast(getattr(SnapshotPerson, name) & at_work, Integer)), 0) for name in POPULATIONS]
    people = func.coalesce(func.sum(cast(at_work, Integer)), 0)
    counts = (
        select(SnapshotPerson.snapshot_id, func.count().label("everybody"), people.label("people"), *sums)
        .group_by(SnapshotPerson.snapshot_id)
        .subquery()
    )
    rows = session.execute(
        select(Snapshot.id, Snapshot.month_on, Snapshot.taken_at, *list(counts.c)[1:])
        .join(counts, counts.c.snapshot_id == Snapshot.id)
        .order_by(Snapshot.month_on.desc())
        .limit(most)
    ).all()
    return [
        Month(id, month_on, taken_at, Count(people, everybody - people, tuple(sums)))
        for id, month_on, taken_at, everybody, people, *sums in reversed(rows)
    ]


def newest(session: Session) -> date | None:
    """The last day of the newest month that was taken, or nothing."""
    return session.scalar(select(func.max(Snapshot.month_on)))


def find(session: Session, month: str) -> Snapshot:
    """The picture of a month by its year and number, such as `2026-10`. Raises `NotFound`."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise NotFound from None
    month_on = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    found = session.scalar(select(Snapshot).where(Snapshot.month_on == month_on))
    if found is None:
        raise NotFound
    return found


def _there(session: Session, month_on: date) -> bool:
    return session.scalar(select(Snapshot.id).where(Snapshot.month_on == month_on)) is not None
