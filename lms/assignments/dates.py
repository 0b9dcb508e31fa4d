"""Due days: from which day they are counted, what pushes them back, and when the next one is. Pure.

Days are calendar days of the person's own zone. A day of leave does not count: the clock stands still.
"""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.base import clock

Span = tuple[date, date | None]
"""From a day until a day, both included; None is until further notice."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A due day, and how many days of leave and of pause pushed it back."""

    due_on: date
    leave_days: int = 0
    paused_days: int = 0


@dataclass(frozen=True)
class Next:
    """The due day of the next period, and those of periods that went by without the course being taken."""

    due_on: date
    missed: tuple[date, ...] = ()


def due(base: date, days: int, absences: Sequence[Span], *, today: date, pauses: Sequence[Span] = ()) -> Due:
    """The day that is so many days at work after `base`; `base` itself is day 0.

    Leave and pauses that fall between push it back, and what falls into the longer span pushes it further; days that
    overlap count once. Leave without an end counts until `today`, and again when it ends. The due day is never a day
    of leave.
    """
    plain = _pushed(base, days, _merged(pauses, today))
    both = _pushed(base, days, _merged([*absences, *pauses], today))
    return Due(both, (both - plain).days, (plain - base).days - days)


def _pushed(base: date, days: int, away: Iterable[tuple[date, date]]) -> date:
    first = base if days == 0 else later(base, 1)
    found = later(base, days)
    if days < 0:
        return found
    for start, end in away:
        if start <= found and end >= first:
            found = later(found, (end - max(start, first)).days + 1)
    return found


def later(day: date, days: int) -> date:
    """So many days later, or earlier; at most the last day there is, at least the first."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def _merged(spans: Iterable[Span], today: date) -> list[tuple[date, date]]:
    """The spans in order, those that overlap made one, those without an end ended today.

    31 December 9999, which personnel systems write for it, is no end either.
    """
    closed = sorted((start, today if end is None or end == date.max else end) for start, end in spans)
    found: list[tuple[date, date]] = []
    for start, end in closed:
        if end < start:
            continue
        if found and start <= later(found[-1][1], 1):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last of that month when it is shorter.

    The last day there is, where that would be later.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_due(previous_due: date | None, completed_on: date, months: int, recurs_from: str) -> Next:
    """When a course that recurs is due again, after a period that was completed on a day.

    From "completed", or when there was no due day: so many months after the completion. From "due": so many months
    after the last due day, whether it was completed early or late, so that neither moves the period. Only where the
    completion came after the whole next period was over does the due day move on, and the periods in between are
    returned as missed.
    """
    if recurs_from == "completed" or previous_due is None:
        return Next(months_after(completed_on, months))
    number, missed = 1, list[date]()
    while (found := months_after(previous_due, months * number)) < completed_on:
        missed.append(found)
        number += 1
    return Next(found, tuple(missed))


def overdue(due_on: date, zone: str, now: datetime) -> bool:
    """Whether a due day is over where the person is: it ends at her midnight."""
    return now.astimezone(ZoneInfo(zone)).date() > due_on


def day_in(moment: datetime, zone: str) -> date:
    """The calendar day of a moment where somebody is."""
    return moment.astimezone(ZoneInfo(zone)).date()


def today_in(zone: str) -> date:
    """The calendar day it is now where somebody is."""
    return clock.today(zone)
