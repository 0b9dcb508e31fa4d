"""The media library: what lessons can show, under a name, with words for those who cannot see it."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courses.media import intake, kinds
from courses.media.drawings import ActivePicture, refuse_active
from courses.media.intake import Intake
from courses.media.models import Media, MediaAlt, MediaItem, MediaRendition, MediaReplacement
from lms.base import clock
from lms.base.errors import NotFound
from lms.base.files import FileStore
from lms.base.richtext import WIDTHS

__all__ = ["ActivePicture", "refuse_active"]
PAGE = 24
"""Items on a page of the library."""


@dataclass(frozen=True)
class LibraryItem:
    """A thing in the library as authors see it: its file as it is now, and what it shows in words, by language."""

    uid: str
    title: str
    kind: str
    address: str
    name: str
    content_type: str
    size: int
    width: int | None
    height: int | None
    seconds: int | None
    created_at: datetime
    archived: bool
    alt: dict[str, str] = field(default_factory=dict)
    id: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Served:
    """What is handed out at an address: the file itself, or a picture made smaller."""

    sha256: str
    content_type: str
    size: int


def address(media: Media | Intake) -> str:
    """Where a kept file is read. It never shows anything else."""
    return f"/media/{media.sha256}/{media.name}"


def keep(session: Session, files: FileStore, name: str, content: bytes) -> str:
    """Keep a file that comes with a course, byte for byte, and return its address. The same file is kept once.

    It stands in the library under its name; another file of that name takes its place there.
    Raises `ActivePicture`, `ValueError`.
    """
    ending = Path(name).suffix.lower().removeprefix(".")
    form = kinds.FORMATS.get("jpg" if ending == "jpeg" else ending)
    if form is None:
        raise ValueError(f"{name} is not of a kind that lessons can show: {', '.join(sorted(kinds.FORMATS))}.")
    if form.ending == "svg":
        refuse_active(content)
    digest = files.put(content)
    media = find(session, digest, name)
    if media is None:
        width, height, seconds = intake.measured(content, form)
        media = row_of(
            session, Intake(digest, name, name, form.kind, form.content_type, len(content), width, height, seconds)
        )
        _came_with_files(session, media, form.kind)
    return address(media)


def find(session: Session, digest: str, name: str) -> Media | None:
    """A file by its address, or nothing."""
    return session.scalar(select(Media).where(Media.sha256 == digest, Media.name == name))


def served(session: Session, digest: str, name: str, width: int | None) -> Served:
    """What to hand out at an address: for a `width` in dots the rendition, where there is one. Raises `NotFound`."""
    media = find(session, digest, name)
    if media is None:
        raise NotFound
    rendition = session.get(MediaRendition, (media.id, width)) if width in WIDTHS else None
    one = rendition or media
    return Served(one.sha256, one.content_type, one.size)


def items(
    session: Session, kind: str = "", words: str = "", *, archived: bool = False, page: int = 1
) -> list[LibraryItem]:
    """Things in the library, the newest first, a page of them and one more: of a kind, with these words.

    Words are looked for in titles, names of files and what they show. Two statements, however many there are.
    """
    statement = _ITEMS.where(MediaItem.archived_at.is_not(None) if archived else MediaItem.archived_at.is_(None))
    if kind:
        statement = statement.where(MediaItem.kind == kind)
    for word in words.split()[:8]:
        said = exists().where(MediaAlt.item_id == MediaItem.id, MediaAlt.words.icontains(word, autoescape=True))
        places = (column.icontains(word, autoescape=True) for column in (MediaItem.title, Media.name))
        statement = statement.where(or_(*places, said))
    newest = statement.order_by(MediaItem.id.desc()).limit(PAGE + 1).offset((max(page, 1) - 1) * PAGE)
    return _with_alt(session, newest)


def item(session: Session, uid: str) -> LibraryItem:
    """A thing in the library. Raises `NotFound`."""
    found = _with_alt(session, _ITEMS.where(MediaItem.uid == uid))
    if not found:
        raise NotFound
    return found[0]


def former(session: Session, item_id: int) -> list[Media]:
    """The files that an item was before, the newest first."""
    return list(
        session.scalars(
            select(Media)
            .join(MediaReplacement, MediaReplacement.media_id == Media.id)
            .where(MediaReplacement.item_id == item_id)
            .order_by(MediaReplacement.id.desc())
        )
    )


def adopt(session: Session) -> int:
    """Give files that were kept before there was a library their place in it. Returns how many."""
    in_library = exists().where(MediaItem.media_id == Media.id)
    was_in_library = exists().where(MediaReplacement.media_id == Media.id)
    outside = session.scalars(select(Media).where(~in_library, ~was_in_library).order_by(Media.id)).all()
    for media in outside:
        ending = Path(media.name).suffix.lower().removeprefix(".")
        _came_with_files(session, media, kinds.FORMATS["jpg" if ending == "jpeg" else ending].kind)
    return len(outside)


_ITEMS = select(MediaItem, Media).join(Media, Media.id == MediaItem.media_id)


def _with_alt(session: Session, statement: Select[MediaItem, Media]) -> list[LibraryItem]:
    rows = session.execute(statement).all()
    alt: dict[int, dict[str, str]] = {row.id: {} for row, _ in rows}
    for one in session.scalars(select(MediaAlt).where(MediaAlt.item_id.in_(alt)).order_by(MediaAlt.language)):
        alt[one.item_id][one.language] = one.words
    return [_shown(row, media, alt[row.id]) for row, media in rows]


def _shown(row: MediaItem, media: Media, alt: dict[str, str]) -> LibraryItem:
    return LibraryItem(
        uid=row.uid,
        title=row.title,
        kind=row.kind,
        address=address(media),
        name=media.name,
        content_type=media.content_type,
        size=media.size,
        width=media.width,
        height=media.height,
        seconds=media.seconds,
        created_at=row.created_at,
        archived=row.archived_at is not None,
        alt=alt,
        id=row.id,
        sha256=media.sha256,
    )


def row_of(session: Session, taken: Intake) -> Media:
    """The row of a file in the store, made when there is none; another request may be making it at this moment."""
    known = find(session, taken.sha256, taken.name)
    if known is not None:
        return known
    media = Media(
        sha256=taken.sha256,
        name=taken.name,
        content_type=taken.content_type,
        size=taken.size,
        width=taken.width,
        height=taken.height,
        seconds=taken.seconds,
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(media)
    except IntegrityError:
        return session.scalars(select(Media).where(Media.sha256 == taken.sha256, Media.name == taken.name)).one()
    session.add_all(
        MediaRendition(
            media_id=media.id, width=one.width, sha256=one.sha256, content_type=one.content_type, size=one.size
        )
        for one in taken.renditions
    )
    session.flush()
    return media


def _came_with_files(session: Session, media: Media, kind: str) -> None:
    """Show a file that came with a course in the library: as the new file of the item of its name, or as a new one."""
    row = session.scalar(
        select(MediaItem)
        .join(Media, Media.id == MediaItem.media_id)
        .where(MediaItem.created_by.is_(None), MediaItem.kind == kind, Media.name == media.name)
        .order_by(MediaItem.id.desc())
        .limit(1)
    )
    if row is None:
        session.add(MediaItem(title=media.name, kind=kind, media_id=media.id, created_at=media.created_at))
        session.flush()
    else:
        become(session, row, media, None)


def become(session: Session, row: MediaItem, media: Media, person_id: int | None) -> None:
    """Let an item be another file from now on, and remember which it was."""
    session.add(MediaReplacement(item_id=row.id, media_id=row.media_id, replaced_at=clock.now(), replaced_by=person_id))
    row.media_id = media.id
    session.flush()
