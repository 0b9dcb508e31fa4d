"""The import as a command, as a job of the night, and when it is killed on the way."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.base import clock, outbox
from lms.base.files import FileStore
from lms.base.settings import ROOT
from lms.people.imports import pickup, running
from lms.people.imports.models import PeopleImport
from lms.people.models import Person, PersonPast, Unit
from tests.people.files import row, table

ROWS = [row("E1", given_name="Eva"), row("E2", manager_id="E1"), row("E3", manager_id="E1")]
KILLED = """
import os, signal, sys
from pathlib import Path
from lms.base.db import Database
from lms.base.files import FileStore
from lms.people import changing
from lms.people.imports import running
changing.sign_out = lambda session, ids: os.kill(os.getpid(), signal.SIGKILL)
database = Database(sys.argv[1], {})
with database.transaction() as session:
    running.bring_and_apply(
        session, FileStore(Path(sys.argv[3])), Path(sys.argv[2]).read_bytes(), "x.csv", source="command"
    )
"""


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def run(tmp_path, database_url, *words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    environment |= {"LMS_INSTANCE": str(tmp_path / "instance"), "LMS_DATABASE_URL": database_url}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_an_import_killed_in_the_middle_changed_nothing(tmp_path, database_url, session):
    (tmp_path / "people.csv").write_text(table(ROWS), encoding="utf-8")
    words = ("-c", KILLED, database_url, str(tmp_path / "people.csv"), str(tmp_path / "files"))
    assert run(tmp_path, database_url, *words).returncode == -signal.SIGKILL
    assert [count(session, one) for one in (Person, Unit, PersonPast, PeopleImport)] == [0, 0, 0, 0]


@pytest.mark.sqlite_only
def test_the_command_shows_the_same_difference_dry_and_wet_and_exports_what_it_took_in(tmp_path, database_url, session):
    file, report, out = tmp_path / "people.csv", tmp_path / "report.json", tmp_path / "out.csv"
    file.write_text(table(ROWS), encoding="utf-8")
    dry = run(tmp_path, database_url, "-m", "lms", "people", "import", str(file), "--dry-run", "--report", str(report))
    assert dry.returncode == 0, dry.stderr
    assert count(session, Person) == count(session, PeopleImport) == 0
    session.rollback()
    wet = run(tmp_path, database_url, "-m", "lms", "people", "import", str(file))
    assert wet.returncode == 0, wet.stderr
    assert dry.stdout.splitlines()[:-1] == wet.stdout.splitlines()[:-1]
    assert "3 people join" in wet.stdout
    kinds = [json.loads(line)["what"] for line in report.read_text(encoding="utf-8").splitlines()]
    assert kinds == ["joiner"] * 3
    assert run(tmp_path, database_url, "-m", "lms", "people", "export", str(out)).returncode == 0
    file.write_text(out.read_text(encoding="utf-8").replace("E1,e1@", "E1,oops"), encoding="utf-8")
    bad = run(tmp_path, database_url, "-m", "lms", "people", "import", str(file))
    assert bad.returncode == 1
    assert "line 2, email" in bad.stdout
    assert bad.stderr.strip() == "Error: Nothing was changed: 1 thing is wrong with the file."


def test_the_night_fetches_the_newest_file_once_and_tells_administrators_what_it_did_not_take(
    app, session, make, settings, tmp_path
):
    make.person("Dana", email="dana@acme.example", roles=["administrator"], employee_id=None, language="nl")
    folder = tmp_path / "hr"
    folder.mkdir()
    (folder / "old.csv").write_text("broken", encoding="utf-8")
    os.utime(folder / "old.csv", (1, 1))
    (folder / "new.csv").write_text(table(ROWS), encoding="utf-8")
    changed = replace(settings, people_folder=str(folder), people_on_missing="deactivate")
    app.extensions["settings"] = changed
    with app.app_context():
        assert [pickup.nightly(session), pickup.nightly(session)] == [3, 0]
        (folder / "half.csv").write_text(table(ROWS[:1]), encoding="utf-8")
        os.utime(folder / "half.csv", (2**31, 2**31))
        assert [pickup.nightly(session), pickup.nightly(session)] == [0, 0]
    states = session.scalars(select(PeopleImport.state).order_by(PeopleImport.id)).all()
    assert states == ["applied", "stopped"]
    letter = session.scalars(select(outbox.OutboxMessage)).one()
    assert letter.recipient == "dana@acme.example"
    assert "2" in letter.body and "/admin/imports" in letter.body


def test_hrs_correction_is_fetched_although_the_same_file_came_before(app, session, settings, tmp_path):
    folder = tmp_path / "hr"
    folder.mkdir()
    first = table(ROWS)
    wrong = table([ROWS[0], ROWS[1], row("E3", manager_id="E1", given_name="Bad")])
    app.extensions["settings"] = replace(settings, people_folder=str(folder))

    def put(text, moment):
        (folder / "people.csv").write_text(text, encoding="utf-8")
        os.utime(folder / "people.csv", (moment.timestamp(), moment.timestamp()))
        return pickup.nightly(session)

    with app.app_context():
        assert [put(text, clock.now()) for text in (first, first, wrong, wrong, first, first)] == [3, 0, 1, 0, 1, 0]
        last = session.scalars(select(PeopleImport).order_by(PeopleImport.id.desc()).limit(1)).one()
        running.undo(session, last.uid, by_id=None)
        put_before = clock.now() - timedelta(hours=1)
        assert put(first, put_before) == 0, "what lies there still is not taken in again after it was undone"
        assert put(first, clock.now() + timedelta(hours=1)) == 1, "put there anew"


def test_what_was_uploaded_and_set_aside_does_not_keep_the_night_from_fetching_it(app, session, settings, tmp_path):
    (tmp_path / "people.csv").write_text(table(ROWS), encoding="utf-8")
    files = FileStore(tmp_path / "files")
    brought = running.bring(session, files, table(ROWS).encode(), "people.csv", source="upload")
    running.drop(session, brought.uid, by_id=None)
    app.extensions["settings"] = replace(settings, people_folder=str(tmp_path))
    with app.app_context():
        assert pickup.nightly(session) == 3
