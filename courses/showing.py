"""What a lesson's page shows beside its text: film, sound and documents, in the form the reader chose."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from babel.numbers import format_decimal
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import players
from courses.catalog import FileView, LessonPage, LessonView
from courses.media.models import Media
from courses.players import Player
from lms.base import richtext
from lms.base.i18n import gettext, language

WAYS = ("read", "watch", "listen")
"""The forms in which the same lesson may exist. Finishing one of them counts."""


@dataclass(frozen=True)
class Film:
    """A film of ours, or one at an outside player; `captions` has a file for each language they are in."""

    file: FileView
    player: Player | None
    poster: str
    captions: tuple[FileView, ...]


@dataclass(frozen=True)
class Document:
    """A file to download; `size` is in bytes, where it is known."""

    address: str
    title: str
    suffix: str
    size: int | None
    language: str

    @property
    def is_pdf(self) -> bool:
        return self.suffix == "PDF"

    @property
    def weight(self) -> str:
        """ "1.4 MB", for who decides whether to download; nothing when it is not known."""
        return size_words(self.size) if self.size else ""


@dataclass(frozen=True)
class Shown:
    """A lesson for one reader: the forms it has, the one that is shown, and what belongs to it."""

    ways: tuple[str, ...]
    way: str
    film: Film | None
    sound: FileView | None
    documents: tuple[Document, ...]

    def lasts(self, file: FileView) -> str:
        """ "3 min 10", for a film or a recording; nothing when it is not known."""
        return playing_time(file.seconds) if file.seconds else ""


def shown(session: Session, lesson: LessonView, page: LessonPage, asked: str) -> Shown:
    """What a reader sees of a lesson whose text for her is `page`, in her language or else in English.

    `asked` is the form she chose: one of `WAYS`, or empty. One statement when there is a document, else none.
    """
    film, sound = _film(lesson), _chosen(lesson.files, "audio")
    there = {"read": _has_text(page), "watch": film is not None, "listen": sound is not None}
    ways = tuple(way for way in WAYS if there[way])
    usual = "watch" if lesson.kind == "video" and film else ways[0] if ways else "read"
    return Shown(ways, asked if asked in ways else usual, film, sound, _documents(session, lesson))


def frame_hosts(lesson: LessonView) -> tuple[str, ...]:
    """From where the page of this lesson may load an outside player; from nowhere when it has none."""
    found = [players.player(file.address) for file in lesson.files if file.role == "player"]
    return tuple(sorted({f"https://{player.host}" for player in found if player}))


def playing_time(seconds: int) -> str:
    """ "3 min 10", for a film or a recording."""
    return gettext("%(minutes)s min %(seconds)02d", minutes=seconds // 60, seconds=seconds % 60)


def size_words(size: int) -> str:
    """A number of bytes in kB or MB, in the reader's language."""
    if size < 1_000_000:
        return gettext("%(count)s kB", count=format_decimal(max(1, round(size / 1000)), locale=language()))
    return gettext("%(count)s MB", count=format_decimal(round(size / 1_000_000, 1), locale=language()))


def _has_text(page: LessonPage) -> bool:
    return bool(richtext.plain(page.html)) or "<img" in page.html or "<video" in page.html


def _chosen(files: Iterable[FileView], *roles: str) -> FileView | None:
    """The file in one of these roles in the reader's language, else in English, else in any; earlier roles first."""
    spoken = [language(), "en"]
    found = [file for file in files if file.role in roles]
    found.sort(key=lambda file: (spoken.index(file.language) if file.language in spoken else 2, roles.index(file.role)))
    return found[0] if found else None


def _film(lesson: LessonView) -> Film | None:
    usable = [file for file in lesson.files if file.role != "player" or players.player(file.address)]
    file = _chosen(usable, "video", "player")
    if file is None:
        return None
    if file.role == "player":
        return Film(file, players.player(file.address), "", ())
    poster = _chosen([one for one in lesson.files if one.language == file.language], "poster") or _chosen(
        lesson.files, "poster"
    )
    captions = tuple(one for one in lesson.files if one.role == "captions")
    return Film(file, None, poster.address if poster else "", captions)


def _documents(session: Session, lesson: LessonView) -> tuple[Document, ...]:
    chosen = _chosen(lesson.files, "document")
    if chosen is None:
        return ()
    _, _, digest, name = [*chosen.address.split("/", 3), "", "", ""][:4]
    name = unquote(name)
    size = session.scalar(select(Media.size).where(Media.sha256 == digest).limit(1))
    suffix = name.rpartition(".")[2].upper() if "." in name else ""
    return (Document(chosen.address, chosen.label or name, suffix, size, chosen.language),)
