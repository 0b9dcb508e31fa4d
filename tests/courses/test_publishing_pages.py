"""Publishing and comparing versions in the browser, and what learners see of it."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from courses.authoring import drafts, editions
from courses.models import Course, CourseVersion, LessonClause
from lms.people.models import Person
from lms.reports.counters import rebuilding
from tests.make import Make, People
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
PUBLISH = "/studio/principles/publish"
LESSON = "/studio/principles/lesson-2"
MATERIAL = {
    "change": "material",
    "note": "The deadline for answers is an hour.",
    "lessons": ["lesson-2"],
    "clauses": ["D2"],
    "who": "everyone",
    "by": "2030-12-03",
}


@pytest.fixture
def course(make: Make) -> Course:
    make.guideline()
    return make.course("principles", lessons=3)


@pytest.fixture
def author(make: Make, course: Course, client_for: ClientFor) -> Client:
    client = client_for(make.person("Dana", "Smit", roles=("author",)))
    page = {"title": "Lesson 2", "html": "<p>Lesson 2 says: <strong>ask first</strong>.</p>", "revision": "1"}
    assert client.submit(LESSON, page).status_code == 303
    return client


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def live(make: Make, course: Course) -> CourseVersion:
    make.session.expire_all()
    return make.live(course)


def test_the_page_asks_what_the_change_means_and_marks_what_changed(author: Client) -> None:
    page = author.get(PUBLISH).text
    assert "The words. The meaning stays." in page
    assert 'value="lesson-2" checked' in page
    assert 'value="lesson-1">' in page
    assert 'value="D2">' in page
    assert "Nobody has to do anything." in page


def test_a_material_version_is_published_after_its_numbers_were_seen(
    author: Client, make: Make, people: People, course: Course
) -> None:
    make.enrollment(people.alice, course, done=2)
    make.enrollment(people.bob, course, completed=True)
    make.enrollment(people.charlie, course)
    shown = author.submit(PUBLISH, MATERIAL)
    assert shown.status_code == 200
    assert "2 people are asked by mail to do lessons again until 3 December 2030" in shown.text
    assert "1 person stays undisturbed." in shown.text
    assert "Publish version 2 and ask 2 people" in shown.text
    assert "The deadline for answers is an hour." in shown.text
    assert live(make, course).number == 1
    assert author.submit(PUBLISH, MATERIAL | {"seen": seen(shown.text)}).status_code == 303
    assert (live(make, course).number, live(make, course).redo_who) == (2, "everyone")


def test_another_choice_than_the_one_looked_at_is_shown_first(
    author: Client, make: Make, people: People, course: Course
) -> None:
    make.enrollment(people.alice, course, done=2)
    shown = author.submit(PUBLISH, MATERIAL)
    other = MATERIAL | {"lessons": ["lesson-1", "lesson-2"], "seen": seen(shown.text)}
    assert author.submit(PUBLISH, other).status_code == 200
    make.enrollment(people.bob, course, completed=True)
    assert "2 people are asked" in author.submit(PUBLISH, MATERIAL | {"seen": seen(shown.text)}).text
    assert live(make, course).number == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"note": ""}, "Say in a sentence what changed."),
        ({"by": ""}, "Choose a day, as in 2026-12-03"),
        ({"by": "soon"}, "Choose a day, as in 2026-12-03"),
        ({"by": "2020-01-01"}, "This day is in the past."),
        ({"note": "x" * 301}, "longer than 300 characters"),
    ],
)
def test_what_is_missing_is_said_and_what_was_entered_stays(
    author: Client, changed: dict[str, str], sentence: str
) -> None:
    refused = author.submit(PUBLISH, MATERIAL | changed)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert 'value="lesson-2" checked' in refused.text
    assert re.search(r'value="everyone" id="who-1" checked', refused.text)
    assert changed.get("note") == "" or (changed.get("note") or MATERIAL["note"]) in refused.text


@pytest.mark.parametrize("field", ["change", "who"])
def test_an_unknown_choice_is_refused(author: Client, field: str) -> None:
    assert author.submit(PUBLISH, MATERIAL | {field: "nonsense"}).status_code == 422


def test_two_versions_stand_side_by_side(author: Client, make: Make, course: Course) -> None:
    make.session.expire_all()
    draft = make.session.scalars(select(CourseVersion).where(CourseVersion.status == "draft")).one()
    row = editions.lesson_id(make.session, draft.id, "lesson-3")
    make.session.add(LessonClause(lesson_id=row, version_id=draft.id, code="D4"))
    page = author.get("/studio/principles/versions/2?against=1").text
    assert page == author.get("/studio/principles/versions/1?against=2").text.replace(
        "versions/1?against=2", "versions/2?against=1"
    ) or ("Version 1 and version 2" in page)
    assert re.search(r'<del class="was"><span class="vh">\[left out:\] </span>tell who you are\.', page)
    assert re.search(r'<ins class="is"><span class="vh">\[put in:\] </span>ask first\.', page)
    assert "“Lesson 3” teaches D4 too." in page
    assert "2 lessons are the same in both versions" in page
    dutch = author.get("/studio/principles/versions/2?against=1&lang=nl").text
    assert "No text differs in Nederlands" in dutch
    assert '<html lang="en"' in dutch


@pytest.mark.parametrize(
    "address", ["2?against=2", "2?against=9", "2?against=x", "2?against=", "1?against=99999999999"]
)
def test_a_comparison_with_nothing_is_not_found(author: Client, address: str) -> None:
    assert author.get(f"/studio/principles/versions/{address}").status_code == 404


def test_comparing_takes_as_many_statements_for_one_lesson_as_for_many(
    make: Make, client_for: ClientFor, statements: list[str]
) -> None:
    dana = make.person("Dana", roles=("author",))
    client, counts = client_for(dana), []
    for slug, lessons in (("small", 1), ("large", 25)):
        course = make.course(slug, lessons=lessons)
        drafts.open_draft(make.session, course.id, dana.id)
        statements.clear()
        assert client.get(f"/studio/{slug}/versions/2?against=1").status_code == 200
        counts.append(len([one for one in statements if one.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 9


def test_learners_see_what_is_to_be_done_again(
    author: Client, make: Make, people: People, course: Course, client_for: ClientFor
) -> None:
    make.enrollment(people.alice, course, completed=True)
    author.submit(PUBLISH, MATERIAL | {"seen": seen(author.submit(PUBLISH, MATERIAL).text)})
    alice = client_for(people.alice)
    page = alice.get("/courses/principles").text
    assert "Version 2 changed one lesson" in page
    assert "Please do it again by 3 December 2030." in page
    assert "100%" in page
    home = alice.get("/learning").text
    assert "Version 2 changed it: please do it again by 3 December 2030." in home
    assert 'class="mt2"><a href="/courses/principles/lesson-2"' in home
    assert "Look again by" in home
    assert "ask first" in alice.get("/courses/principles/lesson-2").text
    alice.submit("/courses/principles/lesson-2/done")
    assert "changed one lesson" not in alice.get("/courses/principles").text
    assert "You are up to date" in alice.get("/learning").text


def test_a_lesson_that_is_not_in_ones_version_leads_to_the_course(
    make: Make, people: People, client_for: ClientFor
) -> None:
    course = make.course("short", lessons=2)
    make.enrollment(people.alice, course, done=1)
    make.publish(make.course_version(course, number=2, lessons=3))
    alice = client_for(people.alice)
    answer = alice.get("/courses/short/lesson-3")
    assert (answer.status_code, answer.location) == (303, "/courses/short?left=1")
    assert "That lesson is not in the version of the course you are taking" in alice.get(answer.location).text
    assert alice.submit("/courses/short/lesson-3/done").status_code == 303
    assert alice.get("/courses/short/lesson-9").status_code == 404
    assert client_for(people.bob).get("/courses/short/lesson-3").status_code == 200


def test_a_learner_who_has_done_all_that_is_left_finishes_the_course(
    make: Make, people: People, client_for: ClientFor
) -> None:
    course = make.course("short", lessons=3)
    enrollment = make.enrollment(people.alice, course, done=2)
    make.publish(make.course_version(course, number=2, lessons=2))
    enrollment.version_id = make.live(course).id
    alice = client_for(people.alice)
    assert "Nothing is left to do in this course." in alice.get("/learning").text
    assert "Finish the course" in alice.get("/courses/short").text
    assert alice.submit("/courses/short/finish").status_code == 303
    page = alice.get("/courses/short").text
    assert "Completed on" in page
    assert "Finish the course" not in page
    assert client_for(people.bob).submit("/courses/short/finish").status_code == 409


def test_the_managers_figures_are_those_of_the_version_the_learner_is_on(
    make: Make, people: People, client_for: ClientFor
) -> None:
    course = make.course("short", lessons=4)
    make.enrollment(people.alice, course, done=3, due_in=3)
    make.publish(make.course_version(course, number=2, lessons=12))
    rebuilding.rebuild(make.session)
    assert "75%" in client_for(people.alice).get("/courses/short").text
    assert "75%" in client_for(people.bob).get("/team").text
