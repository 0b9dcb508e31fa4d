"""What is kept of people: all of it known by kind, taken away by each for herself, and gone when its term is over."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days
from lms.base import clock, outbox
from lms.base.audit import AuditEntry
from lms.base.db import Base
from lms.base.errors import Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people import signin
from lms.people.models import Absence, Deputy, Person
from lms.privacy import council, exporting, holdings, looks, retention
from lms.privacy.inventory import BY_KEY, KINDS
from lms.privacy.models import Look
from lms.reminders.models import Notice, Nudge
from lms.reports.counters import rebuilding
from quizzes import closing
from tests.make import Make
from tests.support.client import Client

LONG_AGO = timedelta(days=1000)


def test_every_column_that_names_a_person_is_exported_or_left_out_with_a_reason() -> None:
    unknown = []
    for table in Base.metadata.sorted_tables:
        held = holdings.EXPORTED.get(table.name)
        known = set(held.by if held else ()) | set(holdings.DECIDED.get(table.name, "").split())
        for column in table.columns:
            names = any(key.column.table.name == "person" for key in column.foreign_keys)
            if names and table.name not in holdings.LEFT_OUT and column.name not in known:
                unknown.append(f"{table.name}.{column.name}")
    assert unknown == [], "say in lms/privacy/holdings.py what becomes of these"


def test_every_table_and_kind_that_is_named_exists() -> None:
    tables = Base.metadata.tables
    assert set(holdings.EXPORTED) | set(holdings.LEFT_OUT) | set(holdings.DECIDED) <= set(tables)
    assert {held.kind for held in holdings.EXPORTED.values()} <= set(BY_KEY)
    assert all((kind.months is None) == bool(kind.why_kept) for kind in KINDS)


@pytest.mark.sqlite_only
def test_the_export_has_what_is_hers_and_no_secret(
    session: Session, make: Make, client_for: Callable[[Person], Client], statements: list[str]
) -> None:
    alice, bob = make.person(password="a good long password"), make.person("Bob", email="bob@acme.example")
    closing.submit(session, make.answer(make.attempt(alice, make.quiz())))
    session.add(Absence(person_id=alice.id, from_on=days.today(), noted_by_id=bob.id, noted_at=clock.now()))
    session.add(Nudge(person_id=alice.id, by_id=bob.id, words="=Hello|x", sent_at=clock.now()))
    session.add(Notice(person_id=bob.id, key="k", subject="For Bob alone", told_at=clock.now()))
    outbox.queue(session, key="k", recipient=alice.email, subject="Dear Alice", body="Well done.")
    client = client_for(alice)
    answer = client.get("/me/data.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    found = {
        name: rows for kind in json.loads(archive.read("my-data.json"))["kinds"] for name, rows in kind["rows"].items()
    }
    assert {"person", "enrollment", "attempt", "response", "result", "absence", "nudge", "sign_in"} <= set(found)
    assert (len(found["response"]), found["outbox_message"][0]["subject"]) == (10, "Dear Alice")
    assert found["attempt"][0]["person_id"] == "you"
    cells = list(csv.reader(io.StringIO(archive.read("tables/nudge.csv").decode("utf-8-sig"))))
    assert "'=Hello|x" in cells[1]
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert not any(secret in whole for secret in (b"For Bob alone", b"password_hash", b"token_hash"))


@pytest.mark.sqlite_only
def test_the_export_is_made_ten_times_an_hour_at_most(make: Make, client_for: Callable[[Person], Client]) -> None:
    client = client_for(make.person())
    assert [client.get("/me/data.zip").status_code for _ in range(11)] == [200] * 10 + [429]


def test_what_is_older_than_its_term_goes_once_and_nothing_else(session: Session, make: Make) -> None:
    alice, bob, today = make.person(), make.person("Bob", email="bob@acme.example"), days.today()
    for ago in (LONG_AGO, timedelta(days=2)):
        at = clock.now() - ago
        session.add_all(
            [
                Notice(person_id=alice.id, key=f"k{ago.days}", subject="s", told_at=at),
                Nudge(person_id=alice.id, by_id=bob.id, words="w", sent_at=at),
                Absence(person_id=alice.id, from_on=today - ago, until_on=today - ago, noted_at=at),
                Deputy(manager_id=bob.id, deputy_id=alice.id, from_on=today - ago, until_on=today - ago, named_at=at),
                Look(viewer_id=bob.id, person_id=alice.id, page="p", at=at),
            ]
        )
        words = {"recipient": alice.email, "subject": "s", "body": "b", "state": "sent"}
        session.add(OutboxMessage(key=f"m{ago.days}", **words, queued_at=at, next_try_at=at, sent_at=at))
    session.flush()
    assert retention.run(session) == 6
    assert retention.run(session) == 0
    assert [len(session.scalars(select(one)).all()) for one in (Notice, Nudge, Absence, Deputy, Look)] == [1] * 5
    old, new = session.scalars(
        select(OutboxMessage).order_by(OutboxMessage.id).execution_options(populate_existing=True)
    )
    assert (old.key, old.recipient, old.body) == ("m1000", "gone@invalid", "")
    assert new.body == "b"
    [run] = retention.runs(session)
    assert run.removed["notices"] == 1


def test_a_term_is_changed_with_a_reason_that_is_kept(session: Session, make: Make) -> None:
    dana = make.person("Dana", email="dana@acme.example", roles=["administrator"])
    at = clock.now() - timedelta(days=100)
    session.add(Notice(person_id=dana.id, key="k", subject="s", told_at=at))
    session.flush()
    assert retention.run(session) == 0
    retention.choose(session, "notices", "2", "The works council asked for it.", by_id=dana.id)
    assert retention.run(session) == 1
    entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == retention.SET)).one()
    assert (entry.details["before"], entry.details["months"]) == (12, 2)
    for months, reason in (("0", "A good reason."), ("ten", "A good reason."), ("2.5", "A good reason."), ("3", "no")):
        with pytest.raises(Invalid):
            retention.choose(session, "notices", months, reason, by_id=dana.id)
    with pytest.raises(NotFound):
        retention.choose(session, "attempts", "3", "These are proofs.", by_id=dana.id)


def test_in_works_council_mode_a_look_is_kept_and_shown_to_whom_it_concerns(session: Session, make: Make) -> None:
    alice, bob = make.person(), make.person("Bob", email="bob@acme.example")
    looks.note(session, bob.id, alice.uid, "reports.branch")
    assert looks.everywhere(session) == []
    council.turn_on(session, 6, by_id=bob.id)
    assert council.smallest(session) == 6
    looks.note(session, bob.id, alice.uid, "reports.branch")
    looks.note(session, alice.id, alice.uid, "reports.branch")
    [look] = looks.at_person(session, alice.id)
    assert (look.viewer, look.page) == (bob.name, "reports.branch")
    with pytest.raises(Invalid):
        council.turn_on(session, 1, by_id=bob.id)
    council.turn_off(session, by_id=bob.id)
    assert (council.smallest(session), len(looks.everywhere(session))) == (None, 1)


@pytest.mark.sqlite_only
def test_the_pages_change_the_rules_and_log_a_look_of_a_manager(
    session: Session, make: Make, client_for: Callable[[Person], Client]
) -> None:
    people = make.people()
    dana = client_for(make.person("Dana", email="dana@acme.example", roles=["administrator"]))
    page = dana.submit("/admin/privacy/council", {"smallest": "1"})
    assert (page.status_code, "from 2 to 50" in page.text, 'value="1"' in page.text) == (422, True, True)
    assert dana.submit("/admin/privacy/council", {"smallest": "5"}).status_code == 303
    wrong = dana.submit("/admin/privacy/terms/notices", {"months": "many", "reason": "Agreed in May."})
    assert (wrong.status_code, 'value="many"' in wrong.text, 'value="Agreed in May."' in wrong.text) == (
        422,
        True,
        True,
    )
    assert dana.submit("/admin/privacy/terms/notices", {"months": "6", "reason": "Agreed in May."}).status_code == 303
    assert "6 months" in dana.get("/admin/privacy").text
    assert "fewer than 5 people" in dana.get("/privacy").text
    rebuilding.rebuild(session)
    bob = client_for(people.bob)
    assert bob.get(f"/team/{people.alice.uid}").status_code == 200
    assert people.bob.name in client_for(people.alice).get("/me/data").text
    auditor = client_for(make.person("Otto", email="otto@acme.example", roles=["auditor"]))
    assert people.alice.name in auditor.get("/admin/privacy/looks").text
    assert bob.get("/admin/privacy").status_code == bob.get("/admin/privacy/looks").status_code == 403
    assert dana.submit("/admin/privacy/council", {"off": "1"}).status_code == 303


@pytest.mark.sqlite_only
def test_everybody_reads_what_is_kept_also_without_signing_in(anonymous: Client) -> None:
    page = anonymous.get("/privacy").text
    assert all(kind.name.replace("’", "&#39;") in page for kind in KINDS)


@pytest.mark.sqlite_only
def test_signing_in_is_part_of_the_export_without_its_key(session: Session, make: Make) -> None:
    alice = make.person()
    signin.start(session, alice.id, "Firefox")
    session.flush()
    [row] = exporting.collected(session, alice)["sign_in"]
    assert (row["browser"], "token_hash" in row) == ("Firefox", False)
