"""Cited sources in the editor, and a lesson on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from courses.models import Lesson, LessonText, Module
from lms.people.models import Person
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only

Enter = Callable[..., None]
SOURCE = '<a href="/sources#D3" class="source">3,297 people</a>'
TEXT = f"<p>In 2012 {SOURCE} knew it.</p><details><summary>More</summary><p>Folded away.</p></details>"


@pytest.fixture
def dana(make: Make) -> Person:
    """An author; there is a live course with an optional lesson that cites a source."""
    course = make.course(lessons=1)
    version = make.course_version(course, number=2, lessons=1)
    module = make.session.scalars(select(Module).where(Module.version_id == version.id)).one()
    make.lesson(module, 2, slug="extra", html=TEXT).optional = True
    make.session.flush()
    make.publish(version)
    return make.person("Dana", "Smit", roles=("author",))


def test_a_cited_source_stays_one_in_the_editor(page: Page, enter: Enter, make: Make, dana: Person) -> None:
    enter(dana)
    page.goto("/studio/principles/extra")
    expect(page.locator("html")).to_have_attribute("data-studio", "ready")
    words = page.get_by_role("textbox", name="Text of the lesson")
    paste = """([host, html]) => {
        const data = new DataTransfer();
        data.setData('text/html', html); data.setData('text/plain', 'words');
        host.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    words.locator("p").first.click()
    page.keyboard.press("End")
    page.evaluate(paste, [words.element_handle(), '<p>Also <a href="/sources#L4" class="source">here</a>.</p>'])
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    make.session.expire_all()
    rows = select(LessonText.html).join(Lesson, Lesson.id == LessonText.lesson_id)
    newest = rows.where(Lesson.slug == "extra", LessonText.language == "en").order_by(LessonText.version_id.desc())
    html = make.session.scalars(newest).first() or ""
    assert SOURCE in html
    assert 'href="/sources#L4" class="source"' in html


def test_a_lesson_on_paper_is_the_text_alone(page: Page, enter: Enter, people: People, dana: Person) -> None:
    enter(people.alice)
    page.goto("/courses/principles/extra")
    button = page.get_by_role("button", name="Print")
    expect(button).to_be_visible()
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    button.click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_text("Folded away.")).to_be_visible()
    for gone in (button, page.get_by_role("navigation"), page.get_by_role("button", name="Mark as done")):
        expect(gone.first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_a_picture_on_a_phone_opens_by_itself(
    enter: Enter, new_page: Callable[..., Page], accessible: Callable[[Page], None], make: Make, people: People
) -> None:
    course = make.course(lessons=1)
    version = make.course_version(course, number=2, lessons=0)
    module = make.session.scalars(select(Module).where(Module.version_id == version.id)).one()
    make.lesson(module, 1, html='<figure class="picture"><img alt="A badge" src="/static/favicon.svg"></figure>')
    make.publish(version)
    page = new_page(width=390)
    enter(people.alice, page)
    page.goto("/courses/principles/lesson-1")
    link = page.get_by_role("link", name="A badge")
    expect(link).to_have_attribute("href", "/static/favicon.svg")
    accessible(page)
