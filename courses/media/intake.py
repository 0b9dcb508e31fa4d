"""A file from outside on its way into the library: looked at, made safe, and put into the file store."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from courses.media import captions, documents, drawings, durations, kinds, names, pictures
from courses.media.kinds import FORMATS, Format
from lms.base.files import FileStore


@dataclass(frozen=True)
class Rendition:
    """A picture made smaller, in the file store."""

    width: int
    sha256: str
    size: int
    content_type: str = "image/webp"


@dataclass(frozen=True)
class Intake:
    """A file that is safe and in the file store, but not yet in the library."""

    sha256: str
    name: str
    title: str
    kind: str
    content_type: str
    size: int
    width: int | None = None
    height: int | None = None
    seconds: int | None = None
    renditions: tuple[Rendition, ...] = ()


def take_in(files: FileStore, path: Path, given_name: str) -> Intake:
    """Look at a file, by what is in it, and put it into the file store with what is made of it.

    Takes long for a large picture or film: call it while no transaction is open. Raises `Invalid` that says what is
    wrong and what would be right.
    """
    with path.open("rb") as file:
        form = kinds.of(file.read(kinds.HEAD))
    kinds.check_size(path.stat().st_size, form.kind)
    makers: dict[str, Callable[[FileStore, Path, Format], Intake]] = {
        "picture": _drawing if form.ending == "svg" else _picture,
        "captions": _captions,
        "document": _document,
    }
    taken = makers.get(form.kind, _played)(files, path, form)
    ending = taken.name
    return replace(taken, name=names.for_address(given_name, ending), title=names.title(given_name))


def _picture(files: FileStore, path: Path, form: Format) -> Intake:
    safe = pictures.made_safe(path)
    taken = _kept(files, safe.content, FORMATS[safe.ending])
    renditions = tuple(
        Rendition(width, files.put(content), len(content)) for width, content in pictures.smaller(safe.content)
    )
    return replace(taken, width=safe.width, height=safe.height, renditions=renditions)


def _drawing(files: FileStore, path: Path, form: Format) -> Intake:
    content = drawings.plain(path.read_bytes())
    width, height = drawings.size(content) or (None, None)
    return replace(_kept(files, content, form), width=width, height=height)


def _captions(files: FileStore, path: Path, form: Format) -> Intake:
    return _kept(files, captions.tidy(path.read_bytes()), FORMATS["vtt"])


def _document(files: FileStore, path: Path, form: Format) -> Intake:
    documents.refuse_active(path.read_bytes())
    return _as_it_is(files, path, form)


def _played(files: FileStore, path: Path, form: Format) -> Intake:
    if form.ending == "mp4" and not durations.has_picture(path):
        form = FORMATS["m4a"]
        kinds.check_size(path.stat().st_size, form.kind)
    return replace(_as_it_is(files, path, form), seconds=durations.seconds(path, form))


def _as_it_is(files: FileStore, path: Path, form: Format) -> Intake:
    return Intake(files.put_file(path), form.ending, "", form.kind, form.content_type, path.stat().st_size)


def _kept(files: FileStore, content: bytes, form: Format) -> Intake:
    return Intake(files.put(content), form.ending, "", form.kind, form.content_type, len(content))


def measured(content: bytes, form: Format) -> tuple[int | None, int | None, int | None]:
    """Width, height and seconds of a file that came with the university, as far as they can be told."""
    if form.kind == "picture":
        width, height = (drawings.size(content) if form.ending == "svg" else pictures.size(content)) or (None, None)
        return width, height, None
    if form.kind not in {"film", "sound"}:
        return None, None, None
    with tempfile.NamedTemporaryFile(prefix="lms-") as file:
        file.write(content)
        file.flush()
        return None, None, durations.seconds(Path(file.name), form)
