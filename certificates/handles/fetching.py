"""Reading a page of the internet that somebody named, without being led into our own network.

Only https, only public addresses: the name is resolved once, every address it has is looked at, and the connection
goes to the one that was looked at (a second answer of the name server cannot lead elsewhere). Redirects are followed
a few times on the same host, with or without `www.`, each looked at anew: another host says nothing about the profile.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

MOST = 256 * 1024
"""Bytes that are read of a page."""
SECONDS = 5.0
REDIRECTS = 3
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotRead(Exception):
    """A page could not be read; `problem` is the kind of reason."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""Addresses of version 6 behind which a router may put any address of version 4, ours too (RFC 6052, RFC 8215)."""


def is_public(address: Address) -> bool:
    """Whether an address lies in the internet that is open to all, also when it is wrapped in one of version 6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner or any(address in network for network in TRANSLATED):
            return False
    return address.is_global and not address.is_multicast


def is_inside(host: str) -> bool:
    """Whether a host says by itself, without being looked up, that it is not open to all; of a name, `localhost` does.

    Addresses of version 4 are understood as the system does, which takes 127.1 and 0x7f000001 too.
    """
    host = host.lower().rstrip(".").partition("%")[0]
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with contextlib.suppress(ValueError):
        return not is_public(ipaddress.ip_address(host))
    with contextlib.suppress(OSError, ValueError):
        return not is_public(ipaddress.ip_address(socket.inet_aton(host)))
    return False


@dataclass(frozen=True)
class Reach:
    """Where a reader may go: the check of addresses, the ports, and whose certificates are trusted."""

    allows: Callable[[Address], bool] = is_public
    ports: frozenset[int] = frozenset({443})
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was looked at, under the name that was asked for."""

    def __init__(self, host: str, port: int, to: str, reach: Reach) -> None:
        super().__init__(host, port, timeout=reach.seconds, context=reach.trust)
        self._to, self._trust, self._seconds = to, reach.trust, reach.seconds
        self._open: socket.socket | None = None

    def connect(self) -> None:
        plain = socket.create_connection((self._to, self.port), timeout=self._seconds)
        self._open = plain
        self.sock = self._open = self._trust.wrap_socket(plain, server_hostname=self.host)

    def cut(self) -> None:
        """End it from outside, whatever it waits for: below the encryption, which another thread is busy with."""
        if self._open is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._open, socket.SHUT_RDWR)


def page(address: str, reach: Reach) -> str:
    """The text of a web page. Raises `NotRead`: `address`, `private`, `unreachable`, `moved`, `not_page`."""
    for _ in range(REDIRECTS + 1):
        found, moved = _once(address, reach)
        if not moved:
            return found
        before, address = address, urljoin(address, moved)
        if _host(before) != _host(address):
            break
    raise NotRead("moved")


def post(address: str, body: str, reach: Reach) -> int:
    """Send JSON to an address in the open internet; returns the status of the answer, which is not followed elsewhere.

    Raises `NotRead`: `address`, `private`, `unreachable`.
    """
    parts, port = _parts(address, reach)
    host = parts.hostname or ""
    connection = _Pinned(host, port, _looked_at(host, port, reach), reach)
    timer = threading.Timer(reach.seconds, connection.cut)
    timer.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body.encode(), {"Content-Type": "application/json"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotRead("unreachable") from error
    finally:
        timer.cancel()
        connection.close()


def _once(address: str, reach: Reach) -> tuple[str, str]:
    """What is at an address, or where it moved to."""
    parts, port = _parts(address, reach)
    host = parts.hostname or ""
    connection = _Pinned(host, port, _looked_at(host, port, reach), reach)
    timer = threading.Timer(reach.seconds, connection.cut)
    timer.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"Accept": "text/html", "Accept-Encoding": "identity"})
        return _read(connection.getresponse())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotRead("unreachable") from error
    finally:
        timer.cancel()
        connection.close()


def _host(address: str) -> str:
    """The host of an address. What is no address is for `_parts` to refuse, on whatever host."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _parts(address: str, reach: Reach) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError as error:
        raise NotRead("address") from error
    usual = parts.scheme == "https" and parts.hostname and port in reach.ports
    if not usual or parts.username or parts.password or not address.isprintable() or " " in address:
        raise NotRead("address")
    return parts, port


def _looked_at(host: str, port: int, reach: Reach) -> str:
    """An address of a host, after looking at all it has: one that is not public spoils them all."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise NotRead("unreachable") from error
    if not all(reach.allows(ipaddress.ip_address(one.partition("%")[0])) for one in found):
        raise NotRead("private")
    return sorted(found, key=lambda one: (":" in one, one))[0]


def _read(response: http.client.HTTPResponse) -> tuple[str, str]:
    if response.status in {301, 302, 303, 307, 308}:
        return "", response.headers.get("Location", "") or _no_page()
    kind = response.headers.get_content_type()
    if response.status != 200 or kind not in {"text/html", "application/xhtml+xml"}:
        _no_page()
    if response.headers.get("Content-Encoding", "identity") != "identity":
        _no_page()
    return response.read(MOST).decode("utf-8", "replace"), ""


def _no_page() -> str:
    raise NotRead("not_page")
