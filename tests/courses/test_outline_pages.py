"""The outline of a course, its settings and the list of courses, through the client."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from courses.authoring import drafts, steps, structure
from courses.models import Course, CourseVersion, Lesson
from lms.base import clock
from lms.people.models import Person
from tests.make import Make, People
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
COURSE = "/studio/principles"
LESSONS = COURSE + "/outline/lessons"
MODULES = COURSE + "/outline/modules"
JSON = {"Accept": "application/json"}
PAGES = ("/studio/", "/studio/new", COURSE, COURSE + "/settings", COURSE + "/discard", MODULES + "/first")
FACTS = {
    "owner": "Hub",
    "business_reason": "Because.",
    "review_on": (clock.today() + timedelta(days=90)).isoformat(),
    "tier": "staff",
    "code": "S1",
}


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles", code="S1")


@pytest.fixture
def author(course: Course, dana: Person, client_for: ClientFor) -> Client:
    return client_for(dana)


def titles(page: str) -> list[str]:
    return re.findall(r'data-row="lesson-[^"]*" data-title="([^"]*)"', page)


@pytest.mark.parametrize("page", PAGES)
def test_others_are_kept_out(
    course: Course, people: People, client_for: ClientFor, anonymous: Client, page: str
) -> None:
    assert client_for(people.bob).get(page).status_code == 403
    assert anonymous.get(page).status_code == 302


def test_others_change_nothing(course: Course, people: People, client_for: ClientFor, make: Make) -> None:
    alice = client_for(people.alice)
    for address in (
        *(MODULES, MODULES + "/first", MODULES + "/first/lessons", MODULES + "/first/remove"),
        *(LESSONS + "/lesson-1/up", LESSONS + "/lesson-1/remove", LESSONS + "/lesson-1/rename"),
        *(COURSE + "/undo", COURSE + "/settings", COURSE + "/texts", COURSE + "/retire", COURSE + "/discard"),
        *(COURSE + "/duplicate", "/studio/new"),
    ):
        assert alice.submit(address, {"title": "x"}).status_code == 403, address
    assert make.session.scalar(select(func.count()).select_from(CourseVersion)) == 1


def test_the_pages_take_few_statements_however_large_the_course(
    make: Make, dana: Person, client_for: ClientFor, statements: list[str]
) -> None:
    counts: dict[str, list[int]] = {}
    author = client_for(dana)
    for slug, lessons in (("small", 2), ("large", 30)):
        course = make.course(slug, lessons=lessons)
        structure.nudge_lesson(make.session, course.id, dana.id, "lesson-1", "down")
        for page in ("", "/settings", "/discard", "/outline/modules/first"):
            make.session.commit()
            statements.clear()
            assert author.get(f"/studio/{slug}{page}").status_code == 200, page
            counts.setdefault(page, []).append(len(statements))
    assert all(small == large for small, large in counts.values()), counts
    assert max(most for most, _ in counts.values()) <= 8
    statements.clear()
    author.get("/studio/")
    assert len(statements) <= 3


def test_a_lesson_is_moved_and_the_focus_stays_on_its_button(author: Client) -> None:
    moved = author.submit(LESSONS + "/lesson-2/up")
    assert (moved.status_code, moved.location) == (303, COURSE + "?at=lesson-lesson-2&by=up")
    page = author.get(moved.location).text
    assert titles(page) == ["Lesson 2", "Lesson 1", "Lesson 3"]
    [focused] = re.findall(r"<(?:button|a)[^>]* autofocus[^>]*>", page)
    assert "/lesson-2/down" in focused
    author.submit(LESSONS + "/lesson-2/down")
    page = author.get(COURSE + "?at=lesson-lesson-2&by=down").text
    [focused] = re.findall(r"<(?:button|a)[^>]* autofocus[^>]*>", page)
    assert "/lesson-2/down" in focused


def test_a_lesson_is_added_renamed_copied_removed_and_all_of_it_undone(author: Client, make: Make) -> None:
    before = titles(author.get(COURSE).text)
    added = author.submit(MODULES + "/first/lessons", {"title": "Ask first", "language": "en"})
    assert added.location.endswith("?at=lesson-ask-first")
    author.submit(LESSONS + "/ask-first/rename", {"title": "Ask before", "language": "en"})
    author.submit(LESSONS + "/ask-first/duplicate")
    author.submit(LESSONS + "/lesson-1/remove")
    author.submit(LESSONS + "/ask-first/move", {"module": "first", "before": "lesson-2"})
    page = author.get(COURSE).text
    assert titles(page) == ["Ask before", "Lesson 2", "Lesson 3", "Ask before (copy)"]
    assert "Moved “Ask before”" in page
    for _ in range(5):
        page = author.get(COURSE).text
        [step] = re.findall(r'name="step" value="(\d+)"', page)
        assert author.submit(COURSE + "/undo", {"step": step}).status_code == 303
    assert titles(author.get(COURSE).text) == before
    assert author.submit(COURSE + "/undo", {"step": step}).status_code == 409
    for wrong in ("", "x", "99999999"):
        assert author.submit(COURSE + "/undo", {"step": wrong}).status_code == 404


def test_modules_are_added_reworded_moved_copied_and_removed(author: Client) -> None:
    added = author.submit(MODULES, {"title": "Second", "language": "en"})
    assert added.location.endswith("?at=module-second")
    assert author.submit(MODULES + "/second/up").status_code == 303
    words = {"title_en": "Seconds", "objective_en": "You can wait.", "title_nl": "Seconden"}
    assert author.submit(MODULES + "/second", words).status_code == 303
    assert 'value="Seconden"' in author.get(MODULES + "/second").text
    assert author.submit(MODULES + "/first/duplicate").status_code == 303
    page = author.get(COURSE).text
    assert re.findall(r'data-module="([^"]*)"', page) == ["second", "first", "first-2"]
    assert author.submit(MODULES + "/first/move", {"before": "second"}).status_code == 303
    assert author.submit(MODULES + "/second/remove").status_code == 303
    assert re.findall(r'data-module="([^"]*)"', author.get(COURSE).text) == ["first", "first-2"]


def test_a_module_needs_a_title_and_keeps_what_was_typed(author: Client) -> None:
    refused = author.submit(MODULES + "/first", {"objective_fr": "Vous pouvez."})
    assert refused.status_code == 422
    assert "Give a title in Français too" in refused.text
    assert "Give a title in at least one language." in refused.text
    assert "Vous pouvez." in refused.text


@pytest.mark.parametrize(
    ("address", "place"),
    [(MODULES, "module"), (MODULES + "/first/lessons", "lesson"), (LESSONS + "/lesson-1/rename", "")],
)
def test_a_title_that_cannot_be_kept_is_named_and_stays_in_the_form(author: Client, address: str, place: str) -> None:
    long = "Long title " * 20
    refused = author.submit(address, {"title": long, "language": "en"})
    assert refused.status_code == 422
    assert "longer than 200 characters" in refused.text
    assert f'value="{long.strip()}"' in refused.text
    assert refused.text.count(long.strip()) == 1
    empty = author.submit(address, {"title": " \x07 ", "language": "en"})
    assert (empty.status_code, "Give it a title." in empty.text) == (422, True)


def test_what_somebody_else_removed_is_a_sentence_not_an_error(author: Client, course: Course, make: Make) -> None:
    author.submit(LESSONS + "/lesson-1/remove")
    for address, fields in (
        (LESSONS + "/lesson-1/up", {}),
        (LESSONS + "/lesson-1/duplicate", {}),
        (LESSONS + "/lesson-2/move", {"module": "gone", "before": ""}),
        (LESSONS + "/lesson-2/move", {"module": "first", "before": "lesson-1"}),
        (MODULES + "/gone/lessons", {"title": "x", "language": "en"}),
    ):
        refused = author.submit(address, fields)
        assert (refused.status_code, "not there any more" in refused.text) == (409, True), address
        told = author.submit(address, fields, headers=JSON)
        assert "not there any more" in told.get_json()["detail"]
    assert author.get(MODULES + "/gone").status_code == 404
    assert author.get("/studio/principles/lesson-1").status_code == 404


def test_a_lesson_that_is_removed_and_published_while_somebody_reads_it_breaks_nothing(
    author: Client, people: People, client_for: ClientFor, make: Make, course: Course
) -> None:
    alice, charlie = client_for(people.alice), client_for(people.charlie)
    assert alice.get("/courses/principles/lesson-2").status_code == 200
    author.submit(LESSONS + "/lesson-2/remove")
    assert author.submit(COURSE + "/publish", {"note": "Shorter", "change": "minor"}).status_code == 303
    for client in (alice, charlie):
        for page in ("/courses/principles/lesson-2", "/courses/principles", "/learning"):
            assert client.get(page, follow_redirects=True).status_code < 500, page
        client.submit("/courses/principles/lesson-2/done")
    kept = alice.get("/courses/principles/lesson-2")
    assert kept.status_code == 200
    assert "Lesson 2 says" in kept.text
    assert charlie.get("/courses/principles/lesson-2").status_code == 303


def test_a_script_gets_json(author: Client) -> None:
    told = author.submit(LESSONS + "/lesson-2/up", headers=JSON)
    assert told.get_json() == {"at": "lesson-lesson-2", "by": "up"}


def test_a_course_is_made_filled_and_thrown_away(author: Client, make: Make) -> None:
    made = author.submit("/studio/new", {"title": "Photos & people", "language": "en", "tier": "staff", "code": ""})
    assert (made.status_code, made.location) == (303, "/studio/photos-people")
    page = author.get("/studio/photos-people").text
    for sentence in ("Add a lesson.", "Say who owns this course.", "Nobody owns it yet."):
        assert sentence in page
    assert author.get("/studio/photos-people/settings").status_code == 200
    assert "S2. Photos &amp; people" in author.get("/studio/").text
    assert "never published" in author.get("/studio/photos-people/discard").text
    assert author.submit("/studio/photos-people/discard").location == "/studio/"
    assert author.get("/studio/photos-people").status_code == 404


def test_a_new_course_that_cannot_be_made_keeps_what_was_typed(author: Client) -> None:
    typed = {"title": "Photos", "language": "nl", "tier": "manager", "code": "S1"}
    refused = author.submit("/studio/new", typed)
    assert refused.status_code == 422
    assert "Another course has the code S1." in refused.text
    assert 'value="Photos"' in refused.text
    assert '<option selected value="manager">' in refused.text
    assert "capital letter" in author.submit("/studio/new", typed | {"code": "s 1"}).text
    assert author.submit("/studio/new", typed | {"language": "xx"}).status_code == 422


def test_facts_are_saved_and_titles_go_into_the_draft(author: Client, make: Make, course: Course) -> None:
    saved = author.submit(COURSE + "/settings", FACTS | {"owner": "Marketing"})
    assert saved.status_code == 303
    assert "This holds from now on." in author.get(saved.location).text
    assert make.session.scalar(select(func.count()).select_from(CourseVersion)) == 1
    words = {"title_en": "Our principles", "summary_en": "In short."}
    assert author.submit(COURSE + "/texts", words).status_code == 303
    page = author.get(COURSE).text
    assert "<h1>Our principles</h1>" in page
    assert "Owner: Marketing." in page
    assert "Draft, version 2" in page


def test_facts_that_cannot_be_kept_are_named_and_stay_in_the_form(author: Client) -> None:
    for changed, sentence in (
        ({"owner": ""}, "keeps an owner"),
        ({"review_on": "2020-01-01"}, "passed already"),
        ({"review_on": "soon"}, "Write it like 2027-03-31"),
        ({"code": "x"}, "capital letter"),
        ({"tier": "x"}, "valid choice"),
        ({"required": "principles"}, "wait for one another"),
        ({"required": "gone"}, "no course gone"),
    ):
        refused = author.submit(COURSE + "/settings", FACTS | {"business_reason": "Typed reason."} | changed)
        assert refused.status_code == 422, changed
        assert sentence in refused.text, changed
        assert "Typed reason." in refused.text
    assert author.submit(COURSE + "/texts", {"summary_en": "Only this."}).status_code == 422


def test_a_course_is_copied_retired_and_found_again(author: Client, course: Course) -> None:
    copied = author.submit(COURSE + "/duplicate")
    assert copied.location == "/studio/principles-2/settings?saved=copy"
    assert "Its quiz was not copied" in author.get(copied.location).text
    assert author.submit(COURSE + "/retire").status_code == 303
    assert author.get("/courses/principles").status_code == 404
    assert 'href="/studio/principles"' not in author.get("/studio/").text
    assert 'href="/studio/principles"' in author.get("/studio/?show=retired").text
    assert "Bring the course back" in author.get(COURSE + "/settings").text
    assert author.submit(COURSE + "/retire/undo").status_code == 303
    assert author.get("/courses/principles").status_code == 200


def test_courses_are_searched_by_words_and_state(author: Client, course: Course, make: Make) -> None:
    course.review_on = date(2020, 1, 1)
    assert "1 January 2020, passed" in author.get("/studio/?q=PRINC&show=overdue").text
    assert "No course is like that" in author.get("/studio/?q=nothing").text
    course.review_on = clock.today()
    assert "No course is like that" in author.get("/studio/?show=overdue").text


def test_a_course_without_a_review_date_is_shown(author: Client, course: Course, make: Make) -> None:
    make.session.add(Course(slug="x", code="X1", tier="staff", position=9))
    make.session.flush()
    row = make.session.scalars(select(Course).where(Course.slug == "x")).one()
    make.course_version(row)
    assert "Not said yet" in author.get("/studio/").text
    assert author.get("/studio/x").status_code == 200


def test_titles_are_written_as_words_whatever_they_hold(
    author: Client, course: Course, make: Make, dana: Person
) -> None:
    title = "<b onclick=alert(1)>\u202e“Ü” 漢字 %(title)s"
    slug = structure.add_lesson(make.session, course.id, dana.id, "first", title, "en")
    key = structure.add_module(make.session, course.id, dana.id, {"en": (title, "")})
    page = author.get(COURSE).text
    assert "<b onclick" not in page
    assert page.count("&lt;b onclick") >= 4
    assert author.get(f"{MODULES}/{key}").status_code == 200
    structure.remove_lesson(make.session, course.id, dana.id, slug)
    assert "%(title)s" in author.get(COURSE).text
    draft = drafts.edition(make.session, course.id, "draft")
    assert draft
    assert steps.latest(make.session, draft.id)[0].sentence == f"Removed “{title}”"
    assert make.session.scalar(select(func.count()).select_from(Lesson).where(Lesson.version_id == draft.id)) == 3
