"""A real browser on a real server.

`page` shows the application on the test's database (SQLite); `enter(person)` signs it in without the form;
`new_page(javascript=False)`, `new_page(width=390)`, `new_page(dark=True)` open others. Going to an address commits
what the test built with `make` first. A page that raises an error or breaks the content security policy fails the test.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from lms.people import signin
from lms.people.models import Person
from tests.conftest import client_of
from tests.support import accessibility, chromium
from tests.support.reuse import Applications

BROKEN = ("Content Security Policy", "Refused to", "Uncaught", "Failed to load module")
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium.find()
    if program is None:
        pytest.fail(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def database_url(prepared_sqlite: Path, tmp_path: Path) -> str:
    """A file of the test's own: a request that comes when its browser is closing must not reach the next test."""
    shutil.copyfile(prepared_sqlite, tmp_path / "lms.sqlite")
    return f"sqlite:///{tmp_path / 'lms.sqlite'}"


@pytest.fixture
def applications() -> Applications:
    """An application of the test's own, for the same reason."""
    return Applications()


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The address of the application, served in a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    app.extensions["settings"] = replace(app.extensions["settings"], base_url=address)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """What went wrong in the browser; the test fails when there is any at its end."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def new_page(
    browser: Browser, live_server: str, session: Session, problems: list[str]
) -> Iterator[Callable[..., Page]]:
    """Opens a browser window of its own."""
    contexts: list[BrowserContext] = []

    def build(*, width: int = 1280, height: int = 800, dark: bool = False, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            locale="en-GB",
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _listen(message, problems))
        _commit_before_going(page, session)
        return page

    yield build
    for context in contexts:
        context.close()


def _listen(message: ConsoleMessage, problems: list[str]) -> None:
    if message.type == "error" and any(words in message.text for words in BROKEN):
        problems.append(message.text)


def _commit_before_going(page: Page, session: Session) -> None:
    go = page.goto

    def committed_goto(*args: object, **kwargs: object) -> object:
        session.commit()
        session.expire_all()
        return go(*args, **kwargs)  # type: ignore[arg-type]

    page.goto = committed_goto  # type: ignore[method-assign, assignment]


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A window, 1280 wide, light, with JavaScript."""
    return new_page()


@pytest.fixture
def enter(app: Flask, session: Session, live_server: str, page: Page) -> Callable[..., None]:
    """Signs a person in, in `page` or another: `enter(people.alice)`, `enter(people.bob, other_page)`."""

    def sign_in(person: Person, where: Page = page) -> None:
        client = client_of(app, session)
        session.flush()
        client.enter_with(signin.start(session, person.id, "browser tests").token)
        session.commit()
        cookie = client.get_cookie("lms")
        assert cookie is not None
        where.context.add_cookies([{"name": "lms", "value": cookie.value, "url": live_server}])

    return sign_in


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Asserts that axe-core finds nothing wrong with a page, in light and in dark."""

    def check(page: Page) -> None:
        assert accessibility.violations(page) == []

    return check
