"""What people picked: whole answers, or the parts of which they are made. Pure; knows no kinds of questions apart."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from quizzes.analysis.figures import Picked
from quizzes.analysis.models import OTHERS

RARE = 5
"""Words that fewer people typed are not told apart: they might say who it was."""
MOST = 30
"""So many answers are told apart; the rest goes together."""


@dataclass(frozen=True)
class Given:
    """Answers that are alike: in the words of their kind, the credit they earned, how many, and the sum of rests."""

    picked: str
    credit: int
    n: int
    r: int


def tally(given: Iterable[Given], choices: Collection[str], best: str) -> dict[str, Picked]:
    """How often each answer was picked. `choices` are the keys of the question's choices, `best` its right answer.

    An answer that is made of choices is taken apart, so that each choice has its own line; unless all answers are made
    of the same ones, as when they are put in order: then it is the whole that tells.
    """
    given = list(given)
    parts = {one.picked: tuple(filter(None, one.picked.split(","))) for one in given}
    made_of_choices = all(part.partition(":")[0] in choices for each in parts.values() for part in each)
    used = {frozenset(each) for each in parts.values() if each}
    if made_of_choices and len(used) > 1 and any(len(each) > 1 for each in used):
        return _by_part(given, parts, best)
    return _by_whole(given, told_apart=1 if made_of_choices else RARE)


def _by_part(given: Iterable[Given], parts: Mapping[str, tuple[str, ...]], best: str) -> dict[str, Picked]:
    rights = set(filter(None, best.split(",")))
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in given:
        for part in parts[one.picked] or ("",):
            counts[part] = _added(counts[part], one)
    return _most(
        {part: Picked(n, r, part in rights, bool(part) and part not in rights) for part, (n, r, _) in counts.items()}
    )


def _by_whole(given: Iterable[Given], told_apart: int) -> dict[str, Picked]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in given:
        counts[one.picked] = _added(counts[one.picked], one)
    found = {
        picked: Picked(n, r, credit == 100 * n, bool(picked) and not credit)
        for picked, (n, r, credit) in counts.items()
    }
    return _most({picked: one for picked, one in found.items() if one.n >= told_apart or not picked}, found)


def _added(count: list[int], one: Given) -> list[int]:
    return [count[0] + one.n, count[1] + one.r, count[2] + one.n * one.credit]


def _most(shown: Mapping[str, Picked], every: Mapping[str, Picked] | None = None) -> dict[str, Picked]:
    """The answers that most people picked, and all others in one."""
    every = every or shown
    most = sorted(shown, key=lambda picked: (-shown[picked].n, picked))[:MOST]
    rest = [one for picked, one in every.items() if picked not in most]
    together = {OTHERS: Picked(sum(one.n for one in rest), sum(one.r for one in rest))} if rest else {}
    return {picked: shown[picked] for picked in most} | together
