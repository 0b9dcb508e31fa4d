"""How long loading the whole curriculum takes, into an empty database and a second time: also run by itself."""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from lms import consequences, content
from lms.base import schema
from lms.base.db import Database
from lms.base.files import FileStore
from tests.support.postgresql import Server

AIMS = {"into an empty database": 10, "unchanged": 1}
"""Seconds."""


def measure(server: Server) -> None:
    """Load everything twice on each database, and print a line for each time."""
    server.execute("CREATE DATABASE curriculum")
    with TemporaryDirectory(prefix="lms-bench-") as folder:
        for name, url in {
            "sqlite": f"sqlite:///{folder}/lms.sqlite",
            "postgresql": server.url("curriculum"),
        }.items():
            database = Database(url, consequences.TABLE, consequences.FORESIGHT)
            schema.upgrade(database.engine)
            for what in AIMS:
                _load(database, FileStore(Path(folder) / name), name, what)
            database.close()


def _load(database: Database, files: FileStore, name: str, what: str) -> None:
    began = time.perf_counter()
    with database.transaction() as session:
        parts = sum(1 for _ in content.load_shipped(session, files))
    seconds = time.perf_counter() - began
    line = {
        "name": f"loading the curriculum, {what}",
        "value": round(seconds, 2),
        "unit": "s",
        "baseline": AIMS[what],
        "ratio": round(seconds / AIMS[what], 3),
        "database": name,
    }
    print(json.dumps(line), flush=True)
    print(f"{name}: {parts} parts loaded, {what}", file=sys.stderr)


if __name__ == "__main__":
    server = Server()
    try:
        measure(server)
    finally:
        server.remove()
