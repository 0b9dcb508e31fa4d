"""Comparing versions of a course: what differs, and what stops a draft from being published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import String, and_, case, cast, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from courses.authoring import proofreading
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
from lms.base import differences


@dataclass(frozen=True)
class StoredText:
    """A lesson's text of one version, for comparing and proofreading."""

    version_id: int
    slug: str
    position: int
    language: str
    title: str
    html: str
    variant: str = ""


@dataclass(frozen=True)
class Change:
    """How the draft differs from the live version in one lesson and language; `form` changes no words."""

    kind: Literal["changed", "form", "new", "leaves"]
    slug: str
    language: str
    title: str
    passages: list[differences.Passage]
    variant: str = ""


@dataclass(frozen=True)
class Fault:
    """Something in the draft that stops it from being published."""

    slug: str
    language: str
    title: str
    sentence: str
    variant: str = ""


def texts(session: Session, *version_ids: int, language: str | None = None) -> list[StoredText]:
    """All lesson texts of some versions, in one language or in all, in the order of the lessons. One statement."""
    rows = session.execute(
        select(
            *(LessonText.version_id, Lesson.slug, Lesson.position, LessonText.language),
            *(LessonText.title, LessonText.html, LessonText.variant),
        )
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .where(LessonText.version_id.in_(version_ids), true() if language is None else LessonText.language == language)
        .order_by(Lesson.position, LessonText.language, LessonText.variant)
    )
    return [StoredText(*row) for row in rows]


def differing(session: Session, draft_id: int, live_id: int | None) -> list[StoredText]:
    """The texts of a draft that are new or say something else than the live version, and those of the live version
    that are gone from the draft or say something else there. Two statements, and nothing that stayed is read.
    """
    found: list[StoredText] = []
    for own_id, other_id in ((draft_id, live_id), (live_id, draft_id)):
        if own_id is not None:
            found.extend(_only_here(session, own_id, other_id))
    return found


_other_lesson, _other_text = aliased(Lesson), aliased(LessonText)


def _only_here(session: Session, own_id: int, other_id: int | None) -> list[StoredText]:
    """The texts of a version that the other has not, or has with other words."""
    same_place = and_(
        *(_other_text.lesson_id == _other_lesson.id, _other_text.language == LessonText.language),
        _other_text.variant == LessonText.variant,
    )
    differs = or_(
        _other_text.lesson_id.is_(None), _other_text.title != LessonText.title, _other_text.html != LessonText.html
    )
    rows = session.execute(
        select(
            *(LessonText.version_id, Lesson.slug, Lesson.position, LessonText.language),
            *(LessonText.title, LessonText.html, LessonText.variant),
        )
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .outerjoin(_other_lesson, and_(_other_lesson.version_id == other_id, _other_lesson.slug == Lesson.slug))
        .outerjoin(_other_text, same_place)
        .where(LessonText.version_id == own_id, differs)
        .order_by(Lesson.position, LessonText.language, LessonText.variant)
    )
    return [StoredText(*row) for row in rows]


def changes(stored: Iterable[StoredText], draft_id: int, live_id: int | None) -> list[Change]:
    """How two versions among the stored texts differ, by lesson and language, in the order of the lessons."""
    by_version: dict[int, dict[tuple[str, str, str], StoredText]] = {draft_id: {}}
    for one in stored:
        by_version.setdefault(one.version_id, {})[one.slug, one.language, one.variant] = one
    draft, live = by_version[draft_id], by_version.get(live_id or 0, {})
    both = sorted({**live, **draft}.values(), key=lambda one: (one.position, one.slug, one.language, one.variant))
    pairs = ((live.get(key), draft.get(key)) for one in both if (key := (one.slug, one.language, one.variant)))
    return [change for old, new in pairs if (change := _change(old, new))]


def _change(old: StoredText | None, new: StoredText | None) -> Change | None:
    if old and new and (old.title, old.html) == (new.title, new.html):
        return None
    one = new or old
    assert one is not None
    passages = differences.passages(old.html if old else "", new.html if new else "")
    if (old.title if old else "") != (new.title if new else ""):
        passages.insert(0, differences.compare(old.title if old else "", new.title if new else ""))
    kind: Literal["changed", "form", "new", "leaves"] = "new" if not old else "leaves" if not new else "changed"
    return Change(kind if passages else "form", one.slug, one.language, one.title, passages, one.variant)


def faults(stored: Iterable[StoredText], draft_id: int) -> list[Fault]:
    """What stops the draft among the stored texts from being published."""
    return [
        Fault(one.slug, one.language, one.title, sentence, one.variant)
        for one in stored
        if one.version_id == draft_id
        for sentence in proofreading.faults(one.title, one.html, one.language)
    ]


_NATURE = (
    Lesson.kind
    + ("/" + func.coalesce(Lesson.exercise, "") + "/" + cast(Lesson.entries_wanted, String))
    + case((Lesson.optional, "/optional"), else_="")
)


def shapes(session: Session, *version_ids: int) -> Mapping[int, frozenset[tuple[str, ...]]]:
    """What versions hold beside the texts of lessons, as comparable lines."""
    course_text = select(
        CourseText.version_id, literal("course"), CourseText.language, CourseText.title, CourseText.summary
    )
    module = select(Module.version_id, literal("module"), Module.key, cast(Module.position, String), literal(""))
    module_text = select(
        ModuleText.version_id,
        literal("module text"),
        Module.key + "/" + ModuleText.language,
        ModuleText.title,
        ModuleText.objective,
    ).join(Module, Module.id == ModuleText.module_id)
    place = cast(Lesson.position, String) + "/" + cast(Lesson.minutes, String)
    lesson = select(Lesson.version_id, literal("lesson"), Lesson.slug, Module.key, place + "/" + _NATURE).join(
        Module, Module.id == Lesson.module_id
    )
    clause = select(LessonClause.version_id, literal("clause"), Lesson.slug, LessonClause.code, literal("")).join(
        Lesson, Lesson.id == LessonClause.lesson_id
    )
    topic = select(LessonTopic.version_id, literal("topic"), Lesson.slug, LessonTopic.topic, literal("")).join(
        Lesson, Lesson.id == LessonTopic.lesson_id
    )
    file = select(
        LessonFile.version_id,
        literal("file"),
        Lesson.slug + "/" + LessonFile.role + "/" + LessonFile.language,
        LessonFile.address,
        LessonFile.label + "/" + cast(LessonFile.seconds, String),
    ).join(Lesson, Lesson.id == LessonFile.lesson_id)
    item = select(
        LessonItem.version_id,
        literal("item"),
        Lesson.slug + "/" + LessonItem.language,
        cast(LessonItem.position, String),
        LessonItem.words,
    ).join(Lesson, Lesson.id == LessonItem.lesson_id)
    parts = (course_text, module, module_text, lesson, clause, topic, file, item)
    found: dict[int, set[tuple[str, ...]]] = {version_id: set() for version_id in version_ids}
    for version_id, *line in session.execute(
        union_all(*(part.where(part.selected_columns[0].in_(version_ids)) for part in parts))
    ):
        found[version_id].add(tuple(line))
    return {version_id: frozenset(lines) for version_id, lines in found.items()}


def reshaped(session: Session, draft_id: int, live_id: int) -> bool:
    """Whether two versions differ in something beside the texts of lessons. One statement."""
    found = shapes(session, draft_id, live_id)
    return found[draft_id] != found[live_id]
