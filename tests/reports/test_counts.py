"""Whatever the tree, the figures are those of a plain count."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.models import Course
from lms.base import clock
from lms.people.models import Person
from lms.reports import branch, export, team
from lms.reports.counters.rebuilding import rebuild
from lms.reports.figures import Cell, Figures, earliest
from tests.make import Make
from tests.reports import makers

DAYS = st.sampled_from([None, -40, -1, 0, 1, 14, 15, 30, 31, 90])


@dataclass(frozen=True)
class Takes:
    """A course of three (the last is retired), how it stands, and whether an older cycle was completed before."""

    course: int
    completed: bool
    due_in: int | None
    renewed: bool


@dataclass(frozen=True)
class Given:
    """A certificate, of the level of speakers or of the one below, until a day, and the standing of what it gave."""

    rank: int
    until: int
    status: str | None


@dataclass(frozen=True)
class Somebody:
    """A person whose manager is one of those made before, the reader of the report (0), or nobody there."""

    manager: int | None
    status: str
    takes: tuple[Takes, ...]
    given: Given | None


TAKES = st.builds(Takes, st.integers(0, 2), st.booleans(), DAYS, st.booleans())
ENDS = (-1, 0, 30, 60, 61, 400)
STANDINGS = ("active", "suspended", "revoked", "ended", "requested", None)
GIVEN = st.builds(Given, st.integers(0, 1), st.sampled_from(ENDS), st.sampled_from(STANDINGS))
EVERY_CERTIFICATE = [
    Somebody(0, "active", (), Given(rank, until, status)) for rank in (0, 1) for until in ENDS for status in STANDINGS
]


@st.composite
def companies(draw: st.DrawFn) -> list[Somebody]:
    """Up to 14 people in a tree, with people elsewhere, on leave and gone."""
    return [
        Somebody(
            manager=draw(st.one_of(st.integers(0, number), st.integers(0, number), st.none())),
            status=draw(st.sampled_from(["active", "active", "active", "leave", "left"])),
            takes=tuple(draw(st.lists(TAKES, max_size=3, unique_by=lambda takes: takes.course))),
            given=draw(st.one_of(st.none(), GIVEN)),
        )
        for number in range(draw(st.integers(0, 13)))
    ]


def depths(company: list[Somebody]) -> dict[int, tuple[int, int]]:
    """Depth and branch of everybody under the reader, by number."""
    found: dict[int, tuple[int, int]] = {}
    for number, person in enumerate(company, 1):
        if person.status == "left" or person.manager is None:
            continue
        if person.manager == 0:
            found[number] = (1, number)
        elif person.manager in found:
            depth, via = found[person.manager]
            found[number] = (depth + 1, via)
    return found


def live(person: Somebody) -> Iterator[Takes]:
    return (takes for takes in person.takes if takes.course < 2)


def due(person: Somebody, first: int, last: int) -> list[int]:
    """In how many days what is open is due, within bounds."""
    days = [takes.due_in for takes in live(person) if not takes.completed and takes.due_in is not None]
    return [day for day in days if first <= day <= last]


def counted(people: list[Somebody], today: date) -> Figures:
    """The figures by a plain count."""
    active = [person for person in people if person.status == "active"]
    late = [due(person, -1000, -1) for person in active]
    soon = [due(person, 0, 14) for person in active]
    certificates = [person.given for person in active if person.given and person.given.rank]
    return Figures(
        people=len(active),
        on_leave=sum(person.status == "leave" for person in people),
        up_to_date=sum(not days for days in late),
        in_need=sum(bool(one or two) for one, two in zip(late, soon, strict=True)),
        may_speak=sum(given.status == "active" and given.until >= 0 for given in certificates),
        overdue=sum(map(len, late)),
        oldest_on=earliest(today + timedelta(days=number) for days in late for number in days),
        due_soon=sum(map(len, soon)),
        soonest_on=earliest(today + timedelta(days=number) for days in soon for number in days),
        ending=sum(given.status == "active" and 0 <= given.until <= 60 for given in certificates),
    )


def build(session: Session, company: list[Somebody], courses: list[Course], today: date) -> list[Person]:
    """The company in the database; the reader of the report first."""
    make = Make(session)
    people = [make.person("Reader")]
    for somebody in company:
        manager = None if somebody.manager is None else people[somebody.manager]
        person = make.person("Somebody", manager=manager, status=somebody.status)
        people.append(person)
        for takes in somebody.takes:
            if takes.renewed:
                make.enrollment(person, courses[takes.course], completed=True, due_in=-7)
            make.enrollment(
                person,
                courses[takes.course],
                completed=takes.completed,
                due_in=takes.due_in,
                cycle=2 if takes.renewed else 1,
            )
        if somebody.given:
            until, rank = today + timedelta(days=somebody.given.until), somebody.given.rank
            makers.certificate(session, person, until, status=somebody.given.status, code=f"L{rank}", rank=rank)
    return people


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=companies())
@example(company=EVERY_CERTIFICATE)
def test_the_figures_are_those_of_a_plain_count(session: Session, company: list[Somebody]) -> None:
    today = clock.today()
    with session.begin_nested() as savepoint:
        make = Make(session)
        courses = [make.course("one", 2), make.course("two", 2), make.course("old", 2)]
        courses[2].retired_at = clock.now()
        people = build(session, company, courses, today)
        rebuild(session)
        for direct in (False, True):
            check_team(session, company, people, direct, today)
        check_table(session, company, people, today)
        savepoint.rollback()
    session.info["remembered"].clear()
    session.info["unsettled"].clear()


def check_team(session: Session, company: list[Somebody], people: list[Person], direct: bool, today: date) -> None:
    members = {number: (depth, via) for number, (depth, via) in depths(company).items() if depth == 1 or not direct}
    found = team.read(session, people[0].id, direct=direct, today=today)
    assert found.figures == counted([company[number - 1] for number in members], today)
    assert found.everyone == sum(company[number - 1].status == "active" for number in depths(company))
    for lead in found.branches:
        number = next(number for number, person in enumerate(people) if person.uid == lead.lead.uid)
        under = [company[other - 1] for other, (_, via) in members.items() if via == number]
        plain, shown = counted(under, today), lead.figures
        assert (shown.people, shown.on_leave, shown.up_to_date) == (plain.people, plain.on_leave, plain.up_to_date)
        if not direct:
            page = branch.read(session, people[0].id, lead.lead.uid, branch.Choice(), today=today)
            assert page.figures == plain
            assert page.found == lead.size == len(under)
    active = [company[number - 1] for number in members if company[number - 1].status == "active"]
    needed = sorted(day for person in active for day in due(person, -1000, 14))
    assert [hand.days for hand in found.hands] == needed[:20]
    check_heat(found, active)


def check_heat(found: team.Team, active: list[Somebody]) -> None:
    for place, course in enumerate(found.heat.courses):
        taken = [takes for person in active for takes in live(person) if ("one", "two")[takes.course] == course.slug]
        whole = sum((row.cells[place] for row in found.heat.rows), Cell())
        assert whole == Cell(len(taken), sum(takes.completed for takes in taken))
    assert sum(row.people for row in found.heat.rows) == found.figures.people


def check_table(session: Session, company: list[Somebody], people: list[Person], today: date) -> None:
    reader = export.Reader("en", ZoneInfo("Europe/Brussels"), today)
    pieces = export.csv_file(export.team(session, people[0].id, reader, direct=False))
    whole = b"".join(pieces).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(whole)))
    members = [company[number - 1] for number in depths(company)]
    assert len(rows) == sum(max(1, len(list(live(person)))) for person in members)
    assert sum(row["overdue"] == "yes" for row in rows) == counted(members, today).overdue
    at_work = [row for row in rows if row["on_leave"] == "no"]
    assert len({row["email"] for row in at_work}) == counted(members, today).people
    speaking = {row["email"] for row in at_work if row["may_speak_today"] == "yes"}
    assert len(speaking) == counted(members, today).may_speak
