"""Mail: written as a row in the transaction that causes it, sent after it, once."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base import bulk, clock, journal, posting
from lms.base.db import Base, Database, insert_many, one_of
from lms.base.events import Event, announce
from lms.base.journal import Journal
from lms.base.posting import SENT, Outcome, Post
from lms.base.settings import Settings

STATES = ("queued", "sent", "dead")
RETRIES = (1, 5, 30, 120, 720)
"""Minutes to wait after each failure; after the last the message is dead and waits for a person."""
AT_ONCE = 100
"""How many mails go through one connection to the server, and are taken from the outbox together."""
TAKEN = timedelta(minutes=15)
"""For how long what a worker took is left to it; afterwards it is thought to have died."""
SECONDS = 50.0
"""How long a worker sends before it looks at its other work again."""
OF_A_DAY = ("digest:",)
"""Beginnings of keys that name the same occasion in every state of the database, whatever the words are then."""


class OutboxMessage(Base):
    """A mail to one person. `key` names its occasion: a second mail for the same occasion is not queued."""

    __tablename__ = "outbox_message"
    __table_args__ = (one_of("state", STATES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued", index=True)
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]


def queue(session: Session, *, key: str, recipient: str, subject: str, body: str) -> None:
    """Queue a mail with the deed that causes it. Asking again with the same key does nothing."""
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is None:
        now = clock.now()
        session.add(
            OutboxMessage(key=key, recipient=recipient, subject=subject, body=body, queued_at=now, next_try_at=now)
        )


@dataclass(frozen=True)
class Letter:
    """A mail to be queued. `key` names its occasion."""

    key: str
    recipient: str
    subject: str
    body: str


def queue_all(session: Session, letters: Iterable[Letter]) -> None:
    """Queue many mails of one occasion that happens once, such as a publication: their keys must be new."""
    now = clock.now()
    queued = {"state": "queued", "queued_at": now, "next_try_at": now}
    insert_many(session, OutboxMessage, [{**vars(letter), **queued} for letter in letters])


def queue_many(session: Session, letters: Iterable[Letter]) -> None:
    """Queue tens of thousands of mails; those whose occasion was told already are left out."""
    now = clock.now()
    columns = ("key", "recipient", "subject", "body", "state", "queued_at", "next_try_at", "tries", "error")
    rows = ((one.key, one.recipient, one.subject, one.body, "queued", now, now, 0, "") for one in letters)
    bulk.insert_rows(session, OutboxMessage, columns, rows, or_ignore=True)


def queue_new(session: Session, letters: Collection[Letter]) -> None:
    """Queue those of many mails whose occasion nobody was told of yet. Two statements."""
    keys = select(OutboxMessage.key).where(OutboxMessage.key.in_([letter.key for letter in letters]))
    told = set(session.scalars(keys))
    queue_all(session, (letter for letter in letters if letter.key not in told))


@dataclass(frozen=True)
class MailsLeave(Event):
    """Mails were taken to be sent. Who put them together adds to `carried`, by key, what else they tell: the journal
    then knows it too, whatever mail a restored database would tell it in."""

    keys: Collection[str]
    carried: dict[str, list[bytes]] = field(default_factory=dict)


def deliver(database: Database, settings: Settings, *, limit: int = 100_000, seconds: float = SECONDS) -> int:
    """Send what is due, for so many seconds at most; returns how many went out. For the worker.

    No transaction is open while a mail server is spoken to: it may be slow, and others want to write. Messages are
    taken by moving their next try into the future, so that those whose worker dies on the way are tried again then.
    What the journal says was sent is not sent again, also when the database was restored from before.
    """
    sent, until = 0, time.monotonic() + seconds
    while sent < limit and time.monotonic() < until:
        with database.transaction() as session:
            taken = _take(session, min(AT_ONCE, limit - sent))
            leaving = MailsLeave([message.key for message in taken])
            announce(session, leaving)
        if not taken:
            return sent
        outcomes = _send(taken, leaving.carried, settings, until)
        with database.transaction() as session:
            _note(session, taken, outcomes)
        new = sum(not outcome.error for outcome in outcomes.values())
        sent += new
        if not new:  # the server is away, more likely than not: the others need not be counted as tried
            return sent
    return sent


def forget_old(settings: Settings) -> int:
    """Drop what the journal knows from long ago; returns how many lines. For the night."""
    with journal.opened(settings.instance) as notes:
        return notes.forget_old()


def identity(message: OutboxMessage) -> bytes:
    """What tells a mail from every other, in whatever state of the database: its occasion and its words."""
    if message.key.startswith(OF_A_DAY):
        return journal.identity_of(message.key)
    return journal.identity_of(message.key, message.recipient, message.subject, message.body)


def _take(session: Session, most: int) -> Sequence[OutboxMessage]:
    """The next messages that are due, kept from other workers for a while."""
    now = clock.now()
    messages = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.state == "queued", OutboxMessage.next_try_at <= now)
        .order_by(OutboxMessage.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    bulk.update_rows(session, OutboxMessage, ("id",), ("next_try_at",), [(one.id, now + TAKEN) for one in messages])
    return messages


def _send(
    taken: Sequence[OutboxMessage], carried: Mapping[str, Sequence[bytes]], settings: Settings, until: float
) -> dict[int, Outcome]:
    """Send messages over one connection; returns what became of each that its turn came for."""
    outcomes: dict[int, Outcome] = {}
    identities = {message.id: identity(message) for message in taken}
    with journal.opened(settings.instance) as notes, posting.opened(settings) as post:
        gone = notes.sent_of(identities.values())
        notes.trying([one for one in identities.values() if one not in gone])
        for message in taken:
            own = identities[message.id]
            told = [own, *carried.get(message.key, ())]
            outcomes[message.id] = SENT if own in gone else _try(message, told, settings, post, notes)
            if time.monotonic() > until:
                break
    return outcomes


def _try(message: OutboxMessage, told: Sequence[bytes], settings: Settings, post: Post, notes: Journal) -> Outcome:
    """Send a message and note outside what it told: itself first. `ValueError` is a header that cannot be."""
    own = told[0]
    try:
        mail = _mail(message, own, settings)
    except ValueError as error:
        return Outcome(f"{type(error).__name__}: {error}"[:500], final=True)
    outcome = post.hand_over(mail, f"{message.id:08}-{own.hex()[:16]}")
    if not outcome.error:
        notes.sent(*told)
    return outcome


def _note(session: Session, taken: Sequence[OutboxMessage], outcomes: dict[int, Outcome]) -> None:
    """Write down what became of messages; those whose turn did not come are given back."""
    columns = ("state", "next_try_at", "tries", "error", "sent_at")
    rows = [(one.id, *_after(one, outcomes.get(one.id))) for one in taken]
    bulk.update_rows(session, OutboxMessage, ("id",), columns, rows)


def _after(message: OutboxMessage, outcome: Outcome | None) -> tuple[str, datetime, int, str, datetime | None]:
    """State, next try, tries, error and the moment of sending that follow from an outcome."""
    now = clock.now()
    if outcome is None:
        return "queued", now, message.tries, message.error, None
    tries = message.tries + 1
    if not outcome.error:
        return "sent", now, tries, "", now
    if outcome.final or tries > len(RETRIES):
        return "dead", now, tries, outcome.error, None
    return "queued", now + timedelta(minutes=RETRIES[tries - 1]), tries, outcome.error, None


def _mail(message: OutboxMessage, own: bytes, settings: Settings) -> EmailMessage:
    host = urlsplit(settings.base_url).hostname
    mail = EmailMessage()
    mail["From"] = f"Social Media University <no-reply@{host}>"
    mail["To"] = message.recipient
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{own.hex()}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail
