"""As of any day: from rows to standing as tables, against what was true on each day, and as pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days
from courses import withdrawing
from courses.enrollment_models import Enrollment, EnrollmentChange
from lms.base import clock
from lms.people import changing
from lms.people.models import Person, PersonPast, Unit
from lms.privacy.models import WorksCouncil
from lms.reports.asof import persons, reading, standing, units
from lms.reports.asof.standing import Change, Place, Taken, Withdrawn
from tests.make import Make
from tests.support.client import Client

NOW = Place(None, None, "staff", "", "BE", "", "nl", None, "active")


def at(day: int, hour: int = 12) -> datetime:
    """A moment of September 2026, which has thirty days here."""
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def day(number: int) -> date:
    return date(2026, 9, number)


def stood(taken: Taken, on: int) -> standing.Stood | None:
    return standing.stood(taken, day(on), days.end_of(day(on)))


@pytest.mark.parametrize(
    ("more", "on", "state", "due"),
    [
        ({}, 1, None, None),
        ({}, 3, "not_begun", 20),
        ({"started_at": at(5)}, 4, "not_begun", 20),
        ({"started_at": at(5)}, 5, "begun", 20),
        ({}, 20, "not_begun", 20),
        ({}, 21, "overdue", 20),
        ({"completed_at": at(22)}, 21, "overdue", 20),
        ({"completed_at": at(22)}, 22, "completed", 20),
        ({"completed_at": at(22, 22)}, 22, "overdue", 20),  # midnight has passed at the company
        ({"changes": [Change("extended", at(10), day(8), day(20))]}, 9, "overdue", 8),
        ({"changes": [Change("extended", at(10), day(8), day(20))]}, 10, "not_begun", 20),
        ({"paused_at": at(6), "changes": [Change("paused", at(6), day(20), day(20))]}, 5, "not_begun", 20),
        ({"paused_at": at(6), "changes": [Change("paused", at(6), day(20), day(20))]}, 25, "paused", 20),
        ({"changes": [Change("waived", at(6)), Change("unwaived", at(9), day(7), day(20))]}, 8, "paused", 7),
        ({"withdrawn": [Withdrawn(at(5), at(9))]}, 8, "completed", 20),
        ({"withdrawn": [Withdrawn(at(5), at(9))]}, 9, "not_begun", 20),
        ({"completed_at": at(15), "withdrawn": [Withdrawn(at(5), at(9))]}, 12, "not_begun", 20),
        ({"completed_at": at(15), "withdrawn": [Withdrawn(at(5), at(9))]}, 15, "completed", 20),
    ],
)
def test_a_course_as_it_stood_on_a_day(more: dict[str, object], on: int, state: str | None, due: int | None) -> None:
    found = stood(Taken(1, 1, 1, at(2), due_on=day(20), **more), on)  # type: ignore[arg-type]
    assert (found and found.state, found and found.due_on) == (state, due and day(due))


@pytest.mark.parametrize(("on", "unit"), [(2, 1), (4, 1), (5, 2), (9, 2), (10, None), (28, None)])
def test_the_place_on_a_day_is_the_first_that_lasted_longer(on: int, unit: int | None) -> None:
    past = [Place(2, None, "staff", "", "", "", "nl", None, "active", at(10)), NOW, NOW]
    past[1:] = [Place(1, None, "staff", "", "", "", "nl", None, "active", at(5))]
    assert standing.place(past, NOW, days.end_of(day(on))).unit_id == unit


@given(st.lists(st.sampled_from(["begin", "complete", "pause", "restore", "move", "take back"]), max_size=12))
@settings(max_examples=200)
def test_every_past_day_reads_as_it_was_on_that_day(deeds: list[str]) -> None:
    """Each deed happens on the next day; what was true that evening is what the rows say of it for ever after."""
    now: dict[str, object] = {"due_on": day(8), "started_at": None, "completed_at": None, "paused_at": None}
    changes: list[Change] = []
    withdrawn: list[Withdrawn] = []
    evenings = []
    for number, deed in enumerate(["", *deeds], 2):
        _do(deed, at(number), now, changes, withdrawn)
        taken = Taken(1, 1, 1, at(2), **now, changes=(), withdrawn=())  # type: ignore[arg-type]
        evenings.append((number, stood(taken, number)))
    afterwards = Taken(1, 1, 1, at(2), **now, changes=changes, withdrawn=withdrawn)  # type: ignore[arg-type]
    assert [stood(afterwards, number) for number, _ in evenings] == [one for _, one in evenings]


def _do(deed: str, moment: datetime, now: dict[str, object], changes: list[Change], withdrawn: list[Withdrawn]) -> None:
    due = now["due_on"]
    assert isinstance(due, date)
    if deed == "begin":
        now["started_at"] = now["started_at"] or moment
    elif deed == "complete" and now["completed_at"] is None:
        now["started_at"], now["completed_at"] = now["started_at"] or moment, moment
    elif deed == "take back" and isinstance(now["completed_at"], datetime):
        withdrawn.append(Withdrawn(now["completed_at"], moment))
        now["completed_at"] = None
    elif deed == "pause" and now["paused_at"] is None:
        now["paused_at"] = moment
        changes.append(Change("paused", moment, due, due))
    elif deed == "restore" and now["paused_at"] is not None:
        now["paused_at"], now["due_on"] = None, due + timedelta(days=3)
        changes.append(Change("restored", moment, due, due + timedelta(days=3)))
    elif deed == "move":
        now["due_on"] = due + timedelta(days=2)
        changes.append(Change("extended", moment, due, due + timedelta(days=2)))


def test_today_says_what_the_rows_say_now(session: Session, make: Make) -> None:
    made = [make.course(slug=f"course-{number}") for number in range(4)]
    alice = make.person(created_at=clock.now() - timedelta(days=30))
    early = clock.now() - timedelta(days=9)
    make.enrollment(alice, made[0], completed=True, enrolled_at=early)
    make.enrollment(alice, made[1], due_in=-3, enrolled_at=early)
    paused = make.enrollment(alice, made[2], due_in=-3, enrolled_at=early)
    paused.paused_at = clock.now()
    make.enrollment(alice, made[3], done=1, due_in=5, enrolled_at=early)
    session.flush()
    found = persons.on_day(session, alice, days.today())
    assert [one.state for one in found.courses] == ["completed", "overdue", "paused", "begun"]
    assert [one.due_on for one in found.courses] == list(session.scalars(select(Enrollment.due_on)))
    assert found.known
    assert not persons.on_day(session, alice, days.today() - timedelta(days=60)).known


def test_a_completion_taken_back_still_stands_on_the_day_before(session: Session, make: Make) -> None:
    alice, yesterday = make.person(), days.today() - timedelta(days=1)
    taken = make.enrollment(alice, make.course(), completed=True, enrolled_at=clock.now() - timedelta(days=4))
    taken.completed_at = clock.now() - timedelta(days=2)
    session.flush()
    withdrawing.withdraw_pass(session, taken.id, "A question was wrong.")
    assert [reading.enrollments(session, [alice.id], on)[alice.id][0].state for on in (yesterday, days.today())] == [
        "completed",
        "begun",
    ]


def test_a_certificate_and_its_permission_stand_as_on_the_day(session: Session, make: Make) -> None:
    ana, today = make.person("Ana"), days.today()
    made = make.certificate(ana, from_day=today - timedelta(days=40))
    make.status(made, "suspended", days_ago=10)
    states = [persons.permissions(session, ana.id, today - timedelta(days=ago), left=False) for ago in (50, 20, 5)]
    assert [[state for _, state in found] for found in states] == [[], ["valid"], ["paused"]]
    assert len(persons.certificates(session, ana.id, days.end_of(today - timedelta(days=39)))) == 1
    assert persons.certificates(session, ana.id, days.end_of(today - timedelta(days=50))) == []


def test_a_unit_has_the_people_it_had_on_the_day_and_costs_the_same_for_many(
    session: Session, make: Make, statements: list[str]
) -> None:
    care, sales = Unit(path="Care"), Unit(path="Care/Sales")
    session.add_all([care, sales])
    session.flush()
    long_ago, course = clock.now() - timedelta(days=90), make.course()
    here = [make.person(f"P{number}", unit=sales, created_at=long_ago) for number in range(3)]
    for one in here:
        make.enrollment(one, course, due_in=-5, enrolled_at=long_ago)
    changing.change(session, here[0].id, by_id=None, status="left")
    before, now = days.today() - timedelta(days=3), days.today()
    assert [len(units.on_day(session, "Care", on, small_ones=True).members) for on in (before, now)] == [3, 2]
    session.flush()
    statements.clear()
    found = units.on_day(session, "Care", before, small_ones=True)
    cost = len(statements)
    assert (found.up_to_date, dict(found.courses[0][1])) == (0, {"overdue": 3})
    for number in range(20):
        make.enrollment(make.person(f"Q{number}", unit=sales, created_at=long_ago), course, enrolled_at=long_ago)
    statements.clear()
    assert len(units.on_day(session, "Care", before, small_ones=True).members) == 23
    assert len(statements) == cost


@pytest.mark.sqlite_only
def test_a_small_group_is_hidden_from_the_board_in_works_council_mode(session: Session, make: Make) -> None:
    unit = Unit(path="Care")
    session.add_all([unit, WorksCouncil(set_at=clock.now())])
    session.flush()
    make.person(unit=unit, created_at=clock.now() - timedelta(days=9))
    assert units.on_day(session, "Care", days.today(), small_ones=False).hidden == 5
    assert units.on_day(session, "Care", days.today(), small_ones=True).hidden is None


@pytest.mark.sqlite_only
def test_the_board_sees_no_names_and_no_figure_of_a_handful_in_works_council_mode(
    session: Session, make: Make, client_for: Callable[[Person], Client]
) -> None:
    unit, long_ago, course = Unit(path="Care"), clock.now() - timedelta(days=90), make.course()
    session.add_all([unit, WorksCouncil(set_at=clock.now())])
    session.flush()
    for number in range(12):
        one = make.person(f"Person {number}", unit=unit, created_at=long_ago)
        make.enrollment(one, course, due_in=-5 if number < 7 else 5, enrolled_at=long_ago)
    found = units.on_day(session, "Care", days.today(), small_ones=False)
    assert [figure for figure in range(13) if not found.tells(figure)] == [5, 6, 7]
    board = client_for(make.person("Bea", email="bea@acme.example", roles=["board"]))
    page = board.get("/evidence/units?path=Care").text
    assert ("5 of 12" in page, "0 of 12" in page, "not shown" in page, "Person 3" in page) == (True, False, True, False)
    hub = (
        client_for(make.person("Hugo", email="hugo@acme.example", roles=["hub"])).get("/evidence/units?path=Care").text
    )
    assert ("0 of 12" in hub, "Person 3" in hub) == (True, True)


@pytest.mark.sqlite_only
def test_the_pages_say_what_is_asked_and_what_would_be_right(
    make: Make, client_for: Callable[[Person], Client], session: Session
) -> None:
    unit = Unit(path="Care")
    session.add(unit)
    session.flush()
    long_ago = clock.now() - timedelta(days=90)
    ana = make.person("Ana", "Peeters", unit=unit, created_at=long_ago)
    make.enrollment(ana, make.course(), due_in=-5, enrolled_at=long_ago)
    auditor = client_for(make.person("Otto", email="otto@acme.example", roles=["auditor"]))
    first = reading.begins(session)
    assert first == days.day_of(long_ago)
    too_early = (first - timedelta(days=1)).isoformat()
    for path in (f"/evidence?on={too_early}", f"/evidence/units?path=Care&on={too_early}"):
        assert "Records begin on" in auditor.get(path).text
    assert "Records begin on" in auditor.get(f"/evidence/people/{ana.uid}?on={too_early}").text
    yesterday = (days.today() - timedelta(days=1)).isoformat()
    assert "Ana Peeters" in auditor.get(f"/evidence?q=peet&on={yesterday}").text
    page = auditor.get(f"/evidence/people/{ana.uid}?on={yesterday}").text
    assert "Overdue" in page
    assert f"/evidence/{ana.uid}.zip?on={yesterday}" in page
    assert "Not here yet" in auditor.get(f"/evidence/people/{ana.uid}?on=2020-01-01").text
    assert "Ana Peeters" in auditor.get(f"/evidence/units?path=Care&on={yesterday}").text
    wrong = auditor.get("/evidence?q=ana&on=2026-02-31")
    assert (wrong.status_code, "2026-09-14" in wrong.text, 'value="ana"' in wrong.text) == (422, True, True)
    assert auditor.get(f"/evidence/people/{ana.uid}?on=2099-01-01").status_code == 422
    assert auditor.get("/evidence/units?path=Nowhere").status_code == 404
    board = client_for(make.person("Bea", email="bea@acme.example", roles=["board"]))
    assert "zip" not in board.get(f"/evidence/people/{ana.uid}").text
    learner = client_for(make.person("Lea", email="lea@acme.example"))
    assert learner.get(f"/evidence/people/{ana.uid}").status_code == 403


def test_changes_of_place_and_of_dates_are_read_from_their_history(session: Session, make: Make) -> None:
    """What is written by the real deeds, not by hand, is what the past is read from."""
    alice = make.person(created_at=clock.now() - timedelta(days=30))
    taken = make.enrollment(alice, make.course(), due_in=10, enrolled_at=clock.now() - timedelta(days=5))
    changing.change(session, alice.id, by_id=None, country="NL")
    before = taken.due_on
    taken.due_on = days.today() + timedelta(days=40)
    change = {"kind": "extended", "due_before": before, "due_after": taken.due_on, "at": clock.now()}
    session.add(EnrollmentChange(enrollment_id=taken.id, **change))
    session.flush()
    assert session.scalar(select(PersonPast.id)) is not None
    yesterday = persons.on_day(session, alice, days.today() - timedelta(days=1))
    assert (yesterday.place.country, yesterday.courses[0].due_on) == ("", before)
    assert persons.on_day(session, alice, days.today()).place.country == "NL"
