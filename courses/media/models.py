"""Files of lessons: what is kept, what authors call it, and uploads on their way."""

import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of

MEDIA_KINDS = ("picture", "film", "sound", "document", "captions")


class Media(Base):
    """A file that lessons show. Its bytes lie in the file store under their SHA-256, and never change.

    `width` and `height` are in pixels, `seconds` is how long it plays, where that is known.
    """

    __tablename__ = "media"
    __table_args__ = (UniqueConstraint("sha256", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    seconds: Mapped[int | None]
    created_at: Mapped[datetime]


class MediaRendition(Base):
    """A picture made smaller, `width` pixels wide."""

    __tablename__ = "media_rendition"

    media_id: Mapped[int] = mapped_column(ForeignKey("media.id"), primary_key=True)
    width: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]


class MediaItem(Base):
    """A thing in the media library, under one name whatever file it is now: `media_id`."""

    __tablename__ = "media_item"
    __table_args__ = (one_of("kind", MEDIA_KINDS),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(16))
    title: Mapped[str]
    kind: Mapped[str]
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id"), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    archived_at: Mapped[datetime | None]


class MediaReplacement(Base):
    """A file that an item was, until it was replaced."""

    __tablename__ = "media_replacement"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("media_item.id"), index=True)
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id"))
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class MediaAlt(Base):
    """What an item shows, in words, in one language: offered whenever it is put into a lesson."""

    __tablename__ = "media_alt"

    item_id: Mapped[int] = mapped_column(ForeignKey("media_item.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[str]


class MediaUpload(Base):
    """A file on its way in, in pieces: `received` of `size` bytes are here."""

    __tablename__ = "media_upload"
    __table_args__ = (
        CheckConstraint("received >= 0 AND received <= size", name="received"),
        CheckConstraint("size > 0", name="size"),
    )

    uid: Mapped[str] = mapped_column(primary_key=True, default=lambda: secrets.token_hex(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
