"""Whoever opens a request for somebody else leaves the decision to another; nothing waits for ever."""

import random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from certificates.models import Authorization
from certificates.permissions import deciders, requests, waiting
from certificates.standing import Scope
from lms.base.errors import Forbidden
from lms.people.models import Person, PersonRole
from tests.certificates.permission_makers import WHY, House, a_level, house_of
from tests.make import Make

WIDE = Scope.of([("channel", "linkedin"), ("topic", "published"), ("language", "nl")])


@pytest.fixture
def house(make: Make, session: Session) -> House:
    make.levels()
    a_level(session, approvers=("hub",))
    return house_of(make)


def opened(session: Session, person: Person, by: Person, code: str = "T2") -> Authorization:
    return requests.open_request(session, person.id, code, scope=WIDE, reason=WHY, by_id=by.id)


def roles_for(session: Session, person: Person) -> list[tuple[str, ...]]:
    roles = deciders.roles_of(session, person.id)
    found = requests.waiting_for(session, person.id, roles)
    assert waiting.count(session, person.id, roles) == len(found), person.given_name
    return [one.roles for one in found]


def alone(session: Session, house: House) -> None:
    """Hugo is the only one of the hub who is at work."""
    house.hanna.status = "leave"
    session.flush()


def test_who_opened_a_request_leaves_it_to_another(session: Session, house: House, client_for: Any) -> None:
    asked = opened(session, house.alice, by=house.hugo)
    with pytest.raises(Forbidden, match="somebody else decides"):
        requests.decide(session, asked.id, "hub", "approved", by_id=house.hugo.id)
    assert (roles_for(session, house.hugo), roles_for(session, house.hanna)) == ([], [("hub",)])
    assert roles_for(session, house.bob) == [], "somebody else of the hub is there"
    pages = [client_for(one).get(f"/permissions/{asked.uid}").text for one in (house.hugo, house.hanna)]
    assert ["You opened this request, so somebody else decides" in page for page in pages] == [True, False]
    assert ['name="decision"' in page for page in pages] == [False, True]
    assert requests.decide(session, asked.id, "hub", "approved", by_id=house.hanna.id).status == "active"


@pytest.mark.parametrize("own", [False, True], ids=["for another", "for herself"])
def test_those_above_decide_when_nobody_else_has_the_role(
    session: Session, house: House, make: Make, own: bool
) -> None:
    alone(session, house)
    house.hugo.manager_id = house.bob.id
    asked = opened(session, house.hugo if own else house.alice, by=house.hugo)
    board = make.person("Board", roles=["board"])
    found = {one.given_name: roles_for(session, one) for one in (*house, board)}
    assert {name for name, roles in found.items() if roles == [("hub",)]} == {"Bob", "Diana", "Board", "Hanna"}
    told = deciders.approvers_of(session, deciders.asked(session, asked.person_id, house.hugo.id), {"hub"})
    assert [one.given_name for one in told] == ["Bob"], "of those above only the nearest is told"
    assert requests.decide(session, asked.id, "hub", "approved", by_id=house.bob.id).status == "active"


def test_a_manager_who_opened_a_request_leaves_it_to_the_one_above(session: Session, house: House) -> None:
    alone(session, house)
    a_level(session, "T3", ("manager", "hub"), rank=51)
    session.add(PersonRole(person_id=house.bob.id, role="hub"))
    session.flush()
    asked = opened(session, house.alice, by=house.bob, code="T3")
    assert (roles_for(session, house.bob), roles_for(session, house.diana)) == ([], [("manager",)])
    requests.decide(session, asked.id, "manager", "approved", by_id=house.diana.id)
    assert requests.decide(session, asked.id, "hub", "approved", by_id=house.hugo.id).status == "active"


def test_what_is_counted_is_what_waits_whoever_asked_and_opened(session: Session, house: House, make: Make) -> None:
    chance = random.Random(3)
    a_level(session, "T3", ("manager", "legal"), rank=51)
    people = [*house, make.person("Board", roles=["board"])]
    for number in range(6):
        people.append(make.person(f"P{number}", manager=chance.choice(people)))
    house.hugo.manager_id, house.lena.manager_id = house.bob.id, house.hugo.id
    for person in people:
        for code in ("T2", "T3"):
            opened(session, person, by=chance.choice([person, house.hugo, house.hanna]), code=code)
    for status in ("active", "leave"):
        for one in (house.hanna, house.bob):
            one.status = status
        session.flush()
        assert sum(len(roles_for(session, person)) for person in people if person.status == "active") > 10
