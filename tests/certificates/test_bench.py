"""The bench, the colleagues who can speak about something now, and the list for programs."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from certificates import days, register_list, speakers
from certificates.bench import counting
from certificates.coverage import Wanted
from certificates.handles.models import BrandedHandle
from certificates.models import Certificate
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
    text = counting.table(bench.lapsing).decode()
    assert "Ben Janssen" in text
    assert "service" in text


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
