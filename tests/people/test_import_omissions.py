"""Single people left out of an import that waits: they stay as they are, and the others must fit without them."""

import pytest
from sqlalchemy import select

from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Invalid
from lms.base.files import FileStore
from lms.people import erasure
from lms.people.imports import omissions, omitting, running
from lms.people.imports.models import ImportProblem
from lms.people.models import Person
from tests.people.files import row, table

COMPANY = (
    row("E1", given_name="Eva", tier="executive"),
    row("E2", given_name="Bob", manager_id="E1", tier="manager"),
    *(row(f"E{number}", manager_id="E2") for number in range(3, 13)),
)


@pytest.fixture
def files(tmp_path):
    return FileStore(tmp_path / "files")


@pytest.fixture
def bring(session, files):
    """The company as it is, and then another file about it that waits."""
    first = table(COMPANY).encode()
    running.bring_and_apply(session, files, first, "first.csv", source="command")

    def waiting(*rows, on_missing="keep"):
        return running.bring(session, files, table(rows).encode(), "b.csv", source="upload", on_missing=on_missing)

    return waiting


def stands(session, key):
    session.expire_all()
    found = session.scalar(select(Person).where(Person.employee_id == key))
    return found and (found.location, found.status)


def test_who_is_left_out_stays_as_she_is_and_the_next_file_brings_the_change_again(session, files, bring):
    rows = (row("E3", location="Ghent", manager_id="E2"), row("E4", location="Ghent", manager_id="E2"), row("E99"))
    made = bring(*rows)
    omitting.leave_out(session, files, made.uid, {"E3": "changed", "E99": "joiner", "nobody": "mover"}, by_id=None)
    assert (made.changed, made.joined, made.rows) == (1, 0, 3)
    running.apply(session, files, made.uid)
    assert [stands(session, key) for key in ("E3", "E4", "E99")] == [("", "active"), ("Ghent", "active"), None]
    assert omissions.count(session, made.id) == 2
    told = session.scalars(select(AuditEntry).where(AuditEntry.deed == "applied an import of people")).all()
    assert [one.details["left_out"] for one in told] == [0, 2]
    again = running.difference(session, files, bring(*rows).uid)
    assert [one.key for one in again.each()] == ["E99", "E3"]


def test_leavers_left_out_stay_with_their_reports_whether_they_stand_in_the_file_or_not(session, files, bring):
    made = bring(COMPANY[0], row("E2", manager_id="E1", tier="manager", status="left"), on_missing="deactivate")
    assert (made.state, made.leaving) == ("stopped", 11)
    staying = ["E2", *(f"E{number}" for number in range(4, 13))]
    omitting.leave_out(session, files, made.uid, dict.fromkeys(staying, "leaver"), by_id=None)
    assert (made.state, made.leaving) == ("checked", 1)
    running.apply(session, files, made.uid)
    bob = session.scalars(select(Person).where(Person.employee_id == "E2")).one()
    led = session.scalars(select(Person.employee_id).where(Person.manager_id == bob.id, Person.status == "active"))
    assert (bob.status, len(led.all()), stands(session, "E3")) == ("active", 9, ("", "left"))


def test_who_is_taken_in_again_changes_with_the_others(session, files, bring):
    made = bring(row("E3", location="Ghent", manager_id="E2"), row("E4", location="Ghent", manager_id="E2"))
    omitting.leave_out(session, files, made.uid, {"E3": "changed", "E4": "changed"}, by_id=None)
    omitting.take_in(session, files, made.uid, {"E3"}, by_id=None)
    assert [one.key for one in omissions.listed(session, made.id, 10)] == ["E4"]
    running.apply(session, files, made.uid)
    assert stands(session, "E3") == ("Ghent", "active")


def test_a_person_whom_others_of_the_file_need_cannot_be_left_out(session, files, bring):
    made = bring(row("N1", given_name="Ines"), row("E3", manager_id="N1"))
    with pytest.raises(Conflict, match=r"line 3 would not fit any more\. Nobody has this employee number"):
        omitting.leave_out(session, files, made.uid, {"N1": "joiner"}, by_id=None)


def test_only_from_a_file_that_waits_and_only_who_is_ticked(session, files, bring):
    made = bring(row("E3", location="Ghent", manager_id="E2"))
    with pytest.raises(Invalid):
        omitting.leave_out(session, files, made.uid, {}, by_id=None)
    running.apply(session, files, made.uid)
    with pytest.raises(Conflict):
        omitting.leave_out(session, files, made.uid, {"E3": "changed"}, by_id=None)


@pytest.mark.usefixtures("app")
def test_erasing_somebody_forgets_that_she_was_left_out(session, files, bring):
    made = bring(row("E3", location="Ghent", manager_id="E2"))
    omitting.leave_out(session, files, made.uid, {"E3": "changed"}, by_id=None)
    running.drop(session, made.uid, by_id=None)
    erasure.erase(session, session.scalars(select(Person.id).where(Person.employee_id == "E3")).one(), "She asked")
    assert session.execute(select(ImportProblem.value, ImportProblem.sentence)).all() == [("–", "–")]
