"""From nothing to the schema of the models, by migrations alone, on both databases."""

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from courses.search.models import is_described
from lms.base import schema
from lms.base.db import Base, Database
from tests.conftest import postgresql_database

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(t.oid) || p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid "
        "WHERE NOT tgisinternal"
    ),
}


@pytest.fixture
def empty(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path):
    """A database without a single table."""
    if database_kind == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}", {})
        yield database
        database.close()
    else:
        with postgresql_database(request.getfixturevalue("postgresql_server"), "template0") as url:
            database = Database(url, {})
            yield database
            database.close()


def describe(engine: Engine) -> dict[str, object]:
    """Everything a schema has, in a form in which two can be compared."""
    tables = inspect(engine)
    described: dict[str, object] = {}
    for table in sorted(set(tables.get_table_names()) - {"alembic_version"}):
        described[table] = {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in sorted(tables.get_columns(table), key=lambda column: column["name"])
            ],
            "primary key": tables.get_pk_constraint(table),
            "foreign keys": _by_name(tables.get_foreign_keys(table)),
            "unique": _by_name(tables.get_unique_constraints(table)),
            "checks": _by_name(tables.get_check_constraints(table)),
            "indexes": _by_name(tables.get_indexes(table)),
        }
    with engine.connect() as connection:
        triggers = connection.execute(text(TRIGGERS[engine.dialect.name]))
        described["triggers"] = sorted((name, definition) for name, definition in triggers)
    return described


def _by_name(items: list[Any]) -> list[str]:
    """The parts of a table in order of name, with the condition of a partial index as its words."""
    for item in items:
        options = item.get("dialect_options", {})
        item["dialect_options"] = {name: str(value) for name, value in options.items()}
    return [repr(sorted(item.items())) for item in sorted(items, key=lambda item: str(item["name"]))]


def test_migrations_from_nothing_equal_the_models(empty, database_url):
    schema.upgrade(empty.engine)
    from_models = Database(database_url, {})
    built, migrated = describe(from_models.engine), describe(empty.engine)
    from_models.close()
    assert list(migrated) == list(built)
    for table in built:
        assert migrated[table] == built[table], table


def test_autogenerate_finds_nothing_to_do(empty):
    schema.upgrade(empty.engine)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_described})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_again_changes_nothing(empty):
    assert schema.current(empty.engine) is None
    schema.upgrade(empty.engine)
    first = describe(empty.engine)
    schema.upgrade(empty.engine)
    assert describe(empty.engine) == first
    assert schema.current(empty.engine) == schema.head()


def test_two_that_upgrade_at_once_take_turns(empty):
    failures: list[Exception] = []

    def work() -> None:
        try:
            schema.upgrade(empty.engine)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert schema.current(empty.engine) == schema.head()


def test_an_upgrade_that_fails_leaves_nothing(empty):
    with empty.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("CREATE TABLE response (id INTEGER PRIMARY KEY)"))
    with pytest.raises(Exception, match="response"):
        schema.upgrade(empty.engine)
    assert inspect(empty.engine).get_table_names() == ["response"]


def test_foreign_keys_are_checked_again_after_an_upgrade(empty):
    schema.upgrade(empty.engine)
    if empty.engine.dialect.name == "sqlite":
        with empty.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_prepared_database_is_current(database):
    assert schema.current(database.engine) == schema.head()
