"""What every test can ask for.

A test that asks for `database`, `session`, `make`, `app` or a client runs twice: on SQLite and on a real PostgreSQL.
`@pytest.mark.sqlite_only` keeps it to one. What a test builds with `make` lies in `session`, which is rolled back
at the end; a request of a client commits it first, so that the application sees it.
"""

import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random
from types import SimpleNamespace

import hypothesis
import pytest
from alembic import command
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

import certificates.campaigns.models  # noqa: F401
import certificates.credentials.models  # noqa: F401
import certificates.entitlements.models  # noqa: F401
import certificates.handles.models  # noqa: F401
import certificates.level_models  # noqa: F401
import certificates.models  # noqa: F401
import certificates.papers.models  # noqa: F401
import certificates.periods.models  # noqa: F401
import certificates.permissions.models  # noqa: F401
import certificates.way.models  # noqa: F401
import courses.authoring.models  # noqa: F401
import courses.enrollment_models  # noqa: F401
import courses.exercises.models  # noqa: F401
import courses.media.models  # noqa: F401
import courses.models  # noqa: F401
import courses.paths.models  # noqa: F401
import courses.review.models  # noqa: F401
import courses.search.models  # noqa: F401
import courses.sessions.models  # noqa: F401
import lms.assignments.models  # noqa: F401
import lms.base.audit  # noqa: F401
import lms.base.outbox  # noqa: F401
import lms.base.webhooks  # noqa: F401
import lms.exchange.api.models  # noqa: F401
import lms.guidelines.models  # noqa: F401
import lms.people.imports.models  # noqa: F401
import lms.people.models  # noqa: F401
import lms.privacy.models  # noqa: F401
import lms.reminders.models  # noqa: F401
import lms.reports.compliance.models  # noqa: F401
import lms.reports.counters.models  # noqa: F401
import quizzes.analysis.models  # noqa: F401
import quizzes.attempt_models  # noqa: F401
import quizzes.marking.models  # noqa: F401
import quizzes.models  # noqa: F401
import quizzes.practice.models  # noqa: F401
import quizzes.question_models  # noqa: F401
import quizzes.regrading.models  # noqa: F401 - with these all tables are known
from lms import consequences, create_app
from lms.base import schema
from lms.base.db import Base, Database, count_statements
from lms.base.files import store_of
from lms.base.limits import limiter
from lms.base.settings import Settings
from lms.base.settings import load as load_settings
from lms.people import signin
from lms.people.models import Person
from quizzes import attempts
from tests.make import Make, People
from tests.support import postgresql
from tests.support.client import Client
from tests.support.reuse import Applications, Engines

BUSY = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("the same", **BUSY, derandomize=True)
hypothesis.settings.register_profile("new examples", **BUSY)  # pytest --hypothesis-profile "new examples"
hypothesis.settings.load_profile("the same")
TEMPLATE = "template_lms"
LONGEST = (
    *("test_matrix.py", "test_commands.py", "test_files_commands.py", "test_killed.py", "test_import_runs.py"),
    *("test_worker_beside.py", "test_upgrade.py", "test_migrations.py", "test_counters.py", "test_counts.py"),
    *("test_every_page.py", "test_accessibility.py"),
)
_numbers = count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have each test that needs a database run on both."""
    if "database_kind" in metafunc.fixturenames:
        kinds = ["sqlite", "postgresql"]
        if metafunc.definition.get_closest_marker("sqlite_only") or _needs_browser(metafunc.definition):
            kinds = ["sqlite"]
        if metafunc.definition.get_closest_marker("postgresql_only"):
            kinds = ["postgresql"]
        metafunc.parametrize("database_kind", kinds)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in tests/browser runs in a real Chromium. What takes longest begins first, so that no worker waits."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for item in items:
        if _needs_browser(item):
            item.add_marker("browser")


def _needs_browser(item: pytest.Item) -> bool:
    return "browser" in item.path.relative_to(item.config.rootpath).parts


@pytest.fixture(autouse=True)
def the_same_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quizzes draw by chance: in a test, always the same papers one after another."""
    monkeypatch.setattr(attempts, "secrets", SimpleNamespace(randbits=Random(2026).getrandbits))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is made once for a whole run, such as compressed static files."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "prepared.sqlite"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL with a template database that has all tables and no rows."""
    with postgresql.running() as server:
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        prepare(server.url(TEMPLATE))
        yield server


@pytest.fixture(scope="session")
def reused_postgresql(postgresql_server: postgresql.Server) -> Iterator[postgresql.Reused]:
    """One database that tests have one after another, emptied before each: making one anew takes 20 times as long."""
    with postgresql_database(postgresql_server) as url:
        reused = postgresql.Reused(postgresql_server, url)
        yield reused
        reused.close()


def prepare(url: str) -> None:
    """Create all tables, marked as the current schema."""
    database = Database(url, {})
    with database.engine.execution_options(writes=True).begin() as connection:
        Base.metadata.create_all(connection)
        command.stamp(schema.configuration(connection), "head")
    database.close()


@contextmanager
def postgresql_database(server: postgresql.Server, template: str = TEMPLATE) -> Iterator[str]:
    """The address of a fresh database on the server, dropped at the end."""
    name = f"test_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield server.url(name)
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def reused_sqlite(tmp_path_factory: pytest.TempPathFactory, prepared_sqlite: Path) -> Callable[[], str]:
    """Puts the prepared file at one place, which tests have one after another, and returns its address."""
    path = tmp_path_factory.mktemp("reused") / "lms.sqlite"

    def afresh() -> str:
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        shutil.copyfile(prepared_sqlite, path)
        return f"sqlite:///{path}"

    return afresh


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest) -> str:
    """The address of a database with all tables and no rows."""
    if database_kind == "sqlite":
        afresh: Callable[[], str] = request.getfixturevalue("reused_sqlite")
        return afresh()
    reused: postgresql.Reused = request.getfixturevalue("reused_postgresql")
    return reused.emptied()


@pytest.fixture(scope="session")
def engines() -> Engines:
    return Engines()


@pytest.fixture
def database(database_url: str, engines: Engines) -> Iterator[Database]:
    """The database, with the real consequences table."""
    database = engines.lend(database_url, Database(database_url, consequences.TABLE, consequences.FORESIGHT))
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session, rolled back at the end. On SQLite nobody else can write while it holds a transaction."""
    with database.session(writes=True) as session:
        yield session
        session.rollback()


@pytest.fixture
def make(session: Session) -> Make:
    """Builds a world by default: `make.person()`, `make.course(quiz=True)`."""
    return Make(session)


@pytest.fixture
def people(make: Make) -> People:
    """Alice learns, Bob manages her and is managed by Diana, Charlie works elsewhere and must see nothing."""
    return make.people()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, shared_folder: Path) -> Settings:
    """Settings for one machine on loopback, without the demonstration."""
    return settings_in(tmp_path / "instance", database_url, shared_folder)


def settings_in(instance: Path, database_url: str, shared_folder: Path) -> Settings:
    """Settings with an instance folder of their own, that share the compressed static files."""
    instance.mkdir()
    (shared_folder / "static").mkdir(exist_ok=True)
    (instance / "static").symlink_to(shared_folder / "static")
    return load_settings(
        {"LMS_INSTANCE": str(instance), "LMS_DATABASE_URL": database_url, "LMS_SECRET_KEY": "for tests only"}
    )


@pytest.fixture(scope="session")
def applications() -> Applications:
    return Applications()


@pytest.fixture
def make_app(
    database: Database,
    settings: Settings,
    shared_folder: Path,
    applications: Applications,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Flask]]:
    """Makes the application on the test's database; `make_app(demo=True)` changes a setting.

    Making one takes longer than most tests, so one that another test has done with is lent, as good as new. What a
    module adds to its own, such as routes, is named: `make_app(add_probes)`.
    """
    lent: list[Callable[[], None]] = []

    def build(*additions: Callable[[Flask], None], **changed: object) -> Flask:
        wanted = replace(settings, **changed)  # type: ignore[arg-type]
        key = additions, replace(wanted, instance=shared_folder, database_url="")
        app, give_back = applications.borrow(key, afresh(wanted, additions))
        lent.append(give_back)
        app.instance_path = str(wanted.instance)
        app.extensions["settings"], app.extensions["files"] = wanted, store_of(wanted)
        app.extensions["database"] = database
        app.extensions["crisis"] = (math.inf, None)  # is asked for by the clock: not while a test counts statements
        app.extensions["council"] = (math.inf, False)  # likewise
        limiter.reset()
        return app

    def afresh(wanted: Settings, additions: tuple[Callable[[Flask], None], ...]) -> Callable[[], Flask]:
        def make() -> Flask:
            folder = tmp_path_factory.mktemp("application")  # it outlives the test
            (folder / "static").symlink_to(shared_folder / "static")
            app = create_app(replace(wanted, instance=folder))
            app.extensions.pop("database").close()
            app.test_client_class = Client
            templates = shared_folder / "templates"
            templates.mkdir(exist_ok=True)
            app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
            for add in additions:
                add(app)
            return app

        return make

    yield build
    for give_back in lent:
        give_back()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application, as it is served."""
    return make_app()


@pytest.fixture
def anonymous(app: Flask, session: Session) -> Client:
    """A client that nobody is signed in with."""
    return client_of(app, session)


@pytest.fixture
def client_for(app: Flask, session: Session) -> Callable[[Person], Client]:
    """A client that a person is signed in with, by a real sign-in: `client_for(alice).get("/learning")`."""

    def enter(person: Person, browser: str = "tests") -> Client:
        client = client_of(app, session)
        session.flush()
        client.enter_with(signin.start(session, person.id, browser).token)
        return client

    return enter


def client_of(app: Flask, session: Session) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    client.database_session = session
    return client


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that ran on the database since the test began; `clear()` it before what is to be counted."""
    seen: list[str] = []
    stop = count_statements(database.engine, seen.append)
    yield seen
    stop()
