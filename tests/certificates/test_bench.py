"""The bench, the colleagues who can speak about something now, and the list for programs."""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import corrections, days, register_list, speakers
from certificates.bench import counting, depth
from certificates.coverage import Wanted
from certificates.handles.models import BrandedHandle
from certificates.models import Authorization, AuthorizationScope, Certificate
from certificates.periods import planning
from certificates.periods.planning import Plan
from certificates.standing import Scope
from lms.base import clock
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client

DUTCH = {"channel": ["community"], "topic": ["service"], "language": ["nl"], "country": ["be"]}


def speaker(make: Make, name: str, **more: object) -> Certificate:
    return make.certificate(make.person(name), **({"scope": DUTCH} | more))  # type: ignore[no-any-return]


def test_the_bench_counts_people_and_names_the_gaps(session: Session, make: Make) -> None:
    speaker(make, "Ana")
    speaker(make, "Ben", from_day=days.today() - timedelta(days=340), months=12)
    speaker(make, "Gone", status="suspended")
    speaker(make, "Star", scope=DUTCH | {"topic": ["*"], "country": []})
    bench = counting.read(session, days.today())
    cells = {(cell.topic, cell.country, cell.language): cell for row in bench.rows for cell in row.cells}
    cell = cells["service", "be", "nl"]
    assert (cell.people, cell.lapsing, bench.people) == (3, 1, 3)
    assert (cells["service", "fr", "nl"].people, cells["products", "be", "nl"].people) == (1, 1)
    assert {("results", "nl"), ("service", "fr")} <= set(bench.gaps)
    assert ("service", "nl") not in bench.gaps
    assert [one.name.split()[0] for one in bench.lapsing] == ["Ben"]
    text = counting.lines(bench.lapsing).decode()
    assert "Ben Janssen" in text
    assert "service" in text


def test_the_table_is_read_in_parts_and_says_the_same(
    session: Session, make: Make, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = {level.kind: level.code for level in make.levels()}
    for number in range(7):
        certificate = speaker(make, f"P{number}", months=12 + number % 3)
        if number % 2:
            person = session.get_one(Person, certificate.person_id)
            make.certificate(person, level=levels["endorsement"], scope={"language": ["pl"]})
    monkeypatch.setattr(counting, "PART", 3)
    today, hub = days.today(), client_for(make.person("Hugo", roles=["hub"]))
    for wanted, last in ((None, None), (Wanted(language="pl"), None), (None, today + timedelta(days=370))):
        expected = [one for one in counting.holders(session, today, wanted) if last is None or one.ends_on <= last]
        head, *pieces = counting.table(session, today, wanted, last)
        assert len(pieces) == (2 if last else 4)
        assert b"".join(pieces) == counting.lines(expected)
        query = {"language": wanted.language if wanted else ""} | ({"before": 370} if last else {})
        answer = hub.get("/bench.csv", query_string=query)
        assert answer.is_streamed
        assert answer.data == head + b"".join(pieces)


def test_an_endorsement_widens_a_level_and_is_none_by_itself(session: Session, make: Make) -> None:
    levels = {level.kind: level.code for level in make.levels()}
    ana, ben = make.person("Ana"), make.person("Ben")
    make.certificate(ana, scope=DUTCH)
    for person in (ana, ben):
        make.certificate(person, level=levels["endorsement"], scope={"language": ["pl"]})
    for wanted, expected in (
        (Wanted(topic="service", language="pl"), ["Ana Janssen"]),
        (Wanted(language="pl"), ["Ana Janssen"]),
        (Wanted(channel="press", language="pl"), []),
        (Wanted(topic="service", country="fr"), []),
    ):
        assert [one.name for one in counting.holders(session, days.today(), wanted)] == expected, wanted
        assert [one.name for one in speakers.search(session, wanted).speakers] == expected, wanted
    (found,) = speakers.search(session, Wanted("Ana")).speakers
    assert len(found.endorsements) == 1


def test_what_is_searched_is_what_is_covered(session: Session, make: Make) -> None:
    speaker(make, "Ana")
    speaker(make, "Ben", scope={"channel": ["own"], "topic": ["*"], "language": ["*"]})
    for wanted, expected in (
        (Wanted(country="be"), {"Ana", "Ben"}),
        (Wanted(country="fr"), {"Ben"}),
        (Wanted(topic="results"), set()),
        (Wanted(topic="careers", channel="x"), {"Ben"}),
    ):
        assert {one.name.split()[0] for one in speakers.search(session, wanted).speakers} == expected, wanted
        held = counting.holders(session, days.today(), wanted)
        assert {one.name.split()[0] for one in held} == expected, wanted


def test_whoever_is_listed_by_initials_is_found_by_account_and_named_nowhere(session: Session, make: Make) -> None:
    shy = make.person("Ana", "Peeters", job="Agent")
    shy.listed_as = "initials"
    make.certificate(shy)
    make.handle(shy, "ana.p", "x")
    assert speakers.search(session, Wanted("Peeters")).speakers == []
    assert speakers.search(session, Wanted("Peters")).near == []
    (found,) = speakers.search(session, Wanted("@Ana.P")).speakers
    assert (found.name, found.uid, found.role) == ("A. P.", "", "Agent")
    assert "Peeters" not in json.dumps(register_list.page(session, 0))


def test_an_account_that_is_not_registered_is_said_to_be_so(anonymous: Client, session: Session, make: Make) -> None:
    owner, deputy = make.person("Ana"), make.person("Ben")
    people = {"owner_id": owner.id, "deputy_id": deputy.id, "registered_by_id": owner.id}
    session.add(BrandedHandle(channel="x", name="acme", purpose="News", registered_at=clock.now(), **people))
    assert "This account is not registered" in anonymous.get("/speakers?q=@nobody").text
    assert "is an account of" in anonymous.get("/speakers?q=@acme").text


def test_the_list_for_programs_is_complete_signed_and_closed_with_the_register(
    make_app: Callable[..., Flask], session: Session, make: Make, monkeypatch: object
) -> None:
    for number in range(3):
        speaker(make, f"Ana{number}")
    register_list.PAGE, before = 2, register_list.PAGE
    try:
        app = make_app()
        client = app.test_client()
        client.database_session = session  # type: ignore[attr-defined]
        first = client.get("/speakers.json")
        rest = client.get(first.json["next"].removeprefix(app.extensions["settings"].base_url))
        assert [len(first.json["speakers"]), len(rest.json["speakers"]), rest.json["next"]] == [2, 1, None]
        etag = first.headers["ETag"]
        assert client.get("/speakers.json", headers={"If-None-Match": etag}).status_code == 304
        payload = client.get("/speakers.jws").text.split(".")[1]
        assert base64.urlsafe_b64decode(payload + "==") == first.data
        app.extensions["settings"] = replace(app.extensions["settings"], public_register=False)
        assert client.get("/speakers.json").status_code in {302, 401}
    finally:
        register_list.PAGE = before


def test_pages_for_the_hub_and_for_colleagues(client_for: Callable[[Person], Client], make: Make) -> None:
    speaker(make, "Ana", from_day=days.today() - timedelta(days=340), months=12)
    hub, colleague = client_for(make.person("Hugo", roles=["hub"])), client_for(make.person("Cas"))
    page = hub.get("/bench?country=be&before=30").text
    assert "Nobody at all" in page
    assert hub.get("/bench?before=soon").status_code == 422
    assert "Ana Janssen" in hub.get("/bench.csv?before=60").text
    assert colleague.get("/bench").status_code == 403
    found = colleague.get("/colleagues/speakers?topic=service&language=nl")
    assert "Ana Janssen" in found.text


def test_the_bench_and_the_list_ask_as_often_for_many_as_for_one(
    session: Session, make: Make, statements: list[str]
) -> None:
    counts = []
    for size in (1, 25):
        for number in range(size):
            speaker(make, f"Ana{size}{number}")
        for deed in (lambda: counting.read(session, days.today()), lambda: register_list.page(session, 0)):
            session.flush()
            statements.clear()
            deed()
            counts.append(len(statements))
    assert counts[:2] == counts[2:]


def test_the_bench_counts_what_is_counted_one_by_one(session: Session, make: Make) -> None:
    chance, today = random.Random(5), days.today()
    levels = {level.kind: level.code for level in make.levels()}
    values = {"topic": ["service", "results", "*"], "language": ["nl", "fr", "*"], "country": ["be", "fr"]}

    def some() -> dict[str, list[str]]:
        return {"channel": ["own"]} | {name: chance.sample(all_, chance.randint(0, 2)) for name, all_ in values.items()}

    for number in range(20):
        person = make.person(f"P{number}", status="leave" if number == 7 else "active")
        for cycle in range(chance.randint(1, 2)):
            months = chance.choice([12, 24])
            given = make.certificate(
                person, scope=some(), cycle=cycle + 1, months=months, from_day=today - timedelta(days=350)
            )
        if number % 3 == 0:
            make.certificate(person, level=levels["endorsement"], scope=some())
        if number % 5 == 0:
            permission = session.scalars(select(Authorization).where(Authorization.certificate_id == given.id)).one()
            narrow = AuthorizationScope(authorization_id=permission.id, revision=2, dimension="language", value="pl")
            session.add(narrow)
            permission.revision = 2
    session.flush()
    last, codes = today + timedelta(days=60), ("be", "fr", "pl")
    found = depth.read(session, today, last, ("service", "results", "careers"), codes, ("nl", "fr", "pl"))
    for (topic, country, language), counted in found.cells.items():
        held = counting.holders(session, today, Wanted(topic=topic, country=country, language=language))
        people, longer = {one.person_id for one in held}, {one.person_id for one in held if one.ends_on > last}
        assert counted == (len(people), len(people - longer)), (topic, country, language)
    every = counting.holders(session, today)
    assert (found.people, found.lapsing) == (
        len({one.person_id for one in every}),
        sum(e.ends_on <= last for e in every),
    )
    assert any(people and lapsing for people, lapsing in found.cells.values())


def test_beginnings_of_names_come_before_what_is_in_the_middle_of_them(session: Session, make: Make) -> None:
    for number in range(21):
        speaker(make, f"Zander{number}")
    assert len(speakers.search(session, Wanted("ander")).speakers) == speakers.PAGE
    make.certificate(make.person("Joke", "Bos-Anders"))
    assert [one.name for one in speakers.search(session, Wanted("ander")).speakers] == ["Joke Bos-Anders"]
    assert speakers.search(session, Wanted("ander"), 2).speakers == []


def test_a_search_says_that_speakers_wait_and_leads_to_the_newest_issue(session: Session, make: Make) -> None:
    ana, hub = make.person("Ana"), make.person("Hugo", roles=["hub"])
    certificate = make.certificate(ana, scope=DUTCH)
    assert speakers.search(session, Wanted("Ana")).silence == ""
    newer = corrections.correct(session, certificate.id, by_id=hub.id, reason="Married", name="Ana Peeters")
    today = days.today()
    plan = Plan("Annual results", today, today, scope=Scope(topics=frozenset({"service"})))
    planning.make_period(session, plan, by_id=hub.id)
    found = speakers.search(session, Wanted(topic="service"))
    assert [one.uid for one in found.speakers] == [newer.uid]
    assert "quiet period" in found.silence
    assert "Annual results" not in found.silence, "the title is for colleagues"
    assert speakers.search(session, Wanted("Ana")).silence == ""
    planning.start_crisis(session, "Fire", "", by_id=hub.id)
    assert "Crisis mode" in speakers.search(session, Wanted("Ana")).silence
