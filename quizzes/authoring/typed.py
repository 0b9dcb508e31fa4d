"""A question as its author types it: whatever stands in the fields, right or wrong. What is typed is never lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lms.base.i18n import LANGUAGES
from quizzes.kinds import KINDS

ORIGINAL = "en"
"""The language that a question must have: who reads another that is missing reads this."""
LONGEST = 3000
"""Letters that each part of a question may have."""
POST = ("post-name", "post-place", "post-time", "post-text")
WORDS = ("stem", "explanation", *POST)
NOWHERE = "?"
"""Where a choice leads that led to a step that was removed: its author has to say it anew."""
Words = Mapping[str, str]


@dataclass(frozen=True)
class TypedChoice:
    """A choice, and what its author says of it. `words` are by part and language: `text-en`, `why-nl`.

    `step` is where it can be chosen, `leads_to` the step that follows; empty for the end. `clause` is what its reason
    rests on; empty for all that the question is about.
    """

    key: str
    marking: str = ""
    crosses: bool = False
    words: Words = field(default_factory=dict)
    step: str = ""
    leads_to: str = ""
    clause: str = ""


@dataclass(frozen=True)
class TypedStep:
    """A step. `words` are `name-en`, `text-nl` and so on."""

    key: str
    words: Words = field(default_factory=dict)


@dataclass(frozen=True)
class TypedCriterion:
    """A criterion. `words` are `title-en`, `guide-nl` and so on; `most` as it was typed."""

    key: str
    most: str = ""
    words: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """A question as it was typed. `words` are by part and language: `stem-en`, `post-text-nl`."""

    kind: str
    red_line: bool = False
    clauses: tuple[str, ...] = ()
    words: Words = field(default_factory=dict)
    choices: tuple[TypedChoice, ...] = ()
    options: Words = field(default_factory=dict)
    steps: tuple[TypedStep, ...] = ()
    criteria: tuple[TypedCriterion, ...] = ()

    def languages(self) -> list[str]:
        """The languages in which something was typed; the original always."""
        begun = {name.rsplit("-", 1)[1] for words in self.all_words() for name, value in words.items() if value}
        return [language for language in LANGUAGES if language in begun or language == ORIGINAL]

    def all_words(self) -> Iterator[Words]:
        """The words of the question and of all its parts."""
        yield self.words
        yield from (step.words for step in self.steps)
        yield from (one.words for one in self.criteria)
        yield from (choice.words for choice in self.choices)


def spoken(words: Words, part: str, languages: list[str]) -> dict[str, str]:
    """A part of the words by language, empty where nothing was typed."""
    return {language: words.get(f"{part}-{language}", "") for language in languages}


def blank(name: str) -> Typed:
    """A new question of a kind, with as many empty choices as it needs at least, and two steps where it has steps."""
    kind = KINDS[name]
    count = 4 if kind.has_steps else min(max(kind.fewest, 3), kind.most) if kind.fewest else 0
    keys = kind.keys or tuple(letters(place) for place in range(count))
    steps = tuple(TypedStep(f"s{number}") for number in (1, 2)) if kind.has_steps else ()
    usual = usual_marking(name)
    choices = tuple(
        TypedChoice(key, usual, step=steps[place // 2].key if steps else "") for place, key in enumerate(keys)
    )
    settings = {setting.name: setting.default for setting in kind.settings()}
    return Typed(name, choices=choices, options=settings, steps=steps)


def sole_marking(kind: str) -> str:
    """What must be said of every choice of a kind, where there is only one thing to say; else nothing."""
    markings = KINDS[kind].markings()
    return markings[0].value if len(markings) == 1 else ""


def usual_marking(kind: str) -> str:
    """What is said of a new choice of a kind, until its author says something else; empty when she has to say it."""
    return KINDS[kind].usual_marking or sole_marking(kind)


def letters(place: int) -> str:
    """The key of the choice at a place, counted from 0: a to z, then aa to az, ba and so on."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return alphabet[place] if place < 26 else alphabet[place // 26 - 1] + alphabet[place % 26]
