"""Catalog, course and lesson in the browser."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from courses import catalog, progress
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.media import holdings


@pytest.fixture
def course(make):
    return make.course(lessons=3)


def test_the_catalog_shows_own_courses_first_and_finds_by_words(make, course, people, client_for):
    make.course("leading", tier="executive", title="Leading in the open")
    client = client_for(people.diana)
    page = client.get("/courses/").text
    assert page.index("Leading in the open") < page.index("Principles")
    assert "Principles" not in client.get("/courses/?q=leading").text
    assert "<mark>Leading</mark> in the open" in client.get("/courses/?q=leading").text
    assert "Nothing has these words" in client.get("/courses/?q=zebra").text
    assert "Leading" not in client.get("/courses/?tier=staff").text


def test_opening_a_lesson_remembers_the_place_and_reading_it_again_writes_nothing(
    session, course, people, client_for, statements
):
    client = client_for(people.alice)
    assert "Lesson 2 says" in client.get("/courses/principles/lesson-2").text
    session.expire_all()
    assert session.scalars(select(Enrollment)).one().last_lesson == "lesson-2"
    session.commit()
    statements.clear()
    client.get("/courses/principles/lesson-2")
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 5


def test_done_leads_to_the_next_lesson_and_the_last_to_the_course(session, course, people, client_for):
    client = client_for(people.alice)
    answer = client.submit("/courses/principles/lesson-1/done")
    assert (answer.status_code, answer.location) == (303, "/courses/principles/lesson-2")
    client.submit("/courses/principles/lesson-2/done")
    assert client.submit("/courses/principles/lesson-3/done").location == "/courses/principles"
    session.expire_all()
    assert len(session.scalars(select(LessonCompletion)).all()) == 3
    assert "100%" in client.get("/courses/principles").text


def test_a_lesson_or_course_that_is_not_there_is_a_friendly_404(course, people, client_for):
    client = client_for(people.alice)
    for address in ("/courses/nothing", "/courses/principles/nothing", "/courses/nothing/nothing"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "We cannot find that page" in answer.text


def test_a_course_that_opens_later_says_what_comes_first(make, course, people, client_for):
    make.course("advanced", prerequisites=[course])
    client = client_for(people.alice)
    assert "First complete:" in client.get("/courses/advanced").text
    assert client.get("/courses/advanced/lesson-1").location == "/courses/advanced"
    assert client.submit("/courses/advanced/lesson-1/done").status_code == 409


def test_the_reader_gets_her_language_and_the_page_says_so(session, course, people, client_for):
    people.alice.language = "nl"
    page = client_for(people.alice).get("/courses/principles/lesson-1").text
    assert '<html lang="nl"' in page
    assert "Les 1 says" in page
    people.charlie.language = "fr"
    assert 'lang="en">' in client_for(people.charlie).get("/courses/principles/lesson-1").text


def test_a_draft_is_seen_by_no_learner(session, make, course, people, client_for):
    make.course_version(course, number=2, lessons=5)
    assert client_for(people.alice).get("/courses/principles/lesson-5").status_code == 404
    assert catalog.by_id(session, course.id).version_number == 1


def test_files_come_whole_or_in_ranges_and_to_people_signed_in(app, session, people, client_for, anonymous):
    address = holdings.keep(session, app.extensions["files"], "film.mp4", bytes(range(256)) * 10)
    client = client_for(people.alice)
    whole = client.get(address)
    assert (whole.status_code, whole.mimetype, len(whole.data)) == (200, "video/mp4", 2560)
    assert "immutable" in whole.headers["Cache-Control"]
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, bytes(range(10, 20)))
    assert client.get(address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert anonymous.get(address).status_code == 302
    assert client.get(address.replace("film", "other")).status_code == 404


def test_a_lesson_opens_even_when_the_place_cannot_be_written(monkeypatch, course, people, client_for):
    def full_disk(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(progress, "remember_place", full_disk)
    assert client_for(people.alice).get("/courses/principles/lesson-2").status_code == 200
