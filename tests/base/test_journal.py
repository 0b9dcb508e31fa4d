"""Nothing is sent twice after a crash or a restore, and nothing is lost."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from lms.base import clock, journal, outbox
from lms.base.outbox import Letter, OutboxMessage
from tests.support import smtp

ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
CHILD = """
import os, signal, sys
from lms import consequences
from lms.base import journal, outbox
from lms.base.db import Database
from lms.base.settings import load
before, many = sys.argv[1] == "before", int(sys.argv[2])
noted, note = 0, journal.Journal.sent
def sent(self, *identities):
    global noted
    noted += 1
    if before and noted == many:
        os.kill(os.getpid(), signal.SIGKILL)
    note(self, *identities)
    if noted == many:
        os.kill(os.getpid(), signal.SIGKILL)
journal.Journal.sent = sent
settings = load()
outbox.deliver(Database(settings.database_url, {}), settings)
"""


@pytest.fixture
def mailbox():
    with smtp.server() as mailbox:
        yield mailbox


@pytest.fixture
def by_mail(settings, mailbox):
    return replace(settings, smtp_url=mailbox.url)


def queue(database, count: int, key: str = "digest:{}") -> None:
    letters = [Letter(key.format(n), f"p{n}@acme.example", f"number {n}", "Hello.\n") for n in range(count)]
    with database.transaction() as session:
        outbox.queue_many(session, letters)


def states(database) -> dict[str, int]:
    found: dict[str, int] = {}
    with database.reading() as session:
        for state in session.scalars(select(OutboxMessage.state)):
            found[state] = found.get(state, 0) + 1
    return found


def put_back(database) -> None:
    """As a restore of an older database does."""
    with database.transaction() as session:
        session.execute(update(OutboxMessage).values(state="queued", tries=0, next_try_at=clock.now(), sent_at=None))


@pytest.mark.parametrize("moment", ["after", "before"])
def test_a_worker_that_is_killed_in_the_middle_sends_the_rest_and_nothing_twice(database, by_mail, mailbox, moment):
    """`before` is the one case left: killed between the server's yes and the line of the journal. The mail goes out
    again, as the same message by its Message-ID, so that mail programs show it once."""
    queue(database, 30)
    environment = {**os.environ, "LMS_INSTANCE": str(by_mail.instance), "LMS_DATABASE_URL": by_mail.database_url}
    environment |= {"LMS_SMTP_URL": mailbox.url, "PYTHONPATH": str(ROOT)}
    child = subprocess.run([sys.executable, "-c", CHILD, moment, "12"], env=environment, cwd=ROOT, check=False)
    assert child.returncode == -signal.SIGKILL
    assert len(mailbox.mails) == 12
    assert outbox.deliver(database, by_mail) == 0, "they are left to the worker that took them, for a while"
    with clock.frozen(datetime.now(UTC) + timedelta(minutes=16)):
        assert outbox.deliver(database, by_mail) == 30
    assert states(database) == {"sent": 30}
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 30
    assert len(mailbox.mails) == (30 if moment == "after" else 31)


def test_a_restored_database_sends_nothing_again(database, by_mail, mailbox):
    queue(database, 5)
    outbox.deliver(database, by_mail)
    put_back(database)
    assert outbox.deliver(database, by_mail) == 5
    assert states(database) == {"sent": 5}
    assert len(mailbox.mails) == 5


def test_after_a_restore_a_number_used_for_another_occasion_is_another_mail(database, by_mail, mailbox):
    queue(database, 1, "request:{}")
    outbox.deliver(database, by_mail)
    put_back(database)
    with database.transaction() as session:
        session.execute(update(OutboxMessage).values(subject="about something else"))
    outbox.deliver(database, by_mail)
    assert [str(mail["Subject"]) for mail in mailbox.mails] == ["number 0", "about something else"]


def test_the_digest_of_a_day_goes_out_once_whatever_its_words_are_after_a_restore(database, by_mail, mailbox):
    queue(database, 1)
    outbox.deliver(database, by_mail)
    put_back(database)
    with database.transaction() as session:
        session.execute(update(OutboxMessage).values(body="In other words"))
    outbox.deliver(database, by_mail)
    assert len(mailbox.mails) == 1


def test_a_refusal_for_good_is_given_up_at_once_and_holds_up_nobody(database, by_mail, mailbox):
    mailbox.refused = {"p1@acme.example": "550 no such user", "p2@acme.example": "450 mailbox is busy"}
    queue(database, 5)
    assert outbox.deliver(database, by_mail) == 3
    with database.reading() as session:
        rows = session.execute(select(OutboxMessage.recipient, OutboxMessage.state, OutboxMessage.error)).all()
    found = {recipient: (state, error) for recipient, state, error in rows}
    assert found["p1@acme.example"][0] == "dead"
    assert "no such user" in found["p1@acme.example"][1]
    assert found["p2@acme.example"][0] == "queued"


def test_a_server_that_takes_few_mails_a_connection_gets_them_all(database, by_mail, mailbox):
    mailbox.a_connection = 4
    queue(database, 10)
    with clock.frozen(MONDAY + timedelta(days=400)):
        outbox.deliver(database, by_mail)
    with clock.frozen(MONDAY + timedelta(days=401)):
        outbox.deliver(database, by_mail)
    assert states(database) == {"sent": 10}
    assert len(mailbox.mails) == 10


@pytest.mark.sqlite_only
def test_many_mails_share_a_connection(database, by_mail, mailbox):
    queue(database, 150)
    assert outbox.deliver(database, by_mail) == 150
    assert mailbox.connections == 2


def test_the_journal_forgets_what_is_older_than_90_days(tmp_path):
    with journal.opened(tmp_path) as notes:
        with clock.frozen(MONDAY):
            notes.sent(b"old")
        with clock.frozen(MONDAY + timedelta(days=80)):
            notes.sent(b"new")
        with clock.frozen(MONDAY + timedelta(days=91)):
            assert notes.forget_old() == 1
        notes.trying([b"new"])
        assert notes.sent_of([b"old", b"new"]) == {b"new"}
