"""Triage: walk a case through the forks of a tree (true? ours? safe?) to a department with its service level."""

from lms.base.i18n import gettext
from quizzes.kinds.kind import Setting
from quizzes.kinds.steps import Steps
from quizzes.questions import Matter, QuestionView

SHORTEST = 10


class Triage(Steps):
    """A case about a post. With `seconds` it has a clock of its own, which starts when she begins."""

    layout = "triage"
    needs_post = True

    def name(self) -> str:
        return gettext("Triage: walk a case to the right department")

    def settings(self) -> tuple[Setting, ...]:
        return (Setting("seconds", gettext("Seconds for the whole case; 0 for no limit"), "0", most=900),)

    def seconds(self, question: QuestionView) -> int:
        return _whole(question.options.get("seconds", "0"))

    def fault(self, matter: Matter) -> str:
        if 0 < _whole(matter.options.get("seconds", "0")) < SHORTEST:
            return gettext("Nobody reads a case in so little time. Give at least %(least)s seconds.", least=SHORTEST)
        return super().fault(matter)


def _whole(value: str) -> int:
    """A setting as a number; 0 for anything else."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else 0


KIND = Triage()
