"""Trying a quiz: a paper as a learner would get it, marked at once. Nothing is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from quizzes import drawing
from quizzes.grading import Verdict, verdict
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Fields
from quizzes.papers import Item
from quizzes.questions import Marked, Pooled, QuestionView, QuizView


def paper(questions: Mapping[int, QuestionView], pool: Iterable[Pooled], quiz: QuizView, seed: int) -> list[Item]:
    """The paper that this seed draws from a pool, nothing answered. `questions` are by version."""
    drawn = drawing.draw(pool, quiz.questions_drawn, seed, quotas=quiz.quotas)
    return [
        Item(0, place, questions[one.version_id], drawing.order(one, seed), answer=None, mark=None)
        for place, one in enumerate(drawn, 1)
    ]


def single(question: QuestionView, seed: int) -> list[Item]:
    """A paper of this question alone, nothing answered."""
    keys = tuple(choice.key for choice in question.choices)
    pooled = Pooled(0, question.version_id, question.kind, question.red_line, question.clauses, keys=keys)
    return [Item(0, 1, question, drawing.order(pooled, seed), answer=None, mark=None)]


def goes_on(names: Iterable[str]) -> bool:
    """Whether a form asks for the next turn of a case, not yet for the result."""
    return any(name.endswith("-answer-on") for name in names)


def clocks(items: Iterable[Item]) -> dict[int, int]:
    """The seconds that questions with a clock of their own give, by place. While a quiz is tried, they stand still."""
    return {item.position: seconds for item in items if (seconds := item.kind.seconds(item.question))}


def marked(items: Iterable[Item], fields: Fields) -> list[Item]:
    """The paper with the answers of a form and their marks. Fields are named `q3-answer` for the third question.

    Raises `Invalid` for an answer that was not offered.
    """
    found = []
    for item in items:
        prefix = f"q{item.position}-"
        own = {name.removeprefix(prefix): values for name, values in fields.items() if name.startswith(prefix)}
        kind = KINDS[item.question.kind]
        answer = kind.parse(item.question, own, item.order, None)
        mark = (
            kind.marked_by_hand(item.question, answer, 100)
            if kind.waits_for(item.question)
            else kind.mark(item.question, answer)
        )
        found.append(replace(item, answer=answer, mark=mark))
    return found


def result(items: Iterable[Item], quiz: QuizView) -> Verdict:
    """The verdict on a marked paper. What a person marks counts as right: nobody reads a try."""
    marks = (replace(item.mark or Marked(0, False), clauses=item.question.clauses) for item in items)
    return verdict(marks, quiz.pass_mark, quiz.must_pass)
