"""The words for channels, topics and languages, from `content/scope.toml`, which is read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from certificates.level_models import DIMENSIONS
from lms.base.content import TomlFile
from lms.base.i18n import gettext, pick
from lms.base.settings import SHIPPED_LANGUAGES

FILE = Path(__file__).resolve().parent / "content" / "scope.toml"


@dataclass(frozen=True)
class Term:
    """A channel, topic or language. `personal` networks are those on which people have accounts of their own."""

    code: str
    words: Mapping[str, str]
    also: tuple[str, ...] = ()
    personal: bool = False


Vocabulary = Mapping[str, Mapping[str, Term]]


def load(path: Path) -> Vocabulary:
    """The terms of a file, by dimension and code. Raises `ContentError`."""
    file = TomlFile(path)
    return {
        dimension: {
            code: Term(
                code=code,
                words=file.texts(table, "words", SHIPPED_LANGUAGES, f"[{dimension}.{code}]"),
                also=tuple(table.get("also", ())),
                personal=bool(table.get("personal", False)),
            )
            for code, table in file.need(file.data, dimension, dict).items()
        }
        for dimension in DIMENSIONS
    }


@cache
def shipped() -> Vocabulary:
    """The vocabulary of this edition."""
    return load(FILE)


def code_of(dimension: str, typed: str) -> str:
    """The code that is meant by what somebody typed; what is not known stays as it is, in small letters."""
    word = "-".join(typed.lower().split())
    if word in shipped()[dimension]:
        return word
    return next((term.code for term in shipped()[dimension].values() if word in term.also), word)


def dimensions() -> Mapping[str, str]:
    """What the dimensions of a scope are called, for the reader."""
    return {
        "channel": gettext("Channels"),
        "topic": gettext("Topics"),
        "language": gettext("Languages"),
        "country": gettext("Countries"),
    }


def words(dimension: str, code: str) -> Mapping[str, str]:
    """What a code is called, by language; a code without words is its own name."""
    term = shipped()[dimension].get("any" if code == "*" else code)
    return term.words if term else {"en": code}


def word(dimension: str, code: str) -> str:
    """What a code is called, for the reader."""
    return pick(words(dimension, code))


def choices(dimension: str, *, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Codes and words to choose from, for the reader."""
    return [(code, pick(term.words)) for code, term in shipped()[dimension].items() if code not in without | {"any"}]


@cache
def personal_channels() -> frozenset[str]:
    """The networks on which people have accounts of their own."""
    return frozenset(code for code, term in shipped()["channel"].items() if term.personal)
