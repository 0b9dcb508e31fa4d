"""The database: one engine, sessions that read or write, and what all tables have in common.

SQLite runs with WAL, foreign keys, a busy timeout and full synchronisation (an acknowledged answer survives
a power cut). A session that will write begins with `BEGIN IMMEDIATE`: a deferred transaction that reads first
and writes later fails at once when another writer came between, whatever the timeout.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    DDL,
    CheckConstraint,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    String,
    Table,
    event,
    insert,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from lms.base.engines import PATIENCE, engine_of
from lms.base.events import Consequences, Foresight

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database, on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the system."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Moment(), date: Date(), str: String()}


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """A constraint that a text column holds one of a few words, named after the column."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=column)


quoted = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]
"""The name of a table as SQL has it: in quotes when it is a word of the language, as `authorization` is."""


def _about(deed: str, when: str) -> str:
    return when.replace("OLD.", "NEW.") if deed == "INSERT" else when


def _sqlite_trigger(name: str, table: str, deed: str, when: str, sentence: str) -> str:
    condition = f" WHEN {_about(deed, when)}" if when else ""
    return (
        f"CREATE TRIGGER {name}_{deed.lower()} BEFORE {deed} ON {quoted(table)}{condition} "
        f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    )


def _postgresql_triggers(name: str, table: str, deeds: Sequence[str], when: str, sentence: str) -> list[str]:
    body = f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation';"
    if when:
        tests = " OR ".join(f"(TG_OP = '{deed}' AND {_about(deed, when)})" for deed in deeds)
        body = f"IF {tests} THEN {body} END IF;"
    returned = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN {body} {returned} END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {name} BEFORE {' OR '.join(deeds)} ON {quoted(table)} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def guard(table: str, deeds: Sequence[str], sentence: str, when: str = "", name: str = "") -> dict[str, list[str]]:
    """The statements, by dialect, that make the database itself refuse INSERT, UPDATE or DELETE on a table.

    `when` is an SQL condition over OLD that limits the refusal to some rows (for INSERT it is read over the new row).
    `name` tells a second guard of a table from the first.
    """
    trigger = f"{table}_{name or 'refuses'}"
    return {
        "sqlite": [_sqlite_trigger(trigger, table, deed, when, sentence) for deed in deeds],
        "postgresql": _postgresql_triggers(trigger, table, deeds, when, sentence),
    }


GUARDS: dict[str, dict[str, list[str]]] = {}


def protect(table: Table, deeds: Sequence[str], sentence: str, when: str = "", name: str = "") -> None:
    """Have the table refuse these deeds from the moment it is created. Migrations read `GUARDS` for the same."""
    guards = guard(table.name, deeds, sentence, when, name)
    for dialect, statements in guards.items():
        GUARDS.setdefault(table.name, {}).setdefault(dialect, []).extend(statements)
        for statement in statements:
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def append_only(table: Table) -> None:
    """Have the database refuse every change to, and removal of, a row of this table."""
    protect(table, ("UPDATE", "DELETE"), f"{table.name} is append-only")


class Database:
    """The engine and the sessions on it."""

    def __init__(self, url: str, consequences: Consequences, foresight: Foresight | None = None) -> None:
        self.engine = engine_of(url)
        self._writing = self.engine.execution_options(writes=True)
        self._consequences, self._foresight = consequences, foresight or {}
        self._remembered: OrderedDict[Hashable, Any] = OrderedDict()

    def session(self, *, writes: bool) -> Session:
        """A session; `writes` says beforehand whether it will change anything."""
        return Session(
            self._writing if writes else self.engine,
            expire_on_commit=False,
            info={
                "consequences": self._consequences,
                "foresight": self._foresight,
                "remembered": self._remembered,
                "unsettled": {} if writes else self._remembered,
            },
        )

    @contextmanager
    def transaction(self, *, patience: int = PATIENCE) -> Iterator[Session]:
        """A writing session that commits when the block ends well and rolls back otherwise: for commands and jobs.

        `patience`: for how many seconds SQLite waits for another writer, more where that may be loading files.
        """
        with self.session(writes=True) as session:
            if patience != PATIENCE:
                session.bind = self._writing.execution_options(patience=patience)
            with session.begin():
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing."""
        with self.session(writes=False) as session:
            yield session

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def lasting(session: Session) -> Iterator[Session]:
    """The session itself when it writes; else one of its own on the same database, committed at the end.

    For small rows that reading needs to exist and that must stay, such as the place of a credential that leaves the
    house: it may not be forgotten because the page it was read on changed nothing.
    """
    engine = session.get_bind()
    if engine.get_execution_options().get("writes"):
        yield session
        return
    own = Session(engine.execution_options(writes=True), expire_on_commit=False, info=session.info)
    with own, own.begin():
        yield own


Value = TypeVar("Value")
REMEMBERED_AT_MOST = 10_000


def remembered(session: Session, key: Hashable, load: Callable[[], Value]) -> Value:
    """What `load` returned for this key, kept in the process: only for what never changes, as a published version.

    What a writing session loads is kept for that session alone: it may be undone, and its number given to another.
    """
    kept: OrderedDict[Hashable, Any] = session.info["remembered"]
    own: dict[Hashable, Any] = session.info["unsettled"]
    for place in (own, kept):
        if key in place:
            found: Value = place[key]
            return found
    value = own[key] = load()
    while len(kept) > REMEMBERED_AT_MOST:
        kept.popitem(last=False)
    return value


def all_remembered(
    session: Session, kind: str, ids: Iterable[int], load: Callable[[Sequence[int]], Mapping[int, Value]]
) -> dict[int, Value]:
    """What is kept for each of these numbers, as by `remembered` with the key `(kind, id)`.

    `load` is called once with those that are not in the process yet. A number it does not return is left out.
    """
    kept: OrderedDict[Hashable, Any] = session.info["remembered"]
    own: dict[Hashable, Any] = session.info["unsettled"]
    wanted = dict.fromkeys(ids)
    missing = [id for id in wanted if (kind, id) not in own and (kind, id) not in kept]
    loaded = dict(load(missing)) if missing else {}
    own.update({(kind, id): value for id, value in loaded.items()})
    found = {id: own[kind, id] if (kind, id) in own else kept.get((kind, id)) for id in wanted}
    while len(kept) > REMEMBERED_AT_MOST:
        kept.popitem(last=False)
    return {id: value for id, value in found.items() if value is not None}


def rows(session: Session, statement: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """What a statement that selects columns, no entities, returns: without what a session does for entities."""
    session.flush()
    return session.connection().execute(statement, values)


def insert_many(session: Session, entity: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Add many rows in one go, without what a session does for entities.

    A statement for each row, prepared once and sent together: psycopg reads a statement anew for every other number of
    places in it, so that one statement of a thousand rows costs it more than a thousand of one.
    """
    session.flush()
    if values:
        session.connection().execute(insert(entity.__table__), values)  # type: ignore[arg-type]


AT_ONCE = 5000


def parts(values: Collection[Value], at_once: int = AT_ONCE) -> Iterator[Sequence[Value]]:
    """The values in parts small enough for one statement each; the databases limit how many it can name."""
    ordered = list(values)
    for start in range(0, len(ordered), at_once):
        yield ordered[start : start + at_once]


def count_statements(engine: Engine, tell: Callable[[str], None]) -> Callable[[], None]:
    """Tell of every statement the engine runs, until the returned function is called."""

    def on_execute(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            tell(statement)

    event.listen(engine, "before_cursor_execute", on_execute)
    return lambda: event.remove(engine, "before_cursor_execute", on_execute)
