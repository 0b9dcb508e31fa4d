"""A real SMTP server on loopback, that can be slow or refuse."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """Keeps what it is sent; `refusal` is answered instead while it is set; `meanwhile` is called while it is slow.

    `refused` holds answers by recipient; of more than `a_connection` mails, where set, it says goodbye.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusal = ""
        self.refused: dict[str, str] = {}
        self.a_connection = 0
        self.connections = 0
        self.url = ""
        self.meanwhile: Callable[[], None] = lambda: None

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address in self.refused:
            return self.refused[address]
        session.taken = getattr(session, "taken", 0) + 1
        if self.a_connection and session.taken > self.a_connection:
            return "421 enough for this connection"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.meanwhile()
        if self.refusal:
            return self.refusal
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 kept"


@contextmanager
def server() -> Iterator[Mailbox]:
    """A server for as long as the block lasts."""
    mailbox = Mailbox()
    port = free_port()
    mailbox.url = f"smtp://127.0.0.1:{port}"
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
