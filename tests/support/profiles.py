"""A real web server over HTTPS on this machine that shows profiles, for a reader that looks at pages elsewhere."""

import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.handles.fetching import Reach


class Profiles:
    """The server: `pages` by path (a text, or an address to move to), and a `reach` that trusts it.

    What is sent to it is `posted`, path and body, and answered with `status`.
    """

    def __init__(self, port: int, reach: Reach) -> None:
        self.pages: dict[str, str] = {}
        self.posted: list[tuple[str, bytes]] = []
        self.status = 200
        self.port, self.reach = port, reach

    def address(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"


@contextmanager
def running(folder: Path, seconds: float = 2.0) -> Iterator[Profiles]:
    """The server; a page that reads `slow` drips for ever."""
    certificate = _certificate(folder)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    trust = ssl.create_default_context(cafile=str(certificate))
    reach = Reach(lambda address: True, frozenset({server.server_port}), trust, seconds)
    server.profiles = Profiles(server.server_port, reach)  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.profiles  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = self.server.profiles.pages.get(self.path, "")  # type: ignore[attr-defined]
        if page.startswith(("https://", "http://", "/")):
            self.send_response(302)
            self.send_header("Location", page)
            self.end_headers()
            return
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if page == "slow":
            for _ in range(100):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
        self.wfile.write(page.encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        profiles: Profiles = self.server.profiles  # type: ignore[attr-defined]
        profiles.posted.append((self.path, body))
        self.send_response(profiles.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def _certificate(folder: Path) -> Path:
    """A key and a certificate of `localhost` that signs itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
