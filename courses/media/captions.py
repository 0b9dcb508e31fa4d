"""Captions: WebVTT, or SRT turned into it, read line by line and written anew."""

import re
from collections.abc import Iterator

from lms.base.errors import Invalid
from lms.base.i18n import gettext

_TIMES = re.compile(
    r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)[.,](\d{3})[ \t]+-->[ \t]+(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)[.,](\d{3})"
    r"((?:[ \t]+(?:align|line|position|size|vertical|region):[\w%.,-]+)*)[ \t]*"
)
_NOT_CUES = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|\Z)")
_OF_SRT = re.compile(r"</?font[^>]*>|\{\\[^}]*\}", re.IGNORECASE)


def tidy(content: bytes) -> bytes:
    """Captions as WebVTT in UTF-8: the cues and nothing else. Raises `Invalid` that names the first wrong line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            gettext("These captions are not in UTF-8. Open them in an editor, save them as UTF-8, and upload again.")
        ) from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    blocks = list(_blocks(lines))
    if blocks and blocks[0][1][0].startswith("WEBVTT"):
        blocks = blocks[1:]
    before, cues = 0, []
    for number, block in blocks:
        if _NOT_CUES.match(block[0]):
            continue
        before, cue = _cue(number, block, before)
        cues.append(cue)
    if not cues:
        raise Invalid(gettext("There are no captions in this file."))
    return ("WEBVTT\n\n" + "\n\n".join(cues) + "\n").encode()


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines that stand together, with the number of the first."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield number - len(block), block
            block = []


def _cue(number: int, block: list[str], before: int) -> tuple[int, str]:
    """A cue as it is written, and when it begins, in thousandths of a second."""
    at = 0 if "-->" in block[0] else 1
    times = _TIMES.fullmatch(block[at].strip()) if at < len(block) else None
    if times is None:
        raise Invalid(
            gettext(
                "Line %(line)s has no times such as 00:01.000 --> 00:04.000.", line=number + min(at, len(block) - 1)
            )
        )
    begins, ends = _moment(times.groups()[:4]), _moment(times.groups()[4:8])
    if begins >= ends:
        raise Invalid(gettext("Line %(line)s: the caption ends before it begins.", line=number + at))
    if begins < before:
        raise Invalid(gettext("Line %(line)s: the caption begins before the one above it.", line=number + at))
    words = "\n".join(_OF_SRT.sub("", line).replace("-->", "→") for line in block[at + 1 :])
    return begins, f"{_written(begins)} --> {_written(ends)}{times[9]}\n{words}"


def _moment(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _written(moment: int) -> str:
    seconds, thousandths = divmod(moment, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"
