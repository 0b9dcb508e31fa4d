"""How long the figures of a quiz take over 100,000 attempts with ten questions each, with what is written."""

import json
import random
import sys
import time
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from lms import content
from lms.base import clock, schema
from lms.base.db import Database, Moment, count_statements
from lms.base.files import FileStore
from lms.people.models import Person
from quizzes import definitions, pool
from quizzes.analysis import computing
from quizzes.questions import QuestionView, QuizView

ATTEMPTS, QUESTIONS = 100_000, 10
AIM = 3000
"""Milliseconds."""
TIMES = 5
COUNTED = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :attempts)"
ENROLLMENT = """
INSERT INTO enrollment (id, uid, person_id, course_id, cycle, enrolled_at)
SELECT 1000000 + i, 'bench-' || i, :person, :course, i, :now FROM n
"""
ATTEMPT = """
INSERT INTO attempt (id, uid, person_id, enrollment_id, quiz_version_id, number, state, revision, seed, language, tier,
  time_percent, extra_minutes, no_timer, break_seconds, started_at, deadline_at, submitted_at, late,
  percent_hundredths, passed)
SELECT 1000000 + i, 'bench-' || i, :person, 1000000 + i, :version, CASE WHEN i % 4 = 0 THEN 2 ELSE 1 END,
  'marked', 10, i,
  CASE i * 7919 % 5 WHEN 0 THEN 'nl' WHEN 1 THEN 'fr' ELSE 'en' END,
  CASE i * 1049 % 7 WHEN 0 THEN 'executive' WHEN 1 THEN 'manager' ELSE 'staff' END,
  100, 0, false, 0, :now, :now, :now, false, 100 * (i * 31 % 101), i * 31 % 101 >= 80 FROM n
"""
ITEM = """
INSERT INTO paper_item (id, attempt_id, position, question_version_id, choice_order)
SELECT 10 * attempt.id + place, attempt.id, place, line.version_id, '["a"]' FROM attempt
  JOIN bench_place ON 1 = 1 JOIN bench_line AS line ON line.number = (attempt.id * 7 + place) % :lines
WHERE attempt.id > 1000000
"""
FACT = """
INSERT INTO item_fact (item_id, attempt_id, quiz_id, line_id, first, language, tier, credit, crossed, rest, picked,
  certainty, seconds)
SELECT paper_item.id, attempt.id, :quiz, pick.version_id, attempt.number = 1, language, tier,
  pick.credit, false, (attempt.id % 9973 * 6271 + position * 331) % 10001, pick.picked, 1 + attempt.id * 13 % 3,
  5 + (attempt.id * 17 + position * 29) % 180 FROM paper_item
  JOIN attempt ON attempt.id = paper_item.attempt_id
  JOIN bench_line AS line ON line.version_id = paper_item.question_version_id
  JOIN bench_pick AS pick ON pick.version_id = line.version_id
    AND pick.number = paper_item.id % 9973 * 7907 % line.picks
WHERE attempt.id > 1000000
"""


def measure(name: str, url: str, attempts: int = ATTEMPTS) -> None:
    """Fill a fresh database, compute the figures a few times, and print a line."""
    database = Database(url, {})
    schema.upgrade(database.engine)
    with TemporaryDirectory(prefix="lms-bench-") as folder, database.transaction() as session:
        list(content.load_shipped(session, FileStore(Path(folder))))
    with database.transaction() as session:
        quiz = definitions.live(session, "principles")
        _fill(session, quiz, attempts)
    if name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    print(f"{name}: {attempts} attempts to count", file=sys.stderr)
    for only_first in (True, False):
        told: list[str] = []
        stop = count_statements(database.engine, told.append)
        computing.compute(database, quiz.id, only_first=only_first)
        stop()
        taken = max(_timed(database, quiz.id, only_first) for _ in range(TIMES))
        _say(f"figures of {attempts:,} attempts, {'first' if only_first else 'all'}, slowest", taken, len(told), name)
    database.close()


def _timed(database: Database, quiz_id: int, only_first: bool) -> float:
    began = time.perf_counter()
    computing.compute(database, quiz_id, only_first=only_first)
    return 1000 * (time.perf_counter() - began)


def _fill(session: Session, quiz: QuizView, attempts: int) -> None:
    """Attempts of one person, which is all the same to the figures; papers drawn in turn; answers as by chance."""
    questions = definitions.questions(session, (one.version_id for one in pool.drawable(session, quiz.id)))
    person = Person(email="bench@acme.example", given_name="Bench")
    session.add(person)
    session.flush()
    _tables(session, list(questions.values()))
    asked = {"attempts": attempts, "person": person.id, "course": quiz.course_id, "version": quiz.version_id}
    sqlite = session.get_bind().dialect.name == "sqlite"
    for words in (ENROLLMENT, ATTEMPT):
        counted = f"{COUNTED} {words}" if sqlite else words.replace("FROM n", "FROM generate_series(1, :attempts) i")
        needed = {name: value for name, value in asked.items() if f":{name}" in counted}
        statement = text(counted).bindparams(bindparam("now", type_=Moment()))
        session.execute(statement, needed | {"now": clock.now()})
    session.execute(text(ITEM), {"lines": len(questions)})
    session.execute(text(FACT), {"quiz": quiz.id})


def _tables(session: Session, questions: list[QuestionView]) -> None:
    chance = random.Random(2026)
    for words in (
        "bench_place (place INTEGER)",
        "bench_line (number INTEGER PRIMARY KEY, version_id INTEGER UNIQUE, picks INTEGER)",
        "bench_pick (version_id INTEGER, number INTEGER, picked VARCHAR, credit INTEGER)",
    ):
        session.execute(text(f"CREATE TEMPORARY TABLE {words}"))
    session.execute(text("INSERT INTO bench_place VALUES (:place)"), [{"place": n} for n in range(QUESTIONS)])
    for number, question in enumerate(questions):
        picks = _picks(question)
        line = {"number": number, "version": question.version_id, "picks": len(picks)}
        session.execute(text("INSERT INTO bench_line VALUES (:number, :version, :picks)"), line)
        rows = [
            {"version": question.version_id, "number": place, "picked": one, "credit": chance.choice((0, 50, 100, 100))}
            for place, one in enumerate(picks)
        ]
        session.execute(text("INSERT INTO bench_pick VALUES (:version, :number, :picked, :credit)"), rows)
    session.execute(text("CREATE INDEX bench_pick_here ON bench_pick (version_id, number)"))


def _picks(question: QuestionView) -> list[str]:
    """Answers that a question may get: single choices, or four statements sorted in all ways."""
    keys = [choice.key for choice in question.choices]
    if any(choice.bucket for choice in question.choices):
        ways = product(("green", "amber", "red"), repeat=min(4, len(keys)))
        return [",".join(f"{key}:{bucket}" for key, bucket in zip(keys, way, strict=False)) for way in ways]
    return ["", *keys]


def _say(name: str, milliseconds: float, statements: int, database: str) -> None:
    line = {
        "name": name,
        "value": round(milliseconds, 1),
        "unit": "ms",
        "baseline": AIM,
        "ratio": round(milliseconds / AIM, 3),
        "statements": statements,
        "database": database,
    }
    print(json.dumps(line), flush=True)
