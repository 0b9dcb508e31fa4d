"""The clock of an attempt. It is the server's; nothing that a learner's machine says of the time counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

GRACE = timedelta(seconds=30)
"""How long after the deadline an answer that was under way still counts."""

GRACE_OF_AN_ITEM = timedelta(seconds=5)
"""The same for a question with a clock of its own, which is short."""

WITHOUT_TIMER = timedelta(days=30)
"""How long an attempt stays open for somebody who has no clock."""


@dataclass(frozen=True)
class Clock:
    """How much time somebody has: percent of the usual minutes, minutes more, or no clock at all; breaks in minutes."""

    percent: int = 100
    extra_minutes: int = 0
    no_timer: bool = False
    break_minutes: int = 0

    def deadline(self, started_at: datetime, minutes: int, closes_at: datetime | None) -> datetime:
        """The end of an attempt: start + limit x factor + personal minutes, but never after the quiz closes."""
        own = timedelta(seconds=minutes * 60 * self.percent // 100) + timedelta(minutes=self.extra_minutes)
        end = started_at + (WITHOUT_TIMER if self.no_timer else own)
        return min(end, closes_at) if closes_at else end

    def minutes(self, usual: int) -> int:
        """How many minutes somebody has, rounded down, when there is a clock."""
        return usual * self.percent // 100 + self.extra_minutes

    def of_item(self, usual: int) -> timedelta | None:
        """How long somebody has for a question with so many seconds of its own; nothing when there is no clock.

        Personal minutes hold here too: nobody can say for which part of an attempt they were meant.
        """
        if self.no_timer:
            return None
        return timedelta(seconds=usual * self.percent // 100) + timedelta(minutes=self.extra_minutes)


def item_left(limit: timedelta, spent: timedelta) -> int:
    """The whole seconds that are left of the clock of a question; 0 when it is over."""
    return max(0, int((limit - spent).total_seconds()))


def item_is_over(limit: timedelta, spent: timedelta) -> bool:
    """Whether an answer that comes now is too late for the clock of a question, the grace included."""
    return spent > limit + GRACE_OF_AN_ITEM
