"""What the media library takes: told from the first bytes of a file, never from its name."""

import re
from dataclasses import dataclass
from pathlib import Path

from courses.media.models import MEDIA_KINDS
from lms.base.errors import Invalid
from lms.base.i18n import file_size, gettext

MEGABYTE = 1000 * 1000
LARGEST = {
    "picture": 20 * MEGABYTE,
    "film": 500 * MEGABYTE,
    "sound": 100 * MEGABYTE,
    "document": 30 * MEGABYTE,
    "captions": 1 * MEGABYTE,
}
"""Bytes that a file of each kind may have."""
ENDINGS = {
    "picture": ("png", "jpg", "webp", "svg", "gif", "avif"),
    "film": ("mp4", "webm"),
    "sound": ("mp3", "m4a", "ogg", "wav"),
    "document": ("pdf",),
    "captions": ("vtt", "srt"),
}
"""Endings of names, as people know them."""
HEAD = 4096
"""Bytes from the beginning of a file that tell what it is."""
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "svg": "image/svg+xml",
    "gif": "image/gif",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "pdf": "application/pdf",
    "vtt": "text/vtt",
    "srt": "text/vtt",
}


@dataclass(frozen=True)
class Format:
    """What a file is: `ending` as its name would have it, its kind in the library, and its type on the web."""

    ending: str
    kind: str
    content_type: str


FORMATS = {ending: Format(ending, kind, TYPES[ending]) for kind in MEDIA_KINDS for ending in ENDINGS[kind]}
_BEGINNINGS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpg"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "wav"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "avif"),
    (re.compile(rb"....ftypM4[AB] ", re.DOTALL), "m4a"),
    (re.compile(rb"....ftyp(?:iso[m2-9]|mp4[12]|avc1|M4V |MSNV|dash|f4v )", re.DOTALL), "mp4"),
    (re.compile(rb"\x1a\x45\xdf\xa3.{0,64}\x42\x82.{1,8}webm", re.DOTALL), "webm"),
    (re.compile(rb"ID3|\xff[\xfb\xfa\xf3\xf2]"), "mp3"),
    (re.compile(rb"OggS(?!.{24}[^O]{0,64}\x80theora)", re.DOTALL), "ogg"),
    (re.compile(rb"%PDF-1|%PDF-2"), "pdf"),
    (re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?=[ \t\r\n]|\Z)"), "vtt"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*\d+[ \t]*\r?\n\d\d:\d\d:\d\d,\d{3} -->"), "srt"),
    (
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]", re.DOTALL
        ),
        "svg",
    ),
)


def of(head: bytes) -> Format:
    """What a file is, from its first `HEAD` bytes. Raises `Invalid` with what is taken, for everything else."""
    for beginning, ending in _BEGINNINGS:
        if beginning.match(head):
            return FORMATS[ending]
    raise Invalid(f"{_looks_like(head)} {taken()}")


def _looks_like(head: bytes) -> str:
    """A sentence about a file that is not taken."""
    if not head:
        return gettext("This file is empty.")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return gettext("This is a ZIP or Office file. Save it as PDF, or unpack it and upload what is in it.")
    if head.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")):
        return gettext("This is a packed file. Unpack it and upload what is in it.")
    if re.match(rb"....ftyp(?:hei[cxms]|hevc|mif1)", head, re.DOTALL):
        return gettext("This is a picture in HEIC, which most browsers cannot show. Save it as JPEG.")
    if re.match(rb"....ftypqt|\x1a\x45\xdf\xa3", head, re.DOTALL):
        return gettext("This film is in a form that not all browsers can play. Save it as MP4 or WebM.")
    return gettext("This is not a file that lessons can show.")


def taken() -> str:
    """The sentence that says what is taken."""
    return gettext(
        "Taken are pictures (PNG, JPEG, WebP, GIF, AVIF, SVG), films (MP4, WebM), sounds (MP3, M4A, OGG, WAV),"
        " documents (PDF) and captions (VTT, SRT)."
    )


def named(name: str) -> Format | None:
    """What the ending of a name promises, to refuse at once what is much too large. The content decides later."""
    ending = Path(name.lower()).suffix.removeprefix(".")
    return FORMATS.get("jpg" if ending == "jpeg" else ending)


def check_size(size: int, kind: str | None) -> None:
    """Raise `Invalid` for a file that is larger than its kind may be; of unknown kind, larger than any may be."""
    most = LARGEST[kind] if kind else max(LARGEST.values())
    if size > most:
        raise Invalid(
            gettext("This file has %(size)s. %(rule)s", size=file_size(size), rule=_rule(kind, file_size(most)))
        )
    if size < 1:
        raise Invalid(gettext("This file is empty."))


def _rule(kind: str | None, most: str) -> str:
    match kind:
        case "picture":
            return gettext("A picture may have up to %(most)s.", most=most)
        case "film":
            return gettext("A film may have up to %(most)s.", most=most)
        case "sound":
            return gettext("A sound may have up to %(most)s.", most=most)
        case "document":
            return gettext("A document may have up to %(most)s.", most=most)
        case "captions":
            return gettext("Captions may have up to %(most)s.", most=most)
        case _:
            return gettext("The largest that can be kept has %(most)s.", most=most)
