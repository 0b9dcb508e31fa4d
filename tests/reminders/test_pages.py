"""Messages, the outbox and what the next night sends, as pages."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.base import clock, outbox
from lms.base.outbox import Letter, OutboxMessage
from lms.reminders import digest, planning
from lms.reminders.models import Notice
from tests.reminders.conftest import NIGHT

pytestmark = pytest.mark.sqlite_only
TODAY = NIGHT.date()


@pytest.fixture
def admin(make, client_for):
    return client_for(make.person("Dana", roles=["administrator"]))


def test_a_message_is_read_by_its_owner_alone(session, make, people, ladders, app, client_for):
    ladders.takes(people.alice, ladders.rule(make.course(), [(1, "learner")]), TODAY - timedelta(days=1))
    with app.app_context(), clock.frozen(NIGHT):
        planning.plan(session)
        digest.queue(session)
    alice, charlie = client_for(people.alice), client_for(people.charlie)
    number = session.scalars(select(Notice.id)).one()
    assert "was due" in alice.get("/messages").get_data(as_text=True)
    assert "was due" not in charlie.get("/messages").get_data(as_text=True)
    assert charlie.submit(f"/messages/{number}").status_code == 404
    assert alice.submit(f"/messages/{number}", {"go": "1"}).headers["Location"] == "/learning"
    assert "Mark as read" not in alice.get("/messages").get_data(as_text=True)


def test_a_page_of_messages_asks_as_often_for_one_as_for_a_hundred(session, people, client_for, statements):
    alice, counts = client_for(people.alice), []
    for many in (1, 99):
        for number in range(many):
            session.add(Notice(person_id=people.alice.id, key=f"{many}:{number}", subject="S", told_at=clock.now()))
        session.commit()
        statements.clear()
        assert alice.get("/messages").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert "Older" in alice.get("/messages").get_data(as_text=True)


def test_complaint_2_an_administrator_sees_what_became_of_each_mail_and_tries_again(session, admin):
    outbox.queue_many(session, [Letter(f"k{n}", f"p{n}@acme.example", f"number {n}", "Hello") for n in range(3)])
    dead = session.scalars(select(OutboxMessage).where(OutboxMessage.key == "k1")).one()
    dead.state, dead.tries, dead.error = "dead", 6, "550 no such user"
    session.flush()
    page = admin.get("/admin/outbox?state=dead").get_data(as_text=True)
    assert "550 no such user" in page
    assert "p0@acme.example" not in page
    assert "p2@acme.example" in admin.get("/admin/outbox?q=P2").get_data(as_text=True)
    assert admin.submit(f"/admin/outbox/{dead.id}/again").status_code == 303
    session.expire_all()
    assert (dead.state, dead.tries) == ("queued", 0)
    assert admin.submit(f"/admin/outbox/{dead.id}/drop").status_code == 409
    dead.state = "dead"
    session.flush()
    assert admin.submit("/admin/outbox/again").status_code == 303
    session.expire_all()
    assert dead.state == "queued"
    dead.state = "dead"
    session.flush()
    assert admin.submit(f"/admin/outbox/{dead.id}/drop").status_code == 303
    assert session.scalars(select(OutboxMessage.key)).all() == ["k0", "k2"]


def test_the_hub_reads_the_outbox_and_the_next_night_and_changes_nothing(session, make, client_for):
    outbox.queue_many(session, [Letter("k", "p@acme.example", "subject", "Hello")])
    dead = session.scalars(select(OutboxMessage)).one()
    dead.state = "dead"
    session.commit()
    hub = client_for(make.person("Hugo", roles=["hub"]))
    page = hub.get("/admin/outbox").get_data(as_text=True)
    assert "p@acme.example" in page
    assert "Try again" not in page
    assert "/admin/chat" not in page
    assert hub.get("/admin/outbox/tomorrow").status_code == 200
    for path in (f"/admin/outbox/{dead.id}/again", f"/admin/outbox/{dead.id}/drop", "/admin/outbox/again"):
        assert hub.submit(path).status_code == 403
    assert hub.get("/admin/chat").status_code == 403
    assert "/admin/outbox/tomorrow" in hub.get("/admin/rules").get_data(as_text=True)


def test_complaint_1_anybody_can_be_asked_about_and_why_is_said(session, make, people, ladders, admin):
    ladders.takes(people.alice, ladders.rule(make.course(title="Principles")), TODAY - timedelta(days=1))
    people.charlie.status = "leave"
    ladders.takes(people.charlie, ladders.rule(make.course("other", title="Replies")), TODAY)
    with clock.frozen(datetime(2026, 11, 19, 12, tzinfo=UTC)):
        everybody = admin.get("/admin/outbox/tomorrow").get_data(as_text=True)
        alice = admin.get("/admin/outbox/tomorrow?q=alice@acme.example").get_data(as_text=True)
        charlie = admin.get("/admin/outbox/tomorrow?q=charlie@acme.example").get_data(as_text=True)
        diana = admin.get("/admin/outbox/tomorrow?q=diana@acme.example").get_data(as_text=True)
    assert "alice@acme.example" in everybody
    assert "Rule principles" in everybody
    assert "bob@acme.example" in everybody
    assert "“Principles” was due" in alice
    assert "Gets nothing" in charlie
    assert "On leave" in charlie
    assert "Gets nothing" in diana
    assert "Nobody has the address" in admin.get("/admin/outbox/tomorrow?q=x@y.example").get_data(as_text=True)
    assert session.scalars(select(OutboxMessage.id)).all() == []
