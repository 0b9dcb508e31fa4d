"""Taking a quiz in a real browser: by mouse, by keyboard, without JavaScript, and through gaps in the network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people import signin
from quizzes import papers, releases
from quizzes.attempt_models import Attempt, Response
from quizzes.papers import Item
from tests.make import Make, People
from tests.quizzes.makers import CROSSING, RIGHT, fields

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]
Enter = Callable[..., None]


@pytest.fixture
def attempt(make: Make, people: People, enter: Enter) -> Attempt:
    """Alice is signed in and inside an attempt."""
    enter(people.alice)
    return make.attempt(people.alice, make.quiz())


def items(session: Session, attempt: Attempt) -> list[Item]:
    """What is on the paper, read in a transaction of its own."""
    session.commit()
    session.expire_all()
    found = papers.items(session, attempt)
    session.commit()
    return found


def choose(page: Page, item: Item, right: bool = True) -> None:
    answer = (RIGHT if right else CROSSING)[item.question.kind]
    for name, values in fields(item, answer).items():
        for value in [values] if isinstance(values, str) else values:
            page.locator(f'input[name="{name}"][value="{value}"]').check()


def go_to(page: Page, attempt: Attempt, item: Item) -> None:
    page.goto(f"/attempts/{attempt.id}?question={item.position}")


def of_kind(session: Session, attempt: Attempt, kind: str) -> Item:
    return next(item for item in items(session, attempt) if item.question.kind == kind)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_quiz_is_failed_on_a_red_line_and_then_passed(
    session: Session, make: Make, people: People, new_page: Callable[..., Page], enter: Enter, javascript: bool
) -> None:
    make.ready(people.alice, make.quiz())
    page = new_page(javascript=javascript)
    enter(people.alice, page)
    page.goto("/quizzes/principles")
    page.get_by_role("button", name="Start the quiz").click()
    for right in (False, True):
        attempt = session.scalars(select(Attempt).order_by(Attempt.id.desc()).limit(1)).one()
        paper = items(session, attempt)
        red = next(item for item in paper if item.question.red_line)
        for item in paper:
            expect(page.get_by_text(f"Question {item.position} of 10", exact=True)).to_be_visible()
            choose(page, item, right or item.id != red.id)
            page.locator("form#answer .btn-lg").click()
        page.get_by_role("button", name="Hand in").click()
        if not right:
            expect(page.get_by_role("heading", level=1)).to_have_text("Not yet, Alice.")
            expect(page.get_by_text("and one red line.")).to_be_visible()
            releases.release(session, people.bob.id, people.alice.id, "principles", "We talked about it.")
            session.commit()
            page.goto("/quizzes/principles")
            page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You passed, Alice")


def test_an_answer_is_saved_when_chosen(session: Session, attempt: Attempt, page: Page) -> None:
    item = items(session, attempt)[0]
    go_to(page, attempt, item)
    choose(page, item)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    expect(page.locator(".pips button").first).to_have_class("a")
    assert items(session, attempt)[0].answer == RIGHT[item.question.kind]
    page.reload()
    assert page.locator("form#answer input:checked").count() >= 1


def test_letters_choose_inside_the_answers_only(session: Session, attempt: Attempt, page: Page) -> None:
    item = of_kind(session, attempt, "single")
    go_to(page, attempt, item)
    page.keyboard.press("b")
    assert page.locator("form#answer input:checked").count() == 0
    page.locator("form#answer input[name=answer]").first.focus()
    page.keyboard.press("b")
    expect(page.locator("form#answer input[name=answer]").nth(1)).to_be_checked()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_have_text(f"Stem of {item.question.key} (en)")
    assert "/courses/" not in page.url


def test_an_answer_waits_for_the_network(session: Session, attempt: Attempt, page: Page) -> None:
    item = of_kind(session, attempt, "multiple")
    go_to(page, attempt, item)
    page.context.set_offline(True)
    choose(page, item)
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet. We try again")
    assert items(session, attempt)[item.position - 1].answer is None
    page.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    assert items(session, attempt)[item.position - 1].answer == RIGHT["multiple"]


def test_a_lost_reply_does_not_look_like_a_second_window(session: Session, attempt: Attempt, page: Page) -> None:
    item, address = of_kind(session, attempt, "multiple"), f"**/attempts/{attempt.id}"
    go_to(page, attempt, item)
    lost: list[int] = []

    def lose_first_reply(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    page.route(address, lose_first_reply)
    choose(page, item)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    expect(page.locator("#problem")).to_be_hidden()
    assert lost == [200]
    assert items(session, attempt)[item.position - 1].answer == RIGHT["multiple"]


def test_an_unsent_answer_survives_a_reload(session: Session, attempt: Attempt, page: Page) -> None:
    item, address = of_kind(session, attempt, "single"), f"**/attempts/{attempt.id}"
    go_to(page, attempt, item)
    page.route(address, lambda route: route.abort())
    choose(page, item)
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet. We try again")
    page.unroute(address)
    page.reload()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    place = item.order.index("b")
    expect(page.locator("form#answer input[name=answer]").nth(place)).to_be_checked()


def test_an_answer_is_kept_while_signed_out(
    session: Session, people: People, attempt: Attempt, page: Page, enter: Enter
) -> None:
    item = of_kind(session, attempt, "truefalse")
    go_to(page, attempt, item)
    signin.end_all(session, people.alice.id, actor_id=None)
    session.commit()
    choose(page, item)
    expect(page.locator("#problem")).to_contain_text("You are signed out.")
    enter(people.alice)
    page.reload()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    assert items(session, attempt)[item.position - 1].answer == RIGHT["truefalse"]


def test_a_second_window_is_told(session: Session, attempt: Attempt, page: Page) -> None:
    first, second = items(session, attempt)[:2]
    address = f"/attempts/{attempt.id}?question=2"
    go_to(page, attempt, first)
    other = page.context.new_page()
    other.goto(address)
    choose(other, second)
    expect(other.locator("[data-saved]")).to_contain_text("Saved at")
    choose(page, first)
    expect(page.locator("#problem")).to_contain_text("You answered in another window")
    expect(page.locator("[data-saved]")).to_have_text("Not saved")
    page.get_by_role("link", name="Continue here").click()
    choose(page, first)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    session.commit()
    revisions = session.scalars(select(Response.revision).order_by(Response.revision)).all()
    assert revisions == list(range(1, len(revisions) + 1))


def test_the_end_of_the_time_hands_in(session: Session, attempt: Attempt, page: Page) -> None:
    item = items(session, attempt)[0]
    page.clock.install()
    go_to(page, attempt, item)
    choose(page, item)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.clock.fast_forward(20 * 60 * 1000 + 2000)
    expect(page.locator("#live")).to_have_text("5 minutes left. Your answers are saved.")
    page.clock.fast_forward(4 * 60 * 1000)
    expect(page.locator("#live")).to_have_text("1 minute left. Your answers are saved.")
    page.clock.fast_forward(60 * 1000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not yet, Alice.")
    session.commit()
    assert session.get_one(Attempt, attempt.id).state == "marked"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_a_quiz_are_accessible(
    session: Session,
    make: Make,
    people: People,
    new_page: Callable[..., Page],
    enter: Enter,
    accessible: Callable[[Page], None],
    width: int,
) -> None:
    page = new_page(width=width)
    enter(people.alice, page)
    quiz = make.quiz()
    page.goto("/quizzes/principles")
    accessible(page)
    attempt = make.attempt(people.alice, quiz)
    kinds = {item.question.kind: item for item in items(session, attempt)}
    page.goto("/quizzes/principles")
    accessible(page)
    for item in kinds.values():
        go_to(page, attempt, item)
        choose(page, item)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"/attempts/{attempt.id}/overview")
    accessible(page)
    page.get_by_role("button", name="Hand in").click()
    accessible(page)
    page.goto("/quizzes/principles")
    accessible(page)


def test_an_answer_chosen_before_the_script_has_come_is_saved(session: Session, attempt: Attempt, page: Page) -> None:
    item = of_kind(session, attempt, "single")
    held: list[Route] = []
    page.route("**/quiz.js", lambda route: held.append(route))
    page.goto(f"/attempts/{attempt.id}?question={item.position}", wait_until="commit")
    choose(page, item)
    expect(page.locator("[data-saved]")).not_to_contain_text("Saved at")
    held[0].continue_()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    assert next(one for one in items(session, attempt) if one.id == item.id).answer is not None
