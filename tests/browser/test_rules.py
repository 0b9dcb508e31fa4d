"""Building a rule by keyboard, with JavaScript and without; trying it, switching it on, and reading why."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def people(make: Make) -> People:
    make.course()
    make.guideline()
    make.levels()
    return make.people()


def build(page: Page) -> None:
    """Everything by keyboard: rows come and go at their buttons, and the focus is where one goes on."""
    page.goto("/admin/rules/new")
    page.locator("#name").press_sequentially("New colleagues")
    page.locator("#course").select_option("principles")
    page.locator("#reason").fill("All are asked online.")
    page.get_by_role("button", name="Unit", exact=True).press("Enter")
    page.locator("[name=condition-1-value]").fill("Benelux")
    page.get_by_role("button", name="Tier", exact=True).press("Enter")
    page.locator("[name=condition-2-is]").select_option("not")
    page.locator("[name=condition-2-value]").select_option("executive")
    page.get_by_role("button", name="Country", exact=True).press("Enter")
    page.get_by_role("button", name="Remove condition 3: Country").press("Enter")
    expect(page.locator("[name=condition-3-field]")).to_have_count(0)
    expect(page.locator("[name=condition-1-value]")).to_have_value("Benelux")
    page.get_by_label("Test it against a person").fill("bob@acme.example")


def test_a_rule_is_built_tried_switched_on_and_explained(
    session: Session,
    make: Make,
    people: People,
    page: Page,
    new_page: Callable[..., Page],
    enter: Callable[..., None],
    accessible: Callable[[Page], None],
) -> None:
    enter(make.person("Dana", roles=["administrator"]))
    build(page)
    expect(page.locator("#said")).to_contain_text(
        "Everybody who works in Benelux or below and is not in the tier Executive has to complete “Principles”"
    )
    page.get_by_role("button", name="Unit", exact=True).press("Enter")
    expect(page.locator("[name=condition-3-value]")).to_be_focused()
    page.get_by_role("button", name="Remove condition 3: Unit").press("Enter")
    expect(page.locator("[name=condition-2-value]")).to_be_focused()
    page.get_by_role("button", name="Try it").last.press("Enter")
    expect(page.get_by_text("The rule fits Bob de Vries")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Save and switch on").press("Enter")
    expect(page.get_by_role("status").filter(has_text="The rule is saved and on.")).to_be_visible()
    accessible(page)
    session.rollback()
    uid = session.scalars(select(Enrollment.uid).where(Enrollment.person_id == people.alice.id)).one()
    alice = new_page(width=390)
    enter(people.alice, alice)
    alice.goto(f"/why/{uid}")
    expect(alice.get_by_text("All are asked online.")).to_be_visible()
    assert alice.evaluate("document.documentElement.scrollWidth") == 390
    accessible(alice)


def test_the_same_rule_is_built_without_javascript(
    make: Make, people: People, new_page: Callable[..., Page], enter: Callable[..., None]
) -> None:
    page = new_page(javascript=False, width=390)
    enter(make.person("Dana", roles=["administrator"]), page)
    build(page)
    page.get_by_role("button", name="Try it").last.press("Enter")
    expect(page.get_by_text("The rule fits Bob de Vries")).to_be_visible()
    page.get_by_role("button", name="Save and switch on").press("Enter")
    expect(page.get_by_role("link", name="New colleagues")).to_be_visible()
