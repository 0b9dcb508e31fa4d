"""What people are told about their courses by mail, in their own language. The outbox carries it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from courses import catalog
from courses.catalog import CourseView
from courses.enrollment_models import Enrollment, LessonRedo
from courses.models import CourseVersion
from lms.base import mail, outbox
from lms.base.i18n import force_locale, gettext, pick
from lms.base.outbox import Letter
from lms.people.models import Person

_NAME = "\x00"
"""Stands in a letter where the name of its reader goes. No text of ours holds this character."""


def ask_again(session: Session, version: CourseVersion) -> None:
    """Tell everybody whom a version asks to do lessons again: what changed, which lessons, until when. One mail each.

    Two statements, and what the database needs to take the mails in, however many people.
    """
    rows = session.execute(
        select(
            *(Person.email, Person.given_name, Person.language, Enrollment.id),
            func.aggregate_strings(LessonRedo.lesson, " ").label("lessons"),
        )
        .join(Enrollment, Enrollment.id == LessonRedo.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .where(LessonRedo.version_id == version.id)
        .group_by(Person.email, Person.given_name, Person.language, Enrollment.id)
        .order_by(Person.language, Enrollment.id)
    )
    course = catalog.version(session, version.id)
    outbox.queue_all(session, list(_letters(rows.all(), course, version)))


def _letters(rows: Sequence[Row[*tuple[Any, ...]]], course: CourseView, version: CourseVersion) -> Iterator[Letter]:
    """A letter for each row, worded once for all who read the same language and are asked for the same lessons."""
    worded: dict[tuple[str, str], tuple[str, str]] = {}
    for reader in rows:
        kind = reader.language, " ".join(sorted(reader.lessons.split()))
        if kind not in worded:
            worded[kind] = _worded(*kind, course, version)
        subject, body = worded[kind]
        key = f"version:{version.id}:again:{reader.id}"
        yield Letter(key, reader.email, subject, body.replace(_NAME, reader.given_name))


def _worded(language: str, lessons: str, course: CourseView, version: CourseVersion) -> tuple[str, str]:
    """Subject and body for readers of a language who are asked for these lessons, with a place for the name."""
    asked, title = set(lessons.split()), pick(course.titles, language)
    with force_locale(language):
        body = mail.render(
            "courses/mail/again.txt",
            name=_NAME,
            title=title,
            slug=course.slug,
            note=version.note,
            due_on=version.redo_by,
            lessons=[pick(lesson.titles, language) for lesson in course.lessons if lesson.slug in asked],
        )
        return gettext("“%(course)s” has changed: please look again", course=title), body
