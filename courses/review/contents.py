"""All that a version of a course says, lesson by lesson, in exact words: to compare, to sign and to look at."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from courses.catalog import FileView
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

_CITED = re.compile(r'href="/guidelines/[a-z0-9-]+#([A-Z][0-9]+)"')


@dataclass(frozen=True)
class Words:
    """A lesson's title and text, in one language and for one kind of reader."""

    title: str
    html: str


@dataclass
class LessonContent:
    """A lesson of a version with everything in it. `texts` are by language and variant, `tags` are topics."""

    slug: str
    module: str
    position: int
    minutes: int
    kind: str
    exercise: str | None
    entries_wanted: int
    optional: bool = False
    clauses: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    texts: dict[tuple[str, str], Words] = field(default_factory=dict)
    files: list[FileView] = field(default_factory=list)
    items: dict[str, dict[int, str]] = field(default_factory=dict)

    @property
    def titles(self) -> dict[str, str]:
        """Its titles for everybody, by language."""
        return {language: words.title for (language, variant), words in self.texts.items() if not variant}

    @property
    def cited(self) -> set[str]:
        """The clauses it teaches, by its settings or by a link in one of its texts."""
        links = (_CITED.findall(words.html) for words in self.texts.values())
        return self.clauses.union(*links)

    def exact(self) -> list[Any]:
        """What a reader gets of it, in an order of its own: not where it stands, nor how long it takes."""
        return [
            *(self.slug, self.kind, self.exercise or "", self.entries_wanted, sorted(self.clauses)),
            [[*place, words.title, words.html] for place, words in sorted(self.texts.items())],
            sorted([file.role, file.language, file.address, file.label] for file in self.files),
            [[language, sorted(lines.items())] for language, lines in sorted(self.items.items())],
            *(["optional"] if self.optional else []),
        ]


@dataclass
class Contents:
    """A version of a course. `heads` are the titles and words of the course and its modules, by language."""

    heads: dict[str, dict[str, Words]] = field(default_factory=dict)
    lessons: dict[str, LessonContent] = field(default_factory=dict)

    @property
    def modules(self) -> dict[str, list[LessonContent]]:
        """The lessons of each module, in their order."""
        found: dict[str, list[LessonContent]] = {}
        for lesson in self.lessons.values():
            found.setdefault(lesson.module, []).append(lesson)
        return found


COURSE = ""
"""Where `heads` keeps the words of the course itself; modules stand there by their keys."""


def _row(kind: str, version: Any, *cells: Any) -> Select[Any]:
    """A select of the union: whose row it is, then nine cells of text."""
    filled = [*cells, *("" for _ in range(9 - len(cells)))]
    return select(
        version, literal(kind), *(literal(cell) if isinstance(cell, str) else cast(cell, String) for cell in filled)
    )


def _of_lesson(kind: str, table: Any, *cells: Any) -> Select[Any]:
    return _row(kind, table.version_id, Lesson.slug, *cells).join(Lesson, Lesson.id == table.lesson_id)


_PARTS = (
    _row("course", CourseText.version_id, CourseText.language, CourseText.title, CourseText.summary),
    _row("head", ModuleText.version_id, Module.key, ModuleText.language, ModuleText.title, ModuleText.objective).join(
        Module, Module.id == ModuleText.module_id
    ),
    _row(
        *("lesson", Lesson.version_id, Lesson.slug, Module.key, Lesson.position, Lesson.minutes, Lesson.kind),
        *(func.coalesce(Lesson.exercise, ""), Lesson.entries_wanted, Module.position),
        case((Lesson.optional, "yes"), else_=""),
    ).join(Module, Module.id == Lesson.module_id),
    _of_lesson("clause", LessonClause, LessonClause.code),
    _of_lesson("tag", LessonTopic, LessonTopic.topic),
    _of_lesson("text", LessonText, LessonText.language, LessonText.variant, LessonText.title, LessonText.html),
    _of_lesson(
        "file",
        LessonFile,
        *(LessonFile.role, LessonFile.language, LessonFile.address, LessonFile.label),
        LessonFile.seconds,
    ),
    _of_lesson("item", LessonItem, LessonItem.language, LessonItem.position, LessonItem.words),
)


def read(session: Session, *version_ids: int) -> dict[int, Contents]:
    """All that some versions say, by their numbers. One statement."""
    parts = (part.where(part.selected_columns[0].in_(version_ids)) for part in _PARTS)
    rows: dict[int, list[tuple[str, list[str]]]] = {version_id: [] for version_id in version_ids}
    for version_id, kind, *cells in session.execute(union_all(*parts)):
        rows[version_id].append((kind, cells))
    return {version_id: _contents(found) for version_id, found in rows.items()}


def _contents(rows: list[tuple[str, list[str]]]) -> Contents:
    contents = Contents()
    for lesson in sorted(_lessons(rows), key=lambda one: one.position):
        contents.lessons[lesson.slug] = lesson
    for kind, cells in rows:
        if kind == "course":
            contents.heads.setdefault(COURSE, {})[cells[0]] = Words(cells[1], cells[2])
        elif kind == "head":
            contents.heads.setdefault(cells[0], {})[cells[1]] = Words(cells[2], cells[3])
        elif kind != "lesson":
            _fill(contents.lessons[cells[0]], kind, cells[1:])
    return contents


def _lessons(rows: list[tuple[str, list[str]]]) -> Iterator[LessonContent]:
    for kind, cells in rows:
        if kind == "lesson":
            slug, module, position, minutes, nature, exercise, wanted, _, optional = cells
            numbers = int(position), int(minutes)
            yield LessonContent(slug, module, *numbers, nature, exercise or None, int(wanted), bool(optional))


def _fill(lesson: LessonContent, kind: str, cells: list[str]) -> None:
    match kind:
        case "clause":
            lesson.clauses.add(cells[0])
        case "tag":
            lesson.tags.add(cells[0])
        case "text":
            lesson.texts[cells[0], cells[1]] = Words(cells[2], cells[3])
        case "file":
            role, language, address, label, seconds = cells[:5]
            lesson.files.append(FileView(role, language, address, label, int(seconds)))
        case "item":
            lesson.items.setdefault(cells[0], {})[int(cells[1])] = cells[2]


def changed(draft: Contents, live: Contents | None) -> list[str]:
    """The lessons that are new in the draft, say something else than live, or leave with it: in their order."""
    before = live.lessons if live else {}
    new = [slug for slug, one in draft.lessons.items() if slug not in before or before[slug].exact() != one.exact()]
    return new + [slug for slug in before if slug not in draft.lessons]


def touching(clauses: Iterable[str], tag: str, *versions: Contents | None) -> list[str]:
    """The lessons that cite one of these clauses or carry this tag, in one of the versions.

    In *one* of them: taking a clause or a tag off a lesson does not take it out of its reviewer's sight.
    """
    codes = set(clauses)
    found: dict[str, None] = {}
    for version in versions:
        for lesson in version.lessons.values() if version else ():
            if tag in lesson.tags or codes & lesson.cited:
                found[lesson.slug] = None
    return list(found)


def retagged(tag: str, draft: Contents, live: Contents | None) -> list[str]:
    """The lessons of both versions that carry a tag in one of them only."""
    before = live.lessons if live else {}
    return [
        slug
        for slug, one in draft.lessons.items()
        if slug in before and (tag in one.tags) != (tag in before[slug].tags)
    ]


def digest(draft: Contents, lessons: Iterable[str], tag: str) -> str:
    """The SHA-256 of exactly what some lessons of a draft say, in their order, and of which of them carry a tag.

    The titles and words of the course and of the modules they stand in belong to it.

    So a tag that is taken off after the sign-off, and with it all later changes of the lesson, is signed off again.
    """
    wanted = set(lessons)
    said = [[*lesson.exact(), tag in lesson.tags] for slug, lesson in draft.lessons.items() if slug in wanted]
    return _sha256([_heads(around(draft, wanted)), said])


def around(version: Contents, lessons: Iterable[str]) -> dict[str, dict[str, Words]]:
    """The titles and words of a course, and of those of its modules in which some lessons stand."""
    wanted = set(lessons)
    places = {COURSE, *(one.module for one in version.lessons.values() if one.slug in wanted)}
    return {place: spoken for place, spoken in version.heads.items() if place in places}


def digest_of_all(draft: Contents) -> str:
    """The SHA-256 of exactly what a draft says: the course, its modules and all its lessons."""
    return _sha256([_heads(draft.heads), [[*one.exact(), sorted(one.tags)] for one in draft.lessons.values()]])


def _heads(heads: Mapping[str, Mapping[str, Words]]) -> list[Any]:
    return [
        [place, language, words.title, words.html]
        for place, spoken in sorted(heads.items())
        for language, words in sorted(spoken.items())
    ]


def _sha256(said: list[Any]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
