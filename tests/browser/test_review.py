"""Reviewing in a real browser: a remark on a passage, its answer, the sign-off, and publishing; and the preview."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from courses.authoring import drafts, editions
from courses.models import Course
from courses.review import asking, reviewers, topics
from courses.review.models import TopicClause
from lms.people.models import Person
from tests.make import Make

pytestmark = pytest.mark.sqlite_only

REVIEW = "/studio/principles/review"
Enter = Callable[..., None]
NewPage = Callable[..., Page]
SELECT = """() => {
  const words = document.querySelector("[data-passages] p").firstChild, range = document.createRange();
  range.setStart(words, 0); range.setEnd(words, 11);
  const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);
}"""


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles")


@pytest.fixture
def dana(make: Make, course: Course) -> Person:
    return make.person("Dana", "Smit", roles=("author", "administrator"))


@pytest.fixture
def lena(make: Make, dana: Person, course: Course) -> Person:
    """Reviews what the lessons are about; Dana has changed the first of them and asked for a review."""
    session = make.session
    topics.load_shipped(session)
    session.add(TopicClause(key="personal-data", code="D2"))
    lena = make.person("Lena", "Vogel", email="lena@acme.example", roles=("legal",))
    reviewers.add(session, lena, dana.id, topic="personal-data")
    draft = drafts.open_draft(session, course.id, dana.id)
    number = editions.lesson_id(session, draft.id, "lesson-1")
    drafts.save_lesson(session, number, "en", "Lesson 1", "<p>Thank them first, always.</p>", 1, dana.id)
    asking.ask(session, course.id, dana.id)
    return lena


def test_lena_remarks_dana_settles_lena_signs_dana_publishes(
    page: Page, new_page: NewPage, enter: Enter, dana: Person, lena: Person
) -> None:
    author = new_page()
    enter(lena)
    enter(dana, author)
    author.goto("/studio/principles/publish")
    expect(author.get_by_text("Ask Lena Vogel.")).to_be_visible()
    page.goto("/studio/reviews")
    page.get_by_role("link", name="S1. Principles").click()
    page.get_by_role("link", name="Lesson 1").first.click()
    page.wait_for_url(f"**{REVIEW}/lesson-1")
    page.evaluate(SELECT)
    expect(page.get_by_label("The passage you mean")).to_have_value("Thank them")
    page.get_by_label("Your remark").fill("Who is them?")
    page.get_by_role("button", name="Add the remark").click()
    expect(page.locator("mark.remark")).to_have_text("Thank them")
    author.goto("/studio/principles/lesson-1")
    author.get_by_role("link", name="Answer (Lena Vogel)").click()
    author.get_by_text("Answer", exact=True).click()
    author.get_by_label("Your answer").fill("The customer.")
    author.get_by_role("button", name="Send the answer").click()
    expect(author.get_by_text("The customer.")).to_be_visible()
    author.get_by_role("button", name="Resolved").click()
    expect(author.get_by_text("by Dana Smit")).to_be_visible()
    page.goto(REVIEW)
    page.get_by_role("button", name="Sign off (Personal data)").click()
    expect(page.get_by_text(re.compile("Lena Vogel signed this off on"))).to_be_visible()
    author.goto("/studio/principles/publish")
    expect(author.get_by_text("Ask Lena Vogel")).to_have_count(0)
    author.get_by_role("button", name="Publish version 2").click()
    author.goto("/studio/principles/versions/2")
    expect(author.get_by_text("Personal data")).to_be_visible()
    expect(author.get_by_text(re.compile("^: Lena Vogel|Lena Vogel, "))).to_be_visible()


def test_it_works_without_scripts(new_page: NewPage, enter: Enter, lena: Person) -> None:
    page = new_page(javascript=False)
    enter(lena, page)
    page.goto(f"{REVIEW}/lesson-1")
    page.get_by_label("The passage you mean").fill("Thank them")
    page.get_by_label("Your remark").fill("Who is them?")
    page.get_by_role("button", name="Add the remark").click()
    expect(page.locator("mark.remark")).to_have_text("Thank them")
    expect(page.get_by_role("article", name="Remark of Lena Vogel")).to_contain_text("Who is them?")


def test_a_preview_on_a_phone_in_the_dark_is_walked_to_its_end(page: Page, enter: Enter, dana: Person) -> None:
    enter(dana)
    page.goto("/studio/principles/walk/lesson-1")
    page.get_by_text("Look at it as somebody else").click()
    page.get_by_role("combobox", name="Screen").select_option("390")
    page.get_by_role("combobox", name="Display").select_option("dark")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("iframe")).to_be_visible()
    inner = page.frame_locator("iframe")
    expect(inner.locator("html")).to_have_attribute("data-theme", "dark")
    assert inner.locator("html").evaluate("() => innerWidth") == 390
    for number in (1, 2, 3):
        expect(inner.get_by_role("heading", level=1)).to_have_text(f"Lesson {number}")
        inner.get_by_role("button", name="Mark as done and go on").click()
    expect(inner.get_by_text("3 of 3 lessons done")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_are_accessible(
    new_page: NewPage, enter: Enter, dana: Person, lena: Person, accessible: Callable[[Page], None], width: int
) -> None:
    page = new_page(width=width)
    enter(lena, page)
    page.goto(f"{REVIEW}/lesson-1")
    page.get_by_label("The passage you mean").fill("Thank them")
    page.get_by_label("Your remark").fill("Who is them?")
    page.get_by_role("button", name="Add the remark").click()
    for address in ("", "/studio/reviews", REVIEW, "/studio/reviewers"):
        if address:
            page.goto(address)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    author = new_page(width=width)
    enter(dana, author)
    for address in ("/studio/principles/walk", "/studio/principles/walk/lesson-1?width=768", "/studio/reviewers"):
        author.goto(address)
        accessible(author)
        assert author.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
