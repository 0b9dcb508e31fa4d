"""What somebody read and answered, as files of her pack: lessons as they were shown, and the records of attempts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import catalog
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.models import Course, CourseVersion
from lms.base import clock
from lms.base.errors import NotFound
from lms.people.models import Person
from lms.reports.asof import reading
from lms.reports.evidence.history import plain
from lms.reports.evidence.verify import sha256
from quizzes import gates
from quizzes.attempt_models import OPEN, Attempt
from quizzes.records import evidence
from quizzes.records.evidence import Record
from quizzes.review import EVERYTHING, parts_shown, phase

UNDECIDED = (*OPEN, "submitted")


@dataclass(frozen=True)
class Piece:
    """A file of the pack, and what a list of its kind says of it."""

    name: str
    data: bytes
    listed: dict[str, Any]


def lessons(session: Session, person: Person, end: datetime) -> Iterator[Piece]:
    """Each lesson completed before a moment, in that version, in her language and with the text for her place then."""
    rows = session.execute(
        select(Course.slug, CourseVersion.number, LessonCompletion)
        .join(CourseVersion, CourseVersion.id == LessonCompletion.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Enrollment, Enrollment.id == LessonCompletion.enrollment_id)
        .where(Enrollment.person_id == person.id, LessonCompletion.completed_at < end)
        .order_by(LessonCompletion.completed_at, LessonCompletion.id)
    ).all()
    for slug, number, done in rows:
        place = reading.places(session, [person], done.completed_at)[person.id]
        try:
            page = catalog.lesson_page(
                session, done.version_id, done.lesson, place.language, tier=place.tier, country=place.country
            )
        except NotFound:
            continue
        data = f"<!doctype html><meta charset=utf-8><title>{page.title}</title>\n{page.html}\n".encode()
        name = f"lessons/{slug}/version-{number}/{done.lesson}.{page.language}.html"
        told = {"course": slug, "version": number, "lesson": done.lesson, "language": page.language, "file": name}
        yield Piece(name, data, told | {"completed_at": plain(done.completed_at), "sha256": sha256(data)})


def attempts(session: Session, person: Person, end: datetime, *, own: bool) -> Iterator[Piece]:
    """Each attempt that was decided before a moment: questions, answers, times, marks and decisions by then.

    `own`: for the person herself, who reads of an attempt what its quiz shows her; one that is held back has no data.
    """
    hers = (Attempt.person_id == person.id, Attempt.state.not_in(UNDECIDED), Attempt.submitted_at < end)
    for uid in session.scalars(select(Attempt.uid).where(*hers).order_by(Attempt.submitted_at, Attempt.id)).all():
        found = evidence.find(session, uid, person.id)
        listed = {"attempt": uid, "quiz": found.quiz.slug, "submitted_at": plain(found.attempt.submitted_at)}
        if own and not _shown(session, found):
            yield Piece("", b"", listed | {"held_back": "until the quiz is passed, or no attempt is left"})
            continue
        name = f"attempts/{uid}.json"
        data = json.dumps(_until(evidence.document(found), end), ensure_ascii=False, indent=1, sort_keys=True).encode()
        yield Piece(name, data, listed | {"file": name})


def _shown(session: Session, found: Record) -> bool:
    """Whether the owner of an attempt may read all of it."""
    mine = gates.of_person(session, found.attempt.person_id, found.quiz)
    wait = gates.waiting_of(mine, found.attempt.enrollment_id, found.quiz)
    here = [one for one in mine.attempts if one.enrollment_id == found.attempt.enrollment_id]
    settled = wait.exhausted or any(one.passed for one in here)
    return parts_shown(found.quiz, phase(found.attempt, settled=settled, now=clock.now())) == EVERYTHING


def _until(document: dict[str, Any], end: datetime) -> dict[str, Any]:
    """The record of an attempt without what came later."""
    kept = dict(document)
    for part in ("marks", "markings", "history"):
        kept[part] = [one for one in document[part] if one["at"] and datetime.fromisoformat(one["at"]) < end]
    kept["decisions"] = [
        one for one in document["decisions"] if datetime.fromisoformat(one["decided"]["result"]["at"]) < end
    ]
    return kept
