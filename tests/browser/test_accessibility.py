"""Pages as they look on the way: in every state, after a mistake, opened up, at 320 pixels and with doubled letters.

`test_every_page` looks at one example of every address; here are the others: whoever learns, waits, failed or leads,
certificates that ended or were withdrawn, refusals, menus and dialogs that are open, answers that are chosen.
Each is looked at by axe-core in light and dark at two widths; none may be cut off, or complain in the console.
"""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Response, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from certificates import days
from certificates.models import Certificate
from courses import catalog
from courses.authoring import drafts, editions
from courses.models import Course
from lms import create_app
from lms.base.limits import limiter
from lms.base.web import plain_page
from lms.people import directory, signin
from lms.people.models import Person
from lms.reports.counters import rebuilding
from quizzes import attempts, closing, papers
from quizzes.attempt_models import Attempt
from tests.conftest import settings_in
from tests.make import Make
from tests.support import accessibility, world
from tests.support.client import Client

WIDTHS = {"wide": (1280, 800), "narrow": (390, 844)}
NARROWEST = (320, 640)
LONG = ("Wolfeschlegelsteinhausenbergerdorff", "Featherstonehaugh-Cholmondeley de la Tour d’Auvergne")

Deed = Callable[[Page], None]


@dataclass(frozen=True)
class Sight:
    """Something to look at: who is where, what she does there, and the status of the address itself."""

    who: str
    path: str
    status: int = 200
    then: Deed | None = None

    def __str__(self) -> str:
        return f"{self.who} at {self.path}{f' after {self.then.__name__}' if self.then else ''}"


class Place(NamedTuple):
    """A served university: its address, who is signed in with which cookie, and what there is to look at."""

    address: str
    cookies: dict[str, str]
    sights: list[Sight]


# What is done on a page


def fail_to_sign_in(page: Page) -> None:
    page.get_by_label("Work mail address").fill("alice@acme.example")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def accept_without_a_tick(page: Page) -> None:
    form = page.locator("#accept form")
    form.evaluate("form => { form.noValidate = true; }")
    form.get_by_role("button").click()
    expect(page.get_by_text("Error 422")).to_be_visible()


def lose_the_token(page: Page) -> None:
    form = page.locator("#outsiders form")
    form.evaluate("form => { form.elements.csrf_token.value = 'x'; }")
    form.get_by_role("button").click()
    expect(page.get_by_text("Error 400")).to_be_visible()
    expect(page.get_by_role("button", name="Send it again")).to_be_visible()


def start_a_closed_quiz(page: Page) -> None:
    form = page.locator("#outsiders form")
    form.evaluate("form => { form.action = '/quizzes/principles'; }")
    form.get_by_role("button").click()
    expect(page.get_by_text("Error 409")).to_be_visible()


def answer_checks_and_open_all(page: Page) -> None:
    for number, check in enumerate(page.locator(".check").all()):
        check.get_by_role("radio").nth(number % 2).check()
    open_all(page)


def open_all(page: Page) -> None:
    page.locator("main").evaluate("main => main.querySelectorAll('details').forEach(one => { one.open = true; })")


def open_last_menu(page: Page) -> None:
    page.locator(".top .menu > summary >> visible=true").last.click()


def open_first_menu(page: Page) -> None:
    page.locator(".top .menu > summary >> visible=true").first.click()


def ask_for_the_keys(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-studio", "ready")
    page.get_by_role("button", name="All keys").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def choose_an_answer(page: Page) -> None:
    page.locator("#answer input:not([type=hidden]):not(:checked)").first.check()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")


def ask_too_often(page: Page) -> None:
    for _ in range(30):
        page.context.request.get("/verify?number=7K4M92QXAB")
    page.reload()
    expect(page.get_by_text("Error 429")).to_be_visible()


# Who and what there is


def people(session: Session) -> dict[str, Person]:
    """Who looks: people of the demo company by their first name, and some in states that it lacks."""
    make = Make(session)
    course = session.get_one(Course, catalog.get(session, "principles").id)
    found = {}
    for name in ("alice", "bob", "charlie", "eva", "ana", "author", "learner", "marc"):
        person = directory.find_by_email(session, f"{name}@acme.example")
        assert person
        found[name] = person
    for name in ("ready", "failed"):
        found[name] = make.person(name.capitalize(), employee_id=name)
        make.enrollment(found[name], course, done=99, due_in=-3)
    found["long"] = make.person(*LONG, employee_id="long", roles=["author", "administrator"], manager=found["bob"])
    return found


def certificates(session: Session, holder: Person) -> dict[str, Certificate]:
    """One certificate for each thing that can have become of it."""
    make = Make(session)
    made = {
        status: make.certificate(make.person("Ines", status, employee_id=status), status=status)
        for status in ("requested", "suspended", "revoked", "ended")
    }
    two_years_ago = days.today() - timedelta(days=700)
    made["renewed"] = make.certificate(holder, from_day=two_years_ago, status="ended")
    made["valid"] = make.certificate(holder, cycle=2)
    made["attested"] = make.certificate(holder, level="L0")
    return made


def draft(session: Session, author: Person) -> None:
    """A draft in which a lesson says something else, and has a picture without words."""
    course = catalog.get(session, "principles")
    opened = drafts.open_draft(session, course.id, author.id)
    slug = course.lessons[0].slug
    text = editions.text(session, opened.id, slug, "en")
    picture = re.findall(r'poster="(/media/[^"]+)"', text.html)[0]
    html = text.html.replace("Tuesday evening", "Wednesday morning") + f'<p><img src="{picture}"></p>'
    lesson = editions.lesson_id(session, opened.id, slug)
    drafts.save_lesson(session, lesson, "en", text.title, html, text.revision, author.id)


def failed_attempt(session: Session, person: Person) -> Attempt:
    """An attempt with the first choice of everything, the last two left open."""
    attempt = attempts.start(session, person.id, "principles")
    for item in papers.items(session, attempt)[:-2]:
        sort = item.question.kind == "sort"
        fields = {f"answer-{place}": ["green"] for place in range(1, 5)} if sort else {"answer": ["1"]}
        given = item.kind.parse(item.question, fields, item.order, None)
        assert given
        attempts.save(session, attempt, item.position, given, attempt.revision)
    return closing.submit(session, attempt)


def sights(session: Session, who: dict[str, Person]) -> list[Sight]:
    """What there is to look at."""
    made = certificates(session, who["long"])
    verify = {name: f"/verify/{one.uid}" for name, one in made.items()}
    draft(session, who["author"])
    failed = failed_attempt(session, who["failed"])
    opened = attempts.open_for(session, who["learner"].id)[0].attempt_id
    kinds = {item.question.kind: item.position for item in papers.items(session, session.get_one(Attempt, opened))}
    lessons = [lesson.slug for lesson in catalog.get(session, "principles").lessons]
    return [
        *(Sight("alice", f"/courses/principles/{slug}", then=answer_checks_and_open_all) for slug in lessons),
        Sight("alice", "/courses/principles", then=open_all),
        Sight("alice", "/learning", then=open_first_menu),
        Sight("alice", "/learning?lang=fr", then=open_last_menu),
        Sight("alice", "/certificates/"),
        Sight("alice", "/quizzes/principles"),
        Sight("alice", "/courses/?q=zebra"),
        Sight("alice", "/guidelines/how-we-speak", then=accept_without_a_tick),
        Sight("alice", "/certificates/", then=lose_the_token),
        Sight("alice", "/certificates/", then=start_a_closed_quiz),
        Sight("charlie", "/team", 403),
        Sight("charlie", "/studio/", 403),
        Sight("charlie", f"/attempts/{failed.id}", 404),
        Sight("ready", "/learning"),
        Sight("ready", "/courses/principles"),
        Sight("ready", "/quizzes/principles"),
        *(Sight("learner", f"/attempts/{opened}?question={place}", then=choose_an_answer) for place in kinds.values()),
        Sight("learner", f"/attempts/{opened}/overview"),
        Sight("learner", "/learning"),
        Sight("learner", "/quizzes/principles"),
        Sight("failed", f"/attempts/{failed.id}"),
        Sight("failed", f"/attempts/{failed.id}?show=learn"),
        Sight("failed", "/quizzes/principles"),
        Sight("ana", "/learning"),
        Sight("ana", "/certificates/?lang=nl"),
        Sight("ana", "/guidelines/how-we-speak?lang=nl"),
        Sight("ana", "/quizzes/principles"),
        Sight("long", "/learning", then=open_last_menu),
        Sight("long", "/certificates/"),
        Sight("bob", "/learning"),
        Sight("bob", "/team"),
        Sight("bob", "/team?scope=direct"),
        Sight("bob", f"/team/{who['long'].uid}"),
        Sight("eva", "/team"),
        Sight("eva", "/learning"),
        Sight("eva", f"/team/{who['marc'].uid}"),
        Sight("eva", f"/team/{who['marc'].uid}?status=overdue&lang=fr"),
        Sight("author", "/studio/"),
        Sight("author", "/studio/principles"),
        Sight("author", f"/studio/principles/{lessons[0]}", then=ask_for_the_keys),
        Sight("author", f"/studio/principles/{lessons[1]}?lang=fr"),
        Sight("author", f"/studio/principles/{lessons[1]}/preview"),
        Sight("author", "/studio/principles/publish"),
        Sight("nobody", "/login", then=fail_to_sign_in),
        Sight("nobody", "/login?lang=fr"),
        Sight("nobody", "/nothing-here", 404),
        *(Sight("nobody", address) for address in verify.values()),
        Sight("nobody", f"{verify['valid']}?lang=nl"),
        Sight("nobody", f"{verify['valid']}?on=2020-01-01"),
        Sight("nobody", f"{verify['valid']}?on=someday", 422),
        Sight("nobody", "/verify?number=7K4M92QXAB", 404),
        Sight("nobody", "/speakers?q=Featherston", then=open_all),
        Sight("nobody", "/speakers?q=zebra&lang=fr"),
        Sight("nobody", "/speakers/check?handle=ana.moreau&channel=linkedin"),
        Sight("nobody", "/speakers/check?handle=ana.moreau&on=someday", 422),
        Sight("nobody", "/guidelines/how-we-speak?lang=fr"),
        Sight("nobody", "/broken", 503),
        Sight("nobody", "/verify", then=ask_too_often),
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path, prepared_sqlite: Path) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("sights")
    shutil.copyfile(prepared_sqlite, folder / "lms.sqlite")
    app = create_app(settings_in(folder / "instance", f"sqlite:///{folder / 'lms.sqlite'}", shared_folder))
    app.test_client_class = Client
    world.fill(app)
    with app.extensions["database"].transaction() as session:
        who = people(session)
        seen = sights(session, who)
        rebuilding.rebuild(session)
        cookies = {
            name: cookie_of(app, signin.start(session, person.id, "tests").token) for name, person in who.items()
        }
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Place(f"http://127.0.0.1:{server.server_port}", cookies, seen)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["database"].close()


def cookie_of(app: Flask, token: str) -> str:
    cookie = world.client_of(app, token).get_cookie("lms")
    assert cookie
    return cookie.value


@pytest.fixture(scope="module")
def broken(place: Place, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page that is shown when the database is away."""
    folder = tmp_path_factory.mktemp("broken")
    app = create_app(settings_in(folder / "instance", f"sqlite:///{folder / 'none'}", shared_folder))
    with app.test_request_context("/"):
        return plain_page(503, "1a2b3c4d").get_data(as_text=True)


# Looking


CUT_OFF = """() => {
    const found = new Set(), page = document.documentElement;
    const inside = page.scrollWidth - page.clientWidth;
    if (inside > 0) found.add(`page is ${inside} pixels too wide`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (walker.nextNode()) {
        const text = walker.currentNode, parent = text.parentElement;
        if (!text.data.trim() || parent.closest(".vh, .skip, script, option") || !parent.checkVisibility()) continue;
        range.selectNodeContents(text);
        const box = range.getBoundingClientRect();
        if (!box.width) continue;
        for (let above = parent; above && above !== document.body; above = above.parentElement) {
            const style = getComputedStyle(above), edge = above.getBoundingClientRect();
            if (edge.width <= 1 || ["auto", "scroll"].includes(style.overflowX)) break;
            if (style.overflowX === "visible" || style.overflowX === "") continue;
            if (box.right > edge.right + 2 || box.left < edge.left - 2 || box.bottom > edge.bottom + 2)
                found.add(`cut off in ${above.tagName} ${above.className}: ${text.data.trim().slice(0, 40)}`);
        }
    }
    return [...found];
}"""
DOUBLED = "document.documentElement.style.fontSize = '200%'"
USUAL = "document.documentElement.style.fontSize = ''"


def cut_off(page: Page) -> list[str]:
    """What cannot be read without moving the page sideways, or at all."""
    found: list[str] = page.evaluate(CUT_OFF)
    return found


def judge(page: Page, width: str) -> list[str]:
    """What is wrong with the page as it stands, at a width and smaller or with larger letters."""
    found = accessibility.violations(page) + cut_off(page)
    if width == "narrow":
        page.set_viewport_size({"width": NARROWEST[0], "height": NARROWEST[1]})
        found += [f"at 320 pixels: {problem}" for problem in cut_off(page)]
    else:
        page.evaluate(DOUBLED)
        found += [f"with letters twice as large: {problem}" for problem in cut_off(page)]
        page.evaluate(USUAL)
    return found


@pytest.fixture
def page(browser: Browser, place: Place, broken: str, width: str) -> Iterator[Page]:
    wide, high = WIDTHS[width]
    size = {"width": wide, "height": high}
    context = browser.new_context(base_url=place.address, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.route("**/broken", lambda route: route.fulfill(status=503, content_type="text/html", body=broken))
    limiter.reset()
    yield page
    limiter.reset()
    context.close()


@pytest.fixture
def told(page: Page) -> list[str]:
    """What the console of the browser says, but for the status of the page itself."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        own = message.text.startswith("Failed to load resource") and message.location["url"] == page.url
        if message.type == "error" and not own:
            found.append(f"console: {message.text}")

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(f"error: {error}"))
    return found


def go(page: Page, place: Place, sight: Sight, width: str) -> Response | None:
    """Be who it is, and go there."""
    wide, high = WIDTHS[width]
    page.set_viewport_size({"width": wide, "height": high})
    page.context.clear_cookies()
    if cookie := place.cookies.get(sight.who):
        page.context.add_cookies([{"name": "lms", "value": cookie, "url": place.address}])
    answer = page.goto(sight.path, wait_until="load")
    page.evaluate("document.fonts.ready")
    return answer


@pytest.mark.parametrize("width", list(WIDTHS))
def test_every_state_of_every_page_can_be_used_by_everybody(
    place: Place, page: Page, told: list[str], width: str
) -> None:
    found = []
    for sight in place.sights:
        problems = look(place, page, told, sight, width)
        if problems:  # a busy machine can be late once; what is wrong is wrong twice
            limiter.reset()
            problems = look(place, page, told, sight, width)
        found += [f"{sight}: {problem}" for problem in problems]
    assert not found, "\n".join(found)


def look(place: Place, page: Page, told: list[str], sight: Sight, width: str) -> list[str]:
    """What is wrong with a sight, a line for each."""
    told.clear()
    try:
        answer = go(page, place, sight, width)
        problems = [] if answer and answer.status == sight.status else [f"answers {answer and answer.status}"]
        if sight.then:
            sight.then(page)
        return problems + judge(page, width) + told
    except (AssertionError, Error) as error:
        return [str(error)]
