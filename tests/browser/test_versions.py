"""Publishing a rule that changed, and doing only what changed: in a real browser, without scripts too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from courses.authoring import drafts, editions
from courses.models import Course
from lms.people.models import Person
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only

Enter = Callable[..., None]
NewPage = Callable[..., Page]
PUBLISH = "/studio/principles/publish"


@pytest.fixture
def course(make: Make, people: People) -> Course:
    make.guideline()
    course = make.course("principles", lessons=3)
    make.enrollment(people.alice, course, done=2)
    make.enrollment(people.charlie, course, completed=True)
    return course


@pytest.fixture
def dana(make: Make, course: Course) -> Person:
    dana = make.person("Dana", "Smit", roles=("author",))
    draft = drafts.open_draft(make.session, course.id, dana.id)
    row = editions.lesson_id(make.session, draft.id, "lesson-1")
    html = "<p>Lesson 1 says: <strong>ask first</strong>.</p>"
    drafts.save_lesson(make.session, row, "en", "Lesson 1", html, 1, dana.id)
    return dana


def test_a_changed_rule_is_published_with_the_keyboard_and_done_again(
    page: Page, new_page: NewPage, enter: Enter, accessible: Callable[[Page], None], dana: Person, people: People
) -> None:
    enter(dana)
    page.goto(PUBLISH)
    lessons = page.get_by_role("group", name="Which lessons are to be done again?")
    expect(lessons).to_be_hidden()
    page.get_by_role("radio", name="The words. The meaning stays.").focus()
    page.keyboard.press("ArrowDown")
    expect(lessons.get_by_role("checkbox", name="Lesson 1")).to_be_checked()
    page.get_by_label("What changed, in a sentence").fill("Ask before you answer.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="This will happen")).to_contain_text("1 person is asked by mail")
    accessible(page)
    page.get_by_role("button", name="Publish version 2 and ask 1 person").press("Enter")
    expect(page.get_by_text("Version 2 is live")).to_be_visible()
    learner = new_page()
    enter(people.alice, learner)
    learner.goto("/courses/principles")
    expect(learner.get_by_role("heading", name="Version 2 changed a lesson you have done")).to_be_visible()
    accessible(learner)
    learner.get_by_role("link", name="Lesson 1").first.click()
    expect(learner.get_by_text("ask first")).to_be_visible()
    learner.get_by_role("button", name="Mark as done and go on").click()
    learner.goto("/courses/principles")
    expect(learner.get_by_text("2 of 3 lessons.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_two_versions_fit_the_screen_and_name_what_was_left_out(
    page: Page, enter: Enter, accessible: Callable[[Page], None], dana: Person, width: int
) -> None:
    enter(dana)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/studio/principles/versions/2?against=1")
    left, right = page.locator("del.was").last, page.locator("ins.is").last
    expect(left).to_contain_text("tell who you are.")
    old, new = left.bounding_box(), right.bounding_box()
    assert old and new
    assert (new["x"] > old["x"] + 100) if width == 1280 else (new["y"] > old["y"])
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    accessible(page)
