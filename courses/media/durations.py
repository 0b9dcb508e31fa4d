"""How long films and sounds play, in whole seconds, read from their first bytes and never by playing them."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from courses.media.kinds import Format

MOST_BOXES = 4096
LONGEST = 7 * 24 * 3600
BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""Thousand bits a second of MPEG 1, layer III, by the number in a frame's header."""
LOW_BITRATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def seconds(path: Path, form: Format) -> int | None:
    """How long the film or sound in a file plays; nothing when it does not say so, or what it says is nonsense."""
    readers = {"mp4": _mp4, "m4a": _mp4, "webm": _webm, "wav": _wav, "ogg": _ogg, "mp3": _mp3}
    if form.ending not in readers:
        return None
    try:
        with path.open("rb") as file:
            found = readers[form.ending](file, path.stat().st_size)
    except (struct.error, ValueError, LookupError, ZeroDivisionError, OverflowError):
        return None
    return max(1, round(found)) if found is not None and 0 < found < LONGEST else None


def has_picture(path: Path) -> bool:
    """Whether a file in MP4 has a track to look at; without one it is a sound."""
    try:
        with path.open("rb") as file:
            return any(kind == b"vide" for kind in _tracks(file, path.stat().st_size))
    except (struct.error, ValueError):
        return True


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes of MP4 between two places: name, where the inside begins, where it ends."""
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        length, name = struct.unpack(">I4s", file.read(8))
        inside = start + 8
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
            inside += 8
        stop = end if length == 0 else start + length
        if stop <= inside - 1 or stop > end:
            return
        yield name, inside, stop
        start = stop


def _find(file: BinaryIO, start: int, end: int, wanted: bytes) -> tuple[int, int] | None:
    return next(((inside, stop) for name, inside, stop in _boxes(file, start, end) if name == wanted), None)


def _mp4(file: BinaryIO, length: int) -> float | None:
    movie = _find(file, 0, length, b"moov")
    header = _find(file, *movie, b"mvhd") if movie else None
    if not header:
        return None
    file.seek(header[0])
    long = file.read(4)[0] == 1
    scale, duration = struct.unpack(">16xIQ" if long else ">8xII", file.read(28 if long else 16))
    return float(duration / scale)


def _tracks(file: BinaryIO, length: int) -> Iterator[bytes]:
    movie = _find(file, 0, length, b"moov")
    if not movie:
        raise ValueError
    for name, inside, stop in list(_boxes(file, *movie)):
        media = _find(file, inside, stop, b"mdia") if name == b"trak" else None
        handler = _find(file, *media, b"hdlr") if media else None
        if handler:
            file.seek(handler[0] + 8)
            yield file.read(4)


def _number(file: BinaryIO, keep_mark: bool = False) -> int:
    """A number of variable length, as EBML writes them."""
    first = file.read(1)[0]
    if not first:
        raise ValueError
    width = 9 - first.bit_length()
    value = first if keep_mark else first & (0xFF >> width)
    return int.from_bytes(bytes([value]) + file.read(width - 1), "big")


def _elements(file: BinaryIO, end: int) -> Iterator[tuple[int, int, int]]:
    """The elements of EBML from here on: number, where the inside begins, its length."""
    for _ in range(MOST_BOXES):
        if file.tell() >= end:
            return
        name, size = _number(file, keep_mark=True), _number(file)
        inside = file.tell()
        yield name, inside, min(size, end - inside)
        if size > end - inside:
            return
        file.seek(inside + size)


def _webm(file: BinaryIO, length: int) -> float | None:
    segment = next((one for one in _elements(file, length) if one[0] == 0x18538067), None)
    if not segment:
        return None
    file.seek(segment[1])
    info = next((one for one in _elements(file, segment[1] + segment[2]) if one[0] == 0x1549A966), None)
    if not info:
        return None
    file.seek(info[1])
    scale, duration = 1_000_000, 0.0
    for name, inside, size in _elements(file, info[1] + info[2]):
        file.seek(inside)
        if name == 0x2AD7B1:
            scale = int.from_bytes(file.read(size), "big")
        elif name == 0x4489:
            (duration,) = struct.unpack(">d" if size == 8 else ">f", file.read(size))
    return duration * scale / 1e9 or None


def _wav(file: BinaryIO, length: int) -> float | None:
    file.seek(12)
    rate = 0
    for _ in range(MOST_BOXES):
        name, size = struct.unpack("<4sI", file.read(8))
        if name == b"fmt ":
            (rate,) = struct.unpack("<8xI", file.read(12))
            size -= 12
        elif name == b"data":
            return float(min(size, length - file.tell()) / rate)
        file.seek(size + size % 2, 1)
    return None


def _ogg(file: BinaryIO, length: int) -> float | None:
    first = file.read(128)
    at = first.find(b"\x01vorbis")
    rate = struct.unpack("<I", first[at + 12 : at + 16])[0] if at > 0 else 48000 if b"OpusHead" in first else 0
    file.seek(max(0, length - 70_000))
    end = file.read()
    last = end.rfind(b"OggS")
    (samples,) = struct.unpack("<q", end[last + 6 : last + 14])
    return float(samples / rate)


def _mp3(file: BinaryIO, length: int) -> float | None:
    start, head = 0, file.read(10)
    if head[:3] == b"ID3":
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    file.seek(start)
    frame = file.read(256)
    version, kbits = frame[1] >> 3 & 3, (frame[2] >> 4) & 15
    rate, samples = RATES[version][frame[2] >> 2 & 3], 1152 if version == 3 else 576
    for mark in (b"Xing", b"Info"):
        at = frame.find(mark)
        if at > 0 and frame[at + 7] & 1:
            return float(struct.unpack(">I", frame[at + 8 : at + 12])[0] * samples / rate)
    return (length - start) * 8 / ((BITRATES if version == 3 else LOW_BITRATES)[kbits] * 1000)
