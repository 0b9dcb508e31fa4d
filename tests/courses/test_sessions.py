"""Live sessions: seats, waiting lists, times that exist, calendar files that others read, and who was there."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from courses import catalog, progress
from courses.enrollment_models import LessonCompletion
from courses.models import Lesson
from courses.sessions import calendar, planning, seats
from courses.sessions.models import LiveSession, Seat
from courses.sessions.planning import Plan
from lms.base import clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def course(session, make):
    """A course whose only lesson is live."""
    make.guideline()
    course = make.course("workshop", lessons=0)
    version = make.course_version(course, number=2, lessons=1)
    session.scalars(select(Lesson).where(Lesson.version_id == version.id)).one().kind = "live"
    session.flush()
    make.publish(version)
    return catalog.get(session, "workshop")


@pytest.fixture
def author(make):
    return make.person("Dana", roles=["author"])


def plan(**more) -> Plan:
    starts = more.pop("starts_at", NOW + timedelta(days=7))
    values = {"time_zone": "Europe/Brussels", "place": "Room 4", "link": "", "seats": 2, "language": "en"}
    return Plan(**{"starts_at": starts, "ends_at": starts + timedelta(hours=1), "host_email": "", **values, **more})


@pytest.fixture
def planned(session, course, author) -> LiveSession:
    return planning.plan(session, course.id, "lesson-1", plan(), author.id)


def states(session) -> list[str]:
    return list(session.scalars(select(Seat.state).order_by(Seat.id)))


def test_who_comes_when_all_seats_are_taken_waits_in_line(session, course, planned, make):
    people = [make.person() for _ in range(4)]
    for person in people:
        seats.book(session, planned.uid, person.id)
        seats.book(session, planned.uid, person.id)
    assert states(session) == ["booked", "booked", "waiting", "waiting"]
    [last] = seats.offered(session, course.id, "lesson-1", people[3].id)
    assert (last.mine, last.place_in_line, last.seats_left, last.link) == ("waiting", 2, 0, "")


def test_the_first_in_line_moves_up_and_is_told(session, planned, make):
    people = [make.person() for _ in range(4)]
    for minute, person in enumerate(people):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            seats.book(session, planned.uid, person.id)
    seats.give_back(session, planned.uid, people[0].id)
    assert states(session) == ["cancelled", "booked", "booked", "waiting"]
    [mail] = session.scalars(select(OutboxMessage)).all()
    assert mail.recipient == people[2].email
    seats.book(session, planned.uid, people[0].id)
    assert states(session) == ["waiting", "booked", "booked", "waiting"]
    [again] = seats.offered(session, planned.course_id, "lesson-1", people[0].id)
    assert again.place_in_line == 2 or again.session.seats == 2


def test_more_seats_move_the_line_up_and_fewer_than_are_taken_are_refused(session, planned, make, author):
    for _ in range(3):
        seats.book(session, planned.uid, make.person().id)
    with pytest.raises(Invalid, match="More people than that"):
        planning.change(session, planned.uid, plan(seats=1), author.id)
    planning.change(session, planned.uid, plan(seats=3), author.id)
    assert states(session) == ["booked"] * 3
    assert planned.revision == 1


def test_who_has_a_seat_is_told_of_another_time_and_of_the_end(session, planned, make, author):
    person = make.person()
    seats.book(session, planned.uid, person.id)
    planning.change(session, planned.uid, plan(place="Room 5"), author.id)
    planning.change(session, planned.uid, plan(place="Room 5", seats=9), author.id)
    planning.cancel(session, planned.uid, author.id)
    subjects = list(session.scalars(select(OutboxMessage.subject).order_by(OutboxMessage.id)))
    assert subjects == ["A session has changed", "A session is cancelled"]
    for deed in (lambda: planning.cancel(session, planned.uid, author.id), lambda: seats.book(session, planned.uid, 1)):
        with pytest.raises(Conflict, match="cancelled"):
            deed()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"starts_at": NOW - timedelta(days=1)}, "in the past"),
        ({"ends_at": NOW}, "ends before it begins"),
        ({"place": ""}, "Say where it is"),
        ({"link": "http://example.org"}, "https://"),
        ({"link": "javascript:alert(1)"}, "https://"),
        ({"link": "https://"}, "https://"),
        ({"link": "https://example.org/a b"}, "https://"),
        ({"place": "x" * 301}, "longer than 300"),
        ({"seats": 0}, "from 1 to"),
        ({"seats": 10**9}, "from 1 to"),
        ({"language": "xx"}, "language"),
        ({"host_email": "nobody@acme.example"}, "Nobody here"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_reason(session, course, author, wrong, sentence):
    with pytest.raises(Invalid, match=sentence):
        planning.plan(session, course.id, "lesson-1", plan(**wrong), author.id)
    assert session.scalar(select(func.count()).select_from(LiveSession)) == 0


def test_only_a_live_lesson_has_sessions(session, course, make):
    make.course("other")
    for slug, lesson in (("other", "lesson-1"), ("workshop", "lesson-9"), ("nothing", "lesson-1")):
        with pytest.raises(NotFound):
            planning.live_lesson(session, slug, lesson)


def test_the_lesson_is_done_for_who_was_there(session, course, planned, make, author):
    here, away = make.person(), make.person()
    for person in (here, away):
        progress.remember_place(session, person.id, course.id, "lesson-1")
        seats.book(session, planned.uid, person.id)
    with pytest.raises(Conflict, match="by being at a session"):
        progress.complete_lesson(session, here.id, course, "lesson-1")
    with pytest.raises(Conflict, match="once the session has begun"):
        seats.mark(session, planned.uid, {here.id}, author.id)
    with clock.frozen(planned.ends_at):
        seats.mark(session, planned.uid, {here.id}, author.id)
        seats.mark(session, planned.uid, {here.id}, author.id)
        with pytest.raises(Conflict, match="by being at a session"):
            progress.complete_lesson(session, away.id, course, "lesson-1")
    assert session.scalar(select(func.count()).select_from(LessonCompletion)) == 1
    assert [seat.attended for seat, _ in seats.attendance(session, planned.id)].count(True) == 1


def test_offers_ask_as_often_for_one_session_as_for_many(session, course, author, make, statements):
    reader = make.person()

    def asked(count: int) -> int:
        for _ in range(count):
            found = planning.plan(session, course.id, "lesson-1", plan(), author.id)
            seats.book(session, found.uid, reader.id)
        statements.clear()
        seats.offered(session, course.id, "lesson-1", reader.id)
        return len(statements)

    assert asked(1) == asked(6)


def test_never_more_are_booked_than_there_are_seats_however_many_come_at_once(database, make, course, planned):
    people = [make.person().id for _ in range(8)]
    make.session.commit()
    failures: list[BaseException] = []

    def come(person_id: int) -> None:
        try:
            with clock.frozen(NOW), database.transaction() as session:
                seats.book(session, planned.uid, person_id)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=come, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        assert sorted(states(session)) == ["booked"] * 2 + ["waiting"] * 6


BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 28), time(2, 30), "2026-03-28T01:30"),
        (date(2026, 3, 29), time(3, 0), "2026-03-29T01:00"),
        (date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),
        (date(2028, 2, 29), time(9, 0), "2028-02-29T08:00"),
        (date(2026, 7, 1), time(0, 0), "2026-06-30T22:00"),
    ],
)
def test_times_are_those_that_clocks_at_the_place_show(day, at, utc):
    assert calendar.moment_of(day, at, BRUSSELS).isoformat().startswith(utc)


@pytest.mark.parametrize("at", [time(2, 0), time(2, 30), time(2, 59)])
def test_a_time_that_the_clocks_skip_is_refused(at):
    with pytest.raises(Invalid, match="the clocks go forward"):
        calendar.moment_of(date(2026, 3, 29), at, BRUSSELS)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "Europe", "x" * 5000])
def test_a_zone_that_is_none_is_refused(name):
    with pytest.raises(Invalid, match="is no time zone"):
        calendar.zone(name)


@given(st.text(max_size=300), st.text(max_size=300))
def test_calendar_files_are_read_by_others_and_say_the_same(title, place):
    words = calendar.event(
        uid="a" * 32,
        revision=3,
        made_at=NOW,
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        title=title,
        place=place,
        link="https://example.org/room",
        cancelled=False,
        host="university.example",
    )
    assert all(len(line.encode()) <= 75 for line in words.split("\r\n"))
    assert "\n" not in words.replace("\r\n", "")
    [event] = icalendar.Calendar.from_ical(words).walk("VEVENT")
    shown = "".join(letter for letter in title if letter == "\n" or letter.isprintable())
    assert str(event["SUMMARY"]) == shown
    assert (event.decoded("DTSTART"), event["SEQUENCE"], str(event["UID"])) == (
        NOW,
        3,
        f"{'a' * 32}@university.example",
    )


FIELDS = {
    "day": "2026-03-20",
    "starts": "09:30",
    "ends": "10:30",
    "time_zone": "Europe/Brussels",
    "place": "Room 4",
    "link": "https://meet.example.org/x",
    "seats": "1",
    "language": "en",
    "host": "",
}
STUDIO = "/studio/workshop/lesson-1/sessions"


def test_a_session_is_planned_booked_given_back_and_attended_on_pages(course, author, client_for, make, session):
    third = make.person("Carol")
    dana, alice, carol = client_for(author), client_for(make.person("Alice")), client_for(third)
    refused = dana.submit(STUDIO, FIELDS | {"day": "2026-03-29", "starts": "02:30"})
    assert refused.status_code == 422
    assert "clocks go forward" in refused.text
    assert "Room 4" in refused.text
    assert dana.submit(STUDIO, FIELDS).status_code == 303
    found = session.scalars(select(LiveSession)).one()
    assert "Room 4" in dana.get(STUDIO).text
    page = alice.get("/courses/workshop/lesson-1").text
    assert "20 March 2026, 09:30" in page
    assert "meet.example.org" not in page
    assert alice.submit(f"/sessions/{found.uid}/book").status_code == 303
    assert "meet.example.org" in alice.get("/courses/workshop/lesson-1").text
    assert carol.submit(f"/sessions/{found.uid}/book").status_code == 303
    assert "number 1 in line" in carol.get("/courses/workshop/lesson-1").text
    file = alice.get(f"/sessions/{found.uid}.ics")
    assert file.headers["Content-Type"].startswith("text/calendar")
    assert "meet.example.org" in file.text
    assert "meet.example.org" not in carol.get(f"/sessions/{found.uid}.ics").text
    assert alice.submit(f"/sessions/{found.uid}/give-back").status_code == 303
    assert "You have a seat" in carol.get("/courses/workshop/lesson-1").text
    with clock.frozen(found.ends_at):
        dana, carol = client_for(author), client_for(third)
        assert "Carol" in dana.get(f"/sessions/{found.uid}/attendance").text
        carols = session.scalars(select(Seat.person_id).where(Seat.state == "booked")).one()
        assert dana.submit(f"/sessions/{found.uid}/attendance", {"present": [str(carols), "x"]}).status_code == 303
        assert "You were there" in carol.get("/courses/workshop/lesson-1").text
    assert "Carol" in dana.get(f"/sessions/{found.uid}/attendance.csv").text


def test_attendance_is_for_the_host_and_authors(course, author, client_for, make, session):
    host = make.person("Hanna", email="hanna@acme.example")
    planning.plan(session, course.id, "lesson-1", plan(host_email=host.email), author.id)
    uid = session.scalars(select(LiveSession.uid)).one()
    assert client_for(host).get(f"/sessions/{uid}/attendance").status_code == 200
    other = client_for(make.person("Charlie"))
    assert other.get(f"/sessions/{uid}/attendance").status_code == 404
    assert other.get(f"/sessions/{uid}/attendance.csv").status_code == 404
    assert other.submit(f"/sessions/{uid}/attendance").status_code == 404
    assert other.get(f"/studio/sessions/{uid}").status_code == 403


def test_a_planned_session_is_changed_and_cancelled_on_its_page(course, author, client_for, session):
    dana = client_for(author)
    dana.submit(STUDIO, FIELDS)
    uid = session.scalars(select(LiveSession.uid)).one()
    assert 'value="09:30"' in dana.get(f"/studio/sessions/{uid}").text
    assert dana.submit(f"/studio/sessions/{uid}", FIELDS | {"seats": "zero"}).status_code == 422
    assert dana.submit(f"/studio/sessions/{uid}", FIELDS | {"place": "Room 9"}).status_code == 303
    assert "Room 9" in dana.get(STUDIO).text
    assert dana.submit(f"/studio/sessions/{uid}/cancel").status_code == 303
    assert "Cancelled" in dana.get(STUDIO).text
    assert dana.submit(f"/studio/sessions/{uid}/cancel").status_code == 409
