"""From points to credit, and from two marks to one. Whole percents, rounded down: rounding never makes a pass."""

from collections.abc import Mapping, Sequence

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from quizzes.questions import CriterionView, Marked, QuestionView

WHOLE = CriterionView(id=0, key="whole", most=4, titles={}, guides={})
"""What a marker judges when a question names no criteria: the answer as a whole. Its points make the credit only."""


def criteria(question: QuestionView) -> tuple[CriterionView, ...]:
    """What a marker gives points for."""
    return question.criteria or (WHOLE,)


def credit(wanted: Sequence[CriterionView], points: Mapping[int, int]) -> int:
    """The credit in percent, rounded down, from the points for each criterion, by its place counted from 1.

    Raises `Invalid` when a criterion has no points or more than it is worth, or when points are for none.
    """
    if set(points) != set(range(1, len(wanted) + 1)):
        raise Invalid(gettext("Give points for every criterion: 0 is an answer too."))
    if any(not 0 <= points[place] <= one.most for place, one in enumerate(wanted, 1)):
        raise Invalid(gettext("A criterion earns between 0 points and the most that stands beside it."))
    return 100 * sum(points.values()) // sum(one.most for one in wanted)


def are_apart(first: Marked, second: Marked, percent: int) -> bool:
    """Whether two marks differ so much that a third person decides: by more than so many percent, or on a red line."""
    return abs(first.credit - second.credit) > percent or first.crossed != second.crossed


def mean(marks: Sequence[Marked]) -> Marked:
    """The mark that markers who agree make together: the mean of their credit, rounded down."""
    return Marked(sum(mark.credit for mark in marks) // len(marks), marks[0].crossed)
