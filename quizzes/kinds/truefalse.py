"""True or false, always in this order."""

from collections.abc import Sequence

from quizzes.kinds.single import Single
from quizzes.questions import ChoiceView


class TrueFalse(Single):
    """A single choice between "true" and "false"."""

    shuffled = False

    def problem(self, choices: Sequence[ChoiceView]) -> str:
        if [choice.key for choice in choices] != ["true", "false"]:
            return 'the choices must have the keys "true" and "false", in this order'
        if any(choice.credit == 50 for choice in choices):
            return "credit must be 0 or 100"
        return super().problem(choices)


KIND = TrueFalse()
