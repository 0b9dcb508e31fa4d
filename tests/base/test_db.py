"""The database: what it promises on both engines."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from lms.base import audit, bulk, clock
from lms.base.audit import AuditEntry
from lms.base.db import GUARDS, Base, Database, remembered
from lms.people.models import Person, PersonRole, SignIn, SignInFailures

THREADS, ROUNDS = 8, 12


def test_every_constraint_has_a_name_that_follows_the_convention(database):
    kinds = {"uq": "get_unique_constraints", "fk": "get_foreign_keys", "ck": "get_check_constraints"}
    tables = inspect(database.engine)
    for table in Base.metadata.tables:
        for prefix, reader in kinds.items():
            for constraint in getattr(tables, reader)(table):
                assert constraint["name"], (table, constraint)
                assert constraint["name"].startswith(f"{prefix}_{table}_"), constraint
        assert tables.get_pk_constraint(table)["name"] == f"pk_{table}"


@pytest.mark.postgresql_only
def test_no_name_was_cut_by_postgresql(database):
    names = {constraint.name for table in Base.metadata.tables.values() for constraint in table.constraints}
    names |= {index.name for table in Base.metadata.tables.values() for index in table.indexes}
    assert [name for name in names if len(str(name)) > 63] == []


def test_a_moment_is_aware_and_the_same_on_both_engines(session, make):
    summer = datetime(2026, 7, 1, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    person = make.person(created_at=summer)
    session.expire_all()
    assert person.created_at == summer
    assert person.created_at.tzinfo is UTC


def test_a_moment_without_time_zone_is_refused(session, make):
    with pytest.raises(Exception, match="has no time zone"):
        make.person(created_at=datetime(2026, 7, 1))


def test_foreign_keys_are_checked(session):
    session.add(PersonRole(person_id=4711, role="author"))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("wrong", [{"tier": "king"}, {"status": "bored"}, {"email": "Alice@acme.example"}])
def test_the_database_itself_refuses_a_wrong_value(make, wrong):
    with pytest.raises(IntegrityError):
        make.person(**wrong)


@pytest.mark.sqlite_only
def test_sqlite_keeps_what_it_acknowledged(database):
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 2}


@pytest.mark.postgresql_only
def test_a_statement_that_is_read_again_and_again_stays_prepared(database):
    for _ in range(8):
        with database.reading() as session:
            session.scalars(select(Person.uid).where(Person.id == 4711)).all()
    with database.reading() as session:
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("person.uid" in statement for statement in prepared)


@pytest.mark.parametrize("way", ["flush", "words"])
def test_what_a_reading_session_changes_is_undone(database, way):
    row = SignInFailures(key="nobody", count=1, last_at=clock.now())
    with database.reading() as session:
        session.scalars(select(SignInFailures)).all()
        if way == "flush":
            session.add(row)
            session.flush()
        else:
            session.execute(text("INSERT INTO sign_in_failures (key, count, last_at) VALUES ('x', 1, '2026-01-01')"))
        session.scalars(select(SignInFailures)).all()
    with database.reading() as session:
        assert session.scalars(select(SignInFailures)).all() == []


def test_what_was_copied_in_past_the_engine_goes_with_the_rest_when_a_deed_fails(database):
    rows = [(f"E{number}", 1, clock.now()) for number in range(bulk.FEW + 1)]
    with pytest.raises(KeyError), database.transaction() as session:
        session.scalars(select(SignInFailures)).all()
        bulk.insert_rows(session, SignInFailures, ("key", "count", "last_at"), rows)
        raise KeyError
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInFailures)) == 0


@pytest.mark.postgresql_only
@pytest.mark.parametrize("way", ["words with columns", "with"])
def test_a_select_that_writes_does_not_count_as_reading(database, way):
    made = insert(SignInFailures).values(key="x", count=1, last_at=clock.now()).returning(SignInFailures.key).cte()
    words = text("INSERT INTO sign_in_failures VALUES ('x', 1, now()) RETURNING key").columns(SignInFailures.key)
    with database.reading() as session:
        session.execute(words if way == "words with columns" else select(made.c.key)).all()
    with database.reading() as session:
        assert session.scalars(select(SignInFailures)).all() == []


def test_threads_that_read_and_then_write_all_succeed(database):
    with database.transaction() as session:
        session.add(SignInFailures(key="shared", count=0, last_at=clock.now()))
    failures: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(ROUNDS):
                with database.transaction() as session:
                    row = session.get_one(SignInFailures, "shared", with_for_update=True)
                    row.count += 1
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        assert session.get_one(SignInFailures, "shared").count == THREADS * ROUNDS


@pytest.mark.sqlite_only
def test_a_reader_is_not_kept_waiting_by_a_writer(database):
    with database.transaction() as writer:
        writer.add(SignInFailures(key="held", count=1, last_at=clock.now()))
        writer.flush()
        with database.reading() as reader:
            assert reader.scalar(select(func.count()).select_from(SignInFailures)) == 0


def test_a_transaction_that_fails_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(SignInFailures(key="gone", count=1, last_at=clock.now()))
        session.flush()
        _ = 1 / 0
    with database.reading() as session:
        assert session.get(SignInFailures, "gone") is None


def refuses(session: Session, statement: str) -> bool:
    """Whether the database refuses a statement because of a guard."""
    try:
        with session.begin_nested():
            session.execute(text(statement))
    except DBAPIError as error:
        return "append-only" in str(error) or "never changes" in str(error)
    return False


def test_the_audit_trail_is_append_only(session):
    audit.record(session, "ended sign-ins", "person:1", actor_id=1)
    session.flush()
    assert refuses(session, "UPDATE audit_entry SET deed = 'nothing happened'")
    assert refuses(session, "DELETE FROM audit_entry")
    assert session.scalars(select(AuditEntry.deed)).one() == "ended sign-ins"


def test_an_audit_entry_says_who_did_what_when_to_what(session):
    moment = datetime(2026, 11, 2, 9, tzinfo=UTC)
    with clock.frozen(moment):
        audit.record(session, "published a course", "course:3", actor_id=7, version=2)
    session.flush()
    entry = session.scalars(select(AuditEntry)).one()
    found = (entry.at, entry.actor_id, entry.deed, entry.subject, entry.details)
    assert found == (moment, 7, "published a course", "course:3", {"version": 2})


def test_what_was_published_never_changes(session, make, people):
    version = make.guideline()
    make.attestation(people.alice, version)
    course = make.course()
    enrollment = make.enrollment(people.alice, course, done=1)
    for table in ("guideline_version", "guideline_text", "clause", "clause_text", "attestation", "lesson_completion"):
        column = list(Base.metadata.tables[table].columns)[-1].name
        assert refuses(session, f"UPDATE {table} SET {column} = {column}"), table
        assert refuses(session, f"DELETE FROM {table}"), table
    for table in ("course_text", "module", "module_text", "lesson", "lesson_clause", "lesson_text"):
        assert refuses(session, f"UPDATE {table} SET version_id = version_id"), table
        assert refuses(session, f"DELETE FROM {table}"), table
    assert refuses(session, "DELETE FROM course_version")
    assert enrollment.id


def test_a_draft_may_change(session, make):
    course = make.course(lessons=1)
    draft = make.course_version(course, number=2, lessons=1)
    for table in ("lesson_clause", "lesson_text", "lesson", "module_text", "module", "course_text"):
        assert not refuses(session, f"UPDATE {table} SET version_id = version_id WHERE version_id = {draft.id}"), table
        assert not refuses(session, f"DELETE FROM {table} WHERE version_id = {draft.id}"), table
    assert not refuses(session, f"DELETE FROM course_version WHERE id = {draft.id}")


def test_every_guarded_table_has_its_triggers(database):
    if database.engine.dialect.name == "sqlite":
        statement = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    else:
        statement = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    with database.reading() as session:
        found = {(table.strip('"'), name) for table, name in session.execute(text(statement))}
    found = {(table, name) for table, name in found if table != "search_entry"}  # these keep the index of words
    assert {table for table, _ in found} == set(GUARDS)
    if database.engine.dialect.name == "sqlite":
        assert len(found) == sum(len(statements["sqlite"]) for statements in GUARDS.values())


def test_one_course_has_one_live_version_and_one_draft(session, make):
    course = make.course()
    make.course_version(course, number=2)
    with pytest.raises(IntegrityError), session.begin_nested():
        make.course_version(course, number=3)


def test_what_is_remembered_is_loaded_once_for_each_database(database, session, tmp_path):
    loads: list[int] = []

    def load() -> int:
        loads.append(1)
        return len(loads)

    with database.reading() as reader:
        assert [remembered(reader, ("some", "thing"), load) for _ in range(3)] == [1, 1, 1]
    other = Database(f"sqlite:///{tmp_path / 'other.sqlite'}", {})
    with other.reading() as reader:
        assert remembered(reader, ("some", "thing"), load) == 2
    other.close()


def test_what_was_undone_is_not_remembered(database):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        assert remembered(session, ("version", 1), lambda: "never published") == "never published"
        assert remembered(session, ("version", 1), lambda: "loaded again") == "never published"
        _ = 1 / 0
    with database.reading() as reader:
        assert remembered(reader, ("version", 1), lambda: "published") == "published"
    with database.transaction() as session:
        assert remembered(session, ("version", 1), lambda: "loaded again") == "published"


def test_a_sign_in_belongs_to_a_person(session):
    session.add(SignIn(token_hash="x", person_id=99, started_at=clock.now(), ends_at=clock.now()))
    with pytest.raises(IntegrityError):
        session.flush()


def test_nobody_manages_herself(session, make):
    person = make.person()
    person.manager_id = person.id
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_removed_person_is_not_removed_while_others_refer_to_her(session, make, people):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.delete(session.get_one(Person, people.bob.id))
        session.flush()
