"""Addresses of courses and lessons: what they may be, and which words the studio keeps for itself."""

import re
import unicodedata
from collections.abc import Container

SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = 60
OF_THE_STUDIO = frozenset(
    "figures guidelines media paths questions quizzes regrades reviews sessions topics reviewers new search".split()
)
"""Not addresses of courses: pages of the studio have them."""
OF_A_COURSE = frozenset(
    "publish versions settings outline preview review comments walk quiz undo discard retire duplicate done"
    " people seats sessions finish variants texts sign".split()
)
"""Not addresses of lessons: pages of a course or of its studio have them."""


def fits(address: str) -> bool:
    """Whether these are small letters, digits and single hyphens."""
    return bool(SHAPE.fullmatch(address)) and len(address) <= LONGEST


def from_title(title: str, taken: Container[str], otherwise: str) -> str:
    """An address made of a title's letters, not yet taken; with a number behind it where it would be."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST - 4].strip("-") or otherwise
    address, number = words, 1
    while address in taken:
        number += 1
        address = f"{words}-{number}"
    return address
