"""Words as they are searched, and what of a text is shown around those that were found.

Both databases are given the same plain words: small letters without accents, everything that is no letter or number a
space. So they agree on where a word begins and ends, and nothing that anybody types is an operator to either of them.
"""

import re
import unicodedata
from collections.abc import Sequence

FOUND, END = "\x02", "\x03"
"""Put by the database around what it found; no stored text holds either."""
LONGEST_QUERY = 200
MOST_WORDS = 12
MOST_PLACES = 300
SNIPPET = 240
"""Characters of a text that are shown of a result."""
_MARK = re.compile(f"[{FOUND}{END}]")


class _Letters(dict[int, str]):
    """The letter for each character, worked out when it is first met."""

    def __missing__(self, number: int) -> str:
        letter = self[number] = _folded(chr(number))
        return letter


def _folded(character: str) -> str:
    base, *accents = list(unicodedata.normalize("NFD", character))
    if not all(unicodedata.combining(accent) for accent in accents):
        base = character
    if unicodedata.category(base)[0] not in "LNM":
        return " "
    small = base.lower()
    return small if len(small) == 1 else base


_LETTERS = _Letters()


def plain(text: str) -> str:
    """Text as it is kept in the index to be shown: composed letters, without the signs that mark what was found."""
    return _MARK.sub("", unicodedata.normalize("NFC", text))


def folded(text: str) -> str:
    """Text as it is searched. As long as the text: the letters stand where they stood."""
    return text.translate(_LETTERS)


def asked(query: str) -> list[str]:
    """The words somebody asks for, from whatever was typed; the rest of a very long query is left out."""
    return folded(plain(query[:LONGEST_QUERY])).split()[:MOST_WORDS]


def for_sqlite(words: Sequence[str], *, every: bool) -> str:
    """The query in the language of FTS5: every word or any of them, the last one also as the beginning of a word."""
    return (" " if every else " OR ").join(f'"{word}"' for word in words) + _beginning(words, "*")


def for_postgresql(words: Sequence[str], *, every: bool) -> str:
    """The query for `to_tsquery`: every word or any of them, the last one also as the beginning of a word."""
    return (" & " if every else " | ").join(f"'{word}'" for word in words) + _beginning(words, ":*")


def _beginning(words: Sequence[str], sign: str) -> str:
    """A single letter begins too many words to say anything."""
    return sign if len(words[-1]) > 1 else ""


Part = tuple[str, bool]


def parts(text: str, marked: str) -> list[Part]:
    """A text cut where what was found begins and ends, each part with whether it was found.

    `marked` is the folded text with the signs in it. When it is not as long as the text, nothing is marked.
    """
    if len(_MARK.sub("", marked)) != len(text):
        return [(text, False)]
    cut, place = [], 0
    for number, piece in enumerate(_MARK.split(marked)):
        if piece:
            cut.append((text[place : place + len(piece)], number % 2 == 1))
        place += len(piece)
    return cut


def snippet(found: list[Part], length: int = SNIPPET) -> list[Part]:
    """About `length` characters of a text, those with the most that was found, cut between words."""
    text = "".join(words for words, _ in found)
    if len(text) <= length:
        return found
    start, end = _best(text, _places(found), length)
    cut, place = [], 0
    for words, is_found in found:
        piece = words[max(0, start - place) : max(0, end - place)]
        place += len(words)
        if piece:
            cut.append((piece, is_found))
    return [("… ", False)] * (start > 0) + cut + [(" …", False)] * (end < len(text))


def _places(found: list[Part]) -> list[int]:
    """Where each word that was found begins, the first few hundred."""
    places, place = [], 0
    for words, is_found in found:
        if is_found:
            places.append(place)
        place += len(words)
    return places[:MOST_PLACES]


def _best(text: str, places: list[int], length: int) -> tuple[int, int]:
    """Begin and end of the stretch in which most words that were found begin; the first such stretch."""
    reach = length * 3 // 4
    counted = [(sum(place <= other < place + reach for other in places), -place) for place in places]
    first = -max(counted)[1] if counted else 0
    start = max(0, min(first - length // 5, len(text) - length))
    start = text.rfind(" ", 0, start + 1) + 1
    end = min(len(text), start + length)
    space = text.rfind(" ", start, end + 1)
    return start, end if end == len(text) or space <= first else space
