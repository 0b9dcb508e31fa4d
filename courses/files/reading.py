"""Reading a course from its folder: one TOML file, and a Markdown or HTML file a lesson and language.

All that is wrong is said at once, with file and line. Files that lessons show go into the file store as they are read;
the rows that make them part of a course are written by `courses.files.loading`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from courses import addresses
from courses.authoring import proofreading, variants
from courses.files import names
from courses.files.pages import Pages
from courses.files.written import (
    KNOWN,
    Place,
    WrittenCourse,
    WrittenFile,
    WrittenLesson,
    WrittenModule,
    WrittenText,
    by_code,
    in_order,
    rank,
)
from courses.models import EXERCISES, FILE_ROLES, KINDS
from lms.base.content import CONTENT_LANGUAGES, ContentError, Faults, TomlFile
from lms.base.i18n import LANGUAGES
from lms.people.models import TIERS


@dataclass(frozen=True)
class Rules:
    """What files are held against.

    `clauses` and `topics` are those that exist; `complete` the languages in which nothing may be missing;
    `proofread` whether texts must be as good as the studio asks of what it publishes.
    """

    clauses: frozenset[str]
    topics: frozenset[str] | None
    complete: tuple[str, ...]
    proofread: bool = False
    draft: bool = False


def read(folder: Path, rules: Rules, pages: Pages) -> WrittenCourse:
    """The course in a folder. Raises `ContentErrors` with all that is wrong."""
    file = TomlFile(folder / "course.toml")
    reader = _Reader(folder, file, rules, pages)
    course = reader.course()
    reader.faults.refuse()
    assert course is not None
    return course


class _Reader:
    """Reads one folder."""

    def __init__(self, folder: Path, file: TomlFile, rules: Rules, pages: Pages) -> None:
        self.folder = folder
        self.file = file
        self.rules = rules
        self.pages = pages
        self.faults = Faults()
        self.draft = rules.draft or file.data.get("draft") is True
        self.complete = () if self.draft else rules.complete
        self.texts = dict(_texts(folder, self.faults))
        self.modules: set[str] = set()
        self.lessons: set[str] = set()

    def course(self) -> WrittenCourse | None:
        file, data = self.file, self.file.data
        modules = []
        with self.faults.noted():
            tables = file.may(data, "module", list, []) if self.draft else file.need(data, "module", list)
            for table in tables:
                with self.faults.noted():
                    modules.append(self._module(table))
        self._no_other_texts()
        with self.faults.noted():
            file.only(data, KNOWN["course"])
        found = []
        with self.faults.noted():
            found.append(self._whole(modules))
        return found[0] if found else None

    def _whole(self, modules: list[WrittenModule]) -> WrittenCourse:
        lessons = [lesson for module in modules for lesson in module.lessons]
        if lessons and not self.draft and all(lesson.optional for lesson in lessons):
            raise self.file.wrong("Every lesson is optional; one at least must be asked for.", "optional")
        titles, summaries = self._spoken(self.file.data, "title", "summary")
        return WrittenCourse(
            **self._facts(),
            titles=titles,
            summaries=summaries,
            modules=tuple(modules),
            note=" ".join(self.file.may(self.file.data, "note", str, "").split()),
            draft=self.draft,
        )

    def _facts(self) -> dict[str, Any]:
        file, data = self.file, self.file.data
        slug, tier = file.need(data, "slug", str), file.need(data, "tier", str)
        if tier not in TIERS:
            raise file.wrong(f"tier is {tier!r}; it must be one of {', '.join(TIERS)}.", "tier")
        if not addresses.fits(slug):
            raise file.wrong("slug may have small letters, digits and single hyphens.", "slug")
        if slug in addresses.OF_THE_STUDIO:
            raise file.wrong(f"slug {slug!r} is an address of the studio; choose another.", "slug")
        need: dict[str, Any] = {"slug": slug, "tier": tier, "code": file.need(data, "code", str)}
        for name, kind in (("owner", str), ("business_reason", str), ("review_on", date)):
            need[name] = file.may(data, name, kind, "" if kind is str else None)
            if not self.draft and not need[name]:
                raise file.wrong(f"{name} is missing: a course is published with its owner, reason and review date.")
        return need | {
            "position": file.number(data, "position", 0, 1_000_000, 0),
            "prerequisites": tuple(sorted(file.words(data, "prerequisites"))),
        }

    def _spoken(self, table: dict[str, Any], first: str, second: str, near: str = "") -> tuple[dict[str, str], ...]:
        """Two texts that belong together, each with all languages of both. Only what is shipped needs both."""
        one, other = (self.file.spoken(table, name, near) for name in (first, second))
        required = ((first, one), (second, other)) if self.complete == CONTENT_LANGUAGES else ((first, one),)
        for language in self.complete:
            for name, texts in required:
                if not texts.get(language, "").strip():
                    raise self.file.wrong(f"{name} has no text in {language!r}.", near or name)
        every = {**one, **other}
        return tuple(
            in_order({language: texts.get(language, "").strip() for language in every}) for texts in (one, other)
        )

    def _module(self, table: Any) -> WrittenModule:
        if not isinstance(table, dict):
            raise self.file.wrong("module must be written as [[module]].", "module")
        key = self.file.need(table, "key", str)
        if not addresses.fits(key) or key in self.modules:
            raise self.file.wrong(f"key {key!r} is used twice or has more than small letters, digits, hyphens.", key)
        self.modules.add(key)
        self.file.only(table, KNOWN["module"], key)
        titles, objectives = self._spoken(table, "title", "objective", key)
        lessons = []
        for one in self.file.may(table, "lesson", list, [], key):
            with self.faults.noted():
                lessons.append(self._lesson(one))
        return WrittenModule(key, titles, objectives, tuple(lessons))

    def _lesson(self, table: Any) -> WrittenLesson:
        file = self.file
        if not isinstance(table, dict):
            raise file.wrong("lesson must be written as [[module.lesson]].", "lesson")
        slug = file.need(table, "key", str)
        if not addresses.fits(slug) or slug in self.lessons:
            raise file.wrong(f"key {slug!r} is used twice or has more than small letters, digits, hyphens.", slug)
        if slug in addresses.OF_A_COURSE:
            raise file.wrong(f"key {slug!r} is an address of the studio; choose another.", slug)
        self.lessons.add(slug)
        texts = dict(self._texts(slug))
        file.only(table, KNOWN["lesson"], slug)
        kind = file.may(table, "kind", str, "reading", slug)
        return WrittenLesson(
            slug=slug,
            minutes=self._minutes(table, slug),
            kind=self._one_of(kind, KINDS, "kind", slug),
            exercise=self._exercise(table, kind, slug),
            entries_wanted=file.number(table, "entries_wanted", 0, 1000, 0, slug),
            clauses=self._clauses(table, slug),
            topics=self._topics(table, slug),
            files=tuple(sorted(self._files(table, slug), key=lambda one: (one.role, one.language))),
            items=dict(sorted(self._items(table, slug), key=lambda one: rank(one[0]))),
            texts=texts,
            optional=file.may(table, "optional", bool, False, slug),
        )

    def _minutes(self, table: dict[str, Any], slug: str) -> int:
        minutes: int = self.file.need(table, "minutes", int, slug)
        if not 1 <= minutes <= 10_000:
            raise self.file.wrong(f"minutes of {slug} is {minutes}; it must be 1 to 10,000.", slug)
        return minutes

    def _one_of(self, value: str, known: tuple[str, ...], name: str, slug: str) -> str:
        if value not in known:
            raise self.file.wrong(f"{name} of {slug} is {value!r}; it must be one of {', '.join(known)}.", slug)
        return value

    def _exercise(self, table: dict[str, Any], kind: str, slug: str) -> str | None:
        exercise: str | None = self.file.may(table, "exercise", str, None, slug)
        if (kind == "exercise") != (exercise is not None):
            raise self.file.wrong(f'{slug}: exercise belongs to kind "exercise", and to no other.', slug)
        return self._one_of(exercise, EXERCISES, "exercise", slug) if exercise is not None else None

    def _clauses(self, table: dict[str, Any], slug: str) -> tuple[str, ...]:
        codes = self.file.words(table, "clauses", slug)
        if unknown := [code for code in codes if code not in self.rules.clauses]:
            raise self.file.wrong(f"Clause {unknown[0]} of {slug} is not in the guideline.", slug)
        return tuple(sorted(codes, key=by_code))

    def _topics(self, table: dict[str, Any], slug: str) -> tuple[str, ...]:
        topics = self.file.words(table, "topics", slug)
        known = self.rules.topics
        if unknown := [topic for topic in topics if known is not None and topic not in known]:
            raise self.file.wrong(f"There is no topic {unknown[0]!r}, named in {slug}.", slug)
        return tuple(sorted(topics))

    def _files(self, table: dict[str, Any], slug: str) -> Iterator[WrittenFile]:
        seen = set()
        for one in self.file.may(table, "files", list, [], slug):
            if not isinstance(one, dict):
                raise self.file.wrong(f'files of {slug} must be tables such as {{ role = "video", … }}.', slug)
            self.file.only(one, KNOWN["file"], slug)
            role = self._one_of(self.file.need(one, "role", str, slug), FILE_ROLES, "role", slug)
            language = self.file.need(one, "language", str, slug)
            self._one_of(language, tuple(LANGUAGES), "language", slug)
            if (role, language) in seen:
                raise self.file.wrong(f"{slug} has two files of role {role} in {language!r}.", slug)
            seen.add((role, language))
            yield WrittenFile(
                *(role, language, self._address(one, role, slug), self.file.may(one, "label", str, "", slug)),
                self.file.number(one, "seconds", 0, 1_000_000, 0, slug),
            )

    def _address(self, one: dict[str, Any], role: str, slug: str) -> str:
        """Where a file of a lesson is: kept here, or with an outside player, or elsewhere in this house."""
        if ("file" in one) == ("address" in one):
            raise self.file.wrong(f"A file of {slug} has either file (in media/) or address.", slug)
        if "file" in one:
            name = self.file.need(one, "file", str, slug)
            try:
                return self.pages.media(name)
            except KeyError:
                raise self.file.wrong(f"media/{name} is named here but does not exist.", name) from None
            except ValueError as error:
                raise self.file.wrong(str(error), name) from error
        address: str = self.file.need(one, "address", str, slug)
        if not address.startswith("https://" if role == "player" else ("/media/", "/static/")):
            raise self.file.wrong(f"address {address!r} of {slug} must begin with https://.", slug)
        return address

    def _items(self, table: dict[str, Any], slug: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        for one in self.file.may(table, "items", list, [], slug):
            if not isinstance(one, dict):
                raise self.file.wrong(f'items of {slug} must be tables such as {{ language = "en", … }}.', slug)
            self.file.only(one, {"language", "lines"}, slug)
            language = self._one_of(self.file.need(one, "language", str, slug), tuple(LANGUAGES), "language", slug)
            lines = self.file.need(one, "lines", list, slug)
            if not all(isinstance(line, str) for line in lines):
                raise self.file.wrong(f"lines of {slug} must be words in quotes.", slug)
            yield language, tuple(lines)

    def _texts(self, slug: str) -> Iterator[tuple[Place, WrittenText]]:
        for language in self.complete:
            if (slug, "", language) not in self.texts:
                self.faults.found.append(
                    ContentError(self.folder / language / f"{slug}.md", 1, "This file is missing.")
                )
        for (lesson, variant, language), path in self.texts.items():
            if lesson == slug:
                with self.faults.noted():
                    text = self.pages.text(path)
                    self._proofread(path, text)
                    yield (variant, language), text

    def _proofread(self, path: Path, text: WrittenText) -> None:
        if self.rules.proofread and not self.draft:
            faults = proofreading.faults(text.title, text.html)
            if faults:
                raise ContentError(path, 1, f"{faults[0]} Mend it, or load the course as a draft.")

    def _no_other_texts(self) -> None:
        for (slug, variant, _), path in self.texts.items():
            if slug not in self.lessons:
                self.faults.found.append(ContentError(path, 1, f"course.toml has no lesson {slug!r}."))
            elif not variants.known(variant):
                message = f"{variant!r} is neither a tier nor a country, such as @tier-manager or @country-BE."
                self.faults.found.append(ContentError(path, 1, message))


def _texts(folder: Path, faults: Faults) -> Iterator[tuple[tuple[str, str, str], Path]]:
    """The files with the texts of lessons, by lesson, variant and language."""
    seen = set()
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name in LANGUAGES:
            for text in sorted(one for one in path.iterdir() if not one.name.startswith(".")):
                slug, variant = names.text_named(text.stem)
                if text.suffix not in {".md", ".html"} or not text.is_file():
                    faults.found.append(ContentError(text, 1, "This is not a text: its name ends in .md or .html."))
                elif (slug, variant, path.name) in seen:
                    faults.found.append(ContentError(text, 1, "This text is here twice, as .md and as .html."))
                else:
                    seen.add((slug, variant, path.name))
                    yield (slug, variant, path.name), text
        elif path.name not in {"course.toml", "media"} and not path.name.startswith("."):
            known = ", ".join(LANGUAGES)
            faults.found.append(ContentError(path, 1, f"A course has course.toml, media, and the languages {known}."))
