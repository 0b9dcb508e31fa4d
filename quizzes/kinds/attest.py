"""Attestation: statements to confirm, each for itself."""

from lms.base.i18n import gettext
from quizzes.kinds.kind import Kind, Line, Marking
from quizzes.kinds.multiple import Multiple
from quizzes.questions import Answer, Matter, QuestionView


class Attest(Multiple):
    """Answers look like `{"confirmed": ["a", "b"]}`. Only who confirms every statement earns anything.

    What was confirmed is proved by the version of the question, whose words never change, and the time of the answer.
    """

    layout = "attest"
    part = "confirmed"
    shuffled = False
    attests = True
    fewest, most = 1, 12
    judgment = can_cross = reasons = right_or_not = False

    def name(self) -> str:
        return gettext("Attestation: statements to confirm")

    def choices_name(self) -> str:
        return gettext("What is confirmed")

    def markings(self) -> tuple[Marking, ...]:
        return (Marking("confirm", gettext("To be confirmed"), 100),)

    def fault(self, matter: Matter) -> str:
        if not matter.choices:
            return gettext("Write at least one statement to confirm.")
        if any(choice.credit != 100 for choice in matter.choices):
            return gettext("Every statement is there to be confirmed: none can be wrong.")
        if any(choice.crosses for choice in matter.choices):
            return gettext(
                "Confirming a statement cannot cross a red line. Make the whole question a red-line question."
            )
        return ""

    def problem(self, matter: Matter) -> str:
        return Kind.problem(self, matter)

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return bool(answer) and set(self.chosen(answer)) == question.keys

    def right(self, question: QuestionView) -> list[Line]:
        return [Line.of(choice) for choice in question.choices]

    def best(self, question: QuestionView) -> Answer:
        return {self.part: sorted(question.keys)}

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        return 100 if self.answered(question, answer) else 0

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return False


KIND = Attest()
