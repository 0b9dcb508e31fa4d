"""The nudge of a team page in a real browser: in a dialog, by keyboard, and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.reminders.models import Nudge
from lms.reports.counters.rebuilding import rebuild
from tests.make import Make, People
from tests.support import accessibility

pytestmark = pytest.mark.sqlite_only
Enter = Callable[..., None]
NewPage = Callable[..., Page]


@pytest.fixture
def team(make: Make, people: People, session: Session) -> People:
    course = make.course(title="Principles")
    make.enrollment(people.alice, course, due_in=-3)
    make.enrollment(make.person("Dirk", "Claes", manager=people.bob), course, due_in=6)
    rebuild(session)
    return people


def test_selected_people_are_nudged_in_a_dialog_by_keyboard(
    page: Page, enter: Enter, team: People, session: Session
) -> None:
    enter(team.bob)
    page.goto("/team")
    button = page.get_by_role("button", name="Nudge the selected")
    expect(button).to_have_text("Nudge the selected 1")
    page.get_by_role("checkbox", name="Nudge Dirk Claes: Principles").check()
    expect(button).to_have_text("Nudge the selected 2")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="A friendly nudge for 2 colleagues")
    expect(dialog.get_by_label("Your words")).to_be_focused()
    expect(dialog).to_contain_text("Goes to Alice Janssen, Dirk Claes")
    assert accessibility.violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("Your words").fill("Hi {first name}, how is “{course}”?")
    dialog.get_by_role("button", name="Send 2 messages").click()
    expect(page.get_by_text("2 messages are on their way.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Nudge Alice Janssen: Principles")).to_be_disabled()
    assert set(session.scalars(select(Nudge.words))) == {
        "Hi Alice, how is “Principles”?",
        "Hi Dirk, how is “Principles”?",
    }


def test_without_scripts_it_is_a_page(new_page: NewPage, enter: Enter, team: People) -> None:
    page = new_page(javascript=False)
    enter(team.bob, page)
    page.goto("/team")
    page.get_by_role("button", name="Nudge the selected").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A friendly nudge for 1 colleague")
    page.get_by_role("button", name="Send 1 message").click()
    expect(page.get_by_text("1 message is on its way.")).to_be_visible()
