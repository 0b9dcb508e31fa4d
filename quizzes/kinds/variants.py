"""Whether a word that was typed is one of those that are accepted: spelling, typing errors."""

import re
import unicodedata

from quizzes.kinds.phrases import seen

LONG_WORD, LONGER_WORD = 5, 8
"""So many letters must a word have to be taken with one typing error, and with two."""
_SIGNS = str.maketrans({**dict.fromkeys("’‘ʼ`´", "'"), **dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‐‑‒–—−", "-")})


def fold(text: str, *, case: bool = False, accents: bool = False) -> str:
    """A text as it is compared. `case`, `accents`: they matter. Quotes around it and a stop at its end never do."""
    if not accents:
        text = _without_accents(text)
    plain = unicodedata.normalize("NFKC", seen(text)).translate(_SIGNS)
    bare = re.sub(r"^[\s\"']+|[\s\"'.,;:!?]+$", "", plain)
    bare = bare or plain.strip()
    return bare if case else unicodedata.normalize("NFKC", bare.casefold())


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f"))


def is_near(typed: str, accepted: str, errors: int) -> bool:
    """Whether a folded text is an accepted one but for so many typing errors, each in a long word.

    A letter too much, one missing, another one, or two that changed places is one error. Short words and those with
    digits must be right: "24" is not "25" with an error.
    """
    ours, theirs = typed.split(), accepted.split()
    if len(ours) != len(theirs):
        return False
    left = errors
    for one, other in zip(ours, theirs, strict=True):
        found = distance(one, other, min(left, _forgiven(other)))
        if found is None:
            return False
        left -= found
    return True


def _forgiven(word: str) -> int:
    if len(word) < LONG_WORD or any(sign.isdigit() for sign in word):
        return 0
    return 1 if len(word) < LONGER_WORD else 2


def distance(one: str, other: str, most: int) -> int | None:
    """The typing errors between two words, nothing when there are more than `most`.

    The restricted Damerau-Levenshtein distance (optimal string alignment): no sign is edited twice.
    """
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sign != wanted))
            if above and j > 1 and sign == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1] if row[-1] <= most else None
