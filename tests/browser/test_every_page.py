"""Every page in a real browser: nothing that axe-core finds wrong, nothing wider than the screen, in light and dark."""

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import url_for
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page
from werkzeug.serving import make_server

from lms import create_app
from lms.base.access import audience_of
from lms.people import signin
from tests.conftest import settings_in
from tests.support import accessibility, world
from tests.support.client import Client

WIDTHS = {"wide": (1280, 800), "narrow": (390, 844)}
KIND_OF = {"public": "anonymous", "signed in": "learner", "managers": "bob"}
"""A kind of person for whom audiences are that are not named after a role."""


def _kind(audience: str) -> str:
    """A kind of person that an audience lets in: the first of those it names."""
    first = audience.split(" or ")[0]
    return KIND_OF.get(first, first)


class Served(NamedTuple):
    """The address of the application, its pages with who looks at each, and the cookies of people who are signed in."""

    address: str
    pages: list[tuple[str, str]]
    cookies: dict[str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path, prepared_sqlite: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pages")
    shutil.copyfile(prepared_sqlite, folder / "lms.sqlite")
    app = create_app(settings_in(folder / "instance", f"sqlite:///{folder / 'lms.sqlite'}", shared_folder))
    app.test_client_class = Client
    world.fill(app)
    cookies, clients, pages = {}, {"anonymous": world.client_of(app, None)}, []
    with app.extensions["database"].transaction() as session:
        for kind, visitor in world.visitors(session).items():
            if visitor.person_id:
                client = world.client_of(app, signin.start(session, visitor.person_id, "tests").token)
                cookie = client.get_cookie("lms")
                assert cookie
                cookies[kind], clients[kind] = cookie.value, client
        addresses = world.addresses(session)
    for address in addresses:
        with app.test_request_context():
            path = url_for(address.endpoint, **address.values)  # type: ignore[arg-type]
        owners = sorted(address.owners or ())
        kind = owners[0] if owners else _kind(audience_of(app, address.endpoint).name)
        answer = clients[kind].get(path)
        if answer.mimetype == "text/html" and answer.status_code not in {301, 302, 303}:  # no file, figure or signpost
            pages.append((path, kind))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Served(f"http://127.0.0.1:{server.server_port}", pages, cookies)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["database"].close()


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


def window(
    browser: Browser, contexts: list[BrowserContext], served: Served, kind: str, width: str, *, javascript: bool = True
) -> Page:
    wide, high = WIDTHS[width]
    context = browser.new_context(
        base_url=served.address,
        viewport={"width": wide, "height": high},
        reduced_motion="reduce",
        java_script_enabled=javascript,
    )
    if kind in served.cookies:
        context.add_cookies([{"name": "lms", "value": served.cookies[kind], "url": served.address}])
    contexts.append(context)
    return context.new_page()


def look_at_all(served: Served, judge: Callable[[Page], list[str]], open_window: Callable[[str], Page]) -> list[str]:
    windows: dict[str, Page] = {}
    found = []
    for path, kind in served.pages:
        page = windows.get(kind) or windows.setdefault(kind, open_window(kind))
        try:
            page.goto(path, wait_until="load")
        except Error:  # a page that looks for news by itself did so at this moment
            page.goto(path, wait_until="load")
        found += [f"{kind} at {path}: {problem}" for problem in judge(page)]
    return found


class Walk(NamedTuple):
    """What was wrong with how the pages stand, and what the browser told of while somebody walked over them."""

    found: list[str]
    told: list[str]


@pytest.fixture(scope="module")
def walk(served: Served, browser: Browser, contexts: list[BrowserContext]) -> Callable[[str], Walk]:
    """Goes over every page in a window of a width, once."""

    def judge(page: Page) -> list[str]:
        inside = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wide = [f"{inside} pixels too wide"] if inside > 0 else []
        return [*wide, *accessibility.violations(page)]

    @cache
    def over_all(width: str) -> Walk:
        told: list[str] = []

        def listen(message: ConsoleMessage) -> None:
            if "Security Policy" in message.text:
                told.append(message.text)

        def open_window(kind: str) -> Page:
            page = window(browser, contexts, served, kind, width)
            page.on("pageerror", lambda error: told.append(f"{kind} at {page.url}: {error}"))
            page.on("console", listen)
            return page

        return Walk(look_at_all(served, judge, open_window), told)

    return over_all


@pytest.mark.parametrize("width", list(WIDTHS))
def test_axe_finds_nothing_in_light_or_dark_and_nothing_is_wider_than_the_screen(walk, width):
    assert walk(width).found == []


@pytest.mark.parametrize("width", list(WIDTHS))
def test_no_page_raises_an_error_or_breaks_the_policy(walk, width):
    assert walk(width).told == []


def test_every_page_can_be_read_without_javascript(served, browser, contexts):
    def judge(page: Page) -> list[str]:
        return [] if page.locator("h1").first.is_visible() else ["no heading to be seen"]

    found = look_at_all(served, judge, lambda kind: window(browser, contexts, served, kind, "narrow", javascript=False))
    assert found == []
