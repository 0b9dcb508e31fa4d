"""Somebody's days as a calendar at a private address."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest

from certificates.periods import planning
from certificates.periods.planning import Plan
from certificates.standing import Scope
from courses.sessions.models import LiveSession, Seat
from lms.base import clock
from lms.reminders import feed

TODAY = date(2026, 11, 20)


@pytest.fixture
def world(session, make, people, ladders):
    rule = ladders.rule(make.course(title="Principles, first; part"))
    own = ladders.takes(people.alice, rule, date(2026, 11, 27))
    ladders.takes(people.bob, rule, date(2026, 11, 28))
    starts = datetime(2026, 12, 1, 9, tzinfo=UTC)
    words = {"course_id": rule.course_id, "lesson": "lesson-1", "place": "Ghent", "language": "en", "seats": 5}
    when = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "time_zone": "Europe/Brussels"}
    meeting = LiveSession(**words, **when, created_at=clock.now())
    session.add(meeting)
    session.flush()
    session.add(Seat(session_id=meeting.id, person_id=people.alice.id, state="booked", asked_at=clock.now()))
    session.flush()
    return own


def test_a_calendar_holds_own_due_days_and_live_sessions_and_stays_the_same(app, session, people, world, anonymous):
    with clock.frozen(datetime(2026, 11, 20, tzinfo=UTC)):
        token = feed.make(session, people.alice.id)
        answer = anonymous.get(f"/calendar/{token}.ics")
        again = anonymous.get(f"/calendar/{token}.ics", headers={"If-None-Match": answer.headers["ETag"]})
    assert answer.mimetype == "text/calendar"
    assert again.status_code == 304
    events = {str(one["SUMMARY"]): one for one in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")}
    due = events["Due: Principles, first; part"]
    assert due["DTSTART"].dt == date(2026, 11, 27), "a day, not a moment: the same day in every time zone"
    assert str(due["UID"]).startswith(f"due-{world.uid}@")
    assert events["Principles, first; part"]["DTSTART"].dt == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert len(events) == 2


@pytest.mark.sqlite_only
def test_a_new_address_ends_the_old_one_and_of_who_left_there_is_none(session, people, world, client_for, anonymous):
    alice = client_for(people.alice)
    assert b".ics" not in alice.get("/calendar").data
    first = _address(alice.submit("/calendar"))
    assert anonymous.get(first).status_code == 200
    second = _address(alice.submit("/calendar"))
    assert anonymous.get(first).status_code == 404
    assert anonymous.get(second).status_code == 200
    people.alice.status = "left"
    session.flush()
    assert anonymous.get(second).status_code == 404
    people.alice.status = "active"
    session.flush()
    alice.submit("/calendar/end")
    assert anonymous.get(second).status_code == 404


def test_quiet_periods_and_embargoes_are_a_calendar_of_their_own(session, people, make, client_for, anonymous):
    hub = make.person("Hugo", roles=["hub"])
    with clock.frozen(datetime(2026, 11, 20, tzinfo=UTC)):
        scope = Scope.of([("topic", "results"), ("country", "be")])
        planning.make_period(session, Plan("Results; of 2026", TODAY, date(2026, 12, 3), scope=scope), by_id=hub.id)
        gone = planning.make_period(session, Plan("Never mind", TODAY, TODAY), by_id=hub.id)
        planning.cancel_period(session, gone.id, by_id=hub.id)
        page = client_for(people.alice).submit("/calendar")
        address = _address(page).replace(".ics", "/quiet.ics")
        assert address in page.text
        answer = anonymous.get(address)
        again = anonymous.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        people.alice.status = "left"
        session.flush()
        assert anonymous.get(address).status_code == 404
    assert (answer.mimetype, again.status_code) == ("text/calendar", 304)
    (event,) = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Quiet period: Results; of 2026"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (TODAY, date(2026, 12, 4)), "the day after the last"
    assert "Belgium" in str(event["DESCRIPTION"])


def _address(answer) -> str:
    text = answer.get_data(as_text=True)
    start = text.index("/calendar/", text.index('class="mono'))
    return text[start : text.index(".ics", start) + 4]
