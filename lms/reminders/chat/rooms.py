"""Rooms: named by an administrator, told on Mondays in words put together once."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.handles import fetching
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import LANGUAGES, force_locale, gettext, ngettext
from lms.base.i18n import day as in_words
from lms.base.settings import in_force
from lms.people.models import Unit
from lms.reminders.chat import figures
from lms.reminders.models import CHATS, ChatMessage, ChatRoom

LONGEST = 500
MONDAY = 0


def add(session: Session, *, kind: str, name: str, url: str, unit: str, language: str, by_id: int) -> ChatRoom:
    """Have a room told from next Monday on; `unit` is the path of one, or nothing for everybody. Raises `Invalid`."""
    if kind not in CHATS or language not in LANGUAGES:
        raise Invalid(gettext("Choose one of the list."))
    if not name.strip():
        raise Invalid(gettext("Give it a name by which others know it."))
    path = unit.strip().strip("/")
    found = session.scalar(select(Unit).where(Unit.path == path)) if path else None
    if path and found is None:
        raise Invalid(gettext("There is no unit “%(path)s”. Write it as in the HR file.", path=path))
    room = ChatRoom(
        kind=kind,
        name=name.strip()[:100],
        url=_checked(url),
        unit_id=found.id if found else None,
        language=language,
        made_by_id=by_id,
        made_at=clock.now(),
    )
    session.add(room)
    session.flush()
    audit.record(session, "added a chat room", f"chat_room:{room.id}", actor_id=by_id, name=room.name)
    return room


def end(session: Session, room_id: int, *, by_id: int) -> None:
    """Tell a room no more; what still waits for it is given up. Raises `NotFound`."""
    room = _get(session, room_id)
    if room.ended_at is None:
        room.ended_at = clock.now()
        audit.record(session, "ended a chat room", f"chat_room:{room.id}", actor_id=by_id)


def test(session: Session, room_id: int) -> None:
    """Send a room a word to see whether it arrives, within a minute. Raises `NotFound` and `Conflict`."""
    room = _get(session, room_id)
    if room.ended_at is not None:
        raise Conflict(gettext("This room is not told anything any more."))
    with force_locale(room.language):
        body = gettext("Hello from the Social Media University. Each Monday this room hears how far people have come.")
    _queue(session, room, f"test:{room.id}:{clock.now().isoformat()}", body)


def tell(session: Session) -> int:
    """On a Monday, queue the message of the week for each room that has none yet; returns how many. For the night."""
    today = clock.today()
    if today.weekday() != MONDAY:
        return 0
    return tell_week(session, today)


def tell_week(session: Session, monday: date) -> int:
    """Queue the message of a week for each room that has none yet; returns how many."""
    year, week, _ = monday.isocalendar()
    statement = select(ChatRoom, Unit).outerjoin(Unit, Unit.id == ChatRoom.unit_id).where(ChatRoom.ended_at.is_(None))
    keyed = {f"chat:{room.id}:{year}-{week:02}": (room, unit) for room, unit in session.execute(statement)}
    told = set(session.scalars(select(ChatMessage.key).where(ChatMessage.key.in_(keyed))))
    for key in keyed.keys() - told:
        room, unit = keyed[key]
        _queue(session, room, key, words(session, room.language, unit, monday))
    return len(keyed) - len(told)


def words(session: Session, language: str, unit: Unit | None, day: date) -> str:
    """What a room is told of a unit, or of the whole company: counts, no names, and nothing of fewer than five."""
    found, settings = figures.of_unit(session, unit, day), in_force()
    with force_locale(language):
        head = gettext("%(who)s, %(day)s", who=unit.path if unit else settings.company, day=in_words(day))
        if not found.enough:
            few = gettext("There are fewer than five people here, so no figures are shown.")
            return f"{head}\n{few}"
        on_time = found.people - found.late
        lines = [
            gettext("%(part)s of %(whole)s people have nothing overdue.", part=on_time, whole=found.people),
            ngettext("%(num)s course finished last week.", "%(num)s courses finished last week.", found.done),
            ngettext("%(num)s due in the next 14 days.", "%(num)s due in the next 14 days.", found.soon),
            ngettext("%(num)s may speak for us.", "%(num)s may speak for us.", found.speakers),
        ]
        return "\n".join([head, *lines, f"{settings.base_url}/team"])


def rooms(session: Session) -> Sequence[tuple[ChatRoom, str]]:
    """All rooms with the path of their unit, those that are told first."""
    statement = select(ChatRoom, Unit.path).outerjoin(Unit, Unit.id == ChatRoom.unit_id)
    order = (ChatRoom.ended_at.is_not(None), ChatRoom.id)
    return [(room, path or "") for room, path in session.execute(statement.order_by(*order))]


def newest(session: Session, most: int = 50) -> Sequence[ChatMessage]:
    """The newest messages to rooms."""
    return session.scalars(select(ChatMessage).order_by(ChatMessage.id.desc()).limit(most)).all()


def try_again(session: Session, message_id: int) -> None:
    """Have a message that was given up sent once more. Raises `NotFound` and `Conflict`."""
    message = session.get(ChatMessage, message_id, with_for_update=True)
    if message is None:
        raise NotFound
    if message.state != "dead":
        raise Conflict(gettext("This message is not given up: it was sent, or it is still tried."))
    message.state, message.tries, message.next_try_at = "queued", 0, clock.now()


def _get(session: Session, room_id: int) -> ChatRoom:
    room = session.get(ChatRoom, room_id, with_for_update=True)
    if room is None:
        raise NotFound
    return room


def _queue(session: Session, room: ChatRoom, key: str, body: str) -> None:
    now = clock.now()
    session.add(ChatMessage(key=key, room_id=room.id, body=body, queued_at=now, next_try_at=now))
    session.flush()


def _checked(url: str) -> str:
    """An address as it may be kept; what lies behind a name is looked at when something is sent. Raises `Invalid`."""
    try:
        address = urlsplit(url.strip())
        usual = address.scheme == "https" and address.hostname and not address.username and address.port in (None, 443)
    except ValueError:
        usual = False
    if not usual or len(url) > LONGEST or not url.strip().isprintable():
        raise Invalid(gettext("Paste the whole address that Teams or Slack gave you; it begins with https://."))
    if fetching.is_inside(address.hostname or ""):
        raise Invalid(gettext("This address lies inside our own network. Paste the one that Teams or Slack gave you."))
    return url.strip()
