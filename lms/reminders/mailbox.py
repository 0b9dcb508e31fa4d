"""The outbox as an administrator sees it: what became of each mail, and another try for those that were given up."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext
from lms.base.outbox import STATES, OutboxMessage

A_PAGE = 50


@dataclass(frozen=True)
class Counted:
    """How many mails are in each state."""

    queued: int
    sent: int
    dead: int


def counted(session: Session) -> Counted:
    """How many mails wait, were sent and were given up."""
    found: dict[str, int] = dict(
        session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all()
    )
    return Counted(*(found.get(state, 0) for state in STATES))


def found(session: Session, words: str, state: str, page: int) -> tuple[Sequence[OutboxMessage], bool]:
    """A page of mails, the newest first, and whether there are more.

    `words` are the beginning of an address, or all of a key; `state` keeps to one.
    """
    statement = select(OutboxMessage).order_by(OutboxMessage.id.desc())
    if words:
        address = OutboxMessage.recipient.startswith(words.lower(), autoescape=True)
        statement = statement.where(address | (OutboxMessage.key == words))
    if state in STATES:
        statement = statement.where(OutboxMessage.state == state)
    rows = session.scalars(statement.offset((page - 1) * A_PAGE).limit(A_PAGE + 1)).all()
    return rows[:A_PAGE], len(rows) > A_PAGE


def try_again(session: Session, message_id: int, *, by_id: int) -> None:
    """Have a mail that was given up sent once more. Raises `NotFound` and `Conflict`."""
    message = _dead(session, message_id)
    message.state, message.tries, message.next_try_at = "queued", 0, clock.now()
    audit.record(session, "tried a mail again", f"outbox_message:{message.id}", actor_id=by_id)


def try_all_again(session: Session, *, by_id: int) -> int:
    """Have every mail that was given up sent once more, as after a mail server was away for long; returns how many."""
    again = {"state": "queued", "tries": 0, "next_try_at": clock.now()}
    result = session.execute(update(OutboxMessage).where(OutboxMessage.state == "dead").values(**again))
    count: int = result.rowcount  # type: ignore[attr-defined]
    if count:
        audit.record(session, "tried all given-up mails again", "outbox_message", actor_id=by_id, count=count)
    return count


def drop(session: Session, message_id: int, *, by_id: int) -> None:
    """Remove a mail that was given up. Raises `NotFound` and `Conflict`."""
    message = _dead(session, message_id)
    audit.record(session, "dropped a mail", f"outbox_message:{message.id}", actor_id=by_id, key=message.key)
    session.delete(message)


def _dead(session: Session, message_id: int) -> OutboxMessage:
    message = session.get(OutboxMessage, message_id, with_for_update=True)
    if message is None:
        raise NotFound
    if message.state != "dead":
        raise Conflict(gettext("This mail is not given up: it was sent, or it is still tried."))
    return message
