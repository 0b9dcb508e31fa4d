"""Looking for words in a text that somebody typed, however they are written.

Letters are compared without case, accents and typographic signs; what cannot be seen is left out, so that nothing hides
in it. Only whole words are found: "ad" stands in "#ad" and in "an ad.", not in "bad". A `#` must be there when it is
asked for, and a word that ends in `*` stands for all words that begin so.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_QUOTES = {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"'}
_JOINERS = {chr(0x034F): "", chr(0xFE0E): "", chr(0xFE0F): ""}
"""Invisible signs that count as letters' marks: the grapheme joiner, and what chooses the look of an emoji."""
_SIGNS = str.maketrans(_QUOTES | _JOINERS)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")


def kept(text: str) -> str:
    """A text as it is kept: as typed, but for the control characters that no database holds."""
    one_kind_of_line = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign for sign in one_kind_of_line if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    )


def seen(text: str) -> str:
    """A text as a reader sees it: without what is invisible, a single space between words."""
    visible = (sign if sign.isspace() or unicodedata.category(sign) not in _HIDDEN else "" for sign in text)
    return " ".join("".join(visible).split())


def folded(text: str) -> str:
    """A text as it is compared."""
    plain = unicodedata.normalize("NFKC", seen(text)).translate(_SIGNS).casefold()
    bare = (sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return " ".join(unicodedata.normalize("NFKC", "".join(bare)).split())


def lines(texts: Iterable[str]) -> tuple[str, ...]:
    """The phrases that an author wrote, one to a line, those of all languages, each once."""
    return tuple(dict.fromkeys(line.strip() for text in texts for line in text.splitlines() if line.strip()))


def is_usable(phrase: str) -> bool:
    """Whether there is anything to look for in a phrase."""
    return bool(_pattern(phrase))


def any_in(phrases: tuple[str, ...], text: str) -> bool:
    """Whether one of the phrases stands in a text that is folded already."""
    return bool(_pattern_of(phrases).search(text))


@lru_cache(maxsize=2048)
def _pattern_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    found = [pattern for phrase in phrases if (pattern := _pattern(phrase))]
    return re.compile("|".join(found) or r"(?!)")


def _pattern(phrase: str) -> str:
    """The expression that finds a phrase in a folded text; empty when it has no word."""
    words = [word for word in folded(phrase).split() if word.strip("*")]
    return r"\W+".join(_word(word) for word in words)


def _word(word: str) -> str:
    """A whole word: `_so_` stands out with signs that are none of it, but in `#so_what` they are."""
    body, begins = word.rstrip("*"), word.endswith("*")
    letter = r"\w" if body[0] in "#@" else r"[^\W_]"
    before = f"(?<!{letter})" if body[0] in "#@" or body[0].isalnum() else ""
    after = f"{letter}*" if begins else "" if not body[-1].isalnum() else f"(?!{letter})"
    return before + re.escape(body) + after
