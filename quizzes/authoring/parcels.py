"""Files of questions packed into one zip file, and unpacked with care: it may come from anywhere.

Nothing of a parcel is believed: neither the names in it, nor how large it says its files are.
"""

import lzma
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePosixPath

from lms.base.content import LARGEST_TEXT
from lms.base.errors import Invalid
from lms.base.i18n import LANGUAGES, file_size, gettext

LARGEST = 5_000_000
"""Bytes that a parcel may have."""
QUESTIONS, RULES = "questions.toml", "quiz.toml"
KNOWN = (QUESTIONS, RULES, *(f"{language}.toml" for language in LANGUAGES))
"""What may be in a parcel; the rules of a quiz are not read."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def packed(files: Mapping[str, str]) -> bytes:
    """A zip file of these texts by name. The same texts make the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parcel:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            parcel.writestr(entry, text.encode(), compresslevel=9)
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of questions in a zip file, by name without folder. Raises `Invalid` with what would be right."""
    if len(content) > LARGEST:
        words = {"size": file_size(len(content)), "most": file_size(LARGEST)}
        raise Invalid(gettext("This file has %(size)s. Up to %(most)s are read at once.", **words))
    try:
        with zipfile.ZipFile(BytesIO(content)) as parcel:
            return {name: _read(parcel, entry) for name, entry in _entries(parcel).items()}
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError, OSError):
        sentence = gettext("This is not a zip file that can be read. Download one here to see what it looks like.")
        raise Invalid(sentence) from None


def _entries(parcel: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files in a parcel by name: all at its top, or all in one folder."""
    entries = [entry for entry in parcel.infolist() if not entry.is_dir() and not _is_of_a_machine(entry.filename)]
    paths = [PurePosixPath(entry.filename.replace("\\", "/")) for entry in entries]
    for path in paths:
        if path.is_absolute() or ".." in path.parts or len(path.parts) > 2 or path.name not in KNOWN:
            raise Invalid(
                gettext(
                    "“%(name)s” is not one of the files that belong here: %(known)s.",
                    name=str(path)[:100],
                    known=", ".join(KNOWN),
                )
            )
    if len({path.parent for path in paths}) > 1 or len({path.name for path in paths}) < len(paths):
        raise Invalid(gettext("The files lie in several folders. Put those of one quiz together."))
    return {path.name: entry for path, entry in zip(paths, entries, strict=True) if path.name != RULES}


def _is_of_a_machine(name: str) -> bool:
    """Whether a file was put in by a computer and not by a person."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] == ".DS_Store"


def _read(parcel: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.flag_bits & 0x1:
        raise Invalid(gettext("The zip file is locked with a password. Send it without one."))
    with parcel.open(entry) as file:
        found = file.read(LARGEST_TEXT + 1)
    if len(found) > LARGEST_TEXT:
        words = {"name": PurePosixPath(entry.filename).name, "most": file_size(LARGEST_TEXT)}
        raise Invalid(gettext("%(name)s is larger than %(most)s when it is unpacked.", **words))
    return found
