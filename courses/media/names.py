"""Names of files as people gave them: a title to read, and letters for an address. Never a path on the disk."""

import re
import unicodedata

LONGEST = 120
_SEPARATORS = re.compile(r"[/\\]")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that have no place in a name: control characters, direction marks, parts of characters."""
_JOINERS = "\u200c\u200d"
"""Needed to write Persian, and signs made of several."""


def base(name: str) -> str:
    """A name without folders, control characters and marks that turn the direction of writing; "" when none is left."""
    last = _SEPARATORS.split(name)[-1]
    visible = "".join(
        " " if letter in "\t\r\n" else letter
        for letter in last
        if unicodedata.category(letter) not in _INVISIBLE or letter in _JOINERS or letter in "\t\r\n"
    )
    words = " ".join(unicodedata.normalize("NFC", visible).split()).lstrip(".").strip(_JOINERS + " ")
    if len(words) <= LONGEST:
        return words
    stem, dot, ending = words.rpartition(".")
    if not dot or len(ending) > 8:
        return words[:LONGEST].rstrip()
    return stem[: LONGEST - len(ending) - 1].rstrip() + dot + ending


def title(name: str) -> str:
    """What a file is called in the library at first: its name without the ending, with spaces for underscores."""
    words = base(name)
    stem, dot, ending = words.rpartition(".")
    return " ".join((stem if dot and 1 <= len(ending) <= 5 else words).replace("_", " ").split()) or "?"


def for_address(name: str, ending: str) -> str:
    """The last part of a file's address: small letters, digits and hyphens, and the ending that its content has."""
    plain = unicodedata.normalize("NFKD", title(name)).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return f"{words or 'file'}.{ending}"
