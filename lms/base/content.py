"""Reading shipped content: TOML and Markdown files, with errors that name file, line and what is wrong."""

import re
import tomllib
from pathlib import Path
from typing import Any

from lms.base.settings import ROOT


class ContentError(Exception):
    """A content file that cannot be loaded; nothing was changed. The message begins with file and line."""

    def __init__(self, file: Path, line: int, message: str) -> None:
        shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        super().__init__(f"{shown}:{line}: {message}")


class TomlFile:
    """A TOML file that can say where in it a value stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = read(path)
        try:
            self.data: dict[str, Any] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            raise ContentError(path, int(line[1]) if line else 1, f"This is not TOML: {error}.") from error

    def wrong(self, message: str, near: str = "") -> ContentError:
        """An error at the first line that has the words of `near`, else at the first line."""
        lines = self.text.splitlines()
        line = next((number for number, words in enumerate(lines, 1) if near and near in words), 1)
        return ContentError(self.path, line, message)

    def need(self, table: dict[str, Any], name: str, kind: type | tuple[type, ...], near: str = "") -> Any:
        """A value that must be there and of a kind."""
        if name not in table:
            raise self.wrong(f"{name} is missing{f' in {near}' if near else ''}.", near)
        if not isinstance(table[name], kind) or (isinstance(table[name], bool) and kind is int):
            words = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
            raise self.wrong(f"{name} is {table[name]!r}; it must be of type {words}.", name)
        return table[name]

    def texts(self, table: dict[str, Any], name: str, languages: tuple[str, ...], near: str = "") -> dict[str, str]:
        """A value in each of the languages."""
        texts = self.need(table, name, dict, near)
        for language in languages:
            if not str(texts.get(language, "")).strip():
                raise self.wrong(f"{name} has no text in {language!r}.", near or name)
        return {language: str(texts[language]).strip() for language in languages}


def read(path: Path) -> str:
    """The text of a content file, UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ContentError(path, 1, "This file is missing.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ContentError(path, line, "This is not UTF-8.") from None


CONTENT_LANGUAGES = ("en", "nl")
"""The languages in which shipped content is complete."""
