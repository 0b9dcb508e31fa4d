"""Reporting lines while people are moved in them, and what the moves change in the counters. Nothing here asks the
database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from lms.reports.counters.contributions import Counts, Part

DEEPEST = 60


def numbers(path: str) -> list[int]:
    """The people of a path, from the top down."""
    return [int(one) for one in path.strip("/").split("/")]


def joined(people: Iterable[int]) -> str:
    """The path of people from the top down."""
    return f"/{'/'.join(map(str, people))}/"


class Lines:
    """Who is under whom, known from paths, while people are taken out and put elsewhere."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._above: dict[int, int | None] = {}
        for path in paths:
            line = numbers(path)
            self._above.setdefault(line[0], None)
            self._above.update({below: above for above, below in pairwise(line)})

    def detach(self, person: int) -> None:
        """Somebody stands alone from now on, with everybody below her."""
        self._above[person] = None

    def attach(self, person: int, manager: int | None) -> None:
        """Put somebody and everybody below her under a manager. Raises `ValueError` for a loop."""
        if manager is not None and (manager == person or person in self.above(manager)):
            raise ValueError(f"person {person} would be above and below {manager}")
        self._above[person] = manager

    def above(self, person: int) -> Iterator[int]:
        """Everybody above somebody, from the nearest up."""
        for _ in range(DEEPEST):
            manager = self._above.get(person)
            if manager is None:
                return
            yield manager
            person = manager
        raise ValueError(f"more than {DEEPEST} people above person {person}")

    def path(self, person: int) -> str:
        """Everybody above somebody and she herself, from the top down."""
        return joined(reversed([person, *self.above(person)]))


class Ledger:
    """What has to be added to the counters of managers."""

    def __init__(self) -> None:
        self.entries: defaultdict[int, defaultdict[Part, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))

    def add(self, managers: Iterable[int], counts: Counts, times: int = 1) -> None:
        """Add counts to every one of some managers, or take them away when `times` is -1."""
        for manager in managers:
            entry = self.entries[manager]
            for part, (count, done) in counts.items():
                both = entry[part]
                both[0] += times * count
                both[1] += times * done

    def below(self, person: int, known: Counts) -> dict[Part, tuple[int, int]]:
        """What is counted below somebody, with what was added here since it was known."""
        found = dict(known)
        for part, (count, done) in self.entries.get(person, {}).items():
            before = found.get(part, (0, 0))
            found[part] = (before[0] + count, before[1] + done)
        return found

    def rows(self) -> list[tuple[int, str, int, object, int, int]]:
        """Manager, kind, course, day, count and done of each change, in the order in which they are to be locked."""
        return sorted(
            (manager, *part, count, done)
            for manager, entry in self.entries.items()
            for part, (count, done) in entry.items()
            if count or done
        )


def together(*counts: Counts) -> dict[Part, tuple[int, int]]:
    """The sum of several counts."""
    found: dict[Part, tuple[int, int]] = {}
    for one in counts:
        for part, (count, done) in one.items():
            before = found.get(part, (0, 0))
            found[part] = (before[0] + count, before[1] + done)
    return found


def move(
    lines: Lines,
    ledger: Ledger,
    moved: Mapping[int, int | None],
    gone: Iterable[int],
    before: Mapping[int, Counts],
    after: Mapping[int, Counts],
    below: Mapping[int, Counts],
) -> None:
    """Take people out of where they were counted, with everybody below them, and put them where they are now.

    `moved` says under whom each stands now; whoever is `gone` is only taken out. `before` and `after` are their own
    counts, `below` what the counters say of those below each. All are taken out before the first is put back, so that
    no order of moves makes a loop of lines that have none.
    """
    gone = list(gone)
    for person in [*moved, *gone]:
        total = together(before.get(person, {}), ledger.below(person, below.get(person, {})))
        ledger.add(lines.above(person), total, -1)
        lines.detach(person)
    for person, manager in moved.items():
        lines.attach(person, manager)
        total = together(after[person], ledger.below(person, below.get(person, {})))
        ledger.add(lines.above(person), total)
