"""The pages: one's own certificates, and the public register."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from certificates import days
from certificates.models import Certificate
from lms.base import clock
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client

PUBLIC = ("/speakers", "/speakers?q=Ana", "/speakers?topic=published", "/speakers/check", "/verify")


def words(response: TestResponse) -> str:
    return " ".join(response.text.replace("<wbr>", "").split())


@pytest.fixture
def ana(make: Make) -> Person:
    return make.person("Ana", "Peeters", unit=make.unit("Benelux/Customer care"))


@pytest.fixture
def certificate(make: Make, ana: Person) -> Certificate:
    return make.certificate(ana)  # type: ignore[no-any-return]


def test_the_holder_sees_the_certificate(
    client_for: Callable[..., Client], ana: Person, certificate: Certificate
) -> None:
    page = words(client_for(ana).get("/certificates/"))
    assert "Ana Peeters" in page
    assert f"/verify/{certificate.uid}" in page
    assert f"/certificates/{certificate.uid}.pdf" in page
    assert "may speak about ACME online, as a colleague." in page
    assert "Your way to" not in page


def test_whoever_has_none_sees_the_two_steps(client_for: Callable[..., Client], make: Make, session: Session) -> None:
    make.levels()
    person = make.person()
    client = client_for(person)
    page = words(client.get("/certificates/"))
    assert page.count("To do") == 2
    assert "/courses/principles" in page
    assert "/guidelines/how-we-speak" in page
    make.attestation(person, session.scalars(select(GuidelineVersion)).one())
    page = words(client.get("/certificates/"))
    assert (page.count("To do"), page.count("Done")) == (1, 1)


def test_a_system_without_levels_still_shows_the_page(client_for: Callable[..., Client], make: Make) -> None:
    assert client_for(make.person()).get("/certificates/").status_code == 200


@pytest.mark.parametrize("status", ["requested", "suspended", "revoked", "ended"])
def test_the_holder_sees_every_status(client_for: Callable[..., Client], make: Make, ana: Person, status: str) -> None:
    make.certificate(ana, status=status)
    make.certificate(ana, level="L0")
    assert client_for(ana).get("/certificates/").status_code == 200


def test_being_listed_is_ones_own_choice(
    client_for: Callable[..., Client], ana: Person, certificate: Certificate
) -> None:
    client = client_for(ana)
    assert "Ana Peeters" in words(client.get("/speakers?q=Ana"))
    assert client.submit("/certificates/listed", {}).status_code == 303
    assert not ana.listed
    assert "/verify/" + certificate.uid not in words(client.get("/speakers?q=Ana"))
    client.submit("/certificates/listed", {"listed": "y"})
    assert ana.listed


def test_a_choice_without_a_token_is_refused(client_for: Callable[..., Client], ana: Person) -> None:
    assert client_for(ana).post("/certificates/listed", data={}).status_code == 400
    assert ana.listed


def test_the_pdf_is_for_its_holder_alone(
    client_for: Callable[..., Client], make: Make, ana: Person, certificate: Certificate
) -> None:
    address = f"/certificates/{certificate.uid}.pdf"
    client = client_for(ana)
    response = client.get(address)
    assert response.mimetype == "application/pdf"
    assert pikepdf.open(io.BytesIO(response.data)).Root.MarkInfo.Marked
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert client.get(f"{address}?lang=nl").headers["ETag"] != response.headers["ETag"]
    other, missing = client_for(make.person("Charlie")).get(address), client.get("/certificates/" + "0" * 32 + ".pdf")
    assert (other.status_code, missing.status_code) == (404, 404)
    assert client.get("/certificates/%00.pdf").status_code == 404


def test_the_pdf_stays_as_it_was_when_the_holder_is_renamed(
    client_for: Callable[..., Client], ana: Person, certificate: Certificate
) -> None:
    client, address = client_for(ana), f"/certificates/{certificate.uid}.pdf"
    before = client.get(address).headers["ETag"]
    ana.family_name = "Vermeulen"
    assert client.get(address).headers["ETag"] == before


def test_anyone_can_verify_every_printed_field(anonymous: Client, certificate: Certificate) -> None:
    page = words(anonymous.get(f"/verify/{certificate.uid}"))
    number = f"{certificate.number[:5]}-{certificate.number[5:]}"
    for text in (
        "Yes, Ana Peeters may speak about ACME online, as a colleague.",
        "Ambassador",
        "Own accounts",
        "What the company has published",
        "Any language",
        "Principles, version 1",
        "How we speak, version 1",
        "Signed by",
        number,
        certificate.content_sha256,
        "(Brussels)",
    ):
        assert text in page, text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("suspended", "Not at the moment: the permission of Ana Peeters is paused"),
        ("ended", "Not at the moment: the certificate of Ana Peeters has ended"),
        ("requested", "Not yet: Ana Peeters has no permission so far"),
    ],
)
def test_the_verdict_follows_the_status(anonymous: Client, make: Make, ana: Person, status: str, said: str) -> None:
    page = words(anonymous.get(f"/verify/{make.certificate(ana, status=status).uid}"))
    assert said in page
    assert "Yes, " not in page


def test_an_attested_person_has_knowledge_and_no_permission(anonymous: Client, make: Make, ana: Person) -> None:
    page = words(anonymous.get(f"/verify/{make.certificate(ana, level='L0').uid}"))
    assert "knows the rules" in page
    assert "gives no permission" in page


@pytest.mark.parametrize("on", ["", "today", "before"])
def test_a_withdrawn_certificate_shows_no_name_on_any_day(anonymous: Client, make: Make, ana: Person, on: str) -> None:
    made = make.certificate(ana, from_day=days.today() - timedelta(days=100))
    make.status(made, "revoked", days_ago=10)
    day = {"": "", "today": days.today().isoformat(), "before": (days.today() - timedelta(days=50)).isoformat()}[on]
    page = words(anonymous.get(f"/verify/{made.uid}?on={day}"))
    assert "No, this certificate is withdrawn" in page
    for secret in ("Ana", "Peeters", "Customer care", "in a test", "Ambassador"):
        assert secret not in page
    assert ("it was valid" in page) is (on == "before")


def test_a_renewed_certificate_leads_to_the_newer_one(anonymous: Client, make: Make, ana: Person) -> None:
    first = make.certificate(ana, from_day=days.today() - timedelta(days=30))
    make.status(first, "ended")
    second = make.certificate(ana, cycle=2)
    page = words(anonymous.get(f"/verify/{first.uid}"))
    assert "This certificate of Ana Peeters was renewed" in page
    assert f"/verify/{second.uid}" in page


def test_a_past_day_is_answered_as_it_was(anonymous: Client, make: Make, ana: Person) -> None:
    today = days.today()
    made = make.certificate(ana, from_day=today - timedelta(days=400), months=12)
    assert "has ended" in words(anonymous.get(f"/verify/{made.uid}"))
    assert "Were made with a valid certificate" in words(anonymous.get(f"/verify/{made.uid}"))
    assert "Yes, on " in words(anonymous.get(f"/verify/{made.uid}?on={today - timedelta(days=200)}"))
    assert "No, not on " in words(anonymous.get(f"/verify/{made.uid}?on={today - timedelta(days=500)}"))
    assert anonymous.get(f"/verify/{made.uid}?on=yesterday").status_code == 422


@pytest.mark.parametrize("uid", ["0" * 32, "x", "<script>alert(1)<x>", "%F0%9F%99%82", "A" * 5000])
def test_an_unknown_number_says_only_that(anonymous: Client, certificate: Certificate, uid: str) -> None:
    response = anonymous.get(f"/verify/{uid}")
    assert response.status_code == 404
    assert "This number does not exist" in response.text
    assert "<script>alert" not in response.text


def test_the_printed_number_leads_to_the_certificate(anonymous: Client, certificate: Certificate) -> None:
    typed = f"{certificate.number[:5].lower()} {certificate.number[5:].lower()}"
    for address in ("/verify?number=", "/speakers?q="):
        response = anonymous.get(address + typed)
        assert (response.status_code, response.location) == (302, f"/verify/{certificate.uid}")
    assert anonymous.get("/verify?number=7K4M9-2QXAB").status_code == 404


def test_numbers_cannot_be_tried_in_bulk(anonymous: Client, certificate: Certificate) -> None:
    codes = [anonymous.get(f"/verify?number={number:010}").status_code for number in range(32)]
    assert codes[:30] == [404] * 30
    assert codes[30:] == [429, 429]
    assert anonymous.get(f"/verify/{certificate.uid}").status_code == 200


def test_the_check_answers_programs_in_the_promised_shape(anonymous: Client, make: Make, ana: Person) -> None:
    make.certificate(ana)
    make.handle(ana)
    accept = {"Accept": "application/json"}
    response = anonymous.get("/speakers/check?handle=ana.peeters&channel=linkedin&topic=published", headers=accept)
    answer = json.loads(response.data)
    assert set(answer) == {"allowed", "reason", "on", "person", "scope"}
    assert answer["allowed"] is True
    assert isinstance(answer["reason"], str)
    assert answer["on"] == days.today().isoformat()
    assert answer["person"]["name"] == "Ana Peeters"
    assert answer["scope"]["channels"] == ["own"]
    nobody = anonymous.get("/speakers/check?handle=nobody", headers=accept).get_json()
    assert (nobody["allowed"], nobody["person"], nobody["scope"]) == (False, None, None)
    for query in ("", "?handle=a&on=soon", "?person=7"):
        refused = anonymous.get(f"/speakers/check{query}", headers=accept)
        assert refused.status_code == 422
        assert refused.mimetype == "application/problem+json"
        assert refused.get_json()["detail"].endswith(".")


def test_the_check_answers_people_on_a_page(anonymous: Client, make: Make, ana: Person) -> None:
    make.certificate(ana)
    make.handle(ana)
    assert "Yes, on " in words(anonymous.get("/speakers/check?handle=@ana.peeters"))
    page = words(anonymous.get("/speakers/check?handle=@ana.peeters&topic=results"))
    assert "No, not on " in page
    assert "official spokespersons only" in page
    wrong = anonymous.get("/speakers/check?handle=a&on=soon")
    assert wrong.status_code == 422
    assert "is not a day" in wrong.text


def public_addresses(certificate: Certificate) -> list[str]:
    return [*PUBLIC, f"/verify/{certificate.uid}", "/verify/unknown", "/speakers/check?handle=ana.peeters"]


def test_public_pages_set_no_cookie_and_run_no_script(
    anonymous: Client, client_for: Callable[..., Client], make: Make, ana: Person, certificate: Certificate
) -> None:
    for client in (anonymous, client_for(ana)):
        for address in public_addresses(certificate):
            response = client.get(address)
            assert "Set-Cookie" not in response.headers, address
            assert "<script" not in response.text
            assert 'method="post"' not in response.text
            assert response.headers["X-Robots-Tag"] == "noindex"
            assert response.headers["Cache-Control"] == "no-cache"
            assert response.text.count("<h1") == 1


def test_public_pages_take_few_statements(
    anonymous: Client, make: Make, ana: Person, certificate: Certificate, statements: list[str]
) -> None:
    make.handle(ana)
    for number in range(30):
        make.certificate(make.person("Ana", f"Noise {number}"))
    for address in public_addresses(certificate):
        anonymous.get(address)
        statements.clear()
        anonymous.get(address)
        most = 8 if address.startswith("/speakers?") else 3  # a search reads names, scopes, endorsements and the ladder
        assert len(statements) <= most, (address, statements)


def test_my_certificates_take_few_statements(
    client_for: Callable[..., Client], make: Make, ana: Person, certificate: Certificate, statements: list[str]
) -> None:
    newcomer = make.person("New")
    for person, most in ((ana, 21), (newcomer, 19)):
        client = client_for(person)
        client.get("/certificates/")
        statements.clear()
        client.get("/certificates/")
        assert len(statements) <= most, statements


def test_an_answer_that_has_not_changed_is_not_sent_again(anonymous: Client, certificate: Certificate) -> None:
    with clock.frozen(datetime.now(UTC)):
        for address in (f"/verify/{certificate.uid}", "/speakers?q=Ana"):
            for encoding in ("identity", "br"):
                first = anonymous.get(address, headers={"Accept-Encoding": encoding})
                again = {"If-None-Match": first.headers["ETag"], "Accept-Encoding": encoding}
                assert anonymous.get(address, headers=again).status_code == 304


def test_the_language_is_carried_in_the_address(anonymous: Client, certificate: Certificate) -> None:
    page = anonymous.get(f"/verify/{certificate.uid}?lang=nl&_external=1&_scheme=javascript&endpoint=x")
    assert page.status_code == 200
    assert '<html lang="nl"' in page.text
    assert "mag online over ACME spreken, als collega." in page.text
    assert "lang=fr" in page.text
    assert "/speakers?lang=nl" in page.text
    assert 'href="javascript' not in page.text


def test_a_register_that_is_not_public_asks_to_sign_in(
    make_app: Callable[..., Flask], session: Session, make: Make, ana: Person, certificate: Certificate
) -> None:
    session.commit()
    client = make_app(public_register=False).test_client()
    for address in ("/speakers", "/speakers/check?handle=x"):
        assert client.get(address).status_code == 302
    assert client.get(f"/verify/{certificate.uid}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 3000,
        "page=-1&q=Ana",
        "page=1e9&q=Ana",
        "page=²&q=Ana",
        "topic=%27%22",
        "q=" + "a%20" * 300,
    ],
)
def test_no_search_breaks_the_register(anonymous: Client, certificate: Certificate, query: str) -> None:
    assert anonymous.get(f"/speakers?{query}").status_code == 200


@pytest.mark.parametrize("address", ["/verify/%00", "/speakers?q=%00", "/speakers/check?handle=%00"])
def test_an_address_with_a_nul_does_not_exist(anonymous: Client, certificate: Certificate, address: str) -> None:
    assert anonymous.get(address).status_code == 404
