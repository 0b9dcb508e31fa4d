"""How long the dry run of a regrade takes over 100,000 attempts at a quiz of ten questions, all of which change.

The attempts are made by the database itself, from a series of numbers: making them otherwise takes longer than
everything that is measured.
"""

import json
import sys
import time

from sqlalchemy import Connection, func, insert, select, text

from courses.models import Course
from lms import consequences, create_app
from lms.base import clock, schema
from lms.base.db import Database, count_statements
from lms.people.models import Person
from quizzes.models import Quiz, QuizText, QuizVersion
from quizzes.question_models import Choice, ChoiceText, Question, QuestionClause, QuestionText, QuestionVersion
from quizzes.regrading import computing, runs
from quizzes.regrading.models import Regrade, RegradeChange

ATTEMPTS = 100_000
QUESTIONS = 10
AIM = 20.0
SLUG = "measured"
SERIES = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :count)"
PEOPLE = """INSERT INTO person (uid, email, given_name, family_name, language, time_zone, tier, status, listed,
listed_as, job, country, location, created_at) {series} SELECT 'bench' || n, 'bench' || n || '@acme.example', 'Bench',
CAST(n AS VARCHAR), 'en', 'UTC', 'staff', 'active', {no}, 'full', '', '', '', :now FROM series"""
TAKEN = """INSERT INTO enrollment (uid, person_id, course_id, cycle, enrolled_at, started_at, leave_days, missing)
SELECT 'bench' || id, id, :course_id, 1, :now, :now, 0, '' FROM person WHERE given_name = 'Bench'"""
ATTEMPT = """INSERT INTO attempt (uid, person_id, enrollment_id, quiz_version_id, number, state, revision, seed,
language, tier, time_percent, extra_minutes, no_timer, break_seconds, started_at, deadline_at, submitted_at, late)
SELECT 'bench' || id, person_id, id, :version_id, 1, 'submitted', {questions}, 0, 'en', 'staff', 100, 0, {no}, 0,
:now, :now, :now, {no} FROM enrollment WHERE course_id = :course_id"""
ITEM = """INSERT INTO paper_item (attempt_id, position, question_version_id, choice_order)
SELECT id, :position, :question_id, '["a", "b", "c", "d"]' FROM attempt WHERE quiz_version_id = :version_id"""
RESPONSE = """INSERT INTO response (attempt_id, item_id, revision, answer, answered_at)
SELECT attempt_id, id, position, CASE WHEN (attempt_id + position) % 4 = 0 THEN '{{"choice": "d"}}'{json}
ELSE '{{"choice": "b"}}'{json} END, :now FROM paper_item"""
MARK = """INSERT INTO mark (item_id, number, credit, crossed, voided, source, marked_at)
SELECT id, 1, CASE WHEN (attempt_id + position) % 4 = 0 THEN 0 ELSE 100 END, {no}, {no}, 'rules', :now
FROM paper_item"""
RESULT = """INSERT INTO result (attempt_id, number, percent_hundredths, red_lines, missed, passed, rules, because,
record_sha256, at) SELECT attempt_id, 1, SUM(credit) * 10, 0, '', SUM(credit) >= 800, 2, 'handed in', '', :now
FROM paper_item JOIN mark ON mark.item_id = paper_item.id GROUP BY attempt_id"""
DECIDED = """UPDATE attempt SET state = 'marked', percent_hundredths = (SELECT percent_hundredths FROM result WHERE
attempt_id = attempt.id), passed = (SELECT passed FROM result WHERE attempt_id = attempt.id)
WHERE quiz_version_id = :version_id"""


def measure(name: str, url: str, attempts: int = ATTEMPTS) -> float:
    """Fill a fresh database, look at every attempt, and print a line; returns the seconds it took."""
    database = Database(url, consequences.TABLE, consequences.FORESIGHT)
    schema.upgrade(database.engine)
    with create_app().app_context():
        regrade_id = fill(database, attempts)
    if name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    told: list[str] = []
    stop = count_statements(database.engine, told.append)
    began, used = time.perf_counter(), time.process_time()
    computing.compute(database, regrade_id)
    taken, used = time.perf_counter() - began, time.process_time() - used
    stop()
    with database.reading() as session:
        regrade = session.get_one(Regrade, regrade_id)
        changed = session.scalar(select(func.count()).select_from(RegradeChange))
    print(f"{name}: {changed} change, {regrade.gained} gained, {regrade.lost} lost, {used:.1f} s CPU", file=sys.stderr)
    if (regrade.state, regrade.done, changed) != ("ready", attempts, attempts):
        raise RuntimeError(f"{regrade.state}: {regrade.done} looked at, {changed} change")
    _say(f"regrading dry run, {attempts:,} attempts", taken, len(told), name)
    database.close()
    return taken


def fill(database: Database, attempts: int) -> int:
    """A quiz of ten questions, so many marked attempts at it, and a regrade of its first question to be computed."""
    with database.transaction() as session:
        now = clock.now()
        course = Course(slug=SLUG, code="M1", tier="staff", position=99, owner="Hub", business_reason="To measure.")
        course.review_on = now.date()
        author = Person(email="measured@acme.example", given_name="Author", family_name="Measured")
        session.add_all([course, author])
        session.flush()
        quiz = Quiz(slug=SLUG, course_id=course.id)
        session.add(quiz)
        session.flush()
        rules = {"pass_mark": 80, "questions_drawn": QUESTIONS, "minutes": 25, "source_sha256": ""}
        version = QuizVersion(quiz_id=quiz.id, number=1, published_at=now, **rules)
        version.texts = [QuizText(language="en", title="Measured", intro="")]
        session.add(version)
        session.flush()
        questions = [_question(session.connection(), quiz.id, number) for number in range(1, QUESTIONS + 1)]
        _attempts(session.connection(), attempts, course.id, version.id, questions)
        first = session.scalars(select(Question).where(Question.quiz_id == quiz.id).order_by(Question.id)).first()
        assert first is not None
        _version(session.connection(), first.id, 2, "d")
        session.expire_all()
        return runs.ask(session, SLUG, first.key, "new_only", "The key was wrong: d is the right one.", author.id).id


def _question(connection: Connection, quiz_id: int, number: int) -> int:
    row = {"quiz_id": quiz_id, "key": f"measured-{number}", "purpose": "exam", "always": False}
    question_id = connection.execute(insert(Question).values(row).returning(Question.id)).scalar_one()
    return _version(connection, question_id, 1, "b")


def _version(connection: Connection, question_id: int, number: int, right: str) -> int:
    """A version of a question to which one choice is right; it is the one that is drawn."""
    row = {"question_id": question_id, "number": number, "kind": "single", "red_line": False, "change": "change"}
    row |= {"created_at": clock.now(), "source_sha256": f"{question_id} {number}"}
    id = connection.execute(insert(QuestionVersion).values(row).returning(QuestionVersion.id)).scalar_one()
    connection.execute(insert(QuestionText).values(version_id=id, language="en", stem="Which?", explanation="That."))
    connection.execute(insert(QuestionClause).values(version_id=id, code="D2"))
    for position, key in enumerate("abcd", 1):
        choice = {"version_id": id, "key": key, "position": position, "credit": 100 * (key == right), "crosses": False}
        choice_id = connection.execute(insert(Choice).values(choice).returning(Choice.id)).scalar_one()
        connection.execute(insert(ChoiceText).values(choice_id=choice_id, language="en", text=key, why=""))
    connection.execute(
        text("UPDATE question SET current_id = :id WHERE id = :question"), {"id": id, "question": question_id}
    )
    return id


def _attempts(connection: Connection, count: int, course_id: int, version_id: int, questions: list[int]) -> None:
    postgresql = connection.dialect.name == "postgresql"
    words = {"series": SERIES, "questions": QUESTIONS, "no": "FALSE", "json": "::json" if postgresql else ""}
    values = {"count": count, "course_id": course_id, "version_id": version_id, "now": clock.now()}
    for statement in (PEOPLE, TAKEN, ATTEMPT):
        _run(connection, statement, words, values)
    for position, question_id in enumerate(questions, 1):
        _run(connection, ITEM, words, values | {"position": position, "question_id": question_id})
    for statement in (RESPONSE, MARK, RESULT, DECIDED):
        _run(connection, statement, words, values)


def _run(connection: Connection, statement: str, words: dict[str, object], values: dict[str, object]) -> None:
    began = time.perf_counter()
    found = text(statement.format(**words))
    used = {name: value for name, value in values.items() if name in found.compile().params}
    if "now" in used and connection.dialect.name == "sqlite":
        used["now"] = clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    connection.execute(found, used)
    print(f"{statement.split()[2]}: {time.perf_counter() - began:.1f} s", file=sys.stderr)


def _say(name: str, seconds: float, statements: int, database: str) -> None:
    line = {
        "name": name,
        "value": round(seconds, 2),
        "unit": "s",
        "baseline": AIM,
        "ratio": round(seconds / AIM, 3),
        "statements": statements,
        "database": database,
    }
    print(json.dumps(line), flush=True)
