"""Walking through a course as a reader would, in any of its versions, without leaving a trace: nothing is written."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import catalog
from courses.authoring.editions import CourseEditions
from courses.catalog import CourseView, LessonPage, LessonView, ModuleView
from courses.enrollment_models import Enrollment
from courses.models import Course, CourseVersion
from courses.review import contents
from courses.review.contents import Contents, LessonContent
from lms.base.errors import NotFound
from lms.people.models import Person


@dataclass(frozen=True)
class Reader:
    """As whom one walks: everything about a reader that decides what a lesson says."""

    tier: str
    country: str
    language: str


@dataclass(frozen=True)
class Walk:
    """A version of a course to walk through: as its readers have it, with all its texts."""

    course: CourseView
    contents: Contents
    is_draft: bool

    @property
    def countries(self) -> list[str]:
        """The countries that have a text of their own somewhere in this version."""
        own = {variant for one in self.contents.lessons.values() for _, variant in one.texts if "country:" in variant}
        return sorted(variant.removeprefix("country:") for variant in own)

    def page(self, lesson: str, reader: Reader) -> LessonPage:
        """The text of a lesson that this reader gets. Raises `NotFound`."""
        found = self.contents.lessons.get(lesson)
        if found is None:
            raise NotFound
        pages = {
            (variant, language): LessonPage(language, words.title, words.html)
            for (language, variant), words in sorted(found.texts.items())
            if words.title
        }
        return catalog.choose_page(pages, reader.language, tier=reader.tier, country=reader.country)

    def neighbors(self, lesson: str) -> tuple[LessonView | None, LessonView | None]:
        """The lesson before and the one after."""
        lessons = self.course.lessons
        place = next(at for at, one in enumerate(lessons) if one.slug == lesson)
        return (lessons[place - 1] if place else None), (lessons[place + 1] if place + 1 < len(lessons) else None)


def walk(session: Session, course: CourseEditions, person: Person | None, edition: str) -> Walk:
    """The course as this colleague has it now, or with `draft` as edition what it would be.

    Without a colleague, and for one who has not begun or has completed it, that is the live version; where there is
    none it is the draft. Three statements, one less without a colleague. Raises `NotFound`.
    """
    version_id, number = course.current.id, course.current.number
    if edition != "draft" and course.live:
        own = _own_version(session, person, course.id) if person else None
        version_id, number = own or (course.live.id, course.live.number)
    said = contents.read(session, version_id)[version_id]
    row = session.get_one(Course, course.id)
    is_draft = bool(course.draft and course.draft.id == version_id)
    return Walk(_view(row, said, version_id, number), said, is_draft)


def _own_version(session: Session, person: Person, course_id: int) -> tuple[int, int] | None:
    """Number and name of the version that somebody is on inside a course."""
    row = session.execute(
        select(CourseVersion.id, CourseVersion.number, Enrollment.completed_at)
        .join(Enrollment, Enrollment.version_id == CourseVersion.id)
        .where(Enrollment.person_id == person.id, Enrollment.course_id == course_id)
        .order_by(Enrollment.cycle.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None or row.completed_at else (row.id, row.number)


def _view(course: Course, said: Contents, version_id: int, number: int) -> CourseView:
    head = said.heads.get(contents.COURSE, {})
    modules = tuple(_module(said, key, lessons) for key, lessons in said.modules.items())
    return CourseView(
        id=course.id,
        slug=course.slug,
        code=course.code,
        tier=course.tier,
        version_id=version_id,
        version_number=number,
        titles={code: words.title for code, words in head.items()} or {"en": course.slug},
        summaries={code: words.html for code, words in head.items()} or {"en": ""},
        modules=modules,
        lessons=tuple(lesson for module in modules for lesson in module.lessons),
        minutes=sum(module.minutes for module in modules),
        quiz_slug=course.quiz_slug,
        quiz_minutes=course.quiz_minutes,
    )


def _module(said: Contents, key: str, lessons: list[LessonContent]) -> ModuleView:
    head = said.heads.get(key, {})
    titles = {code: words.title for code, words in head.items()} or {"en": key}
    objectives = {code: words.html for code, words in head.items()} or {"en": ""}
    return ModuleView(key, titles, objectives, tuple(_lesson(one) for one in lessons))


def _lesson(one: LessonContent) -> LessonView:
    return LessonView(
        slug=one.slug,
        position=one.position,
        minutes=one.minutes,
        titles=one.titles or {"en": one.slug},
        clauses=tuple(sorted(one.clauses)),
        kind=one.kind,
        exercise=one.exercise,
        entries_wanted=one.entries_wanted,
        optional=one.optional,
        topics=tuple(sorted(one.tags)),
        files=tuple(sorted(one.files, key=lambda file: (file.role, file.language))),
        items={code: tuple(lines[place] for place in sorted(lines)) for code, lines in one.items.items()},
    )
