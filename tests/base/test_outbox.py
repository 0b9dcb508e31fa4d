"""Mail leaves once, after the deed, and failures are tried again."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.base import clock, journal, outbox
from lms.base.outbox import RETRIES, OutboxMessage
from tests.support import smtp

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def mailbox():
    with smtp.server() as mailbox:
        yield mailbox


@pytest.fixture
def by_mail(settings, mailbox):
    return replace(settings, smtp_url=mailbox.url)


def queue(database, key: str = "congratulations:1", **more: str) -> None:
    words = {"recipient": "alice@acme.example", "subject": "Well done – naïve Ωmega", "body": "Dear Alice,\n\n€ 5.\n"}
    with database.transaction() as session:
        outbox.queue(session, key=key, **(words | more))


def state(database, key: str = "congratulations:1") -> tuple[str, int]:
    with database.reading() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.key == key)).one()
        return message.state, message.tries


def test_a_mail_goes_out_once(database, by_mail, mailbox):
    queue(database)
    assert outbox.deliver(database, by_mail) == 1
    assert outbox.deliver(database, by_mail) == 0
    (mail,) = mailbox.mails
    assert mail["To"] == "alice@acme.example"
    assert mail["Subject"] == "Well done – naïve Ωmega"
    assert mail.get_content().splitlines() == ["Dear Alice,", "", "€ 5."]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"]
    assert state(database) == ("sent", 1)


def test_the_same_occasion_is_queued_once(database, by_mail, mailbox):
    queue(database)
    queue(database, subject="Another")
    assert outbox.deliver(database, by_mail) == 1


def test_a_deed_that_is_undone_sends_nothing(database, by_mail, mailbox):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        outbox.queue(session, key="k", recipient="a@b.example", subject="s", body="b")
        _ = 1 / 0
    assert outbox.deliver(database, by_mail) == 0
    assert mailbox.mails == []


def test_a_refused_mail_waits_longer_each_time_and_is_dead_in_the_end(database, by_mail, mailbox):
    mailbox.refusal = "451 come back later"
    with clock.frozen(MONDAY):
        queue(database)
    moment = MONDAY
    for tried, minutes in enumerate(RETRIES, 1):
        with clock.frozen(moment):
            assert outbox.deliver(database, by_mail) == 0
            assert outbox.deliver(database, by_mail) == 0, "not before its time"
        assert state(database) == ("queued", tried)
        moment += timedelta(minutes=minutes)
    with clock.frozen(moment):
        outbox.deliver(database, by_mail)
    assert state(database) == ("dead", len(RETRIES) + 1)
    with clock.frozen(moment + timedelta(days=9)):
        assert outbox.deliver(database, by_mail) == 0
    with database.reading() as session:
        assert "451" in session.scalars(select(OutboxMessage.error)).one()


def test_a_mail_goes_out_when_the_server_is_back(database, by_mail, mailbox):
    mailbox.refusal = "451 come back later"
    with clock.frozen(MONDAY):
        queue(database)
        outbox.deliver(database, by_mail)
    mailbox.refusal = ""
    with clock.frozen(MONDAY + timedelta(minutes=RETRIES[0])):
        assert outbox.deliver(database, by_mail) == 1
    assert state(database) == ("sent", 2)


def test_one_bad_address_does_not_hold_up_the_others(database, by_mail, mailbox):
    queue(database, "bad", recipient="not an address\r\nBcc: everyone@acme.example")
    queue(database, "good")
    assert outbox.deliver(database, by_mail) == 1
    assert state(database, "good")[0] == "sent"
    assert state(database, "bad")[0] != "sent"
    assert all("everyone" not in str(mail) for mail in mailbox.mails)


def test_a_server_that_is_away_is_a_failure_like_another(database, settings):
    queue(database)
    away = replace(settings, smtp_url=f"smtp://127.0.0.1:{smtp.free_port()}")
    assert outbox.deliver(database, away) == 0
    assert state(database) == ("queued", 1)


def test_without_a_server_mails_are_written_to_a_folder(database, settings):
    queue(database)
    assert outbox.deliver(database, settings) == 1
    (file,) = (settings.instance / "outbox").glob("*.eml")
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "alice@acme.example"


@pytest.mark.sqlite_only
def test_a_number_that_a_restored_database_gives_again_overwrites_no_file(database, settings):
    for subject in ("first", "second"):
        queue(database, subject, subject=subject)
        assert outbox.deliver(database, settings) == 1
        with database.transaction() as session:
            session.execute(delete(OutboxMessage))
    files = list((settings.instance / "outbox").glob("00000001-*.eml"))
    found = {message_from_bytes(one.read_bytes(), policy=policy.default)["Subject"] for one in files}
    assert found == {"first", "second"}


@pytest.mark.sqlite_only
def test_a_mail_written_again_lies_beside_the_first(database, settings):
    """Its worker was killed before the journal knew, or the journal is gone."""
    for _ in range(2):
        queue(database)
        assert outbox.deliver(database, settings) == 1
        (settings.instance / journal.NAME).unlink()
        with database.transaction() as session:
            session.execute(delete(OutboxMessage))
    names = sorted(one.stem.rpartition("-")[2] for one in (settings.instance / "outbox").glob("*.eml"))
    assert len(names) == 2
    assert names[0] == "2"


def test_two_workers_send_each_mail_once(database, by_mail, mailbox):
    for number in range(20):
        queue(database, f"mail:{number}", subject=f"number {number}")
    failures: list[Exception] = []

    def work() -> None:
        try:
            outbox.deliver(database, by_mail)
        except Exception as error:
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    outbox.deliver(database, by_mail)
    assert failures == []
    assert sorted(str(mail["Subject"]) for mail in mailbox.mails) == sorted(f"number {n}" for n in range(20))


def test_others_can_write_while_a_slow_server_is_spoken_to(database, settings):
    written = []

    def write_meanwhile() -> None:
        queue(database, "meanwhile")
        written.append(state(database)[0])

    with smtp.server() as mailbox:
        queue(database)
        mailbox.meanwhile = write_meanwhile
        outbox.deliver(database, replace(settings, smtp_url=mailbox.url), limit=1)
    assert written


def test_a_key_is_unique_in_the_database_too(session):
    row = {"recipient": "a@b.example", "subject": "", "body": "", "queued_at": clock.now(), "next_try_at": clock.now()}
    session.add_all([OutboxMessage(key="k", **row), OutboxMessage(key="k", **row)])
    with pytest.raises(IntegrityError):
        session.flush()
