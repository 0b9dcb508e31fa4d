"""The schema of the database: which edition it has, which one this program needs, and the way from one to the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
PATIENCE = 300_000
"""Milliseconds to wait on SQLite for whoever changes the schema: that takes longer than any other deed."""
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(5263719)")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision, in one transaction: all of it or none. Safe to repeat."""
    with _connection(engine) as connection:
        command.upgrade(configuration(connection), revision)


def take_turns(session: Session) -> None:
    """Have who else loads content or changes the schema wait until this transaction ends. SQLite does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(ONE_AT_A_TIME)


def current(engine: Engine) -> str | None:
    """The revision the database has; nothing when it was never prepared."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str | None:
    """The revision this program needs."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def configuration(connection: Connection | None = None) -> Config:
    """What Alembic needs to know, for a connection on which a transaction has begun."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _connection(engine: Engine) -> Iterator[Connection]:
    """A writing transaction for a change of schema. Two programs that start at once take turns."""
    with engine.connect().execution_options(writes=True) as connection:
        if engine.dialect.name == "sqlite":
            with _foreign_keys_unchecked(connection), connection.begin():
                yield connection
        else:
            with connection.begin():
                connection.execute(ONE_AT_A_TIME)
                yield connection


@contextmanager
def _foreign_keys_unchecked(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it, which must not touch the rows that point to it.

    The pragma has effect outside a transaction only, so it is set on the driver's own connection.
    """
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    driver.execute(f"PRAGMA busy_timeout={PATIENCE}")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
