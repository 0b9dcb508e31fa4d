"""A live session as a calendar file, after RFC 5545, and the times people type as moments."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lms.base.errors import Invalid
from lms.base.i18n import gettext

OCTETS = 75
"""How long a line of a calendar file may be (RFC 5545, 3.1)."""
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


def zone(name: str) -> ZoneInfo:
    """A time zone by name, such as Europe/Brussels. Raises `Invalid`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(gettext("“%(name)s” is no time zone. Choose one such as Europe/Brussels.", name=name)) from None


def moment_of(day: date, at: time, where: ZoneInfo) -> datetime:
    """The moment at which clocks in a zone show this, in UTC; the first when they show it twice.

    Raises `Invalid` for a time that the clocks skip when summer begins.
    """
    local = datetime.combine(day, at, tzinfo=where)
    found = local.astimezone(UTC)
    if found.astimezone(where).replace(tzinfo=None) != local.replace(tzinfo=None):
        words = {"time": f"{at:%H:%M}", "zone": where.key}
        raise Invalid(
            gettext("There is no %(time)s on that day in %(zone)s: the clocks go forward. Choose another.", **words)
        )
    return found


def event(
    *,
    uid: str,
    revision: int,
    made_at: datetime,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    place: str,
    link: str,
    cancelled: bool,
    host: str,
) -> str:
    """A calendar of one event. `uid` and `host` (the server's name) make it the same event whenever it is loaded."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Social Media University//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}@{host}",
        f"DTSTAMP:{utc(made_at)}",
        f"DTSTART:{utc(starts_at)}",
        f"DTEND:{utc(ends_at)}",
        f"SEQUENCE:{revision}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"SUMMARY:{text(title)}",
        *([f"LOCATION:{text(place)}"] if place else []),
        *([f"URL:{link}"] if link else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def utc(moment: datetime) -> str:
    """A moment as a calendar file has it."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def text(words: str) -> str:
    """Words as the value of a line."""
    return "".join(letter for letter in words if letter == "\n" or letter.isprintable()).translate(_ESCAPES)


def folded(line: str) -> str:
    """A line in pieces of at most 75 octets, without cutting a letter; each piece but the first begins with a blank."""
    pieces, piece, size = list[str](), "", 0
    for letter in line:
        length = len(letter.encode())
        if size + length > OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + length
    return "\r\n".join([*pieces, piece])
