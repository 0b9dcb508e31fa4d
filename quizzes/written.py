"""Quizzes and questions as they are written, in files or in the studio, before the database knows them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from lms.base.content import TomlFile
from quizzes import options
from quizzes.kinds import KINDS
from quizzes.labels import Labels
from quizzes.questions import ChoiceView, CriterionView, Post, QuestionView, QuotaView, StepView, by_code

_NONE = Labels()


@dataclass(frozen=True)
class WrittenQuestion:
    """A question with all its words. Two are equal when they say and do the same, whatever labels they have."""

    key: str
    kind: str
    red_line: bool
    clauses: tuple[str, ...]
    stems: dict[str, str]
    posts: dict[str, Post]
    explanations: dict[str, str]
    choices: tuple[ChoiceView, ...]
    options: dict[str, str] = field(default_factory=dict)
    steps: tuple[StepView, ...] = ()
    criteria: tuple[CriterionView, ...] = ()
    labels: Labels = field(default=_NONE, compare=False)

    @property
    def sha256(self) -> str:
        """Of everything the question says and does: it changes when a new version is due."""
        said = asdict(replace(self, labels=_NONE)) | {"choices": [choice.content for choice in self.choices]}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class WrittenRules:
    """The rules of a quiz that may be left out in files. `attempts_allowed`: none is any number."""

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
class WrittenQuiz:
    """A quiz as it stands in the files; `file` and `structure` can say where something is wrong."""

    slug: str
    course: str
    pass_mark: int
    questions_drawn: int
    minutes: int
    titles: dict[str, str]
    intros: dict[str, str]
    rules: WrittenRules
    questions: tuple[WrittenQuestion, ...]
    sha256: str
    file: TomlFile
    structure: TomlFile


def of_view(view: QuestionView, labels: Labels = _NONE) -> WrittenQuestion:
    """A version of a question from the bank, as it would be written."""
    languages = tuple(view.stems)
    return WrittenQuestion(
        key=view.key,
        kind=view.kind,
        red_line=view.red_line,
        clauses=view.clauses,
        stems=dict(view.stems),
        posts=dict(view.posts),
        explanations=dict(view.explanations),
        choices=tuple(_in_all(choice, languages) for choice in view.choices),
        options=options.filled(KINDS[view.kind], view.options),
        steps=tuple(replace(step, names=dict(step.names), texts=dict(step.texts)) for step in view.steps),
        criteria=tuple(replace(one, id=0) for one in view.criteria),
        labels=labels,
    )


def _in_all(choice: ChoiceView, languages: tuple[str, ...]) -> ChoiceView:
    """A choice with words in all languages of its question, empty ones where it has none."""
    return replace(
        choice,
        texts={language: choice.texts.get(language, "") for language in languages},
        whys={language: choice.whys.get(language, "") for language in languages},
    )


def in_order(question: WrittenQuestion) -> WrittenQuestion:
    """The question with its clauses in the order of the guideline."""
    return replace(question, clauses=tuple(sorted(question.clauses, key=by_code)))


def marked_alike(one: WrittenQuestion, other: WrittenQuestion) -> bool:
    """Whether both mark every answer alike: they differ in words at most, and not in words that are the key."""
    return _marking(one) == _marking(other)


def _marking(question: WrittenQuestion) -> WrittenQuestion:
    """What decides the marks of a question: all of it but its words and what its reasons rest on.

    The order of the choices can be the key.
    """
    words_count = KINDS[question.kind].key_in_words
    choices = (
        replace(choice, texts=choice.texts if words_count else {}, whys={}, partners={}, clause=None)
        for choice in question.choices
    )
    return replace(
        question,
        clauses=tuple(sorted(question.clauses)),
        stems={},
        posts={},
        explanations={},
        choices=tuple(choices),
        steps=tuple(replace(step, names={}, texts={}) for step in question.steps),
        criteria=tuple(replace(one, titles={}, guides={}) for one in question.criteria),
    )
