"""Changing the media library: adding, naming and describing, replacing, putting away."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.media import holdings
from courses.media.holdings import LibraryItem
from courses.media.intake import Intake
from courses.media.models import MediaAlt, MediaItem
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import LANGUAGES, gettext

LONGEST_TITLE = 120
LONGEST_ALT = 300


def add(session: Session, taken: Intake, person_id: int) -> LibraryItem:
    """Put a file into the library. One that is there already, and not put away, is not added again."""
    media = holdings.row_of(session, taken)
    row = session.scalar(
        select(MediaItem).where(MediaItem.media_id == media.id, MediaItem.archived_at.is_(None)).limit(1)
    )
    if row is None:
        row = MediaItem(
            title=taken.title, kind=taken.kind, media_id=media.id, created_at=clock.now(), created_by=person_id
        )
        session.add(row)
        session.flush()
        audit.record(session, "added a file", f"media_item:{row.id}", actor_id=person_id, name=media.name)
    return holdings.item(session, row.uid)


def replace(session: Session, uid: str, taken: Intake, person_id: int) -> LibraryItem:
    """Let an item be another file from now on. What shows the old file goes on showing it, at its old address.

    Raises `Invalid` for a file of another kind, `Conflict` for the same file, `NotFound`.
    """
    row = _locked(session, uid)
    if taken.kind != row.kind:
        raise Invalid(
            gettext("This is a file of another kind. Replace a picture by a picture, a film by a film, and so on.")
        )
    media = holdings.row_of(session, taken)
    if media.id == row.media_id:
        raise Conflict(gettext("This is the file that is there already."))
    holdings.become(session, row, media, person_id)
    audit.record(session, "replaced a file", f"media_item:{row.id}", actor_id=person_id, name=media.name)
    return holdings.item(session, uid)


def describe(session: Session, uid: str, title: str, alt: Mapping[str, str]) -> None:
    """Name an item, and say what it shows, by language; an empty text takes the words of a language away."""
    row = _locked(session, uid)
    if not title:
        raise Invalid(gettext("Give it a title, so that others find it."))
    row.title = title
    kept = {one.language: one for one in session.scalars(select(MediaAlt).where(MediaAlt.item_id == row.id))}
    for language, words in alt.items():
        if language in kept and not words:
            session.delete(kept[language])
        elif language in kept:
            kept[language].words = words
        elif words and language in LANGUAGES:
            session.add(MediaAlt(item_id=row.id, language=language, words=words))
    session.flush()


def put_away(session: Session, uid: str, used_in: Iterable[str], person_id: int) -> None:
    """Take an item out of the library; its file stays. Raises `Conflict` that names where it is in use."""
    row = _locked(session, uid)
    if places := list(used_in):
        more = gettext(" and in other lessons") if len(places) > 3 else ""
        raise Conflict(
            gettext(
                "It is in use: %(places)s%(more)s. Take it out there first.", places="; ".join(places[:3]), more=more
            )
        )
    row.archived_at = clock.now()
    audit.record(session, "put a file away", f"media_item:{row.id}", actor_id=person_id)


def bring_back(session: Session, uid: str, person_id: int) -> None:
    """Put an item back into the library."""
    row = _locked(session, uid)
    row.archived_at = None
    audit.record(session, "brought a file back", f"media_item:{row.id}", actor_id=person_id)


def _locked(session: Session, uid: str) -> MediaItem:
    """An item as it is now, while whoever else changes it waits."""
    row = session.scalar(
        select(MediaItem).where(MediaItem.uid == uid).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row
