"""What time it is. Everything that needs the time asks here, so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = "Europe/Brussels"
"""Where the company is: a day of the company begins and ends at midnight there, whoever asks and from where."""

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today(time_zone: str = ZONE) -> date:
    """The calendar day it is now at the company, or in another time zone, by its IANA name."""
    return now().astimezone(ZoneInfo(time_zone)).date()


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Let the time stand still at an aware moment, for tests and for building past data."""
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
