"""A course as it stands in a folder of files: between the files and the database, knowing neither."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from lms.base import htmltree
from lms.base.i18n import LANGUAGES

KNOWN = {
    "course": frozenset(
        "slug code tier position owner business_reason review_on prerequisites draft note title summary module".split()
    ),
    "module": frozenset("key title objective lesson".split()),
    "lesson": frozenset("key minutes optional kind exercise entries_wanted clauses topics files items".split()),
    "file": frozenset("role language file address label seconds".split()),
}
"""What `course.toml` may say of a course and of its parts."""
Place = tuple[str, str]
"""A variant (empty for the text of everybody) and a language."""


@dataclass(frozen=True)
class WrittenText:
    """A lesson's title and cleaned HTML."""

    title: str
    html: str


@dataclass(frozen=True)
class WrittenFile:
    """A file of a lesson: `address` is that of a kept file, or of an outside player. `seconds` is how long it plays."""

    role: str
    language: str
    address: str
    label: str = ""
    seconds: int = 0


@dataclass(frozen=True)
class WrittenLesson:
    """A lesson with its texts. `items` are its lines, by language."""

    slug: str
    minutes: int
    kind: str = "reading"
    exercise: str | None = None
    entries_wanted: int = 0
    clauses: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    files: tuple[WrittenFile, ...] = ()
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[Place, WrittenText] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True)
class WrittenModule:
    """A module with its lessons."""

    key: str
    titles: Mapping[str, str]
    objectives: Mapping[str, str]
    lessons: tuple[WrittenLesson, ...]


@dataclass(frozen=True)
class WrittenCourse:
    """A course with everything in it. `draft` says that it is not meant to be published."""

    slug: str
    code: str
    tier: str
    position: int
    owner: str
    business_reason: str
    review_on: date | None
    prerequisites: tuple[str, ...]
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    modules: tuple[WrittenModule, ...]
    note: str = ""
    draft: bool = False

    @property
    def lessons(self) -> tuple[WrittenLesson, ...]:
        """All lessons in their order."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @property
    def content(self) -> tuple[object, ...]:
        """What a version of the course holds, for comparing: texts that read alike are alike."""
        modules = tuple(
            replace(module, lessons=tuple(_comparable(lesson) for lesson in module.lessons)) for module in self.modules
        )
        return self.titles, self.summaries, modules

    @property
    def facts(self) -> dict[str, object]:
        """What is said of the course itself, in no version, by name."""
        names = ("code", "tier", "position", "owner", "business_reason", "review_on", "prerequisites")
        return {name: getattr(self, name) for name in names}


def _comparable(lesson: WrittenLesson) -> WrittenLesson:
    return replace(lesson, texts={place: replace(text, html=alike(text.html)) for place, text in lesson.texts.items()})


def alike(html: str) -> str:
    """HTML in the form in which texts that read alike are the same."""
    try:
        return htmltree.canonical(html)
    except htmltree.NotATree:
        return html.strip()


def in_order(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by language, in the order in which languages are always written."""
    return dict(sorted(texts.items(), key=lambda one: rank(one[0])))


def rank(language: str) -> tuple[int, str]:
    """Where a language stands in that order."""
    known = list(LANGUAGES)
    return known.index(language) if language in known else len(known), language


def by_code(code: str) -> tuple[bool, int, str]:
    """The order of clauses: freedoms, then duties, each by number."""
    return code[:1] != "F", int(code[1:]) if code[1:].isdecimal() else 0, code
