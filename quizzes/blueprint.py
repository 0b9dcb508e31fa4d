"""The blueprint of a quiz: so many questions from this clause, tag, difficulty or kind. Every question counts once.

Filling the lines is a matching. Where a line is short of questions, those that other lines took are moved as far as
others can take their place, so a blueprint that can be fulfilled is (augmenting paths: Kuhn, "The Hungarian method
for the assignment problem", 1955).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from quizzes.questions import Pooled, QuotaView


def eligible(bank: Iterable[Pooled], tier: str) -> Iterator[Pooled]:
    """The questions for people of a tier: those of that tier and those for everybody. Without a tier, all."""
    return (question for question in bank if not tier or question.tier in (None, tier))


def fits(question: Pooled, quota: QuotaView) -> bool:
    """Whether a question is one of those that a line asks for."""
    match quota.dimension:
        case "clause":
            return quota.value in question.clauses
        case "tag":
            return quota.value in question.tags
        case "difficulty":
            return str(question.difficulty) == quota.value
        case _:
            return question.kind == quota.value


class Lines:
    """The lines of a blueprint, and which question counts for which of them. `fitting` are by line, in the pool's
    order."""

    def __init__(self, quotas: Sequence[QuotaView], pool: Sequence[Pooled]) -> None:
        self.quotas = quotas
        self.fitting = [[question for question in pool if fits(question, quota)] for quota in quotas]
        self._held: dict[int, int] = {}
        self._questions: dict[int, Pooled] = {}

    def lacks(self, line: int) -> int:
        """How many questions a line still asks for."""
        return self.quotas[line].count - sum(held == line for held in self._held.values())

    def hold(self, line: int, questions: Iterable[Pooled]) -> None:
        """Count questions of the paper for a line, as far as it asks for them and no other line has them.

        Where they are too few, lines change what they hold among each other.
        """
        there = list(questions)
        for question in there:
            if self.lacks(line) and question.number not in self._held and fits(question, self.quotas[line]):
                self._give(question, line)
        while self.lacks(line) and self.rearranged(line, (one for one in there if one.number not in self._held)):
            pass

    def rearranged(self, line: int, free: Iterable[Pooled]) -> Pooled | None:
        """Have other lines give up a question for this one, each taking another in its place, the last a `free` one.

        Returns the free question that is held now; none when there is no such way.
        """
        spare = list(free)
        came: dict[int, tuple[int, Pooled]] = {}
        waiting = deque([line])
        while waiting:
            here = waiting.popleft()
            for question in spare:
                if fits(question, self.quotas[here]):
                    self._move_back(here, line, came)
                    self._give(question, here)
                    return question
            for number, other in list(self._held.items()):
                question = self._questions[number]
                if other != line and other not in came and fits(question, self.quotas[here]):
                    came[other] = here, question
                    waiting.append(other)
        return None

    def _move_back(self, last: int, first: int, came: dict[int, tuple[int, Pooled]]) -> None:
        """Along the way that was found, each line gives its question to the one before."""
        here = last
        while here != first:
            before, question = came[here]
            self._give(question, before)
            here = before

    def _give(self, question: Pooled, line: int) -> None:
        self._held[question.number] = line
        self._questions[question.number] = question
