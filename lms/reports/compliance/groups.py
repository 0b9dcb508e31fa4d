"""The figures of a report: the five populations of each group of people, added up in one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session

from lms.people.models import Unit
from lms.reports.compliance import filters
from lms.reports.compliance.filters import NONE, Choice
from lms.reports.compliance.models import POPULATIONS
from lms.reports.figures import share


@dataclass(frozen=True)
class Count:
    """How many people: at work, of these in each population, and on leave, who are in none of the other numbers.

    `kept_back` are the populations, and `on_leave`, that must not be shown in works-council mode; they are 0 here.
    """

    people: int = 0
    on_leave: int = 0
    populations: tuple[int, ...] = (0,) * len(POPULATIONS)
    kept_back: frozenset[str] = frozenset()

    def __add__(self, other: "Count") -> "Count":
        summed = tuple(mine + theirs for mine, theirs in zip(self.populations, other.populations, strict=True))
        return Count(self.people + other.people, self.on_leave + other.on_leave, summed)

    def of(self, population: str) -> int:
        """How many people at work are in a population."""
        return self.populations[POPULATIONS.index(population)]

    def share(self, population: str) -> int | None:
        """Their share of the people at work, in whole percent."""
        return share(self.of(population), self.people)

    def without(self, names: Collection[str]) -> "Count":
        """The same with some figures kept back."""
        told = tuple(0 if name in names else one for name, one in zip(POPULATIONS, self.populations, strict=True))
        on_leave = 0 if "on_leave" in names else self.on_leave
        return Count(self.people, on_leave, told, self.kept_back | frozenset(names))

    @property
    def everybody(self) -> int:
        """At work or on leave."""
        return self.people + self.on_leave


@dataclass(frozen=True)
class Group:
    """A row of a report: what its people have in common, and their figures.

    `key` is the value of the filter that shows only these. A unit counts all below it; `own` is the row of those who
    belong to the unit itself. `hidden` says that the group is too small to be shown.
    """

    key: str
    count: Count
    own: bool = False
    deeper: bool = False
    hidden: bool = False

    @property
    def name(self) -> str:
        """The last part of the path of a unit, else the key."""
        return self.key.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Report:
    """What is shown of a choice: all of it, and its groups in order.

    `hidden` says that nothing of it is; `mixed` that this is because it asks for more than one dimension at a time.
    """

    choice: Choice
    total: Count
    groups: tuple[Group, ...] = field(default=())
    hidden: bool = False
    mixed: bool = False


def report(session: Session, facts: Subquery, choice: Choice) -> Report:
    """The figures of a choice of people, grouped by `choice.by`. `facts` are those of today or of a month.

    One statement; by unit another one for the names of units.
    """
    return table(choice, _counts(session, facts, choice), paths(session) if choice.by == "unit" else {})


def table(choice: Choice, counts: Mapping[Any, Count], names: Mapping[Any, str]) -> Report:
    """The figures of a choice from the counts of its groups, by value or number of a unit; `names` are its paths."""
    total = sum(counts.values(), Count())
    if choice.by == "unit":
        groups = _by_unit(counts, names, "" if choice.unit == NONE else choice.unit)
    else:
        groups = [Group(str(key) or NONE, count) for key, count in counts.items()]
    return Report(choice, total, tuple(sorted(groups, key=_order)))


def _counts(session: Session, facts: Subquery, choice: Choice) -> dict[Any, Count]:
    found = counted(session, facts, [choice.by], *filters.conditions(facts, choice))
    return {key: count for (key,), count in found.items()}


def counted(
    session: Session, facts: Subquery, names: Sequence[str], *which: ColumnElement[bool]
) -> dict[tuple[Any, ...], Count]:
    """The figures for each combination of values of some dimensions; units by number. One statement."""
    keys = [facts.c.unit_id if name == "unit" else facts.c[name] for name in names]
    sums = [func.sum(case((facts.c[name], 1), else_=0)) for name in POPULATIONS]
    statement = select(*keys, facts.c.on_leave, func.count(), *sums).where(*which).group_by(*keys, facts.c.on_leave)
    counts: dict[tuple[Any, ...], Count] = {}
    for row in session.execute(statement):
        values, (on_leave, people, *figures) = tuple(row[: len(keys)]), row[len(keys) :]
        one = Count(0, people) if on_leave else Count(people, 0, tuple(int(figure) for figure in figures))
        counts[values] = counts.get(values, Count()) + one
    return counts


def paths(session: Session) -> dict[int, str]:
    """The paths of all units, by number. One statement."""
    return {unit.id: unit.path for unit in session.execute(select(Unit.id, Unit.path))}


def _by_unit(counts: Mapping[Any, Count], names: Mapping[Any, str], top: str) -> list[Group]:
    """The units one step below `top`, each with all below it, and the people of `top` itself."""
    groups: dict[str, Group] = {}
    for unit_id, count in counts.items():
        path = names.get(unit_id, NONE)
        key, deeper = _step(path, top)
        found = groups.get(key, Group(key, Count(), own=key == top and key != NONE))
        groups[key] = replace(found, count=found.count + count, deeper=found.deeper or deeper)
    return list(groups.values())


def _step(path: str, top: str) -> tuple[str, bool]:
    """The unit one step below `top` on the way to a path, and whether the path goes on below it."""
    if path in (top, NONE):
        return path, False
    rest = path[len(top) + 1 :] if top else path
    first, _, below = rest.partition("/")
    return (f"{top}/{first}" if top else first), bool(below)


def _order(group: Group) -> tuple[bool, bool, str]:
    return group.key == NONE, group.own, group.name.casefold()
