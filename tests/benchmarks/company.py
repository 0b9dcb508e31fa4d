"""A company of 103,000 on this machine: the people file, a course for everybody, a move, the team page, the night.

`python -m tests.benchmarks.company [people]` runs it alone. Two databases are made: one by importing the file, one by
`lms simulate`; each on SQLite and on PostgreSQL.
"""

import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import Engine, delete, event, func, select, text, update
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms import create_app, worker
from lms.assignments import rules
from lms.assignments.drafts import RuleDraft
from lms.base import clock
from lms.people import signin
from lms.people.models import Person
from lms.reports.compliance import months
from lms.reports.counters import counting, rebuilding
from lms.reports.counters.models import CountedCourse, CountedPerson, Rollup
from lms.simulation import company, loading
from tests.support.postgresql import Server

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE, SMALL = 103_000, 1_000
UNIT = 5_000
SEED = 1
HEADINGS = ("employee_id", "email", "given_name", "family_name", "unit", "manager_id", "tier", "location", "language")
TIMES = 45
"""Visits of a page. By the middle of them PostgreSQL has prepared the statements, as on a server that runs for long."""


def measure(server: Server, people: int = PEOPLE) -> None:
    """Everything on both databases: a line for each figure."""
    for name in ("sqlite", "postgresql"):
        with TemporaryDirectory(prefix="lms-bench-") as folder:
            _import(name, _address(server, name, folder, "imported"), Path(folder), people)
        costs = {}
        for count in (SMALL, people):
            with TemporaryDirectory(prefix="lms-bench-") as folder:
                costs[count] = _company(name, _address(server, name, folder, f"of_{count}"), Path(folder), count)
        _say("team page of the chief, CPU against 1,000 people", name, costs[people] / costs[SMALL], "times")


def _address(server: Server, name: str, folder: str, database: str) -> str:
    if name == "sqlite":
        return f"sqlite:///{folder}/lms.sqlite"
    server.execute(f"CREATE DATABASE {database}")
    return server.url(database)


def _lms(url: str, folder: Path, *words: str) -> tuple[float, float]:
    """Run a command; returns the seconds it took and the most memory it had, in MB."""
    began = time.perf_counter()
    environment = os.environ | {"LMS_INSTANCE": str(folder), "LMS_DATABASE_URL": url}
    process = subprocess.Popen([sys.executable, "-m", "lms", *words], cwd=ROOT, env=environment, stdout=sys.stderr)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"lms {' '.join(words)} ended with {status}")
    return time.perf_counter() - began, used.ru_maxrss / 1024


def _import(name: str, url: str, folder: Path, people: int) -> None:
    """The people file of a night: the first, one without a change, and one in which three of a hundred changed."""
    _lms(url, folder, "init")
    everybody = list(company.people(people, SEED))
    for what, changed in (("first", 0), ("unchanged", 0), ("3 % changed", 33)):
        file = folder / "people.csv"
        _write(file, everybody, changed)
        seconds, memory = _lms(url, folder, "people", "import", str(file), "--on-missing", "deactivate")
        _say(f"import of {people:,}, {what}", name, seconds, "s")
        _say(f"import of {people:,}, {what}, memory", name, memory, "MB")


def _write(file: Path, everybody: list[company.Invented], changed: int) -> None:
    """The file of HR. Every `changed`-th person has another place of work and another manager by now."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow([*HEADINGS, "hire_date", "status"])
        for one in everybody:
            moved = bool(changed) and one.number % changed == 0 and one.tier == "staff"
            manager = one.manager if not moved or one.manager is None else max(1, one.manager - 1)
            row = (f"P{one.number:06}", f"p{one.number}@sim.example", one.given_name, one.family_name, one.unit)
            more = (f"P{manager:06}" if manager else "", one.tier, "XX" if moved else one.country, one.language)
            writer.writerow([*row, *more, one.hire_date.isoformat(), one.status])


def _company(name: str, url: str, folder: Path, people: int) -> float:
    """The simulated company; returns the CPU of its chief's team page in milliseconds."""
    _lms(url, folder, "init")
    _lms(url, folder, "simulate", "--people", str(people), "--seed", str(SEED))
    os.environ |= {"LMS_INSTANCE": str(folder), "LMS_DATABASE_URL": url}
    app = create_app()
    database = app.extensions["database"]
    _settle(database.engine)
    cost = _pages(name, app, people)
    if people >= PEOPLE:
        with app.app_context():
            _deeds(name, app)
        _night(name, app)
    database.close()
    return cost


def _settle(engine: Engine) -> None:
    """Let the database learn how its rows are spread, as it does by itself after a while."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "SELECT 1"))


def _pages(name: str, app: Flask, people: int) -> float:
    with app.extensions["database"].reading() as session:
        top = session.scalars(select(Person.id).where(Person.manager_id.is_(None))).first()
        reports = select(Person.manager_id).where(Person.tier == "staff", Person.status == "active")
        reports = reports.group_by(Person.manager_id).having(func.count() == 8).order_by(Person.manager_id.desc())
        front = session.scalars(reports).first()
    cost = 0.0
    for who, id in (("a front-line manager", front), ("the chief", top)):
        found = _page(app, int(id or 0), "/team")
        for what, value, unit in zip(("database", "CPU"), found[:2], ("ms", "ms"), strict=True):
            _say(f"team page of {who}, {people:,} people, {what}", name, value, unit, statements=found[2])
        cost = found[1]
    if people >= PEOPLE:
        _csv(name, app, int(top or 0))
    return cost


def _client(app: Flask, person_id: int) -> Any:
    with app.extensions["database"].transaction() as session:
        token = signin.start(session, person_id, "bench").token
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


def _page(app: Flask, person_id: int, path: str) -> tuple[float, float, int]:
    """The middle of several visits: milliseconds in the database, CPU of all, and statements."""
    client, visits = _client(app, person_id), []
    with _listening(app.extensions["database"].engine) as spent:
        for _ in range(TIMES):
            spent.clear()
            began = time.process_time()
            answer = client.get(path)
            visits.append((sum(spent), 1000 * (time.process_time() - began), len(spent)))
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
    return (
        sorted(one[0] for one in visits)[TIMES // 2],
        sorted(one[1] for one in visits)[TIMES // 2],
        visits[-1][2],
    )


@contextmanager
def _listening(engine: Engine) -> Iterator[list[float]]:
    """Milliseconds of each statement that is run. Fetching the rows is in the statement on PostgreSQL only."""
    spent: list[float] = []
    began = [0.0]

    def before(*_: Any) -> None:
        began[0] = time.perf_counter()

    def after(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            spent.append(1000 * (time.perf_counter() - began[0]))

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    yield spent
    event.remove(engine, "before_cursor_execute", before)
    event.remove(engine, "after_cursor_execute", after)


def _csv(name: str, app: Flask, top: int) -> None:
    """The whole company as a file, piece by piece: how much memory it takes beyond what was there before."""
    client = _client(app, top)
    before, size, began = _memory(), 0, time.perf_counter()
    for piece in client.get("/team.csv").iter_encoded():
        size += len(piece)
    _say("whole company as CSV", name, time.perf_counter() - began, "s")
    _say("whole company as CSV, memory", name, _memory() - before, "MB")
    _say("whole company as CSV, size", name, size / 1e6, "MB")


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _deeds(name: str, app: Flask) -> None:
    """What concerns many people at once; each is undone, so that the next meets the same company."""
    deeds: dict[str, Callable[[Session], object]] = {
        "a course for everybody": _assign,
        f"move of a unit of {UNIT:,}": _move,
        "a completion": _complete,
        "rebuild of all counters": rebuilding.rebuild,
        "rebuild of all counters, from nothing": _from_nothing,
        "month-end snapshot": lambda session: months.take(session, clock.now().date()),
    }
    for what, deed in deeds.items():
        with app.extensions["database"].session(writes=True) as session:
            began = time.perf_counter()
            deed(session)
            session.flush()
            _say(what, name, time.perf_counter() - began, "s")
            session.rollback()


def _assign(session: Session) -> None:
    """A rule that gives everybody a course that nobody has yet."""
    rules.save(session, RuleDraft("Everybody", loading.add_course(session, 99), due_days=30), by_id=1)


def _move(session: Session) -> None:
    sizes = select(Rollup.manager_id, func.sum(Rollup.count)).where(Rollup.kind == "people").group_by(Rollup.manager_id)
    lead = min(session.execute(sizes), key=lambda row: abs(row[1] - UNIT))[0]
    path = session.get_one(CountedPerson, lead).path
    elsewhere = select(Person.id).where(Person.manager_id == 1)
    goal = next(one for one in session.scalars(elsewhere) if f"/{one}/" not in path)
    session.execute(update(Person).where(Person.id == lead).values(manager_id=goal))
    counting.recount(session, {lead})


def _from_nothing(session: Session) -> None:
    """As after an upgrade; forgetting what was counted takes part of the time."""
    for table in (Rollup, CountedCourse, CountedPerson):
        session.execute(delete(table))
    rebuilding.rebuild(session)


def _complete(session: Session) -> None:
    found = session.scalars(select(Enrollment).where(Enrollment.completed_at.is_(None)).limit(1)).one()
    found.started_at = found.started_at or clock.now()
    found.completed_at = clock.now()
    session.flush()
    counting.recount(session, {found.person_id})


def _night(name: str, app: Flask) -> None:
    began = time.perf_counter()
    for job, count in worker.nightly(app).items():
        print(f"{name}: {job}: {count}", file=sys.stderr)
    _say("nightly run", name, time.perf_counter() - began, "s")
    began = time.perf_counter()
    worker.nightly(app)
    _say("nightly run, again", name, time.perf_counter() - began, "s")


def _say(name: str, database: str, value: float, unit: str, statements: int | None = None) -> None:
    line = {"name": name, "value": round(value, 3), "unit": unit, "baseline": None, "ratio": None}
    print(json.dumps(line | {"statements": statements, "database": database}), flush=True)


if __name__ == "__main__":
    own = Server()
    try:
        measure(own, int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
    finally:
        own.remove()
