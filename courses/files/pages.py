"""The texts of a course's folder, and the files they show."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

from sqlalchemy.orm import Session

from courses.files import names
from courses.files.written import WrittenText
from courses.media import holdings, kinds
from courses.sources import shelf
from lms.base import htmltree, markdown
from lms.base.content import ContentError, read
from lms.base.errors import Refused
from lms.base.files import FileStore
from lms.base.richtext import clean
from lms.guidelines import catalog as guidelines

_TITLE = re.compile(r"<h1>(.*)</h1>")


class Pages:
    """Reads the texts of one folder, and keeps the files they name in the store.

    Files are kept under what is in them, so those of a load that is given up lie there without harm.
    """

    def __init__(self, session: Session, files: FileStore, folder: Path, clauses: frozenset[str]) -> None:
        self.session = session
        self.files = files
        self.folder = folder
        self.clauses = clauses
        self.kept: dict[str, str] = {}
        self.seen: Callable[[Path], None] = lambda path: None

    def text(self, path: Path) -> WrittenText:
        """A lesson's title and cleaned HTML. Raises `ContentError`."""
        if not _inside(path, self.folder):
            raise ContentError(path, 1, "This file lies outside of the folder.")
        self.seen(path)
        heading, _, body = read(path).partition("\n")
        if path.suffix == ".html":
            return self._html(path, heading, body)
        if heading != "#" and not heading.startswith("# "):
            raise ContentError(path, 1, "The first line must be the title: # …")
        try:
            html = markdown.from_markdown(body, media=self.media, clause=self.clause, source=shelf.cited)
        except markdown.BadText as error:
            raise ContentError(path, error.line + 1, error.message) from error
        return WrittenText(heading.removeprefix("#").strip(), html)

    def _html(self, path: Path, heading: str, body: str) -> WrittenText:
        title = _TITLE.fullmatch(heading)
        if title is None or "<" in title[1]:
            raise ContentError(path, 1, "The first line must be the title: <h1>…</h1>")
        html = self._addressed(path, body.strip("\n"))
        if clean(html) != html:
            message = "Something here has no place in a lesson, such as a script or a style."
            raise ContentError(path, _first_wrong(html), message)
        return WrittenText(unescape(title[1]), html)

    def _addressed(self, path: Path, html: str) -> str:
        """HTML with the addresses of kept files in the place of their names."""
        line = 2

        def address(found: str, role: str) -> str:
            name = found.removeprefix("media:")
            if name == found:
                return found
            nonlocal line
            line = html[: max(0, html.find(found))].count("\n") + 2
            return self.media(name)

        try:
            return htmltree.readdressed(html, address)
        except htmltree.NotATree:
            raise ContentError(path, _first_wrong(html), "This is not HTML as the editor writes it.") from None
        except KeyError as error:
            raise ContentError(path, line, f"media/{error.args[0]} is named here but does not exist.") from error
        except ValueError as error:
            raise ContentError(path, line, str(error)) from error

    def media(self, name: str) -> str:
        """The address of a file in `media/`. Raises `KeyError` when there is none, `ValueError` for what is refused."""
        if name not in self.kept:
            self.kept[name] = self._keep(name)
        return self.kept[name]

    def _keep(self, name: str) -> str:
        folder = self.folder / "media"
        path = folder / name
        if name.startswith("/") or ".." in Path(name).parts or "\\" in name or "\0" in name:
            raise ValueError(f"{name} lies outside of media/.")
        if not path.is_file():
            raise KeyError(name)
        if not _inside(path, folder) or not _inside(folder, self.folder):
            raise ValueError(f"media/{name} lies outside of the folder.")
        self.seen(path)
        try:
            _check(path)
            return holdings.keep(self.session, self.files, names.safe(path.name), path.read_bytes())
        except (ValueError, Refused) as error:
            raise ValueError(f"media/{name}: {error}") from error

    def clause(self, code: str) -> str:
        """The address of a clause. Raises `KeyError`."""
        if code not in self.clauses:
            raise KeyError(f"clause {code}")
        return guidelines.address(code)


def _check(path: Path) -> None:
    """Raise `Invalid` for a file that is too large, and `ValueError` for one that is not what its name says."""
    promised = kinds.named(path.name)
    kinds.check_size(path.stat().st_size, promised.kind if promised else None)
    if promised is None:
        raise ValueError(kinds.taken())
    with path.open("rb") as file:
        found = kinds.of(file.read(kinds.HEAD))
    if found != promised:
        raise ValueError(f"this is {found.ending.upper()}, which its name does not say.")


def _inside(path: Path, folder: Path) -> bool:
    """Whether a file is really in a folder, wherever links lead."""
    return path.resolve().is_relative_to(folder.resolve())


def _first_wrong(html: str) -> int:
    """The line of a file, after its title, in which cleaning changes something first."""
    cleaned = clean(html).split("\n")
    lines = html.split("\n")
    pairs = zip(lines, [*cleaned, *[""] * len(lines)], strict=False)
    return next((number for number, (old, new) in enumerate(pairs, 2) if old != new), 2)
