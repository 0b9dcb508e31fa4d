"""A quiz and its questions as they are read: in all languages, never changing, kept in the process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Answer = dict[str, Any]
"""What was chosen, by the keys of choices; its shape is the business of the kind of question."""

BUCKETS = ("green", "amber", "red")
"""Where a statement can be sorted: go ahead, ask first, don't."""


@dataclass(frozen=True)
class ChoiceView:
    """A choice or a statement to sort. All but `texts` is secret while an attempt is open."""

    key: str
    credit: int
    bucket: str | None
    crosses: bool
    texts: Mapping[str, str]
    whys: Mapping[str, str]


@dataclass(frozen=True)
class Post:
    """What a scenario is about, in one language."""

    name: str
    place: str
    time: str
    text: str


@dataclass(frozen=True)
class QuestionView:
    """A version of a question. `number` identifies the question itself, `version_id` this version of it."""

    number: int
    version_id: int
    key: str
    kind: str
    red_line: bool
    clauses: tuple[str, ...]
    stems: Mapping[str, str]
    posts: Mapping[str, Post]
    explanations: Mapping[str, str]
    choices: tuple[ChoiceView, ...]

    def choice(self, key: str) -> ChoiceView:
        """The choice with this key. Raises `KeyError`."""
        for choice in self.choices:
            if choice.key == key:
                return choice
        raise KeyError(key)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(choice.key for choice in self.choices)


@dataclass(frozen=True)
class QuizView:
    """A version of a quiz: its rules, its words, and every question that had been written when it was published."""

    id: int
    slug: str
    course_id: int
    course_slug: str
    version_id: int
    number: int
    pass_mark: int
    questions_drawn: int
    minutes: int
    published_at: datetime
    titles: Mapping[str, str]
    intros: Mapping[str, str]
    questions: Mapping[int, QuestionView]


@dataclass(frozen=True)
class Marked:
    """How an answer was marked: credit in percent of the question, and whether it crosses a red line."""

    credit: int
    crossed: bool


def by_code(code: str) -> tuple[bool, int]:
    """The order of clauses: freedoms, then duties, each by number."""
    return code[:1] != "F", int(code[1:])
