"""The checks that rules make of a text: which words must be in it, which may not, and how long it is.

A check is a choice of the question: its `rule` is `has` or `lacks`, its words stand one to a line, in any language.
"""

from collections.abc import Mapping, Sequence

from lms.base.i18n import gettext
from quizzes.kinds import phrases
from quizzes.questions import ChoiceView, Matter

LONGEST = 2000
"""Letters that a text may have at most, whatever its author sets."""
HAS, LACKS = "has", "lacks"
MARKERS = ("coach", "peer")


def _number(options: Mapping[str, str], name: str, otherwise: int) -> int:
    value = options.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else otherwise


def shortest(options: Mapping[str, str]) -> int:
    """So many letters a text must have; 0 when its length is not looked at."""
    return _number(options, "shortest", 0)


def longest(options: Mapping[str, str]) -> int:
    """So many letters a text may have; with more it is not taken."""
    return min(_number(options, "longest", LONGEST), LONGEST)


def is_short(options: Mapping[str, str], text: str) -> bool:
    """Whether what a reader sees of a text is shorter than it must be."""
    return len(phrases.seen(text)) < shortest(options)


def _words(choice: ChoiceView) -> tuple[str, ...]:
    return phrases.lines(choice.texts.values())


def _met(choice: ChoiceView, folded: str) -> bool:
    return phrases.any_in(_words(choice), folded) == (choice.rule == HAS)


def failed(choices: Sequence[ChoiceView], text: str) -> list[ChoiceView]:
    """The checks that a text does not meet."""
    folded = phrases.folded(text)
    return [choice for choice in choices if not _met(choice, folded)]


def share_met(choices: Sequence[ChoiceView], options: Mapping[str, str], text: str) -> int:
    """How many of all checks a text meets, in percent, rounded down; its length is one when there is a shortest."""
    count = len(choices) + (shortest(options) > 0)
    missed = len(failed(choices, text)) + is_short(options, text)
    return 100 * (count - missed) // count if count else 100


def by_rules(choices: Sequence[ChoiceView], options: Mapping[str, str], text: str) -> int:
    """What a text earns by rules alone, in percent, rounded down; nothing when there is nothing to see.

    Each thing that must be there earns its share, each that may not be there costs its share, never below nothing.
    """
    if not phrases.seen(text):
        return 0
    folded = phrases.folded(text)
    wanted = [_met(choice, folded) for choice in choices if choice.rule == HAS]
    wanted += [not is_short(options, text)] if shortest(options) else []
    unwanted = [not _met(choice, folded) for choice in choices if choice.rule != HAS]
    gains, costs = max(len(wanted), 1), max(len(unwanted), 1)
    hits = sum(wanted) if wanted else 1
    return max(0, 100 * (hits * costs - sum(unwanted) * gains)) // (gains * costs)


def best(choices: Sequence[ChoiceView], options: Mapping[str, str]) -> str:
    """A text that meets all checks, if their own words can.

    It has a word for each thing that must be there, and harmless letters between them and up to the shortest length.
    """
    unwanted = [choice for choice in choices if choice.rule != HAS]

    def is_clean(words: str) -> bool:
        return all(_met(choice, phrases.folded(words)) for choice in unwanted)

    filler = next((letter for letter in "xyzqwkjvabcdefghilmnoprstu" if is_clean(f"{letter} {letter}{letter}")), "x")
    parts = [
        next(filter(is_clean, found), found[0])
        for choice in choices
        if choice.rule == HAS and (found := [_without_stars(line) for line in _words(choice)])
    ]
    text = f" {filler} ".join(dict.fromkeys(parts)) or filler
    missing = max(0, shortest(options) - len(phrases.seen(text)))
    words, one_more = (1, 0) if missing == 1 else divmod(missing, 2)
    return text + f" {filler}" * words + filler * one_more


def _without_stars(phrase: str) -> str:
    return " ".join(word.rstrip("*") for word in phrase.split())


def fault(matter: Matter) -> str:
    """What is wrong with the checks and options of a question, as a sentence; empty when nothing is."""
    if any(choice.rule not in (HAS, LACKS) for choice in matter.choices):
        return gettext("Say of every check whether one of its words must be in the text, or none may be.")
    if not all(_words(choice) and all(map(phrases.is_usable, _words(choice))) for choice in matter.choices):
        return gettext("A check has a line without a word to look for. Write one word or phrase on each line.")
    if matter.options.get("marked_by", MARKERS[0]) not in MARKERS:
        return gettext("Choose who reads the texts: a coach, or colleagues.")
    return _fault_of_length(matter) or _fault_of_words(matter)


def _fault_of_length(matter: Matter) -> str:
    least, most = shortest(matter.options), longest(matter.options)
    if not max(least, 1) <= most:
        return gettext(
            "The text must have at least %(least)s letters, but may have only %(most)s.", least=least, most=most
        )
    if not matter.criteria and not least and all(choice.rule == LACKS for choice in matter.choices):
        return gettext("Any text would be right. Say what must be in it or how long it must be, or add criteria.")
    return ""


def _fault_of_words(matter: Matter) -> str:
    text = best(matter.choices, matter.options)
    if by_rules(matter.choices, matter.options, text) < 100:
        return gettext("No text can meet all checks: words that must be in it are among those that may not.")
    if len(text) > longest(matter.options):
        return gettext("The words that must be in the text are longer than the text may be.")
    return ""
