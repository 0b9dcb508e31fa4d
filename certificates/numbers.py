"""The number that is printed on a certificate and typed by people: Crockford's base 32, which forgives.

Source of the alphabet and of what is read as what: Douglas Crockford, "Base 32".
"""

from certificates.models import CROCKFORD

LENGTH = 10
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"}) | {ord(sign): None for sign in " -–—_.\u00a0\u2011"}


def normalized(typed: str) -> str | None:
    """The number that was meant, or nothing when it cannot be one.

    Case, spaces and hyphens do not matter; O is read as 0, and I and L as 1.
    """
    number = typed.upper().translate(_READ_AS)
    return number if len(number) == LENGTH and all(sign in CROCKFORD for sign in number) else None


def shown(number: str) -> str:
    """The number in two groups, easier to read and to type: 7K4M9-2QXAB."""
    return f"{number[:5]}-{number[5:]}"
