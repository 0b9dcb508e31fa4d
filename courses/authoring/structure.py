"""Changing the outline of a course: every deed opens the draft if there is none, and can be undone."""

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import addresses
from courses.authoring import arrangement, drafts, packing, steps, wording
from courses.authoring.arrangement import Order, Way
from courses.authoring.steps import Deed
from courses.models import CourseVersion, Lesson, LessonText, Module
from lms.base import clock, richtext
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext

MINUTES = 5
"""What a new lesson is said to take, until its author says otherwise."""
COPY = {"en": "copy", "nl": "kopie", "fr": "copie"}
"""What stands behind the title of a copy, by the language of the title."""

Words = Mapping[str, tuple[str, str]]
"""Title and objective of a module, by language."""


def add_module(session: Session, course_id: int, person_id: int, words: Words) -> str:
    """Put a new module at the end, and return its key."""
    draft, before = _open(session, course_id, person_id)
    title = next(iter(words.values()))[0]
    key = addresses.from_title(title, _keys_ever(session, course_id), "module")
    texts = [{"language": code, "title": one, "objective": goal} for code, (one, goal) in words.items()]
    packed = {"key": key, "module_text": texts}
    packing.unpack_module(session, draft.id, packed)
    deed = Deed("added a module", {code: one for code, (one, _) in words.items()}, about=key)
    deed.made_modules = {key: _module_print(session, draft.id, key)}
    _settle(session, draft, person_id, deed, before, before.with_module(key))
    return key


def add_lesson(session: Session, course_id: int, person_id: int, module: str, title: str, language: str) -> str:
    """Put a new lesson to read at the end of a module, with a title in one language, and return its address."""
    draft, before = _open(session, course_id, person_id)
    slug = addresses.from_title(title, _slugs_ever(session, course_id), "lesson")
    after = before.with_lesson(slug, module)
    row = Lesson(version_id=draft.id, module_id=_module_id(session, draft.id, module), slug=slug, position=0)
    row.minutes = MINUTES
    session.add(row)
    session.flush()
    text = LessonText(lesson_id=row.id, language=language, version_id=draft.id, title=drafts.line(title), html="")
    text.policy, text.saved_at, text.saved_by = richtext.POLICY, clock.now(), person_id
    session.add(text)
    session.flush()
    deed = Deed("added a lesson", {language: text.title}, about=slug)
    deed.made_lessons = _lesson_prints(session, draft.id, [slug])
    _settle(session, draft, person_id, deed, before, after)
    return slug


def rename_module(session: Session, course_id: int, person_id: int, key: str, words: Words) -> None:
    """Give a module these titles and objectives; a language that is not among them is taken away."""
    current = _current(session, course_id)
    was = wording.module_words(session, current.id, key)
    became = {code: list(pair) for code, pair in sorted(words.items())}
    if not was and key not in arrangement.read(session, current.id).module_keys():
        raise NotFound
    if was == became:
        return
    draft, order = _open(session, course_id, person_id)
    wording.word_module(session, draft.id, key, became)
    deed = Deed("renamed a module", {code: title for code, (title, _) in words.items()}, about=key)
    deed.was, deed.became = was, became
    _settle(session, draft, person_id, deed, order, order)


def rename_lesson(session: Session, course_id: int, person_id: int, slug: str, title: str, language: str) -> None:
    """Give a lesson another title in one language, of which it must have a text."""
    current, title = _current(session, course_id), drafts.line(title)
    titles = {text.language: text.title for text in wording.lesson_texts(session, current.id, slug)}
    if language not in titles:
        raise NotFound
    if titles[language] == title:
        return
    draft, order = _open(session, course_id, person_id)
    deed = Deed("renamed a lesson", titles | {language: title}, about=slug)
    deed.was, deed.became = {language: [titles[language]]}, {language: [title]}
    wording.word_lesson(session, draft.id, slug, deed.became, person_id)
    _settle(session, draft, person_id, deed, order, order)


def copy_lesson(session: Session, course_id: int, person_id: int, slug: str) -> str:
    """Put a copy of a lesson behind it, with all its texts, clauses, files and items, and return its address."""
    draft, before = _open(session, course_id, person_id)
    module = before.module_of(slug)
    packed, copied = _copy(session, course_id, draft.id, slug, person_id)
    packing.unpack_lesson(session, draft.id, _module_id(session, draft.id, module), packed)
    session.flush()
    deed = Deed("copied a lesson", _titles(packed), about=copied)
    deed.made_lessons = _lesson_prints(session, draft.id, [copied])
    _settle(session, draft, person_id, deed, before, before.with_lesson(copied, module, before.lesson_after(slug)))
    return copied


def copy_module(session: Session, course_id: int, person_id: int, key: str) -> str:
    """Put a copy of a module behind it, with copies of its lessons, and return its key."""
    draft, before = _open(session, course_id, person_id)
    slugs = before.of(key)
    packed = packing.module(session, draft.id, key)
    copied = addresses.from_title(key, _keys_ever(session, course_id), "module")
    texts = [text | {"title": _copied_title(text)} for text in packed["module_text"]]
    module_id = packing.unpack_module(session, draft.id, {"key": copied, "module_text": texts})
    made = []
    for slug in slugs:
        lesson, name = _copy(session, course_id, draft.id, slug, person_id)
        packing.unpack_lesson(session, draft.id, module_id, lesson)
        session.flush()
        made.append(name)
    deed = Deed("copied a module", {text["language"]: text["title"] for text in texts}, about=copied)
    deed.made_lessons = _lesson_prints(session, draft.id, made)
    deed.made_modules = {copied: _module_print(session, draft.id, copied)}
    _settle(session, draft, person_id, deed, before, before.with_module(copied, before.module_after(key), tuple(made)))
    return copied


def remove_lesson(session: Session, course_id: int, person_id: int, slug: str) -> None:
    """Take a lesson out of the draft. Who is on a published version keeps it there."""
    draft, before = _open(session, course_id, person_id)
    before.module_of(slug)
    [packed] = packing.lessons(session, draft.id, [slug])
    packing.remove_lessons(session, draft.id, [slug])
    deed = Deed("removed a lesson", _titles(packed), lost_lessons=[packed], about=slug)
    _settle(session, draft, person_id, deed, before, before.without_lesson(slug))


def remove_module(session: Session, course_id: int, person_id: int, key: str) -> None:
    """Take a module and its lessons out of the draft."""
    draft, before = _open(session, course_id, person_id)
    slugs, packed = before.of(key), packing.module(session, draft.id, key)
    deed = Deed("removed a module", {text["language"]: text["title"] for text in packed["module_text"]}, about=key)
    deed.lost_modules, deed.lost_lessons = [packed], packing.lessons(session, draft.id, slugs)
    packing.remove_lessons(session, draft.id, slugs)
    packing.remove_module(session, draft.id, key)
    _settle(session, draft, person_id, deed, before, before.without_module(key))


def move_lesson(
    session: Session, course_id: int, person_id: int, slug: str, module: str, before: str | None = None
) -> None:
    """Put a lesson before another one of a module or, without that, at its end. Where it stands already: nothing."""

    def moved(order: Order) -> Order:
        order.module_of(slug)
        return order.with_lesson(slug, module, before)

    _move(session, course_id, person_id, slug, "moved a lesson", moved)


def nudge_lesson(session: Session, course_id: int, person_id: int, slug: str, way: Way) -> None:
    """Move a lesson one place up or down, at the edge of its module into the next one."""
    _move(session, course_id, person_id, slug, "moved a lesson", lambda order: order.lesson_nudged(slug, way))


def move_module(session: Session, course_id: int, person_id: int, key: str, before: str | None = None) -> None:
    """Put a module before another one or, without that, at the end."""

    def moved(order: Order) -> Order:
        order.of(key)
        return order.with_module(key, before)

    _move(session, course_id, person_id, key, "moved a module", moved)


def nudge_module(session: Session, course_id: int, person_id: int, key: str, way: Way) -> None:
    """Move a module one place up or down."""
    _move(session, course_id, person_id, key, "moved a module", lambda order: order.module_nudged(key, way))


def _move(
    session: Session, course_id: int, person_id: int, name: str, kind: str, change: Callable[[Order], Order]
) -> None:
    before = arrangement.read(session, _current(session, course_id).id)
    after = change(before)
    if after == before:
        return
    draft = drafts.open_draft(session, course_id, person_id)
    if kind == "moved a lesson":
        titles = {text.language: text.title for text in wording.lesson_texts(session, draft.id, name)}
    else:
        titles = {code: title for code, (title, _) in wording.module_words(session, draft.id, name).items()}
    _settle(session, draft, person_id, Deed(kind, titles, about=name), before, after)


def _current(session: Session, course_id: int) -> CourseVersion:
    """What an author works on, with the course locked: the draft, else the live version."""
    drafts.lock(session, course_id)
    found = drafts.edition(session, course_id, "draft") or drafts.edition(session, course_id, "published")
    if found is None:
        raise NotFound
    return found


def _open(session: Session, course_id: int, person_id: int) -> tuple[CourseVersion, Order]:
    draft = drafts.open_draft(session, course_id, person_id)
    return draft, arrangement.read(session, draft.id)


def _settle(session: Session, draft: CourseVersion, person_id: int, deed: Deed, before: Order, after: Order) -> None:
    arrangement.write(session, draft.id, after)
    steps.record(session, draft.id, person_id, deed, before, after)


def _module_id(session: Session, version_id: int, key: str) -> int:
    found = session.scalar(select(Module.id).where(Module.version_id == version_id, Module.key == key))
    if found is None:
        raise Conflict(gettext("This module is not there any more."))
    return found


def _slugs_ever(session: Session, course_id: int) -> set[str]:
    """The addresses that lessons of any version had, and those of other pages: what was done refers to them."""
    versions = select(CourseVersion.id).where(CourseVersion.course_id == course_id)
    return {*session.scalars(select(Lesson.slug).where(Lesson.version_id.in_(versions))), *addresses.OF_A_COURSE}


def _keys_ever(session: Session, course_id: int) -> set[str]:
    versions = select(CourseVersion.id).where(CourseVersion.course_id == course_id)
    return set(session.scalars(select(Module.key).where(Module.version_id.in_(versions))))


def _copy(session: Session, course_id: int, draft_id: int, slug: str, person_id: int) -> tuple[packing.Packed, str]:
    """A packed lesson under an address of its own, as saved now."""
    [packed] = packing.lessons(session, draft_id, [slug])
    copied = addresses.from_title(slug, _slugs_ever(session, course_id), "lesson")
    saved = {"revision": 1, "saved_at": clock.now().isoformat(), "saved_by": person_id}
    texts = [text | saved | {"title": _copied_title(text)} for text in packed["lesson_text"]]
    return packed | {"slug": copied, "lesson_text": texts}, copied


def _copied_title(text: packing.Packed) -> str:
    return f"{text['title']} ({COPY.get(text['language'], COPY['en'])})"


def _titles(packed: packing.Packed) -> dict[str, str]:
    return {text["language"]: text["title"] for text in packed["lesson_text"] if not text["variant"]}


def _lesson_prints(session: Session, version_id: int, slugs: list[str]) -> dict[str, str]:
    return {packed["slug"]: packing.print_of(packed) for packed in packing.lessons(session, version_id, slugs)}


def _module_print(session: Session, version_id: int, key: str) -> str:
    return packing.print_of(packing.module(session, version_id, key))
