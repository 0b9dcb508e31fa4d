"""A database that was put back from a copy tells nobody a second time, also when the next night is a later day."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from courses.enrollment_models import Enrollment
from lms.base import clock, outbox
from lms.base.outbox import OutboxMessage
from lms.reminders import digest, planning, told
from lms.reminders.models import Notice, Reminder
from tests.reminders.conftest import NIGHT
from tests.support import smtp

TODAY = NIGHT.date()
pytestmark = pytest.mark.usefixtures("words")


@pytest.fixture
def mailbox():
    with smtp.server() as mailbox:
        yield mailbox


@pytest.fixture
def by_mail(settings, mailbox):
    return replace(settings, smtp_url=mailbox.url)


def night(database, settings, moment) -> int:
    """Plan, queue and send; returns how many mails the night made."""
    with clock.frozen(moment):
        with database.transaction() as session:
            planning.plan(session)
            made = digest.queue(session)
        outbox.deliver(database, settings)
    return made


def decided(database) -> list[tuple[int, str, str]]:
    with database.reading() as session:
        rows = session.execute(select(Reminder.days, Reminder.state, Reminder.skipped_why).order_by(Reminder.days))
        return [tuple(row) for row in rows]


@pytest.fixture
def late(session, make, people, ladders):
    """Alice is a day late; her manager is told, too. So are 30 others who have no manager."""
    rule = ladders.rule(make.course())
    for person in (people.alice, *(make.person() for _ in range(30))):
        ladders.takes(person, rule, TODAY - timedelta(days=1))
    session.commit()
    return rule


def file_of(settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


@pytest.mark.sqlite_only
def test_a_copy_that_is_put_back_mails_nobody_again_on_a_later_day(database, late, by_mail, mailbox, tmp_path):
    """The whole story: a copy of the file, a night, the copy put back, and the night of the next day."""
    database.close()
    file, copy = file_of(by_mail), tmp_path / "copy.sqlite"
    shutil.copyfile(file, copy)
    assert night(database, by_mail, NIGHT) == 32, "Alice, 30 others and Alice's manager"
    assert len(mailbox.mails) == 32
    database.close()
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    shutil.copyfile(copy, file)
    assert decided(database) == []
    tomorrow = NIGHT + timedelta(days=1)
    with database.reading() as session:
        assert digest.preview(session, tomorrow) == []
    assert night(database, by_mail, tomorrow) == 0
    assert len(mailbox.mails) == 32
    assert {why for _, state, why in decided(database) if state == "sent"} == {told.BEFORE}
    assert night(database, by_mail, NIGHT + timedelta(days=13)) == 1, "a step that is new: Diana, above Alice's manager"


def put_back(database) -> None:
    """What a restore of the database of the evening before does to what a night writes."""
    with database.transaction() as session:
        for table in (Reminder, Notice, OutboxMessage):
            session.execute(table.__table__.delete())


def test_after_a_restore_what_was_told_stays_told_and_what_is_new_is_told(
    database, session, make, people, ladders, late, by_mail, mailbox
):
    night(database, by_mail, NIGHT)
    mailbox.mails.clear()
    put_back(database)
    ladders.takes(people.alice, ladders.rule(make.course("new"), [(1, "learner")]), TODAY - timedelta(days=1))
    session.commit()
    assert night(database, by_mail, NIGHT + timedelta(hours=1)) == 0, "she had her mail of the day"
    assert night(database, by_mail, NIGHT + timedelta(days=1)) == 1
    (mail,) = mailbox.mails
    assert mail["To"] == "alice@acme.example"
    assert "/courses/new" in mail.get_content()
    assert "/courses/principles" not in mail.get_content()


def test_what_was_queued_and_never_sent_is_told_after_a_restore(database, late, by_mail, mailbox):
    mailbox.refused = {"alice@acme.example": "550 no such user"}
    night(database, by_mail, NIGHT)
    mailbox.refused = {}
    mailbox.mails.clear()
    put_back(database)
    assert night(database, by_mail, NIGHT + timedelta(days=1)) == 1
    assert [mail["To"] for mail in mailbox.mails] == ["alice@acme.example"]


def test_the_same_step_of_another_cycle_is_told(database, session, people, ladders, late, by_mail, mailbox):
    night(database, by_mail, NIGHT)
    mailbox.mails.clear()
    with clock.frozen(NIGHT):
        done = {"completed_at": clock.now(), "started_at": clock.now()}
        session.execute(update(Enrollment).where(Enrollment.person_id == people.alice.id).values(done))
        ladders.takes(people.alice, late, date(2027, 11, 19), cycle=2)
    session.commit()
    night(database, by_mail, NIGHT + timedelta(days=365))
    assert "alice@acme.example" in {mail["To"] for mail in mailbox.mails}
