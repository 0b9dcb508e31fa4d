"""Every page × every kind of person: who gets in, at what price, and whether the page is a proper one."""

import math
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask, url_for
from werkzeug.test import TestResponse

from lms import create_app
from lms.base.access import MANAGERS, PUBLIC, Audience, audience_of
from lms.base.db import count_statements
from lms.base.web import HEADERS
from lms.people import signin
from tests.conftest import postgresql_database, settings_in
from tests.support import markup, world
from tests.support.client import Client
from tests.support.world import KINDS, Address, Visitor

BUDGET = 8
MORE = {
    "asof.person": 15,  # a whole life: place, courses, certificates, permissions, acceptances of one person on a day
    "asof.unit": 11,
    "asof.pack": 140,  # a file that is rarely taken: each of five attempts is read with its whole record
    "privacy.export": 65,  # a statement for each table that holds something about a person
    "home.learning": 9,  # the first time: the ladder and the crisis of the moment are read, then remembered
    "courses.lesson": 22,  # the first time: it enrolls, begins the course, and counts the learner for all above her
    "authoring.settings": 11,
    "authoring.lesson": 13,  # who else is there is noted too
    "quiz_authoring.question": 10,
    "regrading.run": 10,  # what would follow, for certificates and permissions too
    "records.record": 11,  # the whole of an attempt, rarely opened
    "records.file": 11,
    "levels.level": 12,
    "bench.bench": 10,
    "permissions.everyone": 14,  # what waits for the reader, too, and whether she stands above who asks
    "permissions.one": 11,  # all that was ever decided about it
    "permissions.ask": 10,  # all that somebody has shown toward the level
    "speaker.person": 10,
    "staff.person": 12,  # where somebody stands, and all that was ever changed about that
    "staff_imports.one": 16,  # what a file would change, compared anew with everybody
    "staff_imports.confirm_undo": 12,
    "guideline_studio.guideline": 18,  # a draft is read from its six tables, and what was signed
    "guideline_studio.publishing": 22,  # and whom it would reach
    "guideline_studio.compare": 18,
    **dict.fromkeys((f"guideline_studio.{page}" for page in ("preview", "head", "clause", "new_clause")), 10),
    "certificates.mine": 24,  # all that somebody has shown toward every level
    "way.level": 16,
    "assignments.listed": 12,  # the rules with their rows and figures, and what data is missing
    "assignments.edit": 13,  # and all that can be chosen
    "assignments.confirm_end": 14,  # who keeps it by another rule, and who by herself
    "why.page": 27,  # the rule, each condition against the person, and the whole history of the day
    "outbox.next_night": 20,  # all that the night would read, and why for one person
}
"""Pages that may ask more often, and how often."""
EVERYBODY = ("anonymous", *KINDS)
TOKEN = re.compile(r'value="[\w.-]{60,}"')
LANGUAGE_OF_THE_LESSON = {
    *("authoring.walk", "authoring.walk_lesson", "review.lesson"),
    "authoring.lesson",
    "authoring.preview",
    "authoring.version",
    "authoring.variants",
    "authoring.lesson_settings",
    "quiz_authoring.try_quiz",
}
"""Pages where `?lang=` names the text that is worked on, not the language of the page around it."""
PUBLIC_PAGES = ("certificates.verify", "certificates.verify_number", "certificates.speakers", "certificates.check")


class World(NamedTuple):
    """The application with everything in it, and one client for each kind of person."""

    app: Flask
    visitors: dict[str, Visitor]
    clients: dict[str, Client]
    addresses: list[Address]

    def path(self, address: Address) -> str:
        with self.app.test_request_context():
            return url_for(address.endpoint, **address.values)  # type: ignore[arg-type]

    def examples(self, endpoint: str) -> list[Address]:
        return [address for address in self.addresses if address.endpoint == endpoint]


class Visit(NamedTuple):
    """Somebody was at an address, and this was the answer."""

    address: Address
    visitor: Visitor
    path: str
    answer: TestResponse
    statements: int

    def __str__(self) -> str:
        return f"{self.visitor.kind} at {self.path}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def everything(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_folder: Path
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("prepared_sqlite"), folder / "lms.sqlite")
        yield from build(folder, f"sqlite:///{folder / 'lms.sqlite'}", shared_folder)
    else:
        with postgresql_database(request.getfixturevalue("postgresql_server")) as url:
            yield from build(folder, url, shared_folder)


def build(folder: Path, url: str, shared_folder: Path) -> Iterator[World]:
    app = create_app(settings_in(folder / "instance", url, shared_folder))
    app.test_client_class = Client
    database = app.extensions["database"]
    world.fill(app)
    with database.transaction() as session:
        visitors, addresses = world.visitors(session), world.addresses(session)
        tokens = {
            kind: signin.start(session, visitor.person_id, "tests").token if visitor.person_id else None
            for kind, visitor in visitors.items()
        }
    clients = {kind: world.client_of(app, token) for kind, token in tokens.items()}
    yield World(app, visitors, clients, addresses)
    database.close()


@pytest.fixture(scope="module")
def visits(everything: World) -> list[Visit]:
    """Everybody at every address, the second time: what never changes is remembered by then."""
    statements: list[str] = []
    everything.clients["administrator"].get("/learning")
    known = everything.app.extensions
    known["crisis"] = (math.inf, known["crisis"][1])  # is asked for by the clock: not while statements are counted
    stop = count_statements(known["database"].engine, statements.append)
    made = []
    for address in everything.addresses:
        path = everything.path(address)
        everything.clients["administrator"].get(path)
        for kind in EVERYBODY:
            client = everything.clients[kind]
            if kind in {"anonymous", "learner"} or address.owners:
                client.get(path)
            statements.clear()
            answer = client.get(path)
            made.append(Visit(address, everything.visitors[kind], path, answer, len(statements)))
    stop()
    return made


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path) -> list[str]:
    """The endpoints that can be read."""
    app = create_app(
        settings_in(
            tmp_path_factory.mktemp("routes") / "instance", f"sqlite:///{shared_folder / 'none'}", shared_folder
        )
    )
    return sorted({rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())})


def expected(audience: Audience, visitor: Visitor, address: Address) -> int:
    """The status an address should answer with, from who may open it and whose it is."""
    if visitor.person_id is None and audience is not PUBLIC:
        return 302
    if audience is MANAGERS and not visitor.is_manager:
        return 403
    if audience is not PUBLIC and audience is not MANAGERS and audience.name != "signed in":
        wanted = set(audience.name.split(" or "))
        if visitor.roles.isdisjoint(wanted) and not (visitor.is_manager and "managers" in wanted):
            return 403
    if address.owners is not None and visitor.kind not in address.owners:
        return 404
    if address.endpoint == "people.login" and visitor.person_id:
        return 302
    return address.status


def test_every_page_has_an_example(everything, routes):
    assert sorted({address.endpoint for address in everything.addresses}) == routes


def test_every_kind_of_person_is_one(everything):
    visitors = everything.visitors
    assert visitors["bob"].is_manager
    assert visitors["executive"].is_manager
    assert not visitors["alice"].is_manager
    for kind in ("author", "administrator", "hub", "legal", "auditor"):
        assert kind in visitors[kind].roles, kind
    assert not visitors["learner"].roles


def test_everyone_gets_in_where_the_audience_says_and_nowhere_else(everything, visits):
    wrong = []
    for visit in visits:
        wanted = expected(audience_of(everything.app, visit.address.endpoint), visit.visitor, visit.address)
        if visit.answer.status_code != wanted:
            wrong.append(f"{visit}: {visit.answer.status_code} instead of {wanted}")
    assert wrong == []


def budget(visit: Visit) -> int:
    return MORE.get(visit.address.endpoint, BUDGET)


def test_no_page_costs_more_statements_than_the_budget(visits):
    over = [f"{visit}: {visit.statements} statements" for visit in visits if visit.statements > budget(visit)]
    assert not over, "\n".join(over)


def test_every_answer_carries_the_security_headers(visits):
    for visit in visits:
        headers = visit.answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), visit
        assert "unsafe" not in policy, visit
        assert {name for name in HEADERS if name not in headers} == set(), visit
        assert headers["X-Content-Type-Options"] == "nosniff", visit


def test_every_page_is_a_proper_one(visits):
    wrong = [
        f"{visit}: {problem}" for visit in visits if is_page(visit.answer) for problem in page_problems(visit.answer)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_every_page_is_a_proper_one_in_every_language(everything, visits, language):
    if everything.app.extensions["settings"].database_url.startswith("postgresql"):
        pytest.skip("what a page says in a language does not depend on the database")
    wrong, seen = [], set()
    for visit in visits:
        if visit.path in seen or visit.answer.status_code != 200 or not is_page(visit.answer):
            continue
        seen.add(visit.path)
        client = everything.clients[visit.visitor.kind]
        answer = client.get(f"{visit.path}{'&' if '?' in visit.path else '?'}lang={language}")
        wrong += [f"{visit}: {problem}" for problem in page_problems(answer)]
        if visit.address.endpoint not in LANGUAGE_OF_THE_LESSON and f'<html lang="{language}"' not in answer.text:
            wrong.append(f"{visit}: another language")
    assert wrong == []


def is_page(answer: TestResponse) -> bool:
    return answer.mimetype == "text/html" and not 300 <= answer.status_code < 400


@cache
def _problems(page: str) -> tuple[str, ...]:
    return tuple(markup.problems(page))


def page_problems(answer: TestResponse) -> tuple[str, ...]:
    """What is wrong with a page; pages that differ by nothing but a token are looked at once."""
    return _problems(TOKEN.sub('value="a-token-that-is-long-enough"', answer.text))


def test_what_is_not_hers_looks_the_same_as_what_does_not_exist(everything):
    bob, alice = everything.clients["bob"], everything.clients["alice"]
    foreign, missing = everything.examples("quizzes.attempt")[0], everything.examples("quizzes.attempt")[-1]
    for client in (bob, alice):
        answers = [client.get(everything.path(address)) for address in (foreign, missing)]
        assert {answer.status_code for answer in answers} == {404}
        pages = [TOKEN.sub("", answer.text) for answer in answers]
        assert pages[0] == pages[1]


def test_public_pages_set_no_cookie(everything):
    anonymous = everything.clients["anonymous"]
    for endpoint in PUBLIC_PAGES:
        answer = anonymous.get(everything.path(everything.examples(endpoint)[0]))
        assert "Set-Cookie" not in answer.headers, endpoint
