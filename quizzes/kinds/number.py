"""A number that is typed."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from quizzes.kinds.kind import Fields, Kind, Line, Marking, Setting
from quizzes.kinds.phrases import seen
from quizzes.kinds.readings import LONGEST, readings, written
from quizzes.questions import Answer, ChoiceView, Matter, QuestionView


class Number(Kind):
    """Answers look like `{"number": "1.234,5"}`, as it was typed; an empty one is an answer taken back.

    Within `tolerance` of the right number, the bounds included, it counts in full, within `half_tolerance` half. What
    can be read in two ways, as "1,234", counts by the better one: the two are a thousand times apart, so that nobody
    gets credit for a number that she did not mean, and nobody loses any for how her country writes it. The only
    choice, where there is one, holds the unit.
    """

    layout = "number"
    shuffled = False
    fewest, most = 0, 1
    can_cross = reasons = False

    def name(self) -> str:
        return gettext("Number")

    def choices_name(self) -> str:
        return gettext("The unit, shown beside the field")

    def markings(self) -> tuple[Marking, ...]:
        return (Marking("unit", gettext("The unit, shown beside the field"), 100),)

    def settings(self) -> tuple[Setting, ...]:
        return (
            Setting("value", gettext("The right number"), is_text=True),
            Setting("tolerance", gettext("Counts in full so much above or below"), "0", is_text=True),
            Setting("half_tolerance", gettext("Counts half so much above or below; empty: never"), is_text=True),
        )

    def fault(self, matter: Matter) -> str:
        value, full, half = (matter.options.get(setting.name, "") for setting in self.settings())
        if _exact(value) is None:
            return gettext("Write the right number so that it reads one way only: 1234, 2.5 and, for 1.234, 1.2340.")
        given = [_exact(text) for text in (full, half) if text]
        if any(size is None or size < 0 for size in given):
            return gettext("How far an answer may be off is a number from 0 up, such as 0.5.")
        if half and _size(half) < _size(full):
            return gettext("What counts half must reach further than what counts in full.")
        return ""

    def show(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> tuple[()]:
        """Nothing: there is nothing to choose from."""
        return ()

    def more(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> Mapping[str, Any]:
        """What was typed, the signs it may have, and the unit by language (empty when there is none)."""
        unit = question.choices[0].texts if question.choices else {}
        return {"text": answer["number"] if answer else "", "most": LONGEST, "unit": unit}

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        values = fields.get("answer", ())
        if not values:
            return None
        raw = values[0].strip()
        typed = seen(raw[: 10 * LONGEST])
        if len(raw) > 10 * LONGEST or len(typed) > LONGEST:
            raise Invalid(gettext("A number may have %(most)s signs here. Write it shorter.", most=LONGEST))
        if typed and not _read(question, typed):
            raise Invalid(gettext("“%(words)s” is not a number. Write it in digits: 12, 2.5 or 1/2.", words=typed))
        return {"number": typed}

    def draft(self, question: QuestionView, fields: Fields, order: Sequence[str]) -> Answer | None:
        values = fields.get("answer", ())
        return {"number": values[0]} if values else None

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        text = answer.get("number")
        if set(answer) != {"number"} or not isinstance(text, str) or len(text) > LONGEST:
            return False
        return text == seen(text) and (not text or bool(_read(question, text)))

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return bool(answer and answer["number"])

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        return [Line(words=answer["number"])] if answer and answer["number"] else []

    def right(self, question: QuestionView) -> list[Line]:
        value, tolerance = question.options["value"], question.options.get("tolerance", "")
        words = f"{value} ± {tolerance}" if _size(tolerance) else value
        texts = {language: f"{words} {unit}" for language, unit in self.more(question, (), None)["unit"].items()}
        return [Line(texts) if texts else Line(words=words)]

    def best(self, question: QuestionView) -> Answer:
        return {"number": seen(question.options["value"])}

    def picked(self, question: QuestionView, answer: Answer | None) -> str:
        """The reading that counted, always written in the same way."""
        found = _read(question, answer["number"]) if answer else frozenset()
        return written(min(found, key=lambda value: _off(question, value))) if found else ""

    def picked_lines(self, question: QuestionView, picked: str) -> list[Line]:
        return [Line(words=picked)]

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        off = min((_off(question, value) for value in _read(question, answer["number"])), default=None)
        if off is None:
            return 0
        full, half = (question.options.get(name, "") for name in ("tolerance", "half_tolerance"))
        if off <= _size(full):
            return 100
        return 50 if half and off <= _size(half) else 0

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return False


def _exact(text: str) -> Fraction | None:
    """A number that can be read in one way only."""
    found = readings(text)
    return next(iter(found)) if len(found) == 1 else None


def _size(text: str) -> Fraction:
    return _exact(text) or Fraction(0)


def _off(question: QuestionView, value: Fraction) -> Fraction:
    """How far a number is from the right one."""
    return abs(value - _size(question.options["value"]))


def _read(question: QuestionView, text: str) -> frozenset[Fraction]:
    """What a typed number can mean, with its unit or without."""
    plain = text.casefold()
    units = [unit.casefold() for choice in question.choices for unit in _words(choice)]
    bare = (plain.removesuffix(unit).removeprefix(unit).strip() for unit in units)
    return next((found for form in (text, *bare) if (found := readings(form))), frozenset())


def _words(choice: ChoiceView) -> list[str]:
    return [text.strip() for text in choice.texts.values() if text.strip()]


KIND = Number()
