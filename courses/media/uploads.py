"""Uploads in pieces: a file comes bit by bit into a folder of the instance, and goes on where it stopped.

What the row says of the bytes received is the truth as far as the file has them: a piece that was cut off does not
count, and is sent again. The bytes of one upload are written by one request at a time.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from courses.media import kinds, names
from courses.media.models import MediaUpload
from lms.base import clock, settings
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import file_size, gettext

PIECE = 8 * 1024 * 1024
"""Bytes that may come at once."""
AT_ONCE = 30 * 1000 * 1000
"""Bytes of a file that may come as a whole, in a plain form."""
KEPT_FREE = 1024**3
"""Bytes of the disk that uploads leave to everything else."""
PATIENCE = timedelta(days=1)
"""How long an upload may take."""
_UID = re.compile(r"[0-9a-f]{32}")


class WrongPlace(Conflict):
    """A piece was sent that does not follow what is here. `offset` is how many bytes are."""

    def __init__(self, offset: int) -> None:
        super().__init__(gettext("Of this file %(size)s are here. Go on from there.", size=file_size(offset)))
        self.offset = offset


def folder() -> Path:
    """Where files lie while they come in."""
    return settings.in_force().instance / "uploads"


def announce(session: Session, person_id: int, name: str, size: int) -> MediaUpload:
    """Announce a file of `size` bytes. Raises `Invalid` at once when it is too large or the disk has no room for it."""
    shown = names.base(name)
    if not shown:
        raise Invalid(gettext("This file has no name. Give it one, and upload it again."))
    form = kinds.named(shown)
    kinds.check_size(size, form.kind if form else None)
    _check_room(session, size)
    upload = MediaUpload(person_id=person_id, name=shown, size=size, created_at=clock.now())
    session.add(upload)
    session.flush()
    folder().mkdir(parents=True, exist_ok=True)
    path(upload.uid).touch(0o600)
    return upload


def get(session: Session, person_id: int, uid: str) -> MediaUpload:
    """A person's own upload, as it is now. Raises `NotFound`."""
    found = session.scalar(
        select(MediaUpload)
        .where(MediaUpload.uid == uid, MediaUpload.person_id == person_id)
        .execution_options(populate_existing=True)
    )
    if found is None or not path(found.uid).exists():
        raise NotFound
    return found


def path(uid: str) -> Path:
    """Where the bytes of an upload lie: under a name of ours. Raises `NotFound` for what is no upload."""
    if not _UID.fullmatch(uid):
        raise NotFound
    return folder() / uid


def offset(upload: MediaUpload) -> int:
    """How many bytes of an upload are here."""
    return min(upload.received, path(upload.uid).stat().st_size)


@contextmanager
def alone(uid: str) -> Iterator[None]:
    """Keep every other request away from an upload. Raises `Conflict` while one is at it, `NotFound`."""
    try:
        descriptor = os.open(path(uid), os.O_RDWR)
    except FileNotFoundError:
        raise NotFound from None
    try:
        _take_turn(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take_turn(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(gettext("A piece of this file is just coming in. Wait for it.")) from None


def check_piece(upload: MediaUpload, said: str, length: int | None) -> tuple[int, int]:
    """Where a piece goes and how long it is. Raises `WrongPlace` when it does not follow, and `Invalid`."""
    here = offset(upload)
    if not re.fullmatch(r"[0-9]{1,12}", said) or not length or length > PIECE:
        raise Invalid(gettext("Send a piece of up to %(size)s and say where it begins.", size=file_size(PIECE)))
    if int(said) != here:
        raise WrongPlace(here)
    if here + length > upload.size:
        raise Invalid(gettext("This is more than the %(size)s that were announced.", size=file_size(upload.size)))
    return here, length


def write(uid: str, start: int, length: int, stream: IO[bytes]) -> None:
    """Put a piece into the file as it comes. The first one is looked at: what is not taken stops here.

    Raises `Invalid`, and `Conflict` when the connection was lost before the end of the piece.
    """
    with path(uid).open("r+b") as file:
        file.truncate(start)
        file.seek(start)
        left = length
        while left and (part := stream.read(min(left, 1 << 18))):
            file.write(part)
            left -= len(part)
        file.flush()
        os.fsync(file.fileno())
        if left:
            raise Conflict(gettext("The connection was lost. Send this piece once more."))
        if start == 0:
            file.seek(0)
            kinds.of(file.read(kinds.HEAD))


def count(session: Session, uid: str, received: int) -> None:
    """Remember how much of an upload is here."""
    session.execute(update(MediaUpload).where(MediaUpload.uid == uid).values(received=received))


def whole(upload: MediaUpload) -> Path:
    """The file, when all of it is here. Raises `WrongPlace` when some of it is missing."""
    here = offset(upload)
    if here != upload.size:
        raise WrongPlace(here)
    return path(upload.uid)


def remove(session: Session, upload: MediaUpload) -> None:
    """Forget an upload, finished or given up. Its bytes go too."""
    session.delete(upload)
    session.flush()
    path(upload.uid).unlink(missing_ok=True)


@contextmanager
def at_once(stream: IO[bytes], length: int) -> Iterator[Path]:
    """A file that came as a whole in a form, on the disk for as long as it is looked at. Raises `Invalid`."""
    if length > AT_ONCE:
        raise Invalid(
            gettext(
                "This file has %(size)s. Without scripts, files of up to %(most)s are taken.",
                size=file_size(length),
                most=file_size(AT_ONCE),
            )
        )
    folder().mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder(), prefix="form-") as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        yield Path(file.name)


def forget_old(session: Session) -> int:
    """Give up uploads that nobody went on with for a day, and sweep what crashes left. Returns how many."""
    before = clock.now() - PATIENCE
    old = session.scalars(select(MediaUpload).where(MediaUpload.created_at < before)).all()
    for upload in old:
        remove(session, upload)
    known = set(session.scalars(select(MediaUpload.uid)))
    for left in folder().glob("*") if folder().exists() else ():
        if left.name not in known and left.stat().st_mtime < before.timestamp():
            left.unlink(missing_ok=True)
    return len(old)


def _check_room(session: Session, size: int) -> None:
    """Raise `Invalid` when the disk has no room for a file beside those that are still coming."""
    folder().mkdir(parents=True, exist_ok=True)
    coming = session.scalar(select(func.sum(MediaUpload.size - MediaUpload.received))) or 0
    free = shutil.disk_usage(folder()).free - coming - KEPT_FREE
    if size > free:
        raise Invalid(
            gettext("There is no room for this file at present. Ask whoever runs the university to make some.")
        )
