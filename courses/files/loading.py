"""Loading a course from its content folder: one TOML file, and a Markdown file a lesson and language."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from courses import addresses
from courses.media import library
from courses.models import (
    Course,
    CourseText,
    CourseVersion,
    Lesson,
    LessonClause,
    LessonText,
    Module,
    ModuleText,
    Prerequisite,
)
from lms.base import audit, clock, markdown, richtext
from lms.base.content import CONTENT_LANGUAGES, ContentError, TomlFile, read
from lms.base.files import FileStore
from lms.guidelines import catalog as guidelines
from lms.people.models import TIERS

CONTENT = Path(__file__).resolve().parent.parent / "content"


def load(session: Session, files: FileStore, folder: Path) -> str:
    """Load one folder; returns "added", "updated" or "unchanged". Raises `ContentError`; then nothing has changed.

    Changed files become a new published version. A course that was changed in the studio since is left alone:
    its authors own it then; the result is "kept".
    """
    file = TomlFile(folder / "course.toml")
    digest = _digest(folder)
    slug = file.need(file.data, "slug", str)
    course = session.scalar(select(Course).where(Course.slug == slug))
    newest = course and session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.status == "published")
    )
    if newest and newest.source_sha256 == digest:
        return "unchanged"
    if newest and (not newest.source_sha256 or _has_draft(session, newest.course_id)):
        return "kept"
    course = _course(session, file, course)
    reader = _Reader(session, files, folder, file, newest.id if newest else None)
    version = reader.version(course.id, newest.number + 1 if newest else 1, digest)
    if newest:
        newest.status = "superseded"
        session.flush()
    version.status, version.published_at = "published", clock.now()
    version.change = "minor" if newest else "first"
    session.flush()
    audit.record(session, "loaded a course", f"course:{course.id}", version=version.number)
    return "updated" if newest else "added"


def _has_draft(session: Session, course_id: int) -> bool:
    """Whether authors are changing the course in the studio at present."""
    draft = exists().where(CourseVersion.course_id == course_id, CourseVersion.status == "draft")
    return bool(session.scalar(select(draft)))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _course(session: Session, file: TomlFile, course: Course | None) -> Course:
    data = file.data
    tier = file.need(data, "tier", str)
    if tier not in TIERS:
        raise file.wrong(f"tier is {tier!r}; it must be one of {', '.join(TIERS)}.", "tier")
    if not addresses.fits(data["slug"]):
        raise file.wrong("slug may have small letters, digits and single hyphens.", "slug")
    if course is None:
        course = Course(slug=data["slug"])
        session.add(course)
    course.code = file.need(data, "code", str)
    course.tier = tier
    course.owner = file.need(data, "owner", str)
    course.business_reason = file.need(data, "business_reason", str)
    course.review_on = file.need(data, "review_on", date)
    session.flush()
    for required in file.need(data, "prerequisites", list):
        required_id = session.scalar(select(Course.id).where(Course.slug == required))
        if required_id is None:
            raise file.wrong(f"The course {required!r} that comes first does not exist.", "prerequisites")
        session.merge(Prerequisite(course_id=course.id, required_id=required_id))
    return course


def _revisions(session: Session, version_id: int | None) -> dict[tuple[str, str], int]:
    """The revision of each text of a version, by lesson and language: the next version counts on from there."""
    rows = session.execute(
        select(Lesson.slug, LessonText.language, LessonText.revision)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .where(Lesson.version_id == version_id)
    )
    return {(slug, language): revision for slug, language, revision in rows}


class _Reader:
    """Reads one folder into a version."""

    def __init__(self, session: Session, files: FileStore, folder: Path, file: TomlFile, before_id: int | None) -> None:
        self.session = session
        self.files = files
        self.folder = folder
        self.file = file
        self.clauses = {clause.code for clause in guidelines.live(session).clauses}
        self.lessons: set[str] = set()
        self.revisions = _revisions(session, before_id)

    def version(self, course_id: int, number: int, digest: str) -> CourseVersion:
        titles = self.file.texts(self.file.data, "title", CONTENT_LANGUAGES)
        summaries = self.file.texts(self.file.data, "summary", CONTENT_LANGUAGES)
        version = CourseVersion(course_id=course_id, number=number, created_at=clock.now(), source_sha256=digest)
        self.session.add(version)
        self.session.flush()
        self.session.add_all(
            CourseText(version_id=version.id, language=language, title=titles[language], summary=summaries[language])
            for language in CONTENT_LANGUAGES
        )
        tables = self.file.need(self.file.data, "module", list)
        for position, table in enumerate(tables, 1):
            self._module(version.id, position, table)
        self.session.flush()
        return version

    def _module(self, version_id: int, position: int, table: dict[str, Any]) -> None:
        key = self.file.need(table, "key", str)
        titles = self.file.texts(table, "title", CONTENT_LANGUAGES, key)
        objectives = self.file.texts(table, "objective", CONTENT_LANGUAGES, key)
        module = Module(version_id=version_id, key=key, position=position)
        self.session.add(module)
        self.session.flush()
        self.session.add_all(
            ModuleText(
                module_id=module.id,
                version_id=version_id,
                language=language,
                title=titles[language],
                objective=objectives[language],
            )
            for language in CONTENT_LANGUAGES
        )
        for lesson in self.file.need(table, "lesson", list, key):
            self._lesson(module, lesson)

    def _lesson(self, module: Module, table: dict[str, Any]) -> None:
        slug = self.file.need(table, "key", str)
        minutes = self.file.need(table, "minutes", int, slug)
        codes = self.file.need(table, "clauses", list, slug)
        if not addresses.fits(slug) or slug in self.lessons:
            raise self.file.wrong(f"key {slug!r} is used twice or has more than small letters, digits, hyphens.", slug)
        if slug in addresses.OF_A_COURSE:
            raise self.file.wrong(f"key {slug!r} is an address of the studio; choose another.", slug)
        if minutes < 1:
            raise self.file.wrong(f"minutes of {slug} is {minutes}; it must be 1 or more.", slug)
        if unknown := [code for code in codes if code not in self.clauses]:
            raise self.file.wrong(f"Clause {unknown[0]} of {slug} is not in the guideline.", slug)
        self.lessons.add(slug)
        lesson = Lesson(
            version_id=module.version_id,
            module_id=module.id,
            slug=slug,
            position=len(self.lessons),
            minutes=minutes,
        )
        self.session.add(lesson)
        self.session.flush()
        self.session.add_all(
            LessonClause(lesson_id=lesson.id, version_id=lesson.version_id, code=code) for code in sorted(set(codes))
        )
        self.session.add_all(self._texts(lesson))

    def _texts(self, lesson: Lesson) -> Iterator[LessonText]:
        for language in CONTENT_LANGUAGES:
            path = self.folder / language / f"{lesson.slug}.md"
            heading, _, body = read(path).partition("\n")
            if not heading.startswith("# "):
                raise ContentError(path, 1, "The first line must be the title: # …")
            yield LessonText(
                lesson_id=lesson.id,
                version_id=lesson.version_id,
                language=language,
                title=heading.removeprefix("# ").strip(),
                html=self._html(path, body),
                policy=richtext.POLICY,
                revision=self.revisions.get((lesson.slug, language), 0) + 1,
                saved_at=clock.now(),
            )

    def _html(self, path: Path, body: str) -> str:
        try:
            return markdown.from_markdown(body, media=self._media, clause=self._clause)
        except markdown.BadText as error:
            raise ContentError(path, error.line + 1, error.message) from error

    def _media(self, name: str) -> str:
        path = self.folder / "media" / name
        if not path.is_file() or path.parent.name != "media":
            raise KeyError(name)
        return library.keep(self.session, self.files, name, path.read_bytes())

    def _clause(self, code: str) -> str:
        if code not in self.clauses:
            raise KeyError(f"clause {code}")
        return guidelines.address(code)
