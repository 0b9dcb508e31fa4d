"""The bank of questions and the rules of a quiz in a real browser, with scripts and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lms.people.models import Person
from tests.make import Make

pytestmark = pytest.mark.sqlite_only
Enter = Callable[..., None]
NewPage = Callable[..., Page]


@pytest.fixture
def dana(make: Make) -> Person:
    make.quiz()
    return make.person("Dana", "Smit", roles=("author",))


def test_questions_are_found_and_changed_together(
    page: Page, enter: Enter, dana: Person, accessible: Callable[[Page], None]
) -> None:
    enter(dana)
    page.goto("/studio/questions")
    expect(page.locator("html")).to_have_attribute("data-bank", "ready")
    page.get_by_label("Search the questions").fill("stem of sort")
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 questions", exact=True)).to_be_visible()
    page.get_by_label("Tick all on this page").check()
    expect(page.get_by_text("4 ticked")).to_be_visible()
    page.get_by_role("checkbox", name="Stem of sort-2").uncheck()
    expect(page.get_by_text("3 ticked")).to_be_visible()
    page.get_by_label("Tags", exact=True).fill("crisis")
    page.get_by_role("button", name="Add tags").click()
    expect(page.get_by_role("status").get_by_text("3 questions were changed.")).to_be_visible()
    expect(page.get_by_role("row", name="Stem of sort-1")).to_contain_text("crisis")
    accessible(page)
    page.get_by_role("row", name="Stem of sort-1").get_by_role("link", name="Where used").click()
    expect(page.get_by_role("heading", name="Where it is used")).to_be_visible()
    accessible(page)


def test_rules_are_set_without_scripts_on_a_phone(new_page: NewPage, enter: Enter, dana: Person) -> None:
    page = new_page(javascript=False, width=390)
    enter(dana, page)
    page.goto("/studio/quizzes/principles/rules")
    page.get_by_role("button", name="Add a line").click()
    page.get_by_label("What line 1 draws").select_option(label="clause D2")
    page.get_by_label("How many in line 1").fill("30")
    page.get_by_role("button", name="Save the rules").last.click()
    expect(page.get_by_role("alert")).to_contain_text("asks for 30 questions")
    expect(page.get_by_label("How many in line 1")).to_have_value("30")
    page.get_by_label("How many in line 1").fill("3")
    page.get_by_role("button", name="Add a clause").click()
    page.get_by_label("Clause 1").select_option("D4")
    page.get_by_label("Attempts, empty for any number").fill("")
    page.get_by_label("What is ticked here").check()
    page.get_by_label("Not passed, later: Right answers").check()
    page.get_by_role("button", name="Save the rules").last.click()
    expect(page.get_by_text("Saved. This holds from now on.")).to_be_visible()
    expect(page.get_by_text("3 of “clause D2”: 4 there")).to_be_visible()
    expect(page.get_by_text("looks like a pass")).to_be_visible()
    expect(page.get_by_label("Attempts, empty for any number")).to_have_value("")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_rules_are_for_everybody_to_use(
    page: Page, enter: Enter, dana: Person, accessible: Callable[[Page], None]
) -> None:
    enter(dana)
    page.goto("/studio/quizzes/principles/rules")
    accessible(page)
    page.get_by_role("link", name="Back to the quiz").click()
    page.get_by_role("link", name="All rules").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rules of")
