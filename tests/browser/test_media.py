"""The media library in a real browser: uploading with progress, describing, replacing, a connection that is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, Route, expect
from sqlalchemy.orm import Session

from courses.media import holdings
from lms.people.models import Person
from tests.make import Make
from tests.support import samples

pytestmark = pytest.mark.sqlite_only
Enter = Callable[..., None]


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


def choose(page: Page, label: str, *files: tuple[str, bytes]) -> None:
    page.get_by_label(label, exact=True).set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
    )


def open_library(page: Page, address: str = "/studio/media") -> None:
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-media", "ready")


def test_upload_describe_find_and_replace_a_picture(
    page: Page, enter: Enter, dana: Person, accessible: Callable[[Page], None]
) -> None:
    enter(dana)
    open_library(page)
    expect(page.get_by_text("The library is empty")).to_be_visible()
    choose(page, "File", ("Our office.jpg", samples.photo_with_place()))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Our office", level=1)).to_be_visible()
    page.get_by_label("English").fill("Two colleagues at a desk")
    page.get_by_label("Nederlands").fill("Twee collega's aan een bureau")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Media library").click()
    page.get_by_label("Search the library").fill("bureau")
    page.keyboard.press("Enter")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Our office"))
    expect(card).to_contain_text("In no lesson")
    expect(card.locator(".tag-ok")).to_have_text([re.compile("EN"), re.compile("NL")])
    accessible(page)
    card.get_by_role("link").click()
    choose(page, "New file", ("office.png", samples.picture(700, 300)))
    page.get_by_role("button", name="Replace").click()
    expect(page.get_by_text("700 × 300")).to_be_visible()
    expect(page.get_by_text("1 earlier file")).to_be_visible()
    expect(page.get_by_label("English")).to_have_value("Two colleagues at a desk")


def test_an_upload_goes_on_when_the_connection_comes_back(
    page: Page, enter: Enter, dana: Person, session: Session
) -> None:
    lost: list[str] = []
    sent: list[int] = []

    def answer(route: Route, request: Request) -> None:
        if request.method == "PATCH":
            if len(lost) < 2 and sent:
                lost.append(request.url)
                route.abort("connectionreset")
                return
            sent.append(int(request.headers["upload-offset"]))
        route.continue_()

    enter(dana)
    page.route("**/studio/media/uploads/**", answer)
    open_library(page)
    choose(page, "File", ("film.mp4", samples.film(padding=9_000_000)))
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-running]")).to_contain_text("film.mp4: the connection was lost. We go on by ourselves.")
    expect(page.get_by_role("heading", name="film", level=1)).to_be_visible(timeout=20_000)
    assert len(lost) == 2
    assert sent[0] == 0
    assert sent == sorted(set(sent))
    session.rollback()
    assert holdings.items(session)[0].size == len(samples.film(padding=9_000_000))


def test_what_is_refused_is_said_beside_the_file_and_the_rest_goes_on(page: Page, enter: Enter, dana: Person) -> None:
    enter(dana)
    open_library(page)
    choose(page, "File", ("vast.png", samples.vast_png()), ("words.zip", b"PK\x03\x04xx"), ("sign.svg", samples.SVG))
    page.get_by_role("button", name="Upload").click()
    running = page.locator("[data-running]")
    expect(running).to_contain_text("vast.png: This picture is 30000 × 30000 dots.")
    expect(running).to_contain_text("words.zip: This is a ZIP or Office file.")
    expect(running).to_contain_text("sign.svg is in the library.")
    expect(page.locator("#live")).not_to_be_empty()


def test_the_library_works_without_scripts_and_on_a_phone(
    new_page: Callable[..., Page], enter: Enter, dana: Person, app: Flask
) -> None:
    page: Any = new_page(javascript=False, width=390)
    enter(dana, page)
    page.goto("/studio/media")
    choose(page, "File", ("A very long name of a picture that somebody took at the office.png", samples.picture()))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("A very long name"))
    for address in (page.url, "/studio/media"):
        page.goto(address)
        width = page.locator("html").bounding_box()["width"]
        assert width <= 390
