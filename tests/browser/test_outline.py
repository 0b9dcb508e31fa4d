"""The outline of a course in a real browser: dragged, moved with the keyboard alone, undone, and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from courses.authoring import structure
from courses.models import Course
from lms.people.models import Person
from tests.make import Make

pytestmark = pytest.mark.sqlite_only

COURSE = "/studio/principles"
Enter = Callable[..., None]
NewPage = Callable[..., Page]


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles")


@pytest.fixture
def dana(make: Make, course: Course) -> Person:
    dana = make.person("Dana", "Smit", roles=("author",))
    structure.add_module(make.session, course.id, dana.id, {"en": ("Second", "")})
    return dana


def open_outline(page: Page) -> None:
    page.goto(COURSE)
    expect(page.locator("html")).to_have_attribute("data-outline", "ready")


def row(page: Page, name: str) -> Locator:
    return page.locator(f'[data-row="{name}"]')


def expect_order(page: Page, *names: str) -> None:
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(len(names))
    for place, name in enumerate(names):
        expect(rows.nth(place)).to_have_attribute("data-row", name)


def drag(page: Page, name: str, onto: str, part: float) -> None:
    """Drag a row by its handle over another, to a part of its height."""
    grip, target = row(page, name).locator("[data-grip]"), row(page, onto)
    start, end = grip.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + end["height"] * part, steps=6)
    page.mouse.up()


def test_lessons_and_modules_are_dragged_and_the_drag_is_undone(page: Page, enter: Enter, dana: Person) -> None:
    enter(dana)
    open_outline(page)
    expect_order(page, "module-first", "lesson-lesson-1", "lesson-lesson-2", "lesson-lesson-3", "module-second")
    drag(page, "lesson-lesson-3", "lesson-lesson-1", 0.2)
    expect_order(page, "module-first", "lesson-lesson-3", "lesson-lesson-1", "lesson-lesson-2", "module-second")
    expect(page.get_by_role("link", name="1. Lesson 3")).to_be_focused()
    drag(page, "lesson-lesson-1", "module-second", 0.9)
    expect_order(page, "module-first", "lesson-lesson-3", "lesson-lesson-2", "module-second", "lesson-lesson-1")
    drag(page, "module-second", "module-first", 0.2)
    expect_order(page, "module-second", "lesson-lesson-1", "module-first", "lesson-lesson-3", "lesson-lesson-2")
    page.get_by_role("button", name="Undo: Moved the module “Second”").click()
    expect_order(page, "module-first", "lesson-lesson-3", "lesson-lesson-2", "module-second", "lesson-lesson-1")
    expect(page.get_by_role("button", name="Undo: Moved “Lesson 1”")).to_be_focused()


def test_the_whole_way_with_the_keyboard(page: Page, enter: Enter, dana: Person) -> None:
    enter(dana)
    open_outline(page)
    page.get_by_role("link", name="3. Lesson 3").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("link", name="2. Lesson 3")).to_be_focused()
    expect(page.locator("#live")).to_have_text("Lesson 3: place 2 of 3 in “Principles”")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("link", name="3. Lesson 3")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#live")).to_have_text("Lesson 3: place 1 of 1 in “Second”")
    expect_order(page, "module-first", "lesson-lesson-1", "lesson-lesson-2", "module-second", "lesson-lesson-3")
    up = page.get_by_role("button", name="Move up: Lesson 3")
    up.focus()
    page.keyboard.press("Enter")
    expect_order(page, "module-first", "lesson-lesson-1", "lesson-lesson-2", "lesson-lesson-3", "module-second")
    expect(up).to_be_focused()


def test_it_works_without_scripts(new_page: NewPage, enter: Enter, dana: Person) -> None:
    page = new_page(javascript=False)
    enter(dana, page)
    page.goto(COURSE)
    page.locator(".add summary", has_text="Add a lesson").nth(1).click()
    page.get_by_label("Title of the lesson in English").last.fill("Ask first")
    page.get_by_label("Title of the lesson in English").last.press("Enter")
    expect_order(
        page,
        *("module-first", "lesson-lesson-1", "lesson-lesson-2", "lesson-lesson-3"),
        "module-second",
        "lesson-ask-first",
    )
    page.get_by_role("button", name="Move up: Ask first").click()
    row(page, "lesson-ask-first").locator("summary").click()
    row(page, "lesson-ask-first").get_by_label("Title in English").fill("Ask before")
    row(page, "lesson-ask-first").get_by_role("button", name="Rename").click()
    row(page, "lesson-ask-first").locator("summary").click()
    row(page, "lesson-ask-first").get_by_role("button", name="Remove").click()
    expect(row(page, "lesson-ask-first")).to_have_count(0)
    for sentence in ("Removed “Ask before”", "Renamed “Ask before”", "Moved “Ask first”"):
        page.get_by_role("button", name=f"Undo: {sentence}").click()
    expect_order(
        page,
        *("module-first", "lesson-lesson-1", "lesson-lesson-2", "lesson-lesson-3"),
        "module-second",
        "lesson-ask-first",
    )


def test_what_somebody_else_removed_is_said_and_the_outline_follows(
    page: Page, enter: Enter, dana: Person, course: Course, make: Make
) -> None:
    enter(dana)
    open_outline(page)
    structure.remove_lesson(make.session, course.id, dana.id, "lesson-1")
    make.session.commit()
    drag(page, "lesson-lesson-3", "lesson-lesson-1", 0.2)
    expect(page.locator("#outline-refused")).to_contain_text("not there any more")
    expect_order(page, "module-first", "lesson-lesson-2", "lesson-lesson-3", "module-second")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_are_accessible(
    new_page: NewPage, enter: Enter, dana: Person, accessible: Callable[[Page], None], width: int
) -> None:
    page = new_page(width=width)
    enter(dana, page)
    open_outline(page)
    for summary in (row(page, "lesson-lesson-2").locator("summary"), page.locator(".add summary").first):
        summary.click()
        accessible(page)
        page.keyboard.press("Escape")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for address in ("/studio/new", COURSE + "/settings", COURSE + "/discard", COURSE + "/outline/modules/first"):
        page.goto(address)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
