"""How much a name is like one that was typed: for another spelling, or a slip of the keys."""

import difflib
import heapq
from collections import Counter
from collections.abc import Iterable

ALIKE = 0.7
"""Names that share less than this are not alike."""


class Likeness:
    """The likeness of many names to one. Dear sums are done only where cheap ones allow, and for the best of these."""

    def __init__(self, words: str) -> None:
        self._wanted = words.casefold()
        self._letters = Counter(self._wanted)
        share = ALIKE / (2 - ALIKE)
        self._least, self._most = share * len(self._wanted), len(self._wanted) / share
        self._matcher = difflib.SequenceMatcher(b=self._wanted)

    def best(self, people: Iterable[tuple[int, str, str]], most: int) -> list[int]:
        """The numbers of those whose given name, family name or both are like it, the likest first."""
        could_be = [
            (bound, number, name)
            for number, given, family in people
            for name in (given.casefold(), family.casefold(), f"{given} {family}".casefold())
            if (bound := self._bound(name)) >= ALIKE
        ]
        scores: dict[int, float] = {}
        for _, number, name in heapq.nlargest(2 * most, could_be):
            scores[number] = max(self._ratio(name), scores.get(number, 0.0))
        alike = [(-score, number) for number, score in scores.items() if score >= ALIKE]
        return [number for _, number in sorted(alike)[:most]]

    def _bound(self, name: str) -> float:
        """What the likeness cannot exceed, by the letters both have."""
        if not self._least <= len(name) <= self._most:
            return 0.0
        shared = min(len(name), sum(map(self._letters.__getitem__, set(name))))
        return 2 * shared / (len(name) + len(self._wanted))

    def _ratio(self, name: str) -> float:
        self._matcher.set_seq1(name)
        return self._matcher.ratio()
