"""Signing in and out in a real browser: with the keyboard alone, and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from tests.make import PASSWORD
from tests.support import accessibility


@pytest.fixture(autouse=True)
def alice(make):
    make.course()
    make.guideline()
    return make.person("Alice", email="alice@acme.example", password=PASSWORD)


def test_alice_signs_in_and_out_with_the_keyboard_alone(page: Page):
    page.goto("/login")
    page.get_by_label("Work mail address").focus()
    page.keyboard.type("alice@acme.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/learning")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.goto("/logout")
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).press("Enter")
    expect(page).to_have_url("/login")


def test_alice_signs_in_without_javascript_on_a_phone(new_page):
    page = new_page(javascript=False, width=390)
    page.goto("/login")
    page.get_by_label("Work mail address").fill("alice@acme.example")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("Work mail address")).to_have_value("alice@acme.example")
    expect(page.get_by_label("Password")).to_have_value("")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alice")


def test_a_page_that_wants_a_sign_in_is_come_back_to(page: Page):
    page.goto("/courses/principles")
    page.get_by_label("Work mail address").fill("alice@acme.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/courses/principles")


def test_the_form_with_its_errors_is_accessible(page: Page, accessible):
    page.goto("/login")
    accessible(page)
    page.get_by_label("Work mail address").fill("alice@acme.example")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    accessible(page)


def test_a_chosen_language_and_display_stay(page: Page, enter, alice):
    enter(alice)
    page.goto("/learning")
    page.locator("details.only-wide summary", has_text="English").click()
    page.get_by_role("button", name="Nederlands").locator("visible=true").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    page.goto("/courses/")
    expect(page.locator("html")).to_have_attribute("lang", "nl")


def test_axe_would_notice(page: Page):
    page.goto("/login")
    page.evaluate("document.querySelector('h1').outerHTML = '<h1></h1><img src=\"/x\">'")
    page.evaluate("document.querySelector('label').style.color = '#222'")
    found = " ".join(accessibility.violations(page))
    assert "light: image-alt" in found
    assert "dark: color-contrast" in found
