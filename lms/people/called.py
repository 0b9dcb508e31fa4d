"""What people are called, as a condition: the searches for a name go through everybody, so it costs little a row."""

from typing import Any

from sqlalchemy import ColumnElement, String, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lms.people.models import Person


class SmallLetters(FunctionElement[str]):
    """A text with A to Z made small, to look for such letters in it. LIKE of SQLite takes both for the same anyway.

    PostgreSQL makes the letters of all languages small at several times the cost, but in the order "C".
    """

    type = String()
    inherit_cache = True


@compiles(SmallLetters)
def _small(element: SmallLetters, compiler: Any, **options: Any) -> str:
    return f'lower({compiler.process(element.clauses, **options)} COLLATE "C")'


@compiles(SmallLetters, "sqlite")
def _as_it_is(element: SmallLetters, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


def has(word: str) -> ColumnElement[bool]:
    """That somebody's given or family name has a word in it, in capitals or small letters. A word has no spaces."""
    if not word.isascii():
        return (Person.given_name + " " + Person.family_name).icontains(word, autoescape=True)
    names = (SmallLetters(Person.given_name), SmallLetters(Person.family_name))
    return or_(*(name.contains(word.lower(), autoescape=True) for name in names))
