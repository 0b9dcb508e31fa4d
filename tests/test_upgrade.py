"""From each edition of the schema to the next with rows in it: nothing is lost, and what is new has its value."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from lms.base import schema
from lms.base.db import Database
from tests.conftest import postgresql_database
from tests.support import postgresql

BEFORE = [
    "INSERT INTO person (id, uid, email, given_name, family_name, tier, job, country, language, time_zone, status,"
    " listed, created_at) VALUES (1, 'u1', 'alice@acme.example', 'Alice', '', 'staff', '', 'BE', 'en',"
    " 'Europe/Brussels', 'active', true, '2026-01-05 08:00:00')",
    "INSERT INTO person_role (person_id, role) VALUES (1, 'author')",
    "INSERT INTO course (id, slug, code, tier, position, owner, business_reason, review_on, quiz_minutes)"
    " VALUES (1, 'principles', 'S1', 'staff', 1, 'Hub', 'Because.', '2027-01-05', 0)",
    *(
        statement
        for number in (1, 2)
        for statement in (
            f"INSERT INTO course_version (id, course_id, number, status, note, created_at, published_at, source_sha256)"
            f" VALUES ({number}, 1, {number}, 'draft', '', '2026-01-05 08:00:00', NULL, '')",
            f"INSERT INTO module (id, version_id, key, position) VALUES ({number}, {number}, 'first', 1)",
            f"INSERT INTO lesson (id, version_id, module_id, slug, position, minutes)"
            f" VALUES ({number}, {number}, {number}, 'one', 1, 7)",
            f"INSERT INTO lesson_text (lesson_id, language, version_id, title, html, policy, revision, saved_at)"
            f" VALUES ({number}, 'en', {number}, 'One', '<p>One</p>', 1, 3, '2026-01-05 08:00:00')",
            f"UPDATE course_version SET status = 'superseded' WHERE status = 'published' AND id < {number}",
            f"UPDATE course_version SET status = 'published', published_at = '2026-01-06 08:00:00' WHERE id = {number}",
        )
    ),
    "INSERT INTO course_version (id, course_id, number, status, note, created_at, published_at, source_sha256)"
    " VALUES (3, 1, 3, 'draft', '', '2026-01-05 08:00:00', NULL, '')",
    "INSERT INTO enrollment (id, uid, person_id, course_id, cycle, enrolled_at, started_at)"
    " VALUES (1, 'e1', 1, 1, 1, '2026-01-07 08:00:00', '2026-01-07 08:00:00')",
    "INSERT INTO quiz (id, slug, course_id) VALUES (1, 'principles', 1)",
    "INSERT INTO quiz_version (id, quiz_id, number, pass_mark, questions_drawn, minutes, published_at, source_sha256)"
    " VALUES (1, 1, 1, 80, 1, 25, '2026-01-06 08:00:00', 'abc')",
    "INSERT INTO question (id, quiz_id, key) VALUES (1, 1, 'first')",
    "INSERT INTO question_version (id, question_id, number, kind, red_line, created_at, source_sha256)"
    " VALUES (1, 1, 1, 'single', true, '2026-01-06 08:00:00', 'abc'),"
    " (2, 1, 2, 'single', true, '2026-01-06 09:00:00', 'd')",
    "UPDATE question SET current_id = 2",
    "INSERT INTO attempt (id, uid, person_id, enrollment_id, quiz_version_id, number, state, revision, started_at,"
    " deadline_at, submitted_at, late, percent_hundredths, passed) VALUES (1, 'a1', 1, 1, 1, 1, 'marked', 0,"
    " '2026-01-08 08:00:00', '2026-01-08 08:25:00', '2026-01-08 08:10:00', false, 9000, false)",
    "INSERT INTO paper_item (id, attempt_id, position, question_version_id, choice_order)"
    " VALUES (1, 1, 1, 1, '[\"a\"]')",
    "INSERT INTO mark (item_id, credit, crossed, marked_at) VALUES (1, 90, true, '2026-01-08 08:10:00')",
    "INSERT INTO lesson_completion (id, enrollment_id, lesson, version_id, completed_at)"
    " VALUES (1, 1, 'one', 1, '2026-01-07 09:00:00')",
]


def run(engine: Engine, *statements: str) -> None:
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def upgrade(url: str) -> str:
    """Take a database without a table from the first edition, with rows in it, to the newest."""
    database = Database(url, {})
    schema.upgrade(database.engine, "0001")
    run(database.engine, *BEFORE)
    schema.upgrade(database.engine)
    database.close()
    return url


@pytest.fixture(scope="module")
def upgraded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that was upgraded, to copy."""
    path = tmp_path_factory.mktemp("upgraded") / "upgraded.sqlite"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="module")
def upgraded_postgresql(postgresql_server: postgresql.Server) -> Iterator[str]:
    """The name of a database that was upgraded, to copy."""
    with postgresql_database(postgresql_server, "template0") as url:
        yield urlsplit(upgrade(url)).path.removeprefix("/")


@pytest.fixture
def upgraded(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of the test's own that was upgraded; the upgrade is made once, and copied for each test."""
    with ExitStack() as stack:
        if database_kind == "sqlite":
            shutil.copyfile(request.getfixturevalue("upgraded_sqlite"), tmp_path / "upgraded.sqlite")
            url = f"sqlite:///{tmp_path / 'upgraded.sqlite'}"
        else:
            template, server = map(request.getfixturevalue, ("upgraded_postgresql", "postgresql_server"))
            url = stack.enter_context(postgresql_database(server, template))
        database = Database(url, {})
        stack.callback(database.close)
        yield database.engine


def test_versions_say_what_they_changed(upgraded):
    found = rows(upgraded, "SELECT number, status, change FROM course_version ORDER BY number")
    assert found == [(1, "superseded", "first"), (2, "published", "minor"), (3, "draft", None)]


def test_lessons_are_for_reading_and_for_everybody(upgraded):
    assert rows(upgraded, "SELECT kind, exercise, entries_wanted FROM lesson") == [("reading", None, 0)] * 2
    assert rows(upgraded, "SELECT variant, html, revision FROM lesson_text") == [("", "<p>One</p>", 3)] * 2


def test_who_has_begun_is_on_the_version_that_is_live(upgraded):
    assert rows(upgraded, "SELECT version_id FROM enrollment") == [(2,)]
    assert rows(upgraded, "SELECT lesson, version_id FROM lesson_completion") == [("one", 1)]


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE lesson SET minutes = 9 WHERE version_id = 2",
        "UPDATE lesson_text SET html = '' WHERE version_id = 1",
        "DELETE FROM course_version WHERE id = 1",
        "UPDATE course_version SET change = 'material' WHERE id = 2",
        "UPDATE lesson_completion SET version_id = 2",
        "UPDATE attempt SET passed = true",
        "UPDATE mark SET credit = 100",
        "DELETE FROM result",
        "UPDATE question_version SET kind = 'number'",
        "INSERT INTO lesson_topic (lesson_id, topic, version_id) VALUES (2, 'results', 2)",
        "UPDATE course_version SET status = 'superseded', published_at = '2026-02-01 08:00:00' WHERE id = 3",
    ],
)
def test_what_never_changes_is_guarded_again(upgraded, deed):
    with pytest.raises(DBAPIError):
        run(upgraded, deed)


def test_attempts_of_before_have_their_result_and_everybody_the_usual_clock(upgraded):
    assert rows(upgraded, "SELECT number, percent_hundredths, red_lines, passed, rules, because FROM result") == [
        (1, 9000, 1, False, 1, "handed in")
    ]
    assert rows(upgraded, "SELECT number, source, voided FROM mark") == [(1, "rules", False)]
    assert rows(upgraded, "SELECT language, tier, time_percent, no_timer, seed FROM attempt") == [
        ("en", "staff", 100, False, 0)
    ]
    assert rows(upgraded, "SELECT change FROM question_version ORDER BY id") == [("first",), ("change",)]
    waits = "SELECT attempts_allowed, cooling_hours, long_wait_days, asks_certainty FROM quiz_version"
    assert rows(upgraded, waits) == [(3, 48, 30, False)]


def test_nothing_is_published_that_does_not_say_why(upgraded):
    run(
        upgraded,
        "UPDATE course SET business_reason = ''",
        "UPDATE course_version SET status = 'superseded' WHERE id = 2",
    )
    with pytest.raises(DBAPIError, match="business reason"):
        run(
            upgraded,
            "UPDATE course_version SET status = 'published', change = 'minor', published_at = '2026-02-01 08:00:00' "
            "WHERE id = 3",
        )
