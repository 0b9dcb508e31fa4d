"""The words of one question in its files, a file for each language. Errors name file and line."""

from collections.abc import Mapping
from typing import Any

from lms.base.content import ContentError, TomlFile

POST_PARTS = ("name", "place", "time", "text")
OF_WORDS = frozenset("stem explanation post choices steps criteria".split())
_ONE = {"choices": "choice", "steps": "step", "criteria": "criterion"}
_PARTS = {"choices": {"text", "why", "partner"}, "steps": {"name", "text"}, "criteria": {"title", "guide"}}


class Words:
    """The words of a question: in the languages that must have it, and in those that do."""

    def __init__(self, files: Mapping[str, TomlFile], question: str) -> None:
        self.files, self.question = files, question

    def phrases(self, name: str) -> dict[str, str]:
        """The question's own words of this name, by language. Raises `ContentError` where they are missing."""
        return {code: self._phrase(file, self._own(file), name, f"[{self.question}]") for code, file in self._files()}

    def of(self, group: str, key: str, *, may: tuple[str, ...], must: tuple[str, ...]) -> tuple[dict[str, str], ...]:
        """The words of a choice, step or criterion: those that may be left out, then those that must be there.

        Each by language; what is left out is empty.
        """
        found: tuple[dict[str, str], ...] = tuple({} for _ in (*may, *must))
        for code, file in self._files():
            table = self._group(file, group).get(key, {})
            if not isinstance(table, dict) or (must and not table):
                raise file.wrong(f"{self.question}: {_ONE[group]} {key} has no words.", self._near(file, group, key))
            file.only(table, _PARTS[group], f"{self.question}.{group}.{key}")
            for place, part in enumerate((*may, *must)):
                if part in must or part in table:
                    found[place][code] = self._phrase(file, table, part, group, key)
                else:
                    found[place][code] = ""
        return found

    def posts(self, must: tuple[str, ...], *, needed: bool) -> dict[str, dict[str, str]]:
        """The post by language, its parts by name; those that are not in `must` may be left out."""
        posts = {}
        for code, file in self._files():
            table = self._own(file).get("post")
            near = f"[{self.question}]"
            if (table is None and needed) or (table is not None and not isinstance(table, dict)):
                raise file.wrong(f"{self.question}: the post is missing.", near)
            if table is not None:
                file.only(table, POST_PARTS, f"the post of {self.question}")
                wanted = [part for part in POST_PARTS if part in must or part in table]
                posts[code] = dict.fromkeys(POST_PARTS, "")
                posts[code] |= {part: self._phrase(file, table, part, near) for part in wanted}
        return posts

    def no_others(self, group: str, keys: set[str], structure: str) -> None:
        """Raise `ContentError` for the words of something that is not in the structure."""
        for _, file in self._files():
            for key in self._group(file, group):
                if key not in keys:
                    message = f"{self.question}: there is no {_ONE[group]} {key} in {structure}."
                    raise file.wrong(message, f"[{self.question}.{group}.{key}]")

    def nothing_else(self) -> None:
        """Raise `ContentError` for a name that no question has."""
        for _, file in self._files():
            file.only(self._own(file), OF_WORDS, self.question)

    def _files(self) -> list[tuple[str, TomlFile]]:
        return list(self.files.items())

    def _own(self, file: TomlFile) -> dict[str, Any]:
        table = file.data.get(self.question)
        if not isinstance(table, dict):
            raise file.wrong(f"{self.question}: the words of this question are missing.")
        return table

    def _group(self, file: TomlFile, group: str) -> dict[str, Any]:
        table = self._own(file).get(group, {})
        if not isinstance(table, dict):
            raise file.wrong(f"{self.question}: {group} must be tables.", f"[{self.question}]")
        return table

    def _near(self, file: TomlFile, group: str, key: str) -> str:
        heading = f"[{self.question}.{group}.{key}]"
        return heading if heading in file.text else f"[{self.question}]"

    def _phrase(self, file: TomlFile, table: Mapping[str, Any], name: str, *where: str) -> str:
        """Words that must be there. `where` is a heading, or the group and key of what they are words of."""
        value = table.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        near: str = self._near(file, *where) if len(where) == 2 else where[0]
        message = f"{near.strip('[]')}: {name} is missing."
        if value is not None and not isinstance(value, str):
            message = f"{near.strip('[]')}: {name} is {value!r}; it must be words in quotes."
        error: ContentError = file.wrong(message, near)
        raise error
