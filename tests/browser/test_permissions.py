"""From a request to the public page, in a real browser: asked, decided by two, paused, shown outside, gone on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import Authorization, Certificate
from tests.certificates.permission_makers import House, a_level, house_of
from tests.make import Make

pytestmark = pytest.mark.sqlite_only

REASON = "I answer questions about repairs in Dutch."


@pytest.fixture
def house(session: Session, make: Make) -> House:
    make.levels()
    a_level(session)
    return house_of(make)


def ask(page: Page) -> None:
    for name in ("Company blog", "Customer service", "Dutch"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_label("The good business reason").fill(REASON)
    page.get_by_role("button", name="Send the request").click()


def decide(page: Page, words: str, decision: str = "Yes, with what is ticked below") -> None:
    page.goto("/permissions")
    page.get_by_role("link", name=words).first.click()
    page.get_by_label(decision).check()
    page.get_by_role("button", name="Decide").click()


def test_a_permission_is_asked_for_given_paused_and_seen_outside(
    session: Session,
    new_page: Callable[..., Page],
    enter: Callable[..., None],
    house: House,
    accessible: Callable[[Page], None],
) -> None:
    alice, bob, hugo, outsider = new_page(), new_page(width=390), new_page(), new_page()
    for person, page in ((house.alice, alice), (house.bob, bob), (house.hugo, hugo)):
        enter(person, page)
    alice.goto("/permissions/ask?level=T2")
    accessible(alice)
    ask(alice)
    expect(alice.get_by_text("Asked for").first).to_be_visible()
    accessible(alice)
    decide(bob, "Alice Janssen")
    expect(bob.get_by_role("region", name="History").get_by_text("Manager", exact=True)).to_be_visible()
    decide(hugo, "Alice Janssen")
    expect(hugo.get_by_text("Valid", exact=True).first).to_be_visible()
    session.rollback()
    uid = session.scalars(
        select(Certificate.uid).join(Authorization, Authorization.certificate_id == Certificate.id)
    ).one()
    outsider.goto(f"/verify/{uid}")
    expect(outsider.locator("main")).to_contain_text("Company blog")
    hugo.get_by_text("Pause it").first.click()
    hugo.locator("#pause-reason").fill("A customer complained.")
    accessible(hugo)
    hugo.get_by_role("button", name="Pause it").click()
    expect(hugo.get_by_text("What holds it back")).to_be_visible()
    outsider.reload()
    expect(outsider.locator("main")).to_contain_text("aused")
    expect(outsider.locator("main")).not_to_contain_text("complained")
    hugo.get_by_text("Let it go on").first.click()
    hugo.locator("textarea:visible").fill("It was somebody else.")
    hugo.get_by_role("button", name="Let it go on").click()
    expect(hugo.get_by_text("What holds it back")).to_have_count(0)
    outsider.reload()
    expect(outsider.locator("main")).not_to_contain_text("aused")


def test_a_request_is_declined_without_scripts(
    new_page: Callable[..., Page], enter: Callable[..., None], house: House
) -> None:
    alice, bob = new_page(width=390, javascript=False), new_page(width=390, javascript=False)
    enter(house.alice, alice)
    enter(house.bob, bob)
    alice.goto("/permissions/ask?level=T2")
    ask(alice)
    bob.goto("/permissions")
    bob.get_by_role("link", name="Alice Janssen").first.click()
    bob.get_by_label("No, and I say why").check()
    bob.get_by_role("button", name="Decide").click()
    expect(bob.get_by_role("alert")).to_be_visible()
    bob.get_by_label("Remark").fill("Please ask again after the summer.")
    bob.get_by_role("button", name="Decide").click()
    expect(bob.get_by_text("Declined").first).to_be_visible()
    alice.reload()
    expect(alice.get_by_text("Please ask again after the summer.").first).to_be_visible()
