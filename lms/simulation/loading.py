"""Putting an invented company into an empty database: people, courses, enrollments, attempts and certificates."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, literal, select, text, update
from sqlalchemy.orm import Session

from certificates import awards
from courses import catalog, progress
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.models import Course, CourseText, CourseVersion, Lesson, LessonClause, LessonText, Module, ModuleText
from courses.search import index as search_index
from lms.base import bulk, clock
from lms.base.errors import Conflict
from lms.base.outbox import OutboxMessage
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.guidelines.models import Attestation
from lms.people import accounts
from lms.people.models import Person
from lms.reports.counters import rebuilding
from lms.simulation import company, copying
from quizzes import attempts, closing, papers

DOMAIN = "sim.example"
CERTIFIED = 0.08
"""The share of people who hold a certificate: about as many as Dell certified."""
TITLES = ("Listening", "Care in public", "Photos and privacy", "Leading by example", "Crisis: the first hour")
Told = Callable[[str], object]


def load(session: Session, count: int, *, seed: int, courses: int, password_hash: str | None, tell: Told) -> int:
    """Invent `count` people who take `courses` courses, the shipped one among them; returns how many enrollments.

    `tell` hears what is being made. Everybody's address is p<number>@sim.example. Raises `Conflict` when there are
    people already.
    """
    if session.scalar(select(func.count()).select_from(Person)):
        raise Conflict("There are people in this database already; an invented company needs an empty one.")
    tell("people")
    first = _people(session, list(company.people(count, seed)), password_hash)
    tell("courses")
    taken = [catalog.get(session, "principles").id, *(add_course(session, number) for number in range(2, courses + 1))]
    tell("enrollments")
    made = _enrollments(session, first, count, taken, Random(seed + 1))  # noqa: S311
    tell("counters")
    rebuilding.rebuild(session)
    tell("attempts and certificates")
    certified = list(range(first, first + count, round(1 / CERTIFIED)))
    _accept(session, certified)
    _attempts(session, certified, "principles")
    awards.award_all(session, certified)
    session.execute(update(OutboxMessage).values(state="sent", sent_at=clock.now()))
    return made


def _people(session: Session, invented: Sequence[company.Invented], password_hash: str | None) -> int:
    units = {path: accounts.unit(session, path).id for path in dict.fromkeys(one.unit for one in invented)}
    first, now = (session.scalar(select(func.max(Person.id))) or 0) + 1, clock.now()
    columns = (
        *("id", "uid", "employee_id", "email", "given_name", "family_name", "unit_id", "manager_id", "tier", "job"),
        *("country", "language", "time_zone", "location", "hire_date", "status", "listed", "listed_as", "created_at"),
        "password_hash",
    )
    rows = (
        (
            *(first + one.number - 1, _uid("person", one.number), f"P{one.number:06}", f"p{one.number}@{DOMAIN}"),
            *(one.given_name, one.family_name, units[one.unit], one.manager and first + one.manager - 1),
            *(one.tier, one.job, one.country, one.language, one.time_zone, one.country, one.hire_date, one.status),
            *(True, "full", now, password_hash),
        )
        for one in invented
    )
    bulk.insert_rows(session, Person, columns, rows)
    _go_on_from_there(session, "person")
    return first


def _uid(kind: str, number: int) -> str:
    """A public id that the same seed gives again; random ones are for real people."""
    return hashlib.md5(f"{kind} {number}".encode(), usedforsecurity=False).hexdigest()


def _go_on_from_there(session: Session, table: str) -> None:
    """Have PostgreSQL number the next row after those that were given numbers."""
    if session.get_bind().dialect.name == "postgresql":
        newest = f"(SELECT max(id) FROM {table})"  # noqa: S608 - a table of ours
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {newest})"))


def add_course(session: Session, number: int) -> int:
    """One more course to take, three short lessons in two languages; returns its number."""
    title = TITLES[(number - 2) % len(TITLES)] + (f" {number}" if number > len(TITLES) + 1 else "")
    course = Course(slug=f"simulated-{number}", code=f"X{number}", tier="staff", position=100 + number)
    course.owner, course.business_reason = "Social media hub", "To measure with."
    course.review_on = clock.now().date() + timedelta(days=365)
    session.add(course)
    session.flush()
    version = CourseVersion(course_id=course.id, number=1, created_at=clock.now())
    session.add(version)
    session.flush()
    module = Module(version_id=version.id, key="one", position=1)
    session.add(module)
    session.flush()
    for language in ("en", "nl"):
        shared = {"language": language, "version_id": version.id, "title": title}
        session.add(CourseText(**shared, summary=f"{title}."))
        session.add(ModuleText(**shared, module_id=module.id, objective="You know what to do."))
    for position in range(1, 4):
        _lesson(session, version.id, module.id, position)
    session.flush()
    version.status, version.published_at, version.change = "published", clock.now(), "first"
    search_index.keep_course(session, course.id)
    return course.id


def _lesson(session: Session, version_id: int, module_id: int, position: int) -> None:
    lesson = Lesson(version_id=version_id, module_id=module_id, slug=f"lesson-{position}", position=position, minutes=5)
    session.add(lesson)
    session.flush()
    session.add(LessonClause(lesson_id=lesson.id, version_id=version_id, code="D2"))
    for language in ("en", "nl"):
        words = {"title": f"{position}", "html": "<p>Say who you are.</p>", "policy": 1, "saved_at": clock.now()}
        session.add(LessonText(lesson_id=lesson.id, language=language, version_id=version_id, **words))


COLUMNS = (
    *("id", "uid", "person_id", "course_id", "cycle", "version_id", "enrolled_at", "due_on", "leave_days", "missing"),
    *("started_at", "completed_at", "last_lesson", "last_opened_at"),
)


def _enrollments(session: Session, first: int, count: int, courses: Sequence[int], chance: Random) -> int:
    """Everybody takes every course: seven of ten have completed it, one is inside, the others have not begun."""
    versions = {course: catalog.by_id(session, course).version_id for course in courses}
    step = round(1 / CERTIFIED)

    def rows() -> Iterator[tuple[Any, ...]]:
        number = (session.scalar(select(func.max(Enrollment.id))) or 0) + 1
        for person in range(first, first + count):
            for course in courses:
                fate = chance.random()
                if course == courses[0] and (person - first) % step == 0:
                    fate = 0.9 if person == first else 0.0
                yield _enrollment(number, person, course, versions[course], chance, fate)
                number += 1

    bulk.insert_rows(session, Enrollment, COLUMNS, rows())
    _go_on_from_there(session, "enrollment")
    begun = literal(catalog.by_id(session, courses[0]).needed[0].slug)
    inside = select(Enrollment.id, begun, Enrollment.version_id, Enrollment.started_at).where(
        Enrollment.started_at.is_not(None), Enrollment.completed_at.is_(None), Enrollment.course_id == courses[0]
    )
    columns = ("enrollment_id", "lesson", "version_id", "completed_at")
    session.execute(insert(LessonCompletion).from_select(columns, inside))
    return count * len(courses)


def _enrollment(number: int, person: int, course: int, version: int, chance: Random, fate: float) -> tuple[Any, ...]:
    """One row. Completed for a fate below 0.7, begun below 0.8."""
    today = clock.now().date()
    due_on: date = today + timedelta(days=chance.choice((-30, -7, 5, 12, 30, 60, 90)) if fate > 0.7 else 45)
    given: datetime = clock.now() - timedelta(days=90 + course % 30)
    started = given + timedelta(days=3) if fate < 0.8 else None
    completed = given + timedelta(days=chance.randint(4, 80)) if fate < 0.7 else None
    pinned = version if started and not completed else None
    return (
        *(number, _uid("enrollment", number), person, course, 1, pinned, given, due_on, 0, ""),
        *(started, completed, None, started),
    )


def _accept(session: Session, people: Sequence[int]) -> None:
    guideline = guidelines.live(session)
    words = attestations.exact_text(guideline, "en", "staff", "")
    assert words is not None, "the shipped guideline is in English"
    columns = ("person_id", "version_id", "language", "tier", "country", "number", "text_sha256", "accepted_at")
    rows = ((one, guideline.version_id, "en", "staff", "", 1, words.sha256, clock.now()) for one in people)
    bulk.insert_rows(session, Attestation, columns, rows)


def _attempts(session: Session, people: Sequence[int], slug: str) -> None:
    """One attempt of the first of some people, made in earnest, and copies of it for the others."""
    course = catalog.get(session, slug)
    for lesson in course.needed:
        progress.complete_lesson(session, people[0], course, lesson.slug)
    made = attempts.start(session, people[0], slug)
    for item in papers.items(session, made):
        attempts.save(session, made, item.position, item.kind.best(item.question), made.revision)
    closing.submit(session, made)
    session.flush()
    copying.copy(session, made.id, people[1:], course.id)
