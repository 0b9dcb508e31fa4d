"""What every kind of question can do. The web hands in fields, the service answers; neither knows the kinds apart."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from quizzes.questions import Answer, ChoiceView, Marked, Matter, Post, QuestionView

Fields = Mapping[str, Sequence[str]]
"""The fields of a form with all their values. A choice is named by its place on the paper, counted from 1."""


@dataclass(frozen=True)
class Line:
    """A line of an answer or of the key: its words by language, or `words` as somebody typed them.

    `bucket` says where a statement was put, or belongs; `whys` are the reasons, `clause` is what they rest on.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    bucket: str = ""
    whys: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    clause: str = ""

    @classmethod
    def of(cls, choice: ChoiceView, bucket: str = "") -> "Line":
        """A choice."""
        whys = {language: why for language, why in choice.whys.items() if why}
        return cls(choice.texts, bucket, whys, clause=choice.clause or "")


@dataclass(frozen=True)
class Option:
    """A choice on the page of an open attempt. `value` is its place on the paper: it says nothing about the key."""

    value: str
    texts: Mapping[str, str]
    chosen: bool = False
    bucket: str = ""

    @property
    def letter(self) -> str:
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(int(self.value) - 1) % 26]


@dataclass(frozen=True)
class Setting:
    """An option of a question that authors set: `name` in the files, `label` in words, `default` as text.

    With `values` (value and label) one of them is chosen; else it is a whole number from `least` to `most`, or any text
    when `is_text`.
    """

    name: str
    label: str
    default: str = ""
    values: tuple[tuple[str, str], ...] = ()
    least: float = 0
    most: float = 10_000
    is_text: bool = False


@dataclass(frozen=True)
class Marking:
    """What an author can say of a choice: its `label` in words, and what that means for the marking."""

    value: str
    label: str
    credit: int
    bucket: str | None = None
    rule: str | None = None


class Kind(ABC):
    """A kind of question.

    `layout` names the template of its choices (`quizzes/_<layout>.html`); `shuffled` whether their order changes from
    paper to paper; `needs_post` whether it is about a post; `post_is_choices` whether the choices, one after the other,
    are the words of that post; `keys` are those of its choices, when they are always the same; `fewest` and `most` say
    how many choices it may have. `judgment`: certainty can be asked. `whole_key`: the key is shown whole, not only what
    the answer lacks. `has_partners`: choices are matched with something; `has_steps`, `has_criteria`: the editor offers
    them. `can_cross`: authors say of choices that they cross a red line. `reasons`: choices say why they are right or
    not. `right_or_not`: files say
    `right = true` of a choice instead of a credit. `key_in_words`: the words of the choices are what an answer is
    compared with, so that changing them changes the marking. `post_parts`: what a post must have. `attests`: a whole
    answer is a promise, which is kept with the words that were confirmed; nobody practices it. `usual_marking`: what is
    said of a new choice until its author says something else.
    """

    layout: str
    shuffled = True
    needs_post = False
    post_is_choices = False
    keys: tuple[str, ...] = ()
    fewest, most = 2, 8
    judgment = True
    whole_key = False
    has_partners = has_steps = has_criteria = False
    can_cross = reasons = True
    right_or_not = key_in_words = attests = False
    post_parts: tuple[str, ...] = ("name", "place", "time", "text")
    usual_marking = ""

    @abstractmethod
    def name(self) -> str:
        """What authors call this kind, in their language."""

    @abstractmethod
    def markings(self) -> tuple[Marking, ...]:
        """What an author can say of a choice."""

    def choices_name(self) -> str:
        """What authors call the choices of this kind together: the heading above them."""
        return gettext("Choices")

    def choices_hint(self) -> str:
        """How authors write the choices, as a sentence; empty when nothing need be said."""
        return ""

    def settings(self) -> tuple[Setting, ...]:
        """The options that a question of this kind has."""
        return ()

    def needs(self, choice: ChoiceView) -> tuple[str, ...]:
        """The words that a choice must have in every language of its question: of "text", "why" and "partner"."""
        reasons = ("why",) if self.reasons else ()
        return ("text", *reasons, *(("partner",) if self.has_partners else ()))

    @abstractmethod
    def fault(self, matter: Matter) -> str:
        """What an author has to put right, as a sentence; empty when nothing is."""

    def problem(self, matter: Matter) -> str:
        """What is wrong with a question in a content file, as a sentence in English; empty when nothing is."""
        return self.fault(matter)

    def order(self, keys: Sequence[str], chance: Random) -> tuple[str, ...]:
        """What is shown, in the order in which a paper shows it; `keys` are those of the choices as written."""
        shown = list(keys)
        if self.shuffled:
            chance.shuffle(shown)
        return tuple(shown)

    def show(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> tuple[Option, ...]:
        """The choices as the one who answers may see them: no credit, no reason, nothing that comes later."""
        chosen = self.chosen(answer)
        return tuple(
            Option(str(place), question.choice(key).texts, key in chosen, chosen.get(key, ""))
            for place, key in enumerate(order, 1)
        )

    def more(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> Mapping[str, Any]:
        """What else the layout of an open attempt shows. Nothing secret."""
        return {}

    def posts(self, question: QuestionView) -> Mapping[str, Post]:
        """The post that the question is about, with all its words, by language."""
        return question.posts

    def draft(self, question: QuestionView, fields: Fields, order: Sequence[str]) -> Answer | None:
        """What a form holds that was refused, to be shown again so that nothing typed is lost; nothing: what is saved.

        It need not be a valid answer: it goes to `show` and `more`, never to `validate` or `mark`.
        """
        return None

    def chosen(self, answer: Answer | None) -> Mapping[str, str]:
        """The keys that an answer chooses, with the bucket of each (empty when there are none)."""
        return {}

    @abstractmethod
    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        """The answer in a form, for choices shown in this order of keys; nothing when none was given.

        `before` is what was answered so far. Raises `Invalid` for a place that is not on the paper.
        """

    def follows(self, question: QuestionView, before: Answer | None, answer: Answer) -> bool:
        """Whether an answer may take the place of the one before: not where what was said cannot be taken back."""
        return True

    def picked(self, question: QuestionView, answer: Answer | None) -> str:
        """The answer in one short word for the figures: keys parted by commas; empty when it was left open."""
        return ",".join(f"{key}:{bucket}" if bucket else key for key, bucket in self.chosen(answer).items())

    def picked_lines(self, question: QuestionView, picked: str) -> list[Line]:
        """What a word of `picked` stands for, to show in the table of answers."""
        lines = []
        for part in filter(None, picked.split(",")):
            key, _, bucket = part.partition(":")
            lines += [Line.of(choice, bucket) for choice in question.choices if choice.key == key]
        return lines or [Line(words=picked)]

    def seconds(self, question: QuestionView) -> int:
        """How long it may take from the first answer on, when the question has a clock of its own; 0 when not."""
        return 0

    def waits_for(self, question: QuestionView) -> str:
        """Who marks it: "coach" or "peer"; empty when rules do."""
        return ""

    def marked_by_hand(self, question: QuestionView, answer: Answer | None, credit: int) -> Marked:
        """The mark, from the credit in percent that a marker gave."""
        return Marked(credit, self.mark(question, answer).crossed)

    @abstractmethod
    def fits(self, question: QuestionView, answer: Answer) -> bool:
        """Whether the answer has the shape and the choices of the question."""

    @abstractmethod
    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        """Whether nothing is left open."""

    @abstractmethod
    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        """The answer, as lines to show."""

    def checked(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        """What the rules found in an answer, as lines to show with the outcome; nothing where the mark says it all."""
        return []

    @abstractmethod
    def right(self, question: QuestionView) -> list[Line]:
        """The key, as lines to show: never before the attempt is closed."""

    @abstractmethod
    def best(self, question: QuestionView) -> Answer:
        """An answer that earns all there is."""

    @abstractmethod
    def _credit(self, question: QuestionView, answer: Answer) -> int:
        """What an answer earns in percent, rounded down."""

    @abstractmethod
    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        """Whether an answer crosses a red line."""

    def validate(self, question: QuestionView, answer: Answer) -> None:
        """Raises `Invalid` for an answer that does not belong to the question."""
        if not self.fits(question, answer):
            raise not_offered()

    def mark(self, question: QuestionView, answer: Answer | None) -> Marked:
        """The credit, and whether a red line is crossed. A red-line question left open counts as crossed."""
        complete = self.answered(question, answer)
        left_open = question.red_line and not complete
        if answer is None:
            return Marked(0, left_open)
        return Marked(self._credit(question, answer), left_open or self._crosses(question, answer))


def at_place(value: str, order: Sequence[str]) -> str:
    """The key of the choice at a place of the paper. Raises `Invalid`."""
    place = int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 0
    if not 1 <= place <= len(order):
        raise not_offered()
    return order[place - 1]


def crossing_is_never_right(choices: Sequence[ChoiceView]) -> str:
    """The fault of a choice that crosses a red line and earns something all the same; empty when there is none."""
    if any(choice.crosses and choice.credit for choice in choices):
        return gettext("A choice that crosses a red line cannot be right. Mark it as not right.")
    return ""


def not_offered() -> Invalid:
    """The refusal of an answer that the question does not have."""
    return Invalid(gettext("That answer is not among those of the question. Load the page again and choose once more."))
