"""The production server: granian, with some processes of some threads each."""

import multiprocessing
import os
import subprocess
import sys
from ipaddress import ip_address

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lms.base.settings import LOOPBACK, BadSetting, Settings

THREADS = 4


def refuse_open_demo(settings: Settings, host: str) -> None:
    """Raise `BadSetting` when anybody outside this machine could sign in as a demo person with one click."""
    if settings.demo and host not in LOOPBACK and not _is_loopback(host):
        raise BadSetting(f"LMS_DEMO lets anyone sign in; it works on 127.0.0.1 only, not on {host}.")


def serve(host: str, port: int, workers: int, *, with_worker: bool, target: str = "lms.wsgi:app") -> None:
    """Serve until told to stop; with the job worker as a process beside it when asked for."""
    beside = subprocess.Popen([sys.executable, "-m", "lms", "worker"]) if with_worker else None
    try:
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
            log_level=LogLevels.warning,
        ).serve()
    finally:
        if beside is not None:
            beside.terminate()
            beside.wait(timeout=20)


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
