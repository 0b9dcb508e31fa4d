"""Reading a quiz from its content folder: rules, the structure of the questions, and their words in each language.

Errors name file and line, and all that are found are said. Nothing here knows the database.
"""

import hashlib
import re
from pathlib import Path

from lms.base import content
from lms.base.content import CONTENT_LANGUAGES, Faults, TomlFile
from lms.base.i18n import LANGUAGES
from quizzes import question_files, rule_files
from quizzes.written import WrittenQuestion, WrittenQuiz, WrittenRules

_ADDRESS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
OF_A_QUIZ = frozenset("slug course version pass_mark questions_drawn minutes title intro".split()) | rule_files.NAMES


def read(folder: Path, complete: tuple[str, ...] = CONTENT_LANGUAGES) -> WrittenQuiz:
    """The quiz in a folder, checked: in the languages of `complete` nothing is missing. Raises `ContentErrors`."""
    file, (structure, words) = TomlFile(folder / "quiz.toml"), _sources(folder, complete)
    faults, questions, rules = Faults(), tuple[WrittenQuestion, ...](), WrittenRules()
    with faults.noted():
        file.only(file.data, OF_A_QUIZ)
    with faults.noted():
        questions = question_files.read(structure, words, complete)
    faults.refuse()
    drawn = _number(file, "questions_drawn", 1, len(questions))
    with faults.noted():
        rules = rule_files.read(file, drawn)
    titles = _spoken(file, "title", complete)
    intros = _spoken(file, "intro", complete) if complete == CONTENT_LANGUAGES else file.spoken(file.data, "intro")
    faults.refuse()
    sources = [file.text, structure.text, *(source.text for source in words.values())]
    return WrittenQuiz(
        slug=_address(file),
        course=file.need(file.data, "course", str),
        pass_mark=_number(file, "pass_mark", 1, 100),
        questions_drawn=drawn,
        minutes=_number(file, "minutes", 1, 24 * 60),
        titles=titles,
        intros={language: intros.get(language, "").strip() for language in titles},
        rules=rules,
        questions=questions,
        sha256=hashlib.sha256("\0".join(sources).encode()).hexdigest(),
        file=file,
        structure=structure,
    )


def read_questions(folder: Path, complete: tuple[str, ...]) -> tuple[tuple[WrittenQuestion, ...], TomlFile]:
    """The questions in a folder that has no rules, and the file of their structure. Raises `ContentErrors`."""
    structure, words = _sources(folder, complete)
    return question_files.read(structure, words, complete), structure


def digest(folder: Path) -> str:
    """SHA-256 of the files of a quiz, without understanding them. Raises `ContentError` for one that is missing."""
    names = ["quiz.toml", "questions.toml", *(f"{language}.toml" for language in _spoken_in(folder, CONTENT_LANGUAGES))]
    return hashlib.sha256("\0".join(content.read(folder / name) for name in names).encode()).hexdigest()


def _sources(folder: Path, complete: tuple[str, ...]) -> tuple[TomlFile, dict[str, TomlFile]]:
    structure = TomlFile(folder / "questions.toml")
    return structure, {language: TomlFile(folder / f"{language}.toml") for language in _spoken_in(folder, complete)}


def _spoken_in(folder: Path, complete: tuple[str, ...]) -> list[str]:
    return [language for language in LANGUAGES if language in complete or (folder / f"{language}.toml").exists()]


def _address(file: TomlFile) -> str:
    slug: str = file.need(file.data, "slug", str)
    if not _ADDRESS.fullmatch(slug):
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
