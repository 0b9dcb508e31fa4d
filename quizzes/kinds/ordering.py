"""Lines to put in their right order."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from random import Random

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from quizzes.kinds.kind import Fields, Kind, Line, Marking, Option, not_offered
from quizzes.questions import Answer, Matter, QuestionView


class Ordering(Kind):
    """Answers look like `{"order": ["b", "a", "c"]}`, with "" where no line was put yet; `[]` when none was.

    The choices as written are the right order. Every two lines in their right order earn, every two in the wrong order
    cost as much, and never is it less than nothing: chance alone earns nothing on average, the whole order reversed
    earns nothing, and each step towards the right order earns more (Kendall's tau, cut off at zero).
    """

    layout = "order"
    whole_key = True
    fewest, most = 3, 8
    can_cross = reasons = False

    def name(self) -> str:
        return gettext("Put in the right order")

    def choices_name(self) -> str:
        return gettext("Lines in the right order")

    def choices_hint(self) -> str:
        return gettext("Write them in the right order: papers shuffle them.")

    def markings(self) -> tuple[Marking, ...]:
        return (Marking("line", gettext("Stands here in the right order"), 100),)

    def fault(self, matter: Matter) -> str:
        for one, other in combinations(matter.choices, 2):
            if any(text and text == other.texts.get(language) for language, text in one.texts.items()):
                return gettext("Two lines say the same. Nobody could tell which one comes first.")
        return ""

    def order(self, keys: Sequence[str], chance: Random) -> tuple[str, ...]:
        """Never the right order, where there is another one."""
        shown = list(keys)
        chance.shuffle(shown)
        while shown == list(keys) and len(shown) > 1:
            chance.shuffle(shown)
        return tuple(shown)

    def show(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> tuple[Option, ...]:
        """The lines; `bucket` is the place that one was given, counted from 1."""
        places = _places(answer)
        return tuple(
            Option(str(number), question.choice(key).texts, key in places, places.get(key, ""))
            for number, key in enumerate(order, 1)
        )

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        places = _sent(fields, order)
        found = [""] * len(order)
        for key, place in places.items():
            if not place:
                continue
            if place not in map(str, range(1, len(order) + 1)):
                raise not_offered()
            if found[int(place) - 1]:
                message = gettext("Two lines have place %(place)s. Give each line a place of its own.", place=place)
                raise Invalid(message)
            found[int(place) - 1] = key
        return {"order": found if any(found) else []} if places else None

    def draft(self, question: QuestionView, fields: Fields, order: Sequence[str]) -> Answer | None:
        known = {f"answer-{number}" for number in range(1, len(order) + 1)}
        return {"places": _sent({name: fields[name] for name in known if name in fields}, order)}

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        keys = answer.get("order")
        if set(answer) != {"order"} or not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            return False
        put = [key for key in keys if key]
        whole = len(keys) == len(question.choices) and bool(put)
        return not keys or (whole and len(set(put)) == len(put) and question.keys.issuperset(put))

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return bool(answer and answer["order"] and all(answer["order"]))

    def chosen(self, answer: Answer | None) -> dict[str, str]:
        return _places(answer)

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        return _lines(question, answer["order"] if answer else ())

    def right(self, question: QuestionView) -> list[Line]:
        return _lines(question, [choice.key for choice in question.choices])

    def best(self, question: QuestionView) -> Answer:
        return {"order": [choice.key for choice in question.choices]}

    def picked(self, question: QuestionView, answer: Answer | None) -> str:
        return ",".join(key or "-" for key in answer["order"]) if answer else ""

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        put = {key: place for place, key in enumerate(answer["order"]) if key}
        pairs = list(combinations([choice.key for choice in question.choices], 2))
        earned = sum((1 if put[one] < put[other] else -1) for one, other in pairs if one in put and other in put)
        return 100 * max(0, earned) // len(pairs)

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return False


def _sent(fields: Fields, order: Sequence[str]) -> dict[str, str]:
    """The places that a form gives to lines, by key, as sent. Raises `Invalid` for a line not on the paper."""
    names = {f"answer-{number}": key for number, key in enumerate(order, 1)}
    sent = {name: values[0] for name, values in fields.items() if name.startswith("answer-") and values}
    if not names.keys() >= sent.keys():
        raise not_offered()
    return {names[name]: place for name, place in sent.items()}


def _places(answer: Answer | None) -> dict[str, str]:
    """The place of each line by its key: as answered, or as it was typed and refused."""
    if not answer:
        return {}
    typed: Mapping[str, str] | None = answer.get("places")
    return (
        dict(typed) if typed is not None else {key: str(place) for place, key in enumerate(answer["order"], 1) if key}
    )


def _lines(question: QuestionView, keys: Sequence[str]) -> list[Line]:
    return [
        Line({language: f"{place}. {text}" for language, text in question.choice(key).texts.items()})
        for place, key in enumerate(keys, 1)
        if key
    ]


KIND = Ordering()
