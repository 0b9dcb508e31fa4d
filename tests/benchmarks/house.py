"""A production server on a fresh database with the demo company, for one measurement."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "a password for measuring"


@dataclass
class House:
    """A running server and how to look into it."""

    name: str
    port: int
    environment: dict[str, str]
    process: psutil.Process

    def cpu(self) -> float:
        """CPU seconds that the server's processes have used so far."""
        total = 0.0
        for process in (self.process, *self.process.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
        return total


@contextmanager
def house(name: str, database_url: str, *, people: int) -> Iterator[House]:
    """Prepare a database, add learners who are about to take the quiz, and serve."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        port = _free_port()
        environment = os.environ | {
            "LMS_INSTANCE": folder,
            "LMS_DATABASE_URL": database_url or f"sqlite:///{folder}/lms.sqlite",
            "LMS_DEMO_PASSWORD": PASSWORD,
            "LMS_PORT": str(port),
        }
        for words in (["-m", "lms", "init"], ["-m", "lms", "demo"], ["-m", "tests.benchmarks.learners", str(people)]):
            subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.serve", str(port)], cwd=ROOT, env=environment, stdout=sys.stderr
        )
        try:
            _wait(port)
            yield House(name, port, environment, psutil.Process(server.pid))
        finally:
            server.terminate()
            server.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
