"""True or false, always in this order."""

from lms.base.i18n import gettext
from quizzes.kinds.kind import Marking, crossing_is_never_right
from quizzes.kinds.single import Single
from quizzes.questions import Matter


class TrueFalse(Single):
    """A single choice between "true" and "false"."""

    shuffled = False
    keys = ("true", "false")

    def name(self) -> str:
        return gettext("True or false")

    def markings(self) -> tuple[Marking, ...]:
        return Marking("best", gettext("This is the answer"), 100), Marking("wrong", gettext("Not right"), 0)

    def fault(self, matter: Matter) -> str:
        choices = matter.choices
        if sum(choice.credit == 100 for choice in choices) != 1:
            return gettext("Say of one of the two that it is the answer.")
        return crossing_is_never_right(choices)

    def problem(self, matter: Matter) -> str:
        choices = matter.choices
        if [choice.key for choice in choices] != ["true", "false"]:
            return 'the choices must have the keys "true" and "false", in this order'
        if any(choice.credit == 50 for choice in choices):
            return "credit must be 0 or 100"
        return super().problem(matter)


KIND = TrueFalse()
