"""Drawing a paper from the bank: the same seed gives the same paper."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from quizzes.kinds import KINDS
from quizzes.questions import QuestionView

RED_LINE_QUESTIONS = 3
"""At least so many red-line questions are on a paper, as far as the bank has them."""


@dataclass(frozen=True)
class Drawn:
    """A question of a paper, and the keys of its choices in the order in which they are shown."""

    question: QuestionView
    order: tuple[str, ...]


def draw(bank: Iterable[QuestionView], count: int, seed: int, seen: Mapping[int, int] | None = None) -> list[Drawn]:
    """A paper of `count` questions, or of all there are.

    `seen` says how often the person has had a question, by its number: what was seen least is drawn first.
    Among those, clauses and kinds that are not yet on the paper go first; then chance.
    """
    chance = Random(seed)  # noqa: S311 - the paper is kept, so nobody gains by guessing
    pool = sorted(bank, key=lambda question: question.number)
    chance.shuffle(pool)
    wanted = min(count, len(pool))
    picked: list[QuestionView] = []
    _pick(picked, [question for question in pool if question.red_line], min(wanted, RED_LINE_QUESTIONS), seen or {})
    _pick(picked, pool, wanted, seen or {})
    chance.shuffle(picked)
    return [Drawn(question, _order(question, chance)) for question in picked]


def _pick(picked: list[QuestionView], pool: list[QuestionView], wanted: int, seen: Mapping[int, int]) -> None:
    """Add questions of the pool until there are as many as wanted, each time the one that adds most."""
    clauses = Counter(code for question in picked for code in question.clauses)
    kinds = Counter(question.kind for question in picked)
    left = [question for question in pool if question not in picked]
    while left and len(picked) < wanted:
        best = min(
            left,
            key=lambda question: (
                seen.get(question.number, 0),
                sum(clauses[code] for code in question.clauses),
                kinds[question.kind],
            ),
        )
        left.remove(best)
        picked.append(best)
        clauses.update(best.clauses)
        kinds[best.kind] += 1


def _order(question: QuestionView, chance: Random) -> tuple[str, ...]:
    keys = [choice.key for choice in question.choices]
    if KINDS[question.kind].shuffled:
        chance.shuffle(keys)
    return tuple(keys)
