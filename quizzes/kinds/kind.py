"""What every kind of question can do. The web hands in fields, the service answers; neither knows the kinds apart."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from quizzes.questions import Answer, ChoiceView, Marked, QuestionView

Fields = Mapping[str, Sequence[str]]
"""The fields of a form with all their values. A choice is named by its place on the paper, counted from 1."""


@dataclass(frozen=True)
class Line:
    """A choice as an answer shows it; `bucket` says where a statement was put, or belongs."""

    choice: ChoiceView
    bucket: str = ""


@dataclass(frozen=True)
class Marking:
    """What an author can say of a choice: its `label` in words, and what that means for the marking."""

    value: str
    label: str
    credit: int
    bucket: str | None = None


class Kind(ABC):
    """A kind of question.

    `layout` names the template of its choices; `shuffled` whether their order changes from paper to paper;
    `needs_post` whether it is about a post; `keys` are those of its choices, when they are always the same;
    `fewest` and `most` say how many choices it may have.
    """

    layout: str
    shuffled = True
    needs_post = False
    keys: tuple[str, ...] = ()
    fewest, most = 2, 8

    @abstractmethod
    def name(self) -> str:
        """What authors call this kind, in their language."""

    @abstractmethod
    def markings(self) -> tuple[Marking, ...]:
        """What an author can say of a choice."""

    @abstractmethod
    def fault(self, choices: Sequence[ChoiceView]) -> str:
        """What an author has to put right in the choices, as a sentence; empty when nothing is."""

    @abstractmethod
    def problem(self, choices: Sequence[ChoiceView]) -> str:
        """What is wrong with the choices of a content file, as a sentence; empty when nothing is."""

    @abstractmethod
    def parse(self, fields: Fields, order: Sequence[str]) -> Answer | None:
        """The answer in a form, for choices shown in this order of keys; nothing when none was given.

        Raises `Invalid` for a place that is not on the paper.
        """

    @abstractmethod
    def fits(self, question: QuestionView, answer: Answer) -> bool:
        """Whether the answer has the shape and the choices of the question."""

    @abstractmethod
    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        """Whether nothing is left open."""

    @abstractmethod
    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        """The answer, as lines to show."""

    @abstractmethod
    def right(self, question: QuestionView) -> list[Line]:
        """The key, as lines to show: never before the attempt is closed."""

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
