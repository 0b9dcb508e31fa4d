"""From marks to a verdict. Whole numbers only, rounded down: rounding never makes a pass."""

from collections.abc import Iterable
from dataclasses import dataclass

from quizzes.questions import Marked


@dataclass(frozen=True)
class Verdict:
    """The result of an attempt. `percent_hundredths` is in hundredths of a percent: 7999 is 79.99 %."""

    percent_hundredths: int
    red_lines_crossed: int
    passed: bool


def verdict(marks: Iterable[Marked], pass_mark: int) -> Verdict:
    """The verdict on the marks of all questions of a paper, for a pass mark in percent.

    Passed is who reaches the pass mark and crosses no red line. An empty paper earns nothing.
    """
    marked = list(marks)
    percent_hundredths = 100 * sum(mark.credit for mark in marked) // len(marked) if marked else 0
    crossed = sum(mark.crossed for mark in marked)
    return Verdict(percent_hundredths, crossed, percent_hundredths >= 100 * pass_mark and not crossed)
