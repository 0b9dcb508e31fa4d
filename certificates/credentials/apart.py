"""Rows that several may add at the same moment, and that are added once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def add_if_absent(session: Session, table: Table, **values: Any) -> bool:
    """Add a row unless one with the same key is there already, also when two do so at once; says whether it did."""
    dialect = session.get_bind().dialect.name
    insert: Callable[[Table], Any] = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return session.connection().execute(statement).first() is not None
