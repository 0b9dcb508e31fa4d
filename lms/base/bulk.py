"""Thousands of rows at once: written, and named in a condition, by the shortest way each database has.

The statements are put together from the names of our own tables and columns; values are never part of them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Integer, Table, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from lms.base.db import Base, quoted

Row = Sequence[Any]
_numbers = count(1)
FEW = 500


class _Among(FunctionElement[Any]):
    """Without the type of a truth value: of one SQLite asks whether it is 1, and then finds nothing by an index."""

    inherit_cache = True
    name = "among"


@compiles(_Among, "sqlite")
def _among_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    named, _, _ = element.clauses
    return f"({compiler.process(named, **kw)})"


@compiles(_Among, "postgresql")
def _among_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    _, column, numbers = (compiler.process(one, **kw) if at else "" for at, one in enumerate(element.clauses))
    return f"{column} IN (SELECT number FROM unnest({numbers}) AS number)"  # noqa: S608


def among(column: Any, numbers: Collection[int]) -> ColumnElement[bool]:
    """Whether a column has one of these numbers, of which SQLite takes `parts` of at most 5,000.

    They are one value on PostgreSQL: a statement that names each is read and planned anew for every other number of
    them, and may look through all of them for each row. SQLite knows how many they are only when each is named.
    """
    listed = list(numbers)
    array = bindparam(None, listed, postgresql.ARRAY(Integer()), unique=True)
    return _Among(column.in_(listed), column, array)


def insert_rows(
    session: Session, entity: type[Base], columns: Sequence[str], rows: Iterable[Row], *, or_ignore: bool = False
) -> None:
    """Add rows, each with a value for every column named. Defaults of the model are not filled in.

    `or_ignore` leaves out those whose key is there already. Raises what the database raises: all rows or none.
    """
    session.flush()
    table, rows = _table(entity), list(rows)
    names, ending = _names(columns), " ON CONFLICT DO NOTHING" if or_ignore else ""
    into = f"INSERT INTO {quoted(table.name)} ({names})"
    if _one_by_one(session, rows):
        places = ", ".join([_place(session)] * len(columns))
        _execute_many(session, f"{into} VALUES ({places}){ending}", table, columns, rows)
    elif or_ignore:
        beside = _beside(session, table, columns, rows)
        _run(session, f"{into} SELECT {names} FROM {beside}{ending}")  # noqa: S608
        _run(session, f"DROP TABLE {beside}")
    else:
        _copy(session, quoted(table.name), table, columns, rows)


def update_rows(
    session: Session,
    entity: type[Base],
    keys: Sequence[str],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    adding: bool = False,
) -> None:
    """Change rows: each has the values of the keys, then those of the columns; `adding` adds them to what is there.

    Rows whose keys are not found are left out.
    """
    session.flush()
    table, rows = _table(entity), list(rows)
    if _one_by_one(session, rows):
        place = _place(session)
        sets = ", ".join(f"{quoted(one)} = {f'{quoted(one)} + ' if adding else ''}{place}" for one in columns)
        where = " AND ".join(f"{quoted(one)} = {place}" for one in keys)
        turned = ((*row[len(keys) :], *row[: len(keys)]) for row in rows)
        statement = f"UPDATE {quoted(table.name)} SET {sets} WHERE {where}"  # noqa: S608
        _execute_many(session, statement, table, [*columns, *keys], turned)
        return
    beside = _beside(session, table, [*keys, *columns], rows)
    sets = ", ".join(f"{quoted(one)} = {f't.{quoted(one)} + ' if adding else ''}n.{quoted(one)}" for one in columns)
    where = " AND ".join(f"t.{quoted(one)} = n.{quoted(one)}" for one in keys)
    _run(session, f"UPDATE {quoted(table.name)} t SET {sets} FROM {beside} n WHERE {where}")  # noqa: S608
    _run(session, f"DROP TABLE {beside}")


def _table(entity: type[Base]) -> Table:
    table = entity.__table__
    assert isinstance(table, Table)
    return table


def _names(columns: Iterable[str]) -> str:
    return ", ".join(quoted(column) for column in columns)


def _run(session: Session, statement: str) -> None:
    session.connection().exec_driver_sql(statement)


def _one_by_one(session: Session, rows: Sequence[Row]) -> bool:
    """SQLite knows no shorter way, and for few rows PostgreSQL's costs more than it saves."""
    return session.get_bind().dialect.name == "sqlite" or len(rows) <= FEW


def _place(session: Session) -> str:
    return "?" if session.get_bind().dialect.name == "sqlite" else "%s"


def _execute_many(session: Session, statement: str, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """What SQLAlchemy would do to each value, column by column and without its work for each row."""
    if made := [tuple(row) for row in _as_kept(session, table, columns, rows)]:
        session.connection().exec_driver_sql(statement, made)


def _as_kept(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with each value as the database keeps it."""
    dialect = session.get_bind().dialect
    makers = [table.c[column].type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    places = [(place, make) for place, make in enumerate(makers) if make is not None]
    for row in rows:
        kept = list(row)
        for place, make in places:
            kept[place] = make(kept[place])
        yield kept


def _copy(session: Session, target: str, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} ({_names(columns)}) FROM STDIN") as copy:
        for row in _as_kept(session, table, columns, rows):
            copy.write_row(row)


def _beside(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A table for this transaction with the rows in it."""
    name = f"beside_{next(_numbers)}"
    alike = f"SELECT {_names(columns)} FROM {quoted(table.name)} WITH NO DATA"  # noqa: S608
    _run(session, f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {alike}")
    _copy(session, name, table, columns, rows)
    return name
