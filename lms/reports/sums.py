"""Figures from the counters: of a manager's organization, of each branch of it, and of people by themselves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from lms.base.db import rows
from lms.reports.counters.models import NO_COURSE, NO_DAY, CountedCourse, CountedPerson, Rollup
from lms.reports.figures import Cell, Figures, earliest
from lms.reports.standing import DUE_SOON, END, ENDING, MANAGER, SOON, TODAY

OTHERS, OTHER_LEADS = 0, -1
"""Stand for those direct reports who are not named one by one: who lead nobody, and who lead people."""


@dataclass(frozen=True)
class Sum:
    """What is counted of a group of people. `first_on`: the first day on which something open is due, in 14 days."""

    figures: Figures = field(default_factory=Figures)
    cells: Mapping[int, Cell] = field(default_factory=dict)
    first_on: date | None = None

    @property
    def heads(self) -> int:
        """Everybody, those on leave too."""
        return self.figures.people + self.figures.on_leave

    def __add__(self, other: "Sum") -> "Sum":
        courses = self.cells.keys() | other.cells.keys()
        return Sum(
            self.figures + other.figures,
            {id: self.cells.get(id, Cell()) + other.cells.get(id, Cell()) for id in courses},
            earliest((self.first_on, other.first_on)),
        )


@dataclass(frozen=True)
class Sums:
    """`below`: everybody below the manager asked for, and below each direct report named: of the latter only who is up
    to date and which courses are done. `own`: each direct report named, and the rest in two groups.
    """

    below: Mapping[int, Sum]
    own: Mapping[int, Sum]

    def branch(self, person_id: int) -> Sum:
        """A direct report and everybody below her."""
        return self.own.get(person_id, Sum()) + self.below.get(person_id, Sum())


def days(today: date) -> dict[str, Any]:
    """The days that the statements ask for."""
    return {"today": today, "soon": today + DUE_SOON, "end": today + ENDING}


def of_team(session: Session, manager_id: int, named: Collection[int], today: date) -> Sums:
    """A manager's organization, and those of her direct reports who are named, one by one. One statement."""
    asked = {"manager": manager_id, "managers": [*named] or [OTHERS], "named": [*named] or [OTHERS]} | days(today)
    return _sums(rows(session, _TEAM, asked))


def of_branch(session: Session, lead_id: int, today: date) -> Sum:
    """Somebody and everybody below her. One statement."""
    found = _sums(rows(session, _BRANCH, {"manager": lead_id} | days(today)))
    return found.branch(lead_id)


def _aggregates(day: SQLColumnExpression[date], count: Any, done: Any) -> list[ColumnElement[Any]]:
    left = count - done
    late, soon = and_(day < TODAY, left > 0), and_(day >= TODAY, day <= SOON, left > 0)
    return [
        func.sum(count).label("number"),
        func.sum(done).label("done"),
        func.coalesce(func.sum(case((late, left))), 0).label("late"),
        func.min(case((late, day))).label("oldest_on"),
        func.coalesce(func.sum(case((soon, left))), 0).label("soon"),
        func.min(case((soon, day))).label("soonest_on"),
        func.min(case((and_(day <= SOON, left > 0), day))).label("first_on"),
        func.coalesce(func.sum(case((and_(day >= TODAY, day < NO_DAY), count))), 0).label("holding"),
        func.coalesce(func.sum(case((and_(day >= TODAY, day <= END), count))), 0).label("ending"),
    ]


def _select_below() -> Select[*tuple[Any, ...]]:
    of = (Rollup.manager_id, Rollup.kind, Rollup.course_id)
    return (
        select(literal(1).label("below"), *of, *_aggregates(Rollup.day, Rollup.count, Rollup.done))
        .where(Rollup.manager_id == MANAGER)
        .group_by(*of)
    )


def _select_branches() -> list[Select[*tuple[Any, ...]]]:
    """Of the organizations of others no more than a team page shows: who is up to date, and which courses are done.

    There are as many rows for each of them as for the manager herself: what is not asked for need not be added up.
    """
    of = (Rollup.manager_id, Rollup.kind, Rollup.course_id)
    none, never = literal(0), cast(null(), Date())
    rest = (never, none, never, never, none, none)
    named = Rollup.manager_id.in_(bindparam("managers", expanding=True))
    sums = (func.sum(Rollup.count), func.sum(Rollup.done))
    late = func.coalesce(func.sum(case((Rollup.day < TODAY, Rollup.count))), 0)
    courses = select(literal(1), *of, *sums, none, *rest).where(named, Rollup.kind == "courses")
    people = select(literal(1), *of, *sums, late, *rest).where(named, Rollup.kind.in_(("people", "leave")))
    return [courses.group_by(*of), people.group_by(*of)]


def _select_own(members: ColumnElement[bool], key: SQLColumnExpression[int]) -> Select[*tuple[Any, ...]]:
    """What the rows of people themselves add: in the words of the counters."""
    at_work = and_(members, CountedPerson.state == "active")
    one, none = literal(1), literal(0)
    done = cast(CountedCourse.done, Integer)
    parts = [
        select(key, literal("courses"), CountedCourse.course_id, CountedCourse.due_on, one, done)
        .join(CountedCourse, CountedCourse.person_id == CountedPerson.person_id)
        .where(at_work),
        select(key, literal("people"), literal(NO_COURSE), CountedPerson.next_on, one, none).where(at_work),
        select(key, literal("speakers"), literal(NO_COURSE), CountedPerson.speaks_until, one, none).where(
            at_work, CountedPerson.speaks_until.is_not(None)
        ),
        select(key, literal("leave"), literal(NO_COURSE), literal(NO_DAY), one, none).where(
            members, CountedPerson.state == "leave"
        ),
    ]
    names = ("manager_id", "kind", "course_id", "day", "count", "done")
    first = parts[0].with_only_columns(*(c.label(n) for c, n in zip(parts[0].selected_columns, names, strict=True)))
    own: FromClause = union_all(first, *parts[1:]).subquery("own")
    of = (own.c.manager_id, own.c.kind, own.c.course_id)
    return select(literal(0), *of, *_aggregates(own.c.day, own.c.count, own.c.done)).group_by(*of)


def _key() -> ColumnElement[int]:
    report = aliased(CountedPerson)
    leads = exists().where(report.manager_id == CountedPerson.person_id)
    return case(
        (CountedPerson.person_id.in_(bindparam("named", expanding=True)), CountedPerson.person_id),
        (leads, literal(OTHER_LEADS)),
        else_=literal(OTHERS),
    )


_TEAM = union_all(_select_below(), *_select_branches(), _select_own(CountedPerson.manager_id == MANAGER, _key()))
_BRANCH = union_all(_select_below(), _select_own(CountedPerson.person_id == MANAGER, CountedPerson.person_id))


def _sums(found: Iterable[Row[*tuple[Any, ...]]]) -> Sums:
    groups: dict[tuple[int, int], list[Row[*tuple[Any, ...]]]] = {}
    for row in found:
        groups.setdefault((row.below, row.manager_id), []).append(row)
    sums = {group: _sum(parts) for group, parts in groups.items()}
    below = {id: one for (is_below, id), one in sums.items() if is_below}
    return Sums(below, {id: one for (is_below, id), one in sums.items() if not is_below})


def _sum(parts: list[Row[*tuple[Any, ...]]]) -> Sum:
    courses = [row for row in parts if row.kind == "courses" and row.number]
    by_kind = {row.kind: row for row in parts if row.kind != "courses"}
    people, speakers, leave = (by_kind.get(kind) for kind in ("people", "speakers", "leave"))
    figures = Figures(
        people=int(people.number) if people else 0,
        on_leave=int(leave.number) if leave else 0,
        up_to_date=int(people.number - people.late) if people else 0,
        in_need=int(people.late + people.soon) if people else 0,
        may_speak=int(speakers.holding) if speakers else 0,
        overdue=sum(int(row.late) for row in courses),
        oldest_on=earliest(row.oldest_on for row in courses),
        due_soon=sum(int(row.soon) for row in courses),
        soonest_on=earliest(row.soonest_on for row in courses),
        ending=int(speakers.ending) if speakers else 0,
    )
    cells = {row.course_id: Cell(int(row.number), int(row.done)) for row in courses}
    return Sum(figures, cells, earliest(row.first_on for row in courses))
