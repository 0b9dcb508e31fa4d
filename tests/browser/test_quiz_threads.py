"""Cases in several turns in a real browser: with and without JavaScript, on a phone, and against their own clock."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from quizzes import papers
from quizzes.attempt_models import Attempt
from quizzes.papers import Item
from quizzes.questions import Answer
from tests.make import Make, People
from tests.quizzes.cases import cases

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]
Enter = Callable[..., None]


@pytest.fixture
def attempt(make: Make, people: People) -> Attempt:
    """Alice is inside an attempt with two cases."""
    return make.attempt(people.alice, make.quiz_of(*cases(), asks_certainty=False))


def item_of(session: Session, attempt: Attempt, kind: str) -> Item:
    session.commit()
    session.expire_all()
    found = next(item for item in papers.items(session, attempt) if item.question.kind == kind)
    session.commit()
    return found


def open_case(page: Page, session: Session, attempt: Attempt, kind: str) -> Item:
    found = item_of(session, attempt, kind)
    page.goto(f"/attempts/{attempt.id}?question={found.position}")
    return found


def say(page: Page, key: str, kind: str = "thread") -> None:
    page.get_by_label(f"SAY-{key} in the {kind}").check()
    page.get_by_role("button", name="Send this answer" if kind == "thread" else "Choose this").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_thread_is_walked_to_its_end(
    session: Session, attempt: Attempt, people: People, new_page: Callable[..., Page], enter: Enter, javascript: bool
) -> None:
    page = new_page(width=390, javascript=javascript)
    enter(people.alice, page)
    found = open_case(page, session, attempt, "thread")
    for key, after in (("b", "STEP-excuse"), ("c", "STEP-close"), ("f", "This is the end of the thread.")):
        say(page, key)
        expect(page.get_by_text(after)).to_be_visible()
        assert page.url.endswith(f"question={found.position}#now")
        assert page.locator("#now").evaluate("it => it.getBoundingClientRect().top < innerHeight")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert item_of(session, attempt, "thread").answer == {"path": ["b", "c", "f"]}
    expect(page.locator(".pips button.a")).to_have_count(1)


def test_a_choice_is_sent_by_its_button_only(
    session: Session, attempt: Attempt, page: Page, enter: Enter, people: People
) -> None:
    enter(people.alice)
    found = open_case(page, session, attempt, "thread")
    page.get_by_role("button", name="Send this answer").click()
    assert page.evaluate("document.querySelector('#answer input[type=radio]').validity.valueMissing")
    page.get_by_label("SAY-b in the thread").check()
    page.get_by_label("SAY-a in the thread").check()
    expect(page.locator("[data-saved]")).to_have_text("Saved as you go")
    assert item_of(session, attempt, "thread").answer is None
    page.get_by_label("SAY-a in the thread").press("Enter")
    expect(page.get_by_text("STEP-close")).to_be_visible()
    assert f"question={found.position}" in page.url
    page.locator("form#answer .row-between button").last.click()
    expect(page.get_by_text("STEP-close")).to_be_hidden()
    assert item_of(session, attempt, "thread").answer == {"path": ["a"]}


def test_two_windows_walk_one_way(session: Session, attempt: Attempt, page: Page, enter: Enter, people: People) -> None:
    enter(people.alice)
    open_case(page, session, attempt, "thread")
    other = page.context.new_page()
    other.goto(page.url)
    say(page, "a")
    expect(page.get_by_text("STEP-close")).to_be_visible()
    say(other, "b")
    expect(other.locator("#problem")).to_contain_text("You answered in another window")
    other.get_by_role("link", name="Continue here").click()
    expect(other.get_by_text("STEP-close")).to_be_visible()
    assert item_of(session, attempt, "thread").answer == {"path": ["a"]}


@pytest.mark.parametrize("javascript", [True, False])
def test_a_triage_is_walked_under_its_clock(
    session: Session, attempt: Attempt, people: People, new_page: Callable[..., Page], enter: Enter, javascript: bool
) -> None:
    page = new_page(javascript=javascript)
    enter(people.alice, page)
    open_case(page, session, attempt, "triage")
    expect(page.get_by_text("STEP-true")).to_have_count(0)
    page.get_by_role("button", name="Begin the case").click()
    expect(page.locator(".case-clock")).to_be_visible()
    for key in "afh":
        say(page, key, "triage")
    expect(page.get_by_text("The case has come to its end.")).to_be_visible()
    expect(page.locator(".case-clock")).to_have_count(0)
    answer: Answer = {"path": ["a", "f", "h"], "begun": True}
    assert item_of(session, attempt, "triage").answer == answer


def test_what_is_chosen_when_the_time_ends_is_sent(
    session: Session, attempt: Attempt, page: Page, enter: Enter, people: People
) -> None:
    enter(people.alice)
    page.clock.install()
    open_case(page, session, attempt, "triage")
    page.get_by_role("button", name="Begin the case").click()
    expect(page.get_by_text("STEP-true")).to_be_visible()
    page.clock.fast_forward(50_500)
    expect(page.locator("#live")).to_have_text("10 seconds left for this case.")
    page.get_by_label("SAY-b in the triage").check()
    page.clock.fast_forward(10_500)
    expect(page.get_by_text("STEP-safe")).to_be_visible()
    assert item_of(session, attempt, "triage").answer == {"path": ["b"], "begun": True}


def test_cases_are_accessible(
    session: Session,
    attempt: Attempt,
    people: People,
    new_page: Callable[..., Page],
    enter: Enter,
    accessible: Callable[[Page], None],
) -> None:
    page = new_page(width=390)
    enter(people.alice, page)
    open_case(page, session, attempt, "triage")
    accessible(page)
    page.get_by_role("button", name="Begin the case").click()
    say(page, "a", "triage")
    accessible(page)
    open_case(page, session, attempt, "thread")
    say(page, "a")
    accessible(page)
    say(page, "g")
    accessible(page)
