"""The edge: what is kept and what is undone, refusals, headers, forged forms, and a database that is away."""

import errno
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from flask import Flask, Response, request
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from lms.base import clock, web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.web import HEADERS, back_or, local_address
from lms.people.models import SignInFailures
from tests.conftest import client_of
from tests.support import postgresql
from tests.support.client import Client


def write(session: Session, key: str = "probe") -> None:
    session.add(SignInFailures(key=key, count=1, last_at=clock.now()))
    session.flush()


def kept(session: Session) -> list[str]:
    return list(session.scalars(select(SignInFailures.key).order_by(SignInFailures.key)))


def add_probes(app: Flask) -> None:
    """Addresses that do one thing each, to see what the edge makes of it."""

    @open_to(PUBLIC)
    def answer(status: int) -> Response:
        write(web.session())
        return Response("done", status)

    @open_to(PUBLIC)
    def refuse(kind: str) -> Response:
        write(web.session())
        raise {"conflict": Conflict("Somebody was faster."), "invalid": Invalid("Too long."), "notfound": NotFound()}[
            kind
        ]

    @open_to(PUBLIC)
    def crash(kind: str) -> Response:
        write(web.session())
        if kind == "disk":
            raise OSError(errno.ENOSPC, "No space left on device")
        if kind == "database":
            web.session().execute(text("SELECT * FROM no_such_table"))
        raise RuntimeError("a secret detail")

    @open_to(PUBLIC)
    def own() -> Response:
        write(web.session(), "with the request")
        with web.own_transaction() as session:
            write(session, "of its own")
        raise Invalid("But not this.")

    @open_to(PUBLIC)
    def after(status: int) -> Response:
        web.after_reading(lambda session: write(session, "after reading"))
        return Response("read", status)

    @open_to(PUBLIC)
    def echo() -> dict[str, list[str]]:
        return {name: request.form.getlist(name) for name in request.form}

    @open_to(PUBLIC)
    def much() -> Response:
        for number in range(int(request.form["rows"])):
            write(web.session(), f"{number:05} {'x' * 3000}")
        return Response("written", 201)

    @open_to(SIGNED_IN)
    def closed() -> str:
        return "in"

    both = {"methods": ["GET", "POST"]}
    app.add_url_rule("/probe/answer/<int:status>", "probe_answer", answer, **both)
    app.add_url_rule("/probe/refuse/<kind>", "probe_refuse", refuse, **both)
    app.add_url_rule("/probe/crash/<kind>", "probe_crash", crash, **both)
    app.add_url_rule("/probe/own", "probe_own", own, methods=["POST"])
    app.add_url_rule("/probe/after/<int:status>", "probe_after", after)
    app.add_url_rule("/probe/echo", "probe_echo", echo, methods=["POST"])
    app.add_url_rule("/probe/much", "probe_much", much, methods=["POST"])
    app.add_url_rule("/probe/closed", "probe_closed", closed)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(add_probes)


@pytest.fixture
def probed(app: Flask) -> Flask:
    return app


@pytest.fixture
def client(probed: Flask, session: Session) -> Client:
    return client_of(probed, session)


@pytest.mark.parametrize("status", [200, 201, 204, 303])
def test_an_answer_below_400_keeps_what_was_done(client, session, status):
    assert client.submit(f"/probe/answer/{status}").status_code == status
    assert kept(session) == ["probe"]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503])
def test_an_answer_from_400_undoes_it(client, session, status):
    assert client.submit(f"/probe/answer/{status}").status_code == status
    assert kept(session) == []


def test_reading_keeps_nothing_even_when_a_view_writes(client, session):
    client.get("/probe/answer/200")
    assert kept(session) == []


@pytest.mark.parametrize(("kind", "status"), [("conflict", 409), ("invalid", 422), ("notfound", 404)])
def test_a_refusal_undoes_everything_and_is_a_page_with_its_sentence(client, session, kind, status):
    answer = client.submit(f"/probe/refuse/{kind}")
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    if kind == "conflict":
        assert "Somebody was faster." in answer.text
    assert kept(session) == []


def test_a_program_gets_its_refusal_as_a_json_problem(client):
    answer = client.submit("/probe/refuse/conflict", headers={"Accept": "application/json"})
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "This has changed in the meantime",
        "status": 409,
        "detail": "Somebody was faster.",
    }
    missing = client.get("/nowhere", headers={"Accept": "application/json"})
    assert (missing.mimetype, missing.status_code) == ("application/problem+json", 404)


def test_a_browser_gets_pages(client):
    accepted = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    assert client.get("/nowhere", headers={"Accept": accepted}).mimetype == "text/html"
    assert client.get("/nowhere", headers={"Accept": "*/*"}).mimetype == "text/html"


def test_what_must_stand_whatever_is_answered_has_its_own_transaction(client, session):
    assert client.submit("/probe/own").status_code == 422
    assert kept(session) == ["of its own"]


def test_what_is_written_after_reading_is_kept_when_the_page_was_made(client, session):
    client.get("/probe/after/404")
    assert kept(session) == []
    client.get("/probe/after/200")
    assert kept(session) == ["after reading"]


def test_a_crash_says_nothing_but_a_number(client, session):
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.submit("/probe/crash/other")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert re.search(r"number <span class=\"mono\">[0-9a-f]{8}<", answer.text)
    assert kept(session) == []


@pytest.mark.parametrize("kind", ["disk", "database"])
def test_a_full_disk_or_a_database_in_trouble_is_a_503_with_a_plain_page(client, session, kind):
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.submit(f"/probe/crash/{kind}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "SELECT" not in answer.text
    assert kept(session) == []


ANSWERS = [
    ("GET", "/login", 200),
    ("GET", "/", 302),
    ("GET", "/nowhere", 404),
    ("GET", "/probe/closed", 302),
    ("POST", "/nowhere", 404),
    ("DELETE", "/login", 405),
    ("GET", "/probe/answer/200", 200),
    ("GET", "/probe/refuse/conflict", 409),
    ("GET", "/probe/crash/database", 503),
    ("GET", "/healthz", 200),
    ("POST", "/login", 400),
]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("method", "address", "status"), ANSWERS)
def test_every_answer_carries_the_security_headers(client, method, address, status):
    answer = client.open(address, method=method)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Server" not in answer.headers


@pytest.mark.sqlite_only
def test_static_files_carry_them_too_and_are_kept_by_browsers(client):
    address = re.search(r'href="(/static/[^"]+app\.css)"', client.get("/login").text)
    assert address
    answer = client.get(address[1])
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/static/../conftest.py").status_code == 404


@pytest.mark.sqlite_only
def test_pages_are_not_kept_by_browsers_or_by_anybody_between(client):
    assert client.get("/login").headers["Cache-Control"] == "private, no-store"


@pytest.mark.sqlite_only
def test_https_is_insisted_on_where_there_is_https(make_app, session):
    app = make_app(base_url="https://speak.example.com")
    client = client_of(app, session)
    assert "max-age" in client.get("/login").headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client_of(make_app(), session).get("/login").headers


@pytest.mark.sqlite_only
@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_for_this_site_and_not_for_scripts(make_app, session, make, secure):
    make.person(email="alice@acme.example", password="a good long password")
    client = client_of(make_app(base_url="https://speak.example.com" if secure else "http://127.0.0.1:8000"), session)
    given = {"email": "alice@acme.example", "password": "a good long password"}
    base = {"base_url": "https://speak.example.com"} if secure else {}
    page = client.get("/login", **base).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    referrer = {"Referer": "https://speak.example.com/login"} if secure else {}
    cookies = []
    for address, fields in (
        ("/preferences/theme", {"theme": "dark"}),
        ("/preferences/language", {"language": "nl"}),
        ("/login", given),
    ):
        answer = client.post(address, data={"csrf_token": token[1]} | fields, headers=referrer, **base)
        assert answer.status_code in {302, 303}, answer.text
        cookies += answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"lms", "theme", "language"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure


def test_a_form_without_a_token_is_refused_and_nothing_is_done(client, session):
    assert client.post("/probe/answer/200").status_code == 400
    assert client.post("/probe/answer/200", data={"csrf_token": "forged"}).status_code == 400
    assert kept(session) == []


@pytest.mark.sqlite_only
def test_the_refused_form_gives_back_what_was_typed(client):
    typed = {
        "story": "Two\nlines & <b>more</b> \N{SLIGHTLY SMILING FACE}",
        "password": "not this",
        "new_password": "nor this",
    }
    answer = client.post("/probe/echo?page=2", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400
    assert typed["story"] in unescape(answer.text)
    assert "<b>more" not in answer.text
    assert 'this"' not in answer.text
    assert "not this" not in answer.text
    assert "nor this" not in answer.text


@pytest.mark.sqlite_only
def test_what_was_typed_can_be_sent_again_from_our_page_only(client):
    typed = {"story": "A long story"}
    ours = client.post("/probe/echo?page=2", data=typed, headers={"Sec-Fetch-Site": "same-origin"}).text
    assert 'action="/probe/echo?page=2"' in ours
    token = re.search(r'name="csrf_token" value="([^"]+)"', ours)
    assert token
    assert client.post("/probe/echo", data={"csrf_token": token[1]} | typed).json["story"] == ["A long story"]
    theirs = client.post("/probe/echo", data=typed, headers={"Sec-Fetch-Site": "cross-site"}).text
    assert "csrf_token" not in theirs.partition("<form")[2].partition("A long story")[0].rpartition("<form")[2]


@pytest.mark.sqlite_only
def test_a_token_of_somebody_else_is_forged(client, probed, session):
    other = client_of(probed, session)
    assert client.post("/probe/echo", data={"csrf_token": other.token()}).status_code == 400


@pytest.mark.sqlite_only
def test_too_much_at_once_is_refused(client):
    answer = client.submit("/probe/echo", {"story": "x" * (3 * 1024 * 1024)})
    assert answer.status_code == 413


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "address", ["/login?lang=%00", "/login?lang=xx", "/%ff", "/login?next=%0d%0aX-Evil:1", "/login?a[]=%"]
)
def test_odd_addresses_do_not_crash(client, address):
    assert client.get(address).status_code in {200, 404}


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("/courses/", True),
        ("/courses/principles?x=1", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example/", False),
        ("javascript:hit()", False),
        ("/\tevil", False),
        ("/ok\r\nX: 1", False),
        ("//[", False),
        ("http://[", False),
        ("courses", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_path_on_this_site_is_gone_back_to(address, local):
    assert local_address(address) == (address if local else None)


@pytest.mark.parametrize("came_from", ["http://[", "http://]", "//[:", "\x01", "http://evil.example/courses/", None])
def test_a_page_one_cannot_go_back_to_leads_to_the_first(app, came_from):
    headers = {"Referer": came_from} if came_from else {}
    with app.test_request_context("/", headers=headers):
        assert back_or("/first").location == "/first"


@pytest.mark.sqlite_only
def test_a_full_database_is_a_503_and_nothing_is_half_written(client, session, database):
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    write(session, "before")
    session.commit()
    database.close()

    @event.listens_for(database.engine, "connect")
    def fill(connection, record) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 30}")

    assert client.submit("/probe/much", {"rows": "2"}).status_code == 201
    assert client.submit("/probe/much", {"rows": "400"}).status_code == 503
    assert client.get("/login").status_code == 200
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(SignInFailures)) == 3


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    with postgresql.running() as server:
        yield server


@pytest.mark.postgresql_only
def test_postgresql_away_is_a_503_and_it_works_again_when_it_is_back(make_app: Callable[..., Flask], server):
    from tests.conftest import TEMPLATE, prepare

    server.execute(f"CREATE DATABASE {TEMPLATE}")
    prepare(server.url(TEMPLATE))
    app = make_app(add_probes)
    app.extensions["database"] = Database(server.url(TEMPLATE), {})
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = app.test_client()
    assert isinstance(client, Client)
    assert client.submit("/probe/answer/201").status_code == 201
    server.stop()
    for _ in range(2):
        answer = client.submit("/probe/answer/200")
        assert answer.status_code == 503
        assert "Please try again in a minute" in answer.text
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    server.start()
    assert client.get("/readyz").status_code == 200
    with app.extensions["database"].reading() as session:
        assert kept(session) == ["probe"]
    app.extensions["database"].close()


@pytest.mark.sqlite_only
def test_sqlite_away_is_a_503(make_app, tmp_path):
    app = make_app(add_probes)
    folder = tmp_path / "gone"
    app.extensions["database"] = Database(f"sqlite:///{folder / 'lms.sqlite'}", {})
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = app.test_client()
    assert client.submit("/probe/answer/200").status_code == 503
    assert client.get("/readyz").status_code == 503
    folder.mkdir()
    assert client.get("/readyz").status_code == 503, "there, but without a schema"


def test_a_text_written_while_the_sign_in_ran_out_is_given_back(anonymous):
    words = "A long text that somebody wrote for half an hour, and that must not be lost because of a clock."
    answer = anonymous.submit("/studio/principles/lesson-1", {"title": "T", "html": words})
    assert answer.status_code == 401
    assert words in answer.text
    answer = anonymous.submit("/courses/principles/lesson-1/done")
    assert answer.location.startswith("/login")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example"])
@pytest.mark.parametrize("path", ["/healthz", "/login", "/nothing"])
def test_a_host_that_no_site_can_have_is_refused_in_a_sentence(client, host, path):
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert "calls this site by a name that no site can have" in answer.text
    asked = client.get(path, headers={"Host": host, "Accept": "application/json"})
    assert (asked.status_code, asked.json["status"]) == (400, 400)
