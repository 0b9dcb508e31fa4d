"""How fast search is over 2,000 lessons of 3 kB in two languages, asked one after the other on one connection."""

import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from courses.models import Course, CourseText, CourseVersion, Lesson, LessonText, Module
from courses.search import find, index
from courses.search.find import Reader, Wanted
from lms import content
from lms.base import clock, schema
from lms.base.db import Database, count_statements
from lms.base.files import FileStore
from lms.people.models import Person

COURSES, LESSONS, CHARACTERS = 40, 50, 3000
AIM = 50
"""Milliseconds."""
TIMES = 12
SOURCE = Path(__file__).resolve().parent.parent.parent / "courses" / "content" / "principles"
QUERIES = {
    "a rare word": "afterwards",
    "a common word": "post",
    "the commonest word": "the",
    "three words": "photo customer review",
    "a beginning": "pri",
    "a Dutch word": "klant",
    "a question": "what may I say about my own work",
    "nothing": "zebra",
}


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each time, and the statements of one."""

    name: str
    milliseconds: list[float]
    statements: int
    count: int


def measure(name: str, url: str, folder: Path) -> None:
    """Fill a fresh database, ask everything in turns, and print a line for each kind of question."""
    database = Database(url, {})
    schema.upgrade(database.engine)
    with database.transaction() as session:
        list(content.load_shipped(session, FileStore(folder)))
        _fill(session)
    if name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    for one in _ask(database):
        _print(name, one)
    database.close()


def _ask(database: Database) -> Iterator[Measured]:
    with database.reading() as session:
        for name, query in QUERIES.items():
            reader, wanted = Reader(1, "en", "staff", "BE"), Wanted(query)
            found = find.find(session, reader, wanted)
            told: list[str] = []
            stop = count_statements(database.engine, told.append)
            find.find(session, reader, wanted)
            stop()
            yield Measured(name, [_timed(session, reader, wanted) for _ in range(TIMES)], len(told), found.count)
        wanted = Wanted("post", kind="lesson", tier="staff", language="en", minutes=10, to_do=True)
        taken = [_timed(session, reader, wanted) for _ in range(TIMES)]
        yield Measured("a common word, all filters", taken, 2, find.find(session, reader, wanted).count)


def _timed(session: Session, reader: Reader, wanted: Wanted) -> float:
    session.expunge_all()
    began = time.perf_counter()
    find.find(session, reader, wanted)
    return 1000 * (time.perf_counter() - began)


def _print(database: str, one: Measured) -> None:
    ordered = sorted(one.milliseconds)
    value = ordered[len(ordered) * 9 // 10]
    line = {
        "name": f"search over {COURSES * LESSONS} lessons, {one.name}, p90",
        "value": round(value, 2),
        "unit": "ms",
        "baseline": AIM,
        "ratio": round(value / AIM, 3),
        "statements": one.statements,
        "database": database,
    }
    print(json.dumps(line), flush=True)
    print(f"{database}: search, {one.name}: {one.count} found", file=sys.stderr)


def _fill(session: Session) -> None:
    chance = random.Random(2026)
    vocabulary = {
        language: re.findall(
            r"\w+", " ".join(path.read_text("utf-8") for path in sorted((SOURCE / language).glob("*")))
        )
        for language in ("en", "nl")
    }
    now = clock.now()
    session.add(Person(id=1, email="reader@acme.example", given_name="Reader"))
    for number in range(COURSES):
        about = {"owner": "Hub", "business_reason": "Because.", "review_on": clock.today(), "tier": "staff"}
        course = Course(slug=f"course-{number}", code=f"B{number}", **about)
        session.add(course)
        session.flush()
        version = CourseVersion(course_id=course.id, number=1, created_at=now)
        session.add(version)
        session.flush()
        module = Module(version_id=version.id, key="first", position=1)
        session.add_all(
            [module, CourseText(version_id=version.id, language="en", title=f"Course {number}", summary="")]
        )
        session.flush()
        for position in range(1, LESSONS + 1):
            _lesson(session, chance, vocabulary, module, position)
        version.status, version.published_at, version.change = "published", now, "first"
        index.keep_course(session, course.id)
    session.flush()


def _lesson(
    session: Session, chance: random.Random, vocabulary: dict[str, list[str]], module: Module, position: int
) -> None:
    about = {"version_id": module.version_id, "module_id": module.id}
    lesson = Lesson(**about, slug=f"lesson-{position}", position=position, minutes=chance.randint(3, 15))
    session.add(lesson)
    session.flush()
    rows = []
    for language, known in vocabulary.items():
        body = " ".join(chance.choices(known, k=CHARACTERS // 5))[:CHARACTERS]
        words = {"title": " ".join(chance.choices(known, k=4)), "html": f"<p>{body}</p>", "policy": 1}
        rows.append(
            {"lesson_id": lesson.id, "version_id": module.version_id, "language": language, "variant": ""}
            | words
            | {"revision": 1, "saved_at": clock.now()}
        )
    session.execute(insert(LessonText), rows)
