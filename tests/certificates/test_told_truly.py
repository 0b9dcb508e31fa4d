"""What people are told is true: on paper, after a withdrawal for good, while a request waits, and by mail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import corrections, days, register
from certificates.models import Authorization, Certificate
from certificates.papers import asking
from certificates.papers.asking import Choice
from certificates.permissions import guests, pairs, requests, taking
from certificates.standing import Scope
from certificates.way.overview import Way
from certificates.way.requirements import Item
from lms.base import clock
from lms.base.errors import Invalid
from lms.base.outbox import OutboxMessage
from lms.people.models import Person
from tests.certificates import makers
from tests.certificates.permission_makers import House, a_level, house_of
from tests.make import Make
from tests.support.client import Client

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
WHY = "Customers ask her about parcels every day."
WIDE = Scope.of([("channel", "blog"), ("channel", "own"), ("topic", "service"), ("language", "nl")])


@pytest.fixture
def house(make: Make, session: Session) -> House:
    make.levels()
    a_level(session)
    return house_of(make)


def asked(session: Session, house: House) -> Authorization:
    return requests.open_request(session, house.alice.id, "T2", scope=WIDE, reason=WHY, by_id=house.alice.id)


def given(session: Session, house: House) -> Authorization:
    number = asked(session, house).id
    requests.decide(session, number, "manager", "approved", by_id=house.bob.id)
    return requests.decide(session, number, "hub", "approved", by_id=house.hugo.id)


def mails(session: Session, person: Person) -> list[OutboxMessage]:
    rows = select(OutboxMessage).where(OutboxMessage.recipient == person.email)
    return list(session.scalars(rows.order_by(OutboxMessage.id)))


def test_only_what_is_valid_today_goes_on_paper(session: Session, make: Make, house: House) -> None:
    good = make.certificate(make.person("Ana"))
    proof = make.certificate(make.person("Bo"), level="L0")
    for status in ("suspended", "expired", "ended", "revoked"):
        make.certificate(make.person(status.capitalize()), status=status)
    make.certificate(make.person("Late"), from_day=days.today() - timedelta(days=900), months=12)
    for wrong in (make.certificate(make.person("Cy"), level="L0"), make.certificate(make.person("Di"))):
        corrections.withdraw(session, wrong.id, by_id=house.hugo.id, reason="The wrong Cy.")
    assert asking.count(session, Choice()) == 2
    newer = corrections.correct(session, good.id, by_id=house.hugo.id, reason="Her name.", name="Anna Peeters")
    assert set(session.scalars(asking._meant(Choice()))) == {newer.id, proof.id}


def test_who_lost_a_permission_for_good_is_told_so_and_sees_no_way(
    make: Make, house: House, client_for: Callable[..., Client]
) -> None:
    make.certificate(house.alice, status="revoked")
    client = client_for(house.alice)
    for address in ("/learning", "/certificates/", "/certificates/way/L1"):
        page = client.get(address).text
        assert "The permission was withdrawn. Only the social media hub can give a new one." in page, address
        for untrue in ("Renew before", "Not at the moment", "What it takes", "Your next level", "to go."):
            assert untrue not in page, (address, untrue)


def test_what_was_withdrawn_has_no_way_until_the_hub_gives_it_anew(
    session: Session, make: Make, house: House, client_for: Callable[..., Client]
) -> None:
    make.certificate(house.alice, status="revoked", from_day=days.today() - timedelta(days=30))
    make.certificate(house.alice, cycle=2)
    page = client_for(house.alice).get("/certificates/").text
    assert "The permission was withdrawn." not in page
    assert "What you may do now" in page


def test_a_request_says_who_has_agreed_and_who_has_not(
    session: Session, house: House, client_for: Callable[..., Client]
) -> None:
    request = asked(session, house)
    requests.decide(session, request.id, "manager", "approved", by_id=house.bob.id)
    for reader in (house.alice, house.hugo):
        page = client_for(reader).get(f"/permissions/{request.uid}").text
        part = page.partition('id="needed"')[2].partition("</section>")[0]
        manager, hub = part.split("</li>")[:2]
        assert ("Manager" in manager, "Yes" in manager) == (True, True)
        assert ("Social media hub" in hub, "Waits" in hub) == (True, True)


def test_narrowing_says_what_must_stay_and_shows_what_went(
    session: Session, house: House, client_for: Callable[..., Client]
) -> None:
    number = given(session, house)
    empty = replace(WIDE, topics=frozenset())
    with pytest.raises(Invalid, match=r"Leave at least one ticked: Topics\."):
        taking.limit(session, number.id, by_id=house.hugo.id, scope=empty, reason="None.")
    less = replace(WIDE, channels=frozenset({"own"}), countries=frozenset({"be"}))
    taking.limit(session, number.id, by_id=house.hugo.id, scope=less, reason="Less.")
    with pytest.raises(Invalid, match=r"Leave at least one ticked: Countries\."):
        taking.limit(
            session, number.id, by_id=house.hugo.id, scope=replace(less, countries=frozenset()), reason="None."
        )
    page = client_for(house.alice).get(f"/permissions/{number.uid}").text
    assert page.count("Taken out:") == 2
    assert "Taken out: Countries:" in page
    assert "Taken out: Channels:" in page


def test_a_permission_begins_on_the_day_it_is_given_and_no_past_day_changes(session: Session, house: House) -> None:
    with clock.frozen(MONDAY):
        number = asked(session, house).id
        before = register.standings(session, house.alice.id, MONDAY.date())
    given_on = MONDAY + timedelta(days=3)
    with clock.frozen(given_on):
        requests.decide(session, number, "manager", "approved", by_id=house.bob.id)
        found = requests.decide(session, number, "hub", "approved", by_id=house.hugo.id)
    assert found.starts_on == given_on.date()
    assert found.ends_on == days.months_after(found.starts_on, 12)
    assert register.standings(session, house.alice.id, MONDAY.date()) == before
    certificate = session.get_one(Certificate, found.certificate_id)
    assert (certificate.valid_from, certificate.valid_until) == (found.starts_on, found.ends_on)


def test_those_whom_it_concerns_get_a_mail(session: Session, make: Make, house: House) -> None:
    permission = given(session, house)
    eva, guest = make.person("Eva", tier="executive"), make.person("Gus")
    guest.employee_id = None
    told = [house.alice, house.bob, house.hugo, house.hanna, eva]
    count = {person.id: len(mails(session, person)) for person in told}
    taking.propose_revocation(session, permission.id, by_id=house.hugo.id, reason="Sold data.")
    assert permission.certificate_id is not None
    corrections.correct(session, permission.certificate_id, by_id=house.hugo.id, reason="Why", name="Alice J.")
    pairs.make(session, eva.id, house.alice.id, "She writes.", by_id=house.hugo.id)
    terms = {"company": "Partner", "contract_ends_on": days.today(), "by_id": house.hugo.id}
    for _ in range(2):
        guests.register(session, guest.id, sponsor_id=house.bob.id, **terms)  # type: ignore[arg-type]
    new = {person.given_name: mails(session, person)[count[person.id] :] for person in told}
    assert {name: [mail.subject for mail in found] for name, found in new.items()} == {
        "Alice": ["Your certificate “Speaker” was corrected", f"Writes together with: {eva.name}"],
        "Bob": [f"Proposed: take it away for good: {house.alice.name}", f"You answer for {guest.name}"],
        "Hugo": [],
        "Hanna": [f"Proposed: take it away for good: {house.alice.name}"],
        "Eva": [f"Writes together with: {house.alice.name}"],
    }
    assert f"/permissions/{permission.uid}" in new["Hanna"][0].body


def test_what_is_being_written_does_not_count_as_done(session: Session, make: Make) -> None:
    level = next(one for one in makers.levels(session) if one.code == "L1")
    plain = Item("course", "a", {"en": "A"}, True, "", "")
    way = Way(level, (plain, replace(plain, there=False), replace(plain, done=False)), "todo")
    assert (way.done, way.steps, way.percent) == (1, 2, 50)
    assert replace(way, items=(plain, replace(plain, done=False, there=False))).percent == 50
