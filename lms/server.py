"""The production server: granian, with some processes of some threads each, and the job worker beside it."""

import logging
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Event, Thread

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lms.base.settings import LOOPBACK, BadSetting, Settings

log = logging.getLogger("lms")
THREADS = 4
WORKER = (sys.executable, "-m", "lms", "worker")
PAUSES = (1, 2, 5, 10, 30, 60)
"""Seconds until a worker that ended is started again: longer each time, from the first anew after one that lasted."""
LASTED = 300
"""Seconds after which a worker counts as one that works."""
TO_END = 10
"""Seconds that a process has to finish what it is at when the server ends; one that does not hear is killed."""


def refuse_open_demo(settings: Settings, host: str) -> None:
    """Raise `BadSetting` when anybody outside this machine could sign in as a demo person with one click."""
    if settings.demo and host not in LOOPBACK and not _is_loopback(host):
        raise BadSetting(f"LMS_DEMO lets anyone sign in; it works on 127.0.0.1 only, not on {host}.")


def serve(host: str, port: int, workers: int, *, with_worker: bool, target: str = "lms.wsgi:app") -> None:
    """Serve until told to stop; with the job worker as a process beside it when asked for."""
    if not with_worker:
        _serve(host, port, workers, target)
        return
    with worker_beside():
        _serve(host, port, workers, target)


def _serve(host: str, port: int, workers: int, target: str) -> None:
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=256,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=TO_END,
        log_level=LogLevels.warning,
    ).serve()


@contextmanager
def worker_beside() -> Iterator[None]:
    """Run the job worker as a process beside this one, started again whenever it ends; ended with the block."""
    stopping = Event()
    watching = Thread(target=_keep_running, args=(stopping,), name="keeps the worker running")
    watching.start()
    try:
        yield
    finally:
        stopping.set()
        watching.join()


def _keep_running(stopping: Event) -> None:
    ended = 0
    while not stopping.is_set():
        began = time.monotonic()
        how = _run_worker(stopping)
        if not how:
            return
        ended = 0 if time.monotonic() - began > LASTED else ended
        pause = PAUSES[min(ended, len(PAUSES) - 1)]
        ended += 1
        log.error("The job worker ended (%s). It is started again in %s s.", how, pause)
        stopping.wait(pause)


def _run_worker(stopping: Event) -> str:
    """Run the worker until it ends by itself, and return how; or until told to stop: nothing is returned then."""
    try:
        # Without close_fds it is spawned, with no pipe to wait on that a fork of granian could hold open for ever.
        process = subprocess.Popen(WORKER, close_fds=False)  # noqa: S603 - always the same command
    except OSError as error:
        return str(error)
    while process.poll() is None and not stopping.wait(0.2):
        pass
    if process.returncode is not None and not stopping.wait(0.5):  # Ctrl-C reaches the worker first
        return f"exit code {process.returncode}"
    _end(process)
    return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def usual_workers() -> int:
    """As many processes as there are cores, two at least and eight at most."""
    return max(
        2, min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else multiprocessing.cpu_count())
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
