"""Numbers as people write them. They are exact fractions: nothing is ever rounded."""

import re
import unicodedata
from decimal import Context, Decimal
from fractions import Fraction

LONGEST = 40
"""Signs that a number may have."""
_PLAIN = re.compile(r"(?P<whole>\d*)(?:[.,](?P<part>\d*))?", re.ASCII)
_GROUPED = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?P<sign>[ '.,])\d{3}(?:(?P=sign)\d{3})*)(?:(?!(?P=sign))[.,](?P<part>\d+))?", re.ASCII
)
_RATIO = re.compile(r"(?:(?P<whole>\d+) )?(?P<over>\d+) ?/ ?(?P<under>\d+)", re.ASCII)
_SIGNS = str.maketrans({"−": "-", "–": "-", "’": "'", "⁄": "/"})


def readings(text: str) -> frozenset[Fraction]:
    """What somebody who wrote a number can mean; nothing for what is not a number.

    Understood are digits with a decimal point or comma, thousands apart by spaces, points, commas or apostrophes, a
    sign in front, and fractions: "1.234,5", "1,234.5", "1 234,5", "-3", "1/2", "1½". "1,234" can be read in two ways,
    and both are returned.
    """
    if len(text) > LONGEST:
        return frozenset()
    plain = " ".join("".join(map(_apart, text)).translate(_SIGNS).split())
    unsigned = plain[1:].strip() if plain[:1] in ("+", "-") else plain
    factor = -1 if plain.startswith("-") else 1
    found = (_ratio(unsigned), _decimal(_PLAIN, unsigned), _decimal(_GROUPED, unsigned))
    return frozenset(factor * value for value in found if value is not None)


def _apart(sign: str) -> str:
    """A fraction in one sign, such as ½, as its parts."""
    parts = unicodedata.normalize("NFKC", sign)
    return f" {parts}" if "⁄" in parts else sign


def _ratio(text: str) -> Fraction | None:
    found = _RATIO.fullmatch(text)
    if not found or not int(found["under"]):
        return None
    return int(found["whole"] or 0) + Fraction(int(found["over"]), int(found["under"]))


def _decimal(pattern: re.Pattern[str], text: str) -> Fraction | None:
    found = pattern.fullmatch(text)
    if not found or not (found["whole"] or found["part"]):
        return None
    whole = re.sub(r"\D", "", found["whole"])
    return Fraction(f"{whole or 0}.{found['part'] or 0}")


def written(value: Fraction) -> str:
    """A number in digits with a decimal point, or as a fraction when its decimals never end."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest > 1:
        return str(value)
    exact = Context(prec=400).divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{exact:f}"
