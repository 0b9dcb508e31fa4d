"""When a renewal opens, what counts for it, and from when to when the next certificate holds. Pure.

The rule of the term: a renewal inside its window is counted from the old last day, so that being early costs nothing;
one that comes late is counted from the day it is done. The new certificate takes over on the day it is awarded: there
is no gap, and no day is given twice. What was done before the window, or for the certificate before, does not count.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from certificates import days
from certificates.ladder import LevelView, Need

SAME_DEED = timedelta(seconds=1)
"""A certificate is dated to the second: what was done within it is what it was awarded for."""


@dataclass(frozen=True)
class Held:
    """The newest certificate of somebody in a level, with how its permission stands.

    `status` is that of the permission, `active` for a certificate that gives none; `ends_on` is the last day.
    """

    level_id: int
    cycle: int
    issued_at: datetime
    ends_on: date
    status: str

    def runs(self, today: date) -> bool:
        """Whether its term goes on, paused or not: then the next one is counted from its end."""
        return self.status in {"active", "suspended"} and self.ends_on >= today

    def holds(self, today: date) -> bool:
        """Whether it holds on this day, so that another level can rest on it."""
        return self.status == "active" and self.ends_on >= today


def opens_on(held: Held, level: LevelView) -> date:
    """The first day on which a renewal can be done while the certificate runs."""
    return held.ends_on - timedelta(days=level.renew_days)


def is_open(held: Held, level: LevelView, today: date) -> bool:
    """Whether the level can be renewed now: in the window before the end, or at any time after the term is over."""
    return not held.runs(today) or today >= opens_on(held, level)


def counts(done_at: datetime, held: Held | None, level: LevelView, need: Need | None, today: date) -> bool:
    """Whether something done at a moment counts: at first, or for the renewal of what is held."""
    if need is not None and need.within_months and days.day_of(done_at) < days.months_after(today, -need.within_months):
        return False
    if held is None:
        return True
    if done_at < held.issued_at + SAME_DEED:
        return False
    fresh = need is not None and need.within_months is not None
    by_term = held.status in {"active", "suspended", "expired", "archived"}
    return fresh or not by_term or days.day_of(done_at) >= opens_on(held, level)


def term(held: Held | None, level: LevelView, today: date) -> tuple[date, date]:
    """First and last day of the next certificate, when it is awarded today."""
    start = held.ends_on if held is not None and held.runs(today) and today >= opens_on(held, level) else today
    return today, days.months_after(start, level.valid_months)
