"""One branch of a manager's organization: a person under her, and everybody under that person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, String, Subquery, and_, bindparam, exists, func, literal, select, true
from sqlalchemy.orm import Session, aliased

from certificates.models import Authorization, Certificate
from courses import catalog
from courses.catalog import CourseView
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base.errors import NotFound
from lms.people.directory import organization_of
from lms.people.models import Person, Unit
from lms.reports import standing
from lms.reports.figures import Figures, Held, Member, Progress, earliest, held
from lms.reports.team import MEMBER, figures, member

PAGE = 50
LAST_PAGE = 100_000
FILTERS = ("overdue", "certified", "uncertified", "leave")


@dataclass(frozen=True)
class Line:
    """Who stands between a manager and a person: the person first, then each manager up to, not including, her."""

    id: int
    members: tuple[Member, ...]

    @property
    def person(self) -> Member:
        return self.members[0]

    @property
    def through(self) -> Member | None:
        """The direct report through whom she leads the person; none when it is the person."""
        return self.members[-1] if len(self.members) > 1 else None


@dataclass(frozen=True)
class Colleague:
    """Somebody in a branch, with courses by number."""

    member: Member
    certificate: Held
    courses: dict[int, Progress] = field(default_factory=dict)

    def next_on(self) -> date | None:
        """What comes next: the first day on which an open course is due, else the end of the certificate."""
        due = earliest(course.due_on for course in self.courses.values() if not course.completed_at)
        return due or (self.certificate.until if self.certificate.holds else None)

    def late(self, today: date) -> bool:
        return any(course.overdue(today) for course in self.courses.values())


@dataclass(frozen=True)
class Choice:
    """Which people of a branch to show: of `FILTERS` or all, those in one course or all, and which page of 50."""

    status: str = ""
    course: str = ""
    page: int = 1


@dataclass(frozen=True)
class Branch:
    """A page of a branch's people. `found` counts those chosen on all pages, `courses` are the columns."""

    line: Line
    figures: Figures
    people: tuple[Colleague, ...]
    courses: tuple[CourseView, ...]
    course: CourseView | None
    found: int
    choice: Choice

    @property
    def shown(self) -> tuple[CourseView, ...]:
        """The courses that the page names."""
        return self.courses or ((self.course,) if self.course else ())

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))

    @property
    def alone(self) -> bool:
        """Whether the branch is one person who leads nobody."""
        return self.figures.people + self.figures.on_leave == 1


def line(session: Session, manager_id: int, uid: str) -> Line:
    """The line from a person up to a manager. Raises `NotFound` for who is not under her, as for who does not exist."""
    if not uid.isalnum():
        raise NotFound
    rows = session.execute(_LINE, {"uid": uid, "manager": manager_id}).all()
    under = len(rows) > 1 and rows[-1].id == manager_id and all(row.status != "left" for row in rows)
    if not under:
        raise NotFound
    return Line(rows[0].id, tuple(member(row) for row in rows[:-1]))


def is_uid(branch: str) -> bool:
    """Whether an address names a person rather than a unit."""
    return len(branch) == 32 and set(branch) <= set("0123456789abcdef")


def lead_of(session: Session, manager_id: int, unit: str) -> str:
    """The uid of who leads a unit, by its path, under a manager: the one closest to her. Raises `NotFound`."""
    tree = organization_of(manager_id)
    report = aliased(Person)
    found = session.scalar(
        select(Person.uid)
        .join(tree, tree.c.id == Person.id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Unit.path == unit, exists().where(report.manager_id == Person.id, report.status != "left"))
        .order_by(tree.c.depth, Person.id)
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def read(session: Session, manager_id: int, uid: str, choice: Choice, *, today: date) -> Branch:
    """A branch as the manager above it sees it, in four statements. Raises `NotFound`."""
    way = line(session, manager_id, uid)
    courses = {course.id: course for course in catalog.live(session)}
    chosen = _course(courses, choice.course)
    if not 1 <= choice.page <= LAST_PAGE or choice.status not in ("", *FILTERS):
        raise NotFound
    asked = standing.values(way.id, today)
    page = {"course": chosen.id if chosen else 0, "limit": PAGE, "offset": PAGE * (choice.page - 1)}
    rows = session.execute(_PEOPLE[choice.status, chosen is not None], asked | page).all()
    if not rows and choice.page > 1:
        raise NotFound
    people = _people(rows, courses, today)
    taken = {course_id for colleague in people for course_id in colleague.courses}
    return Branch(
        line=way,
        figures=figures(session.execute(_FIGURES, asked).one()),
        people=people,
        courses=tuple(course for course in courses.values() if course.id in taken),
        course=chosen,
        found=rows[0].found if rows else 0,
        choice=choice,
    )


def _course(courses: dict[int, CourseView], slug: str) -> CourseView | None:
    if not slug:
        return None
    for course in courses.values():
        if course.slug == slug:
            return course
    raise NotFound


def _select_line() -> Select[*tuple[Any, ...]]:
    """A walk up from the person to the manager; a scalar subquery, because SQLite scans the table for a join."""
    start = (
        select(Person.id.label("id"), literal(0).label("steps"))
        .where(Person.uid == bindparam("uid", type_=String()))
        .cte("line", recursive=True)
    )
    above = select(Person.manager_id).where(Person.id == start.c.id).correlate(start).scalar_subquery()
    walk = start.union_all(
        select(above, start.c.steps + 1).where(
            start.c.id.is_not(None), start.c.id != standing.MANAGER, start.c.steps < standing.EVERY_DEPTH
        )
    )
    return (
        select(Person.id, *MEMBER)
        .join(walk, walk.c.id == Person.id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .order_by(walk.c.steps)
    )


def _select_chosen(status: str, in_course: bool) -> Subquery:
    """A page of the members who meet a filter and take the course asked for, in order: the lead first, then by depth.

    Within a course, who is overdue is overdue in that course.
    """
    each = standing.of_each(standing.BRANCH)
    order = (each.c.depth, func.lower(Person.given_name), func.lower(Person.family_name), Person.id)
    place = func.row_number().over(order_by=order).label("place")
    chosen = select(each.c.id, func.count().over().label("found"), place).join(Person, Person.id == each.c.id)
    late = and_(standing.OPEN, Enrollment.due_on < standing.TODAY) if status == "overdue" else true()
    takes = and_(Enrollment.person_id == each.c.id, standing.CURRENT, Enrollment.course_id == bindparam("course"), late)
    conditions = {
        "": true(),
        "overdue": and_(each.c.overdue > 0, each.c.status == "active"),
        "certified": each.c.speaks,
        "uncertified": ~each.c.speaks,
        "leave": each.c.status == "leave",
    }
    chosen = chosen.where(conditions[status], exists().where(takes) if in_course else true())
    return chosen.order_by(*order).limit(bindparam("limit")).offset(bindparam("offset")).subquery("chosen")


def _select_people(status: str, in_course: bool) -> Select[*tuple[Any, ...]]:
    shown = _select_chosen(status, in_course)
    wanted = and_(Enrollment.person_id == Person.id, standing.CURRENT)
    return (
        select(
            Person.id,
            *MEMBER,
            shown.c.found,
            *standing.CERTIFICATE,
            Enrollment.course_id,
            Enrollment.due_on,
            Enrollment.started_at,
            Enrollment.completed_at,
            standing.lessons_done(Enrollment.id, Enrollment.course_id).label("lessons_done"),
            standing.lessons_of(Enrollment.course_id).label("lessons"),
        )
        .select_from(shown)
        .join(Person, Person.id == shown.c.id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Certificate, Certificate.id == standing.certificate_of(Person.id))
        .outerjoin(Authorization, Authorization.certificate_id == Certificate.id)
        .outerjoin(Enrollment, and_(wanted, Enrollment.course_id == bindparam("course")) if in_course else wanted)
        .outerjoin(Course, Course.id == Enrollment.course_id)
        .order_by(shown.c.place, Course.position)
    )


_LINE = _select_line()
_FIGURES = select(*standing.sums(standing.of_each(standing.BRANCH)))
_PEOPLE = {(status, within): _select_people(status, within) for status in ("", *FILTERS) for within in (False, True)}


def _people(
    rows: Iterable[Row[*tuple[Any, ...]]], courses: dict[int, CourseView], today: date
) -> tuple[Colleague, ...]:
    people: dict[int, Colleague] = {}
    for row in rows:
        if row.id not in people:
            certificate = held(row.valid_until, row.authorization_status, row.ends_on, today)
            people[row.id] = Colleague(member(row), certificate)
        if row.course_id in courses:
            people[row.id].courses[row.course_id] = Progress(
                course=courses[row.course_id],
                lessons_done=row.lessons_done,
                started=row.started_at is not None,
                due_on=row.due_on,
                completed_at=row.completed_at,
                lessons=row.lessons,
            )
    return tuple(people.values())
