"""The job worker beside the server: killed, it is started again; Ctrl-C ends both. With real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from lms import server

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_killed_worker_is_started_again_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    said, port = tmp_path / "said", _free_port()
    words = [sys.executable, "-m", "lms", "serve", "--port", str(port), "--workers", "1", "--with-worker"]
    with said.open("wb") as into:
        serving = subprocess.Popen(words, cwd=ROOT, env=_environment(tmp_path), stderr=into, start_new_session=True)
    try:
        (first,) = _until(lambda: _workers(serving.pid))
        os.kill(first, signal.SIGKILL)
        (second,) = _until(lambda: [one for one in _workers(serving.pid) if one != first])
        assert not _alive(first), "no zombie stays"
        assert "The job worker ended (exit code -9). It is started again in 1 s." in said.read_text()
        _until(lambda: _answers(port))
        os.killpg(serving.pid, signal.SIGINT)
        serving.wait(15)
        assert not _alive(second)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(serving.pid, signal.SIGKILL)
        serving.wait(10)


def test_the_pause_grows_to_a_minute() -> None:
    assert list(server.PAUSES) == sorted(server.PAUSES)
    assert server.PAUSES[:4] == (1, 2, 5, 10)
    assert server.PAUSES[-1] == 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> list[int]:
    with suppress(HTTPException):
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        return [connection.getresponse().status]
    return []


def _environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return clean | {
        "LMS_DATABASE_URL": f"sqlite:///{folder / 'empty.sqlite'}",
        "LMS_INSTANCE": str(folder / "instance"),
        "LMS_SECRET_KEY": "for tests only",
    }


def _workers(parent: int) -> list[int]:
    """The job workers that a process has started and that live."""
    children = Path(f"/proc/{parent}/task")
    numbers = [int(number) for task in children.iterdir() for number in (task / "children").read_text().split()]
    return [number for number in numbers if _alive(number) and "worker" in _command(number)]


def _command(number: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{number}/cmdline").read_text().split("\0")
    return []


def _alive(number: int) -> bool:
    """Whether there is such a process, be it as a zombie."""
    return Path(f"/proc/{number}").exists()


def _until(found: Callable[[], list[int]]) -> list[int]:
    for _ in range(600):
        with suppress(OSError):
            if numbers := found():
                return numbers
        time.sleep(0.1)
    raise AssertionError("it did not happen within a minute")
