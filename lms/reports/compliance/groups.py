"""The figures of a report: the five populations of each group of people, added up in one statement."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, Subquery, case, func, select
from sqlalchemy.orm import Session

from lms.people.models import Unit
from lms.reports.compliance import filters
from lms.reports.compliance.filters import NONE, Choice
from lms.reports.compliance.models import POPULATIONS
from lms.reports.figures import share


@dataclass(frozen=True)
class Count:
    """How many people: at work, of these in each population, and on leave, who are in none of the other numbers."""

    people: int = 0
    on_leave: int = 0
    populations: tuple[int, ...] = (0,) * len(POPULATIONS)

    def __add__(self, other: "Count") -> "Count":
        summed = tuple(mine + theirs for mine, theirs in zip(self.populations, other.populations, strict=True))
        return Count(self.people + other.people, self.on_leave + other.on_leave, summed)

    def of(self, population: str) -> int:
        """How many people at work are in a population."""
        return self.populations[POPULATIONS.index(population)]

    def share(self, population: str) -> int | None:
        """Their share of the people at work, in whole percent."""
        return share(self.of(population), self.people)

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
    """What is shown of a choice: all of it, and its groups in order."""

    choice: Choice
    total: Count
    groups: tuple[Group, ...] = field(default=())
    hidden: bool = False


def report(session: Session, facts: Subquery, choice: Choice) -> Report:
    """The figures of a choice of people, grouped by `choice.by`. `facts` are those of today or of a month.

    One statement; by unit another one for the names of units.
    """
    counts = _counts(session, facts, choice)
    total = sum(counts.values(), Count())
    if choice.by == "unit":
        groups = _by_unit(counts, _paths(session), "" if choice.unit == NONE else choice.unit)
    else:
        groups = [Group(str(key) or NONE, count) for key, count in counts.items()]
    return Report(choice, total, tuple(sorted(groups, key=_order)))


def _counts(session: Session, facts: Subquery, choice: Choice) -> dict[Any, Count]:
    key = facts.c.unit_id if choice.by == "unit" else facts.c[choice.by]
    sums = [func.sum(case((facts.c[name], 1), else_=0)) for name in POPULATIONS]
    statement = (
        select(key, facts.c.on_leave, func.count(), *sums)
        .where(*filters.conditions(facts, choice))
        .group_by(key, facts.c.on_leave)
    )
    counts: dict[Any, Count] = {}
    for row in session.execute(statement):
        counts[row[0]] = counts.get(row[0], Count()) + _count(row)
    return counts


def _count(row: Row[*tuple[Any, ...]]) -> Count:
    _, on_leave, people, *sums = row
    return Count(0, people) if on_leave else Count(people, 0, tuple(int(one) for one in sums))


def _paths(session: Session) -> dict[int, str]:
    return {unit.id: unit.path for unit in session.execute(select(Unit.id, Unit.path))}


def _by_unit(counts: dict[Any, Count], paths: dict[int, str], top: str) -> list[Group]:
    """The units one step below `top`, each with all below it, and the people of `top` itself."""
    groups: dict[str, Group] = {}
    for unit_id, count in counts.items():
        path = paths.get(unit_id, NONE)
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
