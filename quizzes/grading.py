"""From marks to a verdict. Whole numbers only, rounded down: rounding never makes a pass."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from quizzes.questions import Marked

RULES = 2
"""The number of these rules; a result keeps it. 1: pass mark and red lines. 2: must-pass clauses, void questions."""


@dataclass(frozen=True)
class Verdict:
    """The result of an attempt. `percent_hundredths` is in hundredths of a percent: 7999 is 79.99 %.

    `missed` are the must-pass clauses that were not mastered.
    """

    percent_hundredths: int
    red_lines_crossed: int
    passed: bool
    missed: tuple[str, ...] = ()


def verdict(marks: Iterable[Marked], pass_mark: int, must_pass: Mapping[str, int] | None = None) -> Verdict:
    """The verdict on the marks of all questions of a paper, for a pass mark in percent.

    Passed is who reaches the pass mark, crosses no red line, and earns so many percent of the credit on the questions
    about each clause of `must_pass`; a clause that the paper does not ask about is not held against anybody. Voided
    questions are left out. An empty paper earns nothing.
    """
    marked = [mark for mark in marks if not mark.voided]
    percent_hundredths = share(marked)
    crossed = sum(mark.crossed for mark in marked)
    missed = tuple(
        code
        for code, percent in (must_pass or {}).items()
        if (about := [mark for mark in marked if code in mark.clauses]) and share(about) < 100 * percent
    )
    return _verdict(percent_hundredths, crossed, missed, pass_mark)


def of_sums(credit: int, questions: int, crossed: int, pass_mark: int) -> Verdict:
    """The verdict on a paper of which only sums are known: credit and red lines over questions that are not voided.

    For a quiz without must-pass clauses. The same as `verdict` would say of the marks themselves.
    """
    return _verdict(100 * credit // questions if questions else 0, crossed, (), pass_mark)


def _verdict(percent_hundredths: int, crossed: int, missed: tuple[str, ...], pass_mark: int) -> Verdict:
    passed = percent_hundredths >= 100 * pass_mark and not crossed and not missed
    return Verdict(percent_hundredths, crossed, passed, missed)


def share(marks: Sequence[Marked]) -> int:
    """The credit earned, in hundredths of a percent, rounded down."""
    return 100 * sum(mark.credit for mark in marks) // len(marks) if marks else 0
