"""Drawing a paper from the bank: the same seed gives the same paper."""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

from quizzes.kinds import KINDS
from quizzes.questions import Pooled, QuotaView

RED_LINE_QUESTIONS = 3
"""At least so many red-line questions are on a paper, as far as the bank has them."""


def draw(
    bank: Iterable[Pooled],
    count: int,
    seed: int,
    quotas: Sequence[QuotaView] = (),
    tier: str = "",
) -> list[Pooled]:
    """A paper of `count` questions, or of all there are.

    What the person has seen least is drawn first. Among those, clauses and kinds that are not yet on the paper go
    first; then chance.
    """
    chance = Random(seed)  # noqa: S311 - the paper is kept, so nobody gains by guessing
    pool = sorted(bank, key=lambda question: question.number)
    chance.shuffle(pool)
    wanted = min(count, len(pool))
    picked: list[Pooled] = []
    _pick(picked, [question for question in pool if question.red_line], min(wanted, RED_LINE_QUESTIONS))
    _pick(picked, pool, wanted)
    chance.shuffle(picked)
    return picked


def _pick(picked: list[Pooled], pool: list[Pooled], wanted: int) -> None:
    """Add questions of the pool until there are as many as wanted, each time the one that adds most."""
    clauses = Counter(code for question in picked for code in question.clauses)
    kinds = Counter(question.kind for question in picked)
    left = [question for question in pool if question not in picked]
    while left and len(picked) < wanted:
        best = min(
            left,
            key=lambda question: (
                question.seen,
                sum(clauses[code] for code in question.clauses),
                kinds[question.kind],
            ),
        )
        left.remove(best)
        picked.append(best)
        clauses.update(best.clauses)
        kinds[best.kind] += 1


def order(question: Pooled, seed: int) -> tuple[str, ...]:
    """The keys of what a question shows, in the order in which the paper with this seed shows them."""
    chance = Random(f"{seed}/{question.version_id}")  # noqa: S311 - as above
    return KINDS[question.kind].order(question.keys, chance)
