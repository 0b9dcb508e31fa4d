"""Sending webhooks: signed, once or more, never followed elsewhere.

Source of the headers and the signature: the Standard Webhooks specification (webhook-id, webhook-timestamp,
webhook-signature "v1," and the HMAC-SHA256 of id, timestamp and body, in base 64).
"""

import base64
import hashlib
import hmac
import http.client
import secrets
import ssl
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.base.outbox import RETRIES
from lms.base.webhooks import WebhookEndpoint, WebhookMessage

LONGEST = 500
SECONDS = 10
"""How long an endpoint may take for its answer."""


def listen(session: Session, name: str, url: str, *, by_id: int) -> WebhookEndpoint:
    """Have another system told from now on. Raises `Invalid` for an address that cannot be used."""
    try:
        address = urlsplit(url.strip())
    except ValueError:  # such as http://[
        address = urlsplit("")
    if address.scheme not in {"https", "http"} or not address.hostname or address.username or len(url) > LONGEST:
        raise Invalid(gettext("Write the whole address, such as https://tools.example.com/hooks."))
    if not name.strip():
        raise Invalid(gettext("Give it a name by which others know it."))
    made = WebhookEndpoint(name=name.strip()[:100], url=url.strip(), secret=_new_secret(), made_at=clock.now())
    session.add(made)
    session.flush()
    audit.record(session, "added a webhook", f"webhook_endpoint:{made.id}", actor_id=by_id, url=made.url)
    return made


def end(session: Session, endpoint_id: int, *, by_id: int) -> None:
    """Tell a system no more; what still waits for it is given up. Raises `NotFound`."""
    endpoint = session.get(WebhookEndpoint, endpoint_id, with_for_update=True)
    if endpoint is None:
        raise NotFound
    if endpoint.ended_at is None:
        endpoint.ended_at = clock.now()
        audit.record(session, "ended a webhook", f"webhook_endpoint:{endpoint.id}", actor_id=by_id)


def try_again(session: Session, message_id: int) -> None:
    """Have a message that was given up sent once more. Raises `NotFound` and `Conflict`."""
    message = session.get(WebhookMessage, message_id, with_for_update=True)
    if message is None:
        raise NotFound
    if message.state != "dead":
        raise Conflict(gettext("This message is not given up: it was sent, or it is still tried."))
    message.state, message.tries, message.next_try_at = "queued", 0, clock.now()


def endpoints(session: Session) -> list[WebhookEndpoint]:
    """All endpoints, those that still listen first."""
    order = (WebhookEndpoint.ended_at.is_not(None), WebhookEndpoint.id)
    return list(session.scalars(select(WebhookEndpoint).order_by(*order)))


def newest(session: Session, most: int = 50) -> list[WebhookMessage]:
    """The newest messages."""
    return list(session.scalars(select(WebhookMessage).order_by(WebhookMessage.id.desc()).limit(most)))


def signature(secret: str, uid: str, moment: datetime, body: str) -> str:
    """The signature of a message as it stands in its header."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{uid}.{int(moment.timestamp())}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def deliver(database: Database, *, limit: int = 200) -> int:
    """Send what is due; returns how many arrived. For the worker.

    No transaction is open while another system is spoken to: see `outbox.deliver`, whose ways these are.
    """
    sent = 0
    for _ in range(limit):
        with database.transaction() as session:
            taken = _take(session)
        if taken is None:
            return sent
        message, endpoint = taken
        error = _try(message, endpoint)
        with database.transaction() as session:
            _note(session.get_one(WebhookMessage, message.id), error)
        sent += not error
    return sent


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def _take(session: Session) -> tuple[WebhookMessage, WebhookEndpoint] | None:
    """The next message that is due, with its endpoint, put off for the case that sending fails."""
    found = session.execute(
        select(WebhookMessage, WebhookEndpoint)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookMessage.endpoint_id)
        .where(
            WebhookMessage.state == "queued",
            WebhookMessage.next_try_at <= clock.now(),
            WebhookEndpoint.ended_at.is_(None),
        )
        .order_by(WebhookMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=WebhookMessage)
    ).one_or_none()
    if found is None:
        return None
    message, endpoint = found
    message.next_try_at = clock.now() + timedelta(minutes=RETRIES[min(message.tries, len(RETRIES) - 1)])
    message.tries += 1
    return message, endpoint


def _try(message: WebhookMessage, endpoint: WebhookEndpoint) -> str:
    """Send a message; returns what went wrong, nothing when the endpoint said yes."""
    try:
        status = _post(message, endpoint)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"{type(error).__name__}: {error}"[:500]
    return "" if 200 <= status < 300 else f"HTTP {status}"


def _post(message: WebhookMessage, endpoint: WebhookEndpoint) -> int:
    address, now = urlsplit(endpoint.url), clock.now()
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    host = address.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, address.port, timeout=SECONDS, context=ssl.create_default_context())
        if address.scheme == "https"
        else http.client.HTTPConnection(host, address.port, timeout=SECONDS)
    )
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.uid,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(endpoint.secret, message.uid, now, message.body),
    }
    try:
        connection.request("POST", path, message.body.encode(), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _note(message: WebhookMessage, error: str) -> None:
    message.error = error
    if not error:
        message.state, message.sent_at = "sent", clock.now()
    elif message.tries > len(RETRIES):
        message.state = "dead"
