"""The pages of figures, for those who look after quizzes."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.db import Database
from quizzes import closing
from quizzes.analysis import computing, jobs
from quizzes.analysis.models import QuestionFigures, QuizFigures
from quizzes.models import Quiz
from tests.make import Make
from tests.quizzes.makers import WRONG
from tests.support.client import Client

FIGURES = "/studio/quizzes/principles/figures"
Entering = Callable[..., Client]


@pytest.fixture
def quiz(session: Session, make: Make) -> Quiz:
    """A quiz of five questions that six people took, two of them badly."""
    quiz = make.quiz(per_kind=1, questions_drawn=5, red=())
    for number in range(6):
        attempt = make.attempt(make.person(f"Nobodysname{number}"), quiz)
        attempt.language = "nl" if number < 3 else "en"
        closing.submit(
            session,
            make.answer(attempt, **({kind: WRONG[kind] for kind in ("single", "truefalse")} if number < 2 else {})),
        )
    session.commit()
    return quiz


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "MINIMUM", 3)


@pytest.fixture
def hugo(make: Make, client_for: Entering) -> Client:
    return client_for(make.person("Hugo", roles=["hub"]))


def count(database: Database) -> None:
    jobs.work_off(database)


def test_figures_are_asked_for_by_a_button_and_shown_when_the_worker_has_counted(
    quiz: Quiz, hugo: Client, database: Database, few_are_enough: None
) -> None:
    page = hugo.get(FIGURES)
    assert "Nothing was counted yet" in page.text
    assert hugo.submit(FIGURES).location == FIGURES
    assert "are being counted" in hugo.get(FIGURES).text
    count(database)
    page = hugo.get(FIGURES)
    assert "are being counted" not in page.text
    assert "Which questions work" in page.text
    assert "<b>67%</b>" in page.text, "four of six passed"
    assert "Stem of single-1" in page.text
    assert "Nobodysname" not in page.text


def test_nothing_is_shown_below_thirty_answers(quiz: Quiz, hugo: Client, database: Database) -> None:
    hugo.submit(FIGURES)
    count(database)
    page = hugo.get(FIGURES)
    assert "Too few attempts yet: 6 of 30" in page.text
    assert page.text.count("Too few answers yet: 6 of 30") == 5
    assert "%</td>" not in page.text
    page = hugo.get(f"{FIGURES}/single-1")
    assert "Too few answers yet: 6 of 30" in page.text
    assert "What people answered" not in page.text
    lines = hugo.get(f"{FIGURES}.csv").text.splitlines()
    assert {line.split(",", 1)[1] for line in lines[1:]} == {"1,yes,6,,,,"}


def test_a_question_shows_what_was_picked_and_by_whom_it_is_found_easier(
    quiz: Quiz, hugo: Client, database: Database, few_are_enough: None
) -> None:
    hugo.submit(FIGURES)
    count(database)
    page = hugo.get(f"{FIGURES}/single-1")
    assert "Choice b of single-1" in page.text
    assert "right answer" in page.text
    assert "Nobody picked:" in page.text
    assert "Nederlands" in page.text
    assert "67 points fewer than all others" in page.text
    assert "SECRET" not in page.text
    assert hugo.get(f"{FIGURES}/nothing").location == FIGURES
    assert hugo.get("/studio/quizzes/nothing/figures").status_code == 404


def test_the_table_is_sorted_by_links_and_downloaded(
    quiz: Quiz, hugo: Client, database: Database, few_are_enough: None
) -> None:
    hugo.submit(FIGURES)
    count(database)
    page = hugo.get(f"{FIGURES}?sort=facility").text
    assert page.index("Stem of single-1") < page.index("Stem of multiple-1")
    assert 'aria-sort="ascending"' in page
    assert hugo.get(f"{FIGURES}?sort=%22;drop").status_code == 200
    response = hugo.get(f"{FIGURES}.csv?attempts=all")
    assert response.headers["Content-Disposition"].endswith('filename="figures-principles.csv"')
    assert any(line.startswith("single-1,1,yes,6,66.7,") for line in response.text.splitlines())


def test_first_attempts_and_all_attempts_are_apart(quiz: Quiz, hugo: Client, database: Database) -> None:
    hugo.submit(f"{FIGURES}?attempts=all")
    count(database)
    assert "First attempts only." in hugo.get(FIGURES).text
    assert "All attempts, repeated ones too." in hugo.get(f"{FIGURES}?attempts=all").text


def test_figures_are_for_those_who_look_after_quizzes(quiz: Quiz, make: Make, client_for: Entering) -> None:
    for role in ("author", "administrator", "hub", "legal", "auditor"):
        reader = client_for(make.person(role, roles=[role]))
        assert reader.get(FIGURES).status_code == 200
        assert "/studio/quizzes/principles/figures" in reader.get("/studio/figures").text
    learner = client_for(make.person("Alice"))
    for address in (FIGURES, f"{FIGURES}.csv", f"{FIGURES}/single-1", "/studio/figures"):
        assert learner.get(address).status_code == 403
    assert learner.submit(FIGURES).status_code == 403


def test_a_page_takes_as_many_statements_for_one_question_as_for_many(
    quiz: Quiz, hugo: Client, database: Database, session: Session, statements: list[str], few_are_enough: None
) -> None:
    hugo.submit(FIGURES)
    count(database)
    hugo.get(FIGURES)
    statements.clear()
    hugo.get(FIGURES)
    many = len(statements)
    session.commit()
    run = session.scalars(select(QuizFigures.id).where(QuizFigures.only_first.is_(True))).one()
    rows = session.scalars(
        select(QuestionFigures).where(QuestionFigures.run_id == run, QuestionFigures.part == "")
    ).all()
    for row in rows[1:]:
        row.part = "elsewhere"
    session.commit()
    statements.clear()
    assert "Stem of" in hugo.get(FIGURES).text
    assert len(statements) == many
    assert many <= 9
