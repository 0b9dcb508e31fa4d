"""The badge for a bio line or a signature: small, in the color of the level, and gray as soon as it does not hold."""

from dataclasses import dataclass

from certificates.records import Record
from lms.base.i18n import day, gettext

COLORS = ("#56606e", "#1f7a4d", "#2a4cad", "#6b3fa0", "#8a2f5b", "#7a4a00")
"""By rank of the level, from the lowest; endorsements and all above take the last. White words have 4.5 on each."""
GRAY = "#5c5c5c"
LETTER, LEAST, ROOM = 7.2, 150, 56
"""Width of a letter, the narrowest badge, and what stands beside the words: all in the units of the drawing."""
HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Vary": "Accept-Language",
}
"""A badge stands on other people's pages. It is asked for again after five minutes."""


@dataclass(frozen=True)
class Badge:
    """What the badge says, and how it looks. `width` is that of the drawing, which is 40 high."""

    title: str
    words: str
    color: str
    holds: bool
    width: int


def badge(record: Record) -> Badge:
    """The badge of a certificate as it stands today. It never names its holder."""
    holds = record.state == "valid"
    company = record.content["company"]
    title = f"{company} · {record.words['name']}" if holds else company
    words = gettext("Valid until %(day)s", day=day(record.ends_on)) if holds else _words(record.state)
    rank = int(record.content["level"]["rank"])
    color = COLORS[min(max(rank, 0), len(COLORS) - 1)] if holds else GRAY
    width = max(LEAST, round(max(len(title), len(words)) * LETTER) + ROOM)
    return Badge(title, words, color, holds, width)


def _words(state: str) -> str:
    """Why it is gray, without a word about the person."""
    return {
        "future": gettext("Not valid yet"),
        "waiting": gettext("Not valid yet"),
        "paused": gettext("Not valid today"),
        "lapsed": gettext("Not valid any more"),
        "ended": gettext("Not valid any more"),
        "corrected": gettext("Replaced by a newer one"),
    }.get(state, gettext("Not valid"))
