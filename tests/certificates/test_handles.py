"""Accounts: claimed, shown by a code or a link, given to one of two who claim them; and those of the company."""

import contextlib
import ipaddress
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import checking, days
from certificates.authority import Question
from certificates.handles import accounts, branded, claims, fetching, links, looking, names
from certificates.handles.models import BrandedHandle, HandleClaim
from certificates.models import Handle
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people.models import Person
from tests.make import Make
from tests.support import profiles
from tests.support.client import Client


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[profiles.Profiles]:
    with profiles.running(tmp_path_factory.mktemp("profiles"), seconds=1.0) as server:
        yield server


@pytest.mark.parametrize(
    ("channel", "typed", "name"),
    [
        ("linkedin", " @Ana.Peeters ", "ana.peeters"),
        ("x", "@ANA_P", "ana_p"),
        ("x", "\uff21na", "ana"),
        ("mastodon", "@Ana@Mastodon.Social", "ana@mastodon.social"),
        ("bluesky", "ana.bsky.social", "ana.bsky.social"),
        ("linkedin", "Ele\u0301na", "eléna"),
        ("youtube", "אנה", "אנה"),
    ],
)
def test_a_name_has_one_form(channel: str, typed: str, name: str) -> None:
    assert names.normal(channel, typed) == name


@pytest.mark.parametrize(
    ("channel", "typed"),
    [("x", ""), ("x", "@"), ("x", "a-b"), ("x", "a" * 101), ("mastodon", "ana"), ("x", "ana\u202ennA")]
    + [("linkedin", "https://linkedin.com/in/ana"), ("blog", "a b"), ("bluesky", "ana"), ("x", "a/b")],
)
def test_what_cannot_be_a_name_is_refused_with_a_sentence(channel: str, typed: str) -> None:
    with pytest.raises(Invalid):
        names.normal(channel, typed)


@given(st.text(max_size=120), st.sampled_from(["x", "linkedin", "mastodon", "blog", "youtube"]))
def test_a_name_that_was_made_stays_as_it_is(typed: str, channel: str) -> None:
    try:
        name = names.normal(channel, typed)
    except Invalid:
        return
    assert names.normal(channel, name) == name == name.lower()


def test_letters_that_mislead_are_flagged() -> None:
    assert names.misleading("ana.peeters") == ()
    assert names.misleading("аna") == ("scripts",)
    assert names.misleading("אנה") == ("direction",)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "192.168.1.1", "0.0.0.0", "::1", "fe80::1", "fd00::1", "100.64.0.1"]
    + ["::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1", "64:ff9b::7f00:1", "255.255.255.255"],
)
def test_no_address_inside_is_public(address: str) -> None:
    assert not fetching.is_public(ipaddress.ip_address(address))


def test_addresses_of_the_internet_are_public() -> None:
    assert fetching.is_public(ipaddress.ip_address("93.184.215.14"))


def problem(address: str, reach: fetching.Reach) -> str:
    with pytest.raises(fetching.NotRead) as failure:
        fetching.page(address, reach)
    return failure.value.problem


def test_only_pages_outside_are_read(web: profiles.Profiles) -> None:
    web.pages.update(
        {"/ana": "<p>Ana</p>", "/to": "/ana", "/round": "/round", "/http": "http://localhost/", "/slow": "slow"}
    )
    assert fetching.page(web.address("/ana"), web.reach) == "<p>Ana</p>"
    assert fetching.page(web.address("/to"), web.reach) == "<p>Ana</p>"
    assert problem(web.address("/ana"), replace(web.reach, allows=fetching.is_public)) == "private"
    assert problem(web.address("/round"), web.reach) == "moved"
    web.pages["/away"] = f"https://127.0.0.1:{web.port}/ana"
    assert problem(web.address("/away"), web.reach) == "moved"
    web.pages["/plain"] = f"http://localhost:{web.port}/ana"
    assert problem(web.address("/plain"), web.reach) == "address"
    assert problem(web.address("/none"), web.reach) == "not_page"
    assert problem(web.address("/ana"), replace(web.reach, ports=frozenset({443}))) == "address"
    assert problem("https://localhost:1/", replace(web.reach, ports=frozenset({1}))) == "unreachable"
    for address in (
        web.address("/http"),
        "http://localhost/",
        "file:///etc/passwd",
        "https://a:b@localhost/",
        "https://[",
    ):
        assert problem(address, web.reach) == "address", address


def test_a_page_that_never_ends_is_given_up(web: profiles.Profiles) -> None:
    web.pages["/slow"] = "slow"
    began = time.monotonic()
    with contextlib.suppress(fetching.NotRead):
        fetching.page(web.address("/slow"), web.reach)
    assert time.monotonic() - began < 5


def test_links_to_oneself_are_found_in_any_page() -> None:
    html = '<a rel="nofollow ME" href=" https://x/verify/1 ">a</a><link rel=me href=/b><a rel="menu" href="c"><p'
    assert links.of_page(html) == ["https://x/verify/1", "/b"]
    assert links.leads_to('<a rel=me href="https://x/verify/1?lang=nl#a">', frozenset({"https://x/verify/1"}))
    assert not links.leads_to('<a rel=me href="https://x/verify/12">', frozenset({"https://x/verify/1"}))


def test_a_code_is_looked_at_by_somebody_else(session: Session, make: Make) -> None:
    ana, hub = make.person("Ana"), make.person("Hugo", roles=["hub"])
    claim = claims.claim(session, ana.id, "linkedin", "Ana.P", "code")
    assert len(claim.code) == claims.CODE
    with pytest.raises(Conflict, match="claimed this account already"):
        claims.claim(session, ana.id, "linkedin", "@ana.p", "code")
    with pytest.raises(Forbidden):
        claims.confirm(session, claim.id, by_id=ana.id)
    claims.confirm(session, claim.id, by_id=hub.id)
    assert [held.account for held in accounts.mine(session, ana.id)[0]] == ["ana.p"]
    with pytest.raises(Conflict, match="decided already"):
        claims.refuse(session, claim.id, by_id=hub.id, remark="late")
    with pytest.raises(Conflict, match="yours already"):
        claims.claim(session, ana.id, "linkedin", "ana.p", "code")
    assert session.scalar(select(OutboxMessage.recipient)) == ana.email


def test_of_two_who_claim_an_account_one_holds_it_and_past_days_remember(session: Session, make: Make) -> None:
    ana, ben, hub = make.person("Ana"), make.person("Ben"), make.person("Hugo")
    make.handle(ana, "speaker", "x")
    second, third = (claims.claim(session, one.id, "x", "speaker", "code") for one in (ben, make.person("Cas")))
    (account,) = accounts.waiting(session)
    assert (account.held and account.held.name) == ana.name
    assert [one.name for one in account.claims] == [ben.name, "Cas Janssen"]
    assert all(one.contested for one in account.claims)
    assert accounts.mine(session, ben.id)[1][0].contested
    claims.confirm(session, second.id, by_id=hub.id)
    assert [one.state for one in session.scalars(select(HandleClaim).order_by(HandleClaim.id))] == [
        "confirmed",
        "refused",
    ]
    rows = session.scalars(select(Handle).order_by(Handle.id)).all()
    assert [(one.person_id, one.released_at is None) for one in rows] == [(ana.id, False), (ben.id, True)]
    (lost,) = session.scalars(select(OutboxMessage.body).where(OutboxMessage.recipient == ana.email))
    assert "no longer registered as yours" in lost
    with pytest.raises(Conflict):
        claims.confirm(session, third.id, by_id=hub.id)


def test_nobody_touches_what_is_another_s(session: Session, make: Make) -> None:
    ana, ben = make.person("Ana"), make.person("Ben")
    claim, held = claims.claim(session, ana.id, "x", "ana", "code"), make.handle(ana, "ana2", "x")
    for deed in (claims.withdraw, claims.look_again):
        with pytest.raises(NotFound):
            deed(session, ben.id, claim.id)
    with pytest.raises(NotFound):
        claims.release(session, ben.id, held.id)
    claims.release(session, ana.id, held.id)
    claims.withdraw(session, ana.id, claim.id)
    assert accounts.mine(session, ana.id) == ([], [])


def test_a_link_counts_on_the_account_s_own_page_only(session: Session, make: Make) -> None:
    ana = make.person("Ana")
    with pytest.raises(Invalid, match="own page"):
        claims.claim(session, ana.id, "mastodon", "chief@social.example", "link", "https://evil.example/@chief")
    with pytest.raises(Invalid, match="Choose the code"):
        claims.claim(session, ana.id, "blog", "ana", "link", "https://ana.example")
    for address in ("https://www.x.com/ana", "https://x.com/Ana/"):
        assert names.is_profile("x", "ana", address)
    for address in ("http://x.com/ana", "https://x.com.evil/ana", "https://x.com@evil/ana", "https://x.com/ana2"):
        assert not names.is_profile("x", "ana", address), address


def test_the_server_finds_the_link_or_says_what_is_in_the_way(
    app: Flask, database: Database, session: Session, make: Make, web: profiles.Profiles
) -> None:
    ana = make.person("Ana")
    certificate = make.certificate(ana)
    made = {name: claims.claim(session, ana.id, "x", name, "code") for name in ("good", "bare", "shared")}
    for name, claim in made.items():
        claim.method, claim.profile_url = "link", web.address(f"/{name}")
    make.handle(make.person("Ben"), "shared", "x")
    session.commit()
    with app.app_context():
        own = f'<a rel="me" href="{app.extensions["settings"].base_url}/verify/{certificate.uid}">'
        web.pages.update({"/good": own, "/shared": own, "/bare": "<p>hello"})
        assert looking.work_off(database, lambda: True, web.reach) == 3
        assert looking.work_off(database, lambda: True, web.reach) == 0
    session.expire_all()
    assert {name: (claim.state, claim.problem) for name, claim in made.items()} == {
        "good": ("confirmed", ""),
        "bare": ("open", "no_link"),
        "shared": ("open", "contested"),
    }


def test_accounts_of_the_company_have_two_people_and_an_end(session: Session, make: Make) -> None:
    ana, ben, hub = make.person("Ana"), make.person("Ben"), make.person("Hugo")
    wanted = branded.Wanted("x", "@ACME", "News", ana.email, ben.email, sunset_on=days.today() + timedelta(days=20))
    made = branded.register(session, wanted, by_id=hub.id)
    with pytest.raises(Conflict):
        branded.register(session, wanted, by_id=hub.id)
    with pytest.raises(Invalid, match="two people"):
        branded.change(session, made.id, replace(wanted, deputy=ana.email), by_id=hub.id)
    assert (branded.warn(session), branded.warn(session)) == (1, 1)
    session.flush()
    assert session.scalars(select(OutboxMessage.recipient)).all() == [ana.email]
    ana.status = "left"
    session.flush()
    assert branded.one(session, made.id).orphan
    branded.close(session, made.id, by_id=hub.id)
    assert not branded.one(session, made.id).orphan
    branded.register(session, replace(wanted, owner=hub.email), by_id=hub.id)


def test_an_account_is_a_person_s_or_the_company_s(session: Session, make: Make) -> None:
    ana, ben, hub = make.person("Ana"), make.person("Ben"), make.person("Hugo")
    make.handle(ana, "held", "x")
    claim = claims.claim(session, ana.id, "x", "claimed", "code")
    for name in ("held", "Claimed"):
        with pytest.raises(Conflict, match="Somebody has this account"):
            branded.register(session, branded.Wanted("x", name, "News", ana.email, ben.email), by_id=hub.id)
    assert not claims.contested(session, claim)
    now = clock.now()
    people = {"owner_id": ana.id, "deputy_id": ben.id, "registered_by_id": hub.id, "registered_at": now}
    made = BrandedHandle(channel="x", name="claimed", purpose="News", **people)
    session.add(made)
    session.flush()
    assert claims.contested(session, claim)
    made.closed_at = now - timedelta(days=1)
    session.flush()
    assert not claims.contested(session, claim)
    claims.confirm(session, claim.id, by_id=hub.id)
    asked = checking.check(session, "claimed", "", Question(days.today(), channel="x"))
    assert "was closed" not in asked.reason


def test_the_trail_has_no_names_of_accounts(session: Session, make: Make) -> None:
    ana, ben, hub = make.person("Ana"), make.person("Ben"), make.person("Hugo")
    claim = claims.claim(session, ana.id, "x", "ana_secret", "code")
    claims.confirm(session, claim.id, by_id=hub.id)
    claims.release(session, ana.id, accounts.mine(session, ana.id)[0][0].id)
    wanted = branded.Wanted("x", "acme", "News", ana.email, ben.email)
    branded.change(session, branded.register(session, wanted, by_id=hub.id).id, wanted, by_id=hub.id)
    session.flush()
    told = repr([(one.subject, one.details) for one in session.scalars(select(AuditEntry))])
    assert "handle_claim:" in told
    assert not any(words in told for words in ("ana_secret", ana.email))


def test_pages_keep_what_was_typed_and_do_what_they_say(
    client_for: Callable[[Person], Client], session: Session, make: Make
) -> None:
    ana, hub = make.person("Ana"), make.person("Hugo", roles=["hub"])
    client, desk = client_for(ana), client_for(hub)
    answer = client.submit("/certificates/handles", {"channel": "x", "name": "not so", "method": "code"})
    assert answer.status_code == 422
    assert "not so" in answer.text
    assert client.submit("/certificates/handles", {"channel": "x", "name": "ana", "method": "code"}).status_code == 303
    claim = session.scalars(select(HandleClaim)).one()
    assert claim.code in client.get("/certificates/handles").text
    refused = desk.submit(f"/handles/claims/{claim.id}", {"decision": "refuse", "remark": ""})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert desk.submit(f"/handles/claims/{claim.id}", {"decision": "confirm"}).status_code == 303
    assert client.submit("/certificates/listed-as", {"listed_as": "initials"}).status_code == 303
    assert client.submit("/certificates/listed-as", {"listed_as": "nickname"}).status_code == 422
    assert client.get("/handles").status_code == 403


def test_lists_ask_as_often_for_many_as_for_one(session: Session, make: Make, statements: list[str]) -> None:
    counts = []
    for size in (1, 30):
        for number in range(size):
            person = make.person("Ana", f"{size} {number}")
            claims.claim(session, person.id, "x", f"a{size}_{number}", "code")
            make.handle(person, f"b{size}_{number}", "x")
        session.flush()
        statements.clear()
        (
            accounts.waiting(session),
            accounts.all_held(session),
            branded.listed(session),
            accounts.mine(session, person.id),
        )
        counts.append(len(statements))
    assert counts[0] == counts[1]
