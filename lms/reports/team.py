"""A manager's whole team from the counters: in as many statements for eight people as for a hundred thousand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, case, exists, func, select, true
from sqlalchemy.orm import Session, aliased

from certificates.models import Authorization, Certificate
from courses import catalog
from courses.catalog import CourseView
from lms.base.db import rows
from lms.base.errors import NotFound
from lms.people.models import Person, Unit
from lms.reports import hands, past, standing, sums
from lms.reports.counters.models import NO_DAY, CountedCourse, CountedPerson
from lms.reports.figures import Cell, Figures, Held, Member, held
from lms.reports.hands import Hand
from lms.reports.members import MEMBER, member
from lms.reports.past import Past
from lms.reports.standing import MANAGER
from lms.reports.sums import Sum, Sums

SHOWN = 100
"""So many direct reports stand on a page."""
COLUMNS = 12
"""So many courses stand side by side in the heat map."""
NOBODY = Cell()


@dataclass(frozen=True)
class Branch:
    """A direct report: her own standing, and the figures of her branch (herself and everybody under her).

    Of the figures only who is up to date and who is on leave is known. `title` is the lead's name, or that of her unit
    where no other team has it. `size` counts the branch with its people on leave; whoever has no one under her has a
    branch of one.
    """

    id: int
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
class HeatRow:
    """A team in the heat map: of a direct report who leads people, or (none) of those who lead nobody."""

    branch: Branch | None
    people: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Heat:
    """The share done of those enrolled, by team and course: 12 courses from `first` on, of `all_courses`."""

    courses: tuple[CourseView, ...]
    rows: tuple[HeatRow, ...]
    first: int = 0
    all_courses: int = 0


@dataclass(frozen=True)
class Team:
    """What a manager sees. `everyone` and `direct` count people who are not on leave; branches are in order of name.

    `reports` counts all direct reports; those of one page are in `branches`. `assigned` and `done` count the courses of
    everyone.
    """

    everyone: int
    direct: int
    figures: Figures
    hands: tuple[Hand, ...]
    heat: Heat
    branches: tuple[Branch, ...]
    reports: int
    page: int
    past: Past
    assigned: int = 0
    done: int = 0

    @property
    def helped(self) -> tuple[CourseView, ...]:
        """The courses with which somebody could use a hand."""
        return tuple(hand.progress.course for hand in self.hands)

    @property
    def empty(self) -> bool:
        """Whether nobody reports to her, on leave or not."""
        return not self.branches

    @property
    def pages(self) -> int:
        return max(1, -(-self.reports // SHOWN))

    @property
    def teams(self) -> tuple[Branch, ...]:
        """The branches of those who lead people, in order of title."""
        return tuple(sorted((branch for branch in self.branches if branch.leads), key=_by_title))


def read(session: Session, manager_id: int, *, direct: bool, today: date, page: int = 1, columns: int = 0) -> Team:
    """The team of a manager on a day, hers for whom it is called: everybody under her, or her direct reports alone.

    Five statements. `columns` is the first course of the heat map. Raises `NotFound` for a page there is not.
    """
    if not 1 <= page <= 10_000 or columns < 0:
        raise NotFound
    courses = {course.id: course for course in catalog.live(session)}
    asked = {"manager": manager_id, "limit": SHOWN, "offset": SHOWN * (page - 1)} | sums.days(today)
    found = rows(session, _REPORTS, asked).all()
    if not found and page > 1:
        raise NotFound
    counted = sums.of_team(session, manager_id, [row.id for row in found], today)
    mine, own = counted.below.get(manager_id, Sum()), sum(counted.own.values(), Sum())
    shown = own if direct else mine
    branches = _titled(tuple(_branch(row, counted, today, direct=direct) for row in found))
    path = "" if direct or not found else found[0].line.rsplit("/", 2)[0] + "/"
    return Team(
        everyone=mine.figures.people,
        direct=own.figures.people,
        figures=shown.figures,
        hands=hands.find(session, manager_id, path, shown, courses, sums.days(today)),
        heat=_heat(counted, branches, courses, shown, merged=direct, first=columns),
        branches=tuple(sorted(branches, key=lambda branch: (not branch.leads, branch.lead.name.casefold()))),
        reports=found[0].reports if found else 0,
        page=page,
        past=past.read(session, manager_id, today),
        assigned=sum(cell.enrolled for cell in mine.cells.values()),
        done=sum(cell.done for cell in mine.cells.values()),
    )


def _by_title(branch: Branch) -> str:
    return branch.title.casefold()


def _titled(branches: Sequence[Branch]) -> list[Branch]:
    """The branches called by their units, where no two teams would have the same title."""
    units = Counter(branch.lead.unit_name for branch in branches if branch.leads)
    return [
        replace(branch, title=branch.lead.unit_name)
        if units[branch.lead.unit_name] == 1 and branch.lead.unit
        else branch
        for branch in branches
    ]


def _select_reports() -> Select[*tuple[Any, ...]]:
    """A page of direct reports, who leads people first, each with her own courses and her certificate."""
    report = aliased(CountedPerson)
    leads = exists().where(report.manager_id == CountedPerson.person_id)
    last = case((leads, 0), else_=1)
    by_name = (func.lower(Person.given_name), func.lower(Person.family_name), Person.id)
    page = (
        select(
            CountedPerson.person_id,
            CountedPerson.path.label("line"),
            CountedPerson.next_on,
            func.count().over().label("reports"),
            func.row_number().over(order_by=(last, *by_name)).label("place"),
        )
        .join(Person, Person.id == CountedPerson.person_id)
        .where(CountedPerson.manager_id == MANAGER)
        .order_by(last, *by_name)
        .limit(bindparam("limit", type_=Integer()))
        .offset(bindparam("offset", type_=Integer()))
        .subquery("page")
    )
    taken = select(func.count()).where(CountedCourse.person_id == Person.id)
    return (
        select(
            Person.id,
            *MEMBER,
            *page.c,
            taken.scalar_subquery().label("enrolled"),
            taken.where(CountedCourse.done == true()).scalar_subquery().label("done"),
            *standing.CERTIFICATE,
        )
        .select_from(page)
        .join(Person, Person.id == page.c.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Certificate, Certificate.id == standing.certificate_of(Person.id))
        .outerjoin(Authorization, Authorization.certificate_id == Certificate.id)
        .order_by(page.c.place)
    )


_REPORTS = _select_reports()


def _branch(row: Row[*tuple[Any, ...]], counted: Sums, today: date, *, direct: bool) -> Branch:
    lead = member(row)
    return Branch(
        id=row.id,
        title=lead.name,
        lead=lead,
        size=counted.branch(row.id).heads,
        figures=(counted.own.get(row.id, Sum()) if direct else counted.branch(row.id)).figures,
        enrolled=row.enrolled,
        done=row.done,
        next_on=None if row.next_on == NO_DAY else row.next_on,
        certificate=held(row.valid_until, row.authorization_status, row.ends_on, today),
    )


def _heat(
    counted: Sums,
    branches: Iterable[Branch],
    courses: Mapping[int, CourseView],
    shown: Sum,
    *,
    merged: bool,
    first: int,
) -> Heat:
    """A row for each team; who leads nobody stands in one row together, and everybody does when `merged`."""
    taken = tuple(course for course in courses.values() if course.id in shown.cells)
    at = taken[first : first + COLUMNS]
    teams = [] if merged else sorted((branch for branch in branches if branch.leads), key=_by_title)
    others = counted.own.keys() - {branch.id for branch in teams}
    if not merged:
        others -= {sums.OTHER_LEADS}
    groups = [(branch, counted.branch(branch.id)) for branch in teams]
    alone = sum((counted.own[id] for id in others), Sum())
    with_rest: list[tuple[Branch | None, Sum]] = [*groups, *([(None, alone)] if others else [])]
    return Heat(
        at,
        tuple(
            HeatRow(branch, one.figures.people, tuple(one.cells.get(course.id, NOBODY) for course in at))
            for branch, one in with_rest
        ),
        first,
        len(taken),
    )
