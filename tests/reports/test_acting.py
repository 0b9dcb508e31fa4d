"""What a manager does for her people: nudge, give a course, name a deputy; and who may."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from babel.dates import format_date
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment, EnrollmentChange
from courses.models import Course
from lms.assignments import extending
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people import deputies
from lms.people.deputies import Wanted
from lms.people.models import Deputy, Person, ReportingLine
from lms.reminders import deputizing
from lms.reminders.models import Notice, Nudge
from lms.reports import acting, around, reach
from lms.reports.acting import Actor, Gift
from lms.reports.counters.rebuilding import rebuild
from tests.make import Make, People
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
WORDS = "Hi {first name}, “{course}” is waiting."


@pytest.fixture
def course(make: Make, people: People, session: Session) -> Course:
    course = make.course(title="Principles")
    make.enrollment(people.alice, course, due_in=-3)
    make.enrollment(people.bob, course, due_in=5)
    rebuild(session)
    return course


def actor(person: Person) -> Actor:
    return Actor(person.id, person.name, person.email)


def far(days: int) -> date:
    return clock.today() + timedelta(days)


def deputy(session: Session, manager: Person, person: Person, first: int = 0, last: int = 7, **more: object) -> Deputy:
    days = {"from_on": clock.today() + timedelta(first), "until_on": clock.today() + timedelta(last)}
    row = Deputy(manager_id=manager.id, deputy_id=person.id, named_at=clock.now(), **days, **more)
    session.add(row)
    session.flush()
    return row


def line(session: Session, person: Person, manager: Person, kind: str = "dotted") -> None:
    session.add(ReportingLine(person_id=person.id, manager_id=manager.id, kind=kind, noted_at=clock.now()))
    session.flush()


def test_a_nudge_is_in_her_own_words_with_name_and_course_in_a_letter_in_the_readers_language(
    session: Session, people: People, course: Course
) -> None:
    people.alice.language = "nl"
    session.flush()
    found = acting.nudge(session, actor(people.bob), [people.alice.uid], WORDS, clock.today())
    assert [one.name for one in found.reached] == ["Alice Janssen"]
    letter = session.scalars(select(OutboxMessage)).one()
    assert letter.recipient == people.alice.email
    assert letter.body.startswith("Hi Alice, “Principles (nl)” is waiting.\n\nBob de Vries\n")
    assert people.bob.email in letter.body, "an answer to the address it comes from reaches nobody"
    notice = session.scalars(select(Notice)).one()
    assert (notice.person_id, notice.body) == (people.alice.id, "Hi Alice, “Principles (nl)” is waiting.")
    assert session.scalars(select(Nudge.course_id)).one() == course.id


def test_a_person_is_nudged_once_a_week_whoever_nudges(session: Session, people: People, course: Course) -> None:
    today = clock.today()
    acting.nudge(session, actor(people.bob), [people.alice.uid], WORDS, today)
    found = acting.nudge(session, actor(people.diana), [people.alice.uid, people.bob.uid], WORDS, today)
    assert [one.name for one in found.reached] == ["Bob de Vries"]
    assert [(one.name, one.left_out) for one in found.left_out] == [
        ("Alice Janssen", "was nudged less than a week ago")
    ]
    with clock.frozen(clock.now() + timedelta(days=7, minutes=1)):
        found = acting.nudge(session, actor(people.diana), [people.alice.uid], WORDS, clock.today())
    assert [one.name for one in found.reached] == ["Alice Janssen"]


def test_who_is_on_leave_or_has_nothing_to_finish_is_left_out_and_said(
    session: Session, make: Make, people: People, course: Course
) -> None:
    away = make.person("Lies", manager=people.bob, status="leave")
    make.enrollment(away, course, due_in=-9)
    done = make.person("Dirk", manager=people.bob)
    make.enrollment(done, course, completed=True)
    rebuild(session)
    found = acting.chosen_for_nudge(session, people.bob.id, [away.uid, done.uid], clock.today())
    assert not found.reached
    assert [one.left_out for one in found.left_out] == ["is on leave", "has no course to finish"]


@pytest.mark.parametrize(
    ("words", "said"),
    [("  ", "is empty"), ("x" * 1001, "1001 characters"), ("Hi {name}", "“{name}” stands for nothing")],
)
def test_words_that_cannot_be_sent_are_refused_with_a_sentence(
    session: Session, people: People, course: Course, words: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        acting.nudge(session, actor(people.bob), [people.alice.uid], words, clock.today())


def test_a_name_with_braces_is_only_a_name(session: Session, people: People, course: Course) -> None:
    people.alice.given_name = "{course}"
    session.flush()
    acting.nudge(session, actor(people.bob), [people.alice.uid], WORDS, clock.today())
    assert "Hi {course}, “Principles”" in session.scalars(select(Nudge.words)).one()


def test_nobody_nudges_or_assigns_in_another_team(session: Session, people: People, course: Course) -> None:
    today = clock.today()
    for who in ([people.charlie.uid], [people.diana.uid], [people.bob.uid], ["x"], ["0" * 32]):
        with pytest.raises(NotFound):
            acting.nudge(session, actor(people.bob), who, WORDS, today)
        with pytest.raises(NotFound):
            acting.assign(session, actor(people.bob), who, Gift(course.slug, today, "r"), today)


def test_as_many_statements_for_one_as_for_many(
    session: Session, make: Make, people: People, course: Course, statements: list[str]
) -> None:
    many = [make.person("Many", f"Person {number}", manager=people.bob) for number in range(30)]
    for person in many:
        make.enrollment(person, course, due_in=-3)
    other = make.course("other")
    rebuild(session)
    counts, bob, diana, slug = [], actor(people.bob), actor(people.diana), other.slug
    for uids in ([people.alice.uid], [one.uid for one in many]):
        statements.clear()
        acting.nudge(session, bob, uids, WORDS, clock.today())
        counts.append(len(statements))
        statements.clear()
        acting.assign(session, diana, uids, Gift(slug, clock.today(), "r"), clock.today())
        counts.append(len(statements))
    print(counts, [s[:90] for s in statements])
    assert counts[2] <= counts[0], "the first loads the courses"
    assert counts[3] <= counts[1]


def test_a_course_is_given_with_a_day_and_a_reason(
    session: Session, make: Make, people: People, course: Course
) -> None:
    done, own = make.person("Done", manager=people.bob), make.person("Own", manager=people.bob)
    make.enrollment(done, course, completed=True)
    make.enrollment(own, course)
    new, due_on = make.person("New", manager=people.bob), clock.today() + timedelta(days=20)
    rebuild(session)
    who = [one.uid for one in (people.alice, done, own, new)]
    gift = Gift(course.slug, due_on, "You answer reviews now.")
    found = acting.assign(session, actor(people.bob), who, gift, clock.today())
    assert {one.given_name for one in found.reached} == {"Own", "New"}
    assert {one.given_name: one.left_out for one in found.left_out} == {
        "Alice": "takes it already, with a day of its own",
        "Done": "has completed it",
    }
    dated = session.execute(select(Enrollment.person_id, Enrollment.due_on).where(Enrollment.due_on == due_on)).all()
    assert {row.person_id for row in dated} == {own.id, new.id}
    assert set(session.scalars(select(EnrollmentChange.reason))) == {"You answer reviews now."}
    assert session.scalars(select(OutboxMessage)).all()


def test_a_deputy_sees_and_acts_for_the_manager_from_the_first_day_to_the_last(
    session: Session, people: People, course: Course
) -> None:
    charlie, alice = people.charlie, people.alice
    row = deputy(session, people.bob, charlie, 1, 2)
    for days, seen in ((0, False), (1, True), (2, True), (3, False)):
        with clock.frozen(clock.now() + timedelta(days=days)):
            assert reach.may_see(session, charlie.id, alice.id) is seen, days
    row.from_on = clock.today()
    session.flush()
    acting.nudge(session, actor(charlie), [alice.uid], WORDS, clock.today())
    entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "nudged somebody")).one()
    assert (entry.actor_id, entry.details["instead_of"]) == (charlie.id, people.bob.id)
    assert (entry.details["by_name"], entry.details["for_name"]) == ("Charlie Brown", "Bob de Vries")
    assert not reach.may_see(session, charlie.id, people.bob.id), "nor the manager herself"
    assert not reach.may_see(session, charlie.id, people.diana.id)
    row.ended_at = clock.now()
    session.flush()
    assert not reach.may_see(session, charlie.id, alice.id)


def test_a_second_manager_and_a_dotted_line_see_the_person_and_those_below(
    session: Session, make: Make, people: People, course: Course
) -> None:
    line(session, people.bob, people.charlie)
    erik = make.person("Erik")
    line(session, people.alice, erik, "second")
    deputy(session, people.charlie, make.person("Stand", "In"))
    stand_in = session.scalars(select(Person).where(Person.family_name == "In")).one()
    rebuild(session)
    everybody = {
        viewer.id: {one.given_name for one in people if reach.may_see(session, viewer.id, one.id)}
        for viewer in (people.charlie, erik, stand_in, people.alice)
    }
    assert everybody == {
        people.charlie.id: {"Alice", "Bob"},
        erik.id: {"Alice"},
        stand_in.id: {"Alice", "Bob"},
        people.alice.id: set(),
    }
    found = around.read(session, people.charlie.id, people.charlie.id, clock.today())
    assert [(one.name, one.kind, one.below) for one in found.beside] == [("Bob de Vries", "dotted", 1)]


def test_a_leaver_is_seen_by_nobody(session: Session, people: People, course: Course) -> None:
    people.alice.status = "left"
    rebuild(session)
    assert not reach.may_see(session, people.bob.id, people.alice.id)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(2, 1, "before the first"), (-9, -1, "is over"), (0, 400, "at most a year")],
)
def test_days_of_a_deputy_that_cannot_be_are_refused(
    session: Session, people: People, first: int, last: int, said: str
) -> None:
    today = clock.today()
    with pytest.raises(Invalid, match=said):
        days = (today + timedelta(first), today + timedelta(last))
        deputies.name(session, people.bob.id, Wanted(people.charlie.uid, *days), by_id=people.bob.id)


def test_a_deputy_is_named_once_for_a_time_and_ended(session: Session, people: People) -> None:
    today, bob = clock.today(), people.bob
    named = deputies.name(
        session, bob.id, Wanted(people.charlie.uid, today, today + timedelta(9), "Leave"), by_id=bob.id
    )
    with pytest.raises(Conflict, match="Charlie Brown stands in for you"):
        deputies.name(
            session, bob.id, Wanted(people.charlie.uid, today + timedelta(9), today + timedelta(12)), by_id=bob.id
        )
    for uid in (bob.uid, "nobody"):
        with pytest.raises(Invalid):
            deputies.name(session, bob.id, Wanted(uid, today, today), by_id=bob.id)
    with pytest.raises(NotFound):
        deputies.end(session, people.diana.id, named.id, by_id=people.diana.id)
    deputies.end(session, bob.id, named.id, by_id=bob.id)
    with pytest.raises(NotFound):
        deputies.end(session, bob.id, named.id, by_id=bob.id)
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.subject == f"person:{bob.id}")).all()
    assert deeds == ["named a deputy", "ended a deputy"]


def test_a_deputy_is_told_in_her_language_by_mail_and_on_her_list(
    app: Flask, session: Session, people: People, make: Make
) -> None:
    today, bob, charlie = clock.today(), people.bob, people.charlie
    charlie.language = "nl"
    administrator = make.person("Dana")
    days = (today, today + timedelta(9))
    with app.app_context():
        deputizing.name(session, bob.id, Wanted(charlie.uid, *days, "Leave"), by_id=administrator.id)
    letter = session.scalars(select(OutboxMessage)).one()
    assert letter.recipient == charlie.email
    assert "Bob de Vries" in letter.subject
    assert "Leave" in letter.body
    assert format_date(today, "d MMMM y", locale="nl") in letter.body
    notice = session.scalars(select(Notice).where(Notice.person_id == charlie.id)).one()
    assert (notice.subject, notice.address) == (letter.subject, "/team")
    assert session.scalars(select(Deputy.named_by_id)).one() == administrator.id
    with pytest.raises(Conflict, match="nobody to stand in for"):
        deputizing.name(session, people.alice.id, Wanted(charlie.uid, *days), by_id=administrator.id)


@pytest.mark.sqlite_only
def test_the_pages_of_a_deputy(client_for: ClientFor, session: Session, people: People, course: Course) -> None:
    charlie = client_for(people.charlie)
    assert charlie.get("/team").status_code == 403
    bob = client_for(people.bob)
    assert "Charlie Brown" in bob.get("/team/deputies?q=char").text
    days = {"from_on": clock.today().isoformat(), "until_on": (clock.today() + timedelta(9)).isoformat()}
    refused = bob.submit("/team/deputies", {"deputy": people.charlie.uid, "q": "char", "from_on": days["from_on"]})
    assert refused.status_code == 422
    assert days["from_on"] in refused.text
    assert bob.submit("/team/deputies", {"deputy": people.charlie.uid, **days}).status_code == 303
    answer = charlie.get("/team")
    assert (answer.status_code, answer.location) == (302, f"/team/{people.bob.uid}"), "she has nobody of her own"
    page = charlie.get(f"/team/{people.bob.uid}").text
    assert "Standing in for Bob de Vries" in page
    assert "My team" not in page.partition("<main")[2].partition("</main>")[0]
    listed = bob.get("/team/deputies").text
    assert "Standing in now" in listed
    assert ">Before<" not in listed
    assert "Team of Bob de Vries" in page
    assert "Alice Janssen" in page
    assert charlie.get(f"/team/{people.alice.uid}").status_code == 200
    assert "You stand in for Bob de Vries." in charlie.get(f"/team/{people.alice.uid}").text
    assert b"Alice" in charlie.get(f"/team/{people.bob.uid}.csv").data
    assert charlie.get(f"/team/{people.diana.uid}").status_code == 404
    line(session, people.bob, people.charlie)
    assert "Also with you" in charlie.get("/team").text, "she leads somebody by a dotted line"
    number = session.scalars(select(Deputy.id)).one()
    assert bob.submit(f"/team/deputies/{number}/end").status_code == 303
    assert ">Before<" in bob.get("/team/deputies").text
    session.execute(delete(ReportingLine))
    assert charlie.get(f"/team/{people.alice.uid}").status_code == 403


@pytest.mark.sqlite_only
def test_the_page_of_a_nudge_says_who_gets_it_keeps_what_was_typed_and_tells_afterwards(
    client_for: ClientFor, people: People, course: Course
) -> None:
    bob, key = client_for(people.bob), f"{people.alice.uid}.{course.slug}"
    assert f'value="{key}"' in bob.get("/team").text
    page = bob.get(f"/team/nudge?who={key}").text
    assert "A friendly nudge for 1 colleague" in page
    assert "Goes to Alice Janssen" in page
    refused = bob.submit("/team/nudge", {"who": key, "words": "Dear {nobody}, hello"})
    assert refused.status_code == 422
    assert "Dear {nobody}, hello" in refused.text
    sent = bob.submit("/team/nudge", {"who": key, "words": WORDS})
    assert (sent.status_code, sent.location) == (303, "/team")
    team = bob.get("/team").text
    assert "1 message is on its way." in team
    assert 'data-l="Last nudge" class="t2 sm">Today<' in team
    again = bob.submit("/team/nudge", {"who": key, "words": WORDS})
    assert again.location == "/team"
    assert "Left out: Alice Janssen (was nudged less than a week ago)." in bob.get("/team").text
    assert "Nobody is chosen yet" in bob.get("/team/nudge").text


@pytest.mark.sqlite_only
def test_the_page_to_give_a_course_keeps_what_was_typed(
    client_for: ClientFor, make: Make, people: People, course: Course
) -> None:
    make.course("other", title="Other course")
    bob = client_for(people.bob)
    typed = {"who": people.alice.uid, "course": "other", "reason": "You need it", "due_on": "31-02-2027"}
    refused = bob.submit("/team/assign", typed)
    assert refused.status_code == 422
    assert "You need it" in refused.text
    slip = bob.submit("/team/assign", typed | {"due_on": "9999-12-31"})
    assert slip.status_code == 422
    assert "That day is too far away." in slip.text
    sent = bob.submit("/team/assign", typed | {"due_on": far(200).isoformat(), "back": people.alice.uid})
    assert sent.location == f"/team/{people.alice.uid}"
    page = bob.get(sent.location).text
    assert "1 person got the course." in page
    assert "Other course" in page


@pytest.mark.sqlite_only
def test_an_excel_file_has_the_lines_of_the_csv_as_text(client_for: ClientFor, make: Make, people: People) -> None:
    make.person("=cmd|'/c calc'!A1", "O'Neill", manager=people.alice)
    answer = client_for(people.alice).get("/team.xlsx")
    assert answer.content_type.endswith("spreadsheetml.sheet")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    cell = sheet.cell(2, 2)
    assert (cell.value, cell.data_type) == ("=cmd|'/c calc'!A1 O'Neill", "s")
    assert [one.value for one in sheet[1]][:3] == ["employee_id", "name", "email"]


def test_a_day_is_at_most_a_year_away_for_a_manager_and_three_for_the_hub(
    session: Session, make: Make, people: People, course: Course
) -> None:
    today, other = clock.today(), make.course("other", title="Other course")
    hugo = make.person("Hugo", manager=people.diana, roles=["hub"])
    make.person("Ines", manager=hugo)
    rebuild(session)
    taken = session.scalars(select(Enrollment).where(Enrollment.person_id == people.alice.id)).one()
    for by, most in ((people.bob, 366), (hugo, 3 * 366)):
        with pytest.raises(Invalid, match="too far away"):
            extending.extend(session, taken.id, far(most + 1), reason="A slip", by_id=by.id)
        assert extending.extend(session, taken.id, far(most), reason="A year off", by_id=by.id).due_on == far(most)
    with pytest.raises(Invalid, match="too far away"):
        acting.assign(session, actor(people.bob), [people.alice.uid], Gift(other.slug, date.max, "r"), today)


def test_a_deputy_of_a_manager_who_left_sees_nobody_by_her_lines(
    session: Session, make: Make, people: People, course: Course
) -> None:
    eva, carl = make.person("Eva"), make.person("Carl")
    line(session, people.alice, eva)
    deputy(session, eva, carl)
    assert reach.may_see(session, carl.id, people.alice.id)
    eva.status = "left"
    session.flush()
    assert not reach.may_see(session, carl.id, people.alice.id)
