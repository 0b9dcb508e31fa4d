"""The engine of each kind of database, and how its connections and transactions begin and end."""

import sqlite3
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import CompoundSelect, Connection, Engine, Select, create_engine, event
from sqlalchemy.engine import ExecutionContext

PATIENCE = 5  # seconds that a writer of SQLite waits for another one


def engine_of(url: str) -> Engine:
    """The engine for an address, with what all connections of its kind of database need."""
    if url.startswith("sqlite"):
        engine = create_engine(url, pool_size=8, max_overflow=4)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, pool_size=8, max_overflow=4, pool_recycle=900, pool_use_lifo=True)
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "before_cursor_execute", _note_what_may_change_something)
    event.listen(engine, "rollback", _keep_what_is_prepared)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA busy_timeout={1000 * PATIENCE}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    writes = options.get("writes", False)
    if "patience" in options:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={1000 * options['patience']}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """A session that will write is never taken for one that only read: `lms.base.bulk` writes past these events."""
    connection.info["only reads"] = not connection.get_execution_options().get("writes", False)


def _note_what_may_change_something(
    connection: Connection, cursor: Any, statement: str, values: Any, context: ExecutionContext | None, many: bool
) -> None:
    """Everything but a SELECT that was made of our tables: who knows what one in words does, or has in its WITH."""
    compiled: Any = context.compiled if context else None
    made = compiled is not None and isinstance(compiled.statement, Select | CompoundSelect)
    if not made or any(one.element.is_dml for one in getattr(compiled, "ctes", None) or ()):
        connection.info["only reads"] = False


def _keep_what_is_prepared(connection: Connection) -> None:
    """End a transaction that only read by COMMIT, of which the ROLLBACK that follows finds nothing left to do.

    psycopg forgets at a ROLLBACK all statements that PostgreSQL has prepared, and every page would plan its own anew.
    Where the server is away, the ROLLBACK says so.
    """
    if connection.invalidated or not connection.info.get("only reads"):
        return
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        return
    if driver.info.transaction_status == TransactionStatus.INTRANS:
        with suppress(psycopg.Error):
            driver.commit()
