"""What loading a course would change, in plain lines for whoever loads it."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from courses.files.names import KEPT
from courses.files.writing import media_of
from courses.files.written import Place, WrittenCourse, WrittenLesson, alike
from lms.base.richtext import plain


def lines(before: WrittenCourse | None, after: WrittenCourse) -> list[str]:
    """How a course in files differs from what is there. Nothing when it does not."""
    if before is None:
        texts = sum(len(lesson.texts) for lesson in after.lessons)
        counts = (f"{len(after.modules)} modules", f"{len(after.lessons)} lessons", f"{texts} texts")
        return [f"a new course: {', '.join(counts)}, {len(media_of(after))} media files"]
    return [*_facts(before, after), *_modules(before, after), *_lessons(before, after), *_media(before, after)]


def _facts(before: WrittenCourse, after: WrittenCourse) -> Iterator[str]:
    for name, value in after.facts.items():
        if before.facts[name] != value:
            yield f"{name}: {_shown(before.facts[name])} → {_shown(value)}"
    for name in ("titles", "summaries"):
        old, new = getattr(before, name), getattr(after, name)
        yield from (f"{name[:-1] if name == 'titles' else 'summary'} ({one}) changed" for one in _changed(old, new))


def _changed(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """The languages in which two texts differ."""
    return sorted(language for language in {*old, *new} if old.get(language) != new.get(language))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return f"“{value}”" if isinstance(value, str) else "none" if value is None else str(value)


def _modules(before: WrittenCourse, after: WrittenCourse) -> Iterator[str]:
    old, new = ({module.key: module for module in course.modules} for course in (before, after))
    yield from (f"module added: {key}" for key in new if key not in old)
    yield from (f"module removed: {key}" for key in old if key not in new)
    both = [key for key in new if key in old]
    if both != [key for key in old if key in new]:
        yield "modules stand in another order"
    for key in both:
        if (old[key].titles, old[key].objectives) != (new[key].titles, new[key].objectives):
            yield f"module changed: {key}"


def _lessons(before: WrittenCourse, after: WrittenCourse) -> Iterator[str]:
    old, new = ({lesson.slug: lesson for lesson in course.lessons} for course in (before, after))
    yield from (f"lesson added: {slug}" for slug in new if slug not in old)
    yield from (f"lesson removed: {slug}" for slug in old if slug not in new)
    yield from (f"lesson moved: {slug}" for slug in _moved(before, after))
    for slug, lesson in new.items():
        if slug in old:
            yield from (f"lesson changed: {slug}{what}" for what in _lesson(old[slug], lesson))


def _moved(before: WrittenCourse, after: WrittenCourse) -> list[str]:
    """Lessons that stand in another module, or before or after others than they did: as few as explain it."""
    places = [
        [(module.key, lesson.slug) for module in course.modules for lesson in module.lessons]
        for course in (before, after)
    ]
    both = set.intersection(*({slug for _, slug in place} for place in places))
    old, new = ([one for one in place if one[1] in both] for place in places)
    stayed = {
        new[place][1]
        for block in SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks()
        for place in range(block.b, block.b + block.size)
    }
    return [slug for _, slug in new if slug not in stayed]


def _lesson(old: WrittenLesson, new: WrittenLesson) -> Iterator[str]:
    for name in ("minutes", "optional", "kind", "exercise", "entries_wanted", "clauses", "topics"):
        if getattr(old, name) != getattr(new, name):
            yield f": {name} {_shown(getattr(old, name))} → {_shown(getattr(new, name))}"
    if old.files != new.files:
        yield ": files"
    if old.items != new.items:
        yield ": items"
    for place in sorted({*old.texts, *new.texts}):
        yield from _text(old, new, place)


def _text(old: WrittenLesson, new: WrittenLesson, place: Place) -> Iterator[str]:
    where = f" ({place[1]}{', ' if place[0] else ''}{place[0]})"
    if place not in old.texts:
        yield f"{where}: text added"
    elif place not in new.texts:
        yield f"{where}: text removed"
    else:
        before, after = old.texts[place], new.texts[place]
        count = _words_changed(f"{before.title} {plain(before.html)}", f"{after.title} {plain(after.html)}")
        if count:
            yield f"{where}: {count} {'word' if count == 1 else 'words'}"
        elif before.title != after.title or alike(before.html) != alike(after.html):
            yield f"{where}: form only"


def _words_changed(old: str, new: str) -> int:
    """How many words one has to write or strike to make one text of the other; the larger of both numbers."""
    a, b = old.split(), new.split()
    parts = SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for kind, i1, i2, j1, j2 in parts if kind != "equal")


def _media(before: WrittenCourse, after: WrittenCourse) -> Iterator[str]:
    old, new = (_named(course) for course in (before, after))
    yield from (f"media new: {name}" for name in sorted(new) if name not in old)
    yield from (f"media changed: {name}" for name in sorted(new) if name in old and old[name] != new[name])
    yield from (f"media no longer shown: {name}" for name in sorted(old) if name not in new)


def _named(course: WrittenCourse) -> dict[str, str]:
    return {name: match["digest"] for address, name in media_of(course).items() if (match := KEPT.match(address))}
