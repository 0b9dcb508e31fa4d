"""HR's file: what it does to people, and what it leaves alone."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.base import clock
from lms.base.db import Database
from lms.base.errors import Conflict
from lms.base.files import FileStore
from lms.people import absences, changing, signin
from lms.people.imports import exporting, running, shelf, undoing
from lms.people.imports.models import ImportChange, PeopleImport
from lms.people.models import Absence, Person, PersonPast, SignIn, Unit
from tests.people.files import changed, company, row, table
from tests.support.at_once import at_once


@pytest.fixture
def files(tmp_path):
    return FileStore(tmp_path / "files")


@pytest.fixture
def take_in(session, files):
    """Brings rows as a file and applies them when nothing is wrong."""

    def bring(*rows, text="", **how):
        data = (text or table(rows)).encode()
        made, found = running.bring_and_apply(session, files, data, "people.csv", source="command", **how)
        session.expire_all()
        return made, found

    return bring


def person(session, key):
    return session.scalar(select(Person).where(Person.employee_id == key))


def fields(found, kind):
    return {one.key: {name: (before, after) for name, before, after in one.fields} for one in found.changes[kind]}


TOP = row("E1", given_name="Eva", tier="executive", unit="Board")
BOB = row("E2", given_name="Bob", manager_id="E1", tier="manager")
ANN = row("E3", manager_id="E2", hire_date="2024-02-29", location="Ghent")


def test_a_first_file_makes_people_units_and_lines_in_whatever_order(session, take_in):
    made, found = take_in(ANN, BOB, TOP)
    assert (made.state, made.joined, found.new_units) == ("applied", 3, ["Benelux/Customer care", "Board"])
    ann, bob = person(session, "E3"), person(session, "E2")
    assert (ann.manager_id, ann.hire_date, ann.location) == (bob.id, date(2024, 2, 29), "Ghent")
    unit = session.get(Unit, ann.unit_id)
    assert unit is not None and session.get(Unit, unit.parent_id).path == "Benelux"
    assert session.scalars(select(ImportChange.kind)).all() == ["joiner"] * 3
    again, _ = take_in(ANN, BOB, TOP)
    assert (again.state, again.unchanged, again.changed + again.moved + again.joined) == ("applied", 3, 0)


def test_who_moves_is_known_as_she_was_before(session, take_in):
    take_in(TOP, BOB, ANN)
    before = person(session, "E3")
    unit_id, manager_id = before.unit_id, before.manager_id
    made, found = take_in(TOP, BOB, row("E3", manager_id="E1", unit="Board", hire_date="2024-02-29", location="Ghent"))
    assert made.moved == 1
    assert fields(found, "mover")["E3"]["unit"] == ("Benelux/Customer care", "Board")
    past = session.scalars(select(PersonPast)).one()
    assert (past.unit_id, past.manager_id) == (unit_id, manager_id)


def test_complaint_61_a_new_name_or_address_makes_no_second_person(session, take_in):
    take_in(TOP, BOB, ANN)
    number = person(session, "E3").id
    made, _ = take_in(TOP, BOB, row("E3", manager_id="E2", family_name="Claes", email="ann.claes@acme.example"))
    assert (made.changed, made.joined) == (1, 0)
    assert (person(session, "E3").id, person(session, "E3").family_name) == (number, "Claes")


def test_two_people_can_swap_addresses_in_one_file(session, take_in):
    take_in(TOP, BOB, ANN)
    swapped = [TOP, row("E2", given_name="Bob", manager_id="E1", tier="manager", email="e3@acme.example")]
    made, found = take_in(*swapped, row("E3", manager_id="E2", email="e2@acme.example"))
    assert made.state == "applied", found.problems
    assert person(session, "E2").email == "e3@acme.example"


def test_complaint_61_somebody_added_by_hand_is_taken_over_not_doubled(session, make, take_in):
    hand = make.person("Ann", "Peeters", email="e3@acme.example", employee_id=None)
    made, found = take_in(TOP, BOB, ANN)
    assert [one.person_id for one in found.changes["same_email"]] == [hand.id]
    assert person(session, "E3").id == hand.id
    assert fields(found, "same_email")["E3"]["employee_id"] == ("", "E3")


def test_complaint_61_a_returner_keeps_her_history_even_under_a_new_number(session, take_in):
    take_in(TOP, BOB, ANN)
    number = person(session, "E3").id
    gone, _ = take_in(TOP, BOB, row("E3", manager_id="E2", status="left"), many_leavers=True)
    assert gone.leaving == 1
    assert person(session, "E3").left_on == clock.today()
    made, _ = take_in(TOP, BOB, row("E77", manager_id="E2", email="e3@acme.example"))
    assert made.returned == 1
    back = person(session, "E77")
    assert (back.id, back.status, back.left_on) == (number, "active", None)


def test_complaint_66_who_left_is_signed_out_with_the_file(session, take_in):
    take_in(TOP, BOB, ANN, row("E4"), row("E5"), row("E6"))
    signin.start(session, person(session, "E3").id, "tests")
    take_in(TOP, BOB, row("E3", manager_id="E2", status="left"), row("E4"), row("E5"), row("E6"))
    assert session.scalars(select(SignIn)).one().ended_at is not None


def test_complaint_64_reports_of_a_gone_manager_go_to_the_next_above_until_hr_says_otherwise(session, take_in):
    rest = [row(f"E{number}") for number in range(10, 16)]
    take_in(TOP, BOB, ANN, *rest)
    made, found = take_in(TOP, ANN, *rest, on_missing="deactivate")
    assert [one.key for one in found.leavers] == ["E2"]
    assert [(one.key, one.gone_name, one.above_name) for one in found.orphans] == [("E3", "Bob Peeters", "Eva Peeters")]
    assert person(session, "E3").manager_id == person(session, "E1").id
    again, found = take_in(TOP, ANN, *rest, on_missing="deactivate")
    assert (again.moved, again.leaving, len(found.orphans)) == (0, 0, 1)
    said, found = take_in(TOP, row("E3", manager_id="E10", hire_date="2024-02-29", location="Ghent"), *rest)
    assert (said.moved, found.orphans) == (1, [])


def test_complaint_64_somebody_by_hand_whose_manager_goes_is_an_orphan_too(session, make, take_in):
    rest = [row(f"E{number}") for number in range(10, 16)]
    take_in(TOP, BOB, ANN, *rest)
    hand = make.person("Temp", employee_id=None, manager=person(session, "E2"))
    _, found = take_in(TOP, ANN, *rest, on_missing="deactivate")
    assert {one.name for one in found.orphans} == {"Ann Peeters", "Temp Janssen"}
    session.refresh(hand)
    assert hand.manager_id == person(session, "E1").id


def test_more_than_a_fifth_leaving_stops_and_asks(session, files, take_in):
    take_in(TOP, BOB, ANN)
    made = running.bring(
        session, files, table([TOP, BOB]).encode(), "half.csv", source="upload", on_missing="deactivate"
    )
    assert (made.state, made.leaving) == ("stopped", 1)
    with pytest.raises(Conflict, match="1 of the 3 people"):
        running.apply(session, files, made.uid)
    assert running.apply(session, files, made.uid, many_leavers=True).state == "applied"
    with pytest.raises(Conflict, match="does not wait"):
        running.apply(session, files, made.uid)


def test_complaint_65_leave_is_an_absence_that_ends_when_the_person_is_back(session, take_in):
    take_in(TOP, BOB, ANN)
    away = row("E3", manager_id="E2", hire_date="2024-02-29", location="Ghent", status="leave")
    with clock.frozen(clock.now() - timedelta(days=10)):
        take_in(TOP, BOB, away)
    absence = session.scalars(select(Absence)).one()
    assert (absence.source, absence.until_on) == ("import", None)
    assert absences.days_between(session, [absence.person_id], absence.from_on, clock.today()) == {
        absence.person_id: 11
    }
    take_in(TOP, BOB, ANN)
    assert session.scalars(select(Absence)).one().until_on == clock.today() - timedelta(days=1)


def test_complaint_65_days_of_leave_come_in_columns_and_an_absence_by_hand_stays(session, take_in):
    header = ("employee_id", "email", "given_name", "unit", "manager_id", "tier", "language", "status")
    header += ("leave_from", "leave_until")
    first = ("E1", "e1@acme.example", "Eva", "Board", "", "staff", "en", "active", "2026-03-01", "2026-03-10")
    text = table([first], header=header)
    take_in(text=text)
    span = session.execute(select(Absence.from_on, Absence.until_on)).one()
    assert tuple(span) == (date(2026, 3, 1), date(2026, 3, 10))
    assert take_in(text=text)[0].unchanged == 1
    eva = person(session, "E1")
    absences.begin(session, eva.id, clock.today(), None, by_id=None)
    assert person(session, "E1").status == "leave"
    made, _ = take_in(text=text)
    assert (made.unchanged, person(session, "E1").status) == (1, "leave")


def test_an_import_is_undone_except_what_is_newer(session, files, take_in):
    take_in(TOP, BOB, ANN, row("E4"), row("E5"), row("E6"))
    made, _ = take_in(
        row("E1", given_name="Eva", tier="executive", unit="Elsewhere"),
        row("E3", manager_id="E1", location="Antwerp", hire_date="2024-02-29"),
        *(row("E4"), row("E5"), row("E6"), row("E7")),
        on_missing="deactivate",
    )
    changing.change(session, person(session, "E3").id, by_id=None, location="Lisbon")
    plan = undoing.outlook(session, made.id)
    assert [(one.field, one.now, one.before) for one in plan.left_alone] == [("location", "Lisbon", "Ghent")]
    running.undo(session, made.uid, by_id=None)
    session.expire_all()
    assert person(session, "E7").status == "left"
    assert (person(session, "E2").status, person(session, "E2").left_on) == ("active", None)
    ann = person(session, "E3")
    assert (ann.location, ann.manager_id) == ("Lisbon", person(session, "E2").id)
    with pytest.raises(Conflict):
        running.undo(session, made.uid, by_id=None)


def test_an_import_older_than_thirty_days_is_not_undone_and_its_file_is_forgotten(session, files, take_in):
    made, _ = take_in(TOP)
    key = made.file_key
    assert shelf.forget_files(session, files) == 1
    assert not files.exists(key)
    with clock.frozen(clock.now() + timedelta(days=31)), pytest.raises(Conflict, match="30 days"):
        running.undo(session, made.uid, by_id=None)


def test_what_waits_is_compared_anew_when_it_is_applied(session, files, take_in):
    take_in(TOP, BOB, ANN)
    waiting = running.bring(
        session, files, table([TOP, BOB, row("E9", email="new@acme.example")]).encode(), "b.csv", source="upload"
    )
    take_in(TOP, BOB, ANN, row("E8", email="new@acme.example"))
    with pytest.raises(Conflict, match="have changed since"):
        running.apply(session, files, waiting.uid)
    assert running.drop(session, waiting.uid, by_id=None).state == "undone"


def test_two_imports_at_once_take_turns(database: Database, session, files):
    session.commit()
    data = table([TOP, BOB, ANN]).encode()

    def bring(own):
        return running.bring_and_apply(own, files, data, "people.csv", source="command")

    assert at_once(database, [bring] * 3) == []
    states = session.execute(select(PeopleImport.state, PeopleImport.joined)).all()
    assert sorted(tuple(one) for one in states) == [("applied", 0), ("applied", 0), ("applied", 3)]


def test_the_number_of_statements_does_not_grow_with_the_file(session, files, statements):
    counts = []
    for size in (200, 600):
        rows = company(size)
        running.bring_and_apply(session, files, table(rows).encode(), "a.csv", source="command")
        statements.clear()
        running.bring_and_apply(session, files, table(changed(rows, 0.2)).encode(), "b.csv", source="command")
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 2


NAMES = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=8))
def test_complaint_60_what_is_exported_is_imported_without_a_difference(session, files, names):
    """Whatever people are called: formulas, apostrophes, quotes, separators, scripts from right to left."""
    start = session.scalar(select(func.max(Person.id))) or 0
    for number, (given_name, family_name, place) in enumerate(names, start):
        words = {"given_name": given_name, "family_name": family_name, "location": place}
        manager_id = session.scalar(select(func.max(Person.id)))
        session.add(Person(employee_id=f"K{number}", email=f"k{number}@acme.example", manager_id=manager_id, **words))
        session.flush()
    text = "".join(exporting.lines(session))
    seen = running.examine(session, text.encode())
    blank = [one for one in seen.difference.problems if "empty" in one.sentence]
    assert seen.difference.problems == blank
    if not blank:
        assert (seen.difference.count, seen.difference.unchanged) == (0, len(seen.here.by_key))


def test_undoing_ends_the_absence_that_began_with_the_file_and_opens_again_the_one_that_ended(session, take_in):
    away = row("E3", manager_id="E2", hire_date="2024-02-29", location="Ghent", status="leave")
    take_in(TOP, BOB, ANN)
    begun, _ = take_in(TOP, BOB, away)
    running.undo(session, begun.uid, by_id=None)
    assert not session.scalars(select(Absence)).all()
    with clock.frozen(clock.now() + timedelta(days=1)):
        absences.bring_up_to_date(session)
        session.expire_all()
        assert person(session, "E3").status == "active"
    with clock.frozen(clock.now() - timedelta(days=9)):
        take_in(TOP, BOB, away)
    ended, _ = take_in(TOP, BOB, ANN)
    plan = undoing.outlook(session, ended.id)
    assert (plan.set_back, plan.left_alone) == (1, [])
    running.undo(session, ended.uid, by_id=None)
    session.expire_all()
    assert person(session, "E3").status == "leave"
    absence = session.scalars(select(Absence)).one()
    assert (absence.from_on, absence.until_on) == (clock.today() - timedelta(days=9), None)


def test_undoing_leaves_an_absence_that_was_changed_by_hand_since(session, take_in):
    away = row("E3", manager_id="E2", hire_date="2024-02-29", location="Ghent", status="leave")
    take_in(TOP, BOB, ANN)
    made, _ = take_in(TOP, BOB, away)
    last = clock.today() + timedelta(days=5)
    absences.end(session, session.scalars(select(Absence.id)).one(), last, by_id=None)
    assert [one.field for one in undoing.outlook(session, made.id).left_alone] == ["leave"]
    running.undo(session, made.uid, by_id=None)
    session.expire_all()
    assert (person(session, "E3").status, session.scalars(select(Absence.until_on)).one()) == ("leave", last)


def test_undoing_takes_a_joiners_absence_with_her_and_opens_one_again_that_was_taken_away(session, take_in):
    take_in(TOP, BOB)
    made, _ = take_in(
        TOP, row("E2", given_name="Bob", manager_id="E1", tier="manager", status="leave"), row("E9", status="leave")
    )
    assert len(session.scalars(select(Absence)).all()) == 2
    back, _ = take_in(TOP, BOB, row("E9", status="leave"))
    assert session.scalars(select(Absence.person_id)).all() == [person(session, "E9").id]
    running.undo(session, back.uid, by_id=None)
    assert len(session.scalars(select(Absence)).all()) == 2
    running.undo(session, made.uid, by_id=None)
    assert not session.scalars(select(Absence)).all()
