"""What comes with a level: handed out, taken back, kept over a renewal, and told to other systems."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import history, ladder
from certificates.entitlements import kit, tasks, waiting
from certificates.entitlements.kit import NewThing
from certificates.entitlements.models import EntitlementTask
from certificates.events import AuthorizationsGranted
from certificates.models import Authorization, Certificate
from lms.base import clock
from lms.base.errors import Conflict, NotFound
from lms.base.events import announce
from lms.base.webhooks import WebhookEndpoint, WebhookMessage
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client


@pytest.fixture
def hub(make: Make) -> Person:
    return make.person("Hugo", "Baert", roles=["hub"])


@pytest.fixture(autouse=True)
def things(session: Session, make: Make, hub: Person) -> None:
    """An ambassador gets an account, which stays, and a phone, which is given back."""
    make.levels()
    level_id = ladder.level(session, "L1").id
    for code, kind, returnable in (("tool", "tool", False), ("phone", "device", True)):
        names = {"en": code.capitalize(), "nl": ""}
        kit.add(session, level_id, NewThing(code, kind, returnable, names), hub.id)


def granted(session: Session, make: Make, person: Person, cycle: int = 1) -> Authorization:
    """A permission that was just given, with what follows."""
    certificate: Certificate = make.certificate(person, cycle=cycle)
    authorization: Authorization = make.authorization_of(certificate)
    announce(session, AuthorizationsGranted((authorization.id,)))
    return authorization


def states(session: Session, person: Person) -> dict[str, str]:
    session.flush()
    return {one.names["en"]: one.state for one in waiting._read(session, waiting._TASKS) if one.person == person.name}


def task(session: Session, name: str) -> int:
    return next(one.id for one in waiting._read(session, waiting._TASKS) if one.names["en"] == name)


def test_a_permission_opens_a_task_for_each_thing(session: Session, make: Make, hub: Person) -> None:
    alice = make.person()
    authorization = granted(session, make, alice)
    assert states(session, alice) == {"Tool": "to_give", "Phone": "to_give"}
    tasks.do(session, task(session, "Phone"), "give", hub.id)
    tasks.do(session, task(session, "Tool"), "give", hub.id)
    history.record(session, authorization, "suspended", "away", hub.id)
    assert states(session, alice) == {"Tool": "given", "Phone": "given"}
    history.record(session, authorization, "ended", "left", hub.id)
    assert states(session, alice) == {"Tool": "given", "Phone": "to_return"}
    assert [one.state for one in waiting.of_person(session, alice.id).tasks] == ["given", "to_return"]
    tasks.do(session, task(session, "Phone"), "take_back", hub.id)
    assert states(session, alice)["Phone"] == "returned"


def test_what_was_not_given_yet_is_dropped_at_the_end(session: Session, make: Make, hub: Person) -> None:
    alice = make.person()
    authorization = granted(session, make, alice)
    history.record(session, authorization, "revoked", "why", hub.id)
    history.record(session, authorization, "revoked", "why", hub.id)
    assert states(session, alice) == {"Tool": "dropped", "Phone": "dropped"}


@pytest.mark.parametrize("lapsed", [False, True], ids=["in time", "after it lapsed"])
def test_what_somebody_has_stays_hers_when_she_renews(session: Session, make: Make, hub: Person, lapsed: bool) -> None:
    alice = make.person()
    first = granted(session, make, alice)
    tasks.do(session, task(session, "Phone"), "give", hub.id)
    if lapsed:
        history.record(session, first, "expired", "its term is over")
        assert states(session, alice) == {"Tool": "dropped", "Phone": "to_return"}
        second = granted(session, make, alice, cycle=2)
    else:
        renewed = make.certificate(alice, cycle=2)
        second = make.authorization_of(renewed)
        history.record(session, first, "ended", "renewed")
        assert states(session, alice)["Phone"] == "given"
        announce(session, AuthorizationsGranted((second.id,)))
    phone = session.get_one(EntitlementTask, task(session, "Phone"), populate_existing=True)
    assert (phone.state, phone.authorization_id, phone.return_asked_at) == ("given", second.id, None)
    open_tools = select(EntitlementTask.authorization_id).where(EntitlementTask.state == "to_give")
    assert session.scalars(open_tools).all() == [second.id]


def test_a_task_is_done_once(session: Session, make: Make, hub: Person) -> None:
    granted(session, make, make.person())
    phone = task(session, "Phone")
    tasks.do(session, phone, "give", hub.id)
    with pytest.raises(Conflict, match="done this already"):
        tasks.do(session, phone, "give", hub.id)
    with pytest.raises(NotFound):
        tasks.do(session, phone, "burn", hub.id)
    with pytest.raises(Conflict, match="Choose another code"):
        kit.add(session, ladder.level(session, "L1").id, NewThing("phone", "device", True, {}), hub.id)


def test_many_permissions_end_in_as_many_statements_as_one(session: Session, make: Make, statements: list[str]) -> None:
    def close(count: int) -> int:
        given = [granted(session, make, make.person()).id for _ in range(count)]
        session.flush()
        statements.clear()
        tasks.close_for_all(session, given)
        return len(statements)

    assert close(1) == close(8)
    session.expire_all()
    assert set(session.scalars(select(EntitlementTask.state))) == {"dropped"}


def test_other_systems_are_told_in_the_same_transaction(session: Session, make: Make) -> None:
    for name, ended_at in (("Service desk", None), ("Old one", clock.now())):
        session.add(
            WebhookEndpoint(name=name, url="https://x.example", secret="s", made_at=clock.now(), ended_at=ended_at)
        )
    session.flush()
    alice = make.person()
    authorization = granted(session, make, alice)
    told = session.scalars(
        select(WebhookMessage).where(WebhookMessage.event == "entitlement.to_give").order_by(WebhookMessage.id)
    ).all()
    bodies = [json.loads(message.body) for message in told]
    assert [body["data"]["entitlement"] for body in bodies] == ["tool", "phone"]
    assert {body["subject"] for body in bodies} == {authorization.uid}
    assert {body["data"]["person"] for body in bodies} == {alice.uid}


def test_the_hub_hands_out_from_a_list_that_costs_the_same_for_many(
    session: Session, make: Make, hub: Person, client_for: Callable[[Person], Client], statements: list[str]
) -> None:
    for _ in range(2):
        granted(session, make, make.person())
    client, phone = client_for(hub), task(session, "Phone")
    client.get("/entitlements")

    def cost() -> int:
        statements.clear()
        assert client.get("/entitlements").status_code == 200
        return len(statements)

    few = cost()
    for _ in range(5):
        granted(session, make, make.person())
    assert cost() == few
    assert client.submit(f"/entitlements/{phone}", {"do": "give", "show": "give"}).status_code == 303
    assert session.get_one(EntitlementTask, phone).state == "given"
    assert client.submit(f"/entitlements/{phone}", {"do": "give"}).status_code == 409
    assert client_for(make.person()).get("/entitlements").status_code == 403


def test_an_administrator_says_what_comes_with_a_level(
    session: Session, make: Make, client_for: Callable[[Person], Client]
) -> None:
    client = client_for(make.person(roles=["administrator"]))
    address = "/admin/levels/L1/entitlements/new"
    wrong = client.submit(address, {"code": "Blue Badge", "kind": "device", "name_en": "Badge"})
    assert wrong.status_code == 422
    assert 'value="Blue Badge"' in wrong.text
    assert client.submit(address, {"code": "badge", "kind": "device", "name_en": "Badge"}).status_code == 303
    made = kit.of_level(session, ladder.level(session, "L1").id)[-1]
    assert (made.code, made.returnable, made.names) == ("badge", False, {"en": "Badge"})
    client.submit(f"/admin/levels/L1/entitlements/{made.id}", {"do": "retire"})
    alice = make.person()
    granted(session, make, alice)
    assert "Badge" not in states(session, alice)
