"""Why somebody has a course and why on that day; more time and exemption, by those above her and nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.assignments import rules
from lms.assignments.drafts import Condition, RuleDraft
from lms.assignments.models import Exemption
from lms.base import clock
from lms.base.i18n import day
from lms.people.models import Absence, Person
from tests.make import Make, People
from tests.support.client import Client

pytestmark = pytest.mark.sqlite_only
Enter = Callable[[Person], Client]


@pytest.fixture
def admin(make: Make) -> Person:
    return make.person("Dana", "Maes", roles=["administrator"])


@pytest.fixture
def course(make: Make) -> Course:
    return make.course()


def asked(session: Session, course: Course, admin: Person, person: Person, **more: object) -> Enrollment:
    """The enrollment that a rule gives somebody."""
    conditions = (Condition("unit", "Benelux"),)
    draft = RuleDraft("Benelux", course.id, "All are asked online.", conditions, **more)  # type: ignore[arg-type]
    rules.save(session, draft, by_id=admin.id)
    return of(session, person)


def of(session: Session, person: Person) -> Enrollment:
    return session.scalars(select(Enrollment).where(Enrollment.person_id == person.id)).one()


def test_the_page_shows_the_rule_the_day_it_counts_from_the_days_and_the_leave(
    session: Session, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    today = clock.today()
    session.add(
        Absence(
            person_id=people.alice.id,
            from_on=today + timedelta(days=3),
            until_on=today + timedelta(days=9),
            noted_at=clock.now(),
        )
    )
    taken = asked(session, course, admin, people.alice, due_days=30, recurs_months=12)
    page = client_for(people.alice).get(f"/why/{taken.uid}").text
    for words in (
        "Why do I have “Principles”?",
        "Everybody who works in Benelux or below has to complete “Principles” within 30 days",
        "All are asked online.",
        "Is now: Benelux/Customer care",
        "+ 30 days",
        "+ 7 days",
        f"{day(today + timedelta(days=3))} to {day(today + timedelta(days=9))}",
        day(today + timedelta(days=37)),
        "It comes again",
    ):
        assert words in page, words
    assert "Give more time" not in page


def test_only_the_learner_those_above_and_the_hub_may_ask_why(
    session: Session, make: Make, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    taken = asked(session, course, admin, people.alice)
    hub, peer = make.person("Hugo", roles=["hub"]), make.person("Peer", manager=people.bob)
    seen = {
        person.given_name: tuple(
            client_for(person).get(f"/why/{taken.uid}{more}").status_code for more in ("", "/extend")
        )
        for person in (people.alice, people.bob, people.diana, admin, hub, people.charlie, peer)
    }
    assert seen == {
        "Alice": (200, 404),
        **dict.fromkeys(("Bob", "Diana", "Dana", "Hugo"), (200, 200)),
        **dict.fromkeys(("Charlie", "Peer"), (404, 404)),
    }
    for deed in ("extend", "exempt", "exempt/end"):
        assert client_for(people.alice).submit(f"/why/{taken.uid}/{deed}", {"reason": "I want."}).status_code == 404


def test_a_manager_gives_more_time_with_a_reason_that_the_learner_reads(
    session: Session, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    taken = asked(session, course, admin, people.alice)
    later, bob = clock.today() + timedelta(days=50), client_for(people.bob)
    for sent, words in (
        ({"due_on": "", "reason": "Ill."}, "Choose the new due day."),
        ({"due_on": "2027-02-31", "reason": "Kept <b>words</b>"}, "This is not a day. Write it as 2026-11-30."),
        ({"due_on": later.isoformat(), "reason": " "}, "Say why"),
        ({"due_on": "2020-01-01", "reason": "Kept <b>words</b>"}, "later"),
    ):
        answer = bob.submit(f"/why/{taken.uid}/extend", sent)
        assert answer.status_code == 422 and words in answer.text, answer.text
        assert "Kept" not in sent["reason"] or "Kept &lt;b&gt;words" in answer.text
    sent = {"due_on": later.isoformat(), "reason": "Her child is ill."}
    assert bob.submit(f"/why/{taken.uid}/extend", sent).status_code == 303
    assert of(session, people.alice).due_on == later
    page = client_for(people.alice).get(f"/why/{taken.uid}").text
    assert "More time, given by Bob de Vries" in page and "Her child is ill." in page and day(later) in page


def test_who_gives_more_time_from_the_teams_page_finds_the_way_back(
    session: Session, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    taken = asked(session, course, admin, people.alice, due_days=30)
    back, bob = f'href="/team/{people.alice.uid}"', client_for(people.bob)
    assert back in bob.get(f"/why/{taken.uid}/extend?team=1").text
    day_ = (clock.today() + timedelta(days=60)).isoformat()
    sent = bob.submit(f"/why/{taken.uid}/extend?team=1", {"due_on": day_, "reason": "Illness"})
    assert "Back to the page of Alice Janssen" in bob.get(sent.location).text
    assert back not in bob.get(f"/why/{taken.uid}").text
    assert back not in client_for(people.alice).get(f"/why/{taken.uid}?team=1").text


def test_an_exemption_stops_the_course_and_its_end_asks_again(
    session: Session, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    taken = asked(session, course, admin, people.alice)
    bob, alice = client_for(people.bob), client_for(people.alice)
    assert bob.submit(f"/why/{taken.uid}/exempt", {"until_on": "", "reason": "Wrote the course."}).status_code == 303
    assert of(session, people.alice).paused_at is not None
    assert "Exempt for good." in alice.get(f"/why/{taken.uid}").text
    assert "Wrote the course." in client_for(admin).get("/admin/exceptions").text
    twice = bob.submit(f"/why/{taken.uid}/exempt", {"reason": "Once more."})
    assert twice.status_code == 409 and "Once more." in twice.text
    assert bob.submit(f"/why/{taken.uid}/exempt/end").status_code == 303
    assert of(session, people.alice).paused_at is None
    assert bob.submit(f"/why/{taken.uid}/exempt/end").status_code == 409
    assert session.scalars(select(Exemption)).one().ended_at is not None


def test_a_course_without_a_rule_is_explained_too(
    session: Session, make: Make, course: Course, people: People, client_for: Enter
) -> None:
    taken = make.enrollment(people.alice, course, due_in=4)
    taken.assigned_by = people.bob.id
    page = client_for(people.alice).get(f"/why/{taken.uid}").text
    assert "Bob de Vries asked for it." in page and "Bob de Vries set the day" in page
    own = make.enrollment(people.charlie, course)
    assert "Nobody asks for it." in client_for(people.charlie).get(f"/why/{own.uid}").text


def test_complaint_17_a_missing_hire_date_is_told_to_the_learner_and_no_day_is_guessed(
    session: Session, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    taken = asked(session, course, admin, people.alice, due_from="hired")
    page = client_for(people.alice).get(f"/why/{taken.uid}").text
    assert "No due day can be counted yet" in page and taken.due_on is None


def test_home_and_course_lead_to_the_reason_and_a_paused_course_has_no_date(
    session: Session, make: Make, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    make.guideline()
    make.levels()
    taken = asked(session, course, admin, people.alice)
    alice = client_for(people.alice)
    for path in ("/learning", "/courses/principles"):
        assert f'href="/why/{taken.uid}"' in alice.get(path).text, path
    client_for(people.bob).submit(f"/why/{taken.uid}/exempt", {"reason": "Wrote the course."})
    assert "You have no dates yet" in alice.get("/learning").text
    assert "Nobody asks for this course at present." in alice.get("/courses/principles").text
