"""How long it takes to publish a course of 50 lessons with 200 media files, and one that 8,000 people are inside."""

import json
import time
from datetime import date, timedelta

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from courses.authoring import drafts, publishing
from courses.authoring.publishing import Choice
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.models import Course, CourseText, CourseVersion, Lesson, LessonFile, LessonText, Module, ModuleText
from lms import consequences, create_app
from lms.base import clock, schema
from lms.base.db import Database, count_statements
from lms.people.models import Person

LESSONS = 50
FILES = 200
LEARNERS = 8000
LANGUAGES = ("en", "nl", "fr")
WORDS = "<h2>Before you answer</h2>" + "<p>Listen first, say who you are, and keep what is confidential to us.</p>" * 40
ROLES = ("video", "captions", "poster", "document")


def measure(name: str, url: str) -> None:
    """Fill a fresh database, publish twice with all that follows from it, and print a line for each."""
    database = Database(url, consequences.TABLE)
    schema.upgrade(database.engine)
    app = create_app()
    with app.app_context(), database.transaction() as session:
        course_id, person_id = _large_course(session)
        _learners(session, course_id)
    if name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    material = Choice("material", ("D1",), ("lesson-1",), "everyone", _in_a_month())
    for what, choice in (("publish 50 lessons, 200 media", Choice()), ("publish to 8,000 learners", material)):
        with app.app_context(), database.transaction() as session:
            _change(session, course_id, person_id, what)
        told: list[str] = []
        stop = count_statements(database.engine, told.append)
        began = time.perf_counter()
        with app.app_context(), database.transaction() as session:
            publishing.publish(session, course_id, person_id, "The rule is another one now.", choice)
        taken = time.perf_counter() - began
        stop()
        _say(what, taken, len(told), name)
    database.close()


def _in_a_month() -> date:
    return clock.today() + timedelta(days=30)


def _large_course(session: Session) -> tuple[int, int]:
    person = Person(email="bench.author@acme.example", given_name="Bench", family_name="Author")
    course = Course(slug="large", code="L1", tier="staff", position=99, owner="Hub", business_reason="To measure.")
    course.review_on = _in_a_month()
    session.add_all([person, course])
    session.flush()
    version = CourseVersion(course_id=course.id, number=1, created_at=clock.now())
    session.add(version)
    session.flush()
    module = Module(version_id=version.id, key="first", position=1)
    session.add(module)
    session.flush()
    for language in LANGUAGES:
        words = {"language": language, "version_id": version.id, "title": "Large", "objective": "Large."}
        session.add(ModuleText(module_id=module.id, **words))
    _title(session, version.id)
    for position in range(1, LESSONS + 1):
        _lesson(session, module, position)
    publishing.publish(session, course.id, person.id, "")
    return course.id, person.id


def _title(session: Session, version_id: int) -> None:
    session.add_all(
        CourseText(version_id=version_id, language=language, title="Large", summary="Large.") for language in LANGUAGES
    )


def _lesson(session: Session, module: Module, position: int) -> None:
    place = {"version_id": module.version_id}
    lesson = Lesson(**place, module_id=module.id, slug=f"lesson-{position}", position=position, minutes=7)
    session.add(lesson)
    session.flush()
    for language in LANGUAGES:
        said = {"title": f"Lesson {position}", "html": WORDS, "policy": 1, "saved_at": clock.now()}
        session.add(LessonText(lesson_id=lesson.id, language=language, **place, **said))
    for role in ROLES[: FILES // LESSONS]:
        address = f"/media/{position:064x}/{role}.bin"
        session.add(LessonFile(lesson_id=lesson.id, language="en", role=role, **place, address=address))
    session.flush()


def _learners(session: Session, course_id: int) -> None:
    """People who are inside the course and have done its first lesson."""
    now = clock.now()
    version_id = session.scalar(select(CourseVersion.id).where(CourseVersion.course_id == course_id))
    people = [
        {"email": f"bench{number}@acme.example", "given_name": "Bench", "family_name": str(number), "language": "en"}
        for number in range(LEARNERS)
    ]
    session.execute(insert(Person), people)
    ids = session.scalars(select(Person.id).where(Person.email.like("bench%"), Person.given_name == "Bench")).all()
    begun = {"course_id": course_id, "version_id": version_id, "enrolled_at": now, "started_at": now}
    session.execute(insert(Enrollment), [{"person_id": id} | begun for id in ids])
    enrolled = session.scalars(select(Enrollment.id).where(Enrollment.course_id == course_id)).all()
    done = {"lesson": "lesson-1", "version_id": version_id, "completed_at": now}
    session.execute(insert(LessonCompletion), [{"enrollment_id": id} | done for id in enrolled])


def _change(session: Session, course_id: int, person_id: int, words: str) -> None:
    draft = drafts.open_draft(session, course_id, person_id)
    texts = select(LessonText).join(Lesson, Lesson.id == LessonText.lesson_id)
    texts = texts.where(Lesson.version_id == draft.id, LessonText.language == "en", Lesson.position <= 5)
    for one in session.scalars(texts).all():
        one.html = f"<p>{words}, {one.lesson_id}.</p>{one.html}"
    session.flush()


def _say(name: str, seconds: float, statements: int, database: str) -> None:
    line = {
        "name": name,
        "value": round(seconds * 1000, 1),
        "unit": "ms",
        "baseline": 2000,
        "ratio": round(seconds / 2, 3),
        "statements": statements,
        "database": database,
    }
    print(json.dumps(line), flush=True)
