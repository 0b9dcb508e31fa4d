"""Reading a quiz from its content folder: rules, the structure of the questions, and their words in each language.

Errors name file and line. Nothing here knows the database.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lms.base.content import CONTENT_LANGUAGES, ContentError, TomlFile
from lms.base.i18n import LANGUAGES
from quizzes.kinds import KINDS
from quizzes.questions import ChoiceView, Matter, Post

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
POST_PARTS = ("name", "place", "time", "text")
OF_A_QUIZ = frozenset("slug course version pass_mark questions_drawn minutes title intro".split())
OF_A_QUESTION = frozenset("key version kind red_line clauses choices".split())
OF_A_CHOICE = frozenset("key credit right crosses bucket".split())
OF_WORDS = frozenset("stem explanation post choices".split())


@dataclass(frozen=True)
class WrittenQuestion:
    """A question as it stands in the files. `line` is for messages."""

    key: str
    kind: str
    red_line: bool
    clauses: tuple[str, ...]
    stems: dict[str, str]
    posts: dict[str, Post]
    explanations: dict[str, str]
    choices: tuple[ChoiceView, ...]

    @property
    def sha256(self) -> str:
        """Of everything the question says and does: a new version is made only when this changes."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class WrittenQuiz:
    """A quiz as it stands in the files; `file` and `structure` can say where something is wrong."""

    slug: str
    course: str
    pass_mark: int
    questions_drawn: int
    minutes: int
    titles: dict[str, str]
    intros: dict[str, str]
    questions: tuple[WrittenQuestion, ...]
    sha256: str
    file: TomlFile
    structure: TomlFile


def read(folder: Path, complete: tuple[str, ...] = CONTENT_LANGUAGES) -> WrittenQuiz:
    """The quiz in a folder, checked: in the languages of `complete` nothing is missing. Raises `ContentError`."""
    file, structure = TomlFile(folder / "quiz.toml"), TomlFile(folder / "questions.toml")
    there = (language for language in LANGUAGES if language in complete or (folder / f"{language}.toml").exists())
    words = {language: TomlFile(folder / f"{language}.toml") for language in there}
    file.only(file.data, OF_A_QUIZ)
    structure.only(structure.data, {"question"})
    titles = _spoken(file, "title", complete)
    intros = _spoken(file, "intro", complete) if complete == CONTENT_LANGUAGES else file.spoken(file.data, "intro")
    sources = [file.text, structure.text, *(source.text for source in words.values())]
    questions = tuple(_Reader(structure, words, complete).questions())
    drawn = _number(file, "questions_drawn", 1, len(questions))
    return WrittenQuiz(
        slug=_address(file),
        course=file.need(file.data, "course", str),
        pass_mark=_number(file, "pass_mark", 1, 100),
        questions_drawn=drawn,
        minutes=_number(file, "minutes", 1, 24 * 60),
        titles=titles,
        intros={language: intros.get(language, "").strip() for language in titles},
        questions=questions,
        sha256=hashlib.sha256("\0".join(sources).encode()).hexdigest(),
        file=file,
        structure=structure,
    )


def _address(file: TomlFile) -> str:
    slug: str = file.need(file.data, "slug", str)
    if not _KEY.fullmatch(slug):
        raise file.wrong("slug may have small letters, digits and single hyphens.", "slug")
    return slug


def _spoken(file: TomlFile, name: str, complete: tuple[str, ...]) -> dict[str, str]:
    """A text in all the languages that must have it, and in those that do."""
    required = file.texts(file.data, name, complete)
    return {language: words.strip() for language, words in file.spoken(file.data, name).items()} | required


def _number(file: TomlFile, name: str, least: int, most: int) -> int:
    value: int = file.need(file.data, name, int)
    if not least <= value <= most:
        raise file.wrong(f"{name} is {value}; it must be {least} to {most}.", name)
    return value


class _Reader:
    """Puts structure and words together."""

    def __init__(self, structure: TomlFile, words: dict[str, TomlFile], complete: tuple[str, ...]) -> None:
        self.structure = structure
        self.every = words
        self.complete = complete
        self.words = words
        """The words of the question that is being read: in the languages that must have it, and in those that do."""

    def questions(self) -> Iterator[WrittenQuestion]:
        keys: set[str] = set()
        for table in self.structure.need(self.structure.data, "question", list):
            key = self._text(table, "key", "[[question]]")
            if key in keys or not _KEY.fullmatch(key):
                message = "this key is used twice or has more than small letters, digits, hyphens"
                raise self._wrong(key, message, last=True)
            keys.add(key)
            yield self._question(key, table)
        for file in self.every.values():
            for key in file.data:
                if key not in keys:
                    raise file.wrong(f"{key}: there is no such question in {self.structure.path.name}.", f"[{key}")

    def _question(self, key: str, table: dict[str, Any]) -> WrittenQuestion:
        self.words = {code: file for code, file in self.every.items() if code in self.complete or key in file.data}
        self.structure.only(table, OF_A_QUESTION, key)
        kind = self._text(table, "kind", key)
        if kind not in KINDS:
            raise self._wrong(key, f"kind is {kind!r}; it must be one of {', '.join(KINDS)}")
        stems, explanations = self._words(key, "stem"), self._words(key, "explanation")
        choices = tuple(self._choices(key, table))
        if problem := KINDS[kind].problem(Matter(choices)):
            raise self._wrong(key, problem)
        red_line, clauses = self._flag(table, "red_line", key), self._clauses(table, key)
        posts = self._posts(key, KINDS[kind].needs_post)
        for file in self.words.values():
            file.only(_table(file, key), OF_WORDS, key)
        return WrittenQuestion(
            key=key,
            kind=kind,
            red_line=red_line,
            clauses=clauses,
            stems=stems,
            posts=posts,
            explanations=explanations,
            choices=choices,
        )

    def _choices(self, question: str, table: dict[str, Any]) -> Iterator[ChoiceView]:
        tables = table.get("choices")
        if not isinstance(tables, list) or not all(isinstance(choice, dict) for choice in tables):
            raise self._wrong(question, "choices must be a list of tables")
        keys = [self._text(choice, "key", question) for choice in tables]
        if len(set(keys)) < len(keys):
            raise self._wrong(question, "two choices have the same key")
        self._no_other_choices(question, set(keys))
        for key, choice in zip(keys, tables, strict=True):
            self.structure.only(choice, OF_A_CHOICE, question)
            yield ChoiceView(
                key=key,
                credit=self._credit(choice, question),
                bucket=choice.get("bucket"),
                crosses=self._flag(choice, "crosses", question) if "crosses" in choice else False,
                texts=self._choice_words(question, key, "text"),
                whys=self._choice_words(question, key, "why"),
            )

    def _credit(self, choice: dict[str, Any], question: str) -> int:
        if "bucket" in choice:
            return 0
        if "right" in choice:
            return 100 if self._flag(choice, "right", question) else 0
        credit = choice.get("credit")
        if type(credit) is not int or not 0 <= credit <= 100:
            raise self._wrong(question, f"credit of choice {choice['key']} is {credit!r}; it must be 0 to 100")
        return credit

    def _clauses(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        codes = table.get("clauses")
        if not isinstance(codes, list) or not codes or not all(isinstance(code, str) for code in codes):
            raise self._wrong(key, 'clauses must name at least one clause, such as ["D2"]')
        return tuple(dict.fromkeys(codes))

    def _text(self, table: dict[str, Any], name: str, near: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not value:
            raise self._wrong(near, f"{name} is {value!r}; it must be a word in quotes")
        return value

    def _flag(self, table: dict[str, Any], name: str, near: str) -> bool:
        value = table.get(name)
        if not isinstance(value, bool):
            raise self._wrong(near, f"{name} is {value!r}; it must be true or false")
        return value

    def _wrong(self, key: str, message: str, *, last: bool = False) -> ContentError:
        """An error at the question with this key; `last` for the second one that has it."""
        lines = [number for number, line in enumerate(self.structure.text.splitlines(), 1) if f'"{key}"' in line]
        line = (lines[-1] if last else lines[0]) if lines else 1
        return ContentError(self.structure.path, line, f"{key}: {message}.")

    def _words(self, key: str, name: str) -> dict[str, str]:
        return {language: _phrase(file, _table(file, key), name, f"[{key}]") for language, file in self.words.items()}

    def _choice_words(self, question: str, key: str, name: str) -> dict[str, str]:
        found = {}
        for language, file in self.words.items():
            table = _table(file, question).get("choices", {}).get(key, {})
            heading = f"[{question}.choices.{key}]"
            near = heading if heading in file.text else f"[{question}]"
            if not isinstance(table, dict) or not table:
                raise file.wrong(f"{question}: choice {key} has no words.", near)
            found[language] = _phrase(file, table, name, near)
        return found

    def _no_other_choices(self, question: str, keys: set[str]) -> None:
        for file in self.words.values():
            for key in _table(file, question).get("choices", {}):
                if key not in keys:
                    where = f"[{question}.choices.{key}]"
                    raise file.wrong(f"{question}: there is no choice {key} in {self.structure.path.name}.", where)

    def _posts(self, key: str, needed: bool) -> dict[str, Post]:
        posts = {}
        for language, file in self.words.items():
            table = _table(file, key).get("post")
            if table is None and needed:
                raise file.wrong(f"{key}: the post is missing.", f"[{key}]")
            if table is not None:
                posts[language] = Post(*(_phrase(file, table, part, f"[{key}]") for part in POST_PARTS))
        if posts and not posts.keys() >= set(self.complete):
            raise self._wrong(key, "the post does not stand in all its languages")
        return posts


def _table(file: TomlFile, key: str) -> dict[str, Any]:
    table = file.data.get(key)
    if not isinstance(table, dict):
        raise file.wrong(f"{key}: the words of this question are missing.")
    return table


def _phrase(file: TomlFile, table: dict[str, Any], name: str, near: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        raise file.wrong(f"{near.strip('[]')}: {name} is missing.", near)
    return value.strip()
