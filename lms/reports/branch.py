"""One branch of a manager's organization: a person under her, and everybody under that person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, Subquery, and_, bindparam, exists, false, func, select, true
from sqlalchemy.orm import Session

from certificates.models import Authorization, Certificate
from courses import catalog
from courses.catalog import CourseView
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base.errors import NotFound
from lms.people.models import Person, Unit
from lms.reports import standing, sums
from lms.reports.counters.contributions import COUNTS
from lms.reports.counters.models import CountedCourse, CountedPerson
from lms.reports.figures import Figures, Held, Member, Progress, earliest, held
from lms.reports.hands import BEHIND, LARGE, PATH, WEEK, last_nudge
from lms.reports.lines import Line, depth_of, line
from lms.reports.members import MEMBER, member
from lms.reports.standing import TODAY

PAGE = 50
LAST_PAGE = 100_000
FILTERS = ("overdue", "may-speak", "may-not-speak", "leave")


@dataclass(frozen=True)
class Colleague:
    """Somebody in a branch, with courses by number."""

    member: Member
    certificate: Held
    courses: dict[int, Progress] = field(default_factory=dict)
    nudged_at: datetime | None = None

    def may_be_nudged(self, now: datetime) -> bool:
        """Whether she is at work, has a course to go on with, and was last nudged a week ago."""
        open_ones = any(not course.completed_at for course in self.courses.values())
        rested = self.nudged_at is None or self.nudged_at <= now - WEEK
        return open_ones and rested and not self.member.on_leave

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


def read(session: Session, viewer_id: int, uid: str, choice: Choice, *, today: date) -> Branch:
    """A branch as somebody who may see it sees it, in five statements. Raises `NotFound`."""
    way = line(session, viewer_id, uid, today)
    courses = {course.id: course for course in catalog.live(session)}
    chosen = _course(courses, choice.course)
    if not 1 <= choice.page <= LAST_PAGE or choice.status not in ("", *FILTERS):
        raise NotFound
    asked = {"path": way.path, "behind": f"{way.path}~", "today": today}
    page = {"course": chosen.id if chosen else 0, "limit": PAGE, "offset": PAGE * (choice.page - 1)}
    everybody = sums.of_branch(session, way.id, today)
    order = "line" if everybody.heads >= LARGE else "name"
    rows = session.execute(_PEOPLE[choice.status, chosen is not None, order], asked | page).all()
    if not rows and choice.page > 1:
        raise NotFound
    people = _people(rows, courses, today)
    taken = {course_id for colleague in people for course_id in colleague.courses}
    return Branch(
        line=way,
        figures=everybody.figures,
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


def _select_chosen(status: str, in_course: bool, order: str) -> Subquery:
    """A page of the members who meet a filter and take the course asked for, in order: the lead first, then by depth
    and name; in a large branch by line, so that only the page has to be read.

    Within a course, who is overdue is overdue in that course.
    """
    at_work, late = CountedPerson.state == "active", CountedCourse.due_on < TODAY
    speaks = func.coalesce(CountedPerson.speaks_until >= TODAY, false())
    conditions = {
        "": true(),
        "overdue": and_(at_work, CountedPerson.next_on < TODAY),
        "may-speak": speaks,
        "may-not-speak": ~speaks,
        "leave": CountedPerson.state == "leave",
    }
    takes = and_(CountedCourse.person_id == CountedPerson.person_id, CountedCourse.course_id == bindparam("course"))
    within = exists().where(takes, late if status == "overdue" else true()) if in_course else true()
    wanted = and_(CountedPerson.path >= PATH, CountedPerson.path < BEHIND, conditions[status], within)
    by_name = (depth_of(CountedPerson.path), func.lower(Person.given_name), func.lower(Person.family_name), Person.id)
    order_by = by_name if order == "name" else (CountedPerson.path,)
    places = [place.label(f"place{number}") for number, place in enumerate(order_by)]
    found = select(func.count()).select_from(CountedPerson).where(wanted).scalar_subquery()
    return (
        select(CountedPerson.person_id.label("id"), found.label("found"), *places)
        .join(Person, Person.id == CountedPerson.person_id)
        .where(wanted)
        .order_by(*places)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .subquery("chosen")
    )


def _select_people(status: str, in_course: bool, order: str) -> Select[*tuple[Any, ...]]:
    shown = _select_chosen(status, in_course, order)
    places = [column for column in shown.c if column.name.startswith("place")]
    wanted = and_(Enrollment.person_id == Person.id, COUNTS)
    return (
        select(
            Person.id,
            *MEMBER,
            shown.c.found,
            *standing.CERTIFICATE,
            last_nudge(Person.id),
            Enrollment.uid.label("enrollment"),
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
        .order_by(*places, Course.position)
    )


_PEOPLE = {
    (status, within, order): _select_people(status, within, order)
    for status in ("", *FILTERS)
    for within in (False, True)
    for order in ("name", "line")
}


def _people(
    rows: Iterable[Row[*tuple[Any, ...]]], courses: dict[int, CourseView], today: date
) -> tuple[Colleague, ...]:
    people: dict[int, Colleague] = {}
    for row in rows:
        if row.id not in people:
            certificate = held(row.valid_until, row.authorization_status, row.ends_on, today)
            people[row.id] = Colleague(member(row), certificate, nudged_at=row.nudged_at)
        if row.course_id in courses:
            people[row.id].courses[row.course_id] = Progress(
                course=courses[row.course_id],
                lessons_done=row.lessons_done,
                started=row.started_at is not None,
                due_on=row.due_on,
                completed_at=row.completed_at,
                lessons=row.lessons,
                enrollment=row.enrollment,
            )
    return tuple(people.values())
