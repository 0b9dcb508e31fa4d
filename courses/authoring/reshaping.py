"""How the shape of a course differs between two versions, in plain sentences: all but the texts of its lessons."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from lms.base.i18n import LANGUAGES, gettext

Titles = Mapping[str, str]
"""The titles of lessons by address, in the language of who reads the sentences."""


@dataclass(frozen=True)
class LessonShape:
    """Where a lesson stands, how long it takes and what kind it is."""

    module: str
    position: int
    minutes: int
    kind: str
    exercise: str
    entries_wanted: int
    optional: bool = False


@dataclass
class Shape:
    """What a version holds beside the texts of lessons. Lessons are in their order."""

    course: dict[str, tuple[str, str]] = field(default_factory=dict)
    modules: list[str] = field(default_factory=list)
    module_texts: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    lessons: dict[str, LessonShape] = field(default_factory=dict)
    clauses: dict[str, set[str]] = field(default_factory=dict)
    topics: dict[str, set[str]] = field(default_factory=dict)
    files: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    items: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def module_title(self, key: str) -> str:
        """A module's title in English, else in any language, else its key."""
        found = {language: title for (of, language), (title, _) in self.module_texts.items() if of == key}
        return found.get("en") or next(iter(found.values()), key)


def read(lines: Iterable[tuple[str, ...]]) -> Shape:
    """The shape that the lines of `comparison.shapes` describe."""
    shape, places, rows = Shape(), dict[str, int](), list[tuple[str, LessonShape]]()
    for kind, first, second, third in lines:
        match kind:
            case "course":
                shape.course[first] = second, third
            case "module":
                places[first] = int(second)
            case "module text":
                key, _, language = first.rpartition("/")
                shape.module_texts[key, language] = second, third
            case "lesson":
                position, minutes, nature, exercise, entries, *optional = third.split("/")
                facts = int(position), int(minutes), nature, exercise, int(entries), bool(optional)
                rows.append((first, LessonShape(second, *facts)))
            case "clause":
                shape.clauses.setdefault(first, set()).add(second)
            case "topic":
                shape.topics.setdefault(first, set()).add(second)
            case "file":
                slug, role, language = first.split("/")
                shape.files[slug, role, language] = second, third.rpartition("/")[0]
            case "item":
                slug, _, language = first.rpartition("/")
                shape.items[slug, language, int(second)] = third
    shape.modules = sorted(places, key=lambda key: places[key])
    shape.lessons = dict(sorted(rows, key=lambda row: row[1].position))
    return shape


def touched(old: Shape, new: Shape) -> set[str]:
    """The lessons of the new shape that are new, of another kind, or have other clauses, files or items."""
    found = set(new.lessons) - set(old.lessons)
    for slug in set(new.lessons) & set(old.lessons):
        before, after = old.lessons[slug], new.lessons[slug]
        nature = before.kind, before.exercise, before.entries_wanted, old.clauses.get(slug)
        if nature != (after.kind, after.exercise, after.entries_wanted, new.clauses.get(slug)):
            found.add(slug)
    found |= {key[0] for key in {*old.files, *new.files} if old.files.get(key) != new.files.get(key)}
    found |= {key[0] for key in {*old.items, *new.items} if old.items.get(key) != new.items.get(key)}
    return found & set(new.lessons)


def sentences(old: Shape, new: Shape, titles: Titles) -> list[str]:
    """How the new shape differs from the old one, for an author or a lawyer."""
    return [
        *_course(old, new),
        *_modules(old, new),
        *_lessons(old, new, titles),
        *(sentence for slug in new.lessons if slug in old.lessons for sentence in _lesson(slug, old, new, titles)),
    ]


def _course(old: Shape, new: Shape) -> Iterator[str]:
    for language in new.course.keys() & old.course.keys():
        name = LANGUAGES.get(language, language)
        (title, summary), (new_title, new_summary) = old.course[language], new.course[language]
        if title != new_title:
            words = {"language": name, "old": title, "new": new_title}
            yield gettext("The course is called “%(new)s” instead of “%(old)s” (%(language)s).", **words)
        if summary != new_summary:
            words = {"language": name, "old": summary, "new": new_summary}
            yield gettext("Its summary is “%(new)s” instead of “%(old)s” (%(language)s).", **words)
    for language in new.course.keys() ^ old.course.keys():
        name = LANGUAGES.get(language, language)
        if language in new.course:
            yield gettext("The course has a title in %(language)s too.", language=name)
        else:
            yield gettext("The course has no title in %(language)s any more.", language=name)


def _modules(old: Shape, new: Shape) -> Iterator[str]:
    for key in new.modules:
        if key not in old.modules:
            yield gettext("There is a new module, “%(module)s”.", module=new.module_title(key))
    for key in old.modules:
        if key not in new.modules:
            yield gettext("The module “%(module)s” leaves.", module=old.module_title(key))
    for key in _moved(old.modules, new.modules):
        yield gettext(
            "The module “%(module)s” moves to place %(place)s.",
            module=new.module_title(key),
            place=new.modules.index(key) + 1,
        )
    for key, language in new.module_texts:
        name = LANGUAGES.get(language, language)
        before, after = old.module_texts.get((key, language)), new.module_texts[key, language]
        if before and before[0] != after[0]:
            words = {"old": before[0], "new": after[0], "language": name}
            yield gettext("The module “%(old)s” is now called “%(new)s” (%(language)s).", **words)
        if before and before[1] != after[1]:
            words = {"module": after[0], "old": before[1], "new": after[1], "language": name}
            yield gettext("“%(module)s” promises “%(new)s” instead of “%(old)s” (%(language)s).", **words)


def _lessons(old: Shape, new: Shape, titles: Titles) -> Iterator[str]:
    for slug, lesson in new.lessons.items():
        if slug not in old.lessons:
            words = {"lesson": titles.get(slug, slug), "module": new.module_title(lesson.module)}
            yield gettext("“%(lesson)s” is a new lesson, in “%(module)s”.", **words)
    for slug in old.lessons:
        if slug not in new.lessons:
            yield gettext("The lesson “%(lesson)s” leaves.", lesson=titles.get(slug, slug))
    moved = _moved(list(old.lessons), list(new.lessons))
    for slug, lesson in new.lessons.items():
        before = old.lessons.get(slug)
        if before and before.module != lesson.module and lesson.module in new.modules:
            words = {"lesson": titles.get(slug, slug), "module": new.module_title(lesson.module)}
            yield gettext("“%(lesson)s” moves to the module “%(module)s”.", **words)
        elif before and slug in moved:
            places = {"old": before.position, "new": lesson.position}
            yield gettext(
                "“%(lesson)s” moves from place %(old)s to place %(new)s.", lesson=titles.get(slug, slug), **places
            )


def _moved(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """What changed its place among those that are in both, as few as explain the new order."""
    before, after = [key for key in old if key in new], [key for key in new if key in old]
    stayed = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    kept = {after[place] for block in stayed for place in range(block.b, block.b + block.size)}
    return [key for key in after if key not in kept]


def _lesson(slug: str, old: Shape, new: Shape, titles: Titles) -> Iterator[str]:
    title, before, after = titles.get(slug, slug), old.lessons[slug], new.lessons[slug]
    if before.minutes != after.minutes:
        numbers = {"old": before.minutes, "new": after.minutes}
        yield gettext("“%(lesson)s” takes %(new)s minutes instead of %(old)s.", lesson=title, **numbers)
    if (before.kind, before.exercise) != (after.kind, after.exercise):
        words = {"lesson": title, "old": _kind(before), "new": _kind(after)}
        yield gettext("“%(lesson)s” changes its kind: %(new)s instead of %(old)s.", **words)
    if before.entries_wanted != after.entries_wanted:
        numbers = {"old": before.entries_wanted, "new": after.entries_wanted}
        yield gettext("“%(lesson)s” asks for %(new)s entries instead of %(old)s.", lesson=title, **numbers)
    if before.optional != after.optional:
        optional = gettext("“%(lesson)s” is optional now: finishing the course does not ask for it.", lesson=title)
        yield optional if after.optional else gettext("Finishing the course asks for “%(lesson)s” now.", lesson=title)
    more, less = gettext("“%(lesson)s” teaches %(codes)s too."), gettext("“%(lesson)s” no longer teaches %(codes)s.")
    yield from _gained_and_lost(title, old.clauses.get(slug, set()), new.clauses.get(slug, set()), more, less)
    more = gettext("“%(lesson)s” touches the topic %(codes)s too.")
    less = gettext("“%(lesson)s” no longer touches the topic %(codes)s.")
    yield from _gained_and_lost(title, old.topics.get(slug, set()), new.topics.get(slug, set()), more, less)
    yield from _files(slug, title, old, new)
    yield from _items(slug, title, old, new)


def _gained_and_lost(title: str, old: set[str], new: set[str], more: str, less: str) -> Iterator[str]:
    for codes, words in ((new - old, more), (old - new, less)):
        if codes:
            yield words % {"lesson": title, "codes": ", ".join(sorted(codes))}


def _files(slug: str, title: str, old: Shape, new: Shape) -> Iterator[str]:
    keys = {key for key in (*old.files, *new.files) if key[0] == slug}
    for key in sorted(keys):
        before, after = old.files.get(key), new.files.get(key)
        words = {"lesson": title, "role": _role(key[1]), "language": LANGUAGES.get(key[2], key[2])}
        if before is None:
            yield gettext("“%(lesson)s” has a new file: %(role)s (%(language)s).", **words)
        elif after is None:
            yield gettext("“%(lesson)s” loses a file: %(role)s (%(language)s).", **words)
        elif before != after:
            yield gettext("“%(lesson)s” has another file: %(role)s (%(language)s).", **words)


def _items(slug: str, title: str, old: Shape, new: Shape) -> Iterator[str]:
    keys = {key for key in (*old.items, *new.items) if key[0] == slug and old.items.get(key) != new.items.get(key)}
    for key in sorted(keys):
        place = {"lesson": title, "place": key[2], "language": LANGUAGES.get(key[1], key[1])}
        words = place | {"old": old.items.get(key, "–"), "new": new.items.get(key, "–")}
        yield gettext("“%(lesson)s”, line %(place)s (%(language)s): “%(new)s” instead of “%(old)s”.", **words)


def _kind(lesson: LessonShape) -> str:
    kinds = {
        "reading": gettext("reading"),
        "video": gettext("video"),
        "document": gettext("document"),
        "clause": gettext("clauses to accept"),
        "live": gettext("live session"),
        "checklist": gettext("checklist"),
        "reflection": gettext("reflection"),
        "log": gettext("listening log"),
    }
    return kinds[lesson.exercise or lesson.kind]


def _role(role: str) -> str:
    roles = {
        "video": gettext("video"),
        "audio": gettext("recording"),
        "document": gettext("document"),
        "captions": gettext("captions"),
        "poster": gettext("still picture of the video"),
        "player": gettext("video at an outside player"),
    }
    return roles[role]
