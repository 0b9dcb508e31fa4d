"""Which steps of a ladder are due, for whom, and which are left out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.base import clock
from lms.people.models import Absence, Deputy
from lms.reminders import planning
from lms.reminders.models import Reminder
from tests.reminders.conftest import NIGHT

TODAY = NIGHT.date()


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=UTC)


def night(session, moment: datetime = NIGHT) -> list[tuple[int, str, int, str, str]]:
    """What a night wrote down, oldest first: days, audience, recipient, state, why."""
    with clock.frozen(moment):
        planning.plan(session)
    return written(session)


def written(session) -> list[tuple[int, str, int, str, str]]:
    columns = (Reminder.days, Reminder.audience, Reminder.recipient_id, Reminder.state, Reminder.skipped_why)
    return [tuple(row) for row in session.execute(select(*columns).order_by(Reminder.id))]


def away(session, person, first: date, last: date | None = None) -> Absence:
    absence = Absence(person_id=person.id, from_on=first, until_on=last, noted_at=clock.now())
    session.add(absence)
    session.flush()
    return absence


def deputy(session, manager, person) -> None:
    days = {"from_on": TODAY - timedelta(days=3), "until_on": TODAY + timedelta(days=3)}
    session.add(Deputy(manager_id=manager.id, deputy_id=person.id, named_at=clock.now(), **days))
    session.flush()


@pytest.mark.parametrize(
    ("due_in", "told"),
    [
        (8, []),
        (7, [(-7, "learner")]),
        (1, [(-1, "learner")]),
        (0, [(-1, "learner")]),
        (-1, [(1, "learner"), (1, "manager")]),
        (-14, [(1, "learner"), (1, "manager"), (14, "skip")]),
    ],
)
def test_each_step_is_due_on_its_day_and_only_the_most_urgent_missed_one_goes_out(
    session, make, people, ladders, due_in, told
):
    rule = ladders.rule(make.course())
    ladders.takes(people.alice, rule, TODAY + timedelta(days=due_in))
    who = {"learner": people.alice.id, "manager": people.bob.id, "skip": people.diana.id}
    rows = night(session)
    assert [row[:4] for row in rows if row[3] == "planned"] == [(d, one, who[one], "planned") for d, one in told]
    assert all(row[3:] == ("skipped", "overtaken") for row in rows if row[3] != "planned")


def test_complaint_3_and_4_a_step_is_told_once_however_often_the_job_runs(session, make, people, ladders):
    ladders.takes(people.alice, ladders.rule(make.course()), TODAY - timedelta(days=1))
    first = night(session)
    for minutes in (0, 1, 60, 1440, 2 * 1440):
        assert night(session, NIGHT + timedelta(minutes=minutes)) == first


def test_complaint_1_and_7_managers_and_those_above_them_are_told(session, make, people, ladders):
    ladders.takes(people.alice, ladders.rule(make.course()), TODAY - timedelta(days=20))
    told = {row[2] for row in night(session) if row[3] == "planned"}
    assert told == {people.alice.id, people.bob.id, people.diana.id}


def test_nobody_is_told_of_what_is_done_paused_not_given_by_a_rule_in_force_or_of_people_who_left(
    session, make, people, ladders
):
    now, late = clock.now(), TODAY - timedelta(days=1)
    rule = ladders.rule(make.course())
    ladders.takes(people.alice, rule, late, completed_at=now, started_at=now)
    ladders.takes(people.bob, rule, late, paused_at=now)
    ladders.takes(people.charlie, ladders.rule(make.course("other"), state="ended"), late)
    gone = make.person("Gone", manager=people.bob, status="left")
    ladders.takes(gone, rule, late)
    assert night(session) == []


@pytest.mark.parametrize(
    ("zone", "moment", "planned"),
    [
        ("Europe/Brussels", at(11, 26, 22, 59), False),
        ("Europe/Brussels", at(11, 26, 23, 0), True),
        ("Pacific/Auckland", at(11, 26, 10, 59), False),
        ("Pacific/Auckland", at(11, 26, 11, 0), True),
        ("America/Los_Angeles", at(11, 27, 7, 59), False),
        ("America/Los_Angeles", at(11, 27, 8, 0), True),
        ("Nowhere/Land", at(11, 27, 0, 0), True),
    ],
)
def test_complaint_67_a_day_begins_where_the_reader_lives(session, make, people, ladders, zone, moment, planned):
    people.alice.time_zone = zone
    ladders.takes(people.alice, ladders.rule(make.course(), [(0, "learner")]), date(2026, 11, 27))
    assert bool(night(session, moment)) is planned


@pytest.mark.parametrize(
    ("moment", "planned"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), True),  # the day of 25 hours
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), True),  # the day of 23 hours
        (datetime(2028, 2, 28, 23, 0, tzinfo=UTC), True),  # 29 February
    ],
)
def test_days_on_which_the_clocks_change_and_leap_days_are_days(session, make, people, ladders, moment, planned):
    day = (moment + timedelta(hours=2, minutes=30)).date()
    due_on = day + timedelta(days=1)
    ladders.takes(people.alice, ladders.rule(make.course(), [(-1, "learner")]), due_on)
    assert bool(night(session, moment)) is planned


@pytest.mark.parametrize("how", ["status", "absence"])
def test_complaint_65_nothing_is_said_about_somebody_on_leave_and_the_most_urgent_when_she_is_back(
    session, make, people, ladders, how
):
    absence = away(session, people.alice, TODAY - timedelta(days=5)) if how == "absence" else None
    people.alice.status = "leave" if how == "status" else "active"
    ladders.takes(people.alice, ladders.rule(make.course()), TODAY - timedelta(days=1))
    rows = night(session)
    assert {row[3:] for row in rows} == {("skipped", "on leave")}
    assert night(session, NIGHT + timedelta(days=1)) == rows
    people.alice.status = "active"
    if absence:
        absence.until_on = TODAY
    session.flush()
    back = night(session, NIGHT + timedelta(days=2))
    assert [row[:3] for row in back if row[3] == "planned"] == [
        (1, "learner", people.alice.id),
        (1, "manager", people.bob.id),
    ]
    assert {row[4] for row in back if row[3] == "skipped"} == {"overtaken"}
    assert len(back) == len(rows)


def test_a_deputy_is_told_while_a_manager_is_on_leave_and_nobody_hears_it_twice(session, make, people, ladders):
    people.bob.status = "leave"
    eve = make.person("Eve")
    deputy(session, people.bob, eve)
    ladders.takes(people.alice, ladders.rule(make.course(), [(1, "manager")]), TODAY - timedelta(days=1))
    assert night(session) == [(1, "manager", eve.id, "planned", "")]
    people.bob.status = "active"
    assert len(night(session, NIGHT + timedelta(days=1))) == 1


def test_a_manager_on_leave_without_a_deputy_is_told_when_she_is_back(session, make, people, ladders):
    people.bob.status = "leave"
    ladders.takes(people.alice, ladders.rule(make.course(), [(1, "manager")]), TODAY - timedelta(days=1))
    assert night(session) == [(1, "manager", people.bob.id, "skipped", "on leave")]
    people.bob.status = "active"
    assert night(session, NIGHT + timedelta(days=9)) == [(1, "manager", people.bob.id, "planned", "")]


def test_a_deputy_is_not_told_about_herself_nor_twice_of_one_step(session, make, people, ladders):
    people.bob.status = "leave"
    deputy(session, people.bob, people.diana)
    steps = [(1, "manager"), (1, "skip")]
    ladders.takes(people.alice, ladders.rule(make.course(), steps), TODAY - timedelta(days=1))
    assert night(session) == [(1, "manager", people.diana.id, "planned", "")]
    assert len(night(session, NIGHT + timedelta(days=1))) == 1
    deputy(session, people.diana, people.alice)
    people.diana.status = "leave"
    ladders.takes(people.alice, ladders.rule(make.course("other"), [(1, "skip")]), TODAY - timedelta(days=1))
    assert people.alice.id not in {row[2] for row in night(session)}


def test_when_the_manager_left_the_one_above_is_told(session, make, people, ladders):
    people.bob.status = "left"
    ladders.takes(people.alice, ladders.rule(make.course(), [(1, "manager")]), TODAY - timedelta(days=1))
    assert night(session) == [(1, "manager", people.diana.id, "planned", "")]


def test_a_night_takes_the_same_number_of_statements_for_one_and_for_many(session, make, people, ladders, statements):
    rule = ladders.rule(make.course())
    counts = []
    for many in (1, 40):
        for _ in range(many):
            ladders.takes(make.person(manager=people.bob), rule, TODAY - timedelta(days=1))
        session.flush()
        statements.clear()
        with clock.frozen(NIGHT):
            planning.plan(session)
        counts.append(len(statements))
    assert counts[0] == counts[1]
