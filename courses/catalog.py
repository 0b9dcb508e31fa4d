"""Reading courses. A published version never changes, so it is loaded once and kept in the process."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased, selectinload

from courses.models import Course, CourseVersion, Lesson, LessonText, Module, Prerequisite
from lms.base.db import remembered, rows
from lms.base.errors import NotFound


@dataclass(frozen=True)
class FileView:
    """A file of a lesson: a film, a recording, a document, captions, a poster, or an outside player."""

    role: str
    language: str
    address: str
    label: str
    seconds: int


@dataclass(frozen=True)
class LessonView:
    """A lesson without its text. `items` are the lines of a checklist or the questions of a reflection, by language."""

    slug: str
    position: int
    minutes: int
    titles: Mapping[str, str]
    clauses: tuple[str, ...]
    kind: str = "reading"
    exercise: str | None = None
    entries_wanted: int = 0
    topics: tuple[str, ...] = ()
    files: tuple[FileView, ...] = ()
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True)
class ModuleView:
    """A module with its lessons. `needed` are those that finishing the course asks for, `extras` the optional ones."""

    key: str
    titles: Mapping[str, str]
    objectives: Mapping[str, str]
    lessons: tuple[LessonView, ...]

    @property
    def needed(self) -> tuple[LessonView, ...]:
        return tuple(lesson for lesson in self.lessons if not lesson.optional)

    @property
    def extras(self) -> tuple[LessonView, ...]:
        return tuple(lesson for lesson in self.lessons if lesson.optional)

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.needed)


@dataclass(frozen=True)
class CourseView:
    """A version of a course, in all its languages.

    `needed` are the lessons that finishing it asks for, all but the optional ones. `minutes` counts them, not the quiz.
    """

    id: int
    slug: str
    code: str
    tier: str
    version_id: int
    version_number: int
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    modules: tuple[ModuleView, ...]
    lessons: tuple[LessonView, ...]
    minutes: int
    prerequisites: tuple[str, ...] = ()
    quiz_slug: str | None = None
    quiz_minutes: int = 0

    @cached_property
    def needed(self) -> tuple[LessonView, ...]:
        return tuple(lesson for lesson in self.lessons if not lesson.optional)

    def number(self, slug: str) -> int:
        """The how many-th of the needed lessons this one is, counted from 1; for an optional one, the last before."""
        place = self.lessons.index(self.lesson(slug)) + 1
        return sum(not lesson.optional for lesson in self.lessons[:place])

    def lesson(self, slug: str) -> LessonView:
        """The lesson at this address. Raises `NotFound`."""
        for lesson in self.lessons:
            if lesson.slug == slug:
                return lesson
        raise NotFound

    def module_of(self, slug: str) -> ModuleView:
        """The module a lesson is in. Raises `NotFound`."""
        for module in self.modules:
            if any(lesson.slug == slug for lesson in module.lessons):
                return module
        raise NotFound


@dataclass(frozen=True)
class LessonPage:
    """The text of a lesson in the language that was found for the reader."""

    language: str
    title: str
    html: str


Page = TypeVar("Page")
_required = aliased(Course)
PUBLISHED = (
    select(
        Course.id,
        CourseVersion.id.label("version_id"),
        Course.quiz_slug,
        Course.quiz_minutes,
        select(func.aggregate_strings(_required.slug, " "))
        .join(Prerequisite, Prerequisite.required_id == _required.id)
        .where(Prerequisite.course_id == Course.id)
        .scalar_subquery()
        .label("prerequisites"),
    )
    .join(CourseVersion, CourseVersion.course_id == Course.id)
    .where(CourseVersion.status == "published")
)
"""Which version of each course is live, of retired ones too; rows for `view`."""
LIVE = PUBLISHED.where(Course.retired_at.is_(None))
"""The same for the courses that can be begun."""
_IN_ORDER = LIVE.order_by(Course.position, Course.code)
_BY_SLUG = LIVE.where(Course.slug == bindparam("slug"))


def live(session: Session) -> tuple[CourseView, ...]:
    """All courses that can be taken now, in the order of the curriculum. One statement once they are in memory."""
    return tuple(view(session, row) for row in rows(session, _IN_ORDER, {}))


def get(session: Session, slug: str) -> CourseView:
    """The live version of a course, by address. Raises `NotFound`. One statement once it is in memory."""
    return _one(session, rows(session, _BY_SLUG, {"slug": slug}).one_or_none())


def by_id(session: Session, course_id: int) -> CourseView:
    """The live version of a course, by number, also of one that is retired. Raises `NotFound`."""
    return _one(session, session.execute(PUBLISHED.where(Course.id == course_id)).one_or_none())


def view(session: Session, row: Row[Any], version_id: int | None = None) -> CourseView:
    """The course of a row of `LIVE`: what never changes from memory, what an administrator sets from the row.

    `version_id` is that of an earlier version, for somebody who is still on it.
    """
    definition = version(session, version_id or row.version_id)
    prerequisites = tuple(sorted((row.prerequisites or "").split()))
    return replace(definition, prerequisites=prerequisites, quiz_slug=row.quiz_slug, quiz_minutes=row.quiz_minutes)


def version(session: Session, version_id: int) -> CourseView:
    """A published version by number, from memory after the first time."""
    return remembered(session, ("course", version_id), lambda: load_version(session, version_id))


def ever_had(session: Session, course_id: int, lesson: str) -> bool:
    """Whether any version of a course that was ever live has a lesson at this address."""
    found = select(Lesson.id).join(CourseVersion, CourseVersion.id == Lesson.version_id)
    found = found.where(CourseVersion.course_id == course_id, CourseVersion.status != "draft", Lesson.slug == lesson)
    return bool(session.scalar(select(found.exists())))


def lesson_page(
    session: Session, version_id: int, slug: str, language: str, *, tier: str = "", country: str = ""
) -> LessonPage:
    """The text of a lesson of a published version: in the language, else in English, else in any there is.

    Who has a text of her own, by country or tier, reads that, in her language or in English.
    """
    pages = remembered(session, ("lesson", version_id, slug), lambda: load_pages(session, version_id, slug))
    return choose_page(pages, language, tier=tier, country=country)


def choose_page(pages: Mapping[tuple[str, str], Page], language: str, *, tier: str, country: str) -> Page:
    """The page for a reader among all there are, by variant and language, or what stands for one.

    Raises `NotFound` when there is none.
    """
    for variant in (f"country:{country}", f"tier:{tier}", ""):
        own = {spoken: page for (kind, spoken), page in pages.items() if kind == variant}
        if own:
            return own.get(language) or own.get("en") or next(iter(own.values()))
    raise NotFound


def set_quiz(session: Session, course_id: int, slug: str, minutes: int) -> None:
    """Say that a quiz closes a course: for the loader of quizzes."""
    session.execute(update(Course).where(Course.id == course_id).values(quiz_slug=slug, quiz_minutes=minutes))


def load_version(session: Session, version_id: int) -> CourseView:
    """A version by number, drafts too, read from the database."""
    row = session.scalars(
        select(CourseVersion)
        .where(CourseVersion.id == version_id)
        .options(
            selectinload(CourseVersion.course),
            selectinload(CourseVersion.texts),
            selectinload(CourseVersion.modules).selectinload(Module.texts),
            selectinload(CourseVersion.modules).selectinload(Module.lessons).selectinload(Lesson.clauses),
            selectinload(CourseVersion.modules)
            .selectinload(Module.lessons)
            .selectinload(Lesson.texts)
            .load_only(LessonText.title),
            selectinload(CourseVersion.modules).selectinload(Module.lessons).selectinload(Lesson.topics),
            selectinload(CourseVersion.modules).selectinload(Module.lessons).selectinload(Lesson.files),
            selectinload(CourseVersion.modules).selectinload(Module.lessons).selectinload(Lesson.items),
        )
        .execution_options(populate_existing=True)
    ).one()
    modules = tuple(_module_view(module) for module in row.modules)
    return CourseView(
        id=row.course.id,
        slug=row.course.slug,
        code=row.course.code,
        tier=row.course.tier,
        version_id=row.id,
        version_number=row.number,
        titles={text.language: text.title for text in row.texts},
        summaries={text.language: text.summary for text in row.texts},
        modules=modules,
        lessons=tuple(lesson for module in modules for lesson in module.lessons),
        minutes=sum(module.minutes for module in modules),
    )


def _one(session: Session, row: Row[Any] | None) -> CourseView:
    if row is None:
        raise NotFound
    return view(session, row)


def _module_view(module: Module) -> ModuleView:
    return ModuleView(
        key=module.key,
        titles={text.language: text.title for text in module.texts},
        objectives={text.language: text.objective for text in module.texts},
        lessons=tuple(_lesson_view(lesson) for lesson in module.lessons),
    )


def _lesson_view(lesson: Lesson) -> LessonView:
    languages = sorted({item.language for item in lesson.items})
    return LessonView(
        slug=lesson.slug,
        position=lesson.position,
        minutes=lesson.minutes,
        titles={text.language: text.title for text in lesson.texts if not text.variant},
        clauses=tuple(sorted(clause.code for clause in lesson.clauses)),
        kind=lesson.kind,
        exercise=lesson.exercise,
        entries_wanted=lesson.entries_wanted,
        optional=lesson.optional,
        topics=tuple(sorted(topic.topic for topic in lesson.topics)),
        files=tuple(
            FileView(file.role, file.language, file.address, file.label, file.seconds)
            for file in sorted(lesson.files, key=lambda file: (file.role, file.language))
        ),
        items={
            language: tuple(item.words for item in lesson.items if item.language == language) for language in languages
        },
    )


def load_pages(session: Session, version_id: int, slug: str) -> dict[tuple[str, str], LessonPage]:
    """All texts of a lesson, by variant and language, read from the database."""
    rows = session.execute(
        select(LessonText.variant, LessonText.language, LessonText.title, LessonText.html)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .where(Lesson.version_id == version_id, Lesson.slug == slug)
    )
    return {(variant, language): LessonPage(language, title, html) for variant, language, title, html in rows}
