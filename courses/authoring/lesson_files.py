"""The files of the media library that a lesson can be given, by what they are for."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.catalog import FileView
from courses.media.models import Media, MediaItem

KINDS = {"video": "film", "audio": "sound", "document": "document", "captions": "captions", "poster": "picture"}
"""For each role in a lesson, what kind of thing in the library can have it. A player is a link, not a file."""
OFFERED_AT_MOST = 2000


@dataclass(frozen=True)
class OfferedFile:
    """A thing in the library; `seconds` is how long it plays, 0 where that is not known."""

    kind: str
    title: str
    address: str
    seconds: int


def offered(session: Session) -> list[OfferedFile]:
    """The newest things in the library, by title. One statement."""
    rows = session.execute(
        select(MediaItem.kind, MediaItem.title, Media.sha256, Media.name, Media.seconds)
        .join(Media, Media.id == MediaItem.media_id)
        .where(MediaItem.archived_at.is_(None))
        .order_by(MediaItem.id.desc())
        .limit(OFFERED_AT_MOST)
    )
    found = [
        OfferedFile(kind, title, f"/media/{digest}/{name}", seconds or 0) for kind, title, digest, name, seconds in rows
    ]
    return sorted(found, key=lambda file: (file.title.casefold(), file.address))


def choices(offered: list[OfferedFile], role: str, held: str) -> list[tuple[str, str]]:
    """Address and title of what can have a role in a lesson, with what has it now, whatever became of that."""
    found = {file.address: file.title for file in offered if file.kind == KINDS[role]}
    if held and held not in found:
        found[held] = held.rsplit("/", 1)[-1]
    return list(found.items())


def chosen(offered: list[OfferedFile], held: FileView | None, role: str, language: str, address: str) -> FileView:
    """The file at an address as a lesson has it: with its title and how long it plays."""
    for file in offered:
        if file.address == address:
            return FileView(role, language, address, file.title, file.seconds)
    if held is not None and held.address == address:
        return held
    return FileView(role, language, address, "", 0)
