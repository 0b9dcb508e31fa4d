"""Loading courses from folders: what is shipped, and what somebody brings."""

import hashlib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from courses.authoring import drafts
from courses.files import stored
from courses.files.pages import Pages
from courses.files.reading import Rules, read
from courses.files.written import WrittenCourse, WrittenLesson
from courses.models import (
    Course,
    CourseText,
    CourseVersion,
    Lesson,
    LessonClause,
    LessonFile,
    LessonItem,
    LessonText,
    LessonTopic,
    Module,
    ModuleText,
    Prerequisite,
)
from courses.review.models import Topic
from courses.search import index as search_index
from lms.base import audit, clock, content, richtext
from lms.base.content import CONTENT_LANGUAGES, ContentError, TomlFile
from lms.base.files import FileStore
from lms.guidelines import catalog as guidelines

CONTENT = Path(__file__).resolve().parent.parent / "content"


def shipped() -> list[Path]:
    """The folders of the shipped courses, each after those of the courses that come first. Raises `ContentError`."""
    files = {one.name: TomlFile(one / "course.toml") for one in content.folders(CONTENT, "course.toml", "course")}
    needs = {name: file.words(file.data, "prerequisites") for name, file in files.items()}
    for name, file in files.items():
        content.named_as(CONTENT / name, file)
        if unknown := [one for one in needs[name] if one not in files]:
            raise first_is_unknown(file, unknown[0])
    try:
        return [CONTENT / name for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        ring: list[str] = error.args[1]
        raise before_itself(files[ring[0]], ring[0]) from None


def first_is_unknown(file: TomlFile, slug: str) -> ContentError:
    """The refusal of a course that wants an unknown one first."""
    return file.wrong_at("prerequisites", f"The course {slug!r} that comes first does not exist.")


def before_itself(file: TomlFile, slug: str) -> ContentError:
    """The refusal of a course that directly, or by way of others, wants itself first."""
    return file.wrong_at("prerequisites", f"{slug} would come before itself.")


def load(session: Session, files: FileStore, folder: Path) -> str:
    """Load a shipped folder; returns "added", "updated", "unchanged" or "kept". Raises `ContentError`.

    After an error nothing has changed. Changed files become a new published version. A course that was changed in the
    studio since is left alone: its authors own it then; the result is "kept".
    """
    file = TomlFile(folder / "course.toml")
    digest = _digest(folder)
    slug = file.need(file.data, "slug", str)
    course = session.scalar(select(Course).where(Course.slug == slug))
    newest = _edition(session, course.id, "published") if course else None
    if newest and newest.source_sha256 == digest:
        return "unchanged"
    if course and (newest is None or not newest.source_sha256 or _has_draft(session, course.id)):
        return "kept"
    clauses = _clauses(session)
    written = read(folder, Rules(clauses, None, CONTENT_LANGUAGES), Pages(session, files, folder, clauses))
    before = stored.course(session, newest) if newest else None
    if before and (before.content, before.facts) == (written.content, written.facts):
        return "unchanged"
    course = keep_course(session, written, course)
    require(session, written, course, file)
    if before is None or before.content != written.content:
        version = _publish(session, keep_version(session, written, course.id), newest, "", digest)
        audit.record(session, "loaded a course", f"course:{course.id}", version=version.number)
    return "updated" if newest else "added"


def rules(session: Session, *, draft: bool = False) -> Rules:
    """What files are held against that somebody brings: complete in English, and as good as the studio asks."""
    topics = frozenset(session.scalars(select(Topic.key)))
    return Rules(_clauses(session), topics, (drafts.ORIGINAL,), proofread=True, draft=draft)


def _clauses(session: Session) -> frozenset[str]:
    return frozenset(clause.code for clause in guidelines.live(session).clauses)


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


def _edition(session: Session, course_id: int, status: str) -> CourseVersion | None:
    return session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.status == status)
    )


def keep_course(session: Session, written: WrittenCourse, course: Course | None) -> Course:
    """Keep the facts about a course, a new one or one that is there."""
    if course is None:
        course = Course(slug=written.slug)
        session.add(course)
    course.code, course.tier, course.position = written.code, written.tier, written.position
    course.owner, course.business_reason = written.owner, written.business_reason
    course.review_on = written.review_on
    session.flush()
    return course


def require(session: Session, written: WrittenCourse, course: Course, file: TomlFile) -> None:
    """Keep which courses come first; all of them are in the database by now. Raises `ContentError`."""
    rows = session.execute(select(Course.slug, Course.id).where(Course.slug.in_(written.prerequisites)))
    first = dict(rows.all())
    if unknown := [slug for slug in written.prerequisites if slug not in first]:
        raise first_is_unknown(file, unknown[0])
    session.execute(delete(Prerequisite).where(Prerequisite.course_id == course.id))
    session.add_all(Prerequisite(course_id=course.id, required_id=required) for required in first.values())
    session.flush()


def publish(
    session: Session, written: WrittenCourse, version: CourseVersion, live: CourseVersion | None
) -> CourseVersion:
    """Make a version that was just kept the live one, as a minor change: nobody is asked to do anything again."""
    return _publish(session, version, live, written.note or stored.LOADED, "")


def _publish(
    session: Session, version: CourseVersion, live: CourseVersion | None, note: str, digest: str
) -> CourseVersion:
    if live is not None:
        live.status = "superseded"
        session.flush()
    version.status, version.published_at, version.note = "published", clock.now(), note
    version.change, version.source_sha256 = "minor" if live else "first", digest
    session.flush()
    search_index.keep_course(session, version.course_id)
    return version


def keep_version(session: Session, written: WrittenCourse, course_id: int) -> CourseVersion:
    """Keep the content of a course as a new version, a draft as yet. Ten statements or so, whatever its size."""
    last = session.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course_id))
    revisions = _revisions(session, course_id)
    version = CourseVersion(
        course_id=course_id, number=(last or 0) + 1, created_at=clock.now(), note=written.note if written.draft else ""
    )
    session.add(version)
    session.flush()
    modules = [Module(version_id=version.id, key=one.key, position=at) for at, one in enumerate(written.modules, 1)]
    session.add_all(modules)
    session.flush()
    places = [(module, one) for module, part in zip(modules, written.modules, strict=True) for one in part.lessons]
    lessons = [
        Lesson(
            version_id=version.id,
            module_id=module.id,
            slug=one.slug,
            position=position,
            minutes=one.minutes,
            kind=one.kind,
            exercise=one.exercise,
            entries_wanted=one.entries_wanted,
            optional=one.optional,
        )
        for position, (module, one) in enumerate(places, 1)
    ]
    session.add_all(lessons)
    session.flush()
    session.add_all(_titles(written, version.id, modules))
    for lesson, (_, one) in zip(lessons, places, strict=True):
        session.add_all(_parts(lesson, one, revisions))
    session.flush()
    return version


def _revisions(session: Session, course_id: int) -> dict[tuple[str, str, str], int]:
    """The highest revision of each text of a course: a version counts on from there, so that open pages are stale."""
    place = (Lesson.slug, LessonText.variant, LessonText.language)
    rows = session.execute(
        select(*place, func.max(LessonText.revision))
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .join(CourseVersion, CourseVersion.id == LessonText.version_id)
        .where(CourseVersion.course_id == course_id)
        .group_by(*place)
    )
    return {(slug, variant, language): revision for slug, variant, language, revision in rows}


def _titles(written: WrittenCourse, version_id: int, modules: list[Module]) -> Iterator[CourseText | ModuleText]:
    for language, title in written.titles.items():
        summary = written.summaries.get(language, "")
        yield CourseText(version_id=version_id, language=language, title=title, summary=summary)
    for module, one in zip(modules, written.modules, strict=True):
        for language, title in one.titles.items():
            named = {"title": title, "objective": one.objectives.get(language, "")}
            yield ModuleText(module_id=module.id, version_id=version_id, language=language, **named)


def _parts(
    lesson: Lesson, written: WrittenLesson, revisions: dict[tuple[str, str, str], int]
) -> Iterator[LessonClause | LessonTopic | LessonFile | LessonItem | LessonText]:
    """The rows of a lesson beside its own."""
    of = {"lesson_id": lesson.id, "version_id": lesson.version_id}
    yield from (LessonClause(code=code, **of) for code in written.clauses)
    yield from (LessonTopic(topic=topic, **of) for topic in written.topics)
    for file in written.files:
        yield LessonFile(
            role=file.role, language=file.language, address=file.address, label=file.label, seconds=file.seconds, **of
        )
    for language, lines in written.items.items():
        for position, words in enumerate(lines, 1):
            yield LessonItem(language=language, position=position, words=words, **of)
    for (variant, language), text in written.texts.items():
        revision = revisions.get((written.slug, variant, language), 0) + 1
        yield LessonText(
            language=language,
            variant=variant,
            title=text.title,
            html=text.html,
            policy=richtext.POLICY,
            revision=revision,
            saved_at=clock.now(),
            **of,
        )
