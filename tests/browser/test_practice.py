"""Practicing in a real browser: with and without JavaScript, on a phone, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock
from quizzes.practice.models import PracticeAnswer, PracticeCard
from quizzes.question_models import Question
from tests.make import Make, People
from tests.quizzes.cases import cases

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]
Enter = Callable[..., None]
PRACTICE = "/quizzes/principles/practice"


def for_practice(session: Session, *keys: str) -> list[Question]:
    found = session.scalars(select(Question).where(Question.key.in_(keys)).order_by(Question.id)).all()
    for one in found:
        one.purpose = "practice"
    session.flush()
    return list(found)


def answers(session: Session) -> list[PracticeAnswer]:
    session.commit()
    session.expire_all()
    found = session.scalars(select(PracticeAnswer).order_by(PracticeAnswer.id)).all()
    session.commit()
    return list(found)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_missed_question_is_told_at_once_and_the_next_one_follows(
    session: Session,
    make: Make,
    people: People,
    new_page: Callable[..., Page],
    enter: Enter,
    accessible: Callable[[Page], None],
    javascript: bool,
) -> None:
    make.ready(people.alice, make.quiz())
    single, sort = for_practice(session, "single-1", "sort-1")
    due_on = clock.today(people.alice.time_zone)
    session.add(PracticeCard(person_id=people.alice.id, question_id=single.id, due_on=due_on))
    page = new_page(width=390, javascript=javascript)
    enter(people.alice, page)
    page.goto("/learning")
    page.get_by_role("region", name="One question to practice today").get_by_role("link", name="Practice").click()
    expect(page.get_by_role("heading", name="One question is due today")).to_be_visible()
    page.get_by_role("link", name="Start practicing").click()
    page.get_by_label("Choice a of single-1").check()
    page.get_by_label("Very sure").check()
    page.wait_for_timeout(300)
    assert answers(session) == []
    page.get_by_role("button", name="See how it was").click()
    expect(page.get_by_role("heading", name="This crosses a red line")).to_be_visible()
    expect(page.get_by_text("You were very sure")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if javascript:
        accessible(page)
    assert [(one.answer, one.certainty) for one in answers(session)] == [({"choice": "a"}, 3)]
    page.get_by_role("link", name="Next question").click()
    expect(page.get_by_role("heading", name="Stem of sort-1")).to_be_visible()
    page.get_by_label("Go ahead").first.check()
    page.get_by_role("button", name="See how it was").click()
    expect(page.get_by_role("alert")).to_contain_text("Something is still open")
    expect(page.get_by_label("Go ahead").first).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if javascript:
        accessible(page)
        expect(page.locator("#errors")).to_be_focused()


def test_letters_choose_and_enter_asks_for_the_verdict(
    session: Session, make: Make, people: People, page: Page, enter: Enter
) -> None:
    make.ready(people.alice, make.quiz())
    (single,) = for_practice(session, "single-2")
    enter(people.alice)
    page.goto(f"{PRACTICE}/{single.id}")
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("b")
    expect(page.locator("input[name=answer]").nth(1)).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_visible()
    assert len(answers(session)) == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_a_thread_is_walked_and_told_at_its_end(
    session: Session, make: Make, people: People, new_page: Callable[..., Page], enter: Enter, javascript: bool
) -> None:
    make.ready(people.alice, make.quiz_of(*cases()))
    (thread,) = for_practice(session, "thread-of-2")
    page = new_page(width=390, javascript=javascript)
    enter(people.alice, page)
    page.goto(f"{PRACTICE}/{thread.id}")
    for key in ("b", "c", "f"):
        page.get_by_label(f"SAY-{key} in the thread").check()
        page.get_by_role("button", name="Send this answer").click()
    expect(page.get_by_role("heading", name="Half right")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [one.answer for one in answers(session)] == [{"path": ["b", "c", "f"]}]
