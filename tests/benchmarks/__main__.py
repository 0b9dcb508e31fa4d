"""How fast the main pages are, against a plain page of the same server in the same run: `make bench`.

Prints one JSON object a line on standard output, the rest on standard error. Pages are measured in turns, so that
whatever else the machine does meets all of them alike. CPU is what the server's processes used, read from the system.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import company, curriculum, papers, permissions, publishing, register, regrading, search
from tests.benchmarks import figures as quiz_figures
from tests.benchmarks.client import Browser, Figures, together
from tests.benchmarks.house import PASSWORD, House, house
from tests.benchmarks.statements import count_statements
from tests.support.postgresql import Server

ROUNDS = 12
A_ROUND = 40
THREADS = 2
LEARNERS = 40
LESSON = "/courses/principles/say-who-you-are"
CHECK = "/speakers/check?handle=&person=&channel=own&topic=published"
PAGES = {
    "plain page": ("alice", "/plain"),
    "lesson page": ("alice", LESSON),
    "learner's home": ("alice", "/learning"),
    "team page": ("bob", "/team"),
    "verification page": ("", "/verify/{certificate}"),
    "public check": ("", "/speakers/check?handle=ana&channel=own&topic=published"),
    "public check of a speaker": ("", "/speakers/check?handle=ana.moreau&channel=linkedin&topic=published"),
}
AIMS = {"lesson page": 1.5, "learner's home": 1.5, "team page": 2.5, "verification page": 1.0}


def main() -> None:
    server = Server()
    try:
        server.execute("CREATE DATABASE bench")
        with ExitStack() as stack:
            houses = [
                stack.enter_context(house("sqlite", "", people=LEARNERS)),
                stack.enter_context(house("postgresql", server.url("bench"), people=LEARNERS)),
            ]
            measured = {(one.name, page): Figures() for one in houses for page in PAGES}
            browsers = {(one.name, who): _browsers(one, who) for one in houses for who in ("alice", "bob", "")}
            for turn in range(ROUNDS + 1):
                for page, (who, path) in PAGES.items():
                    for one in houses:
                        into = measured[one.name, page] if turn else Figures()
                        together(
                            [partial(_load, browser, _address(one, path)) for browser in browsers[one.name, who]],
                            one.cpu,
                            into,
                        )
                print(f"round {turn} of {ROUNDS}", file=sys.stderr)
            for one in houses:
                pages = {page: (who, _address(one, path)) for page, (who, path) in PAGES.items()}
                counted = count_statements(one.environment, pages)
                _report(one, measured, counted)
                _quiz(one, measured[one.name, "plain page"])
            _first_visit(houses[0])
        curriculum.measure(server)
        _search(server)
        _register(server)
        _publishing(server)
        _permissions(server)
        _regrading(server)
        _figures(server)
        papers.measure()
        company.measure(server)
    finally:
        server.remove()


def _search(server: Server) -> None:
    server.execute("CREATE DATABASE search")
    with TemporaryDirectory(prefix="lms-bench-") as folder:
        search.measure("sqlite", f"sqlite:///{folder}/search.sqlite", Path(folder))
        search.measure("postgresql", server.url("search"), Path(folder))


def _register(server: Server) -> None:
    server.execute("CREATE DATABASE register")
    with TemporaryDirectory(prefix="lms-bench-") as folder:
        register.measure("sqlite", f"sqlite:///{folder}/register.sqlite", Path(folder))
        register.measure("postgresql", server.url("register"), Path(folder))


def _publishing(server: Server) -> None:
    server.execute("CREATE DATABASE publishing")
    with TemporaryDirectory(prefix="lms-bench-") as folder:
        publishing.measure("sqlite", f"sqlite:///{folder}/publishing.sqlite")
        publishing.measure("postgresql", server.url("publishing"))


def _permissions(server: Server) -> None:
    server.execute("CREATE DATABASE permissions")
    with TemporaryDirectory(prefix="lms-bench-") as folder:
        permissions.measure("sqlite", f"sqlite:///{folder}/permissions.sqlite")
        permissions.measure("postgresql", server.url("permissions"))


def _figures(server: Server) -> None:
    server.execute("CREATE DATABASE figures")
    with TemporaryDirectory(prefix="lms-bench-") as folder:
        quiz_figures.measure("sqlite", f"sqlite:///{folder}/figures.sqlite")
        quiz_figures.measure("postgresql", server.url("figures"))


def _regrading(server: Server) -> None:
    server.execute("CREATE DATABASE regrading")
    with TemporaryDirectory(prefix="lms-bench-") as folder:
        regrading.measure("sqlite", f"sqlite:///{folder}/regrading.sqlite")
        regrading.measure("postgresql", server.url("regrading"))


def _browsers(one: House, who: str) -> list[Browser]:
    browsers = [Browser(one.port) for _ in range(THREADS)]
    if who:
        for browser in browsers:
            browser.sign_in(f"{who}@acme.example", PASSWORD)
    return browsers


def _load(browser: Browser, path: str) -> list[float]:
    taken = []
    for _ in range(A_ROUND // THREADS):
        began = time.perf_counter()
        status, _, _ = browser.get(path)
        taken.append(time.perf_counter() - began)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
    return taken


@cache
def _certificate(port: int) -> str:
    """The public id of a certificate of the demo company."""
    return re.findall(r"/verify/([0-9a-f]{32})", Browser(port).see("/speakers?q=Ana"))[0]


def _address(one: House, path: str) -> str:
    return path.replace("{certificate}", _certificate(one.port)) if "{" in path else path


def _report(one: House, measured: dict[tuple[str, str], Figures], counted: dict[str, int]) -> None:
    plain = measured[one.name, "plain page"]
    for page in PAGES:
        figures = measured[one.name, page]
        _say(page, one.name, figures, plain, counted.get(page))
        aim = AIMS.get(page)
        if aim:
            ratio = figures.cpu_ms / plain.cpu_ms
            print(f"{one.name}: {page} {ratio:.2f} of the plain page, aim {aim}", file=sys.stderr)


def _say(name: str, database: str, figures: Figures, plain: Figures, statements: int | None) -> None:
    values: list[tuple[str, float, float, str]] = [
        ("CPU", figures.cpu_ms, plain.cpu_ms, "ms"),
        ("requests per second", figures.per_second, plain.per_second, "1/s"),
        ("p50", figures.percentile(0.5), plain.percentile(0.5), "ms"),
        ("p95", figures.percentile(0.95), plain.percentile(0.95), "ms"),
    ]
    for what, value, baseline, unit in values:
        line = {
            "name": f"{name}, {what}",
            "value": round(value, 3),
            "unit": unit,
            "baseline": round(baseline, 3),
            "ratio": round(value / baseline, 3),
            "statements": statements,
            "database": database,
        }
        print(json.dumps(line), flush=True)


def _quiz(one: House, plain: Figures) -> None:
    """Each learner opens the quiz, starts, answers every question on its own page, and hands in."""
    figures = Figures()
    browsers = [Browser(one.port).sign_in(f"learner{n}@acme.example", PASSWORD) for n in range(LEARNERS)]
    halves = [browsers[half::THREADS] for half in range(THREADS)]
    together([partial(_cycles, half) for half in halves], one.cpu, figures)
    _say("quiz cycle, a request", one.name, figures, plain, None)


def _cycles(browsers: list[Browser]) -> list[float]:
    taken: list[float] = []
    for browser in browsers:
        _cycle(browser, taken)
    return taken


def _cycle(browser: Browser, taken: list[float]) -> None:
    _timed(taken, lambda: browser.see("/quizzes/principles"))
    _, _, headers = _timed(taken, lambda: browser.post("/quizzes/principles", {}))
    attempt = str(headers["Location"]).split("?")[0]
    for question in range(1, 11):
        address = f"{attempt}?question={question}"
        page = _timed(taken, lambda address=address: browser.see(address))
        fields = _first_answers(page)
        status, _, _ = _timed(taken, lambda address=address, fields=fields: browser.post(address, fields))
        if status not in {200, 302, 303}:
            raise RuntimeError(f"saving answered {status}")
    status, _, _ = _timed(taken, lambda: browser.post(f"{attempt}/submit", {}))
    if status not in {302, 303}:
        raise RuntimeError(f"handing in answered {status}")
    _timed(taken, lambda: browser.see(attempt))


def _first_answers(page: str) -> dict[str, str]:
    """The hidden fields of the question's form, and the first answer of each group."""
    import re

    fields: dict[str, str] = {}
    form = page.split("<main", 1)[1]
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and name[1] not in fields and name[1] != "flag":
            fields[name[1]] = value[1]
    return fields


def _timed(taken: list[float], call: Callable[[], "object"]) -> "object":
    began = time.perf_counter()
    result = call()
    taken.append(time.perf_counter() - began)
    return result


def _first_visit(one: House) -> None:
    """What a browser fetches the first time somebody opens her home page, compressed, fonts included."""
    import re

    browser = Browser(one.port).sign_in("alice@acme.example", PASSWORD)
    browser.connection.close()
    total, seen = 0, set[str]()
    waiting = ["/learning"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        browser.connection.request(
            "GET", path, headers={"Accept-Encoding": "br", "Cookie": f"lms={browser.cookies['lms']}"}
        )
        response = browser.connection.getresponse()
        body = response.read()
        total += len(body)
        if path == "/learning":
            import brotli

            page = brotli.decompress(body).decode()
            found = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
            fonts = [name for name in found if name.endswith(".woff2")]
            base = fonts[0].rsplit("/", 1)[0]
            found.append(f"{base}/bricolage-grotesque-latin-wght-normal.woff2")
            waiting += [name for name in dict.fromkeys(found) if name not in seen]
    line = {
        "name": "first visit of the learner's home, compressed, with fonts",
        "value": round(total / 1000, 1),
        "unit": "kB",
        "baseline": 100,
        "ratio": round(total / 100_000, 3),
        "statements": None,
        "database": one.name,
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
