"""Speaking to the mail server: one connection for many mails, and what each answer means for a mail."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from lms.base.settings import Settings

SECONDS = 20
"""How long the server may take for an answer."""
CONNECTIONS = 3
"""How often a connection that broke is opened again for the same mails."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mail: `error` says what went wrong, and `final` that trying again cannot help."""

    error: str = ""
    final: bool = False


SENT = Outcome()


class Post:
    """Where mails of a batch are handed over, one by one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None
        self._left = CONNECTIONS
        self._unreachable = ""

    def hand_over(self, mail: EmailMessage, name: str) -> Outcome:
        """Hand a mail to the server, or without one to the folder `outbox`, as `name`. Raises nothing.

        A file that is there already stays: the mail is then written beside it, as `name-2`.
        """
        if not self._settings.smtp_url:
            return _write(mail, self._settings.instance / "outbox", name)
        if self._unreachable:
            return Outcome(self._unreachable)
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            self._unreachable = _said(error)
            return Outcome(self._unreachable)
        try:
            server.send_message(mail)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if _is_lost(error):
                self._drop(_said(error))
            return Outcome(_said(error), _is_final(error))
        return SENT

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._server = None

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            self._left -= 1
            self._server = _server(self._settings.smtp_url)
        return self._server

    def _drop(self, said: str) -> None:
        """Give a connection up. One that breaks again and again is not opened for the others."""
        self.close()
        if not self._left:
            self._unreachable = said


@contextmanager
def opened(settings: Settings) -> Iterator[Post]:
    """A post for a batch; the connection is made with the first mail and closed at the end."""
    post = Post(settings)
    try:
        yield post
    finally:
        post.close()


def _is_lost(error: Exception) -> bool:
    """Whether the connection is gone or may be: of an answer in words it is not, but for 421 (RFC 5321, 3.8)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == 421 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == 421
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return True
    return isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _is_final(error: Exception) -> bool:
    """Whether the server refused this mail or its recipient for good, or no header can be made of its words."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return 500 <= error.smtp_code < 600
    return isinstance(error, (ValueError, smtplib.SMTPNotSupportedError))


def _write(mail: EmailMessage, folder: Path, name: str) -> Outcome:
    try:
        folder.mkdir(exist_ok=True)
        with _new_file(folder, name) as file:
            file.write(bytes(mail))
    except (OSError, ValueError) as error:
        return Outcome(_said(error), isinstance(error, ValueError))
    return SENT


def _new_file(folder: Path, name: str) -> BinaryIO:
    for number in count(1):
        with suppress(FileExistsError):
            return (folder / (f"{name}.eml" if number == 1 else f"{name}-{number}.eml")).open("xb")
    raise AssertionError("numbers do not end")


def _server(url: str) -> smtplib.SMTP:
    address = urlsplit(url)
    host = address.hostname or "localhost"
    if address.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, address.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, address.port or 25, timeout=SECONDS)
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
    if address.username:
        server.login(unquote(address.username), unquote(address.password or ""))
    return server
