"""The studio in a real browser: with the mouse, with the keyboard alone, and without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect
from sqlalchemy import select

from courses.models import Course, LessonText
from lms.people.models import Person
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only

LESSON = "/studio/principles/lesson-1"
WORDS = "Thank the person first."
Enter = Callable[..., None]
NewPage = Callable[..., Page]


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles")


@pytest.fixture
def dana(make: Make, course: Course) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


def text_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text of the lesson")


def open_lesson(page: Page, address: str = LESSON) -> None:
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-studio", "ready")


def write(page: Page, words: str = WORDS) -> None:
    """Add a sentence at the end of the text."""
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(f" {words}")


def saved(page: Page) -> Locator:
    return page.locator("[data-saved]")


def test_type_preview_publish_and_the_learner_reads_it(
    page: Page, new_page: NewPage, enter: Enter, dana: Person, people: People
) -> None:
    enter(dana)
    open_lesson(page)
    expect(page.get_by_role("link", name="Publish version 2")).to_have_count(0)
    write(page)
    expect(saved(page)).to_have_text("Not saved yet")
    page.get_by_role("link", name="Preview").click()
    expect(page.get_by_text("This is a preview of draft version 2.")).to_be_visible()
    expect(page.locator(".prose")).to_contain_text(WORDS)
    reader = new_page()
    enter(people.alice, reader)
    reader.goto("/courses/principles/lesson-1")
    expect(reader.locator(".prose")).not_to_contain_text(WORDS)
    page.get_by_role("link", name="Go on editing").click()
    page.get_by_role("link", name="Publish version 2").click()
    page.get_by_label("What changed, in a sentence").fill("Thanks come first")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("2, live", exact=True)).to_be_visible()
    expect(page.get_by_text("Thanks come first")).to_be_visible()
    enter(people.charlie, reader)
    reader.goto("/courses/principles/lesson-1")
    expect(reader.locator(".prose")).to_contain_text(WORDS)


def test_what_is_typed_is_saved_after_a_pause_and_the_page_follows(page: Page, enter: Enter, dana: Person) -> None:
    enter(dana)
    open_lesson(page)
    write(page)
    expect(saved(page)).to_have_text(re.compile(r"^Saved at \d\d:\d\d$"), timeout=15_000)
    expect(page.get_by_text("Draft, version 2")).to_be_visible()
    expect(page.get_by_text("Nederlands has not followed the change yet.")).to_be_visible()
    write(page, "And then ask.")
    page.get_by_role("button", name="Save draft").click()
    expect(saved(page)).to_have_text(re.compile("^Saved at"))
    open_lesson(page)
    expect(text_of(page)).to_contain_text(f"{WORDS} And then ask.")


def test_opening_a_lesson_changes_nothing(page: Page, enter: Enter, dana: Person) -> None:
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if _changes(request) else None)
    enter(dana)
    open_lesson(page)
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Preview").click()
    expect(page.get_by_text("There is no draft")).to_be_visible()
    assert posts == []


def _changes(request: Request) -> bool:
    """Whether a request could change something more than who is known to be here."""
    return request.method == "POST" and not request.url.partition("?")[0].endswith("/here")


def test_the_whole_way_with_the_keyboard_alone(page: Page, enter: Enter, dana: Person) -> None:
    enter(dana)
    open_lesson(page)
    text = text_of(page)
    tab_to(page, page.get_by_role("button", name="Heading", exact=True))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Subheading")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Redo")).to_be_focused()
    page.keyboard.press("Tab")
    expect(text).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+F10")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(text).to_be_focused()
    page.keyboard.type("A new heading")
    expect(text.locator("h2")).to_have_text("A new heading")
    expect(page.get_by_role("button", name="Heading", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("And a line under it.")
    page.keyboard.press("Control+s")
    expect(saved(page)).to_have_text(re.compile("^Saved at"))
    page.keyboard.press("Escape")
    page.locator("h1").evaluate("heading => { heading.tabIndex = -1; heading.focus(); }")
    tab_to(page, page.get_by_role("link", name="Publish version 2"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Publish version 2?")).to_be_visible()
    tab_to(page, page.get_by_label("What changed, in a sentence"))
    page.keyboard.type("A heading")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2, live", exact=True)).to_be_visible()


def tab_to(page: Page, target: Locator, most: int = 60) -> None:
    """Press Tab until something has the focus."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("Tab does not come there")


def test_the_toolbar_is_one_tab_stop(page: Page, enter: Enter, dana: Person) -> None:
    enter(dana)
    open_lesson(page)
    assert page.locator('.rte-bar button[tabindex="0"]').count() == 1
    write(page)
    page.get_by_role("button", name="Callout").click()
    expect(page.get_by_role("button", name="Careful")).to_be_visible()
    assert page.locator('.rte-bar button[tabindex="0"]').count() == 1
    page.get_by_role("button", name="Careful").click()
    expect(text_of(page).locator("aside.callout-careful")).to_have_count(1)


def test_links_and_tables_and_checks_are_made_with_the_toolbar(
    page: Page, enter: Enter, dana: Person, make: Make
) -> None:
    enter(dana)
    open_lesson(page)
    text_of(page).locator("strong").dblclick()
    page.get_by_role("button", name="Link", exact=True).click()
    address = page.get_by_label("Address")
    address.fill("javascript:alert(1)")
    page.get_by_role("button", name="Set the link").click()
    expect(page.get_by_text("Use an address that begins with")).to_be_visible()
    address.fill("/guidelines/how-we-speak#D2")
    page.get_by_role("button", name="Set the link").click()
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Table", exact=True).click()
    page.keyboard.type("What they read")
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Write below it").click()
    page.get_by_role("button", name="Knowledge check").click()
    page.keyboard.type("What now?")
    page.keyboard.press("Control+s")
    expect(saved(page)).to_have_text(re.compile("^Saved at"))
    expect(page.get_by_text("A knowledge check needs a question")).to_be_visible()
    make.session.rollback()
    html = make.session.scalars(select(LessonText.html).order_by(LessonText.revision.desc()).limit(1)).one()
    assert 'href="/guidelines/how-we-speak#D2"' in html
    assert html.count("<tr>") == 4
    assert '<p class="check-q">What now?</p>' in html


def test_two_authors_both_keep_their_text(
    page: Page, new_page: NewPage, enter: Enter, dana: Person, make: Make, accessible: Callable[[Page], None]
) -> None:
    tom = make.person("Tom", "Wouters", roles=("author",))
    other = new_page()
    enter(dana)
    enter(tom, other)
    open_lesson(page)
    open_lesson(other)
    write(other, "Tom was here.")
    other.keyboard.press("Control+s")
    expect(saved(other)).to_have_text(re.compile("^Saved at"))
    write(page, "Dana was here.")
    page.keyboard.press("Control+s")
    expect(saved(page)).to_contain_text(
        re.compile(r"Tom Wouters saved this text on .+ \(Brussels\)\. Your text is kept here\.")
    )
    expect(text_of(page)).to_contain_text("Dana was here.")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Tom Wouters saved this text on")).to_be_visible()
    expect(page.locator("del.was").first).to_contain_text("Tom")
    accessible(page)
    expect(text_of(page)).to_contain_text("Dana was here.")
    page.get_by_role("button", name="Save draft").click()
    expect(saved(page)).to_have_text(re.compile("^Saved at"))
    expect(page.get_by_role("heading", name="Tom Wouters saved this text on")).to_have_count(0)
    open_lesson(other)
    expect(text_of(other)).to_contain_text("Dana was here.")


def test_the_other_text_can_be_taken(page: Page, new_page: NewPage, enter: Enter, dana: Person, make: Make) -> None:
    tom = make.person("Tom", "Wouters", roles=("author",))
    other = new_page()
    enter(dana)
    enter(tom, other)
    open_lesson(page)
    open_lesson(other)
    write(other, "Tom was here.")
    other.keyboard.press("Control+s")
    expect(saved(other)).to_have_text(re.compile("^Saved at"))
    write(page, "Dana was here.")
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("link", name="Take the text of Tom Wouters").click()
    expect(text_of(page)).to_contain_text("Tom was here.")
    expect(text_of(page)).not_to_contain_text("Dana was here.")


def test_what_cannot_be_saved_now_is_saved_later(page: Page, enter: Enter, dana: Person) -> None:
    enter(dana)
    open_lesson(page)
    broken = [True]

    def answer(route: Route, request: Request) -> None:
        if request.method == "POST" and broken[0]:
            route.abort()
        else:
            route.continue_()

    page.route("**/studio/**", answer)
    write(page)
    page.keyboard.press("Control+s")
    expect(saved(page)).to_have_text("Not saved yet. We try again")
    expect(text_of(page)).to_contain_text(WORDS)
    broken[0] = False
    expect(saved(page)).to_have_text(re.compile("^Saved at"), timeout=15_000)


def test_it_works_without_scripts(new_page: NewPage, enter: Enter, dana: Person, people: People) -> None:
    page = new_page(javascript=False)
    enter(dana, page)
    page.goto(LESSON)
    expect(page.locator("h1")).to_have_text("Lesson 1")
    page.get_by_label("Text of the lesson").fill(
        f"<p>{WORDS}</p><script>document.title = 'bad'</script><p><img src=x onerror=\"document.title='bad'\"></p>"
    )
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_label("Text of the lesson")).not_to_have_value(re.compile("<script|onerror"))
    page.get_by_role("link", name="Publish version 2").click()
    expect(page.get_by_text("no text that says what it shows")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^Lesson 1 \(English\)")).click()
    page.get_by_label("Text of the lesson").fill(f"<p>{WORDS}</p>")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Publish version 2").click()
    page.get_by_role("button", name="Publish version 2").click()
    page.goto("/courses/principles/lesson-1")
    expect(page.locator(".prose")).to_have_text(WORDS)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_are_accessible(
    new_page: NewPage, enter: Enter, dana: Person, accessible: Callable[[Page], None], width: int
) -> None:
    page = new_page(width=width)
    enter(dana, page)
    open_lesson(page)
    write(page)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Table", exact=True).click()
    page.keyboard.type("Words")
    page.keyboard.press("Tab")
    page.keyboard.type("What they mean")
    page.keyboard.press("Control+s")
    expect(saved(page)).to_have_text(re.compile("^Saved at"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    accessible(page)
    for address in (
        "/studio/",
        "/studio/principles",
        LESSON + "/preview",
        "/studio/principles/publish",
        "/studio/principles/versions/1",
        LESSON + "?lang=fr",
    ):
        page.goto(address)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
