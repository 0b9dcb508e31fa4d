"""Drawing a paper from the bank: the same seed gives the same paper."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from quizzes.blueprint import Lines, eligible
from quizzes.kinds import KINDS
from quizzes.questions import Pooled, QuotaView

RED_LINE_QUESTIONS = 3
"""At least so many red-line questions are on a paper, as far as bank and blueprint have room for them."""

Group = tuple[tuple[str, ...], str]
"""Questions of the same clauses and the same kind: which of them is drawn is left to chance."""


def draw(
    bank: Iterable[Pooled],
    count: int,
    seed: int,
    quotas: Sequence[QuotaView] = (),
    tier: str = "",
) -> list[Pooled]:
    """A paper of `count` questions, or of all there are, for somebody of a tier; without one no tier is left out.

    First the questions that are on every paper, then the lines of the blueprint, then red lines, then the rest. Each
    time what the person has seen least is drawn first; among those, clauses and kinds that are not yet on the paper;
    then chance. What a line cannot fill is filled from the rest.
    """
    chance = Random(seed)  # noqa: S311 - the paper is kept, so nobody gains by guessing
    pool = sorted(eligible(bank, tier), key=lambda question: question.number)
    chance.shuffle(pool)
    paper = _Paper(min(count, len(pool)))
    paper.take([question for question in pool if question.always], count)
    _fill(paper, pool, quotas)
    reds = sum(question.red_line for question in paper.picked.values())
    paper.take([question for question in pool if question.red_line], RED_LINE_QUESTIONS - reds)
    paper.take(pool, count)
    found = list(paper.picked.values())
    chance.shuffle(found)
    return found


@dataclass
class _Paper:
    """A paper that is being filled, and what is on it so far."""

    room: int
    picked: dict[int, Pooled] = field(default_factory=dict)
    clauses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def take(self, pool: Iterable[Pooled], count: int) -> list[Pooled]:
        """Put so many questions of a shuffled pool on the paper, as far as there is room: each time the one that adds
        most. Returns them."""
        before = len(self.picked)
        end = min(self.room, before + count)
        if before >= end:
            return []
        by_seen: dict[int, list[Pooled]] = {}
        for question in pool:
            if question.number not in self.picked:
                by_seen.setdefault(question.seen, []).append(question)
        for seen in sorted(by_seen):
            self._take_alike(by_seen[seen], end)
        return list(self.picked.values())[before:]

    def _take_alike(self, pool: Sequence[Pooled], end: int) -> None:
        """Of questions that were seen equally often: by groups, so that thousands cost no more than their groups."""
        groups: dict[Group, list[tuple[int, Pooled]]] = {}
        for place in range(len(pool) - 1, -1, -1):
            question = pool[place]
            groups.setdefault((question.clauses, question.kind), []).append((place, question))
        while groups and len(self.picked) < end:
            best = min(groups, key=lambda group: (*self._weight(group), groups[group][-1][0]))
            self.add(groups[best].pop()[1])
            if not groups[best]:
                del groups[best]

    def _weight(self, group: Group) -> tuple[int, int]:
        """How much of a group is on the paper already."""
        return sum(self.clauses[code] for code in group[0]), self.kinds[group[1]]

    def add(self, question: Pooled) -> None:
        """Put one question on the paper."""
        self.picked[question.number] = question
        self.clauses.update(question.clauses)
        self.kinds[question.kind] += 1


def _fill(paper: _Paper, pool: Sequence[Pooled], quotas: Sequence[QuotaView]) -> Lines:
    """Fill the lines of a blueprint: from what is on the paper already, then from the pool."""
    lines = Lines(quotas, pool)
    for line in range(len(quotas)):
        lines.hold(line, paper.picked.values())
    for line in range(len(quotas)):
        lines.hold(line, paper.take(lines.fitting[line], lines.lacks(line)))
        while lines.lacks(line) and len(paper.picked) < paper.room:
            more = lines.rearranged(line, (one for one in pool if one.number not in paper.picked))
            if more is None:
                break
            paper.add(more)
    return lines


@dataclass(frozen=True)
class Prospect:
    """What a line of a blueprint can draw: so many questions are `there`, and `drawn` of them come on a paper."""

    quota: QuotaView
    there: int
    drawn: int

    @property
    def fulfilled(self) -> bool:
        """Whether the line gets what it asks for."""
        return self.drawn == self.quota.count


def prospects(bank: Iterable[Pooled], count: int, quotas: Sequence[QuotaView], tier: str = "") -> list[Prospect]:
    """What each line of a blueprint draws from a bank now, for people of a tier."""
    pool = sorted(eligible(bank, tier), key=lambda question: question.number)
    paper = _Paper(min(count, len(pool)))
    paper.take([question for question in pool if question.always], count)
    lines = _fill(paper, pool, quotas)
    return [
        Prospect(quota, len(lines.fitting[line]), quota.count - lines.lacks(line)) for line, quota in enumerate(quotas)
    ]


def order(question: Pooled, seed: int) -> tuple[str, ...]:
    """The keys of what a question shows, in the order in which the paper with this seed shows them."""
    chance = Random(f"{seed}/{question.version_id}")  # noqa: S311 - as above
    return KINDS[question.kind].order(question.keys, chance)
