"""Signing in: sessions that live on the server, and a lock that tells nobody which addresses exist."""

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.errors import Invalid, TooMany
from lms.people import passwords, signin
from lms.people.models import SignIn, SignInFailures
from tests.conftest import client_of
from tests.make import PASSWORD

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
WRONG = "Address and password do not belong together."


@pytest.fixture
def alice(make):
    return make.person("Alice", email="alice@acme.example", password=PASSWORD)


def sign_in(client, email="alice@acme.example", password=PASSWORD, address="/login"):
    return client.submit(address, {"email": email, "password": password})


def test_the_right_password_lets_in(anonymous, session, alice):
    answer = sign_in(anonymous)
    assert answer.status_code == 303
    assert answer.location == "/"
    assert anonymous.get("/login").status_code == 302
    kept = session.scalars(select(SignIn)).one()
    assert kept.person_id == alice.id
    assert kept.ended_at is None


def test_the_address_may_be_typed_in_any_case_and_with_blanks(anonymous, alice):
    assert sign_in(anonymous, "  Alice@ACME.example ").status_code == 303


@pytest.mark.parametrize("email", ["alice@acme.example", "nobody@acme.example", "nobody", "'; DROP TABLE person --"])
def test_a_wrong_password_and_an_unknown_address_look_the_same(anonymous, alice, email):
    answer = sign_in(anonymous, email, "not the password")
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert not re.search(r"lms=[^;]*_user_id", answer.headers.get("Set-Cookie", ""))


@pytest.mark.parametrize("fields", [{"email": ""}, {"password": ""}, {"email": "a" * 300}])
def test_a_form_with_gaps_is_told_what_is_missing(anonymous, session, alice, fields):
    answer = sign_in(anonymous, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert session.scalar(select(func.count()).select_from(SignInFailures)) == 0


def test_a_failure_is_counted_although_it_is_refused(anonymous, session, alice):
    sign_in(anonymous, password="not the password")
    assert sorted(session.scalars(select(SignInFailures.count))) == [1, 1]
    assert "alice" not in "".join(session.scalars(select(SignInFailures.key)))


@pytest.mark.parametrize("email", ["alice@acme.example", "nobody@acme.example"])
def test_guessing_is_slowed_down_whether_or_not_the_address_exists(anonymous, alice, email):
    with clock.frozen(NOON):
        answers = [sign_in(anonymous, email, "guess") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 422, 429, 429]
    assert "Wait 3 seconds" in answers[-1].text


def test_while_locked_even_the_right_password_is_refused_and_afterwards_it_lets_in(anonymous, session, alice):
    with clock.frozen(NOON):
        for _ in range(5):
            sign_in(anonymous, password="guess")
        assert sign_in(anonymous).status_code == 429
    with clock.frozen(NOON + timedelta(seconds=3)):
        assert sign_in(anonymous).status_code == 303
    account = [count for count in session.scalars(select(SignInFailures.count)) if count == 5]
    assert len(account) == 1, "only the network remembers"


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(session, alice):
    waits, moment = [], NOON
    for _ in range(16):
        with clock.frozen(moment):
            signin.check_password(session, alice.email, "guess", "10.0.0.1")
            until = session.scalar(select(func.max(SignInFailures.locked_until)))
        waits.append((until - moment).total_seconds() if until else 0)
        moment = max(moment, until or moment)
    assert waits[:8] == [0, 0, 0, 0, 2, 4, 8, 16]
    assert waits[-1] == 900
    with clock.frozen(moment + timedelta(hours=3)):
        signin.check_password(session, alice.email, "guess", "10.0.0.1")
        assert session.scalar(select(func.min(SignInFailures.count))) == 1, "forgotten after two quiet hours"


def test_a_network_is_slowed_down_over_many_addresses(session, alice):
    with clock.frozen(NOON):
        for number in range(41):
            signin.check_password(session, f"person{number}@acme.example", "guess", "10.0.0.9")
        with pytest.raises(TooMany):
            signin.check_password(session, alice.email, PASSWORD, "10.0.0.9")
        assert signin.check_password(session, alice.email, PASSWORD, "10.0.0.10") is not None


def test_an_unknown_address_takes_as_long_as_a_known_one(session, alice):
    def seconds(email: str) -> float:
        began = time.thread_time()
        signin.check_password(session, email, "guess", f"network of {email}")
        return time.thread_time() - began

    known = min(seconds(alice.email) for _ in range(3))
    unknown = min(seconds("nobody@acme.example") for _ in range(3))
    assert unknown > known * 0.5


def test_many_guesses_at_once_are_all_counted(database, make, alice, session):
    session.commit()

    def guess() -> None:
        with database.transaction() as own:
            signin.check_password(own, "alice@acme.example", "guess", "10.0.0.1")

    def guess_until_locked() -> None:
        try:
            guess()
        except TooMany:
            refused.append(1)
        except Exception as error:
            failures.append(error)

    refused: list[int] = []
    failures: list[Exception] = []
    guess()
    threads = [threading.Thread(target=guess_until_locked) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as reader:
        assert max(reader.scalars(select(SignInFailures.count))) + len(refused) == 9


def test_a_leaver_cannot_sign_in(anonymous, session, alice):
    alice.status = "left"
    answer = sign_in(anonymous)
    assert answer.status_code == 422
    assert WRONG in answer.text


def test_somebody_without_a_password_cannot_sign_in(anonymous, make):
    make.person(email="new@acme.example")
    assert sign_in(anonymous, "new@acme.example", "").status_code == 422
    assert sign_in(anonymous, "new@acme.example", "anything").status_code == 422


def test_signing_out_makes_the_cookie_worthless(anonymous, session, alice):
    sign_in(anonymous)
    stolen = anonymous.get_cookie("lms")
    assert anonymous.get("/logout").status_code == 200
    assert anonymous.submit("/logout").status_code == 303
    anonymous.set_cookie("lms", stolen.value)
    assert anonymous.get("/logout").location.startswith("/login")
    assert session.scalars(select(SignIn)).one().ended_at is not None


def test_signing_out_by_a_link_from_elsewhere_does_not_work(client_for, alice):
    client = client_for(alice)
    assert client.post("/logout").status_code == 400
    assert client.get("/logout").status_code == 200


def test_sign_ins_can_be_ended_from_the_server(client_for, session, alice):
    first, second = client_for(alice), client_for(alice)
    assert first.get("/logout").status_code == second.get("/logout").status_code == 200
    staying = session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    signin.end_all(session, alice.id, actor_id=None, but=staying.id)
    assert first.get("/logout").status_code == 302
    assert second.get("/logout").status_code == 200
    signin.end_all(session, alice.id, actor_id=None)
    assert second.get("/logout").status_code == 302
    assert session.scalars(select(AuditEntry.deed)).all() == ["ended sign-ins", "ended sign-ins"]


def test_somebody_who_leaves_is_out_at_once(client_for, session, alice):
    client = client_for(alice)
    assert client.get("/logout").status_code == 200
    alice.status = "left"
    assert client.get("/logout").status_code == 302


def test_a_sign_in_runs_out_after_twelve_hours(client_for, alice):
    with clock.frozen(NOON):
        client = client_for(alice)
    with clock.frozen(NOON + timedelta(hours=11, minutes=59)):
        assert client.get("/logout").status_code == 200
    with clock.frozen(NOON + timedelta(hours=12)):
        assert client.get("/logout").status_code == 302


def test_only_the_hash_of_the_token_is_kept(session, alice):
    signed_in = signin.start(session, alice.id, "x" * 500)
    kept = session.scalars(select(SignIn)).one()
    assert signed_in.token not in kept.token_hash
    assert len(kept.token_hash) == 64
    assert len(kept.browser) == 200


def test_the_person_is_loaded_in_one_statement_with_roles_and_whether_she_leads(session, make, statements):
    dana = make.person("Dana", "Maes", roles=("author", "administrator"))
    make.person("Left", manager=dana, status="left")
    token = signin.start(session, dana.id, "tests").token
    statements.clear()
    loaded = signin.load(session, token)
    assert len(statements) == 1
    assert (loaded.name, loaded.initials, loaded.roles) == ("Dana Maes", "DM", {"author", "administrator"})
    assert not loaded.is_manager
    make.person("Here", manager=dana)
    assert signin.load(session, token).is_manager


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/courses/principles", "/courses/principles"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("javascript:hit()", "/"),
    ],
)
def test_after_signing_in_one_goes_on_within_this_site(anonymous, alice, wanted, reached):
    assert sign_in(anonymous, address=f"/login?next={wanted}").location == reached


@pytest.mark.sqlite_only
def test_a_closed_page_asks_to_sign_in_and_comes_back(anonymous, alice):
    asked = anonymous.get("/logout")
    assert asked.status_code == 302
    assert asked.location.startswith("/login?next=")
    assert sign_in(anonymous, address=asked.location).location == "/logout"


@pytest.mark.sqlite_only
def test_while_the_demonstration_is_off_its_address_does_not_exist(anonymous, alice):
    assert anonymous.submit("/login/demo", {"email": alice.email}).status_code == 404
    assert "alice@acme.example" not in anonymous.get("/login").text


@pytest.mark.sqlite_only
def test_while_the_demonstration_is_on_one_click_is_enough(make_app, session, alice, make):
    client = client_of(make_app(demo=True), session)
    assert "alice@acme.example" in client.get("/login").text
    assert client.post("/login/demo", data={"email": alice.email}).status_code == 400
    assert client.submit("/login/demo", {"email": "nobody@acme.example"}).status_code == 404
    make.person("Real", email="real@elsewhere.example", password=PASSWORD)
    assert client.submit("/login/demo", {"email": "real@elsewhere.example"}).status_code == 404
    assert client.submit("/login/demo", {"email": alice.email}).status_code == 303
    assert client.get("/logout").status_code == 200


@pytest.mark.sqlite_only
def test_odd_parameters_do_not_break_the_demonstration_page(make_app, session, alice):
    client = client_of(make_app(demo=True), session)
    for query in ("endpoint=x", "_scheme=javascript", "_external=1", "_anchor=x", "next=%00", "self=1"):
        assert client.get(f"/login?{query}").status_code in {200, 404}, query
        assert "javascript:" not in client.get(f"/login?{query}").text


def test_a_password_is_kept_as_argon2id_at_the_owasp_minimum():
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(kept, PASSWORD)
    assert not passwords.matches(kept, PASSWORD + " ")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("not a hash", PASSWORD)
    with pytest.raises(Invalid, match="at least 10"):
        passwords.hashed("short")


@pytest.mark.sqlite_only
def test_the_language_and_the_display_can_be_chosen(client_for, anonymous, session, alice):
    client = client_for(alice)
    answer = client.submit("/preferences/language", {"language": "nl"}, headers={"Referer": "http://localhost/logout"})
    assert answer.location == "/logout"
    assert alice.language == "nl"
    assert '<html lang="nl"' in client.get("/logout").text
    assert client.submit("/preferences/language", {"language": "xx"}).location == "/"
    assert alice.language == "nl"
    anonymous.submit("/preferences/theme", {"theme": "dark"})
    assert 'data-theme="dark"' in anonymous.get("/login").text
    anonymous.submit("/preferences/theme", {"theme": '"><script>'})
    assert 'data-theme="dark"' in anonymous.get("/login").text


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://localhost/courses/principles/lesson?x=1", "/login?next=/courses/principles/lesson?x%3D1"),
        ("http://evil.example/courses/", "/login"),
        ("http://[", "/login"),
        (None, "/login"),
    ],
)
def test_a_form_sent_after_the_sign_in_ended_leads_back_to_its_page(anonymous, came_from, back):
    headers = {"Referer": came_from} if came_from else {}
    answer = anonymous.submit("/courses/principles/lesson/done", headers=headers)
    assert (answer.status_code, unquote(answer.location)) == (302, unquote(back))


def test_one_can_sign_out_everywhere(session, alice, client_for):
    desk, phone = client_for(alice), client_for(alice, "phone")
    assert desk.submit("/logout/everywhere").status_code == 303
    for client in (desk, phone):
        assert client.get("/learning").status_code == 302


def test_the_demonstration_is_for_this_machine_alone(make_app, session, alice):
    client = client_of(make_app(demo=True), session)
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}
    assert client.submit("/login/demo", {"email": alice.email}, **elsewhere).status_code == 404


def test_the_form_token_from_before_the_sign_in_is_worth_nothing_after_it(anonymous, make):
    make.person(email="ann@acme.example", password="a good long password")
    before = anonymous.token()
    fields = {"email": "ann@acme.example", "password": "a good long password", "csrf_token": before}
    assert anonymous.submit("/login", fields).status_code == 303
    assert anonymous.post("/logout", data={"csrf_token": before}).status_code == 400
