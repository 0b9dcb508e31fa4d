"""The editions of a course as its authors see them: what is live, what is in the draft, lesson by lesson."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment
from courses.models import Course, CourseText, CourseVersion, Lesson, LessonText, Module, ModuleText
from lms.base.errors import NotFound
from lms.people.models import Person

State = Literal["live", "draft", "new"]


@dataclass(frozen=True)
class Edition:
    """A version by name: its row, its number, and since when it is what it is."""

    id: int
    number: int
    since: datetime


@dataclass(frozen=True)
class CourseEditions:
    """A course with its live version and its draft. `changed` counts the texts in which the draft differs."""

    id: int
    slug: str
    code: str
    owner: str
    review_on: date | None
    live: Edition | None
    draft: Edition | None
    changed: int
    tier: str
    retired_at: datetime | None
    in_review_at: datetime | None
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def current(self) -> Edition:
        """What an author works on: the draft, else the live version. Raises `NotFound` for a course with neither."""
        found = self.draft or self.live
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True)
class LessonNode:
    """A lesson in the outline: its titles, and what state its text is in, by language."""

    slug: str
    position: int
    minutes: int
    titles: dict[str, str]
    states: dict[str, State]
    kind: str = "reading"
    exercise: str | None = None
    optional: bool = False

    @property
    def state(self) -> State:
        """New, or draft when one of its texts differs from the live one, else live."""
        return next((state for state in ("new", "draft") if state in self.states.values()), "live")

    def behind(self, language: str) -> bool:
        """Whether the text in a language stayed as it was while another language was changed."""
        changed = [code for code, state in self.states.items() if state != "live"]
        return bool(changed) and language not in changed


@dataclass(frozen=True)
class ModuleNode:
    """A module in the outline."""

    key: str
    titles: dict[str, str]
    lessons: list[LessonNode]
    objectives: dict[str, str] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)


@dataclass(frozen=True)
class EditedText:
    """A lesson in one language as an author opens it. Without a text yet, `revision` is 0 and the words are empty."""

    slug: str
    language: str
    title: str
    html: str
    revision: int
    saved_at: datetime | None
    saved_by: str | None
    variant: str = ""


_live = aliased(CourseVersion)
_draft = aliased(CourseVersion)
_live_lesson = aliased(Lesson)
_live_text = aliased(LessonText)


def _differs() -> ColumnElement[bool]:
    """Whether a text, joined to the live text of the same lesson and language, says something else."""
    return or_(_live_text.lesson_id.is_(None), _live_text.title != LessonText.title, _live_text.html != LessonText.html)


def _beside_live(statement: Select[Any], live_id: Any) -> Select[Any]:
    """The statement over lessons and texts, with the live text of the same lesson and language beside each."""
    return statement.outerjoin(
        _live_lesson, and_(_live_lesson.version_id == live_id, _live_lesson.slug == Lesson.slug)
    ).outerjoin(
        _live_text,
        and_(
            *(_live_text.lesson_id == _live_lesson.id, _live_text.language == LessonText.language),
            _live_text.variant == LessonText.variant,
        ),
    )


_CHANGED = (
    _beside_live(select(func.count()).select_from(LessonText).join(Lesson, Lesson.id == LessonText.lesson_id), _live.id)
    .where(LessonText.version_id == _draft.id, _differs())
    .correlate(_draft, _live)
    .scalar_subquery()
)
_COURSES = (
    select(
        Course.id,
        Course.slug,
        Course.code,
        Course.owner,
        Course.review_on,
        _live.id,
        _live.number,
        _live.published_at,
        _draft.id,
        _draft.number,
        _draft.created_at,
        case((_draft.id.is_(None), 0), else_=_CHANGED),
        Course.tier,
        Course.retired_at,
        _draft.in_review_at,
        CourseText.language,
        CourseText.title,
    )
    .outerjoin(_live, and_(_live.course_id == Course.id, _live.status == "published"))
    .outerjoin(_draft, and_(_draft.course_id == Course.id, _draft.status == "draft"))
    .outerjoin(CourseText, CourseText.version_id == func.coalesce(_draft.id, _live.id))
    .where(or_(_live.id.is_not(None), _draft.id.is_not(None)))
    .order_by(Course.position, Course.code, CourseText.language)
)


def courses(session: Session, *, retired: bool = False) -> list[CourseEditions]:
    """All courses that are in use or being made, and on request the retired ones too. One statement."""
    return _grouped(session.execute(_COURSES if retired else _COURSES.where(Course.retired_at.is_(None))).all())


def course(session: Session, slug: str) -> CourseEditions:
    """One course by address, retired ones too, in one statement. Raises `NotFound`."""
    found = _grouped(session.execute(_COURSES.where(Course.slug == slug)).all())
    if not found:
        raise NotFound
    return found[0]


def _grouped(rows: Iterable[Any]) -> list[CourseEditions]:
    found: dict[int, CourseEditions] = {}
    for row in rows:
        key, slug, code, owner, review_on, *editions, changed, tier, retired_at, in_review_at, language, title = row
        live, draft = (Edition(*editions[at : at + 3]) if editions[at] else None for at in (0, 3))
        facts = (key, slug, code, owner, review_on, live, draft, changed, tier, retired_at, in_review_at)
        one = found.setdefault(key, CourseEditions(*facts))
        if language:
            one.titles[language] = title
    return list(found.values())


def outline(session: Session, version_id: int, live_id: int | None) -> list[ModuleNode]:
    """The modules and lessons of a version, with the state of each text beside the live version. Two statements."""
    modules = session.execute(
        select(Module.key, ModuleText.language, ModuleText.title, ModuleText.objective)
        .outerjoin(ModuleText, ModuleText.module_id == Module.id)
        .where(Module.version_id == version_id)
        .order_by(Module.position, ModuleText.language)
    )
    state = case((_live_lesson.id.is_(None), "new"), (_differs(), "draft"), else_="live")
    lessons = (
        select(
            *(Module.key, Lesson.slug, Lesson.position, Lesson.minutes, Lesson.kind, Lesson.exercise),
            Lesson.optional,
            *(LessonText.language, LessonText.title, state),
        )
        .select_from(Lesson)
        .join(Module, Module.id == Lesson.module_id)
        .outerjoin(LessonText, and_(LessonText.lesson_id == Lesson.id, LessonText.variant == ""))
        .where(Lesson.version_id == version_id)
        .order_by(Lesson.position, LessonText.language)
    )
    return _tree(modules, session.execute(_beside_live(lessons, live_id)))


def _tree(module_rows: Iterable[Any], lesson_rows: Iterable[Any]) -> list[ModuleNode]:
    modules: dict[str, ModuleNode] = {}
    lessons: dict[str, LessonNode] = {}
    for key, language, title, objective in module_rows:
        module = modules.setdefault(key, ModuleNode(key, {}, []))
        if language:
            module.titles[language], module.objectives[language] = title, objective
    for key, slug, position, minutes, kind, exercise, optional, language, title, state in lesson_rows:
        if slug not in lessons:
            lessons[slug] = LessonNode(slug, position, minutes, {}, {}, kind, exercise, optional)
            modules[key].lessons.append(lessons[slug])
        if language:
            lessons[slug].titles[language] = title
            lessons[slug].states[language] = state
        else:
            lessons[slug].titles["en"] = slug
    return list(modules.values())


def text(session: Session, version_id: int, slug: str, language: str, variant: str = "") -> EditedText:
    """A lesson of a version in a language, to edit. Raises `NotFound` when the version has no such lesson."""
    row = session.execute(
        select(LessonText, Person)
        .select_from(Lesson)
        .outerjoin(
            LessonText,
            and_(*(LessonText.lesson_id == Lesson.id, LessonText.language == language), LessonText.variant == variant),
        )
        .outerjoin(Person, Person.id == LessonText.saved_by)
        .where(Lesson.version_id == version_id, Lesson.slug == slug)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    found: LessonText | None = row[0]
    person: Person | None = row[1]
    if found is None:
        return EditedText(slug, language, "", "", 0, None, None, variant)
    by = person.name if person else None
    return EditedText(slug, language, found.title, found.html, found.revision, found.saved_at, by, variant)


def lesson_id(session: Session, version_id: int, slug: str) -> int:
    """The row of a lesson in a version. Raises `NotFound`."""
    found = session.scalar(select(Lesson.id).where(Lesson.version_id == version_id, Lesson.slug == slug))
    if found is None:
        raise NotFound
    return found


def learners(session: Session, course_id: int) -> int:
    """How many people are in a course and have not completed it."""
    open_ones = Enrollment.course_id == course_id, Enrollment.completed_at.is_(None)
    return session.scalar(select(func.count()).select_from(Enrollment).where(*open_ones)) or 0
