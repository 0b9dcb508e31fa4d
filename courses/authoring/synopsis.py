"""Two versions of a course side by side, for whoever has to answer for what it teaches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.authoring import comparison, reshaping, unseen
from courses.authoring.comparison import StoredText
from courses.authoring.reshaping import Shape
from courses.models import CourseVersion, Lesson, LessonText
from lms.base import differences
from lms.base.differences import Row
from lms.base.i18n import pick

Kind = Literal["same", "changed", "form", "new", "leaves", "none"]
Titles = dict[str, dict[str, str]]
"""The titles of lessons, by address and language."""


@dataclass(frozen=True)
class TextPair:
    """A lesson's text for some readers (`variant`) in both versions. `notes` say what its words do not show."""

    variant: str
    kind: Kind
    title: Row
    rows: list[Row]
    notes: list[str]


@dataclass(frozen=True)
class LessonPair:
    """A lesson in both versions, in one language; of kind `none` when it has no text in that language."""

    slug: str
    title: str
    kind: Kind
    texts: list[TextPair]


@dataclass(frozen=True)
class Synopsis:
    """How two versions differ. `sentences` tell of all but the texts, `lessons` stand in the order of the newer one."""

    sentences: list[str]
    lessons: list[LessonPair]

    @property
    def changed(self) -> list[LessonPair]:
        return [lesson for lesson in self.lessons if lesson.kind not in ("same", "none")]

    @property
    def unchanged(self) -> list[LessonPair]:
        return [lesson for lesson in self.lessons if lesson.kind in ("same", "none")]


def read(session: Session, old: CourseVersion, new: CourseVersion, language: str) -> Synopsis:
    """Two versions in a language of their texts. Three statements."""
    shapes = comparison.shapes(session, old.id, new.id)
    before, after = reshaping.read(shapes[old.id]), reshaping.read(shapes[new.id])
    shown = {slug: pick(names) for slug, names in titles(session, old.id, new.id).items()}
    stored: dict[tuple[int, str], dict[str, StoredText]] = {}
    for text in comparison.texts(session, old.id, new.id, language=language):
        stored.setdefault((text.version_id, text.slug), {})[text.variant] = text
    lessons = [
        _lesson(slug, shown.get(slug, slug), stored.get((old.id, slug), {}), stored.get((new.id, slug), {}))
        for slug in _in_order(list(before.lessons), list(after.lessons))
    ]
    known = [_whether_there(lesson, before, after) for lesson in lessons]
    return Synopsis(reshaping.sentences(before, after, shown), known)


def titles(session: Session, *version_ids: int) -> Titles:
    """The titles of the lessons of some versions; the later version's where both have one. One statement."""
    rows = session.execute(
        select(Lesson.slug, LessonText.language, LessonText.title)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .where(LessonText.version_id.in_(version_ids), LessonText.variant == "")
        .order_by(LessonText.version_id)
    )
    found: Titles = {}
    for slug, language, title in rows:
        found.setdefault(slug, {})[language] = title
    return found


def _in_order(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The lessons of the new version in its order, with those that left where they stood."""
    for _, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield from (slug for slug in old[start:end] if slug not in new)
        yield from new[new_start:new_end]


def _lesson(slug: str, title: str, old: dict[str, StoredText], new: dict[str, StoredText]) -> LessonPair:
    pairs = [_pair(variant, old.get(variant), new.get(variant)) for variant in sorted({*old, *new})]
    kinds = {pair.kind for pair in pairs}
    kind: Kind = "none" if not kinds else "changed" if len(kinds) > 1 else kinds.pop()
    return LessonPair(slug, title, kind, [pair for pair in pairs if pair.kind != "same"])


def _whether_there(lesson: LessonPair, before: Shape, after: Shape) -> LessonPair:
    """A lesson that is in both versions is changed, not new, when a text in this language came or went."""
    there = lesson.slug in before.lessons and lesson.slug in after.lessons
    if lesson.kind in ("new", "leaves") and there:
        return LessonPair(lesson.slug, lesson.title, "changed", lesson.texts)
    return lesson


def _pair(variant: str, old: StoredText | None, new: StoredText | None) -> TextPair:
    title = differences.row(old.title if old else "", new.title if new else "")
    was, becomes = (old.html if old else ""), (new.html if new else "")
    rows = differences.side_by_side(was, becomes)
    if old is None or new is None:
        return TextPair(variant, "new" if new else "leaves", title, rows, [])
    if (old.title, old.html) == (new.title, new.html):
        return TextPair(variant, "same", title, [], [])
    worded = title.changed or any(row.changed for row in rows)
    return TextPair(variant, "changed" if worded else "form", title, rows, unseen.sentences(was, becomes))
