"""When somebody may try again: so many attempts with a pause between them, then a long wait or a coach's release.

The rule is HubSpot's: three attempts 48 hours apart, then 30 days. All three figures are settings of the quiz.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from quizzes.questions import QuizView


@dataclass(frozen=True)
class Wait:
    """`left` attempts remain in this series (none: any number); the next may begin at `until` (none: now).

    `exhausted` says that the series is used up: the wait is the long one.
    """

    left: int | None = None
    until: datetime | None = None
    exhausted: bool = False


def wait(ended_at: Sequence[datetime], released_at: datetime | None, quiz: QuizView, now: datetime) -> Wait:
    """What holds for somebody whose attempts at the quiz, none of them voided, ended at these moments.

    A release begins a new series at once, and so does the end of the long wait.
    """
    allowed = quiz.attempts_allowed
    series: list[datetime] = []
    for end in sorted(ended_at):
        if released_at and end <= released_at:
            continue
        if allowed and len(series) == allowed:
            series = []
        series.append(end)
    if not series:
        return Wait(left=allowed)
    if allowed and len(series) >= allowed:
        until = series[-1] + timedelta(days=quiz.long_wait_days)
        return Wait(0, until, exhausted=True) if until > now else Wait(left=allowed)
    until = series[-1] + timedelta(hours=quiz.cooling_hours)
    return Wait(allowed - len(series) if allowed else None, until if until > now else None)
