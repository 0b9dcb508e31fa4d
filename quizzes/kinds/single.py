"""One best answer; others may earn half."""

from collections.abc import Sequence

from lms.base.i18n import gettext
from quizzes.kinds.kind import Fields, Kind, Line, Marking, at_place, crossing_is_never_right
from quizzes.questions import Answer, Matter, QuestionView


class Single(Kind):
    """Answers look like `{"choice": "b"}`."""

    layout = "one"

    def name(self) -> str:
        return gettext("One best answer")

    def markings(self) -> tuple[Marking, ...]:
        return (
            Marking("best", gettext("The best answer"), 100),
            Marking("half", gettext("Half right"), 50),
            Marking("wrong", gettext("Not right"), 0),
        )

    def fault(self, matter: Matter) -> str:
        choices = matter.choices
        if sum(choice.credit == 100 for choice in choices) != 1:
            return gettext("Say of exactly one choice that it is the best answer.")
        return crossing_is_never_right(choices)

    def problem(self, matter: Matter) -> str:
        choices = matter.choices
        if len(choices) < 2:
            return "there must be at least two choices"
        if sum(choice.credit == 100 for choice in choices) != 1:
            return "exactly one choice must have credit = 100"
        if any(choice.credit not in (0, 50, 100) for choice in choices):
            return "credit must be 0, 50 or 100"
        if any(choice.crosses and choice.credit for choice in choices):
            return "a choice that crosses a red line has credit = 0"
        return ""

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        values = fields.get("answer", ())
        return {"choice": at_place(values[0], order)} if values else None

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        return set(answer) == {"choice"} and isinstance(answer["choice"], str) and answer["choice"] in question.keys

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return answer is not None

    def chosen(self, answer: Answer | None) -> dict[str, str]:
        return {answer["choice"]: ""} if answer else {}

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        return [Line.of(question.choice(answer["choice"]))] if answer else []

    def right(self, question: QuestionView) -> list[Line]:
        return [Line.of(choice) for choice in question.choices if choice.credit == 100]

    def best(self, question: QuestionView) -> Answer:
        return {"choice": next(choice.key for choice in question.choices if choice.credit == 100)}

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        return question.choice(answer["choice"]).credit

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return question.choice(answer["choice"]).crosses


KIND = Single()
