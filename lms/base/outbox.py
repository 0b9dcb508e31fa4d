"""Mail: written as a row in the transaction that causes it, sent after it, once."""

import smtplib
import ssl
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base import clock
from lms.base.db import Base, Database, insert_many, one_of
from lms.base.settings import Settings

STATES = ("queued", "sent", "dead")
RETRIES = (1, 5, 30, 120, 720)
"""Minutes to wait after each failure; after the last the message is dead and waits for a person."""


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


def queue_new(session: Session, letters: Collection[Letter]) -> None:
    """Queue those of many mails whose occasion nobody was told of yet. Two statements."""
    keys = select(OutboxMessage.key).where(OutboxMessage.key.in_([letter.key for letter in letters]))
    told = set(session.scalars(keys))
    queue_all(session, (letter for letter in letters if letter.key not in told))


def deliver(database: Database, settings: Settings, *, limit: int = 200) -> int:
    """Send what is due; returns how many went out. For the worker.

    No transaction is open while a mail server is spoken to: it may be slow, and others want to write. A message is
    taken by moving its next try into the future, so that one whose worker dies on the way is tried again then.
    """
    sent = 0
    for _ in range(limit):
        with database.transaction() as session:
            message = _take(session)
        if message is None:
            return sent
        error = _try(message, settings)
        with database.transaction() as session:
            _note(session.get_one(OutboxMessage, message.id), error)
        sent += not error
    return sent


def _take(session: Session) -> OutboxMessage | None:
    """The next message that is due, if there is one, put off for the case that sending fails."""
    message = session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.state == "queued", OutboxMessage.next_try_at <= clock.now())
        .order_by(OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if message is not None:
        message.next_try_at = clock.now() + timedelta(minutes=RETRIES[min(message.tries, len(RETRIES) - 1)])
        message.tries += 1
    return message


def _try(message: OutboxMessage, settings: Settings) -> str:
    """Send a message; returns what went wrong, nothing when all is well. `ValueError` is a header that cannot be."""
    try:
        _send(_mail(message, settings), message, settings)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return f"{type(error).__name__}: {error}"[:500]
    return ""


def _note(message: OutboxMessage, error: str) -> None:
    message.error = error
    if not error:
        message.state, message.sent_at = "sent", clock.now()
    elif message.tries > len(RETRIES):
        message.state = "dead"


def _mail(message: OutboxMessage, settings: Settings) -> EmailMessage:
    host = urlsplit(settings.base_url).hostname
    mail = EmailMessage()
    mail["From"] = f"Social Media University <no-reply@{host}>"
    mail["To"] = message.recipient
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{message.id}.{message.queued_at:%Y%m%d%H%M%S}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


def _send(mail: EmailMessage, message: OutboxMessage, settings: Settings) -> None:
    if not settings.smtp_url:
        folder = Path(settings.instance) / "outbox"
        folder.mkdir(exist_ok=True)
        (folder / f"{message.id:08}.eml").write_bytes(bytes(mail))
        return
    with _server(settings.smtp_url) as server:
        server.send_message(mail)


def _server(url: str) -> AbstractContextManager[smtplib.SMTP]:
    address = urlsplit(url)
    host = address.hostname or "localhost"
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, address.port or 465, timeout=20, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, address.port or 25, timeout=20)
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
    if address.username:
        server.login(unquote(address.username), unquote(address.password or ""))
    return server
