"""Rewrite a post: looked over by rules, and then, where the question has criteria, by a coach or by peers."""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.base.errors import Invalid
from lms.base.i18n import gettext, ngettext
from quizzes.kinds import checks, phrases
from quizzes.kinds.kind import Fields, Kind, Line, Marking, Option, Setting
from quizzes.questions import Answer, ChoiceView, Marked, Matter, QuestionView

SHORT = "~"
"""Stands among the keys of failed checks for a text that is too short: no choice has this key."""


class Rewrite(Kind):
    """Answers look like `{"text": "…"}`. The choices are checks, the words of each one to a line, in any language.

    A check of the rule `has` is met when one of its words stands in the text, one of `lacks` when none does; being long
    enough is a check too, when its author says how long. `phrases` says what counts as standing there.

    Rules alone mark like several answers: what must be there earns its share, what must not be there costs its share,
    never below nothing; so a single letter, which lacks every bad word, earns nothing. With criteria a person marks:
    the checks met, as a share of all, are the most that her points can earn. Failing a check that crosses a red line
    crosses it, and earns nothing from a person either.
    """

    layout = "rewrite"
    shuffled = False
    needs_post = has_criteria = key_in_words = True
    judgment = False
    fewest, most = 1, 12

    def name(self) -> str:
        return gettext("Rewrite a post")

    def choices_name(self) -> str:
        return gettext("Checks")

    def choices_hint(self) -> str:
        return gettext("Write words one to a line: promis* stands for all words that begin so, and #ad needs the #.")

    def markings(self) -> tuple[Marking, ...]:
        return (
            Marking(checks.HAS, gettext("One of these words must be in it"), 100, rule=checks.HAS),
            Marking(checks.LACKS, gettext("None of these words may be in it"), 100, rule=checks.LACKS),
        )

    def settings(self) -> tuple[Setting, ...]:
        return (
            Setting("shortest", gettext("At least so many letters (0: any length)"), "0", most=checks.LONGEST),
            Setting("longest", gettext("At most so many letters"), str(checks.LONGEST), least=1, most=checks.LONGEST),
            Setting(
                "marked_by",
                gettext("Who reads it, when there are criteria"),
                "coach",
                ((checks.MARKERS[0], gettext("A coach")), (checks.MARKERS[1], gettext("Colleagues"))),
            ),
        )

    def fault(self, matter: Matter) -> str:
        return checks.fault(matter)

    def show(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> tuple[Option, ...]:
        """Nothing: the words to avoid are the key."""
        return ()

    def more(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> Mapping[str, Any]:
        """What was typed, how long it may be, what a reader looks at, and who reads it. Not what the rules look for."""
        return {
            "text": _text(answer),
            "shortest": checks.shortest(question.options),
            "longest": checks.longest(question.options),
            "criteria": tuple(criterion.titles for criterion in question.criteria),
            "marked_by": self.waits_for(question),
        }

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        answer = self.draft(question, fields, order)
        if answer is not None:
            self.validate(question, answer)
        return answer

    def draft(self, question: QuestionView, fields: Fields, order: Sequence[str]) -> Answer | None:
        values = fields.get("answer", ())
        return {"text": phrases.kept(values[0])} if values else None

    def validate(self, question: QuestionView, answer: Answer) -> None:
        text = _text(answer) if isinstance(answer.get("text"), str) else ""
        over = len(text) - checks.longest(question.options)
        if over > 0:
            sentence = ngettext(
                "Your text is %(num)s letter too long: at most %(most)s fit. Shorten it, then save once more.",
                "Your text is %(num)s letters too long: at most %(most)s fit. Shorten it, then save once more.",
                over,
                most=checks.longest(question.options),
            )
            raise Invalid(sentence)
        super().validate(question, answer)

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        text = answer.get("text")
        return (
            set(answer) == {"text"}
            and isinstance(text, str)
            and len(text) <= checks.longest(question.options)
            and text == phrases.kept(text)
        )

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return bool(phrases.seen(_text(answer)))

    def picked(self, question: QuestionView, answer: Answer | None) -> str:
        """The checks that the text failed: "failed:b,~", or "met"; empty when there is none."""
        if not self.answered(question, answer):
            return ""
        failed = [*(choice.key for choice in checks.failed(question.choices, _text(answer)))]
        failed += [SHORT] if checks.is_short(question.options, _text(answer)) else []
        return f"failed:{','.join(failed)}" if failed else "met"

    def picked_lines(self, question: QuestionView, picked: str) -> list[Line]:
        if picked == "met":
            return [Line(words=gettext("Every check is met"))]
        keys = picked.removeprefix("failed:").split(",")
        lines = [_key_line(choice) for choice in question.choices if choice.key in keys]
        return lines + [Line(words=gettext("Too short"))] * (SHORT in keys)

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        return [Line(words=_text(answer))] if self.answered(question, answer) else []

    def checked(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        """What came of each check, in words that do not give away what it looks for."""
        if not self.answered(question, answer):
            return []
        text = _text(answer)
        failed = checks.failed(question.choices, text)
        lines = [_outcome(choice, choice not in failed) for choice in question.choices]
        if checks.shortest(question.options):
            met = not checks.is_short(question.options, text)
            lines.append(Line(words=gettext("✓ It is long enough") if met else gettext("✗ It is too short")))
        return lines

    def right(self, question: QuestionView) -> list[Line]:
        return [_key_line(choice) for choice in question.choices]

    def best(self, question: QuestionView) -> Answer:
        """A text that meets as many checks as a row of their own words can."""
        return {"text": checks.best(question.choices, question.options)}

    def waits_for(self, question: QuestionView) -> str:
        return question.options.get("marked_by", checks.MARKERS[0]) if question.criteria else ""

    def marked_by_hand(self, question: QuestionView, answer: Answer | None, credit: int) -> Marked:
        crossed = self.mark(question, answer).crossed
        if crossed or not self.answered(question, answer):
            return Marked(0, crossed)
        return Marked(min(credit, checks.share_met(question.choices, question.options, _text(answer))), False)

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        return checks.by_rules(question.choices, question.options, _text(answer))

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        failed = checks.failed(question.choices, _text(answer))
        return self.answered(question, answer) and any(choice.crosses for choice in failed)


def _text(answer: Answer | None) -> str:
    return str(answer["text"]) if answer else ""


def _outcome(choice: ChoiceView, met: bool) -> Line:
    if met:
        return Line(words=_met(choice))
    return Line(words=_missed(choice), whys=Line.of(choice).whys, clause=choice.clause or "")


def _met(choice: ChoiceView) -> str:
    if choice.rule == checks.HAS:
        return gettext("✓ Something that must be in it is there")
    return gettext("✓ Something that may not be in it is left out")


def _missed(choice: ChoiceView) -> str:
    if choice.rule == checks.HAS:
        return gettext("✗ Something that must be in it is missing")
    return gettext("✗ Something that may not be in it is there")


def _key_line(choice: ChoiceView) -> Line:
    """A check with its words, in each language those that stand in it."""
    texts = {}
    for language, words in choice.texts.items():
        listed = ", ".join(phrases.lines([words])).replace("*", "…")
        if choice.rule == checks.HAS:
            texts[language] = gettext("One of these is in it: %(words)s", words=listed)
        else:
            texts[language] = gettext("None of these is in it: %(words)s", words=listed)
    return Line(texts)


KIND = Rewrite()
