"""Days and terms of certificates. They are counted where the company is, whoever asks and from where."""

import calendar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lms.base import clock

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def today() -> date:
    """The calendar day it is now at the company."""
    return clock.today()


def local(moment: datetime) -> datetime:
    """A moment as the clock at the company shows it."""
    return moment.astimezone(ZoneInfo(clock.ZONE))


def day_of(moment: datetime) -> date:
    """The calendar day a moment falls on at the company."""
    return local(moment).date()


def end_of(day: date) -> datetime:
    """The moment at which a day is over at the company."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(clock.ZONE))


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
