"""Reading shipped content: TOML and Markdown files, with errors that name file, line and what is wrong."""

import re
import tomllib
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lms.base.i18n import LANGUAGES
from lms.base.settings import ROOT


class ContentError(Exception):
    """A content file that cannot be loaded; nothing was changed. The message begins with file and line."""

    def __init__(self, file: Path, line: int, message: str) -> None:
        shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        super().__init__(f"{shown}:{line}: {message}")


class Faults:
    """Collects what is wrong in several files, so that all of it can be said at once."""

    def __init__(self) -> None:
        self.found: list[ContentError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note an error raised inside, and go on behind the block."""
        try:
            yield
        except ContentErrors as errors:
            self.found.extend(errors.found)
        except ContentError as error:
            self.found.append(error)

    def refuse(self) -> None:
        """Raise what was noted; nothing when all is well."""
        if self.found:
            raise ContentErrors(self.found)


class ContentErrors(ContentError):
    """Several errors, a line each."""

    def __init__(self, found: list[ContentError]) -> None:
        Exception.__init__(self, "\n".join(dict.fromkeys(str(error) for error in found)))
        self.found = found


class TomlFile:
    """A TOML file that can say where in it a value stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = read(path)
        try:
            self.data: dict[str, Any] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            last = self.text.count("\n") + 1 if "end of document" in str(error) else 1
            raise ContentError(path, int(line[1]) if line else last, f"This is not TOML: {error}.") from error
        except ValueError:
            raise self._too_long() from None
        except RecursionError:
            raise ContentError(path, 1, "Parts of this file stand in one another too deeply.") from None
        if "\\u0000" in self.text and _has(self.data, lambda one: isinstance(one, str) and "\0" in one):
            raise self.wrong("There is a character here that no text can hold.", "\\u0000")
        if _LONG_NUMBER.search(self.text) and _has(self.data, lambda one: isinstance(one, int) and abs(one) >= _HUGE):
            raise self._too_long()

    def wrong(self, message: str, near: str = "") -> ContentError:
        """An error at the first line that has `near` in quotes, else its words, else at the first line."""
        lines = self.text.split("\n")
        wanted = [f'"{near}"', near] if near else []
        found = (number for one in wanted for number, words in enumerate(lines, 1) if one in words)
        return ContentError(self.path, next(found, 1), message)

    def need(self, table: dict[str, Any], name: str, kind: type | tuple[type, ...], near: str = "") -> Any:
        """A value that must be there and of a kind."""
        if name not in table:
            raise self.wrong(f"{name} is missing{f' in {near}' if near else ''}.", near)
        if not isinstance(table[name], kind) or (isinstance(table[name], bool) and kind is int):
            words = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
            raise self.wrong(f"{name} is {table[name]!r}; it must be of type {words}.", name)
        return table[name]

    def may(
        self, table: dict[str, Any], name: str, kind: type | tuple[type, ...], otherwise: Any, near: str = ""
    ) -> Any:
        """A value of a kind that may be left out."""
        return self.need(table, name, kind, near) if name in table else otherwise

    def number(self, table: dict[str, Any], name: str, least: int, most: int, otherwise: int, near: str = "") -> int:
        """A whole number within bounds that may be left out."""
        value: int = self.may(table, name, int, otherwise, near)
        if not least <= value <= most:
            raise self.wrong(f"{name}{f' of {near}' if near else ''} is {value}; it must be {least} to {most}.", near)
        return value

    def words(self, table: dict[str, Any], name: str, near: str = "") -> tuple[str, ...]:
        """A list of words that may be left out, each of them once, in its order."""
        value = self.may(table, name, list, [], near)
        if not all(isinstance(word, str) for word in value):
            raise self.wrong(f"{name} is {value!r}; it must be a list of words in quotes.", near or name)
        return tuple(dict.fromkeys(value))

    def only(self, table: dict[str, Any], names: Container[str], near: str = "") -> None:
        """Refuse what is not among the names: it would be lost silently."""
        for name in table:
            if name not in names:
                raise self.wrong_at(name, f"{name} is not known{f' in {near}' if near else ''}; is it written right?")

    def wrong_at(self, name: str, message: str) -> ContentError:
        """An error at the first line that gives a value to a name, else at the first line."""
        return ContentError(self.path, self._line_of(name), message)

    def _too_long(self) -> ContentError:
        found = _LONG_NUMBER.search(self.text)
        line = self.text[: found.start()].count("\n") + 1 if found else 1
        return ContentError(self.path, line, f"There is a number here of more than {_DIGITS} digits.")

    def _line_of(self, name: str) -> int:
        """The first line in which something of this name is said."""
        said = re.compile(rf"(?:^|[{{,\[.])\s*{re.escape(name)}\s*[=\].]")
        return next((number for number, words in enumerate(self.text.split("\n"), 1) if said.search(words)), 1)

    def spoken(self, table: dict[str, Any], name: str, near: str = "") -> dict[str, str]:
        """A value in as many languages as there are."""
        texts = self.may(table, name, dict, {}, near)
        for language, words in texts.items():
            if language not in LANGUAGES:
                raise self.wrong(f"{language} of {name} is not a language: {', '.join(LANGUAGES)}.", near or name)
            if not isinstance(words, str):
                raise self.wrong(f"{name} in {language!r} is {words!r}; it must be words in quotes.", near or name)
        return dict(texts)

    def texts(self, table: dict[str, Any], name: str, languages: tuple[str, ...], near: str = "") -> dict[str, str]:
        """A value in each of the languages."""
        texts = self.need(table, name, dict, near)
        for language in languages:
            if not str(texts.get(language, "")).strip():
                raise self.wrong(f"{name} has no text in {language!r}.", near or name)
        return {language: str(texts[language]).strip() for language in languages}


def read(path: Path) -> str:
    """The text of a content file, UTF-8, at most `LARGEST_TEXT` bytes."""
    try:
        if path.stat().st_size > LARGEST_TEXT:
            raise ContentError(path, 1, f"This file is larger than {LARGEST_TEXT // 1_000_000} MB.")
        text = path.read_text(encoding="utf-8-sig")
        if "\0" in text:
            line = text[: text.index("\0")].count("\n") + 1
            raise ContentError(path, line, "There is a character here that no text can hold.")
        if found := _LONG_NAME.search(text):
            line = text[: found.start()].count("\n") + 1
            raise ContentError(path, line, "Too many parts of a name, or too many words, are joined with dots here.")
        return text
    except (FileNotFoundError, NotADirectoryError):
        raise ContentError(path, 1, "This file is missing.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ContentError(path, line, "This is not UTF-8.") from None


def folders(shelf: Path, file: str, what: str) -> list[Path]:
    """The folders of what is shipped on a shelf, in order; hidden entries are none. Raises `ContentError`.

    Each has its `file`; `what` says in an error what it is a folder of, such as "course".
    """
    found = [one for one in sorted(shelf.iterdir()) if not one.name.startswith(".")]
    if strange := next((one for one in found if not (one / file).is_file()), None):
        raise ContentError(strange, 1, f"This is not the folder of a {what}: {file} is missing.")
    return found


def named_as(folder: Path, file: TomlFile) -> str:
    """The slug that a file says, which must be the name of its folder. Raises `ContentError`."""
    slug: str = file.need(file.data, "slug", str)
    if slug != folder.resolve().name:
        raise file.wrong_at("slug", f"slug is {slug!r}, but the folder is called {folder.resolve().name!r}.")
    return slug


def _has(value: Any, wrong: Callable[[Any], bool]) -> bool:
    """Whether something wrong stands anywhere in a value."""
    if isinstance(value, dict):
        return any(_has(one, wrong) for one in value.values())
    if isinstance(value, list):
        return any(_has(one, wrong) for one in value)
    return wrong(value)


_LONG_NAME = re.compile(r"""(?<![\w.-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){100}""")
"""The time in which `tomllib` reads a name grows with the square of its parts: a small file could take hours."""
_DIGITS = 100
_HUGE = 10**_DIGITS
_LONG_NUMBER = re.compile(r"""(?<![\w"'])[+-]?(?:0[xob])?[0-9A-Fa-f_]{80,}""")
"""What may be a number that takes long to read, and cannot be shown: 80 signs of base 16 can make 97 digits."""
LARGEST_TEXT = 4_000_000
CONTENT_LANGUAGES = ("en", "nl")
"""The languages in which shipped content is complete."""
