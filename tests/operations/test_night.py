"""A job that fails holds up no other job of the night or the minute, and is named where an administrator looks."""

import logging
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from lms import cli, worker
from lms.base import clock, failures, outbox
from lms.base.outbox import OutboxMessage

pytestmark = pytest.mark.sqlite_only


def write(session) -> None:
    outbox.queue(session, key=f"k{clock.now()}", recipient="a@acme.example", subject="s", body="b")
    session.flush()


def good(session) -> int:
    write(session)
    return 1


def bad(session) -> int:
    write(session)
    raise RuntimeError("the disk of figures is full")


@pytest.fixture
def jobs(monkeypatch):
    monkeypatch.setattr(worker, "NIGHTLY", (("first things", good), ("figures", bad), ("last things", good)))


@pytest.fixture
def logged(monkeypatch) -> list[logging.LogRecord]:
    """What the worker logs, whatever else has been done to the loggers of this process."""
    records: list[logging.LogRecord] = []
    own = logging.Logger("night")
    own.addHandler(logging.Handler())
    own.handlers[0].emit = records.append
    monkeypatch.setattr(worker, "log", own)
    return records


def test_the_others_go_on_and_what_the_failed_one_wrote_is_undone(app, jobs, database, logged):
    with pytest.raises(worker.NightFailed, match="figures") as night:
        worker.nightly(app)
    assert night.value.failed == ["figures"]
    assert night.value.done == {"first things": 1, "last things": 1, "lines of the journal dropped": 0}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 2
    (record,) = logged
    assert "figures" in record.getMessage()
    assert "the disk of figures is full" in str(record.exc_info)


def test_the_command_ends_with_1_and_a_sentence_that_names_the_job(app, jobs, monkeypatch):
    monkeypatch.setattr("lms.commands.running.create_app", lambda: app)
    answer = CliRunner().invoke(cli.main, ["nightly"])
    assert answer.exit_code == 1
    assert "last things: 1" in answer.stdout
    assert answer.stderr.splitlines()[-1].startswith("Error: These jobs of the night failed: figures.")


def test_the_periodic_night_of_the_worker_goes_on(app, jobs, logged):
    tasks = worker.build(app)._registry.periodic_tasks
    (every_night,) = [task for task in tasks if type(task).__name__ == "every_night"]
    every_night.execute()
    assert len(logged) == 1


def test_a_job_of_the_minute_that_fails_holds_up_no_other_and_is_shown_once_a_day(
    app, monkeypatch, logged, session, make, client_for
):
    dana = make.person("Dana", email="dana@acme.example", roles=["administrator"])
    session.commit()
    sent = []

    def away(*_) -> None:
        raise RuntimeError("alice@acme.example was refused")

    monkeypatch.setattr(worker.outbox, "deliver", away)
    monkeypatch.setattr(worker.chat, "deliver", lambda *_: sent.append("chat"))
    monkeypatch.setattr(worker, "PROMPT", (lambda *_: 1 / 0, lambda *_: sent.append("prompt")))
    assert [worker.minutely(app), worker.minutely(app)] == [["mail sent"], ["mail sent"]]
    worker.promptly(app)
    assert (sent, len(logged)) == (["chat", "chat", "prompt"], 3)
    assert [one.error for one in failures.latest(session)] == ["ZeroDivisionError", "RuntimeError"]
    page = client_for(dana).get("/admin/outbox").text
    assert "2 jobs of the worker failed in the last two days." in page
    assert "mail sent" in page
    assert "alice@acme.example was refused" not in page
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert failures.latest(session) == []


def test_without_tables_no_job_is_tried(app, jobs, database):
    with database.transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE outbox_message")
    with pytest.raises(OperationalError):
        worker.nightly(app)
