"""Trying a quiz: a paper as a learner would get it, marked at once. Nothing is kept."""

from collections.abc import Iterable

from quizzes import drawing
from quizzes.grading import Verdict, verdict
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Fields
from quizzes.papers import Item
from quizzes.questions import Marked, QuestionView


def paper(bank: Iterable[QuestionView], count: int, seed: int) -> list[Item]:
    """The paper that this seed draws, nothing answered."""
    return [
        Item(id=0, position=place, question=drawn.question, order=drawn.order, answer=None, mark=None)
        for place, drawn in enumerate(drawing.draw(bank, count, seed), 1)
    ]


def marked(items: Iterable[Item], fields: Fields) -> list[Item]:
    """The paper with the answers of a form and their marks. Fields are named `q3-answer` for the third question.

    Raises `Invalid` for an answer that was not offered.
    """
    found = []
    for item in items:
        prefix = f"q{item.position}-"
        own = {name.removeprefix(prefix): values for name, values in fields.items() if name.startswith(prefix)}
        kind = KINDS[item.question.kind]
        answer = kind.parse(own, item.order)
        mark = kind.mark(item.question, answer)
        found.append(Item(item.id, item.position, item.question, item.order, answer, mark))
    return found


def result(items: Iterable[Item], pass_mark: int) -> Verdict:
    """The verdict on a marked paper."""
    return verdict((item.mark or Marked(0, False) for item in items), pass_mark)
