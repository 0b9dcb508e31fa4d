"""What is wrong with a file: where, what stands there, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass

KEPT = 1000
"""So many are told one by one; of all the others the number."""
_LONGEST = 100


@dataclass(frozen=True, order=True)
class Problem:
    """One of them. Line 0 is the whole file."""

    line: int
    column: str
    value: str
    sentence: str


class Problems:
    """All that was found. `count` is the number of all, however few are kept."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: list[Problem] = []

    def add(self, line: int, column: str, value: str, sentence: str) -> None:
        """Another one."""
        self.count += 1
        self._kept.append(Problem(line, column, value[:_LONGEST], sentence))

    def add_many(self, column: str, told: Iterable[tuple[int, str, str]]) -> None:
        """All of one column: line, value and sentence, from the top of the file down."""
        for number, (line, value, sentence) in enumerate(told):
            if number < KEPT:
                self.add(line, column, value, sentence)
            else:
                self.count += 1

    def kept(self) -> list[Problem]:
        """Those nearest the top of the file, in order."""
        return sorted(self._kept)[:KEPT]

    def __bool__(self) -> bool:
        return self.count > 0
