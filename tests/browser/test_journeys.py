"""The main job in a real browser, on the shipped course and the demo company: from sign-in to a public permission.

Alice learns, fails on a red line, passes and holds a certificate that anyone can check; Bob sees it, Charlie does not;
Dana changes a lesson and the next reader gets the new text. With scripts, without them, and with the keyboard alone.
"""

import csv
import html
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from certificates import pdf
from certificates.models import Certificate
from courses import catalog, progress
from lms import consequences, content, demo
from lms.base.db import Database
from lms.base.files import FileStore
from lms.base.settings import Settings
from lms.demo_company import Member
from lms.people import directory
from quizzes import papers
from quizzes.attempt_models import Attempt
from quizzes.papers import Item
from tests.make import PASSWORD
from tests.quizzes.makers import fields as fields_of

pytestmark = pytest.mark.sqlite_only

NewPage = Callable[..., Page]
Fields = dict[str, list[str]]
LESSONS = 12
ALICE_HAS_DONE = 3
FILM = "/courses/principles/one-conversation"


@pytest.fixture(scope="module")
def university(tmp_path_factory: pytest.TempPathFactory, prepared_sqlite: Path) -> Path:
    """A folder with the database of a university that has just been started, and the files of its lessons."""
    folder = tmp_path_factory.mktemp("university")
    shutil.copyfile(prepared_sqlite, folder / "lms.sqlite")
    database = Database(f"sqlite:///{folder / 'lms.sqlite'}", consequences.TABLE)
    with database.transaction() as session:
        list(content.load_shipped(session, FileStore(folder / "files")))
    with database.transaction() as session:
        demo.load(session, PASSWORD, only_if_empty=False)
    database.close()
    return folder


@pytest.fixture
def database_url(university: Path, tmp_path: Path) -> str:
    shutil.copyfile(university / "lms.sqlite", tmp_path / "lms.sqlite")
    return f"sqlite:///{tmp_path / 'lms.sqlite'}"


@pytest.fixture
def settings(settings: Settings, university: Path) -> Settings:
    (settings.instance / "files").symlink_to(university / "files")
    return settings


@pytest.fixture
def newest(database: Database) -> Callable[..., Any]:
    """Reads the newest row of a kind that Alice has."""

    def read(model: type[Attempt | Certificate]) -> Any:
        with database.reading() as session:
            alice = directory.find_by_email(session, "alice@acme.example")
            assert alice
            return session.scalars(
                select(model).where(model.person_id == alice.id).order_by(model.id.desc()).limit(1)
            ).one()

    return read


@pytest.fixture
def paper(database: Database, newest: Callable[..., Any]) -> Callable[[], list[Item]]:
    """Reads the paper of Alice's newest attempt, with the key to it."""

    def read() -> list[Item]:
        with database.reading() as session:
            return papers.items(session, newest(Attempt))

    return read


# What people do


def sign_in(page: Page, who: str) -> None:
    page.goto("/login")
    page.get_by_label("Work mail address").fill(f"{who}@acme.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/learning")
    expect(page.get_by_role("heading", level=1)).to_contain_text(who.capitalize())


def next_step(page: Page) -> Locator:
    """The one button of the first page."""
    return page.get_by_role("region").filter(has=page.locator("#next")).locator(".btn")


def read_the_remaining_lessons(page: Page) -> None:
    expect(next_step(page)).to_have_text(re.compile("Continue the lesson"))
    next_step(page).click()
    for number in range(ALICE_HAS_DONE + 1, LESSONS + 1):
        expect(page.get_by_text(f"Lesson {number} of {LESSONS}, 6 minutes")).to_be_visible()
        if number == ALICE_HAS_DONE + 1:
            try_a_check(page)
        page.get_by_role("button", name="Mark as done and go on").click()
    expect(page).to_have_url("/courses/principles")
    expect(page.get_by_text(f"{LESSONS} of {LESSONS} lessons.")).to_be_visible()


def try_a_check(page: Page) -> None:
    """Choose every answer of the first knowledge check in turn: each has its feedback, and one of them is right."""
    check = page.locator(".prose .check").first
    feedback, right = check.locator(".fb"), 0
    expect(feedback.locator("visible=true")).to_have_count(0)
    for choice in check.get_by_role("radio").all():
        choice.check()
        expect(feedback.locator("visible=true")).to_have_count(1)
        assert len(feedback.locator("visible=true").inner_text()) > 20
        right += check.locator(".fb.note-ok >> visible=true").count()
    assert right == 1


def begin_quiz(page: Page, button: str = "Start the quiz") -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("Question 1 of 10", exact=True)).to_be_visible()


def answer(page: Page, item: Item, fields: Fields, *, javascript: bool) -> None:
    """Choose an answer on the page of its question, and go on with the button."""
    expect(page.get_by_text(f"Question {item.position} of 10", exact=True)).to_be_visible()
    assert secrets_on(page, item) == []
    for name, values in fields.items():
        for value in values:
            page.locator(f'#answer input[name="{name}"][value="{value}"]').check()
    if javascript:
        expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.locator("#answer .btn-lg").click()


def hand_in(page: Page) -> None:
    expect(page.get_by_text("You have answered all questions.")).to_be_visible()
    page.get_by_role("button", name="Hand in").click()


def accept_guideline(page: Page) -> None:
    page.get_by_role("checkbox", name="I have read “How we speak” and will keep to it").check()
    page.get_by_role("button", name="Accept the guideline").click()
    expect(page).to_have_url("/learning")


# What the key says


def right(item: Item) -> Fields:
    """The fields of the form with the right answer."""
    found = fields_of(item, item.kind.best(item.question))
    return {name: [value] if isinstance(value, str) else value for name, value in found.items()}


def crossing(item: Item) -> Fields | None:
    """An answer that crosses a red line and earns nothing at all, if the question has one."""
    for number, key in enumerate(item.order, 1):
        fields = {"answer": [str(number)]}
        if item.question.kind != "sort" and item.question.choice(key).crosses:
            mark = item.kind.mark(item.question, item.kind.parse(item.question, fields, item.order, None))
            if mark.crossed and not mark.credit:
                return fields
    return None


def secrets_on(page: Page, *items: Item) -> list[str]:
    """Explanations and reasons that stand anywhere in the page."""
    shown = html.unescape(page.content())
    texts = [words for item in items for words in item.question.explanations.values()]
    texts += [words for item in items for choice in item.question.choices for words in choice.whys.values()]
    return [words for words in texts if words in shown]


# The story


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_alice_learns_fails_on_a_red_line_passes_and_is_certified(
    new_page: NewPage,
    paper: Callable[[], list[Item]],
    newest: Callable[..., Any],
    live_server: str,
    tmp_path: Path,
    javascript: bool,
) -> None:
    page = new_page(javascript=javascript)
    sign_in(page, "alice")
    read_the_remaining_lessons(page)
    page.get_by_role("link", name="Go to the quiz").click()
    begin_quiz(page)
    items = paper()
    red = next(item for item in items if item.question.red_line and crossing(item))
    wanted = {item.position: right(item) for item in items} | {red.position: crossing(red) or {}}
    for item in items[:4]:
        answer(page, item, wanted[item.position], javascript=javascript)

    page.context.close()  # in the middle of it
    page = new_page(javascript=javascript)
    sign_in(page, "alice")
    expect(page.get_by_text("Your quiz is open until")).to_be_visible()
    next_step(page).click()
    expect(page.locator(".pips .a")).to_have_count(4)
    assert [item.answer is not None for item in paper()] == [True] * 4 + [False] * 6
    for item in items[4:]:
        answer(page, item, wanted[item.position], javascript=javascript)
    hand_in(page)

    attempt = newest(Attempt)
    assert (attempt.percent_hundredths, attempt.passed) == (9000, False)
    failed_on(page, items, red)
    reread_and_accept(page, red)

    page.goto("/quizzes/principles")
    expect(page.get_by_text("You can try again on")).to_be_visible()
    let_her_try_again(new_page(javascript=javascript))
    page.goto("/learning")
    next_step(page).click()
    begin_quiz(page, "Try again")
    for item in paper():
        answer(page, item, right(item), javascript=javascript)
    hand_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("You passed, Alice")
    expect(page.get_by_text("Why.", exact=True)).to_have_count(10)

    page.get_by_role("link", name="See my certificate").click()
    certificate = newest(Certificate)
    printed = holds_certificate(page, certificate)
    address = certificate_on_paper(page, certificate, printed, live_server, tmp_path)
    anyone_can_check(new_page(javascript=False), address, printed)


def let_her_try_again(bob: Page) -> None:
    """Alice's manager talks with her, and releases her from the wait."""
    sign_in(bob, "bob")
    bob.get_by_text("Work", exact=True).click()
    bob.get_by_role("link", name="Coaching").locator("visible=true").click()
    bob.get_by_role("link", name="Retakes").click()
    card = bob.get_by_role("article", name="Alice Peeters")
    card.get_by_label("What has changed?").fill("We went through the clause together.")
    card.get_by_role("button", name="Let Alice try again now").click()
    expect(bob.get_by_role("heading", name="Alice Peeters")).to_have_count(0)


def failed_on(page: Page, items: list[Item], red: Item) -> None:
    """The result says why, and what to read, and never what would have been right."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Not yet, Alice.")
    expect(page.get_by_text(re.compile(r"^90\s?%, and one red line\.$"))).to_be_visible()
    reread = page.get_by_role("heading", name="Reread these clauses").locator("xpath=following-sibling::ul[1]")
    expect(reread.get_by_role("listitem")).to_have_count(len(red.question.clauses))
    for code in red.question.clauses:
        expect(reread.get_by_role("link", name=re.compile(f"^{code} "))).to_be_visible()
    assert secrets_on(page, *items) == []
    key = [line.texts["en"] for line in red.kind.right(red.question)]
    if red.question.kind != "truefalse":
        assert not set(key) & set(page.locator(".card p, .card li").all_inner_texts())
        assert not any(words in page.locator("main").inner_text() for words in key)


def reread_and_accept(page: Page, red: Item) -> None:
    code = red.question.clauses[0]
    page.locator("main .list").first.get_by_role("link", name=re.compile(f"^{code} ")).click()
    expect(page).to_have_url(f"/guidelines/how-we-speak#{code}")
    expect(page.locator(f"#{code}")).to_be_in_viewport()
    accept_guideline(page)


def holds_certificate(page: Page, certificate: Certificate) -> list[str]:
    """The card shows the Ambassador; returns all that is printed on it but the frame."""
    card = page.get_by_role("article", name="Certificate of Alice Peeters")
    words = certificate.content["level"]["texts"]["en"]
    days = card.locator(".cert-sign b").all_inner_texts()
    number = f"{certificate.number[:5]}-{certificate.number[5:]}"
    parts = [part["words"]["en"] for part in certificate.content["scope"]]
    printed = [words["name"], "Alice Peeters", words["criteria"], "ACME", number, *days, *parts]
    assert printed[0] == "Ambassador"
    assert len(days) == 2
    for text in printed:
        expect(card).to_contain_text(text)
    courses = [*certificate.content["courses"], certificate.content["guideline"]]
    return printed + [f"{part['titles']['en']}, version {part['version']}" for part in courses]


def certificate_on_paper(page: Page, certificate: Certificate, printed: list[str], site: str, folder: Path) -> str:
    """The PDF says the same as the card, and both codes carry the address of the check page, which is returned."""
    link = page.get_by_role("link", name="Print or save as PDF").get_attribute("href")
    assert link
    answer = page.context.request.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(pypdf.PdfReader(io.BytesIO(answer.body())).pages[0].extract_text().split())
    assert [words for words in printed if words.replace(" ", "") not in text.replace(" ", "")] == []
    page.get_by_role("img", name="QR code").screenshot(path=folder / "code.png")
    sheet = Image.open(io.BytesIO(pdf.picture(certificate.content, site)))
    codes = {
        code.text for picture in (Image.open(folder / "code.png"), sheet) for code in zxingcpp.read_barcodes(picture)
    }
    assert codes == {f"{site}/verify/{certificate.uid}"}
    return codes.pop()


def anyone_can_check(page: Page, address: str, printed: list[str]) -> None:
    page.goto(address)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile("^Yes, Alice Peeters may speak about ACME online"))
    for words in printed:
        expect(page.locator("main")).to_contain_text(words)
    assert page.context.cookies() == []
    page.goto("/speakers?q=Alice")
    expect(page.get_by_role("link", name="Alice Peeters")).to_be_visible()


@pytest.fixture
def certified(database: Database) -> None:
    """Alice has come as far as the story leads her."""
    with database.transaction() as session:
        alice = directory.find_by_email(session, "alice@acme.example")
        assert alice
        done = Member("alice", "Alice Peeters", "", "", done="passed", started_days_ago=9)
        demo._learn(session, done, alice, catalog.get(session, "principles"))


@pytest.mark.usefixtures("certified")
def test_her_manager_sees_it_and_a_colleague_elsewhere_sees_nothing(
    new_page: NewPage, newest: Callable[..., Any]
) -> None:
    bob, charlie = new_page(), new_page(javascript=False)
    sign_in(bob, "bob")
    bob.get_by_role("link", name="My team").locator("visible=true").click()
    bob.get_by_role("link", name="Alice Peeters").first.click()
    expect(bob.get_by_role("heading", level=1)).to_have_text("Alice Peeters")
    expect(bob.get_by_role("row", name=re.compile("Principles"))).to_contain_text("100%")
    expect(bob.locator("main")).to_contain_text("answers and scores stay with the learner")
    alice = bob.url
    indirect_reports_too(bob)
    attempt, certificate = newest(Attempt), newest(Certificate)
    assert status(bob, f"/attempts/{attempt.id}") == 404
    sign_in(charlie, "charlie")
    assert status(charlie, f"/attempts/{attempt.id}") == 404
    assert status(charlie, f"/certificates/{certificate.uid}.pdf") == 404
    for address in (alice, f"{alice}.csv", "/team", "/team.csv"):
        assert status(charlie, address) == 403, address
    charlie.goto("/learning")
    expect(charlie.locator("body")).not_to_contain_text("Alice")


def indirect_reports_too(bob: Page) -> None:
    """In the table of everybody, and by going down through the one between."""
    lines = list(csv.DictReader(io.StringIO(bob.context.request.get("/team.csv").body().decode("utf-8-sig"))))
    for name, manager in (("Alice Peeters", "Bob Claes"), ("Amélie Dupont", "Chloé Lambert")):
        line = next(line for line in lines if line["name"] == name)
        wanted = {"manager": manager, "status": "done", "certificate": "Ambassador", "overdue": "no"}
        assert line.items() >= wanted.items()
        assert line["certificate_until"]
    assert not {"Charlie Hughes", "Bob Claes", "Tom Wouters"} & {line["name"] for line in lines}
    bob.goto("/team")
    bob.get_by_role("link", name="Chloé Lambert").first.click()
    bob.get_by_role("link", name="Amélie Dupont").first.click()
    expect(bob.get_by_text("You lead Amélie through Chloé.")).to_be_visible()
    expect(bob.locator(".tag-ok").first).to_contain_text("Until")


def status(page: Page, address: str) -> int:
    return page.context.request.get(address).status


def test_an_author_changes_a_lesson_and_the_next_reader_gets_it(new_page: NewPage) -> None:
    words = "Thank the person first, by name."
    dana, alice = new_page(), new_page()
    sign_in(alice, "alice")
    alice.goto(FILM)
    sign_in(dana, "dana")
    dana.get_by_text("Work", exact=True).click()
    dana.get_by_role("link", name="Studio").locator("visible=true").click()
    dana.get_by_role("link", name="S1. Principles").click()
    dana.get_by_role("link", name=re.compile(r"^1\. One person talks, many listen")).click()
    expect(dana.locator("html")).to_have_attribute("data-studio", "ready")
    dana.get_by_role("textbox", name="Text of the lesson").click()
    dana.keyboard.press("Control+End")
    dana.keyboard.type(f" {words}")
    dana.get_by_role("link", name="Preview").click()
    expect(dana.locator(".prose")).to_contain_text(words)
    alice.reload()
    expect(alice.locator(".prose")).not_to_contain_text(words)
    dana.get_by_role("link", name="Publish version 2").click()
    dana.get_by_label("What changed, in a sentence").fill("Thanks come first")
    dana.get_by_role("button", name="Publish version 2").click()
    expect(dana.get_by_text("2, live", exact=True)).to_be_visible()
    alice.reload()
    expect(alice.locator(".prose")).not_to_contain_text(words)
    eva = new_page()
    sign_in(eva, "eva")
    eva.goto(FILM)
    expect(eva.locator(".prose")).to_contain_text(words)
    expect(eva.locator(".prose video track")).to_have_count(3)
    alice.goto("/learning")
    expect(alice.locator("main")).to_contain_text(f"{ALICE_HAS_DONE} of {LESSONS} lessons done")


def test_the_film_plays_with_captions_and_is_sent_in_pieces(new_page: NewPage) -> None:
    page = new_page()
    sign_in(page, "alice")
    page.goto(FILM)
    film = page.locator("video")
    assert film.locator("track[kind=captions]").evaluate_all("all => all.map(one => one.srclang)") == ["en", "nl", "fr"]
    for address in film.locator("source").evaluate_all("all => all.map(one => one.src)"):
        piece = page.context.request.get(address, headers={"Range": "bytes=0-99"})
        assert (piece.status, len(piece.body())) == (206, 100)
        assert piece.headers["content-range"].startswith("bytes 0-99/")
    for number in range(3):
        cues = film.evaluate(
            """(film, number) => new Promise((done, fail) => {
                const track = film.querySelectorAll("track")[number];
                track.addEventListener("load", () => done(track.track.cues.length));
                track.addEventListener("error", () => fail("captions do not load"));
                track.track.mode = "showing";
            })""",
            number,
        )
        assert cues > 3
    film.evaluate(
        """(film) => new Promise((done, fail) => {
            film.addEventListener("timeupdate", () => film.currentTime > 0.2 && done());
            film.muted = true;
            film.play().catch(fail);
        })"""
    )
    page.get_by_text("Read the transcript").click()
    expect(page.get_by_text("Tuesday evening, in the ACME community.")).to_be_visible()


# With the keyboard alone


@pytest.fixture
def one_lesson_left(database: Database) -> None:
    """Alice has done all lessons but the last."""
    with database.transaction() as session:
        alice = directory.find_by_email(session, "alice@acme.example")
        assert alice
        course = catalog.get(session, "principles")
        for lesson in course.lessons[ALICE_HAS_DONE : LESSONS - 1]:
            progress.complete_lesson(session, alice.id, course, lesson.slug)


@pytest.mark.usefixtures("one_lesson_left")
@pytest.mark.parametrize("width", [1280, 390])
def test_alice_needs_nothing_but_the_keyboard(new_page: NewPage, paper: Callable[[], list[Item]], width: int) -> None:
    page = new_page(width=width)
    page.goto("/login")
    tab_to(page, page.get_by_label("Work mail address"))
    page.keyboard.type("alice@acme.example")
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    tab_to(page, page.get_by_role("button", name="Sign in"))
    page.keyboard.press("Enter")
    expect(page).to_have_url("/learning")
    tab_to(page, next_step(page))
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Lesson {LESSONS} of {LESSONS}")).to_be_visible()
    check = page.locator(".prose .check").first
    tab_to(page, check.get_by_role("radio").first)
    page.keyboard.press("Space")
    for place in (1, 2):
        expect(check.locator(f".fb-{place}")).to_be_visible()
        page.keyboard.press("ArrowDown")
    assert focus_problem(page) == ""
    tab_to(page, page.get_by_role("button", name="Mark as done and go on"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Go to the quiz"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Start the quiz"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Question 1 of 10", exact=True)).to_be_visible()
    answer_with_keys(page, page.locator("#answer input:not([type=hidden])"))
    expect(page.get_by_text("Question 2 of 10", exact=True)).to_be_visible()
    assert paper()[0].answered


def answer_with_keys(page: Page, inputs: Locator) -> None:
    """Choose the first answer, or the first place for each statement, and go on."""
    groups = list(dict.fromkeys(inputs.evaluate_all("all => all.map(one => one.name)")))
    for name in groups:
        tab_to(page, page.locator(f'#answer input[name="{name}"]').first)
        page.keyboard.press("Space")
        expect(page.locator(f'#answer input[name="{name}"]').first).to_be_checked()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    tab_to(page, page.get_by_role("button", name="Next question"))
    page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator, most: int = 80) -> None:
    """Press Tab until something has the focus; on the way, focus can always be seen."""
    expect(target).to_be_visible()
    for _ in range(most):
        page.keyboard.press("Tab")
        assert focus_problem(page) == ""
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not come to {target}")


FOCUS = """() => {
    const one = document.activeElement;
    if (one === document.body) return "";
    const drawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const style = getComputedStyle(one), label = one.closest("label");
    const name = `${one.tagName} ${one.className} ${(one.innerText ?? "").slice(0, 40)}`;
    if (!drawn(style) && style.boxShadow === "none" && !(label && drawn(getComputedStyle(label))))
        return `no ring around ${name}`;
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || box.bottom <= 0 || box.top >= innerHeight || box.right <= 0)
        return `out of sight: ${name} ${JSON.stringify(box)}`;
    const seen = [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => {
        const top = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
        return top && (one.contains(top) || (label && label.contains(top)));
    }));
    return seen ? "" : `covered: ${name} ${JSON.stringify(box)}`;
}"""


def focus_problem(page: Page) -> str:
    """Why what has the focus could not be seen, or nothing (WCAG 2.4.7 and 2.4.11)."""
    return str(page.evaluate(FOCUS))
