"""Changing one person by hand, and who is away when."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Invalid
from lms.people import absences, changing, signin
from lms.people.models import Absence, PersonPast, SignIn


def test_a_change_keeps_how_it_was_and_who_did_it(session, people):
    changing.change(session, people.alice.id, by_id=people.diana.id, unit="Benelux/New team", job=" Care  agent ")
    past = session.scalars(select(PersonPast)).one()
    assert (past.person_id, past.job, past.unit_id != people.alice.unit_id) == (people.alice.id, "", True)
    assert people.alice.job == "Care agent"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "changed a person")).one()
    assert entry.details["fields"]["job"] == ["", "Care agent"]
    changing.change(session, people.alice.id, by_id=None, job="Care agent")
    assert len(session.scalars(select(PersonPast)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"email": "BOB@acme.example"}, Conflict),
        ({"email": "nobody"}, Invalid),
        ({"tier": "boss"}, Invalid),
        ({"status": "gone"}, Invalid),
        ({"time_zone": "Mars/Base"}, Invalid),
        ({"given_name": " "}, Invalid),
        ({"country": "XX"}, Invalid),
    ],
)
def test_what_cannot_be_is_refused(session, people, fields, refusal):
    with pytest.raises(refusal):
        changing.change(session, people.alice.id, by_id=None, **fields)


def test_reporting_lines_never_go_round_in_a_circle(session, people):
    with pytest.raises(Conflict, match="lead each other"):
        changing.change(session, people.diana.id, by_id=None, manager_id=people.alice.id)


def test_complaint_64_and_66_who_leaves_is_signed_out_and_gives_her_reports_up(session, people):
    signin.start(session, people.bob.id, "tests")
    changing.change(session, people.bob.id, by_id=None, status="left")
    session.expire_all()
    assert (people.bob.left_on, people.alice.manager_id) == (clock.today("Europe/Brussels"), people.diana.id)
    assert session.scalars(select(SignIn)).one().ended_at is not None


def test_complaint_65_days_away_count_once_and_over_the_end_of_a_year(session, people):
    alice = people.alice.id
    absences.begin(session, alice, date(2025, 12, 30), date(2026, 1, 2))
    absences.begin(session, alice, date(2026, 1, 10), None)
    with pytest.raises(Conflict, match="noted already"):
        absences.begin(session, alice, date(2026, 2, 1), date(2026, 2, 3))
    with pytest.raises(Invalid):
        absences.begin(session, alice, date(2025, 2, 2), date(2025, 2, 1))
    assert absences.days_between(session, [alice], date(2025, 12, 31), date(2026, 1, 11)) == {alice: 5}
    overlapping = [(date(2026, 1, 1), date(2026, 1, 4)), (date(2026, 1, 3), None)]
    assert absences.days_in(overlapping, date(2026, 1, 1), date(2026, 1, 10)) == 10
    assert people.alice.status == "leave"
    absences.end(
        session, session.scalars(select(Absence.id).where(Absence.until_on.is_(None))).one(), date(2026, 1, 12)
    )
    assert people.alice.status == "active"


def test_the_night_begins_and_ends_absences(session, people):
    today = clock.today()
    absences.begin(session, people.alice.id, today + timedelta(days=2), today + timedelta(days=3))
    assert people.alice.status == "active"
    seen = []
    for days in (1, 2, 3, 4, 5):
        with clock.frozen(clock.now() + timedelta(days=days)):
            absences.bring_up_to_date(session)
            session.refresh(people.alice)
            seen.append(people.alice.status)
    assert seen == ["active", "leave", "leave", "active", "active"]
