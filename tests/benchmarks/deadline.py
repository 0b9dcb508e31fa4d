"""Deadline day: 10,000 people finish a quiz of 10 questions within one hour, on one small machine: `make load`.

People arrive at an even rate whatever the server does (an open loop: a slow server meets more people at once, not
fewer requests). Each reads two lessons, starts, answers ten questions with an autosave each, goes on from page to page,
looks it over, hands in and reads the result, with pauses between. The client runs on the same machine as the server.

Prints one JSON object a line on standard output, the rest on standard error.
"""

import asyncio
import json
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.benchmarks.house import ROOT, House, house
from tests.support.postgresql import Server

AN_HOUR = 10_000
SAVE_P95, ALL_P99 = 50.0, 500.0
"""Milliseconds that must not be passed."""
PAUSE = 0.8
"""Seconds between two requests of a learner, on average."""
LESSONS = ("/courses/principles/say-who-you-are", "/courses/principles")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
INPUT = re.compile(r"<input[^>]*>")


@dataclass
class Day:
    """What was measured: seconds by kind of request, and what went wrong."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    finished: int = 0

    def percentile(self, share: float, *kinds: str) -> float:
        """Milliseconds, over these kinds of requests, or over all."""
        seconds = sorted(one for kind in kinds or self.taken for one in self.taken[kind])
        return 1000 * seconds[min(len(seconds) - 1, int(share * len(seconds)))] if seconds else 0.0

    @property
    def requests(self) -> int:
        return sum(map(len, self.taken.values()))

    @property
    def holds(self) -> bool:
        return not self.wrong and self.percentile(0.95, "save") < SAVE_P95 and self.percentile(0.99) < ALL_P99


class Learner:
    """One person's browser on one connection."""

    def __init__(self, port: int, cookie: str, day: Day) -> None:
        self.port, self.cookie, self.day, self.token = port, cookie, day, ""
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def take(self) -> None:
        """The whole way through the quiz."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            await self._take()
            self.day.finished += 1
        except (OSError, ValueError, LookupError, asyncio.IncompleteReadError) as error:
            self.day.wrong.append(f"{type(error).__name__}: {error}")
        finally:
            self.writer.close()

    async def _take(self) -> None:
        for path in LESSONS:
            await self._see("page", path)
        await self._see("page", "/quizzes/principles")
        _, headers = await self._send("start", "POST", "/quizzes/principles", {"time": "100"})
        attempt = headers["location"]
        for place in range(1, 11):
            page = await self._see("page", f"{attempt}?question={place}")
            fields = first_answers(page)
            saved, _ = await self._send("save", "POST", attempt, fields, script=True)
            fields["revision"] = str(json.loads(saved)["revision"])
            await self._send("next", "POST", attempt, fields | {"go": str(place + 1) if place < 10 else "overview"})
        await self._see("page", f"{attempt}/overview")
        await self._send("submit", "POST", f"{attempt}/submit", {})
        await self._see("page", attempt)

    async def _see(self, kind: str, path: str) -> str:
        body, _ = await self._send(kind, "GET", path)
        if found := TOKEN.search(body):
            self.token = found[1]
        return body

    async def _send(
        self, kind: str, method: str, path: str, fields: dict[str, str] | None = None, *, script: bool = False
    ) -> tuple[str, dict[str, str]]:
        await asyncio.sleep(random.expovariate(1 / PAUSE))  # noqa: S311 - a pause
        body = urlencode({"csrf_token": self.token, **(fields or {})}) if method == "POST" else ""
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Cookie: lms={self.cookie}",
            "Sec-Fetch-Site: same-origin",
            f"Accept: {'application/json' if script else 'text/html'}",
        ]
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        began = time.perf_counter()
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        status, headers, content = await self._answer()
        if fresh := headers.get("set-cookie", ""):
            self.cookie = fresh.split(";")[0].removeprefix("lms=")
        self.day.taken[kind].append(time.perf_counter() - began)
        if status not in (200, 303):
            raise ValueError(f"{method} {path} answered {status}: {content[:200]!r}")
        return content.decode(), headers

    async def _answer(self) -> tuple[int, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        return int(head[0].split()[1]), headers, await self._body(headers)

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self.reader.readexactly(int(headers.get("content-length", 0)))
        content = b""
        while size := int(await self.reader.readline(), 16):
            content += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return content


def first_answers(page: str) -> dict[str, str]:
    """The hidden fields of the question's form, and the first answer of each group."""
    fields: dict[str, str] = {}
    for tag in INPUT.findall(page.split("<main", 1)[1]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and name[1] not in fields and name[1] != "certainty":
            fields[name[1]] = value[1]
    return {name: value for name, value in fields.items() if name != "csrf_token"}


async def run(port: int, cookies: list[str], an_hour: float, seconds: float) -> Day:
    """People arrive for so many seconds at a rate an hour; all of them finish."""
    day, every = Day(), 3600 / an_hour
    began, people = time.perf_counter(), []
    for number in range(int(seconds / every)):
        await asyncio.sleep(max(0.0, began + number * every - time.perf_counter()))
        people.append(asyncio.create_task(Learner(port, cookies.pop(), day).take()))
    await asyncio.gather(*people)
    return day


def crowd(one: House, people: int) -> list[str]:
    """Cookies of so many people who are ready for the quiz."""
    words = [sys.executable, "-m", "tests.benchmarks.crowd", str(people)]
    made = subprocess.run(words, cwd=ROOT, env=one.environment, check=True, stdout=subprocess.PIPE, text=True)
    return made.stdout.split()


def report(one: House, an_hour: float, day: Day, cpu: float) -> None:
    """Print the figures of a run, and say whether it holds."""
    values = {
        "save p95": (day.percentile(0.95, "save"), SAVE_P95, "ms"),
        "save p50": (day.percentile(0.5, "save"), None, "ms"),
        "hand in p95": (day.percentile(0.95, "submit"), None, "ms"),
        "everything p99": (day.percentile(0.99), ALL_P99, "ms"),
        "CPU a request": (1000 * cpu / max(1, day.requests), None, "ms"),
        "people finished": (float(day.finished), None, ""),
        "requests": (float(day.requests), None, ""),
        "failures": (float(len(day.wrong)), 0, ""),
    }
    for what, (value, aim, unit) in values.items():
        line = {
            "name": f"deadline day at {an_hour:.0f} people an hour, {what}",
            "value": round(value, 2),
            "unit": unit,
            "baseline": aim,
            "ratio": round(value / aim, 3) if aim else None,
            "statements": None,
            "database": one.name,
        }
        print(json.dumps(line), flush=True)
    for sentence in dict.fromkeys(day.wrong[:5]):
        print(f"{one.name}: {sentence}", file=sys.stderr)
    print(f"{one.name}: {an_hour:.0f} an hour {'holds' if day.holds else 'does not hold'}", file=sys.stderr)


def measure(one: House, seconds: float, most: float) -> None:
    """The deadline day, then more and more people until it does not hold."""
    held = 0.0
    factor = 1.0
    while factor <= most:
        an_hour = AN_HOUR * factor
        cookies = crowd(one, int(seconds * an_hour / 3600) + 1)
        before = one.cpu()
        day = asyncio.run(run(one.port, cookies, an_hour, seconds))
        report(one, an_hour, day, one.cpu() - before)
        if not day.holds:
            break
        held, factor = an_hour, factor + 0.5
    line = {
        "name": "deadline day, most people an hour that hold",
        "value": held,
        "unit": "1/h",
        "baseline": AN_HOUR,
        "ratio": held / AN_HOUR,
        "statements": None,
        "database": one.name,
    }
    print(json.dumps(line), flush=True)


def main() -> None:
    """`python -m tests.benchmarks.deadline [SECONDS] [MOST]`: how long a run lasts, up to how many times the rate."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 180.0
    most = float(sys.argv[2]) if len(sys.argv) > 2 else 6.0
    server = Server()
    try:
        server.execute("CREATE DATABASE deadline")
        for name, address in (("sqlite", ""), ("postgresql", server.url("deadline"))):
            with ExitStack() as stack:
                measure(stack.enter_context(house(name, address, people=0)), seconds, most)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
