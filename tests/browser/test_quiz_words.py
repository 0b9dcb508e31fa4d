"""Marking problem words, rewriting a post and attesting in a real browser: with and without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from quizzes import papers
from quizzes.attempt_models import Attempt
from quizzes.papers import Item
from tests.make import Make, People
from tests.quizzes import words_quiz

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]
Enter = Callable[..., None]


@pytest.fixture
def attempt(make: Make, people: People, enter: Enter, tmp_path: Path) -> Attempt:
    """Alice is signed in and inside an attempt at a quiz about words."""
    enter(people.alice)
    return make.attempt(people.alice, make.quiz(folder=words_quiz.write(tmp_path)))


def item(session: Session, attempt: Attempt, kind: str) -> Item:
    """A question of the paper, read in a transaction of its own."""
    session.commit()
    session.expire_all()
    found = next(one for one in papers.items(session, attempt) if one.question.kind == kind)
    session.commit()
    return found


def go_to(page: Page, attempt: Attempt, on: Item) -> None:
    page.goto(f"/attempts/{attempt.id}?question={on.position}")


def save(page: Page) -> None:
    """Press the button of the form, and wait for the page that comes next."""
    here = page.url
    page.locator("form#answer .btn-lg").click()
    page.wait_for_url(lambda address: address != here)


@pytest.mark.parametrize(("javascript", "width"), [(False, 1280), (True, 390)])
def test_a_quiz_about_words_is_taken(
    session: Session,
    people: People,
    attempt: Attempt,
    new_page: Callable[..., Page],
    enter: Enter,
    accessible: Callable[[Page], None],
    javascript: bool,
    width: int,
) -> None:
    page = new_page(javascript=javascript, width=width)
    enter(people.alice, page)
    spot, rewrite, attest = (item(session, attempt, kind) for kind in ("spot", "rewrite", "attest"))
    go_to(page, attempt, spot)
    page.get_by_text("we will beat every forecast").click()
    page.get_by_text("says my boss.").click()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    save(page)
    go_to(page, attempt, rewrite)
    page.get_by_label("Your version of the post").fill(words_quiz.GOOD)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    save(page)
    go_to(page, attempt, attest)
    for statement in words_quiz.STATEMENTS:
        page.get_by_label(statement).check()
    save(page)
    if javascript:
        for one in (spot, rewrite, attest):
            go_to(page, attempt, one)
            accessible(page)
    page.goto(f"/attempts/{attempt.id}/overview")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You passed, Alice")
    expect(page.get_by_text(words_quiz.GOOD)).to_be_visible()


def test_phrases_are_marked_with_the_keyboard(session: Session, attempt: Attempt, page: Page) -> None:
    go_to(page, attempt, item(session, attempt, "spot"))
    page.get_by_label("we will beat every forecast").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".pips button.a")).to_have_count(1)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.reload()
    expect(page.get_by_label("says my boss.")).to_be_checked()
    assert item(session, attempt, "spot").answer == {"choices": ["b", "d"]}


def test_a_text_is_saved_while_it_is_written_and_counted(session: Session, attempt: Attempt, page: Page) -> None:
    go_to(page, attempt, item(session, attempt, "rewrite"))
    page.get_by_role("button", name="Start from the post").click()
    text = page.get_by_label("Your version of the post")
    expect(text).to_have_value("We promise you your money back.")
    expect(page.get_by_role("button", name="Start from the post")).to_be_hidden()
    expect(page.get_by_text("31 of 200 letters")).to_be_visible()
    text.press("End")
    text.type(" Not.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    assert item(session, attempt, "rewrite").answer == {"text": "We promise you your money back. Not."}


def test_a_text_that_is_too_long_stays_where_it_is(session: Session, attempt: Attempt, page: Page) -> None:
    go_to(page, attempt, item(session, attempt, "rewrite"))
    text = page.get_by_label("Your version of the post")
    text.fill("é" * 203)
    expect(page.get_by_text("3 letters too many")).to_be_visible()
    text.blur()
    expect(page.locator("#fault")).to_contain_text("Your text is 3 letters too long: at most 200 fit.")
    page.locator("form#answer .btn-lg").click()
    expect(page.locator("#problem")).to_contain_text("3 letters too long")
    expect(text).to_have_value("é" * 203)
    text.fill(words_quiz.GOOD)
    text.blur()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    expect(page.locator("#fault")).to_be_hidden()
    assert item(session, attempt, "rewrite").answer == {"text": words_quiz.GOOD}


def test_a_text_that_is_too_long_is_not_lost_without_scripts(
    session: Session, people: People, attempt: Attempt, new_page: Callable[..., Page], enter: Enter
) -> None:
    page = new_page(javascript=False)
    enter(people.alice, page)
    go_to(page, attempt, item(session, attempt, "rewrite"))
    page.get_by_label("Your version of the post").fill("x" * 201)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Your text is 1 letter too long: at most 200 fit.")
    expect(page.get_by_label("Your version of the post")).to_have_value("x" * 201)
