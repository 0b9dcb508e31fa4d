"""Deeds at the same moment, each in its own transaction, as of two people or two windows."""

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from lms.base.db import Database


def at_once(database: Database, deeds: list[Callable[[Session], object]]) -> list[Exception]:
    """Do these at the same moment, each in its own transaction; returns what went wrong."""
    barrier, failures = threading.Barrier(len(deeds)), list[Exception]()

    def run(deed: Callable[[Session], object]) -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                deed(session)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures
