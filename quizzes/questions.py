"""A quiz and its questions as they are read: in all languages, never changing, kept in the process."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

Answer = dict[str, Any]
"""What was chosen, by the keys of choices; its shape is the business of the kind of question."""

BUCKETS = ("green", "amber", "red")
"""Where a statement can be sorted: go ahead, ask first, don't."""


@dataclass(frozen=True)
class ChoiceView:
    """A choice or a statement to sort. All but `texts` is secret while an attempt is open.

    `clause` is the one of the question's clauses that its reason rests on; none: all of them.
    """

    key: str
    credit: int
    bucket: str | None
    crosses: bool
    texts: Mapping[str, str]
    whys: Mapping[str, str]
    partners: Mapping[str, str] = field(default_factory=dict)
    step: str | None = None
    leads_to: str | None = None
    rule: str | None = None
    clause: str | None = None

    @property
    def content(self) -> dict[str, Any]:
        """All of it as plain values; a clause only where there is one, so that what was proved before stays proved."""
        said = asdict(self)
        return said if self.clause else {name: value for name, value in said.items() if name != "clause"}


@dataclass(frozen=True)
class StepView:
    """A turn of a thread or a fork of a tree; `names` say who speaks, empty for a plain question."""

    key: str
    names: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class CriterionView:
    """What a marker looks at, worth 0 to `most` points. `id` is 0 while it is not kept yet."""

    id: int
    key: str
    most: int
    titles: Mapping[str, str]
    guides: Mapping[str, str]


@dataclass(frozen=True)
class Matter:
    """What the kind of a question looks over before the question is kept."""

    choices: tuple[ChoiceView, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[StepView, ...] = ()
    criteria: tuple[CriterionView, ...] = ()


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
    options: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[StepView, ...] = ()
    criteria: tuple[CriterionView, ...] = ()
    line_id: int = 0
    """The version with which the line of its figures began: this one, or the one before a typo was mended."""

    @cached_property
    def sha256(self) -> str:
        """Of everything the question says and does, by which a record proves what was asked."""
        return hashlib.sha256(canonical(self.content)).hexdigest()

    @property
    def content(self) -> dict[str, Any]:
        """Everything the question says and does, as plain values. The form is that of `records`; it does not change."""
        return {
            "key": self.key,
            "kind": self.kind,
            "red_line": self.red_line,
            "clauses": list(self.clauses),
            "stems": dict(self.stems),
            "posts": {language: asdict(post) for language, post in self.posts.items()},
            "explanations": dict(self.explanations),
            "choices": [choice.content for choice in self.choices],
            "options": dict(self.options),
            "steps": [asdict(step) for step in self.steps],
            "criteria": [
                {"key": one.key, "most": one.most, "titles": dict(one.titles), "guides": dict(one.guides)}
                for one in self.criteria
            ],
        }

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
class Pooled:
    """A question as the drawing sees it: no words. `tier`: only for people of that tier, none for everybody.

    `keys` are those of its choices as written, `seen` says how often the person who starts has had it.
    """

    number: int
    version_id: int
    kind: str
    red_line: bool
    clauses: tuple[str, ...]
    tags: tuple[str, ...] = ()
    tier: str | None = None
    difficulty: int | None = None
    always: bool = False
    keys: tuple[str, ...] = ()
    seen: int = 0


@dataclass(frozen=True)
class QuotaView:
    """So many questions of this clause, tag, difficulty or kind."""

    dimension: str
    value: str
    count: int


@dataclass(frozen=True)
class QuizView:
    """A version of a quiz: its rules and its words. `must_pass` are percent by clause, `shows` parts by phase."""

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
    closes_at: datetime | None = None
    asks_certainty: bool = False
    attempts_allowed: int | None = 3
    cooling_hours: int = 48
    long_wait_days: int = 30
    markers: int = 1
    anonymous_marking: bool = True
    marking_days: int = 5
    apart: int = 25
    must_pass: Mapping[str, int] = field(default_factory=dict)
    quotas: tuple[QuotaView, ...] = ()
    shows: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Marked:
    """How an answer was marked: credit in percent of the question, and whether it crosses a red line.

    A `voided` question counts for nothing, neither way. `clauses` are those that the question is about.
    """

    credit: int
    crossed: bool
    voided: bool = False
    clauses: tuple[str, ...] = ()


def canonical(value: Any) -> bytes:
    """Plain values as JSON bytes of which there is one form only: sorted keys, no blanks, UTF-8 (after RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def by_code(code: str) -> tuple[bool, int]:
    """The order of clauses: freedoms, then duties, each by number."""
    return code[:1] != "F", int(code[1:])
