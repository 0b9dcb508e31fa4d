"""The learner's first page: one next step, and what she may do."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from certificates.campaigns.models import Campaign
from certificates.permissions import deciders, requests, waiting
from certificates.standing import Scope
from courses import catalog, progress
from courses.paths import editing
from lms.base import clock
from quizzes import closing
from tests.certificates import makers
from tests.certificates.permission_makers import a_level, house_of
from tests.certificates.test_campaigns import publish


def test_somebody_new_is_shown_the_first_lesson(make, people, client_for):
    make.course(lessons=3)
    page = client_for(people.alice).get("/learning").text
    assert "Start the lesson" in page
    assert 'href="/courses/principles/lesson-1"' in page


def test_one_goes_on_where_one_stopped(session, make, people, client_for):
    course = make.course(lessons=3)
    make.enrollment(people.alice, course, done=1)
    progress.remember_place(session, people.alice.id, course.id, "lesson-3")
    page = client_for(people.alice).get("/learning").text
    assert "Continue the lesson" in page
    assert 'id="next" class="mt2"><a href="/courses/principles/lesson-3"' in page


def test_what_is_overdue_comes_before_what_is_due_and_that_before_what_was_opened(session, make, people, client_for):
    opened, due, late = (make.course(slug) for slug in ("opened", "due", "late"))
    progress.remember_place(session, people.alice.id, opened.id, "lesson-1")
    client = client_for(people.alice)
    assert '<a href="/courses/opened/lesson-1"' in client.get("/learning").text
    make.enrollment(people.alice, due, due_in=20)
    assert 'class="mt2"><a href="/courses/due/lesson-1"' in client.get("/learning").text
    make.enrollment(people.alice, late, due_in=-2)
    page = client.get("/learning").text
    assert 'class="mt2"><a href="/courses/late/lesson-1"' in page
    assert "2 days late" in page


def test_who_has_begun_nothing_is_shown_the_path_of_her_tier_and_is_free_after_it(session, make, people, client_for):
    for slug in ("a-voluntary-course", "first", "second"):
        make.course(slug)
    editing.create(session, editing.Words({"en": "For all"}, {"en": ""}, "staff"), None, "staff")
    for slug, optional in (("second", False), ("a-voluntary-course", True), ("first", False)):
        editing.add(session, "staff", slug, None, optional=optional)
    client = client_for(people.alice)
    for slug in ("second", "first"):
        assert f'class="mt2"><a href="/courses/{slug}/lesson-1"' in client.get("/learning").text
        make.enrollment(people.alice, catalog.get(session, slug), done=99, completed=True)
    assert "You are up to date" in client.get("/learning").text


def test_after_the_last_lesson_the_quiz_is_next(make, people, client_for):
    course = make.course(lessons=2, quiz=True)
    make.enrollment(people.alice, course, done=2)
    assert "Go to the quiz" in client_for(people.alice).get("/learning").text


def test_who_has_to_wait_before_she_tries_again_is_told_so(session, make, people, client_for):
    attempt = make.attempt(people.alice, make.quiz())
    closing.submit(session, attempt)
    page = client_for(people.alice).get("/learning").text
    assert "You can try again on" in page
    assert "To the quiz" in page


def test_who_has_done_everything_is_up_to_date(make, people, client_for):
    make.enrollment(people.alice, make.course(), completed=True)
    assert "You are up to date" in client_for(people.alice).get("/learning").text


def test_an_executive_begins_where_everyone_begins(make, people, client_for):
    make.course(lessons=2)
    make.course("for-managers", tier="manager", title="For managers only")
    page = client_for(people.diana).get("/learning").text
    assert "Start the lesson" in page
    assert "For managers only" not in page


@pytest.mark.parametrize(("hour", "greeting"), [(7, "Good morning"), (14, "Good afternoon"), (20, "Good evening")])
def test_the_greeting_is_that_of_the_readers_own_clock(hour, greeting, people, client_for):
    people.alice.time_zone = "America/New_York"
    with clock.frozen(datetime(2026, 11, 24, 5, 10, tzinfo=UTC) + timedelta(hours=hour)):
        assert f"{greeting}, Alice" in client_for(people.alice).get("/learning").text


@pytest.mark.parametrize("courses", [1, 20])
def test_the_page_needs_at_most_six_statements(courses, make, people, client_for, statements):
    for number in range(courses):
        make.enrollment(people.alice, make.course(f"course-{number}"), done=1, due_in=number)
    client = client_for(people.alice)
    client.get("/learning")
    statements.clear()
    client.get("/learning")
    assert len(statements) <= 6  # the sixth: whether a changed guideline waits for her


def test_a_guideline_that_waits_for_her_comes_first(session, make, people, client_for):
    makers.certificate(session, people.alice)
    publish(make)
    page = client_for(people.alice).get("/learning").text
    (campaign,) = session.scalars(select(Campaign))
    assert "Nothing is waiting for you" not in page
    assert page.index(f'href="/campaigns/{campaign.id}/changes"') < page.index('id="next"')
    assert "To be accepted by" in page
    assert "To be accepted by" not in client_for(people.charlie).get("/learning").text


def test_who_decides_is_told_how_many_wait_for_her_and_nobody_else_is(session, make, client_for):
    house = house_of(make)
    a_level(session)
    a_level(session, "T3", ("legal",), rank=51)
    above = make.person("Above", roles=["board"])
    boss = make.person("Boss", manager=above)
    boss.status = "leave"
    for person, code, topic in (
        (house.alice, "T2", "published"),
        (house.alice, "T3", "published"),
        (house.hugo, "T2", "results"),
        (make.person("Below", manager=boss), "T2", "published"),
    ):
        scope = Scope.of([("channel", "linkedin"), ("topic", topic), ("language", "nl")])
        asked = requests.open_request(
            session, person.id, code, scope=scope, reason="Customers ask about it daily.", by_id=person.id
        )
        if topic == "results":
            requests.decide(session, asked.id, "legal", "approved", by_id=house.lena.id)
    found = {}
    for person in (*house, above):
        roles = deciders.roles_of(session, person.id)
        found[person.given_name] = len(requests.waiting_for(session, person.id, roles))
        assert waiting.count(session, person.id, roles) == found[person.given_name], person.given_name
    assert (found["Bob"], found["Hugo"], found["Hanna"], found["Lena"], found["Above"]) == (1, 2, 3, 1, 2)
    assert 'href="/permissions">3 requests wait for your decision' in client_for(house.hanna).get("/learning").text
    assert "your decision" not in client_for(house.charlie).get("/learning").text


def test_the_first_address_leads_to_the_right_page(people, client_for, anonymous):
    assert anonymous.get("/").location == "/login"
    assert client_for(people.alice).get("/").location == "/learning"
    assert anonymous.get("/learning").location == "/login?next=%2Flearning"
