"""What happens in the demo company and when: deeds are noted in any order, and done in the order of time.

So the company has a past that is true: whatever looks at it on one of its days finds what had been done by then.
"""

import heapq
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from lms.base import clock

Deed = Callable[[], object]
_MORNING, _EVENING = time(8, 30), time(20, 30)
"""In UTC: at work in Europe, and the same day there until its end."""


class Diary:
    """Deeds by moment, which are told as days before today. A deed may note others that follow from it, later on."""

    def __init__(self) -> None:
        self._today = clock.today()
        self._pages: list[tuple[datetime, int, Deed]] = []
        self._noted = 0

    def note(self, at: datetime, deed: Deed) -> None:
        """Have something done at a moment; what is noted for the same moment is done in the order of noting."""
        self._noted += 1
        heapq.heappush(self._pages, (at, self._noted, deed))

    def live(self) -> None:
        """Do everything, each deed at its moment."""
        while self._pages:
            at, _, deed = heapq.heappop(self._pages)
            with clock.frozen(at):
                deed()

    def day(self, days_ago: int) -> date:
        """The day so many days before today, at the company; one to come when negative."""
        return self._today - timedelta(days=days_ago)

    def morning(self, days_ago: int) -> datetime:
        """When people begin to work, so many days ago."""
        return datetime.combine(self.day(days_ago), _MORNING, UTC)

    def evening(self, days_ago: int) -> datetime:
        """When they have gone home, so many days ago."""
        return datetime.combine(self.day(days_ago), _EVENING, UTC)
