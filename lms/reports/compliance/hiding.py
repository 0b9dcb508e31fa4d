"""Works-council mode: groups too small to be told apart are not shown, nor figures that tell about each person, nor
what would let somebody work either out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from sqlalchemy import Subquery
from sqlalchemy.orm import Session

from lms.reports.compliance import groups
from lms.reports.compliance.filters import NONE, Choice
from lms.reports.compliance.groups import Count, Group, Report
from lms.reports.compliance.models import POPULATIONS
from lms.reports.compliance.months import Month

ON_LEAVE = "on_leave"
FIGURES = (*POPULATIONS, ON_LEAVE)


def report(session: Session, facts: Subquery, choice: Choice, smallest: int | None) -> Report:
    """The figures of a choice as they may be shown: with nothing hidden when there is no `smallest`.

    What a filter chose is hidden when its group, or a figure of it, is hidden in the table one step above: else the
    difference of two reports would tell of those left out. Two statements, however many tables that are.
    """
    if smallest is None:
        return groups.report(session, facts, choice)
    return _Tables(session, facts, choice, smallest).shown(choice)


def hide(found: Sequence[Group], smallest: int) -> list[Group]:
    """The groups, with those of fewer people than `smallest` hidden, and further ones, the smallest first, until those
    hidden together are as many: the total would give a single one away."""
    hidden: set[str] = set()
    people = 0
    for group in _by_size(found):
        if group.count.everybody < smallest or 0 < people < smallest:
            hidden.add(group.key)
            people += group.count.everybody
    return [replace(group, hidden=True, count=Count()) if group.key in hidden else group for group in found]


def keep_back(found: Sequence[Group], smallest: int, known: frozenset[str] = frozenset()) -> list[Group]:
    """The groups of one table as they may be shown: `hide`, and then figure by figure what tells about each person.

    That is a figure of nobody or of everybody, and fewer than `smallest` on leave. Of each figure so many groups more
    are kept back, the smallest first, until those that are not shown, taken together, tell of nobody either. `known`
    are figures that are hidden for all of them together, and so for each.
    """
    hidden = {group.key for group in hide(found, smallest) if group.hidden}
    back: dict[str, set[str]] = {group.key: set() for group in found}
    for name in FIGURES:
        for key in back if name in known else _kept_back(found, hidden, name, smallest):
            back[key].add(name)
    return [
        replace(group, hidden=True, count=Count())
        if group.key in hidden
        else replace(group, count=group.count.without(back[group.key]))
        for group in found
    ]


def months(found: Sequence[Month], smallest: int | None) -> list[Month]:
    """The ends of months as they may be shown: without small ones, and without figures that tell about each person."""
    if smallest is None:
        return list(found)
    return [
        replace(one, total=one.total.without(_telling(one.total, smallest)))
        for one in found
        if one.total.everybody >= smallest
    ]


class _Tables:
    """The tables that one has to know to judge a choice, made of the same counts: without a filter, each by each."""

    def __init__(self, session: Session, facts: Subquery, choice: Choice, smallest: int) -> None:
        self.smallest = smallest
        self.names = sorted({*choice.filters, choice.by})
        self.counts = groups.counted(session, facts, self.names)
        if "unit" in self.names:
            self.counts = self._near(groups.paths(session), choice.unit.split("/"))
        self._known: dict[Choice, Report] = {}

    def shown(self, choice: Choice) -> Report:
        """What may be shown of a choice."""
        if choice not in self._known:
            self._known[choice] = self._judged(choice)
        return self._known[choice]

    def _judged(self, choice: Choice) -> Report:
        found = self._table(choice)
        rows = [self._row(above, key) for above, key in _above(choice)]
        if found.total.everybody < self.smallest or not all(rows):
            return Report(choice, Count(), hidden=True)
        known = _telling(found.total, self.smallest).union(*(row.count.kept_back for row in rows if row))
        kept = keep_back(found.groups, self.smallest, known)
        if choice.by == "level" and len(_by_size(found.groups)) == 1:
            kept = [replace(group, hidden=True, count=Count()) for group in kept]
        return replace(found, groups=tuple(kept), total=found.total.without(known))

    def _near(self, paths: Mapping[int, str], way: Sequence[str]) -> dict[tuple[Any, ...], Count]:
        """The counts by paths of units, no deeper than two steps off the way to the unit that is asked for."""
        at, near = self.names.index("unit"), {number: _shortened(path, way) for number, path in paths.items()}
        counts: dict[tuple[Any, ...], Count] = {}
        for values, count in self.counts.items():
            key = (*values[:at], near.get(values[at], NONE), *values[at + 1 :])
            counts[key] = counts[key] + count if key in counts else count
        return counts

    def _table(self, choice: Choice) -> Report:
        at, counts = self.names.index(choice.by), dict[Any, Count]()
        asked = [(self.names.index(name), name, value) for name, value in choice.filters.items()]
        for values, count in self.counts.items():
            if all(_is_in(name, values[place], value) for place, name, value in asked):
                counts[values[at]] = counts.get(values[at], Count()) + count
        return groups.table(choice, counts, {path: path for path in counts})

    def _row(self, above: Choice, key: str) -> Group | None:
        rows = (group for group in self.shown(above).groups if group.key == key and not group.own and not group.hidden)
        return next(rows, None)


def _shortened(path: str, way: Sequence[str]) -> str:
    parts = path.split("/")
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(parts, way, strict=False)))
    return "/".join(parts[: common + 2])


def _is_in(name: str, value: str, wanted: str) -> bool:
    """Whether a value is the one that a filter asks for, or a unit at or below it."""
    if name == "unit":
        return value == wanted or value.startswith(f"{wanted}/")
    return (value or NONE) == wanted


def _above(choice: Choice) -> list[tuple[Choice, str]]:
    """For each filter the table in which it is a row, and the key of that row; for a unit the table above it."""
    tables = [(choice.without(name), value) for name, value in choice.filters.items() if name != "unit"]
    if choice.unit:
        top = "" if choice.unit == NONE else choice.unit.rpartition("/")[0]
        tables.append((replace(choice, unit=top, by="unit"), choice.unit))
    return tables


def _by_size(found: Sequence[Group]) -> list[Group]:
    return sorted((group for group in found if group.count.everybody), key=lambda group: group.count.everybody)


def _kept_back(found: Sequence[Group], hidden: set[str], name: str, smallest: int) -> set[str]:
    """The groups of which one figure is not shown, those among them that are hidden as a whole."""
    back = hidden | {group.key for group in found if _tells(group.count, name, smallest)}
    for group in _by_size(found):
        together = sum((one.count for one in found if one.key in back), Count())
        if not _tells(together, name, smallest):
            break
        back.add(group.key)
    return back


def _telling(count: Count, smallest: int) -> frozenset[str]:
    return frozenset(name for name in FIGURES if _tells(count, name, smallest))


def _tells(count: Count, name: str, smallest: int) -> bool:
    """Whether a figure says of each person whether she is in it; of leave, whether it is about a handful."""
    if name == ON_LEAVE:
        return 0 < count.on_leave < smallest
    return count.people > 0 and count.of(name) in (0, count.people)
