"""What a lesson is beside its texts: its kind, how long it takes, what it cites and touches, and its files."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from courses import addresses
from courses.authoring import comparison, drafts, kinds
from courses.authoring.kinds import Nature
from courses.catalog import FileView
from courses.models import CourseVersion, Lesson, LessonClause, LessonFile, LessonItem, LessonText, LessonTopic
from courses.review.models import ReviewComment
from courses.sessions.models import LiveSession
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.guidelines import catalog as guidelines


class StaleNature(Conflict):
    """Somebody changed the settings of a lesson after they were opened. Carries how they are now."""

    def __init__(self, now: Nature) -> None:
        super().__init__(gettext("Somebody changed these settings after you opened them."))
        self.now = now


def load(session: Session, version_id: int) -> list[Nature]:
    """All lessons of a version without their texts, in order. One statement."""
    return _read(session, union_all(*_parts(Lesson.version_id == version_id)))


def get(session: Session, version_id: int, slug: str) -> Nature:
    """A lesson of a version without its texts. One statement. Raises `NotFound`."""
    found = _read(session, union_all(*_parts(Lesson.version_id == version_id, Lesson.slug == slug)))
    if not found:
        raise NotFound
    return found[0]


def save(session: Session, course_id: int, slug: str, wanted: Nature, opened: str, person_id: int) -> None:
    """Give a lesson of the draft these settings. `opened` is the fingerprint of those the author had opened.

    Saving what is there already changes nothing and opens no draft. Raises `StaleNature` when somebody changed them
    in between, `Invalid` for an address that cannot be given, `NotFound`.
    """
    drafts.lock(session, course_id)
    if wanted.fingerprint == opened:
        return
    draft = drafts.open_draft(session, course_id, person_id)
    now = get(session, draft.id, slug)
    if now.fingerprint == wanted.fingerprint:
        return
    if now.fingerprint != opened:
        raise StaleNature(now)
    lesson = session.scalars(select(Lesson).where(Lesson.version_id == draft.id, Lesson.slug == slug)).one()
    if wanted.slug != slug:
        _move(session, course_id, lesson, wanted.slug)
    lesson.kind, lesson.minutes = wanted.kind, wanted.minutes
    lesson.exercise, lesson.entries_wanted, lesson.optional = wanted.exercise, wanted.entries_wanted, wanted.optional
    _replace_parts(session, lesson, wanted)
    drafts.changed_by(session, draft.id, person_id)
    session.flush()


def was_published(session: Session, course_id: int, slug: str) -> bool:
    """Whether a lesson with this address has ever been live in a course: then completions name it, and it stays."""
    versions = select(CourseVersion.id).where(CourseVersion.course_id == course_id, CourseVersion.status != "draft")
    return bool(session.scalar(select(exists().where(Lesson.version_id.in_(versions), Lesson.slug == slug))))


def faults(session: Session, version_id: int) -> list[comparison.Fault]:
    """What a version's lessons lack for their kind, which stops it from being published. Three statements at most."""
    lessons = load(session, version_id)
    if lessons and all(one.optional for one in lessons):
        first, said = lessons[0], gettext("Every lesson is optional. A course needs one that finishing it asks for.")
        return [comparison.Fault(first.slug, drafts.ORIGINAL, first.titles.get(drafts.ORIGINAL) or first.slug, said)]
    if all(one.kind == "reading" and not one.files for one in lessons):
        return []
    try:
        codes = {clause.code for clause in guidelines.live(session).clauses}
    except NotFound:
        codes = set()
    return [
        comparison.Fault(one.slug, language, one.titles.get(language) or one.slug, sentence)
        for one in lessons
        for language, sentence in kinds.faults(one, codes)
    ]


def _move(session: Session, course_id: int, lesson: Lesson, address: str) -> None:
    """Give a lesson that was never live another address, and take along what names it by the old one."""
    if was_published(session, course_id, lesson.slug):
        raise Invalid(gettext("This lesson has been published: its address stays, because progress is kept under it."))
    if not addresses.fits(address) or address in addresses.OF_A_COURSE:
        raise Invalid(gettext("Use small letters, digits and single hyphens for the address, and another word."))
    versions = select(CourseVersion.id).where(CourseVersion.course_id == course_id)
    if session.scalar(select(exists().where(Lesson.version_id.in_(versions), Lesson.slug == address))):
        raise Invalid(gettext("This course has, or had, another lesson at the address “%(address)s”.", address=address))
    comments = (ReviewComment.version_id == lesson.version_id, ReviewComment.lesson == lesson.slug)
    sessions = (LiveSession.course_id == course_id, LiveSession.lesson == lesson.slug)
    session.execute(update(ReviewComment).where(*comments).values(lesson=address))
    session.execute(update(LiveSession).where(*sessions).values(lesson=address))
    lesson.slug = address


def _replace_parts(session: Session, lesson: Lesson, wanted: Nature) -> None:
    here = {"lesson_id": lesson.id, "version_id": lesson.version_id}
    rows: dict[Any, list[dict[str, object]]] = {
        LessonClause: [{"code": code} for code in wanted.clauses],
        LessonTopic: [{"topic": topic} for topic in wanted.topics],
        LessonFile: [vars(file) for file in wanted.files],
        LessonItem: [
            {"language": language, "position": position, "words": words}
            for language, lines in wanted.items.items()
            for position, words in enumerate(lines, 1)
        ],
    }
    for table, new in rows.items():
        session.execute(delete(table).where(table.lesson_id == lesson.id).execution_options(synchronize_session=False))
        if new:
            session.execute(insert(table.__table__), [here | row for row in new])


def _parts(*where: ColumnElement[bool]) -> list[Select[Any]]:
    """Lessons and all they have beside texts, as lines: address and place, what it is, four words, two numbers."""

    def lines(what: str, table: Any, words: Sequence[Any], numbers: Sequence[Any] = ()) -> Select[Any]:
        four, two = [*words, *[literal("")] * 4][:4], [*numbers, literal(0), literal(0)][:2]
        return select(Lesson.slug, Lesson.position, literal(what), *four, *two).join(table).where(*where)

    optional = case((Lesson.optional, "yes"), else_="")
    lesson = (Lesson.kind, func.coalesce(Lesson.exercise, ""), optional, literal(""))
    file = (LessonFile.role, LessonFile.language, LessonFile.address, LessonFile.label)
    return [
        select(Lesson.slug, Lesson.position, literal("lesson"), *lesson, Lesson.minutes, Lesson.entries_wanted).where(
            *where
        ),
        lines("clause", Lesson.clauses, [LessonClause.code]),
        lines("topic", Lesson.topics, [LessonTopic.topic]),
        lines("file", Lesson.files, file, [LessonFile.seconds]),
        lines("item", Lesson.items, [LessonItem.language, LessonItem.words], [LessonItem.position]),
        lines("title", Lesson.texts, [LessonText.language, LessonText.title]).where(LessonText.variant == ""),
    ]


def _read(session: Session, statement: CompoundSelect[Any]) -> list[Nature]:
    by_lesson: dict[tuple[int, str], dict[str, list[Any]]] = {}
    for slug, position, what, *line in session.execute(statement):
        by_lesson.setdefault((position, slug), {}).setdefault(what, []).append(line)
    return [_nature(slug, lines) for (_, slug), lines in sorted(by_lesson.items())]


def _nature(slug: str, lines: Mapping[str, list[Any]]) -> Nature:
    kind, exercise, optional, _, minutes, entries_wanted = lines["lesson"][0]
    items = sorted((language, place, words) for language, words, _, _, place, _ in lines.get("item", ()))
    return Nature(
        slug=slug,
        kind=kind,
        minutes=minutes,
        exercise=exercise or None,
        entries_wanted=entries_wanted,
        optional=bool(optional),
        clauses=tuple(sorted(line[0] for line in lines.get("clause", ()))),
        topics=tuple(sorted(line[0] for line in lines.get("topic", ()))),
        files=tuple(
            FileView(role, language, address, label, seconds)
            for role, language, address, label, seconds, _ in sorted(lines.get("file", ()))
        ),
        items={
            language: tuple(words for spoken, _, words in items if spoken == language)
            for language in sorted({item[0] for item in items})
        },
        titles={line[0]: line[1] for line in sorted(lines.get("title", ()))},
    )
