"""Lessons of every kind in a real browser: with the keyboard, without scripts, and what an outside player may know."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.media.models import Media, MediaItem
from courses.models import Course, Lesson, LessonClause, LessonFile
from lms.base import clock
from lms.guidelines.models import ClauseAttestation
from lms.people.models import Person
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only

PLAYER = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
Enter = Callable[..., None]
NewPage = Callable[..., Page]


@pytest.fixture
def course(make: Make) -> Course:
    """A course with a lesson to read (1), a film elsewhere (2), clauses (3), a document (4), and three forms (5)."""
    make.guideline()
    course = Course(slug="kinds", code="K1", tier="staff", owner="Hub", business_reason="Why.", review_on=clock.today())
    make.session.add(course)
    make.session.flush()
    version = make.course_version(course, lessons=5, title="Kinds")
    lessons = make.session.scalars(select(Lesson).where(Lesson.version_id == version.id).order_by(Lesson.position))
    for lesson, kind in zip(lessons.all(), ("reading", "video", "clause", "document", "video"), strict=True):
        lesson.kind = kind
        for role, address in FILES.get(lesson.slug, {}).items():
            words = {"version_id": version.id, "language": "en", "label": f"The {role}", "seconds": 70}
            make.session.add(LessonFile(lesson_id=lesson.id, role=role, address=address, **words))
        if kind == "clause":
            make.session.add(LessonClause(lesson_id=lesson.id, version_id=version.id, code="D4"))
    make.publish(version)
    return course


FILES = {
    "lesson-2": {"player": PLAYER},
    "lesson-4": {"document": f"/media/{'a' * 64}/card.pdf"},
    "lesson-5": {"video": f"/media/{'b' * 64}/film.mp4", "audio": f"/media/{'c' * 64}/film.mp3"},
}


def elsewhere(page: Page) -> list[str]:
    """What the page asks of other hosts; the answers are made here."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="<title>A film</title><p>A film.</p>", content_type="text/html")

    page.route(lambda url: "127.0.0.1" not in url, answer)
    return asked


def test_nothing_is_asked_of_the_player_before_the_click_and_only_the_site_is_told_after_it(
    page: Page, enter: Enter, course: Course, people: People
) -> None:
    enter(people.alice)
    asked = elsewhere(page)
    page.goto("/courses/kinds/lesson-2")
    expect(page.get_by_role("button", name="Play the film at YouTube")).to_be_visible()
    expect(page.get_by_text("Your browser then talks to www.youtube-nocookie.com")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert asked == []
    assert page.context.cookies(PLAYER) == []
    with page.expect_request(lambda request: request.url.startswith(PLAYER)) as sent:
        page.get_by_role("button", name="Play the film at YouTube").press("Enter")
    told = sent.value.header_value("referer")
    assert told is None or re.fullmatch(r"http://127\.0\.0\.1:\d+/", told)
    expect(page.locator("iframe")).to_be_focused()
    expect(page.frame_locator("iframe").get_by_text("A film.")).to_be_visible()
    assert {re.sub(r"\?.*", "", address) for address in asked} == {PLAYER}


def test_without_scripts_the_film_is_a_link(new_page: NewPage, enter: Enter, course: Course, people: People) -> None:
    page = new_page(javascript=False)
    enter(people.alice, page)
    asked = elsewhere(page)
    page.goto("/courses/kinds/lesson-2")
    expect(page.get_by_role("button", name="Play the film")).to_have_count(0)
    link = page.get_by_role("link", name="Open it at YouTube (in a new tab)")
    expect(link).to_have_attribute("href", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
    assert asked == []


def test_clauses_are_accepted_with_the_keyboard_alone(
    page: Page, enter: Enter, course: Course, people: People, session: Session
) -> None:
    enter(people.alice)
    page.goto("/courses/kinds/lesson-3")
    page.get_by_label("I have read D2 and will keep to it.").press("Space")
    page.get_by_label("I have read D4 and will keep to it.").press("Space")
    page.get_by_role("button", name="Accept and go on").press("Enter")
    expect(page).to_have_url(re.compile("/lesson-4$"))
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(ClauseAttestation)) == 2


def test_without_scripts_a_missing_box_is_named_and_the_other_stays_ticked(
    new_page: NewPage, enter: Enter, course: Course, people: People
) -> None:
    page = new_page(javascript=False)
    enter(people.alice, page)
    page.goto("/courses/kinds/lesson-3")
    page.get_by_label("I have read D2").check()
    page.locator("form#done").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Accept and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box under D4")
    expect(page.get_by_label("I have read D2")).to_be_checked()
    expect(page.get_by_label("I have read D4")).not_to_be_checked()


def test_one_form_after_the_other(page: Page, enter: Enter, course: Course, people: People) -> None:
    enter(people.alice)
    page.goto("/courses/kinds/lesson-5")
    expect(page.locator("video")).to_be_visible()
    page.get_by_role("link", name="Listen").click()
    expect(page.locator("audio")).to_be_visible()
    page.get_by_role("link", name="Read", exact=True).click()
    expect(page.locator("audio, video")).to_have_count(0)
    page.get_by_role("button", name="I have read this, go on").click()
    expect(page).to_have_url(re.compile("/courses/kinds$"))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_are_accessible(
    new_page: NewPage,
    enter: Enter,
    make: Make,
    course: Course,
    people: People,
    accessible: Callable[[Page], None],
    width: int,
) -> None:
    page = new_page(width=width)
    enter(make.person("Dana", roles=("author",)), page)
    pages = [f"/courses/kinds/lesson-{number}" for number in (2, 3, 4, 5)]
    for address in (*pages, "/courses/kinds/lesson-5?form=listen", "/courses/kinds", "/studio/kinds/lesson-5/settings"):
        page.goto(address)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_an_author_makes_an_exercise_and_picks_a_film(
    page: Page, enter: Enter, make: Make, course: Course, session: Session
) -> None:
    media = Media(
        sha256="d" * 64, name="street.mp4", content_type="video/mp4", size=9, seconds=60, created_at=clock.now()
    )
    session.add(media)
    session.flush()
    session.add(MediaItem(title="The street", kind="film", media_id=media.id, created_at=clock.now()))
    dana: Person = make.person("Dana", roles=("author",))
    enter(dana)
    page.goto("/studio/kinds/lesson-1/settings")
    expect(page.get_by_role("heading", name="The exercise")).to_be_hidden()
    page.get_by_label("Exercise A checklist").check()
    page.get_by_label("Checklist").last.check()
    page.get_by_role("group", name="Lines of the checklist").get_by_label("English").fill("Look\nThink\nWrite")
    page.get_by_role("combobox", name="Film", exact=True).first.select_option(label="The street")
    page.get_by_label("Minutes it takes").fill("none")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("alert")).to_contain_text("Write a whole number from 1 to 600.")
    expect(page.get_by_role("group", name="Lines of the checklist").get_by_label("English")).to_have_value(
        "Look\nThink\nWrite"
    )
    page.get_by_label("Minutes it takes").fill("8")
    page.get_by_role("button", name="Save the settings").click()
    expect(page).to_have_url(re.compile("/studio/kinds/lesson-1$"))
    page.goto("/studio/kinds/lesson-1/settings")
    expect(page.get_by_label("Minutes it takes")).to_have_value("8")
    expect(page.get_by_role("combobox", name="Film", exact=True).first).to_have_value(f"/media/{'d' * 64}/street.mp4")
