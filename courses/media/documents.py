"""Documents in PDF: only those that are read, and do nothing when they are opened.

What a PDF does stands in it by name: outside of streams, and inside of packed lists of objects. Both are read here
for the names of deeds, with a limit on how much is unpacked. A document that hides its objects is not taken.
"""

import re
import zlib

from lms.base.errors import Invalid
from lms.base.i18n import gettext

DEEDS = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|Rendition|SubmitForm|ImportData|GoToE|XFA)(?=[\s/<>\[\]()%]|\Z)"
)
"""Running a script or a program, carrying another file, playing, sending what was filled in."""
LOCKED = re.compile(rb"/Encrypt(?=[\s/<>\[\]()%])")
MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of packed objects that are read."""
FARTHEST = 64 * 1024
"""Bytes within which what is said of a list of objects, and the list itself, stand together."""
_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")
_LIST = re.compile(rb"/ObjStm(?!\w)")
_BEGINS = re.compile(rb"stream\r?\n")


def refuse_active(content: bytes) -> None:
    """Raise `Invalid` for a PDF that runs something, carries other files, or cannot be looked into."""
    plain = _unescaped(content)
    if LOCKED.search(plain):
        raise Invalid(gettext("This document is locked with a password. Save it without one, and upload it again."))
    _refuse_deeds(plain)
    lists = [found.end() for found in _LIST.finditer(content)]
    if len(lists) != len(_LIST.findall(plain)):
        raise _closed()
    left = MOST_UNPACKED
    for place in lists:
        unpacked = _unpacked(content, place, left)
        left -= len(unpacked)
        _refuse_deeds(_unescaped(unpacked))


def _unescaped(content: bytes) -> bytes:
    return _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), content)


def _refuse_deeds(content: bytes) -> None:
    found = DEEDS.search(content)
    if found:
        raise Invalid(
            gettext(
                "This document does more than be read: it has %(deed)s in it."
                " Print it to PDF, which leaves that out, and upload the print.",
                deed=found[1].decode(),
            )
        )


def _closed() -> Invalid:
    return Invalid(gettext("This document cannot be looked into. Print it to PDF, and upload the print."))


def _unpacked(content: bytes, place: int, most: int) -> bytes:
    """The packed list of objects that follows a place, unpacked. Raises `Invalid` when that cannot be, or is too long.

    A list that is not packed lies open, and was read with the rest.
    """
    begins = _BEGINS.search(content, place, place + FARTHEST)
    if not begins:
        return b""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(memoryview(content)[begins.end() :], most)
    except zlib.error as error:
        before = content.rfind(b"obj", max(0, place - FARTHEST), place)
        if b"/Filter" in content[max(before, 0) : begins.start()]:
            raise _closed() from error
        return b""
    if not unpacker.eof:
        raise Invalid(gettext("This document is packed too tightly. Print it to PDF, and upload the print."))
    return unpacked
