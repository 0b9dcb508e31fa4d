"""The API: programs ask with a token, and get the same answer as people."""

import re

import pytest

from lms.base import clock
from lms.exchange.api import tokens
from tests.certificates import makers


@pytest.fixture
def ana(make, session):
    ana = make.person(given_name="Ana", family_name="Peeters")
    makers.certificate(session, ana)
    makers.handle(session, ana, "ana.peeters")
    return ana


@pytest.fixture
def token(make, session):
    return tokens.make(session, "Scheduling", by_id=make.person().id)


def asked(client, token, **question):
    return client.get("/api/v1/may-speak", query_string=question, headers={"Authorization": f"Bearer {token}"})


def test_a_program_gets_the_answer_that_people_get(anonymous, ana, token):
    question = {"handle": "ana.peeters", "channel": "linkedin", "topic": "published"}
    answer = asked(anonymous, token, **question)
    page = anonymous.get("/speakers/check", query_string=question, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json == page.json
    assert answer.json["allowed"] is True


def test_many_questions_have_their_answers_and_problems_in_order(anonymous, ana, token):
    questions = [
        {"handle": "ana.peeters", "topic": "published"},
        {"handle": "ana.peeters", "topic": "results"},
        {"handle": "ana.peeters", "on": "tomorrow"},
        {},
    ]
    headers = {"Authorization": f"Bearer {token}"}
    answers = anonymous.post("/api/v1/may-speak", json={"questions": questions}, headers=headers).json["answers"]
    assert [answer.get("allowed", "problem") for answer in answers] == [True, False, "problem", "problem"]
    assert "2026-05-31" in answers[2]["problem"]


@pytest.mark.parametrize("sent", [None, [], {}, {"questions": []}, {"questions": [{}] * 101}, {"questions": ["ana"]}])
def test_what_is_not_a_list_of_questions_is_refused_with_a_sentence(anonymous, token, sent):
    answer = anonymous.post("/api/v1/may-speak", json=sent, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert "1 to 100" in answer.json["detail"]


@pytest.mark.parametrize("sent", ["", "smu_guessed", "x" * 5000])
def test_without_a_token_that_holds_nothing_is_said(anonymous, ana, sent):
    answer = asked(anonymous, sent, handle="ana.peeters")
    assert answer.status_code == 401
    assert "Peeters" not in answer.text


def test_a_token_ends_on_its_day_and_when_it_is_ended(anonymous, make, session):
    ana, dana = make.person(), make.person()
    short, other = (tokens.make(session, "Tool", by_id=dana.id, days=days) for days in (3, None))
    assert asked(anonymous, short, handle="nobody").status_code == 200
    with clock.frozen(clock.now().replace(year=clock.now().year + 1)):
        assert asked(anonymous, short, handle="nobody").status_code == 401
        assert asked(anonymous, other, handle="nobody").status_code == 200
    for token in tokens.all_of_them(session):
        tokens.end(session, token.id, by_id=ana.id)
    assert asked(anonymous, other, handle="nobody").status_code == 401


def test_a_token_is_shown_once(client_for, make, session):
    dana = client_for(make.person(roles=["administrator"]))
    page = dana.submit("/admin/exchange/tokens", {"name": "Scheduling tool", "days": ""})
    (token,) = re.findall(r"smu_[\w-]{43}", page.text)
    assert tokens.find(session, token)
    assert token not in dana.get("/admin/exchange").text


def test_the_description_names_every_address_of_the_api(anonymous, app):
    described = anonymous.get("/api/v1/openapi.json").json["paths"]
    rules = {
        rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/") and "json" not in rule.rule
    }
    assert set(described) == rules
