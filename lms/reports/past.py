"""A manager's figures compared with past days, and the line of completion over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Date, Integer, bindparam, select
from sqlalchemy.orm import Session

from lms.base.db import rows
from lms.reports.counters.models import TeamPast
from lms.reports.figures import Figures, share

LOOKED_BACK = timedelta(days=400)
MONTH = timedelta(days=28)
STALE = timedelta(days=45)
WEEKS = timedelta(days=56)
"""For so long each Sunday is a point of the line; before that, the last days of months are."""
WIDTH, HEIGHT = 600, 140


@dataclass(frozen=True)
class Day:
    """What was kept of a day."""

    on_day: date
    people: int
    up_to_date: int
    speakers: int
    assigned: int
    done: int

    @property
    def percent(self) -> int | None:
        """The share of people with nothing overdue."""
        return share(self.up_to_date, self.people)

    @property
    def completed(self) -> int | None:
        """The share of courses that are completed."""
        return share(self.done, self.assigned)


@dataclass(frozen=True)
class Since:
    """How many more people may speak than on a past day, fewer when negative."""

    more: int
    on_day: date


@dataclass(frozen=True)
class Past:
    """Past days in order, each Sunday and month's end."""

    today: date
    days: Sequence[Day] = ()

    @property
    def month_ago(self) -> Day | None:
        """The day that stands for a month ago: the last one at least four weeks ago, unless it is too long ago."""
        found = [day for day in self.days if self.today - STALE <= day.on_day <= self.today - MONTH]
        return found[-1] if found else None

    def since(self, figures: Figures) -> Since | None:
        """The change in who may speak since the end of the month before the last one, or the first kept after."""
        last_month = self.today.replace(day=1) - timedelta(days=1)
        wanted = last_month.replace(day=1) - timedelta(days=1)
        ends = [day for day in self.days if _ends_month(day.on_day) and day.on_day >= wanted]
        return Since(figures.may_speak - ends[0].speakers, ends[0].on_day) if ends else None

    def points(self, assigned: int, done: int) -> list[tuple[date, int]]:
        """The line of completion: percent by day, today last. Empty when there is nothing to compare with."""
        found = [
            (day.on_day, day.completed)
            for day in self.days
            if day.on_day < self.today and (_ends_month(day.on_day) or day.on_day >= self.today - WEEKS)
        ]
        line = [(day, percent) for day, percent in [*found, (self.today, share(done, assigned))] if percent is not None]
        return line if len(line) > 1 else []


def _ends_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def drawn(points: Sequence[tuple[date, int]]) -> str:
    """The points of the line in a drawing of 600 by 140, as SVG wants them: time to the right, a hundred at the top."""
    first, last = points[0][0], points[-1][0]
    whole = max(1, (last - first).days)
    places = ((WIDTH * (day - first).days / whole, HEIGHT * (100 - percent) / 100) for day, percent in points)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


_KEPT = (
    select(
        TeamPast.on_day,
        TeamPast.people,
        TeamPast.up_to_date,
        TeamPast.speakers,
        TeamPast.assigned,
        TeamPast.done,
    )
    .where(TeamPast.manager_id == bindparam("manager", type_=Integer()))
    .where(TeamPast.on_day >= bindparam("since", type_=Date()))
    .order_by(TeamPast.on_day)
)


def read(session: Session, manager_id: int, today: date) -> Past:
    """What was kept of a manager's organization in the last 13 months. One statement."""
    found = rows(session, _KEPT, {"manager": manager_id, "since": today - LOOKED_BACK})
    return Past(today, tuple(Day(*row) for row in found))
