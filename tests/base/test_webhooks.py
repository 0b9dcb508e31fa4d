"""Webhooks leave after the deed, signed, and failures are tried again."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import func, select

from lms.base import clock, webhook_sending, webhooks
from lms.base.errors import Conflict, Invalid
from lms.base.outbox import RETRIES
from lms.base.webhooks import WebhookMessage

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


class Listener:
    """A real system that is told things, and may be out of order."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[tuple[dict[str, str], bytes]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((dict(self.headers), body))
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                """Nothing on the terminal."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?from=here"


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever)
    thread.start()
    yield listener
    listener.server.shutdown()
    thread.join()
    listener.server.server_close()


@pytest.fixture
def endpoint(database, make, session, listener):
    person = make.person()
    made = webhook_sending.listen(session, "Tools", listener.url, by_id=person.id)
    session.commit()
    return made


def tell(database, uid: str = "a" * 32) -> None:
    with database.transaction() as session:
        webhooks.queue(session, "entitlement.to_give", uid, {"name": "Phone – naïve Ω"})


def test_a_message_arrives_once_with_a_signature_that_proves_it(database, endpoint, listener):
    tell(database)
    assert (webhook_sending.deliver(database), webhook_sending.deliver(database)) == (1, 0)
    ((headers, body),) = listener.heard
    said = json.loads(body)
    assert (said["event"], said["subject"], said["data"]["name"]) == (
        "entitlement.to_give",
        "a" * 32,
        "Phone – naïve Ω",
    )
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == said["id"]


def test_a_deed_that_is_undone_tells_nobody(database, endpoint, listener):
    with pytest.raises(RuntimeError), database.transaction() as session:
        webhooks.queue(session, "entitlement.to_give", "a" * 32, {})
        raise RuntimeError
    assert webhook_sending.deliver(database) == 0


def test_what_fails_is_tried_again_and_given_up_in_the_end(database, endpoint, listener):
    listener.status = 503
    with clock.frozen(MONDAY):
        tell(database)
    for tries in range(len(RETRIES) + 1):
        with clock.frozen(MONDAY + timedelta(days=tries)):
            assert webhook_sending.deliver(database) == 0
    with database.transaction() as session:
        message = session.scalars(select(WebhookMessage)).one()
        assert (message.state, message.error) == ("dead", "HTTP 503")
        webhook_sending.try_again(session, message.id)
    listener.status = 204
    assert webhook_sending.deliver(database) == 1
    with database.transaction() as session, pytest.raises(Conflict):
        webhook_sending.try_again(session, message.id)


def test_an_endpoint_that_was_ended_is_told_nothing(database, endpoint, listener, session):
    tell(database)
    webhook_sending.end(session, endpoint.id, by_id=1)
    session.commit()
    tell(database)
    assert webhook_sending.deliver(database) == 0
    assert session.scalar(select(func.count(WebhookMessage.id))) == 1


@pytest.mark.parametrize(
    "url", ["", "tools.example.com", "ftp://tools.example.com", "https://", "https://a:b@c.example"]
)
def test_an_address_that_cannot_be_told_is_refused(session, url):
    with pytest.raises(Invalid):
        webhook_sending.listen(session, "Tools", url, by_id=1)
