"""What happens in quizzes."""

from dataclasses import dataclass

from lms.base.events import Event


@dataclass(frozen=True)
class AttemptDecided(Event):
    """An attempt was handed in, or ran out of time, and all of it is marked: passed or not, with red lines crossed."""

    person_id: int
    enrollment_id: int
    passed: bool
    red_lines: int
