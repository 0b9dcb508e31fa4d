"""The verification page through a certificate's life, corrections, the badge, and what stays after an erasure."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certificates import badges, corrections, days, frozen, history, look, records, register
from certificates.handles import claims
from certificates.handles.models import HandleClaim
from certificates.models import Authorization, AuthorizationScope, Certificate, Handle
from certificates.papers import asking
from certificates.papers.models import PaperBatch
from certificates.permissions import desk, holds, taking
from certificates.permissions.models import Guest, Hold, SpeakerPair
from certificates.permissions.rights import Viewer
from certificates.way import contributions
from certificates.way.models import Contribution, Waiver
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Forbidden, Invalid
from lms.base.outbox import OutboxMessage, queue
from lms.people import erasure
from lms.people.models import Person
from tests.certificates.test_pages import words
from tests.make import PASSWORD, Make
from tests.support.client import Client


@pytest.fixture
def ana(make: Make) -> Person:
    return make.person("Ana", "Peeters", email="ana@acme.example", unit=make.unit("Benelux/Customer care"))


@pytest.fixture
def hugo(make: Make) -> Person:
    return make.person("Hugo", "Hub", roles=["hub"])


@pytest.fixture
def certificate(make: Make, ana: Person) -> Certificate:
    return make.certificate(ana)  # type: ignore[no-any-return]


def test_what_ran_out_is_lapsed_for_the_days_of_grace(session: Session, make: Make, ana: Person) -> None:
    made = make.certificate(ana, from_day=days.today() - timedelta(days=370), months=12)
    last = made.valid_until
    states = [records.record(session, made.uid, last + timedelta(days=later)) for later in (0, 1, 14, 15)]
    assert [one.state for one in states if one] == ["valid", "lapsed", "lapsed", "ended"]


def test_a_permission_that_ended_by_rule_is_lapsed_too(session: Session, make: Make, ana: Person) -> None:
    made = make.certificate(ana, from_day=days.today() - timedelta(days=370), months=12)
    make.status(made, "expired")
    found = records.record(session, made.uid)
    assert found is not None
    assert found.state == "lapsed"


def test_who_left_is_not_shamed(anonymous: Client, make: Make, ana: Person, certificate: Certificate) -> None:
    make.status(certificate, "ended")
    ana.status = "left"
    page = words(anonymous.get(f"/verify/{certificate.uid}"))
    assert "People move on" in page
    for word in ("Withdrawn", "withdrawn", "left the company"):
        assert word not in page


def test_a_narrower_scope_is_shown_beside_what_was_printed(
    anonymous: Client, session: Session, make: Make, ana: Person
) -> None:
    made = make.certificate(ana, from_day=days.today() - timedelta(days=30))
    given = make.authorization_of(made)
    given.revision = 2
    session.add_all(
        AuthorizationScope(authorization_id=given.id, revision=2, dimension=dimension, value=value)
        for dimension, value in (("channel", "linkedin"), ("topic", "published"), ("language", "*"))
    )
    history.record(session, given, "active", "Only there for now.")
    page = words(anonymous.get(f"/verify/{made.uid}"))
    assert "Yes, Ana Peeters" in page
    assert "LinkedIn" in page
    assert "Printed: Own accounts" in page
    assert "Narrower than printed" in page
    assert "Only there for now" not in page
    before = words(anonymous.get(f"/verify/{made.uid}?on={days.today() - timedelta(days=10)}"))
    assert "LinkedIn" not in before
    assert "Own accounts" in before


def test_a_correction_is_a_new_issue_that_replaces_the_old(
    anonymous: Client, session: Session, ana: Person, hugo: Person, certificate: Certificate
) -> None:
    new = corrections.correct(
        session, certificate.id, by_id=hugo.id, reason="A letter was missing.", name="  Anna   Peeters "
    )
    assert (new.cycle, new.issue, new.root_id) == (certificate.cycle, 2, certificate.id)
    assert new.content["holder"]["name"] == "Anna Peeters"
    assert new.content_sha256 == frozen.digest(new.content)
    assert certificate.holder_name == "Ana Peeters"
    old_page, new_page = (words(anonymous.get(f"/verify/{uid}")) for uid in (certificate.uid, new.uid))
    assert "A corrected certificate has replaced this one" in old_page
    assert f"/verify/{new.uid}" in old_page
    assert "A letter was missing" not in old_page + new_page
    assert "Yes, Anna Peeters may speak" in new_page
    assert [entry.uid for entry in register.every(session, ana.id)] == [new.uid]


def test_the_permission_of_a_correction_is_that_of_the_first_issue(
    session: Session, make: Make, hugo: Person, certificate: Certificate
) -> None:
    second = corrections.correct(session, certificate.id, by_id=hugo.id, reason="Why", name="Anna")
    third = corrections.correct(session, second.id, by_id=hugo.id, reason="Why", name="Anne")
    make.status(certificate, "suspended")
    found = records.record(session, third.uid)
    assert found is not None
    assert found.state == "paused"


def test_a_certificate_is_corrected_once_and_with_a_reason(
    session: Session, ana: Person, hugo: Person, certificate: Certificate
) -> None:
    with pytest.raises(Forbidden):
        corrections.correct(session, certificate.id, by_id=ana.id, reason="Mine", name="Anna")
    for name, reason in (("Anna", " "), ("", "Why"), ("Ana Peeters", "Why"), ("x" * 501, "Why"), ("Anna", "x" * 2001)):
        with pytest.raises(Invalid):
            corrections.correct(session, certificate.id, by_id=hugo.id, reason=reason, name=name)
    corrections.correct(session, certificate.id, by_id=hugo.id, reason="Why", name="Anna")
    with pytest.raises(Conflict, match="in the meantime"):
        corrections.correct(session, certificate.id, by_id=hugo.id, reason="Why", name="Anne")


def test_the_hub_corrects_on_a_page(
    client_for: Callable[..., Client], ana: Person, hugo: Person, certificate: Certificate
) -> None:
    address = f"/certificates/{certificate.uid}/correct"
    assert client_for(ana).get(address).status_code == 403
    client = client_for(hugo)
    assert "Ana Peeters" in client.get(address).text
    refused = client.submit(address, {"name": "Anna of Typed", "reason": ""})
    assert refused.status_code == 422
    assert "Anna of Typed" in refused.text
    done = client.submit(address, {"name": "Anna", "reason": "Why"})
    assert done.status_code == 303
    assert "Go to the newer one" in client.get(address).text
    assert client.submit(address, {"name": "Anne", "reason": "Why"}).status_code == 409


def test_a_certificate_issued_in_error_says_so_and_pauses(
    anonymous: Client, session: Session, make: Make, hugo: Person, certificate: Certificate
) -> None:
    corrections.withdraw(session, certificate.id, by_id=hugo.id, reason="Wrong Ana.")
    page = words(anonymous.get(f"/verify/{certificate.uid}"))
    assert "issued in error" in page
    for secret in ("Ana", "Peeters", "Wrong Ana", "Customer care"):
        assert secret not in page
    assert make.authorization_of(certificate).status == "suspended"
    with pytest.raises(Conflict):
        corrections.withdraw(session, certificate.id, by_id=hugo.id, reason="Again.")
    corrections.restore(session, certificate.id, by_id=hugo.id, reason="It was right.")
    assert make.authorization_of(certificate).status == "active"
    assert "Yes, Ana Peeters" in words(anonymous.get(f"/verify/{certificate.uid}"))


def test_only_restoring_the_certificate_ends_the_pause_for_an_error(
    session: Session, hugo: Person, make: Make, certificate: Certificate, client_for: Callable[[Person], Client]
) -> None:
    given = make.authorization_of(certificate)
    corrections.withdraw(session, certificate.id, by_id=hugo.id, reason="Wrong Ana.")
    (hold,) = session.scalars(select(Hold))
    other = taking.suspend(session, given.id, by_id=hugo.id, cause="other", reason="A talk.")
    assert hold.cause == "certificate"
    with pytest.raises(Conflict, match="Restore the certificate"):
        taking.restore(session, hold.id, by_id=hugo.id, reason="Fine.")
    page = client_for(hugo).get(f"/permissions/{given.uid}").text
    assert "Certificate issued in error" in page
    assert (f"/restore/{hold.id}" in page, f"/restore/{other.id}" in page) == (False, True)
    corrections.restore(session, certificate.id, by_id=hugo.id, reason="It was right.")
    assert given.status == "suspended"
    taking.restore(session, other.id, by_id=hugo.id, reason="Fine.")
    assert given.status == "active"


def test_when_somebody_is_erased_the_certificate_still_answers(
    anonymous: Client, session: Session, make: Make, ana: Person, certificate: Certificate
) -> None:
    digest, number = certificate.content_sha256, certificate.number
    handle = make.handle(ana)
    queue(session, key="x", recipient=ana.email, subject="Dear Ana", body="Ana Peeters")
    erasure.erase(session, ana.id, "She asked for it.")
    page = words(anonymous.get(f"/verify/{certificate.uid}"))
    assert f"Holder {number[:5]}" in page
    assert "Name removed on" in page
    assert digest in page
    assert "Not any more" in page
    session.expire_all()
    kept = session.get_one(Certificate, certificate.id)
    assert kept.content_sha256 == digest
    assert handle.released_at is not None
    for gone in ("Ana", "Peeters", "ana.peeters", "ana@acme"):
        assert gone not in page
        assert gone not in json.dumps(kept.content) + handle.name + ana.email + ana.name
    mail = session.scalars(select(OutboxMessage)).one()
    assert (mail.state, mail.body) == ("dead", "")
    assert make.authorization_of(certificate).status == "ended"
    assert session.scalar(select(AuditEntry.id).where(AuditEntry.deed == "erased a person"))


def test_who_is_erased_cannot_come_back(
    session: Session, make: Make, ana: Person, hugo: Person, certificate: Certificate
) -> None:
    asking.ask(session, asking.Choice(), by_id=hugo.id, language="en")
    erasure.erase(session, ana.id, "She asked for it.")
    assert ana.password_hash is None
    assert session.scalars(select(PaperBatch.state)).one() == "failed"
    with pytest.raises(Conflict):
        erasure.erase(session, ana.id, "Again.")
    with pytest.raises(Conflict):
        corrections.correct(session, certificate.id, by_id=hugo.id, reason="Why", name="Ana Peeters")
    statement = text("UPDATE certificate SET holder_name = 'Ana Peeters' WHERE id = :id")
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(statement, {"id": certificate.id})


def test_no_word_of_hers_and_no_account_is_left(
    session: Session, make: Make, ana: Person, hugo: Person, certificate: Certificate
) -> None:
    waits, decided = (claims.claim(session, ana.id, "x", name, "code") for name in ("peeters_1", "peeters_2"))
    claims.refuse(session, decided.id, by_id=hugo.id, remark="Not Peeters")
    contributions.tell(
        session,
        ana.id,
        url="https://peeters.example/post",
        words="I am Ana Peeters.",
        channel="blog",
        posted_on=days.today(),
        sample=True,
    )
    given = make.authorization_of(certificate)
    given.reason = "Peeters"
    at = {"made_by_id": hugo.id, "made_at": clock.now()}
    session.add(SpeakerPair(executive_id=make.person("Cas").id, writer_id=ana.id, reason="Peeters", **at))
    session.add(Guest(person_id=ana.id, company="Peeters", sponsor_id=hugo.id, contract_ends_on=days.today()))
    why = {"kind": "course", "slug": "x", "reason": "Peeters", "by_id": hugo.id, "at": clock.now()}
    session.add(Waiver(person_id=ana.id, level_id=certificate.level_id, **why))
    holds.place(session, ana.id, "leave", "Peeters is ill", by_id=hugo.id)
    namesake = make.person("Ana", "Peeters", email="other@acme.example")
    for key, to, body in (
        ("about", hugo.email, "Look at Ana\nPeeters."),
        ("like", hugo.email, "Diana Peetersen"),
        ("namesake", namesake.email, "Dear Ana Peeters"),
    ):
        queue(session, key=key, recipient=to, subject="", body=body)
    assert desk.sheet(session, Viewer(hugo.id, frozenset({"hub"})), given.uid).pauses[0].reason
    erasure.erase(session, ana.id, "She asked for it.")
    session.expire_all()
    for table in (HandleClaim, Handle, Contribution, SpeakerPair, Guest, Waiver, Authorization, Certificate):
        kept = repr([tuple(row) for row in session.execute(select(*table.__table__.columns))])
        assert "eeters" not in kept, table
    assert [(one.state, one.channel, one.name) for one in (waits, decided)] == [
        ("refused", "x", f"erased-{one.id}") for one in (waits, decided)
    ]
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE handle_claim SET name = 'peeters' WHERE id = :id"), {"id": decided.id})
    mail = dict(session.execute(select(OutboxMessage.key, OutboxMessage.body)).all())
    assert (mail["about"], mail["like"], mail["namesake"]) == ("", "Diana Peetersen", "Dear Ana Peeters")
    shown = desk.sheet(session, Viewer(hugo.id, frozenset({"hub"})), given.uid)
    assert (shown.pauses, {one.reason for one in shown.history}) == ([], {""})


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\x07"])
def test_a_name_has_no_sign_that_cannot_be_seen(
    session: Session, hugo: Person, certificate: Certificate, sign: str
) -> None:
    with pytest.raises(Invalid, match="cannot be seen"):
        corrections.correct(session, certificate.id, by_id=hugo.id, reason="Why", name=f"Ana {sign}Peeters")


def test_who_leads_people_is_not_erased_yet(session: Session, make: Make) -> None:
    trio = make.people()
    with pytest.raises(Conflict, match="another manager"):
        erasure.erase(session, trio.bob.id, "Why")
    with pytest.raises(Invalid):
        erasure.erase(session, trio.alice.id, " ")


def test_the_badge_is_in_color_while_it_holds_and_gray_after(
    anonymous: Client, make: Make, ana: Person, certificate: Certificate
) -> None:
    address = f"/badge/{certificate.uid}.svg"
    response = anonymous.get(address)
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in response.headers
    drawing = etree.fromstring(response.data)
    assert "Ambassador" in drawing.attrib["aria-label"]
    assert badges.COLORS[1] in response.text
    assert anonymous.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert "Geldig tot" in anonymous.get(f"{address}?lang=nl").text or "Valid until" in response.text
    make.status(certificate, "suspended")
    gray = anonymous.get(address)
    assert badges.GRAY in gray.text
    assert "Not valid today" in gray.text
    for secret in ("Ana", "Peeters", "<script"):
        assert secret not in gray.text + response.text
    assert anonymous.get("/badge/" + "0" * 32 + ".svg").status_code == 404


def test_every_badge_can_be_read() -> None:
    for color in (*badges.COLORS, badges.GRAY):
        assert look.contrast(color, "#ffffff") >= 4.5


@pytest.mark.sqlite_only
def test_guessing_ids_is_slowed_and_a_slip_is_not(app: Flask, anonymous: Client, certificate: Certificate) -> None:
    codes = [anonymous.get(f"/verify/{number:032x}").status_code for number in range(62)]
    assert codes[:60] == [404] * 60
    assert codes[60:] == [429, 429]
    # the answer is the same for one that exists: nothing can be told from it
    assert anonymous.get(f"/verify/{certificate.uid}").status_code == 429


def test_missing_ids_of_any_shape_look_alike(anonymous: Client, certificate: Certificate) -> None:
    one, other = (anonymous.get(f"/verify/{uid}") for uid in ("0" * 32, certificate.uid.upper()))
    assert (one.status_code, other.status_code) == (404, 404)
    assert len(one.data) == len(other.data)


def test_the_page_takes_three_statements_whatever_happened(
    anonymous: Client, session: Session, make: Make, ana: Person, hugo: Person, statements: list[str]
) -> None:
    old = make.certificate(ana, from_day=days.today() - timedelta(days=30))
    given = make.authorization_of(old)
    for revision in (2, 3):
        given.revision = revision
        session.add(
            AuthorizationScope(authorization_id=given.id, revision=revision, dimension="topic", value="published")
        )
        history.record(session, given, "active", "Narrowed")
    new = corrections.correct(session, old.id, by_id=hugo.id, reason="Why", name="Anna")
    for uid in (old.uid, new.uid):
        anonymous.get(f"/verify/{uid}")
        statements.clear()
        anonymous.get(f"/verify/{uid}")
        assert len(statements) <= 3, statements


def test_the_command_erases(make: Make, session: Session, ana: Person) -> None:
    ana.password_hash = PASSWORD
    assert erasure.by_email(session, " ANA@acme.example ").id == ana.id
