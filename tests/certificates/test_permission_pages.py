"""The pages of permissions: asking, deciding, pausing, narrowing, taking away; each does what is hers."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from certificates import days
from certificates.models import Authorization
from certificates.permissions.models import Hold, Revocation, SpeakerPair
from tests.certificates import makers
from tests.certificates.permission_makers import House, a_level, house_of

REASON = "I answer questions about repairs in Dutch."
BOXES = ["channel:blog", "topic:service", "language:nl"]


@pytest.fixture
def house(make, session) -> House:
    make.levels()
    a_level(session)
    return house_of(make)


@pytest.fixture
def asked(house, client_for, session) -> Authorization:
    """Alice has asked."""
    answer = client_for(house.alice).submit("/permissions/ask?level=T2", {"scope": BOXES, "reason": REASON})
    assert answer.status_code == 303, answer.text
    return session.scalars(
        select(Authorization).where(Authorization.level_id > 0, Authorization.reason == REASON)
    ).one()


@pytest.fixture
def given(asked, house, client_for) -> Authorization:
    for person, role in ((house.bob, "manager"), (house.hugo, "hub")):
        fields = {"role": role, "decision": "approved", "remark": "", "scope": BOXES}
        assert client_for(person).submit(f"/permissions/{asked.uid}/decide", fields).status_code == 303
    return asked


def do(client, authorization, deed, **fields):
    return client.submit(f"/permissions/{authorization.uid}/{deed}", fields)


def test_a_request_is_decided_by_those_whom_the_level_names(given, house, client_for):
    assert given.status == "active"
    page = client_for(house.alice).get(f"/permissions/{given.uid}")
    assert page.status_code == 200
    assert re.search(r"Bob .*Hugo|Hugo .*Bob", page.text, re.S)


def test_what_waits_stands_first_for_who_decides(asked, house, client_for):
    for person in (house.bob, house.hugo):
        assert "Waits for your decision" in client_for(person).get("/permissions").text
    assert "Waits for your decision" not in client_for(house.lena).get("/permissions").text


def test_nobody_sees_or_changes_what_is_not_hers(given, house, client_for):
    charlie = client_for(house.charlie)
    assert charlie.get(f"/permissions/{given.uid}").status_code == 404
    assert charlie.get("/permissions").status_code == 403
    for deed, fields in (("pause", {"cause": "other", "reason": "x"}), ("revoke", {"reason": "x"}), ("withdraw", {})):
        assert do(charlie, given, deed, **fields).status_code == 404
    alice = client_for(house.alice)
    assert do(alice, given, "pause", cause="other", reason="x").status_code == 403
    assert do(alice, given, "revoke", reason="x").status_code == 403
    assert given.status == "active"


def test_a_pause_shows_outside_without_its_reason_and_ends(given, house, client_for, session, anonymous):
    until = days.today() + timedelta(days=9)
    hugo = client_for(house.hugo)
    answer = do(hugo, given, "pause", cause="investigation", reason="A customer complained.", until=until.isoformat())
    assert answer.status_code == 303
    assert given.status == "suspended"
    hold = session.scalars(select(Hold)).one()
    own = client_for(house.alice).get(f"/permissions/{given.uid}").text
    assert "A customer complained." in hugo.get(f"/permissions/{given.uid}").text
    assert "investigation" not in own.lower()
    assert do(hugo, given, f"restore/{hold.id}", reason="It was somebody else.").status_code == 303
    assert given.status == "active"


def test_it_can_be_narrowed_and_not_widened(given, house, client_for):
    hugo = client_for(house.hugo)
    assert do(hugo, given, "limit", scope=BOXES[:1] + BOXES[2:], reason="Only the blog.").status_code in {303, 422}
    wider = do(hugo, given, "limit", scope=[*BOXES, "topic:results"], reason="More, please.")
    assert wider.status_code == 422
    assert "More, please." in wider.text


def test_two_people_take_it_away_and_nobody_gives_it_back(given, house, client_for, session):
    hugo, hanna = client_for(house.hugo), client_for(house.hanna)
    assert do(hugo, given, "revoke", reason="Sold customer data.").status_code == 303
    proposal = session.scalars(select(Revocation)).one()
    assert do(hugo, given, f"revoke/{proposal.id}", confirmed="yes").status_code == 403
    assert "a second person decides" in hanna.get("/permissions").text
    assert do(hanna, given, f"revoke/{proposal.id}", confirmed="yes").status_code == 303
    assert given.status == "revoked"
    assert do(hanna, given, "pause", cause="other", reason="Again.").status_code == 409


def test_a_refusal_loses_nothing_that_was_typed(house, client_for):
    answer = client_for(house.alice).submit("/permissions/ask?level=T2", {"scope": BOXES[:1], "reason": "Short."})
    assert answer.status_code == 422
    assert "Short." in answer.text
    assert re.search(r'value="channel:blog"[^>]*checked', answer.text)


def test_a_request_can_be_taken_back(asked, house, client_for):
    assert do(client_for(house.alice), asked, "withdraw").status_code == 303
    assert asked.status == "declined"


def test_the_hub_pauses_everything_of_somebody(given, house, client_for):
    fields = {"cause": "leave", "reason": "Parental leave."}
    assert client_for(house.hugo).submit(f"/permissions/people/{house.alice.uid}/pause", fields).status_code == 303
    assert given.status == "suspended"
    assert client_for(house.bob).get(f"/permissions/people/{house.alice.uid}").status_code == 403


def test_the_hub_finds_a_person_without_a_permission(house, client_for):
    address = f"/permissions/people/{house.charlie.uid}"
    assert address in client_for(house.hugo).get("/permissions?words=charlie").text
    assert address not in client_for(house.bob).get("/permissions?words=charlie").text


def test_a_coach_whom_the_level_names_decides(house, make, session, client_for):
    a_level(session, "T3", ("coach",), rank=51)
    coach = make.person("Chloe", roles=["coach"])
    fields = {"scope": BOXES, "reason": REASON}
    client_for(house.alice).submit("/permissions/ask?level=T3", fields)
    asked = session.scalars(select(Authorization)).one()
    assert client_for(coach).get(f"/permissions/{asked.uid}").status_code == 200
    decided = {"role": "coach", "decision": "approved", "scope": BOXES}
    assert do(client_for(coach), asked, "decide", **decided).status_code == 303
    assert asked.status == "active"


def test_under_a_person_only_what_is_hers_is_changed(given, house, client_for, session):
    hugo = client_for(house.hugo)
    hugo.submit(f"/permissions/people/{house.alice.uid}/pause", {"cause": "leave", "reason": "Parental leave."})
    hold = session.scalars(select(Hold)).one()
    elsewhere = f"/permissions/people/{house.bob.uid}/restore/{hold.id}"
    assert hugo.submit(elsewhere, {"reason": "A slip of the keys."}).status_code == 404
    assert given.status == "suspended"


def test_an_executive_and_her_writer_are_licensed_together(house, make, client_for, session):
    eva = make.person("Eva", tier="executive")
    hugo = client_for(house.hugo)
    address = f"/permissions/people/{eva.uid}"
    unknown = hugo.submit(f"{address}/pairs", {"writer": "nobody@acme.example", "reason": "Writes her posts."})
    assert (unknown.status_code, "Writes her posts." in unknown.text) == (422, True)
    fields = {"writer": house.alice.email, "reason": "Writes her posts."}
    assert hugo.submit(f"{address}/pairs", fields).status_code == 303
    assert session.scalars(select(SpeakerPair)).one().writer_id == house.alice.id
    assert "One of the two does not hold" in hugo.get(address).text


def test_a_guest_has_a_sponsor_and_a_last_day(house, make, client_for):
    guest = make.person("Gita", employee_id=None)
    hugo, address = client_for(house.hugo), f"/permissions/people/{guest.uid}"
    fields = {"company": "Agency", "sponsor": house.bob.email, "contract_ends_on": "2020-01-01"}
    assert hugo.submit(f"{address}/guest", fields).status_code == 422
    fields["contract_ends_on"] = (days.today() + timedelta(days=90)).isoformat()
    assert hugo.submit(f"{address}/guest", fields).status_code == 303
    assert "Agency" in hugo.get(address).text


def test_the_list_asks_the_database_as_often_for_many(given, house, make, session, client_for, statements):
    hugo = client_for(house.hugo)
    counts = []
    for number in (1, 20):
        for _ in range(number):
            makers.certificate(session, make.person())
        hugo.get("/permissions")
        statements.clear()
        assert hugo.get("/permissions").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
