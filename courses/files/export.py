"""Courses into folders: what `courses.files.bringing` reads back without a difference."""

import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.authoring import drafts
from courses.files import names, stored, writing
from courses.models import Course
from lms.base.errors import Conflict, NotFound
from lms.base.files import FileStore
from lms.base.i18n import LANGUAGES


def slugs(session: Session) -> list[str]:
    """All courses that are not retired, in the order of the curriculum."""
    order = (Course.position, Course.code)
    return list(session.scalars(select(Course.slug).where(Course.retired_at.is_(None)).order_by(*order)))


def export(
    session: Session, files: FileStore, slug: str, folder: Path, *, draft: bool, seen: Callable[[Path], None]
) -> None:
    """Write a course into its folder: the live version, or the draft where that is asked for or all there is.

    Texts of lessons that are no longer there are taken out of the folder; files in `media/` are left. `seen` is told
    each file that was written. Raises `NotFound`, and `Conflict` when a file of the course is lost.
    """
    course = session.scalar(select(Course).where(Course.slug == slug))
    if course is None:
        raise NotFound(f"There is no course {slug!r}.")
    versions = [drafts.edition(session, course.id, status) for status in ("draft", "published")]
    version = next((one for one in (versions if draft else reversed(versions)) if one), None)
    if version is None:
        raise NotFound(f"The course {slug!r} has neither a live version nor a draft.")
    written = stored.course(session, version)
    media = _media(files, written.slug, writing.media_of(written))
    texts = writing.texts(written, media)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        seen(path)
    for address, name in media.items():
        _write(files, address, folder / "media" / name)
        seen(folder / "media" / name)
    for old in _texts(folder):
        if old.relative_to(folder).as_posix() not in texts:
            old.unlink()


def _texts(folder: Path) -> list[Path]:
    """The files of texts that lie in a folder now."""
    return [path for language in LANGUAGES for path in (folder / language).glob("*") if path.suffix in {".md", ".html"}]


def _media(files: FileStore, slug: str, found: dict[str, str]) -> dict[str, str]:
    """The kept files of a course by address. Raises `Conflict` for one that the store has lost."""
    for address, name in found.items():
        if not files.exists(_digest(address)):
            raise Conflict(f"The file {name} of the course {slug} is not in the file store. Nothing was exported.")
    return found


def _write(files: FileStore, address: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = _digest(address)
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        for piece in files.pieces(digest, 0, files.size(digest)):
            file.write(piece)
    shutil.move(unfinished, path)


def _digest(address: str) -> str:
    match = names.KEPT.fullmatch(address)
    assert match is not None
    return match["digest"]
