"""What has left the house, noted outside the database: so that a restored database sends nothing a second time.

A line for each message, by the hash of what makes it this message. Before a message goes to the mail server its line
says `trying`, and `sent` once the server has taken it. Kept in a file of its own in the instance folder, which is not
put back when the database is: restore the one without the other.
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from lms.base import clock

NAME = "sent.journal"
KEPT = timedelta(days=90)
_TABLE = "CREATE TABLE IF NOT EXISTS line (identity BLOB PRIMARY KEY, sent INTEGER NOT NULL, at TEXT NOT NULL)"
_NOTE = (
    "INSERT INTO line (identity, sent, at) VALUES (?, ?, ?) "
    "ON CONFLICT (identity) DO UPDATE SET sent = max(sent, excluded.sent), at = excluded.at"
)


class Journal:
    """The journal, open. Each note is on the disk when its function returns."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def sent_of(self, identities: Collection[bytes]) -> set[bytes]:
        """Those of some messages that were sent."""
        places = ", ".join("?" * len(identities))
        statement = f"SELECT identity FROM line WHERE sent = 1 AND identity IN ({places})"  # noqa: S608 - only places
        return {row[0] for row in self._connection.execute(statement, list(identities))}

    def trying(self, identities: Collection[bytes]) -> None:
        """Note that some messages are about to be handed over."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(_NOTE, [(one, 0, clock.now().isoformat()) for one in identities])
        self._connection.execute("COMMIT")

    def sent(self, *identities: bytes) -> None:
        """Note that a message was taken by the server, and with it what else it told: all of them or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(_NOTE, [(one, 1, clock.now().isoformat()) for one in identities])
        self._connection.execute("COMMIT")

    def forget_old(self) -> int:
        """Drop lines older than 90 days; returns how many."""
        before = (clock.now() - KEPT).isoformat()
        return self._connection.execute("DELETE FROM line WHERE at < ?", (before,)).rowcount


@contextmanager
def opened(instance: Path) -> Iterator[Journal]:
    """The journal of an installation, made when there is none."""
    with closing(sqlite3.connect(instance / NAME, timeout=30, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(_TABLE)
        yield Journal(connection)


def identity_of(*words: str) -> bytes:
    """What tells a message from every other, whatever database it stands in."""
    return hashlib.sha256("\0".join(words).encode()).digest()[:20]
