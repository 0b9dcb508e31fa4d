"""Search and learning paths in a real browser: with the keyboard, on a phone, without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from courses.paths import editing
from courses.paths.editing import Words
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only

Enter = Callable[..., None]
NewPage = Callable[..., Page]


def test_somebody_searches_by_keyboard_and_opens_what_was_found(
    page: Page, enter: Enter, make: Make, people: People, accessible: Callable[[Page], None]
) -> None:
    make.guideline()
    make.course(lessons=25)
    enter(people.alice)
    page.goto("/courses/")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("tell wh")
    page.keyboard.press("Enter")
    expect(page.get_by_text("25 results")).to_be_visible()
    expect(page.locator(".results mark").first).to_have_text("tell")
    accessible(page)
    page.get_by_text("Show only some of it").click()
    what = page.get_by_role("combobox", name="What", exact=False).first
    what.select_option("Rules of the guideline")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("Here is what has some of them.")).to_be_visible()
    what.select_option("Lessons")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    page.locator(".results a").last.click()
    expect(page.locator(".prose")).to_contain_text("tell who you are")


def test_a_path_is_put_in_order_by_keyboard_without_scripts_on_a_phone(
    new_page: NewPage, enter: Enter, make: Make
) -> None:
    first = make.course("one", title="One")
    make.course("two", title="Two", prerequisites=[first])
    dana = make.person("Dana", roles=("author",))
    path = editing.create(make.session, Words({"en": "For staff"}, {}, "staff"), dana.id)
    for course in ("two", "one"):
        editing.add(make.session, path.slug, course, dana.id)
    page = new_page(width=390, javascript=False)
    enter(dana, page)
    page.goto("/studio/paths/for-staff")
    expect(page.get_by_text("which comes later. Move it down.")).to_be_visible()
    page.get_by_role("button", name="Move “Two” down").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_have_text("“Two” is now course 2 of 2.")
    expect(page.get_by_text("which comes later")).to_have_count(0)
    expect(page.get_by_role("button", name="Move “Two” down")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
