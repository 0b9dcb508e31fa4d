"""The pages on which a question is marked anew: who sees and does what, and that nothing typed is lost."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import worker
from lms.base.db import Database
from lms.people.models import Person
from quizzes import grading
from quizzes.models import Quiz
from quizzes.questions import Marked
from quizzes.regrading import looking, runs
from quizzes.regrading.models import Regrade
from tests.benchmarks import regrading as benchmark
from tests.make import Make
from tests.quizzes import regrading_world as world
from tests.quizzes.regrading_world import REASON, SWAPPED, asked, rekey, taken, worked
from tests.support.client import Client

ASK = "/studio/quizzes/principles/questions/single-1/regrade"
Enter = Callable[[Person], Client]


@pytest.fixture
def quiz(session: Session) -> Quiz:
    return world.quiz(session)


@pytest.fixture
def author(make: Make) -> Person:
    return make.person("Arthur", roles=["author"])


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", roles=["administrator"])


@pytest.fixture
def lena(make: Make) -> Person:
    return make.person("Lena", roles=["legal"])


def the(session: Session) -> Regrade:
    return session.scalars(select(Regrade).order_by(Regrade.id.desc())).first()  # type: ignore[return-value]


def test_an_author_asks_the_worker_looks_two_people_decide(
    session: Session, database: Database, quiz: Quiz, author: Person, dana: Person, lena: Person, client_for: Enter
) -> None:
    attempt = taken(session, quiz, "multiple")
    rekey(session, SWAPPED)
    client = client_for(author)
    assert "Full points for everyone" in client.get(ASK).text
    answer = client.submit(ASK, {"policy": "new_only", "reason": REASON})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = client.get(address).text
    assert "Looking at every attempt" in page
    assert '<meta http-equiv="refresh"' in page
    with client.application.app_context():
        worker.promptly(client.application)
    page = client.get(address).text
    assert "Waits for your decision" in page
    assert "is paused" in page
    assert "The social media hub or an administrator can let it happen" in page
    assert client.submit(f"{address}/apply").status_code == 403
    first = client_for(dana)
    assert first.submit(f"{address}/apply").status_code == 303
    assert "Waits for a second hand" in first.get(address).text
    assert first.submit(f"{address}/approve").status_code == 409
    second = client_for(lena)
    assert "I agree: take these passes away" in second.get(address).text
    assert second.submit(f"{address}/approve").status_code == 303
    worked(session, database)
    assert not attempt.passed
    page = second.get(address).text
    assert "Applied" in page
    assert "Lena" in page
    assert second.submit(f"{address}/undo").status_code == 403
    assert first.submit(f"{address}/undo").status_code == 303
    worked(session, database)
    assert attempt.passed
    assert "Undone" in first.get("/studio/quizzes/principles/regrades").text


@pytest.mark.parametrize(
    ("policy", "reason", "sentence"),
    [("", REASON, "Choose what is to become"), ("void", "short", "Say what was wrong")],
)
def test_a_form_with_something_missing_comes_back_as_it_was(
    quiz: Quiz, author: Person, client_for: Enter, policy: str, reason: str, sentence: str
) -> None:
    answer = client_for(author).submit(ASK, {"policy": policy, "reason": reason})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert reason in answer.text


def test_a_second_regrade_of_the_same_question_keeps_what_was_typed(
    session: Session, quiz: Quiz, author: Person, client_for: Enter
) -> None:
    asked(session, "void", author)
    answer = client_for(author).submit(ASK, {"policy": "full_credit", "reason": "Another reason, at length."})
    assert answer.status_code == 409
    assert "Another reason, at length." in answer.text
    assert "being marked anew already" in answer.text


def test_learners_and_managers_see_none_of_it(
    session: Session, quiz: Quiz, author: Person, make: Make, client_for: Enter
) -> None:
    regrade = asked(session, "void", author)
    people = make.people()
    for person in (people.alice, people.bob):
        client = client_for(person)
        for address in (ASK, f"/studio/regrades/{regrade.id}", "/studio/quizzes/principles/regrades"):
            assert client.get(address).status_code == 403
        assert client.submit(f"/studio/regrades/{regrade.id}/refuse").status_code == 403


@pytest.mark.parametrize("query", ["?show=nonsense", "?page=0", "?page=-3", "?page=99999999999"])
def test_a_list_that_is_not_there_is_not_found(
    session: Session, database: Database, quiz: Quiz, author: Person, client_for: Enter, query: str
) -> None:
    regrade = asked(session, "void", author)
    assert client_for(author).get(f"/studio/regrades/{regrade.id}{query}").status_code == 404
    assert client_for(author).get("/studio/regrades/2147483647").status_code == 404


def test_the_page_takes_as_many_statements_for_one_as_for_many(
    session: Session, database: Database, quiz: Quiz, dana: Person, client_for: Enter, statements: list[str]
) -> None:
    client = client_for(dana)
    counts = []
    for many in (1, 6):
        for _ in range(many):
            taken(session, quiz, "multiple", single={"choice": "b" if many == 1 else "d"})
        rekey(session, SWAPPED if many == 1 else {"a": 100, "b": 0, "c": 0, "d": 0})
        regrade = asked(session, "new_only", dana)
        worked(session, database)
        assert regrade.lost == (1 if many == 1 else 7)
        client.get(f"/studio/regrades/{regrade.id}")
        statements.clear()
        assert client.get(f"/studio/regrades/{regrade.id}").status_code == 200
        counts.append(len(statements))
        runs.refuse(session, regrade.id, dana.id)
    assert counts[0] == counts[1]


def test_sums_say_the_same_as_marks(session: Session, database: Database, quiz: Quiz, dana: Person) -> None:
    for wrong in ((), ("single",), ("single", "multiple")):
        taken(session, quiz, *wrong)
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", dana)
    how = looking.remarking(session, regrade)
    attempts = looking.touched(session, list(how.versions))
    found = {change.attempt_id: change for change in looking.changes(session, how, attempts)}
    for marks in ([], [Marked(100, False)], [Marked(50, True), Marked(33, False)], [Marked(79, False)] * 3):
        sums = sum(mark.credit for mark in marks), len(marks), sum(mark.crossed for mark in marks)
        assert grading.of_sums(*sums, 79) == grading.verdict(marks, 79)
    assert len(found) == 3


def test_the_benchmark_measures_what_it_says(database_kind: str, database_url: str, app: object) -> None:
    assert benchmark.measure(database_kind, database_url, 50) > 0


def test_who_would_gain_by_it_reads_that_somebody_else_decides(
    session: Session, database: Database, make: Make, quiz: Quiz, dana: Person, client_for: Enter
) -> None:
    hugo = make.person("Hugo", roles=["hub"])
    world.handed_in(session, make.attempt(hugo, quiz), "single", "multiple")
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hugo)
    worked(session, database)
    address, sentence = f"/studio/regrades/{regrade.id}", "This regrade touches your own attempt."
    own, other = client_for(hugo), client_for(dana)
    assert sentence in own.get(address).text
    assert f'action="{address}/apply"' not in own.get(address).text
    assert own.submit(f"{address}/apply").status_code == 409
    assert sentence not in other.get(address).text
    assert f'action="{address}/apply"' in other.get(address).text
    assert other.submit(f"{address}/apply").status_code == 303
    worked(session, database)
    assert sentence in own.get(address).text
    assert own.submit(f"{address}/undo").status_code == 409


def test_the_list_says_what_stands_in_the_way_of_a_pass(
    session: Session, database: Database, dana: Person, client_for: Enter
) -> None:
    taken(session, world.quiz(session, red=("truefalse-1",)), "single", "truefalse")
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", dana)
    worked(session, database)
    assert "one red line" in client_for(dana).get(f"/studio/regrades/{regrade.id}").text
