"""Pictures, films and captions that lessons show."""

from pathlib import Path

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.media.models import Media
from lms.base import clock
from lms.base.files import FileStore

TYPES = {".svg": "image/svg+xml", ".webm": "video/webm", ".mp4": "video/mp4", ".vtt": "text/vtt", ".png": "image/png"}
ACTIVE = {
    "script",
    "foreignObject",
    "handler",
    "set",
    "animate",
    "animateTransform",
    "animateMotion",
    "iframe",
    "style",
}


class ActivePicture(ValueError):
    """An SVG that could do something instead of only being looked at."""


def keep(session: Session, files: FileStore, name: str, content: bytes) -> str:
    """Keep a file and return its address. The same file is kept once. Raises `ActivePicture`, `ValueError`."""
    suffix = Path(name).suffix.lower()
    if suffix not in TYPES:
        raise ValueError(f"{name} is not of a kind that lessons can show: {', '.join(sorted(TYPES))}.")
    if suffix == ".svg":
        refuse_active(content)
    digest = files.put(content)
    known = session.scalar(select(Media.id).where(Media.sha256 == digest, Media.name == name))
    if known is None:
        session.add(
            Media(sha256=digest, name=name, content_type=TYPES[suffix], size=len(content), created_at=clock.now())
        )
        session.flush()
    return f"/media/{digest}/{name}"


def find(session: Session, digest: str, name: str) -> Media | None:
    """A file by its address, or nothing."""
    return session.scalar(select(Media).where(Media.sha256 == digest, Media.name == name))


def refuse_active(content: bytes) -> None:
    """Raise `ActivePicture` for an SVG with scripts, styles, event attributes, links or entities."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ActivePicture(f"This is not a picture in SVG: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise ActivePicture("The picture has a document type declaration.")
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if etree.QName(element).localname in ACTIVE:
            raise ActivePicture(f"The picture contains <{etree.QName(element).localname}>.")
        for attribute, value in element.attrib.items():
            name = etree.QName(attribute).localname
            if name.startswith("on") or name == "style" or (name == "href" and not str(value).startswith("#")):
                raise ActivePicture(f"The picture contains {name}={value!r}.")
