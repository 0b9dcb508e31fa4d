"""How every manager's organization stood on past days: kept on Sundays and on the last day of each month."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, exists, func, insert, literal, select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.reports.counters.models import NO_DAY, Rollup, TeamPast

SUNDAY = 6


def is_kept(day: date) -> bool:
    """Whether the figures of a day are kept: a Sunday, or the last day of a month."""
    return day.weekday() == SUNDAY or (day + timedelta(days=1)).day == 1


def keep(session: Session, day: date) -> int:
    """Keep the figures of all managers as those of a day; returns how many were added. For the night, safe to repeat.

    Nothing on a day that is not kept. One statement. What was kept of a day stays as it is.
    """
    if not is_kept(day):
        return 0
    there = exists().where(TeamPast.manager_id == Rollup.manager_id, TeamPast.on_day == day)
    people, courses, speakers = (Rollup.kind == kind for kind in ("people", "courses", "speakers"))
    figures = (
        select(
            Rollup.manager_id,
            literal(day),
            _sum(people, Rollup.count),
            _sum(and_(people, Rollup.day >= day), Rollup.count),
            _sum(and_(speakers, Rollup.day >= day, Rollup.day < NO_DAY), Rollup.count),
            _sum(and_(courses, Rollup.day < day), Rollup.count - Rollup.done),
            _sum(courses, Rollup.count),
            _sum(courses, Rollup.done),
        )
        .where(~there)
        .group_by(Rollup.manager_id)
        .having(func.sum(Rollup.count) > 0)
    )
    columns = ["manager_id", "on_day", "people", "up_to_date", "speakers", "overdue", "assigned", "done"]
    before = _count(session, day)
    session.execute(insert(TeamPast).from_select(columns, figures))
    return _count(session, day) - before


def tonight(session: Session) -> int:
    """Keep the figures of today, if this is a day that is kept; returns how many were added."""
    return keep(session, clock.today())


def _sum(condition: ColumnElement[bool], value: SQLColumnExpression[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value))), 0)


def _count(session: Session, day: date) -> int:
    return session.scalar(select(func.count()).select_from(TeamPast).where(TeamPast.on_day == day)) or 0
