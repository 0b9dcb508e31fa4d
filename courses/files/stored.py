"""A version of a course in the database, as it would stand in a folder of files. Six statements, whatever its size."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from courses.files.written import (
    WrittenCourse,
    WrittenFile,
    WrittenLesson,
    WrittenModule,
    WrittenText,
    by_code,
    in_order,
    rank,
)
from courses.models import Course, CourseVersion, Lesson, LessonText, Module, Prerequisite

LOADED = "loaded from files"
"""What is noted of a version that came from files which say nothing about the change."""


def course(session: Session, version: CourseVersion) -> WrittenCourse:
    """A version, draft or published, with the facts about its course."""
    row = session.scalars(_LOADED.where(CourseVersion.id == version.id)).one()
    return WrittenCourse(
        slug=row.course.slug,
        code=row.course.code,
        tier=row.course.tier,
        position=row.course.position,
        owner=row.course.owner,
        business_reason=row.course.business_reason,
        review_on=row.course.review_on,
        prerequisites=tuple(session.scalars(_FIRST.where(Prerequisite.course_id == row.course.id))),
        titles=in_order({text.language: text.title for text in row.texts}),
        summaries=in_order({text.language: text.summary for text in row.texts}),
        modules=tuple(_module(module) for module in row.modules),
        note="" if row.note == LOADED else row.note,
        draft=row.status == "draft",
    )


_LESSONS = selectinload(CourseVersion.modules).selectinload(Module.lessons)
_LOADED = (
    select(CourseVersion)
    .options(
        selectinload(CourseVersion.course),
        selectinload(CourseVersion.texts),
        selectinload(CourseVersion.modules).selectinload(Module.texts),
        *(_LESSONS.selectinload(part) for part in (Lesson.texts, Lesson.clauses, Lesson.topics)),
        *(_LESSONS.selectinload(part) for part in (Lesson.files, Lesson.items)),
    )
    .execution_options(populate_existing=True)
)
_FIRST = select(Course.slug).join(Prerequisite, Prerequisite.required_id == Course.id).order_by(Course.slug)


def _module(module: Module) -> WrittenModule:
    return WrittenModule(
        key=module.key,
        titles=in_order({text.language: text.title for text in module.texts}),
        objectives=in_order({text.language: text.objective for text in module.texts}),
        lessons=tuple(_lesson(lesson) for lesson in module.lessons),
    )


def _lesson(lesson: Lesson) -> WrittenLesson:
    items: dict[str, Any] = defaultdict(tuple)
    for item in lesson.items:
        items[item.language] += (item.words,)
    files = (WrittenFile(file.role, file.language, file.address, file.label, file.seconds) for file in lesson.files)
    return WrittenLesson(
        slug=lesson.slug,
        minutes=lesson.minutes,
        kind=lesson.kind,
        exercise=lesson.exercise,
        entries_wanted=lesson.entries_wanted,
        optional=lesson.optional,
        clauses=tuple(sorted((clause.code for clause in lesson.clauses), key=by_code)),
        topics=tuple(sorted(topic.topic for topic in lesson.topics)),
        files=tuple(sorted(files, key=lambda file: (file.role, file.language))),
        items=dict(sorted(items.items(), key=lambda one: rank(one[0]))),
        texts={_place(text): WrittenText(text.title, text.html) for text in lesson.texts},
    )


def _place(text: LessonText) -> tuple[str, str]:
    return text.variant, text.language
