"""What a lesson is beside its texts, and what it needs for its kind before it is published: pure judgment."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from courses import players
from courses.authoring import proofreading
from courses.catalog import FileView
from lms.base import richtext
from lms.base.i18n import LANGUAGES, gettext

ORIGINAL = "en"
Said = tuple[str, str]
"""In which language something is missing, and the sentence."""


@dataclass(frozen=True)
class Nature:
    """A lesson without its texts. `titles` are for reading only; `items` are lines of an exercise, by language."""

    slug: str
    kind: str
    minutes: int
    exercise: str | None = None
    entries_wanted: int = 0
    clauses: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    files: tuple[FileView, ...] = ()
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False

    @property
    def fingerprint(self) -> str:
        """Tells one state of the settings from another, for the form in which they were opened."""
        said = replace(
            self,
            titles={},
            items=dict(sorted(self.items.items())),
            clauses=tuple(sorted(self.clauses)),
            topics=tuple(sorted(self.topics)),
            files=tuple(sorted(self.files, key=lambda file: (file.role, file.language))),
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def faults(lesson: Nature, clauses: Collection[str]) -> list[Said]:
    """What the lesson lacks. `clauses` are the codes that the live guideline has."""
    own = _BY_KIND.get(lesson.kind)
    return [*(own(lesson, clauses) if own else ()), *_players(lesson), *_captions(lesson), *_words(lesson)]


CHECK, REFLECTION, ENTRY, LINE = 0.5, 10, 5, 1
"""Minutes for a knowledge check, a reflection, an entry of a listening log, a line of a checklist: choices of ours."""


def computed_minutes(lesson: Nature, html: str, language: str) -> float:
    """How long a lesson with this text takes: reading at 180 words a minute or the film, whichever is longer, checks
    and exercise. A session takes the time that it says.
    """
    if lesson.kind == "live":
        return lesson.minutes
    lines = len(lesson.items.get(language, ()))
    exercise = {"reflection": REFLECTION, "log": ENTRY * lesson.entries_wanted, "checklist": LINE * lines}
    seconds = max((file.seconds for file in lesson.files if file.language == language), default=0)
    spoken = max(richtext.words(html) / proofreading.WORDS_A_MINUTE, seconds / 60)
    return spoken + CHECK * html.count('class="check"') + exercise.get(lesson.exercise or "", 0)


def _spoken(lesson: Nature, *roles: str) -> list[str]:
    return sorted({file.language for file in lesson.files if file.role in roles})


def _video(lesson: Nature, clauses: Collection[str]) -> Iterator[Said]:
    if ORIGINAL not in _spoken(lesson, "video", "player"):
        yield (
            ORIGINAL,
            gettext("A film lesson needs a film, or the link to one at an allowed site, in English at least."),
        )


def _document(lesson: Nature, clauses: Collection[str]) -> Iterator[Said]:
    if ORIGINAL not in _spoken(lesson, "document"):
        yield ORIGINAL, gettext("A document lesson needs its document, in English at least.")


def _clauses(lesson: Nature, clauses: Collection[str]) -> Iterator[Said]:
    if not lesson.clauses:
        yield ORIGINAL, gettext("A lesson about clauses needs at least one clause to accept.")
    elif gone := sorted(set(lesson.clauses) - set(clauses)):
        yield ORIGINAL, gettext("The guideline has no clause %(codes)s any more.", codes=", ".join(gone))


def _exercise(lesson: Nature, clauses: Collection[str]) -> Iterator[Said]:
    if lesson.exercise == "log":
        if lesson.entries_wanted < 1:
            yield ORIGINAL, gettext("A listening log needs to say how many entries it asks for.")
        return
    lines = len(lesson.items.get(ORIGINAL, ()))
    if not lines:
        yield ORIGINAL, gettext("An exercise needs its lines or questions, in English at least.")
    for language, own in lesson.items.items():
        if lines and len(own) != lines:
            yield (
                language,
                gettext(
                    "The exercise has %(lines)s lines in English and %(own)s in %(language)s. Make them the same.",
                    lines=lines,
                    own=len(own),
                    language=LANGUAGES.get(language, language),
                ),
            )


def _players(lesson: Nature) -> Iterator[Said]:
    for file in lesson.files:
        if file.role == "player" and players.player(file.address) is None:
            yield file.language, gettext("The outside film is not at a site that is allowed.")


def _captions(lesson: Nature) -> Iterator[Said]:
    for language in _spoken(lesson, "video"):
        if language not in _spoken(lesson, "captions"):
            name = LANGUAGES.get(language, language)
            yield language, gettext("The film in %(language)s has no captions in that language.", language=name)


def _words(lesson: Nature) -> Iterator[Said]:
    for language in _spoken(lesson, "video", "player", "audio"):
        if language not in lesson.titles:
            name = LANGUAGES.get(language, language)
            yield language, gettext("What is said in %(language)s cannot be read: write it as the text.", language=name)


_BY_KIND: dict[str, Callable[[Nature, Collection[str]], Iterator[Said]]] = {
    "video": _video,
    "document": _document,
    "clause": _clauses,
    "exercise": _exercise,
}
