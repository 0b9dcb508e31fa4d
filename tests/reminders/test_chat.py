"""Rooms hear of counts on Mondays, once, over a real connection."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.outbox import RETRIES
from lms.reminders.chat import rooms, sending
from lms.reminders.models import ChatMessage, ChatRoom
from tests.support import profiles

MONDAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("words")


@pytest.fixture
def server(tmp_path):
    with profiles.running(tmp_path) as server:
        yield server


@pytest.fixture
def room(session, make, people, server):
    room = ChatRoom(
        kind="slack", name="Care", url=server.address("/hook"), made_by_id=people.bob.id, made_at=clock.now()
    )
    room.unit_id = people.alice.unit_id
    session.add(room)
    session.flush()
    return room


def state(database) -> list[tuple[str, int, str]]:
    with database.reading() as session:
        return [(one.state, one.tries, one.error) for one in session.scalars(select(ChatMessage))]


def test_a_room_hears_of_counts_once_a_week_and_of_nobody_by_name(
    session, make, people, ladders, room, server, database, settings
):
    rule = ladders.rule(make.course())
    for number in range(6):
        person = make.person(f"Person{number}", unit=make.unit("Benelux/Customer care/Ghent"))
        ladders.takes(person, rule, date(2026, 11, 20 + number))
    make.person("Elsewhere", unit=make.unit("Benelux/Customer carelessness"))
    with clock.frozen(MONDAY):
        assert rooms.tell(session) == 1
        assert rooms.tell(session) == 0
    with clock.frozen(MONDAY + timedelta(days=1)):
        assert rooms.tell(session) == 0, "not on a Tuesday"
    session.commit()
    with clock.frozen(MONDAY):
        assert sending.deliver(database, settings, reach=server.reach) == 1
        assert sending.deliver(database, settings, reach=server.reach) == 0
    ((path, body),) = server.posted
    assert path == "/hook"
    words = json.loads(body)["text"]
    assert "5 of 8 people have nothing overdue." in words
    assert "Person" not in words
    assert "Janssen" not in words


def test_of_fewer_than_five_people_nothing_is_told(session, people, make):
    words = rooms.words(session, "en", make.unit("UK/Sales"), MONDAY.date())
    assert "fewer than five" in words
    assert " of 1 " not in words


def test_a_room_that_refuses_is_tried_again_and_given_up_in_the_end(session, room, server, database, settings):
    server.status = 500
    with clock.frozen(MONDAY):
        rooms.test(session, room.id)
        session.commit()
    moment = MONDAY
    for minutes in (*RETRIES, 0):
        with clock.frozen(moment):
            assert sending.deliver(database, settings, reach=server.reach) == 0
        moment += timedelta(minutes=minutes)
    assert state(database) == [("dead", 6, "HTTP 500")]
    server.status = 200
    rooms.try_again(session, session.scalars(select(ChatMessage.id)).one())
    session.commit()
    with clock.frozen(moment + timedelta(days=1)):
        assert sending.deliver(database, settings, reach=server.reach) == 1


def test_nothing_is_sent_into_our_own_network(session, room, server, database, settings):
    rooms.test(session, room.id)
    room.url = "https://127.0.0.1/hook"
    session.commit()
    assert sending.deliver(database, settings) == 0
    assert state(database) == [("queued", 1, "private")]
    assert server.posted == []


def test_what_arrived_is_not_sent_again_after_a_restore(session, room, server, database, settings):
    rooms.test(session, room.id)
    session.commit()
    sending.deliver(database, settings, reach=server.reach)
    message = session.scalars(select(ChatMessage)).one()
    session.refresh(message)
    message.state, message.next_try_at = "queued", clock.now() - timedelta(minutes=1)
    session.commit()
    assert sending.deliver(database, settings, reach=server.reach) == 1
    assert len(server.posted) == 1


@pytest.mark.sqlite_only
def test_slack_signs_are_kept_apart_from_words_and_teams_gets_a_card():
    assert json.loads(sending.payload("slack", "<!channel> & co"))["text"] == "&lt;!channel&gt; &amp; co"
    card = json.loads(sending.payload("teams", "Head\nline"))["attachments"][0]["content"]
    assert [block["text"] for block in card["body"]] == ["Head", "line"]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.com/x", "https://", "https://u:p@hooks.example.com", "ftp://x", "https://x:8443/y", ""],
)
def test_an_address_that_cannot_be_is_refused_in_words(session, people, url):
    with pytest.raises(Invalid, match="https"):
        rooms.add(session, kind="slack", name="n", url=url, unit="", language="en", by_id=people.bob.id)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "0.0.0.0", "[::1]", "[fd00::1]"]
    + ["[::ffff:127.0.0.1]", "[fe80::1%25eth0]", "2130706433", "localhost", "LOCALHOST.", "x.localhost"],
)
def test_an_address_inside_our_own_network_is_refused_when_it_is_typed(session, people, host):
    with pytest.raises(Invalid, match="inside our own network"):
        rooms.add(session, kind="slack", name="n", url=f"https://{host}/", unit="", language="en", by_id=people.bob.id)


@pytest.mark.sqlite_only
def test_a_public_address_and_a_name_are_taken(session, people):
    for host in ("hooks.slack.com", "93.184.215.14", "localhost.example.com"):
        rooms.add(session, kind="slack", name="n", url=f"https://{host}/", unit="", language="en", by_id=people.bob.id)


@pytest.mark.sqlite_only
def test_a_form_with_an_error_keeps_what_was_typed(make, client_for, session):
    admin = client_for(make.person("Dana", roles=["administrator"]))
    typed = {"kind": "slack", "name": "Care", "url": "https://hooks.slack.com/x", "unit": "Nowhere", "language": "nl"}
    answer = admin.submit("/admin/chat", typed)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "There is no unit “Nowhere”" in page
    assert 'value="https://hooks.slack.com/x"' in page
    make.unit("Nowhere")
    assert admin.submit("/admin/chat", typed).status_code == 303
    number = session.scalars(select(ChatRoom.id)).one()
    assert admin.submit(f"/admin/chat/{number}/test").status_code == 303
    assert "Waits" in admin.get("/admin/chat").get_data(as_text=True)
    assert admin.submit(f"/admin/chat/{number}/end").status_code == 303
    assert admin.submit(f"/admin/chat/{number}/test").status_code == 409
