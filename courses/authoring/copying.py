"""Copying a version of a course whole into a draft: in the database, in nine statements, whatever its size."""

from typing import Any

from sqlalchemy import Select, delete, insert, literal, select
from sqlalchemy.orm import Session, aliased

from courses.models import (
    CourseText,
    Lesson,
    LessonClause,
    LessonFile,
    LessonItem,
    LessonText,
    LessonTopic,
    Module,
    ModuleText,
)
from lms.base import clock
from lms.base.db import Moment

_new_module = aliased(Module)
_new_lesson = aliased(Lesson)


def fill(session: Session, source_id: int, draft_id: int) -> None:
    """Give an empty draft all that another version has. Its texts keep their revision, and who saved them when."""
    saved = (LessonText.revision, LessonText.saved_at, LessonText.saved_by)
    _structure(session, source_id, draft_id)
    session.execute(insert(LessonText).from_select(_TEXT_COLUMNS, _texts(source_id, draft_id, *saved)))


def restore(session: Session, source_id: int, draft_id: int, *, revision: int, person_id: int) -> None:
    """Give a draft all that an older version had, instead of what it has, as saved now by a person.

    `revision` must be higher than any that an open page may know, so that no page saves over what came back.
    """
    empty(session, draft_id)
    saved = (literal(revision), literal(clock.now(), Moment()), literal(person_id))
    _structure(session, source_id, draft_id)
    session.execute(insert(LessonText).from_select(_TEXT_COLUMNS, _texts(source_id, draft_id, *saved)))


def empty(session: Session, draft_id: int) -> None:
    """Take everything out of a draft."""
    for table in (*_OF_LESSONS, LessonText, Lesson, ModuleText, Module, CourseText):
        session.execute(delete(table).where(table.version_id == draft_id).execution_options(synchronize_session=False))


_TEXT_COLUMNS = ["lesson_id", "language", "variant", "version_id", "title", "html", "policy"]
_TEXT_COLUMNS += ["revision", "saved_at", "saved_by"]
_OF_LESSONS = (LessonClause, LessonTopic, LessonFile, LessonItem)
"""What lessons have beside texts: copied column by column."""


def _texts(source_id: int, draft_id: int, *saved: Any) -> Select[Any]:
    columns = (LessonText.language, LessonText.variant, literal(draft_id), LessonText.title, LessonText.html)
    kept = (*columns, LessonText.policy, *saved)
    return (
        select(_new_lesson.id, *kept)
        .select_from(LessonText)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .join(_new_lesson, (_new_lesson.version_id == draft_id) & (_new_lesson.slug == Lesson.slug))
        .where(LessonText.version_id == source_id)
    )


def _structure(session: Session, source_id: int, draft_id: int) -> None:
    """All but the texts of lessons: first the modules, then the lessons that stand in them."""
    _modules(session, source_id, draft_id)
    _lessons(session, source_id, draft_id)


def _modules(session: Session, source_id: int, draft_id: int) -> None:
    new = literal(draft_id)
    same_module = (_new_module.version_id == draft_id) & (_new_module.key == Module.key)
    session.execute(
        insert(CourseText).from_select(
            ["version_id", "language", "title", "summary"],
            select(new, CourseText.language, CourseText.title, CourseText.summary).where(
                CourseText.version_id == source_id
            ),
        )
    )
    session.execute(
        insert(Module).from_select(
            ["version_id", "key", "position"],
            select(new, Module.key, Module.position).where(Module.version_id == source_id),
        )
    )
    session.execute(
        insert(ModuleText).from_select(
            ["module_id", "language", "version_id", "title", "objective"],
            select(_new_module.id, ModuleText.language, new, ModuleText.title, ModuleText.objective)
            .join(Module, Module.id == ModuleText.module_id)
            .join(_new_module, same_module)
            .where(ModuleText.version_id == source_id),
        )
    )


def _lessons(session: Session, source_id: int, draft_id: int) -> None:
    new = literal(draft_id)
    same_module = (_new_module.version_id == draft_id) & (_new_module.key == Module.key)
    same_lesson = (_new_lesson.version_id == draft_id) & (_new_lesson.slug == Lesson.slug)
    session.execute(
        insert(Lesson).from_select(
            [
                "version_id",
                "module_id",
                "slug",
                "position",
                "minutes",
                "kind",
                "exercise",
                "entries_wanted",
                "optional",
            ],
            select(
                *(new, _new_module.id, Lesson.slug, Lesson.position, Lesson.minutes),
                *(Lesson.kind, Lesson.exercise, Lesson.entries_wanted, Lesson.optional),
            )
            .join(Module, Module.id == Lesson.module_id)
            .join(_new_module, same_module)
            .where(Lesson.version_id == source_id),
        )
    )
    for table in _OF_LESSONS:
        columns = [column for column in table.__table__.columns if column.name not in {"lesson_id", "version_id"}]
        session.execute(
            insert(table).from_select(
                ["lesson_id", "version_id", *(column.name for column in columns)],
                select(_new_lesson.id, new, *columns)
                .join(Lesson, Lesson.id == table.lesson_id)
                .join(_new_lesson, same_lesson)
                .where(table.version_id == source_id),
            )
        )
