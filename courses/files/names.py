"""Names in a course's folder: of texts for some readers, and of the files that lessons show."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

KEPT = re.compile(r"/media/(?P<digest>[0-9a-f]{64})/(?P<name>[^/\"'<>\s?#]+)")
"""The address of a kept file, as it stands in texts."""


def of_text(slug: str, variant: str) -> str:
    """The name of a text's file, without its ending: `say-who@country-BE`."""
    kind, _, value = variant.partition(":")
    return f"{slug}@{kind}-{quote(value, safe='')}" if variant else slug


def text_named(stem: str) -> tuple[str, str]:
    """The lesson and the variant of a text's file, from its name without the ending."""
    slug, _, variant = stem.partition("@")
    kind, _, value = variant.partition("-")
    return slug, f"{kind}:{unquote(value)}" if variant else ""


def of_media(texts: Iterable[str]) -> dict[str, str]:
    """The name in the folder of each kept file that the texts name, by its address.

    Of several files with one name the first, in the order of what is in them, has it; the others stand in a folder
    named by what is in them. Names that differ in large and small letters alone count as one.
    """
    addresses = {match[0]: (match["digest"], match["name"]) for text in texts for match in KEPT.finditer(text)}
    taken: dict[str, list[str]] = defaultdict(list)
    names = {}
    for address, (digest, name) in sorted(addresses.items(), key=lambda one: one[1]):
        others = taken[unicodedata.normalize("NFC", name).casefold()]
        names[address] = f"{digest[:12]}/{name}" if others else name
        others.append(address)
    return names


def safe(name: str) -> str:
    """A file's name as it can stand in an address: letters, digits, dots, underscores and hyphens."""
    path = PurePosixPath(name)
    stem, suffix = (_plain(part) for part in (path.stem, path.suffix))
    return f"{stem or 'file'}{suffix}"


def _plain(words: str) -> str:
    letters = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", letters).strip("-")
