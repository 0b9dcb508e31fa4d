"""What it costs to begin: the same for a bank of twenty questions and of five thousand."""

import time

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lms.base import clock
from quizzes import attempts
from quizzes.attempt_models import PaperItem
from quizzes.models import Quiz
from quizzes.question_models import Choice, ChoiceText, Question, QuestionClause, QuestionText, QuestionVersion
from tests.make import Make, People

MANY = 5000
SECONDS = 3
"""How long a start may take here at most; on a quiet machine it takes about a twentieth of it."""


def fill(session: Session, quiz: Quiz) -> None:
    """Put thousands of questions with four choices into the bank of a quiz."""
    first = 1_000_000
    numbers = range(first, first + MANY)
    session.execute(
        insert(Question),
        [{"id": n, "quiz_id": quiz.id, "key": f"many-{n}", "purpose": "exam", "always": False} for n in numbers],
    )
    version = {"number": 1, "kind": "single", "created_at": clock.now(), "source_sha256": "", "change": "first"}
    session.execute(
        insert(QuestionVersion),
        [version | {"id": n, "question_id": n, "red_line": n % 10 == 0} for n in numbers],
    )
    session.execute(
        insert(QuestionText),
        [{"version_id": n, "language": "en", "stem": f"Stem {n}", "explanation": "Because."} for n in numbers],
    )
    session.execute(insert(QuestionClause), [{"version_id": n, "code": f"D{n % 9 + 1}"} for n in numbers])
    choices = [(n, place) for n in numbers for place in range(1, 5)]
    session.execute(
        insert(Choice),
        [
            {
                "id": 10 * n + place,
                "version_id": n,
                "key": "abcd"[place - 1],
                "position": place,
                "credit": 100 if place == 1 else 0,
                "crosses": False,
            }
            for n, place in choices
        ],
    )
    session.execute(
        insert(ChoiceText),
        [{"choice_id": 10 * n + place, "language": "en", "text": f"Choice {place}", "why": ""} for n, place in choices],
    )
    for question in session.scalars(select(Question).where(Question.id >= first)):
        question.current_id = question.id
    session.flush()


def test_starting_from_five_thousand_questions_takes_eight_statements(
    session: Session, make: Make, people: People, statements: list[str]
) -> None:
    quiz = make.quiz()
    fill(session, quiz)
    make.ready(people.alice, quiz)
    make.ready(people.bob, quiz)
    attempts.start(session, people.bob.id, quiz.slug)
    session.commit()
    statements.clear()
    began = time.perf_counter()
    attempt = attempts.start(session, people.alice.id, quiz.slug)
    assert time.perf_counter() - began < SECONDS
    assert len(statements) <= 8, statements
    asked = session.scalars(select(PaperItem.question_version_id).where(PaperItem.attempt_id == attempt.id)).all()
    assert len(set(asked)) == 10
    assert any(number >= 1_000_000 for number in asked)
