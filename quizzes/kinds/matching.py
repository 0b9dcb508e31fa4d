"""Things to match: each on the left with one of those on the right."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from lms.base.i18n import gettext, pick
from quizzes.kinds.kind import Fields, Kind, Line, Marking, Option, at_place, not_offered
from quizzes.questions import Answer, ChoiceView, Matter, QuestionView

EXTRA = "extra"
"""The rule of a choice that only stands on the right: it matches nothing."""
_RIGHT = "="
"""Stands in the order of a paper before the key of a choice whose partner is shown there."""


class Matching(Kind):
    """Answers look like `{"pairs": {"a": "c"}}`: `a` was matched with the partner of `c`; pairs may be missing.

    Each right pair earns its share, a wrong one costs nothing. Partners that read the same in some language count
    alike: nobody can tell them apart. The same partner may be chosen several times.
    """

    layout = "match"
    fewest, most = 2, 12
    has_partners = True
    usual_marking = "pair"
    can_cross = reasons = False

    def name(self) -> str:
        return gettext("Match what belongs together")

    def choices_name(self) -> str:
        return gettext("Pairs")

    def markings(self) -> tuple[Marking, ...]:
        return (
            Marking("pair", gettext("A pair"), 100),
            Marking(EXTRA, gettext("Only on the right: matches nothing"), 0, rule=EXTRA),
        )

    def needs(self, choice: ChoiceView) -> tuple[str, ...]:
        return ("partner",) if choice.rule == EXTRA else ("text", "partner")

    def fault(self, matter: Matter) -> str:
        lefts = [choice for choice in matter.choices if not _is_extra(choice)]
        if any(choice.rule == EXTRA and any(choice.texts.values()) for choice in matter.choices):
            return gettext("What matches nothing stands only on the right: leave its left side empty.")
        if any(not any(choice.texts.values()) for choice in matter.choices if choice.rule != EXTRA):
            return gettext("A pair needs words on the left as well.")
        if any(not choice.partners for choice in matter.choices):
            return gettext("Write for every line what stands on the right.")
        if len(lefts) < 2:
            return gettext("There must be at least two pairs.")
        if any(_alike(one.texts, other.texts) for one in lefts for other in lefts if one.key < other.key):
            return gettext("Two lines on the left say the same. Nobody could tell which one is meant.")
        return ""

    def order(self, keys: Sequence[str], chance: Random) -> tuple[str, ...]:
        lefts, rights = list(keys), [_RIGHT + key for key in keys]
        chance.shuffle(lefts)
        chance.shuffle(rights)
        return (*lefts, *rights)

    def show(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> tuple[Option, ...]:
        """The left side; `bucket` is the value of the partner that was chosen."""
        pairs, lefts = _pairs(answer), _lefts(question)
        values = {partner: option.value for partner, option in _partners(question, order).items()}
        return tuple(
            Option(str(place), lefts[key].texts, key in pairs, values.get(_first(question, pairs.get(key, "")), ""))
            for place, key in enumerate(order, 1)
            if key in lefts
        )

    def more(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> Mapping[str, Any]:
        """The right side: `partners`, each wording once."""
        return {"partners": tuple(_partners(question, order).values())}

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        lefts = _lefts(question)
        names = {f"answer-{place}": key for place, key in enumerate(order, 1) if key in lefts}
        sent = {name: values[0] for name, values in fields.items() if name.startswith("answer-") and values}
        if not names.keys() >= sent.keys():
            raise not_offered()
        chosen = {names[name]: at_place(value, order) for name, value in sent.items() if value}
        if any(not partner.startswith(_RIGHT) for partner in chosen.values()):
            raise not_offered()
        pairs = {key: partner.removeprefix(_RIGHT) for key, partner in sorted(chosen.items())}
        return {"pairs": pairs} if sent else None

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        pairs = answer.get("pairs")
        return (
            set(answer) == {"pairs"}
            and isinstance(pairs, dict)
            and _lefts(question).keys() >= pairs.keys()
            and all(isinstance(partner, str) and partner in question.keys for partner in pairs.values())
        )

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return len(_pairs(answer)) == len(_lefts(question))

    def chosen(self, answer: Answer | None) -> dict[str, str]:
        return _pairs(answer)

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        pairs = _pairs(answer)
        return [_line(left, question.choice(pairs[key])) for key, left in _lefts(question).items() if key in pairs]

    def right(self, question: QuestionView) -> list[Line]:
        return [_line(left, left) for left in _lefts(question).values()]

    def best(self, question: QuestionView) -> Answer:
        return {"pairs": {key: key for key in sorted(_lefts(question))}}

    def picked(self, question: QuestionView, answer: Answer | None) -> str:
        return ",".join(f"{left}:{_first(question, right)}" for left, right in sorted(_pairs(answer).items()))

    def picked_lines(self, question: QuestionView, picked: str) -> list[Line]:
        pairs = [part.split(":") for part in picked.split(",") if part]
        return [_line(question.choice(left), question.choice(right)) for left, right in pairs]

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        lefts, pairs = _lefts(question), _pairs(answer)
        hits = sum(
            _alike(left.partners, question.choice(pairs[key]).partners) for key, left in lefts.items() if key in pairs
        )
        return 100 * hits // len(lefts)

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return False


def _is_extra(choice: ChoiceView) -> bool:
    return choice.rule == EXTRA or not any(choice.texts.values())


def _lefts(question: QuestionView) -> dict[str, ChoiceView]:
    return {choice.key: choice for choice in question.choices if not _is_extra(choice)}


def _pairs(answer: Answer | None) -> dict[str, str]:
    return answer["pairs"] if answer else {}


def _alike(some: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether words read the same in a language."""
    return any(words and words.casefold() == others.get(language, "").casefold() for language, words in some.items())


def _first(question: QuestionView, key: str) -> str:
    """The first choice whose partner is the same in all languages as that of this one."""
    partners = {choice.key: choice.partners for choice in question.choices}
    return next((first for first, words in partners.items() if key in partners and words == partners[key]), "")


def _partners(question: QuestionView, order: Sequence[str]) -> dict[str, Option]:
    """The right side of a paper, each wording once, by the first choice that has it."""
    found: dict[str, Option] = {}
    for place, name in enumerate(order, 1):
        if name.startswith(_RIGHT):
            key = name.removeprefix(_RIGHT)
            found.setdefault(_first(question, key), Option(str(place), question.choice(key).partners))
    return found


def _line(left: ChoiceView, right: ChoiceView) -> Line:
    return Line({language: f"{words} → {pick(right.partners, language)}" for language, words in left.texts.items()})


KIND = Matching()
