"""How fast the register is searched with 20,000 permissions of 10,000 speakers among 20,000 people, one at a time."""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from certificates import days, ladder, register_list, speakers
from certificates.bench import counting
from certificates.coverage import Wanted
from certificates.models import Authorization, AuthorizationScope, Certificate, Handle, new_number
from lms import content
from lms.base import clock, schema
from lms.base.db import Database, count_statements
from lms.base.files import FileStore
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person

PEOPLE, SPEAKERS, EACH = 20_000, 10_000, 2
AIM = 30
"""Milliseconds."""
TIMES = 12
GIVEN = "Ana Ben Chloé Dirk Elif Femke Gao Hanne Inès Joris Karim Lotte Mila Noor Omar Pia Quentin Rosa Sven".split()
FIRST = "Pee Jans Ver De Van Wil Ham Cla Dub Mar Goos Her Leh Mul Nag Oos Qui Rui Sch Tor".split()
LAST = "ters sens meulen smet burg lems mers essens ois tens".split()
SEARCHES = {
    "a rare name": Wanted("Peeters 7321"),
    "a common name": Wanted("Ana"),
    "a slip of the keys": Wanted("Peetrs"),
    "no such name": Wanted("Zzyzx"),
    "an account": Wanted("@speaker4711"),
    "an unknown account": Wanted("@nobody"),
    "a topic": Wanted(topic="service"),
    "topic, channel, language and country": Wanted(topic="products", channel="blog", language="pl", country="pl"),
    "a rare topic": Wanted(topic="results"),
}


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each time, and the statements of one."""

    name: str
    milliseconds: list[float]
    statements: int


def measure(name: str, url: str, folder: Path) -> None:
    """Fill a fresh database, ask everything in turns, and print a line for each kind of question."""
    database = Database(url, {})
    schema.upgrade(database.engine)
    with database.transaction() as session:
        list(content.load_shipped(session, FileStore(folder)))
        fill(session)
    settle(database)
    for one in ask(database):
        _print(name, one)
    database.close()


def settle(database: Database) -> None:
    """Let the database learn how its rows are spread, as it does by itself after a while."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if database.engine.dialect.name == "postgresql" else "SELECT 1"))


def ask(database: Database) -> Iterator[Measured]:
    """Every kind of search, the last page of one, the bench of the hub, and the list for programs."""
    with database.reading() as session:
        for name, wanted in SEARCHES.items():
            yield _measured(database, session, name, lambda wanted=wanted: speakers.search(session, wanted))
        last = Wanted(topic="published")
        yield _measured(database, session, "the last page", lambda: speakers.search(session, last, speakers.LAST_PAGE))
        yield _measured(database, session, "a page of the list for programs", lambda: register_list.page(session, 0))
        about = Wanted(topic="service", language="pl")
        yield _measured(
            database, session, "colleagues on a topic", lambda: counting.colleagues(session, days.today(), about)
        )
        yield _measured(database, session, "the hub's bench", lambda: counting.read(session, days.today(), 60))


def _measured(database: Database, session: Session, name: str, deed: Callable[[], object]) -> Measured:
    deed()
    told: list[str] = []
    stop = count_statements(database.engine, told.append)
    deed()
    stop()
    return Measured(name, [_timed(session, deed) for _ in range(TIMES)], len(told))


def _timed(session: Session, deed: Callable[[], object]) -> float:
    session.expunge_all()
    began = time.perf_counter()
    deed()
    return 1000 * (time.perf_counter() - began)


def fill(session: Session) -> None:
    """People with names that repeat, half of them speakers with two permissions each, of every width."""
    chance = random.Random(2026)
    first = max(session.scalars(select(Person.id)).all(), default=0) + 1
    people = [_person(first + number, chance) for number in range(PEOPLE)]
    session.execute(insert(Person), people)
    version = session.scalars(select(GuidelineVersion.id).limit(1)).one()
    levels = [level for level in ladder.levels(session) if level.gives_authorization][:EACH]
    for level in levels:
        _give(session, level, version, [person["id"] for person in people[:SPEAKERS]], chance)
    session.execute(
        insert(Handle),
        [
            {"person_id": one["id"], "channel": "linkedin", "name": f"speaker{one['id']}", "confirmed_at": clock.now()}
            for one in people[:SPEAKERS]
        ],
    )


def _person(number: int, chance: random.Random) -> dict[str, Any]:
    family = f"{chance.choice(FIRST)}{chance.choice(LAST)} {number}"
    names = {"given_name": chance.choice(GIVEN), "family_name": family}
    return {"id": number, "email": f"p{number}@acme.example", "employee_id": f"p{number}"} | names


def _give(session: Session, level: ladder.LevelView, version: int, people: list[int], chance: random.Random) -> None:
    today = days.today()
    issued = {"level_id": level.id, "cycle": 1, "issue": 1, "correction": "", "issued_at": clock.now()}
    term = {"valid_from": today - timedelta(days=100), "valid_until": today + timedelta(days=265)}
    frozen = {"holder_name": "Somebody", "guideline_version_id": version, "content": {}, "content_sha256": ""}
    session.execute(
        insert(Certificate),
        [issued | term | frozen | {"person_id": id, "number": new_number()} for id in people],
    )
    rows = session.execute(select(Certificate.person_id, Certificate.id).where(Certificate.level_id == level.id)).all()
    given = {"level_id": level.id, "status": "active", "reason": "bench", "revision": 1, "may_reply": True}
    flags = {"may_commit": False, "may_in_crisis": False, "starts_on": today - timedelta(days=100)}
    session.execute(
        insert(Authorization),
        [
            given | flags | {"person_id": row[0], "certificate_id": row[1], "ends_on": today + timedelta(row[0] % 300)}
            for row in rows
            if row[0] >= people[0]
        ],
    )
    made = session.scalars(select(Authorization.id).where(Authorization.level_id == level.id)).all()
    session.execute(
        insert(AuthorizationScope),
        [{"authorization_id": id, "revision": 1} | pair for id in made for pair in _scope(chance)],
    )


def _scope(chance: random.Random) -> list[dict[str, str]]:
    topics = ["published", "products", "service", "careers", "sustainability"]
    chosen = {
        "channel": chance.sample(["own", "community", "blog", "press"], 2),
        "topic": [*chance.sample(topics, 2), *(["results"] if chance.random() < 0.002 else [])],
        "language": chance.sample(["en", "nl", "fr", "de", "pl"], 2),
        "country": chance.sample(["be", "nl", "fr", "pl"], chance.choice([0, 1, 2])),
    }
    return [{"dimension": dimension, "value": value} for dimension, values in chosen.items() for value in values]


def _print(database: str, one: Measured) -> None:
    ordered = sorted(one.milliseconds)
    value = ordered[len(ordered) * 9 // 10]
    line = {
        "name": f"register with {SPEAKERS * EACH} permissions, {one.name}, p90",
        "value": round(value, 2),
        "unit": "ms",
        "baseline": AIM,
        "ratio": round(value / AIM, 3),
        "statements": one.statements,
        "database": database,
    }
    print(json.dumps(line), flush=True)
