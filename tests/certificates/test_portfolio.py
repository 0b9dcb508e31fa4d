"""The portfolio: what people tell of their posts, and what a coach finds of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days
from certificates.permissions import holds
from certificates.way import contributions
from certificates.way.models import Contribution
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client


def told(session: Session, person: Person, **changed: Any) -> Contribution:
    words: dict[str, Any] = {"url": "https://acme.example/1", "words": "How we repair a boiler.", "channel": "linkedin"}
    return contributions.tell(session, person.id, **words | {"posted_on": days.today(), "sample": True} | changed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "javascript:alert(1)"}, "must begin with https"),
        ({"url": "https:///x"}, "must begin with https"),
        ({"url": "https://a:b@acme.example"}, "must begin with https"),
        ({"url": "https://[::1"}, "must begin with https"),
        ({"url": "data:text/html,x"}, "must begin with https"),
        ({"words": "  "}, "in a few words"),
        ({"words": "x" * 2001}, "in a few words"),
        ({"channel": "carrier pigeon"}, "from the list"),
        ({"posted_on": days.today() + timedelta(days=1)}, "today or before"),
        ({"posted_on": days.today() - timedelta(days=400)}, "today or before"),
    ],
)
def test_what_cannot_be_kept_is_said(session: Session, make: Make, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        told(session, make.person(), **changed)


def test_a_coach_looks_at_the_post_of_another_once(session: Session, make: Make) -> None:
    ana, coach, other = make.person("Ana"), make.person("Carla", roles=["coach"]), make.person("Cor", roles=["coach"])
    one, own = told(session, ana), told(session, coach)
    quiet = told(session, ana, sample=False)
    assert [row.id for row in contributions.waiting(session, coach.id).rows] == [one.id]
    with pytest.raises(Forbidden):
        contributions.judge(session, own.id, "good", by_id=coach.id)
    with pytest.raises(NotFound):
        contributions.judge(session, quiet.id, "good", by_id=coach.id)
    with pytest.raises(Invalid, match="make it good"):
        contributions.judge(session, one.id, "not_yet", by_id=coach.id)
    contributions.judge(session, one.id, "good", by_id=coach.id)
    with pytest.raises(Conflict):
        contributions.judge(session, one.id, "not_yet", by_id=other.id, remark="Too long.")
    contributions.ask(session, ana.id, quiet.id)
    with pytest.raises(NotFound):
        contributions.ask(session, coach.id, quiet.id)
    assert one.verdict == "good"


def test_a_new_post_wakes_a_dormant_permission(session: Session, make: Make) -> None:
    ana = make.person("Ana")
    certificate = make.certificate(ana)
    holds.place(session, ana.id, "dormant", "No post for three months.")
    assert make.authorization_of(certificate).status == "suspended"
    told(session, ana, sample=False)
    session.expire_all()
    assert make.authorization_of(certificate).status == "active"


def test_what_was_typed_wrongly_is_there_again(session: Session, make: Make, client_for: Callable[..., Client]) -> None:
    ana = make.person("Ana")
    client = client_for(ana)
    typed = {"words": "A long story.", "url": "ftp://acme.example", "channel": "x", "posted_on": "2026-01-01"}
    answer = client.submit("/certificates/portfolio", typed)
    assert answer.status_code == 422
    for kept in ("A long story.", "ftp://acme.example", 'value="2026-01-01"', "must begin with https"):
        assert kept in answer.text
    today = {"url": "https://acme.example/2", "posted_on": days.today().isoformat(), "sample": "y"}
    assert client.submit("/certificates/portfolio", typed | today).status_code == 303
    assert "With a coach" in client.get("/certificates/portfolio").text
    assert "A long story." not in client_for(make.person("Bo")).get("/certificates/portfolio").text


def test_a_coach_answers_on_the_page(session: Session, make: Make, client_for: Callable[..., Client]) -> None:
    ana, coach = make.person("Ana"), make.person("Carla", roles=["coach"])
    one = told(session, ana)
    client = client_for(coach)
    assert "How we repair a boiler." in client.get("/portfolio").text
    assert client.submit(f"/portfolio/{one.id}", {"verdict": "not_yet"}).status_code == 422
    answer = client.submit(f"/portfolio/{one.id}", {"verdict": "not_yet", "remark": "Say who you are."})
    assert answer.status_code == 303
    assert "Say who you are." in client_for(ana).get("/certificates/portfolio").text
    assert session.scalar(select(Contribution.verdict)) == "not_yet"
    assert client_for(ana).get("/portfolio").status_code == 403


@pytest.mark.parametrize("many", [1, 15])
def test_the_list_takes_two_statements(session: Session, make: Make, statements: list[str], many: int) -> None:
    ana, coach = make.person("Ana"), make.person("Carla", roles=["coach"])
    for _ in range(many):
        told(session, ana)
    statements.clear()
    assert len(contributions.waiting(session, coach.id).rows) == many
    assert len(statements) == 2
