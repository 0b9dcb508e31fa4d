"""Several answers are right."""

from collections.abc import Sequence

from lms.base.i18n import gettext
from quizzes.kinds.kind import Fields, Kind, Line, Marking, at_place, crossing_is_never_right
from quizzes.questions import Answer, Matter, QuestionView


class Multiple(Kind):
    """Answers look like `{"choices": ["a", "c"]}`, in the order of the keys; `part` is the name of the list.

    Each right choice earns its share, each wrong one costs its share of the wrong ones, never below nothing:
    ticking all earns as little as ticking none.
    """

    layout = "several"
    part = "choices"
    right_or_not = True

    def name(self) -> str:
        return gettext("Several answers")

    def markings(self) -> tuple[Marking, ...]:
        return Marking("right", gettext("Right"), 100), Marking("wrong", gettext("Not right"), 0)

    def fault(self, matter: Matter) -> str:
        choices = matter.choices
        if len({bool(choice.credit) for choice in choices}) != 2:
            return gettext("Say of at least one choice that it is right, and of at least one that it is not.")
        return crossing_is_never_right(choices)

    def problem(self, matter: Matter) -> str:
        choices = matter.choices
        if not any(choice.credit for choice in choices):
            return "at least one choice must have right = true"
        if all(choice.credit for choice in choices):
            return "at least one choice must have right = false"
        if any(choice.crosses and choice.credit for choice in choices):
            return "a choice that crosses a red line has right = false"
        return ""

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        return {self.part: sorted({at_place(value, order) for value in fields.get("answer", ())})}

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        keys = answer.get(self.part)
        return (
            set(answer) == {self.part}
            and isinstance(keys, list)
            and all(isinstance(key, str) and key in question.keys for key in keys)
            and keys == sorted(set(keys))
        )

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return bool(self.chosen(answer))

    def chosen(self, answer: Answer | None) -> dict[str, str]:
        return dict.fromkeys(answer[self.part], "") if answer else {}

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        chosen = self.chosen(answer)
        return [Line.of(choice) for choice in question.choices if choice.key in chosen]

    def right(self, question: QuestionView) -> list[Line]:
        return [Line.of(choice) for choice in question.choices if choice.credit]

    def best(self, question: QuestionView) -> Answer:
        return {self.part: sorted(choice.key for choice in question.choices if choice.credit)}

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        rights = {choice.key for choice in question.choices if choice.credit}
        wrongs = question.keys - rights
        chosen = set(self.chosen(answer))
        hits, misses = len(chosen & rights), len(chosen & wrongs)
        earned = 100 * (hits * len(wrongs) - misses * len(rights))
        return max(0, earned) // (len(rights) * len(wrongs))

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return any(question.choice(key).crosses for key in self.chosen(answer))


KIND = Multiple()
