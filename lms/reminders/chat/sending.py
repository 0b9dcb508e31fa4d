"""Sending messages to rooms: once, or again when it failed, to nobody inside our own network."""

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.handles import fetching
from certificates.handles.fetching import NotRead, Reach
from lms.base import clock, journal
from lms.base.db import Database
from lms.base.outbox import RETRIES
from lms.base.settings import Settings
from lms.reminders.models import ChatMessage, ChatRoom

SECONDS = 10.0


def deliver(database: Database, settings: Settings, *, reach: Reach | None = None, limit: int = 50) -> int:
    """Send what is due; returns how many arrived. For the worker.

    No transaction is open meanwhile, and what the journal says was sent is not sent again: see `outbox.deliver`.
    """
    sent = 0
    for _ in range(limit):
        with database.transaction() as session:
            taken = _take(session)
        if taken is None:
            return sent
        error = _send(*taken, settings, reach or Reach(seconds=SECONDS))
        with database.transaction() as session:
            _note(session.get_one(ChatMessage, taken[0].id), error)
        sent += not error
    return sent


def payload(kind: str, words: str) -> str:
    """A message as JSON, as Teams (an adaptive card) or Slack (its own signs) takes it."""
    if kind == "slack":
        safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return json.dumps({"text": safe})
    lines = [
        {"type": "TextBlock", "text": line, "wrap": True, **({"weight": "Bolder"} if number == 0 else {})}
        for number, line in enumerate(words.splitlines())
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": lines,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]})


def _take(session: Session) -> tuple[ChatMessage, ChatRoom] | None:
    """The next message that is due, with its room, put off for the case that sending fails."""
    found = session.execute(
        select(ChatMessage, ChatRoom)
        .join(ChatRoom, ChatRoom.id == ChatMessage.room_id)
        .where(ChatMessage.state == "queued", ChatMessage.next_try_at <= clock.now(), ChatRoom.ended_at.is_(None))
        .order_by(ChatMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=ChatMessage)
    ).one_or_none()
    if found is None:
        return None
    message, room = found
    message.next_try_at = clock.now() + timedelta(minutes=RETRIES[min(message.tries, len(RETRIES) - 1)])
    message.tries += 1
    return message, room


def _send(message: ChatMessage, room: ChatRoom, settings: Settings, reach: Reach) -> str:
    """Send a message; returns what went wrong, nothing when the room has it."""
    own = journal.identity_of(message.key, room.url, message.body)
    with journal.opened(settings.instance) as notes:
        if notes.sent_of([own]):
            return ""
        notes.trying([own])
        try:
            status = fetching.post(room.url, payload(room.kind, message.body), reach)
        except NotRead as failure:
            return failure.problem
        if 200 <= status < 300:
            notes.sent(own)
            return ""
        return f"HTTP {status}"


def _note(message: ChatMessage, error: str) -> None:
    message.error = error
    if not error:
        message.state, message.sent_at = "sent", clock.now()
    elif message.tries > len(RETRIES):
        message.state = "dead"
