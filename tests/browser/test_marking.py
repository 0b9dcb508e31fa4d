"""Marking and appealing in a real browser: two coaches, a moderator, the learner's appeal, and the answer to it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.models import Person
from quizzes.attempt_models import Attempt
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only

Enter = Callable[..., None]
NewPage = Callable[..., Page]


def mark(page: Page, who: str, tone: str, reason: str) -> None:
    """Take the answer that waits, give points for both criteria, and say why."""
    page.goto("/marking")
    page.get_by_role("button", name="I take this one").first.click()
    page.get_by_role("group", name="who (en)").get_by_label(f"{who} of 2 points").check()
    page.get_by_role("group", name="tone (en)").get_by_label(f"{tone} of 4 points").check()
    page.get_by_label("Your reason").fill(reason)
    page.get_by_role("button", name="Give this mark").click()
    expect(page.get_by_role("heading", name="Marking", level=1)).to_be_visible()


def test_an_answer_goes_from_two_coaches_to_a_moderator_and_its_result_to_an_appeal(
    session: Session, make: Make, people: People, page: Page, new_page: NewPage, enter: Enter
) -> None:
    coaches = [make.person(name, roles=["coach"]) for name in ("Carla", "Claus", "Cora")]
    hugo: Person = make.person("Hugo", roles=["hub"])
    attempt: Attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    first, second, third, fourth = page, new_page(), new_page(javascript=False), new_page(width=390)
    for person, where in zip((coaches[0], coaches[1], hugo, people.alice), (first, second, third, fourth), strict=True):
        enter(person, where)
    mark(first, "2", "4", "Friendly and open.")
    mark(second, "0", "1", "Nobody can tell who writes.")
    third.goto("/marking")
    expect(third.get_by_text("Two markers are apart: you decide")).to_be_visible()
    mark(third, "1", "2", "Say who you are in the post itself.")
    fourth.goto(f"/attempts/{attempt.id}/appeal")
    fourth.get_by_label("What is it about?").select_option(index=1)
    fourth.get_by_label("What should we look at?").fill("I do say who I am, in the first sentence.")
    fourth.get_by_role("button", name="Send the appeal").click()
    fifth = new_page()
    enter(coaches[2], fifth)
    fifth.goto("/marking/appeals")
    fifth.get_by_role("link", name="Rewrite (en), question 1").click()
    expect(fifth.get_by_text("Say who you are in the post itself.")).to_be_visible()
    fifth.get_by_label("The learner is right: more credit").check()
    fifth.get_by_label("New credit in percent").fill("50")
    fifth.get_by_label("Your answer to the learner").fill("She does.")
    fifth.get_by_role("button", name="Decide the appeal").click()
    expect(fifth.get_by_role("alert")).to_contain_text("The question has 50 percent now.")
    expect(fifth.get_by_label("Your answer to the learner")).to_have_value("She does.")
    fifth.get_by_label("New credit in percent").fill("100")
    fifth.get_by_role("button", name="Decide the appeal").click()
    expect(fifth.get_by_text("Nothing waits for you")).to_be_visible()
    session.expire_all()
    assert session.scalars(select(Attempt.passed)).one()


def test_the_pages_of_markers_can_be_used_by_everybody(
    make: Make, people: People, page: Page, new_page: NewPage, enter: Enter, accessible: Callable[[Page], None]
) -> None:
    coach = make.person("Carla", roles=["coach"])
    quiz = make.read_quiz(questions=2)
    make.handed_in(people.alice, quiz)
    make.mark_task(make.task(failed := make.handed_in(people.charlie, quiz), position=1), coach, 0, 1)
    make.mark_task(make.task(failed, position=2), coach, 0, 1)
    small = new_page(width=390)
    for person, where in ((coach, page), (people.charlie, small)):
        enter(person, where)
    page.goto("/marking")
    accessible(page)
    page.get_by_role("button", name="I take this one").first.click()
    accessible(page)
    small.goto(f"/attempts/{failed.id}/appeal")
    accessible(small)
    assert small.evaluate("document.documentElement.scrollWidth <= innerWidth")
