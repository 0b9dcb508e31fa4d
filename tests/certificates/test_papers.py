"""Many certificates as one file: asked for, drawn in parts, gone on with after a kill, fetched and removed."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days, pdf
from certificates.papers import asking, drawing
from certificates.papers.asking import Choice
from certificates.papers.models import PaperBatch
from lms.base import clock
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client


@pytest.fixture
def hugo(make: Make) -> Person:
    return make.person("Hugo", "Hub", roles=["hub"])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pages in no time: what is drawn on them is tested elsewhere."""
    drawn: list[str] = []

    def made(content: dict[str, str], *rest: object) -> bytes:
        drawn.append(content["number"])
        return f"%PDF {content['number']}".encode()

    monkeypatch.setattr(pdf, "pdf", made)
    monkeypatch.setattr(drawing.attaching, "attachments", lambda session, number: ())
    return drawn


def holders(make: Make, count: int, path: str = "Benelux/Customer care") -> None:
    unit = make.unit(path)
    for number in range(count):
        make.certificate(make.person(f"Ana{number}", f"Name{number:03}", unit=unit))


def test_level_unit_and_days_say_which_ones(session: Session, make: Make) -> None:
    holders(make, 3)
    holders(make, 2, "UK/Sales")
    make.certificate(make.person("Bo", unit=make.unit("UK")), level="L0")
    today = days.today()
    for choice, count in (
        (Choice(), 6),
        (Choice(level="L1"), 5),
        (Choice(unit="UK"), 3),
        (Choice(unit="U"), 0),
        (Choice(level="L1", unit="Benelux"), 3),
        (Choice(first=today, last=today), 6),
        (Choice(last=today - timedelta(days=1)), 0),
    ):
        assert asking.count(session, choice) == count, choice


def test_none_too_many_and_a_second_one_are_refused(
    session: Session, make: Make, hugo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid, match="No certificate"):
        asking.ask(session, Choice(), by_id=hugo.id, language="en")
    holders(make, 2)
    asking.ask(session, Choice(), by_id=hugo.id, language="en")
    with pytest.raises(Conflict):
        asking.ask(session, Choice(), by_id=hugo.id, language="en")
    monkeypatch.setattr(asking, "AT_MOST", 1)
    with pytest.raises(Invalid, match="2 certificates"):
        asking.ask(session, Choice(), by_id=make.person().id, language="en")


def test_a_file_goes_on_where_a_killed_worker_stopped(
    app: Flask, database: Database, session: Session, make: Make, hugo: Person, quick: list[str]
) -> None:
    holders(make, 45)
    uid = asking.ask(session, Choice(), by_id=hugo.id, language="en")
    session.commit()
    turns = iter((True, False))
    with app.app_context():
        drawing.work_off(database, lambda: next(turns))
        with database.reading() as fresh:
            half = asking.batch(fresh, uid)
        assert (half.state, half.done, half.percent) == ("drawing", 20, 44)
        drawing.work_off(database)
        with database.reading() as fresh:
            done = asking.batch(fresh, uid)
        assert (done.state, done.done) == ("ready", 45)
        assert len(quick) == len(set(quick)) == 45
        stored = app.extensions["files"].read(done.file)
        names = zipfile.ZipFile(io.BytesIO(stored)).namelist()
        assert len(names) == 45
        assert names == sorted(names)
        assert not list((app.extensions["settings"].instance / "papers").iterdir())


def test_what_cannot_be_drawn_stops_and_can_be_asked_for_again(
    app: Flask, database: Database, session: Session, make: Make, hugo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    holders(make, 1)
    uid = asking.ask(session, Choice(), by_id=hugo.id, language="en")
    session.commit()

    def broken(*rest: object) -> bytes:
        raise RuntimeError("no ink")

    monkeypatch.setattr(pdf, "pdf", broken)
    with app.app_context():
        drawing.work_off(database)
    assert asking.batch(session, uid).state == "failed"
    session.commit()
    asking.again(session, uid)
    assert asking.batch(session, uid).state == "asked"
    with pytest.raises(Conflict):
        asking.again(session, uid)


def test_a_file_is_kept_for_seven_days(
    app: Flask, database: Database, session: Session, make: Make, hugo: Person, quick: list[str]
) -> None:
    holders(make, 1)
    uid = asking.ask(session, Choice(), by_id=hugo.id, language="en")
    session.commit()
    with app.app_context():
        drawing.work_off(database)
        file = asking.batch(session, uid).file
        session.rollback()
        assert drawing.remove_old(session) == 0
        session.commit()
        with clock.frozen(clock.now() + timedelta(days=9)):
            assert drawing.remove_old(session) == 1
            assert drawing.remove_old(session) == 0
        assert not app.extensions["files"].exists(file)
    assert session.scalars(select(PaperBatch.state)).one() == "removed"


@pytest.mark.sqlite_only
def test_the_hub_asks_watches_and_fetches(
    app: Flask,
    database: Database,
    client_for: Callable[..., Client],
    session: Session,
    make: Make,
    hugo: Person,
    people: object,
) -> None:
    holders(make, 2)
    client = client_for(hugo)
    assert client_for(make.person("Charlie")).get("/papers").status_code == 403
    assert "2 certificates" in client.get("/papers?level=L1&unit=Benelux").text
    wrong = client.get("/papers?level=L1&first=soon")
    assert wrong.status_code == 422
    assert "is not a day" in wrong.text
    assert client.submit("/papers", {"level": "L9"}).status_code == 422
    asked = client.submit("/papers", {"level": "L1", "unit": "Benelux"})
    assert asked.status_code == 303
    page = client.get(asked.location)
    assert '<meta http-equiv="refresh"' in page.text
    assert client.get(f"{asked.location}.zip").status_code == 404
    with app.app_context():
        drawing.work_off(database)
    assert "The file is ready" in client.get(asked.location).text
    parcel = zipfile.ZipFile(io.BytesIO(client.get(f"{asked.location}.zip").data))
    first = pikepdf.open(io.BytesIO(parcel.read(parcel.namelist()[0])))
    assert "Name000" in first.open_metadata()["dc:title"]


def test_the_page_takes_the_same_statements_for_many(
    client_for: Callable[..., Client], session: Session, make: Make, hugo: Person, statements: list[str]
) -> None:
    client = client_for(hugo)
    counts = []
    for _ in range(2):
        holders(make, 4, f"Unit {len(counts)}/Sales")
        asking.ask(session, Choice(), by_id=make.person().id, language="en")
        client.get("/papers?level=L1")
        statements.clear()
        client.get("/papers?level=L1")
        counts.append(len(statements))
    assert counts[0] == counts[1]
