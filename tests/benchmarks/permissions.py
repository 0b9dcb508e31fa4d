"""How long it takes to suspend, to let go on, to renew and to have expire the permissions of 8,000 people by a rule."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from certificates import awards, days, frozen, ladder, nightly
from certificates.levels import loading
from certificates.models import (
    Authorization,
    AuthorizationScope,
    AuthorizationStatus,
    Certificate,
    new_number,
    new_uid,
)
from certificates.permissions import holds
from courses.enrollment_models import Enrollment
from lms import consequences, create_app
from lms.base import clock, schema
from lms.base.db import Database, count_statements
from lms.guidelines import catalog as guidelines
from lms.guidelines import loading as guideline_files
from lms.guidelines.models import Attestation
from lms.people.models import Person
from tests.make import Make

HOLDERS = 8000
AIM_MS = 10_000


def measure(name: str, url: str) -> None:
    """Fill a fresh database, do each once in a transaction of its own with all that follows, print a line for each."""
    database = Database(url, consequences.TABLE)
    schema.upgrade(database.engine)
    app = create_app()
    with app.app_context(), database.transaction() as session:
        people = _holders(session)
    if name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    deeds: dict[str, Callable[[Session], int]] = {
        "suspend 8,000 by a rule": lambda session: holds.place_all(session, people, "guideline", "A new text."),
        "let 8,000 go on by a rule": lambda session: holds.lift_all(session, people, "guideline", "Accepted."),
        "renew 8,000 by a rule": _renew,
        "have 8,000 expire": _expire,
    }
    for what, deed in deeds.items():
        told: list[str] = []
        stop = count_statements(database.engine, told.append)
        began = time.perf_counter()
        with app.app_context(), database.transaction() as session:
            done = deed(session)
        taken = time.perf_counter() - began
        stop()
        if done != HOLDERS:
            raise RuntimeError(f"{what}: {done}")
        _say(what, taken, len(told), name)
    database.close()


RENEWED_AFTER, OVER_AFTER = timedelta(days=700), timedelta(days=1600)
"""The first lies in the window in which what was given today can be renewed, the second after the renewed term."""


def _renew(session: Session) -> int:
    with clock.frozen(clock.now() + RENEWED_AFTER):
        return awards.award_opened(session)


def _expire(session: Session) -> int:
    with clock.frozen(clock.now() + OVER_AFTER):
        return nightly.expire(session)


def _holders(session: Session) -> list[int]:
    """People with a manager, the guideline accepted, both levels that are given by rule, and the refresher taken."""
    guideline_files.load(session, guideline_files.CONTENT / guidelines.MAIN)
    make = Make(session)
    make.course("principles")
    refresher = make.course("refresher")
    loading.load(session)
    manager = make.person("Marta", "Manager")
    session.execute(
        insert(Person),
        [
            {"email": f"bench{n}@acme.example", "given_name": "Bench", "family_name": str(n), "manager_id": manager.id}
            for n in range(HOLDERS)
        ],
    )
    people = list(session.scalars(select(Person.id).where(Person.given_name == "Bench")))
    now = clock.now()
    accepted = {"version_id": guidelines.live(session).version_id, "language": "en", "text_sha256": "bench"}
    session.execute(insert(Attestation), [{"person_id": one, "accepted_at": now} | accepted for one in people])
    _taken(session, refresher.id, people, now + RENEWED_AFTER - timedelta(days=60))
    _certified(session, ladder.level(session, "L0"), people)
    _certified(session, ladder.level(session, "L1"), people)
    _given(session, ladder.level(session, "L1"))
    return people


def _taken(session: Session, course_id: int, people: list[int], at: datetime) -> None:
    taken = {"course_id": course_id, "cycle": 1, "enrolled_at": at, "started_at": at, "completed_at": at}
    session.execute(insert(Enrollment), [{"person_id": one} | taken for one in people])


def _certified(session: Session, level: ladder.LevelView, people: list[int]) -> None:
    now, today, content = clock.now(), days.today(), {"bench": True}
    held = {"level_id": level.id, "cycle": 1, "issued_at": now, "holder_name": "Bench", "content": content}
    held |= {"guideline_version_id": guidelines.live(session).version_id, "content_sha256": frozen.digest(content)}
    held |= {"valid_from": today, "valid_until": days.months_after(today, level.valid_months)}
    session.execute(
        insert(Certificate),
        [{"person_id": one, "uid": new_uid(), "number": new_number()} | held for one in people],
    )


def _given(session: Session, level: ladder.LevelView) -> None:
    certificates = session.execute(
        select(Certificate.id, Certificate.person_id, Certificate.valid_from, Certificate.valid_until).where(
            Certificate.level_id == level.id
        )
    ).all()
    flags = {"may_reply": False, "may_commit": False, "may_in_crisis": False}
    given = {"level_id": level.id, "status": "active", "reason": "bench"} | flags
    session.execute(
        insert(Authorization),
        [
            {"person_id": row.person_id, "certificate_id": row.id, "uid": new_uid()}
            | {"starts_on": row.valid_from, "ends_on": row.valid_until}
            | given
            for row in certificates
        ],
    )
    numbers = session.execute(select(Authorization.id, Authorization.ends_on)).all()
    pairs = level.scope.pairs()
    session.execute(
        insert(AuthorizationScope),
        [
            {"authorization_id": row.id, "revision": 1, "dimension": dimension, "value": value}
            for row in numbers
            for dimension, value in pairs
        ],
    )
    began = {"status": "active", "at": clock.now(), "reason": "bench", "revision": 1} | flags
    session.execute(
        insert(AuthorizationStatus),
        [{"authorization_id": row.id, "ends_on": row.ends_on} | began for row in numbers],
    )


def _say(name: str, seconds: float, statements: int, database: str) -> None:
    line = {
        "name": name,
        "value": round(seconds * 1000, 1),
        "unit": "ms",
        "baseline": AIM_MS,
        "ratio": round(seconds * 1000 / AIM_MS, 3),
        "statements": statements,
        "database": database,
    }
    print(json.dumps(line), flush=True)
