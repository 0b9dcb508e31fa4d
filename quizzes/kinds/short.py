"""A short answer that is typed: a word or a few, compared with those that are accepted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from quizzes.kinds.kind import Fields, Kind, Line, Marking, Setting, crossing_is_never_right
from quizzes.kinds.phrases import lines, seen
from quizzes.kinds.variants import fold, is_near
from quizzes.questions import Answer, ChoiceView, Matter, QuestionView

LONGEST = 200
"""Letters that an answer may have."""


class Short(Kind):
    """Answers look like `{"text": "own opinion"}`; an empty text is an answer taken back.

    The words of a choice are variants, one to a line; those of all languages are accepted, whatever language is read.
    Spaces, quotes and a stop at the end never matter; case and accents when the question says so. An answer that is
    listed earns what its choice earns, one that is listed as wrong nothing; else the best near miss counts, in full or
    half as the question says.
    """

    layout = "short"
    shuffled = False
    fewest, most = 1, 8
    reasons = False
    key_in_words = True

    def name(self) -> str:
        return gettext("Short answer")

    def choices_name(self) -> str:
        return gettext("Accepted answers")

    def choices_hint(self) -> str:
        return gettext("Write the spellings of an answer one to a line.")

    def markings(self) -> tuple[Marking, ...]:
        return (
            Marking("right", gettext("Right"), 100),
            Marking("half", gettext("Half right"), 50),
            Marking("wrong", gettext("Not right, even where it looks like a typing error"), 0),
        )

    def settings(self) -> tuple[Setting, ...]:
        no_or_yes = (("no", gettext("No")), ("yes", gettext("Yes")))
        errors = (("0", gettext("None")), ("1", gettext("One")), ("2", gettext("Two")))
        credits = (("full", gettext("In full")), ("half", gettext("Half")))
        return (
            Setting("case", gettext("Capitals matter"), "no", no_or_yes),
            Setting("accents", gettext("Accents matter"), "no", no_or_yes),
            Setting("errors", gettext("Typing errors forgiven, in words of 5 letters and more"), "1", errors),
            Setting("near", gettext("An answer with a typing error counts"), "full", credits),
        )

    def fault(self, matter: Matter) -> str:
        if not any(choice.credit == 100 for choice in matter.choices):
            return gettext("Say of at least one answer that it is right.")
        if any(not lines(choice.texts.values()) for choice in matter.choices):
            return gettext("Write for every answer the words that are accepted, one variant to a line.")
        if any(len(variant) > LONGEST for choice in matter.choices for variant in lines(choice.texts.values())):
            return gettext("An accepted answer is longer than the %(most)s letters that can be typed.", most=LONGEST)
        found = [{fold(variant, **_strict(matter.options)) for variant in _all(choice)} for choice in matter.choices]
        twice = next((words for at, words in enumerate(found) for other in found[:at] if words & other), set())
        for other in found:
            if other is not twice and (same := twice & other):
                return gettext("“%(words)s” stands in two answers. Leave it in one.", words=min(same))
        return crossing_is_never_right(matter.choices)

    def more(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> Mapping[str, Any]:
        """What was typed, the letters it may have, and how it is compared."""
        return {"text": answer["text"] if answer else "", "most": LONGEST, "hints": tuple(_hints(question.options))}

    def show(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> tuple[()]:
        """Nothing: the choices are the key."""
        return ()

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        values = fields.get("answer", ())
        if not values:
            return None
        if len(typed := values[0].strip()) > LONGEST:
            words = {"most": LONGEST, "count": len(typed)}
            message = gettext("An answer may have %(most)s letters, and yours has %(count)s. Make it shorter.", **words)
            raise Invalid(message)
        return {"text": seen(typed)}

    def draft(self, question: QuestionView, fields: Fields, order: Sequence[str]) -> Answer | None:
        values = fields.get("answer", ())
        return {"text": values[0]} if values else None

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        text = answer.get("text")
        return set(answer) == {"text"} and isinstance(text, str) and len(text) <= LONGEST and text == seen(text)

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return bool(answer and answer["text"])

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        return [Line(words=answer["text"])] if answer and answer["text"] else []

    def right(self, question: QuestionView) -> list[Line]:
        """The first variant of each right answer."""
        return [
            Line({language: lines([text])[0] for language, text in choice.texts.items() if lines([text])})
            for choice in question.choices
            if choice.credit == 100
        ]

    def best(self, question: QuestionView) -> Answer:
        rights = (variant for choice in question.choices if choice.credit == 100 for variant in _all(choice))
        return {"text": seen(next(rights))}

    def picked(self, question: QuestionView, answer: Answer | None) -> str:
        return fold(answer["text"], **_strict(question.options)) if answer else ""

    def picked_lines(self, question: QuestionView, picked: str) -> list[Line]:
        return [Line(words=picked)]

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        listed = _listed(question, answer)
        if listed:
            return max(choice.credit for choice in listed)
        errors, full = int(question.options.get("errors", "1")), question.options.get("near", "full") == "full"
        typed = self.picked(question, answer)
        near = (
            choice.credit
            for choice in question.choices
            if any(is_near(typed, fold(one, **_strict(question.options)), errors) for one in _all(choice))
        )
        return max(near, default=0) // (1 if full else 2)

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return any(choice.crosses for choice in _listed(question, answer))


def _all(choice: ChoiceView) -> tuple[str, ...]:
    """The variants of a choice in all languages."""
    return lines(choice.texts.values())


def _strict(options: Mapping[str, str]) -> dict[str, bool]:
    """What matters when two answers are compared."""
    return {name: options.get(name, "no") == "yes" for name in ("case", "accents")}


def _listed(question: QuestionView, answer: Answer) -> list[ChoiceView]:
    """The choices that have exactly this answer among their variants."""
    strict = _strict(question.options)
    typed = fold(answer["text"], **strict)
    return [choice for choice in question.choices if typed and typed in {fold(one, **strict) for one in _all(choice)}]


def _hints(options: Mapping[str, str]) -> Iterator[str]:
    """How an answer is compared, in sentences for the one who types it."""
    strict = _strict(options)
    if not any(strict.values()):
        yield gettext("Capitals and accents do not matter.")
    elif all(strict.values()):
        yield gettext("Capitals and accents matter.")
    else:
        yield (
            gettext("Capitals matter, accents do not.")
            if strict["case"]
            else gettext("Accents matter, capitals do not.")
        )
    if options.get("errors", "1") != "0":
        full = options.get("near", "full") == "full"
        yield (
            gettext("A small typing error is forgiven.")
            if full
            else gettext("With a small typing error it counts half.")
        )


KIND = Short()
