"""Outside players: films at YouTube and Vimeo, which a page may show after a click, and nothing else."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

_YOUTUBE_HOSTS = {"youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com", "youtube-nocookie.com"}
_VIMEO_HOSTS = {"vimeo.com", "www.vimeo.com", "player.vimeo.com"}
_YOUTUBE_NAME = re.compile(r"[A-Za-z0-9_-]{11}")
_YOUTUBE_PLACE = re.compile(r"/(?:embed|shorts|live|v)/([A-Za-z0-9_-]{11})/?")
_VIMEO_PLACE = re.compile(r"/(?:video/|channels/\w+/|groups/\w+/videos/)?(\d{1,15})(?:/([0-9a-f]{6,40}))?/?")
_VIMEO_KEY = re.compile(r"[0-9a-f]{6,40}")


@dataclass(frozen=True)
class Player:
    """A film elsewhere: `address` is kept, `frame` is loaded after a click, `page` shows it at its own site."""

    site: str
    address: str
    frame: str
    page: str

    @property
    def host(self) -> str:
        """With whom the browser talks once the film is played, such as `www.youtube-nocookie.com`."""
        return str(urlsplit(self.frame).hostname)


def from_link(link: str) -> Player | None:
    """The player for a link as people copy it from the page of a film or its share button; nothing for any other."""
    try:
        parts = urlsplit(link.strip() if "://" in link else f"https://{link.strip()}")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.username is not None:
        return None
    read = _READ.get((parts.hostname or "").lower())
    return read(parts) if read else None


def player(address: str) -> Player | None:
    """The player that is kept under this address; nothing when it is not exactly the address of an allowed one."""
    found = from_link(address)
    return found if found and found.address == address else None


def _youtube(parts: SplitResult) -> Player | None:
    place = _YOUTUBE_PLACE.fullmatch(parts.path)
    name = place[1] if place else parse_qs(parts.query).get("v", [""])[0] if parts.path == "/watch" else ""
    return _at_youtube(name)


def _short_youtube(parts: SplitResult) -> Player | None:
    return _at_youtube(parts.path.strip("/"))


def _at_youtube(name: str) -> Player | None:
    if not _YOUTUBE_NAME.fullmatch(name):
        return None
    address = f"https://www.youtube-nocookie.com/embed/{name}"
    frame = f"{address}?autoplay=1&rel=0&cc_load_policy=1"
    return Player("YouTube", address, frame, f"https://www.youtube.com/watch?v={name}")


def _vimeo(parts: SplitResult) -> Player | None:
    place = _VIMEO_PLACE.fullmatch(parts.path)
    if place is None:
        return None
    key = place[2] or parse_qs(parts.query).get("h", [""])[0]
    key = key if _VIMEO_KEY.fullmatch(key) else ""
    address = f"https://player.vimeo.com/video/{place[1]}" + (f"?h={key}" if key else "")
    frame = f"{address}{'&' if key else '?'}autoplay=1&dnt=1"
    return Player("Vimeo", address, frame, f"https://vimeo.com/{place[1]}" + (f"/{key}" if key else ""))


_READ: dict[str, Callable[[SplitResult], Player | None]] = {
    **dict.fromkeys(_YOUTUBE_HOSTS, _youtube),
    "youtu.be": _short_youtube,
    **dict.fromkeys(_VIMEO_HOSTS, _vimeo),
}
