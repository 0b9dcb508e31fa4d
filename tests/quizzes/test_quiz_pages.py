"""The pages of a quiz, asked for as a browser does."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.models import Course
from lms.base import clock
from quizzes import attempts, closing, papers
from quizzes.attempt_models import Attempt, Response
from quizzes.papers import Item
from quizzes.question_models import Question
from quizzes.questions import Answer, Marked
from quizzes.review import EVERYTHING, review
from tests.make import Make, People
from tests.quizzes.makers import CROSSING, RIGHT, SECRETS, WRONG, fields, later
from tests.support.client import Client

JSON = {"Accept": "application/json"}
Entering = Callable[..., Client]


def words(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True)).replace("\u00a0", " ")


def without_tokens(response: TestResponse) -> str:
    return re.sub(r'(?<=name="csrf_token" value=")[^"]+', "", words(response))


@pytest.fixture
def attempt(make: Make, people: People) -> Attempt:
    """Alice is inside an attempt."""
    return make.attempt(people.alice, make.quiz())


@pytest.fixture
def alice(attempt: Attempt, client_for: Entering, people: People) -> Client:
    return client_for(people.alice)


def paper(session: Session, attempt: Attempt) -> list[Item]:
    found = papers.items(session, attempt)
    session.commit()
    return found


def send(
    client: Client, attempt: Attempt, item: Item, revision: int, answer: Answer | None = None, **more: Any
) -> TestResponse:
    form = {"question": item.position, "revision": revision} | fields(item, answer or RIGHT[item.question.kind])
    return client.submit(f"/attempts/{attempt.id}", form | more.pop("also", {}), **more)


def test_the_story_of_a_quiz(session: Session, make: Make, people: People, client_for: Entering) -> None:
    quiz = make.quiz()
    client = client_for(people.alice)
    page = words(client.get("/quizzes/principles"))
    assert "Begin with the course" in page
    assert "Start the quiz" not in page
    make.ready(people.alice, quiz)
    page = words(client.get("/quizzes/principles"))
    assert "80 %, and no red line crossed" in page
    assert "Start the quiz" in page
    started = client.submit("/quizzes/principles", {"time": "100"})
    assert started.status_code == 303
    attempt = session.scalars(select(Attempt)).one()
    assert started.location == f"/attempts/{attempt.id}"
    assert "Continue" in words(client.get("/quizzes/principles"))
    crossing = next(item for item in paper(session, attempt) if item.question.red_line)
    for item in paper(session, attempt):
        answer = (CROSSING if item.id == crossing.id else RIGHT)[item.question.kind]
        sent = send(client, attempt, item, item.position - 1, answer, also={"go": item.position + 1})
        assert sent.status_code == 303
        assert sent.location == f"/attempts/{attempt.id}?question={item.position + 1}"
    overview = words(client.get(f"/attempts/{attempt.id}/overview"))
    assert "You have answered all questions." in overview
    handed_in = client.submit(f"/attempts/{attempt.id}/submit")
    assert handed_in.location == f"/attempts/{attempt.id}"
    result = words(client.get(handed_in.location))
    assert "Not yet, Alice." in result
    assert "%, and one red line." in result
    assert '/guidelines/how-we-speak#D2"' in result
    assert not any(secret in result for secret in SECRETS)
    assert "Better" not in result
    assert "You can try again on" in words(client.get("/quizzes/principles"))
    with later(hours=49):
        client = client_for(people.alice)
        client.submit("/quizzes/principles", {"time": "100"})
        again = session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
        assert again is not None
        make.answer(again)
        client.submit(f"/attempts/{again.id}/submit")
        result = words(client.get(f"/attempts/{again.id}"))
        assert "You passed, Alice" in result
        assert 'href="/certificates/"' in result
        assert "SECRET-EXPLANATION" in result
        assert "SECRET-WHY" in result
        before = words(client.get("/quizzes/principles"))
        assert "You have completed this course." in before
        assert before.count("Look at it") == 2


def test_no_answer_before_the_end_holds_a_secret(session: Session, attempt: Attempt, alice: Client) -> None:
    answers = [alice.get("/quizzes/principles"), alice.get(f"/attempts/{attempt.id}/overview")]
    items = paper(session, attempt)
    for item in items:
        answers.append(alice.get(f"/attempts/{attempt.id}?question={item.position}"))
        answers.append(send(alice, attempt, item, 2 * item.position - 2, WRONG[item.question.kind], headers=JSON))
        answers.append(send(alice, attempt, item, 2 * item.position - 1))
        answers.append(alice.get(f"/attempts/{attempt.id}?question={item.position}"))
        answers.append(send(alice, attempt, item, 0, WRONG[item.question.kind]))
        answers.append(send(alice, attempt, item, 0, WRONG[item.question.kind], headers=JSON))
    answers.append(alice.get(f"/attempts/{attempt.id}/overview"))
    bank = set(session.scalars(select(Question.key)))
    undrawn = bank - {item.question.key for item in items}
    assert len(undrawn) == 10
    for answer in answers:
        text = words(answer)
        assert not any(secret in text for secret in SECRETS)
        assert not any(f"Stem of {key} (" in text for key in undrawn)
        assert not any(word in text for word in ("crosses=", 'crosses"', "credit", "bucket=", "red_line", "correct"))


def test_the_value_of_a_choice_does_not_tell_the_written_order(
    session: Session, attempt: Attempt, alice: Client
) -> None:
    for item in paper(session, attempt):
        page = words(alice.get(f"/attempts/{attempt.id}?question={item.position}"))
        for place, key in enumerate(item.order, 1):
            text = f"Choice {key} of {item.question.key} (en)"
            if item.question.kind != "sort":
                assert f'name="answer" value="{place}"><span>{text}</span>' in page
        assert 'value="a"' not in page
    assert any(item.order != tuple(sorted(item.order)) for item in paper(session, attempt))


def test_an_answer_is_saved_by_script(session: Session, attempt: Attempt, alice: Client) -> None:
    first = paper(session, attempt)[0]
    saved = send(alice, attempt, first, 0, headers=JSON)
    assert saved.status_code == 200
    assert saved.json == {"revision": 1, "saved": saved.json["saved"], "answered": [1], "left": saved.json["left"]}
    assert saved.json["saved"].startswith("Saved at ")
    assert 1490 <= saved.json["left"] <= 1500
    again = send(alice, attempt, first, 0, headers=JSON)
    assert again.json["revision"] == 1
    page = words(alice.get(f"/attempts/{attempt.id}?question=1"))
    assert "checked" in page
    assert 'name="revision" value="1"' in page


def test_a_token_in_a_header_is_enough_for_a_script(session: Session, attempt: Attempt, alice: Client) -> None:
    first = paper(session, attempt)[0]
    form = {"question": 1, "revision": 0} | fields(first, RIGHT[first.question.kind])
    headers = JSON | {"X-CSRFToken": alice.token()}
    assert alice.post(f"/attempts/{attempt.id}", data=form, headers=headers).status_code == 200
    assert alice.post(f"/attempts/{attempt.id}", data=form, headers=JSON).status_code == 400


def test_a_second_window_is_told_what_to_do(session: Session, attempt: Attempt, alice: Client) -> None:
    first, second = paper(session, attempt)[:2]
    send(alice, attempt, first, 0)
    stale = send(alice, attempt, second, 0)
    assert stale.status_code == 409
    assert "You answered in another window" in words(stale)
    assert f'href="/attempts/{attempt.id}?question=2"' in words(stale)
    by_script = send(alice, attempt, second, 0, headers=JSON)
    assert (by_script.status_code, by_script.mimetype) == (409, "application/problem+json")
    assert "another window" in by_script.json["detail"]
    assert session.scalar(select(func.count()).select_from(Response)) == 1


@pytest.mark.parametrize("deed", ["get", "overview", "save", "submit"])
def test_a_foreign_attempt_looks_like_a_missing_one(
    attempt: Attempt, client_for: Entering, people: People, session: Session, deed: str
) -> None:
    item = paper(session, attempt)[0]

    def ask(client: Client, attempt_id: int) -> TestResponse:
        if deed == "get":
            return client.get(f"/attempts/{attempt_id}")
        if deed == "overview":
            return client.get(f"/attempts/{attempt_id}/overview")
        if deed == "submit":
            return client.submit(f"/attempts/{attempt_id}/submit")
        return client.submit(f"/attempts/{attempt_id}", {"question": item.position, "revision": 0, "answer": "1"})

    for person in (people.bob, people.charlie):
        client = client_for(person)
        foreign, missing = ask(client, attempt.id), ask(client, 2**31 - 1)
        assert foreign.status_code == missing.status_code == 404
        assert without_tokens(foreign) == without_tokens(missing)
        assert ask(client, 2**70).status_code in {404, 405}
    session.expire_all()
    assert session.get_one(Attempt, attempt.id).state == "in_progress"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"question": "99", "revision": "0", "answer": "1"}, 404),
        ({"question": "1", "revision": "0", "answer": "99", "answer-1": "blue"}, 422),
        ({"question": "x", "revision": "0", "answer": "1"}, 422),
        ({"question": "1", "revision": "", "answer": "1"}, 422),
        ({"question": "1", "revision": "-1", "answer": "1"}, 422),
        ({"question": "9" * 400, "revision": "0", "answer": "1"}, 422),
        ({"question": "1", "revision": "0", "go": "http://elsewhere.example"}, 422),
        ({"answer": "1"}, 422),
        ({}, 422),
    ],
)
def test_bad_input_is_refused_and_stores_nothing(
    session: Session, attempt: Attempt, alice: Client, form: dict[str, str], status: int
) -> None:
    assert alice.submit(f"/attempts/{attempt.id}", form).status_code == status
    assert alice.submit(f"/attempts/{attempt.id}", form, headers=JSON).status_code == status
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_ten_megabytes_are_refused(session: Session, attempt: Attempt, alice: Client) -> None:
    huge = {"question": 1, "revision": 0, "answer": "1" * 10_000_000}
    assert alice.submit(f"/attempts/{attempt.id}", huge).status_code == 413
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_a_form_without_a_token_is_refused(attempt: Attempt, alice: Client) -> None:
    for address in (f"/attempts/{attempt.id}", f"/attempts/{attempt.id}/submit", "/quizzes/principles"):
        assert alice.post(address, data={"question": 1}).status_code == 400


def test_a_strange_place_shows_the_first_open_question(attempt: Attempt, alice: Client) -> None:
    for place in ("0", "11", "x", "-1", "9" * 300, "", "1' OR 1=1"):
        page = alice.get(f"/attempts/{attempt.id}", query_string={"question": place})
        assert page.status_code == 200
        assert "Question 1 of 10" in words(page)


def test_an_unknown_quiz_is_not_found(alice: Client) -> None:
    assert alice.get("/quizzes/unknown").status_code == 404
    assert alice.submit("/quizzes/unknown", {"time": "100"}).status_code == 404
    assert alice.submit("/quizzes/principles", {"time": "999"}).status_code == 422


def test_a_locked_quiz_says_which_lessons_are_left(make: Make, people: People, client_for: Entering) -> None:
    quiz = make.quiz()
    make.enrollment(people.alice, make.session.get_one(Course, quiz.course_id), done=2)
    client = client_for(people.alice)
    page = words(client.get("/quizzes/principles"))
    assert "One lesson is left before the quiz: Lesson 3." in page
    refused = client.submit("/quizzes/principles", {"time": "100"})
    assert refused.status_code == 409
    assert "Lesson 3" in words(refused)


def test_leaving_saves_and_the_attempt_waits(session: Session, attempt: Attempt, alice: Client) -> None:
    item = paper(session, attempt)[2]
    left = send(alice, attempt, item, 0, also={"go": "leave"})
    assert left.location == "/courses/principles"
    assert session.get_one(Attempt, attempt.id).revision == 1
    assert alice.submit("/quizzes/principles", {"time": "100"}).location == f"/attempts/{attempt.id}"


def test_an_overdue_attempt_is_closed_when_it_is_touched(session: Session, attempt: Attempt, alice: Client) -> None:
    first = paper(session, attempt)[0]
    send(alice, attempt, first, 0)
    with clock.frozen(clock.now() + timedelta(minutes=26)):
        page = words(alice.get(f"/attempts/{attempt.id}"))
    assert "Time is up. We counted the one answer you gave." in page
    assert "Not yet, Alice." in page
    found = session.get_one(Attempt, attempt.id)
    assert (found.state, found.percent_hundredths) == ("marked", 1000)


@pytest.mark.parametrize("script", [False, True])
def test_an_answer_after_the_end_leads_to_the_result(
    session: Session, attempt: Attempt, alice: Client, script: bool
) -> None:
    first = paper(session, attempt)[0]
    with clock.frozen(clock.now() + timedelta(minutes=26)):
        answer = send(alice, attempt, first, 0, headers=JSON if script else {})
        overview = alice.get(f"/attempts/{attempt.id}/overview")
    address = f"/attempts/{attempt.id}"
    assert (answer.json == {"closed": True, "address": address}) if script else (answer.location == address)
    assert overview.location == address
    assert session.get_one(Attempt, attempt.id).state == "abandoned"
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_handing_in_twice_shows_one_result(session: Session, make: Make, attempt: Attempt, alice: Client) -> None:
    make.answer(attempt)
    for _ in range(2):
        assert alice.submit(f"/attempts/{attempt.id}/submit").location == f"/attempts/{attempt.id}"
    assert "You passed, Alice" in words(alice.get(f"/attempts/{attempt.id}"))


def test_79_90_percent_is_shown_as_it_is(session: Session, make: Make, attempt: Attempt, alice: Client) -> None:
    for item in paper(session, attempt)[:7]:
        attempts.save(session, attempt, item.position, RIGHT[item.question.kind], attempt.revision)
    closing.submit(session, attempt)
    page = words(alice.get(f"/attempts/{attempt.id}"))
    assert "70 %; you needed 80 %." in page
    assert "Question by question" not in page
    with later(hours=49):
        passed = attempts.start(session, attempt.person_id, "principles")
        make.answer(passed)
        closing.submit(session, passed)
    session.commit()
    page = words(alice.get(f"/attempts/{attempt.id}"))
    assert "You left this one open." in page
    to_learn = words(alice.get(f"/attempts/{attempt.id}?show=learn"))
    assert to_learn.count("<article") == 3


def test_a_quiz_is_read_in_dutch(attempt: Attempt, alice: Client) -> None:
    page = words(alice.get(f"/attempts/{attempt.id}?lang=nl"))
    assert "(nl)" in page
    assert "(en)" not in page


def test_pages_and_saves_stay_in_their_budget(
    session: Session, make: Make, attempt: Attempt, alice: Client, statements: list[str]
) -> None:
    items = paper(session, attempt)

    def count(deed: Callable[[], TestResponse]) -> int:
        deed()
        statements.clear()
        assert deed().status_code < 400
        return len(statements)

    assert count(lambda: alice.get("/quizzes/principles")) <= 7
    assert count(lambda: alice.get(f"/attempts/{attempt.id}")) <= 5
    assert count(lambda: alice.get(f"/attempts/{attempt.id}/overview")) <= 5
    statements.clear()
    assert send(alice, attempt, items[0], 0, headers=JSON).status_code == 200
    assert len(statements) <= 10
    make.answer(attempt)
    alice.submit(f"/attempts/{attempt.id}/submit")
    assert count(lambda: alice.get(f"/attempts/{attempt.id}")) <= 8


def test_who_has_not_passed_is_led_to_lessons_and_to_practice_in_the_same_budget(
    session: Session, make: Make, attempt: Attempt, alice: Client, statements: list[str]
) -> None:
    here = f"/attempts/{attempt.id}"
    session.execute(
        update(Question).where(Question.key == paper(session, attempt)[0].question.key).values(purpose="both")
    )
    closing.submit(session, attempt)
    session.commit()
    page = words(alice.get(here))
    assert "Reread these clauses" in page
    assert '<a href="/courses/principles/lesson-1">Lesson 1</a>' in page
    assert 'href="/quizzes/principles/practice"' in page
    statements.clear()
    alice.get(here)
    assert len(statements) <= 8
    with later(hours=49):
        passed = attempts.start(session, attempt.person_id, "principles")
        make.answer(passed)
        closing.submit(session, passed)
    session.commit()
    for one in (here, f"/attempts/{passed.id}"):
        assert "Taught in" not in alice.get(one).text
        assert "Practice now" not in alice.get(one).text


@pytest.mark.parametrize(
    ("credit", "crossed", "outcome"),
    [(100, False, "right"), (99, False, "half"), (50, False, "half"), (49, False, "part"), (0, False, "again")]
    + [(50, True, "again")],
)
def test_half_right_is_said_of_half_and_more(
    session: Session, attempt: Attempt, credit: int, crossed: bool, outcome: str
) -> None:
    item = replace(paper(session, attempt)[0], mark=Marked(credit, crossed))
    assert review([item]).items[0].outcome == outcome


@pytest.mark.parametrize(
    ("codes", "parts", "shown"),
    [
        (("D2", "D4"), EVERYTHING, "D4"),
        (("D4",), EVERYTHING, ""),
        (("D2", "D4"), EVERYTHING - {"reasons"}, ""),
    ],
    ids=["several clauses", "the only clause", "no reasons yet"],
)
def test_a_reason_names_its_clause_where_the_question_has_several(
    session: Session, attempt: Attempt, codes: tuple[str, ...], parts: frozenset[str], shown: str
) -> None:
    item = next(one for one in paper(session, attempt) if one.question.kind == "single")
    choices = tuple(replace(one, clause="D4") for one in item.question.choices)
    item = replace(item, question=replace(item.question, clauses=codes, choices=choices), answer=WRONG["single"])
    [reviewed] = review([item], parts).items
    assert {line.clause for line in reviewed.given + reviewed.better} == {shown}
