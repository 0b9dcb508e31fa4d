"""A small HTTP client for measuring: kept-alive connections, nothing that costs more than it must."""

import http.client
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One connection that remembers cookies and the form token of the page it saw last."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str, accept: str = "text/html") -> tuple[int, bytes, http.client.HTTPMessage]:
        return self._ask("GET", path, None, {"Accept": accept})

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, bytes, http.client.HTTPMessage]:
        body = urlencode({"csrf_token": self.token, **fields})
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def see(self, path: str) -> str:
        """Open a page and remember its form token."""
        status, body, _ = self.get(path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        text = body.decode()
        if found := TOKEN.search(text):
            self.token = found[1]
        return text

    def sign_in(self, email: str, password: str) -> "Browser":
        self.see("/login")
        status, _, _ = self.post("/login", {"email": email, "password": password})
        if status != 303:
            raise RuntimeError(f"{email} could not sign in: {status}")
        return self

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", **headers})
        response = self.connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return response.status, content, response.headers


@dataclass
class Figures:
    """What was measured of one page: seconds a request, and CPU seconds of the server for all of them."""

    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0
    wall: float = 0.0

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / len(self.seconds)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.wall


def together(calls: Iterable[Callable[[], list[float]]], cpu: Callable[[], float], into: Figures) -> None:
    """Run calls at the same time, one thread each, and add what they took and what the server spent."""
    calls = list(calls)
    before, began = cpu(), time.perf_counter()
    with ThreadPoolExecutor(len(calls)) as pool:
        for seconds in pool.map(lambda call: call(), calls):
            into.seconds.extend(seconds)
    into.wall += time.perf_counter() - began
    into.cpu += cpu() - before
