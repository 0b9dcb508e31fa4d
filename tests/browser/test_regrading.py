"""Marking a question anew in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from lms.base.db import Database
from lms.people.models import Person
from tests.make import Make
from tests.quizzes import regrading_world as world
from tests.quizzes.regrading_world import REASON, SWAPPED, rekey, taken, worked

pytestmark = pytest.mark.sqlite_only

ASK = "/studio/quizzes/principles/questions/single-1/regrade"


@pytest.fixture
def dana(session: Session, make: Make) -> Person:
    quiz = world.quiz(session)
    taken(session, quiz, "single", "multiple")
    rekey(session, SWAPPED)
    return make.person("Dana", roles=["administrator"])


def test_the_page_follows_the_work_by_itself(
    session: Session,
    database: Database,
    page: Page,
    enter: Callable[..., None],
    dana: Person,
    accessible: Callable[[Page], None],
) -> None:
    enter(dana)
    page.goto(ASK)
    accessible(page)
    page.get_by_label("Only the new key counts").check()
    page.get_by_label("What was wrong with it").fill(REASON)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("progressbar", name="Looking at every attempt")).to_be_visible()
    worked(session, database)
    expect(page.get_by_text("Waits for your decision")).to_be_visible()
    expect(page.get_by_text("1 certificate would be awarded, 1 permission to speak given")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Apply it").click()
    expect(page.get_by_role("progressbar", name="Putting it right for everyone")).to_be_visible()
    worked(session, database)
    expect(page.get_by_text("Applied", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Undo it")).to_be_visible()


def test_it_works_on_a_phone_without_scripts(
    session: Session, database: Database, new_page: Callable[..., Page], enter: Callable[..., None], dana: Person
) -> None:
    phone = new_page(width=390, javascript=False)
    enter(dana, phone)
    phone.goto(ASK)
    phone.get_by_label("The question does not count").check()
    phone.get_by_label("What was wrong with it").fill(REASON)
    phone.get_by_role("button", name="Show what would change").click()
    worked(session, database)
    expect(phone.get_by_text("Waits for your decision")).to_be_visible(timeout=15_000)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Drop it").click()
    expect(phone.get_by_text("Dropped")).to_be_visible()
