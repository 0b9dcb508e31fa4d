"""The editor of questions in a real browser: with steps, without scripts, on a phone, and questions as a file."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.models import Person
from quizzes.authoring import desk, parcels
from quizzes.question_models import Question
from tests.make import Make, People
from tests.quizzes.test_authoring import typed
from tests.support import accessibility

pytestmark = pytest.mark.sqlite_only
QUIZ = "/studio/quizzes/principles"
Enter = Callable[..., None]
NewPage = Callable[..., Page]


@pytest.fixture
def dana(session: Session, make: Make) -> Person:
    make.guideline()
    make.course("principles")
    person = make.person("Dana", "Smit", roles=("author",))
    desk.create(session, "principles", person.id)
    return person


def test_a_branching_question_is_made_without_scripts_on_a_phone(
    new_page: NewPage, enter: Enter, dana: Person, session: Session
) -> None:
    page = new_page(width=390, javascript=False)
    enter(dana, page)
    page.goto(f"{QUIZ}/new?kind=thread")
    page.locator("[name=stem-en]").fill("What do you say?")
    page.locator("[name=explanation-en]").fill("Kindly.")
    page.locator("button[value=add-s1]").click()
    expect(page.locator("#choice-5")).to_be_visible()
    expect(page.locator("[name=stem-en]")).to_have_value("What do you say?")
    page.locator("button[value=remove-5]").click()
    expect(page.locator("#choice-5")).to_have_count(0)
    for place, words in enumerate(("It begins.", "It goes on."), 1):
        page.locator(f"[name=step-{place}-text-en]").fill(words)
    for place, (marking, leads) in enumerate((("best", "s2"), ("wrong", ""), ("best", ""), ("half", "")), 1):
        page.locator(f"[name=choice-{place}-marking]").select_option(marking)
        page.locator(f"[name=choice-{place}-leads_to]").select_option(leads)
        page.locator(f"[name=choice-{place}-text-en]").fill(f"Reply {place}")
    page.get_by_role("checkbox", name="D2").check()
    page.get_by_role("button", name="Keep the question").click()
    expect(page.get_by_role("alert")).to_contain_text("English: choice 1 does not say why")
    for place in range(1, 5):
        page.locator(f"[name=choice-{place}-why-en]").fill(f"Because of {place}")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Keep the question").click()
    expect(page.get_by_role("link", name="What do you say?")).to_be_visible()
    session.rollback()
    assert session.scalars(select(Question.key)).all() == ["what-do-you-say"]


def test_the_key_changes_and_the_versions_tell(
    page: Page, enter: Enter, make: Make, people: People, session: Session
) -> None:
    quiz = make.quiz()
    make.attempt(people.alice, quiz)
    enter(make.person("Dana", "Smit", roles=("author",)))
    page.goto(f"{QUIZ}/questions/truefalse-1")
    expect(page.get_by_role("checkbox", name="On every paper")).to_be_visible()
    page.get_by_role("checkbox", name="Red-line question").uncheck()
    expect(page.get_by_role("checkbox", name="On every paper")).to_have_count(0)
    page.get_by_role("checkbox", name="Red-line question").check()
    page.locator("[name=stem-en]").fill("Said otherwise")
    page.get_by_role("button", name="Keep the question").click()
    page.goto(f"{QUIZ}/questions/truefalse-1")
    page.get_by_text("1 difference from the version before").click()
    expect(page.get_by_text("[put in:] Said otherwise")).to_be_visible()
    assert accessibility.violations(page) == []
    page.get_by_role("link", name="Version 1").click()
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    assert accessibility.violations(page) == []


def test_questions_go_out_as_a_file_and_come_back_as_a_proposal(
    page: Page, enter: Enter, dana: Person, session: Session
) -> None:
    desk.save_question(session, "principles", None, typed(), 0, dana.id)
    enter(dana)
    page.goto(f"{QUIZ}/exchange")
    assert accessibility.violations(page) == []
    with page.expect_download() as away:
        page.get_by_role("link", name="Download the questions").click()
    texts = {name: data.decode() for name, data in parcels.unpacked(away.value.path().read_bytes()).items()}
    texts["en.toml"] = texts["en.toml"].replace("What do you do first?", "What comes first?")
    again = {"name": "q.zip", "mimeType": "application/zip", "buffer": parcels.packed(texts)}
    page.get_by_label("Zip file").set_input_files(again)
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("0 new, 1 changed, 0 with other labels, 0 the same.")).to_be_visible()
    page.get_by_text("1 difference", exact=True).click()
    assert accessibility.violations(page) == []
    page.get_by_role("button", name="Propose these questions").click()
    expect(page.get_by_text("1 question waits for a reviewer.")).to_be_visible()
