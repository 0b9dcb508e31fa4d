"""A manager's whole team in three statements, however many people it has."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from certificates.models import Authorization, Certificate
from courses import catalog
from courses.catalog import CourseView
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base.db import rows
from lms.people.models import Person, Unit
from lms.reports import standing
from lms.reports.figures import Cell, Figures, Held, Member, Progress, held

HANDS = 20
NOBODY = Cell()


@dataclass(frozen=True)
class Branch:
    """A direct report: her own standing, and the figures of her branch (herself and everybody under her).

    `title` is the lead's name, or that of her unit where no other team has it. `size` counts the branch with its people
    on leave; whoever has no one under her has a branch of one.
    """

    title: str
    lead: Member
    size: int
    figures: Figures
    enrolled: int
    done: int
    next_on: date | None
    certificate: Held

    @property
    def leads(self) -> bool:
        return self.size > 1


@dataclass(frozen=True)
class Hand:
    """Somebody who could use a hand with a course. `days` until it is due, negative when it is late."""

    member: Member
    progress: Progress
    days: int


@dataclass(frozen=True)
class HeatRow:
    """A team in the heat map: of a direct report who leads people, or (none) of those who lead nobody."""

    branch: Branch | None
    people: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Heat:
    """The share done of those enrolled, by team and course."""

    courses: tuple[CourseView, ...]
    rows: tuple[HeatRow, ...]


@dataclass(frozen=True)
class Team:
    """What a manager sees. `everyone` and `direct` count people who are not on leave; branches are in order of name."""

    everyone: int
    direct: int
    figures: Figures
    hands: tuple[Hand, ...]
    heat: Heat
    branches: tuple[Branch, ...]

    @property
    def empty(self) -> bool:
        """Whether nobody reports to her, on leave or not."""
        return not self.branches

    @property
    def teams(self) -> tuple[Branch, ...]:
        """The branches of those who lead people, in order of title."""
        return tuple(sorted((branch for branch in self.branches if branch.leads), key=_by_title))


def read(session: Session, manager_id: int, *, direct: bool, today: date) -> Team:
    """The team of a manager on a day, hers for whom it is called: everybody under her, or her direct reports alone."""
    asked = standing.values(manager_id, today, depth=1 if direct else standing.EVERY_DEPTH)
    cells = rows(session, _CELLS, asked).all()
    courses = {id: catalog.view(session, row) for id, row in {row.id: row for row in cells}.items()}
    found = rows(session, _BRANCHES, asked).all()
    branches = _titled({row.branch: _branch(row, today) for row in found})
    return Team(
        everyone=sum(row.everyone for row in found),
        direct=sum(row.status == "active" for row in found),
        figures=sum((branch.figures for branch in branches.values()), Figures()),
        hands=_hands(rows(session, _HANDS, asked), courses, today),
        heat=_heat(cells, branches, courses, merged=direct),
        branches=tuple(sorted(branches.values(), key=lambda branch: branch.lead.name.casefold())),
    )


def _by_title(branch: Branch) -> str:
    return branch.title.casefold()


def _titled(branches: dict[int, Branch]) -> dict[int, Branch]:
    """The branches called by their units, where no two teams would have the same title."""
    units = Counter(branch.lead.unit_name for branch in branches.values() if branch.leads)
    return {
        id: replace(branch, title=branch.lead.unit_name)
        if units[branch.lead.unit_name] == 1 and branch.lead.unit
        else branch
        for id, branch in branches.items()
    }


def member(row: Row[*tuple[Any, ...]]) -> Member:
    """The person of a row with the columns of `MEMBER`."""
    return Member(
        uid=row.uid,
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email,
        job=row.job,
        unit=row.path or "",
        tier=row.tier,
        on_leave=row.status == "leave",
    )


MEMBER = (
    Person.uid,
    Person.given_name,
    Person.family_name,
    Person.email,
    Person.job,
    Person.tier,
    Person.status,
    Unit.path,
)


def _select_branches() -> Select[*tuple[Any, ...]]:
    each = standing.of_each(standing.UNDER_MANAGER)
    own = each.c.depth == 1
    summed = (
        select(
            each.c.branch,
            func.count().label("size"),
            standing.count_if(each.c.status == "active").label("everyone"),
            *standing.sums(each),
            standing.own(own, each.c.enrolled).label("own_enrolled"),
            standing.own(own, each.c.done).label("own_done"),
            standing.own(own, each.c.next_on).label("own_next_on"),
        )
        .group_by(each.c.branch)
        .subquery("branches")
    )
    return (
        select(*MEMBER, *summed.c, *standing.CERTIFICATE)
        .select_from(summed)
        .join(Person, Person.id == summed.c.branch)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Certificate, Certificate.id == standing.certificate_of(Person.id))
        .outerjoin(Authorization, Authorization.certificate_id == Certificate.id)
    )


def _select_hands() -> Select[*tuple[Any, ...]]:
    tree = standing.UNDER_MANAGER
    first = (
        select(Enrollment.id)
        .join(tree, tree.c.id == Enrollment.person_id)
        .join(Person, Person.id == tree.c.id)
        .where(
            Person.status == "active",
            tree.c.depth <= standing.DEPTH,
            standing.CURRENT,
            standing.OPEN,
            Enrollment.due_on <= standing.AHEAD,
        )
        .order_by(Enrollment.due_on, Enrollment.id)
        .limit(HANDS)
        .subquery("first")
    )
    done = standing.lessons_done(Enrollment.id, Enrollment.course_id).label("lessons_done")
    lessons = standing.lessons_of(Enrollment.course_id).label("lessons")
    return (
        select(*MEMBER, Enrollment.course_id, Enrollment.due_on, Enrollment.started_at, done, lessons)
        .select_from(first)
        .join(Enrollment, Enrollment.id == first.c.id)
        .join(Person, Person.id == Enrollment.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .order_by(Enrollment.due_on, Enrollment.id)
    )


def _select_cells() -> Select[*tuple[Any, ...]]:
    tree = standing.UNDER_MANAGER
    cells = (
        select(
            tree.c.branch,
            Enrollment.course_id,
            func.count(Enrollment.id).label("enrolled"),
            func.count(Enrollment.completed_at).label("done"),
        )
        .select_from(tree)
        .join(Person, and_(Person.id == tree.c.id, Person.status == "active"))
        .join(Enrollment, and_(Enrollment.person_id == tree.c.id, standing.CURRENT))
        .where(tree.c.depth <= standing.DEPTH)
        .group_by(tree.c.branch, Enrollment.course_id)
        .subquery("cells")
    )
    return (
        catalog.LIVE.add_columns(cells.c.branch, cells.c.enrolled, cells.c.done)
        .join(cells, cells.c.course_id == Course.id)
        .order_by(Course.position, Course.code)
    )


_BRANCHES, _HANDS, _CELLS = _select_branches(), _select_hands(), _select_cells()


def _branch(row: Row[*tuple[Any, ...]], today: date) -> Branch:
    lead = member(row)
    return Branch(
        title=lead.name,
        lead=lead,
        size=row.size,
        figures=figures(row),
        enrolled=row.own_enrolled,
        done=row.own_done,
        next_on=row.own_next_on,
        certificate=held(row.valid_until, row.authorization_status, row.ends_on, today),
    )


def figures(row: Row[*tuple[Any, ...]]) -> Figures:
    """The figures of a row with the columns of `standing.sums`."""
    return Figures(
        people=row.people,
        on_leave=row.on_leave,
        up_to_date=row.up_to_date,
        in_need=row.in_need,
        certified=row.certified,
        overdue=int(row.overdue),
        oldest_on=row.oldest_on,
        due_soon=int(row.due_soon),
        soonest_on=row.soonest_on,
        ending=int(row.ending),
    )


def _hands(rows: Iterable[Row[*tuple[Any, ...]]], courses: dict[int, CourseView], today: date) -> tuple[Hand, ...]:
    return tuple(
        Hand(
            member(row),
            Progress(
                courses[row.course_id], row.lessons_done, row.started_at is not None, row.due_on, None, row.lessons
            ),
            (row.due_on - today).days,
        )
        for row in rows
        if row.course_id in courses
    )


def _heat(
    rows: Iterable[Row[*tuple[Any, ...]]], branches: dict[int, Branch], courses: dict[int, CourseView], *, merged: bool
) -> Heat:
    """A row for each team; who leads nobody stands in one row together, and everybody does when `merged`."""
    cells = {(row.branch, row.id): Cell(row.enrolled, row.done) for row in rows}
    shown = tuple(courses.values())
    teams = [] if merged else [id for id, branch in branches.items() if branch.leads]
    alone = [id for id in branches if id not in teams]
    groups = [[id] for id in sorted(teams, key=lambda id: _by_title(branches[id]))] + ([alone] if alone else [])
    return Heat(
        shown,
        tuple(
            HeatRow(
                branches[ids[0]] if ids is not alone else None,
                sum(branches[id].figures.people for id in ids),
                tuple(sum((cells.get((id, course.id), NOBODY) for id in ids), NOBODY) for course in shown),
            )
            for ids in groups
        ),
    )
