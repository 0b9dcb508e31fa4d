"""Matching, ordering, short answers and numbers in a real browser, with JavaScript and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from quizzes import papers
from quizzes.attempt_models import Attempt, Response
from quizzes.papers import Item
from quizzes.questions import ChoiceView, QuestionView
from tests.make import Make, People
from tests.quizzes.makers import fields

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]
Enter = Callable[..., None]


def question(kind: str, *choices: ChoiceView, **options: str) -> QuestionView:
    return QuestionView(1, 1, "key", kind, False, ("D2",), {}, {}, {}, choices, options)


def choice(key: str, text: str, partner: str = "", rule: str | None = None) -> ChoiceView:
    partners = {"en": partner} if partner else {}
    return ChoiceView(key, 0 if rule else 100, None, False, {"en": text}, {}, partners, rule=rule)


QUESTIONS = (
    question(
        "matching",
        choice("a", "A journalist asks for a comment on the annual figures", "The press desk"),
        choice("b", "A customer complains about the third missed visit of an engineer", "Customer care"),
        choice("c", "A colleague is threatened", "Security, who look at it around the clock and call her back"),
        choice("d", "", "The works council", "extra"),
    ),
    question(
        "ordering",
        choice("a", "Ask yourself whether it is true"),
        choice("b", "Ask yourself whether it is ours to answer, or whether another department knows more about it"),
        choice("c", "Say who you are"),
        choice("d", "Answer, and come back to it"),
    ),
    question("short", ChoiceView("a", 100, None, False, {"en": "own opinion", "nl": "eigen mening"}, {})),
    question("number", ChoiceView("unit", 100, None, False, {"en": "hours"}, {}), value="48", tolerance="0"),
)


@pytest.fixture
def attempt(make: Make, people: People) -> Attempt:
    """Alice is inside an attempt at a quiz of these four."""
    return make.attempt(people.alice, make.quiz_of(*QUESTIONS))


def items(session: Session, attempt: Attempt) -> dict[str, Item]:
    """What is on the paper by kind, read in a transaction of its own."""
    session.commit()
    session.expire_all()
    found = {item.question.kind: item for item in papers.items(session, attempt)}
    session.commit()
    return found


def saved(session: Session, attempt: Attempt, kind: str) -> object:
    return items(session, attempt)[kind].answer


def open_question(page: Page, session: Session, attempt: Attempt, kind: str) -> Item:
    item = items(session, attempt)[kind]
    page.goto(f"/attempts/{attempt.id}?question={item.position}")
    return item


def fill(page: Page, item: Item) -> None:
    """Give the best answer by the fields themselves."""
    for name, value in fields(item, item.kind.best(item.question)).items():
        field = page.locator(f'[name="{name}"]')
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def test_all_four_work_without_javascript(
    session: Session, attempt: Attempt, people: People, new_page: Callable[..., Page], enter: Enter
) -> None:
    page = new_page(javascript=False)
    enter(people.alice, page)
    for kind in ("matching", "short", "number"):
        item = open_question(page, session, attempt, kind)
        fill(page, item)
        page.get_by_label("Very sure").check()
        page.locator("form#answer .btn-lg").click()
        found = items(session, attempt)[kind]
        assert (found.answer, found.certainty) == (item.kind.best(item.question), 3)
    item = open_question(page, session, attempt, "ordering")
    places = page.get_by_role("combobox")
    assert places.count() == 4
    for place in places.all():
        place.select_option("2")
    page.locator("form#answer .btn-lg").click()
    expect(page.locator("#problem")).to_contain_text("Two lines have place 2. Give each line a place of its own.")
    assert [place.input_value() for place in places.all()] == ["2"] * 4
    fill(page, item)
    page.get_by_role("button", name="Save and leave").click()
    page.goto(f"/attempts/{attempt.id}/overview")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You passed, Alice")


def test_lines_are_put_in_order_by_keyboard(
    session: Session, attempt: Attempt, people: People, page: Page, enter: Enter
) -> None:
    enter(people.alice)
    item = open_question(page, session, attempt, "ordering")
    expect(page.get_by_role("combobox")).to_have_count(0)
    lines = page.locator("[data-order] > li .words")
    wanted = [one.texts["en"] for one in item.question.choices]
    for place, words in enumerate(wanted):
        while (at := lines.all_inner_texts().index(words)) > place:
            page.get_by_role("button", name=f"Move up {words}").focus()
            page.keyboard.press("Enter")
            expect(page.locator("#live")).to_have_text(f"Now at place {at} of 4")
            expect(page.get_by_role("button", name=f"Move up {words}")).to_be_focused()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.get_by_label("Not sure").check()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.reload()
    assert lines.all_inner_texts() == wanted
    found = items(session, attempt)["ordering"]
    assert (found.answer, found.certainty) == ({"order": ["a", "b", "c", "d"]}, 1)


def test_a_typed_answer_is_saved_after_a_pause_and_not_at_each_letter(
    session: Session, attempt: Attempt, people: People, page: Page, enter: Enter
) -> None:
    enter(people.alice)
    open_question(page, session, attempt, "short")
    page.get_by_label("Your answer").press_sequentially("own opinion", delay=20)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    assert saved(session, attempt, "short") == {"text": "own opinion"}
    page.get_by_label("Your answer").fill("my own")
    page.get_by_label("Your answer").blur()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.wait_for_function("() => !sessionStorage.length")
    session.commit()
    assert [one.answer for one in session.scalars(select(Response))] == [{"text": "own opinion"}, {"text": "my own"}]


def test_letters_typed_while_a_save_is_under_way_are_not_lost(
    session: Session, attempt: Attempt, people: People, page: Page, enter: Enter
) -> None:
    enter(people.alice)
    address = f"**/attempts/{attempt.id}"  # read before the page is opened: reading begins a transaction
    open_question(page, session, attempt, "short")
    held: list[Route] = []
    page.route(address, lambda route: route.continue_() if held else held.append(route))
    field = page.get_by_label("Your answer")
    field.fill("own")
    field.blur()
    expect(page.locator("[data-saved]")).to_have_text("Saving")
    field.press("End")
    field.press_sequentially(" opinion")
    held[0].continue_()
    page.locator("form#answer .btn-lg").click()
    expect(page.get_by_label("Your answer")).to_have_count(0)
    assert saved(session, attempt, "short") == {"text": "own opinion"}


def test_what_was_typed_survives_a_gap_and_a_reload(
    session: Session, attempt: Attempt, people: People, page: Page, enter: Enter
) -> None:
    enter(people.alice)
    address = f"**/attempts/{attempt.id}"
    open_question(page, session, attempt, "short")
    page.route(address, lambda route: route.abort())
    page.get_by_label("Your answer").press_sequentially("own opinion")
    page.unroute(address)
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("own opinion")
    page.wait_for_function("() => !sessionStorage.length")
    assert saved(session, attempt, "short") == {"text": "own opinion"}
    item = open_question(page, session, attempt, "matching")
    page.route(address, lambda route: route.abort())
    fill(page, item)
    page.unroute(address)
    page.reload()
    page.wait_for_function("() => !sessionStorage.length")
    assert saved(session, attempt, "matching") == item.kind.best(item.question)


def test_what_is_no_number_is_said_beside_the_field(
    session: Session, attempt: Attempt, people: People, page: Page, enter: Enter
) -> None:
    enter(people.alice)
    open_question(page, session, attempt, "number")
    field = page.get_by_label("Your number")
    field.fill("two days")
    page.locator("form#answer .btn-lg").click()
    expect(page.locator("#fault")).to_have_text("“two days” is not a number. Write it in digits: 12, 2.5 or 1/2.")
    expect(field).to_be_focused()
    page.reload()
    expect(field).to_have_value("two days")
    expect(page.locator("#fault")).to_be_visible()
    field.fill("48 hours")
    field.blur()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    expect(page.locator("#fault")).to_be_hidden()
    assert saved(session, attempt, "number") == {"number": "48 hours"}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_are_accessible(
    session: Session,
    attempt: Attempt,
    people: People,
    new_page: Callable[..., Page],
    enter: Enter,
    accessible: Callable[[Page], None],
    width: int,
) -> None:
    page = new_page(width=width)
    enter(people.alice, page)
    for kind in ("matching", "ordering", "short", "number"):
        open_question(page, session, attempt, kind)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
