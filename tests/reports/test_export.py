"""A team as a table for a spreadsheet."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.csv_cells import neutral
from lms.base.db import Database
from lms.people.models import Person
from lms.reports import export
from lms.reports.counters.rebuilding import rebuild
from tests.make import Make, People
from tests.reports import makers
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def rows_of(client: Client, address: str = "/team.csv") -> list[dict[str, str]]:
    text = client.get(address).data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_says_how_somebody_stands_in_a_course(
    client_for: ClientFor, make: Make, people: People, session: Session
) -> None:
    with clock.frozen(NOON):
        make.enrollment(people.alice, make.course(), done=1, due_in=-12)
        makers.certificate(session, people.alice, clock.today() + timedelta(days=90))
        (row,) = rows_of(client_for(people.bob))
    assert row == {
        "employee_id": people.alice.employee_id,
        "name": "Alice Janssen",
        "email": "alice@acme.example",
        "unit": "Benelux/Customer care",
        "manager": "Bob de Vries",
        "tier": "staff",
        "course": "Principles",
        "status": "in progress",
        "completed_on": "",
        "due_on": "2026-11-10",
        "overdue": "yes",
        "certificate": "Ambassador",
        "certificate_state": "valid",
        "certificate_until": "2027-02-20",
        "may_speak_today": "yes",
        "on_leave": "no",
    }


def test_a_day_is_that_of_the_reader(client_for: ClientFor, make: Make, people: People) -> None:
    with clock.frozen(datetime(2026, 11, 21, 23, 30, tzinfo=UTC)):
        make.enrollment(people.alice, make.course(), completed=True, due_in=-30)
    (row,) = rows_of(client_for(people.bob))
    assert (row["status"], row["completed_on"], row["overdue"]) == ("done", "2026-11-22", "no")


def test_everybody_has_a_row_and_who_is_on_leave_is_marked(client_for: ClientFor, make: Make, people: People) -> None:
    away = make.person("Lies", manager=people.alice, status="leave")
    make.enrollment(away, make.course(), due_in=-9)
    make.person("Gerda", manager=people.bob, status="left")
    rows = rows_of(client_for(people.diana))
    assert [(row["name"], row["status"], row["overdue"], row["on_leave"]) for row in rows] == [
        ("Bob de Vries", "", "", "no"),
        ("Alice Janssen", "", "", "no"),
        ("Lies Janssen", "not started", "no", "yes"),
    ]
    assert [row["name"] for row in rows_of(client_for(people.diana), "/team.csv?scope=direct")] == ["Bob de Vries"]


def test_a_branch_has_its_own_table(client_for: ClientFor, people: People) -> None:
    rows = rows_of(client_for(people.diana), f"/team/{people.bob.uid}.csv")
    assert [row["name"] for row in rows] == ["Bob de Vries", "Alice Janssen"]


def test_the_file_opens_in_a_spreadsheet_in_any_script(client_for: ClientFor, make: Make, people: People) -> None:
    make.person("李雷", 'Ó Néill, "Kaya"', manager=people.alice)
    answer = client_for(people.alice).get("/team.csv")
    assert answer.data.startswith(b"\xef\xbb\xbfemployee_id,name,")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="team-')
    assert b"\r\n" in answer.data
    assert rows_of(client_for(people.alice))[0]["name"] == '李雷 Ó Néill, "Kaya"'


def test_a_name_that_is_a_formula_stays_text(client_for: ClientFor, make: Make, people: People) -> None:
    for given, family in (
        ("=HYPERLINK(1)", ""),
        ("+31", ""),
        ("-2", ""),
        ("@SUM", ""),
        ("\t=1", ""),
        ("Sean", "O'Neill"),
    ):
        make.person(given, family, manager=people.alice)
    names = {row["name"] for row in rows_of(client_for(people.alice))}
    assert names == {"'=HYPERLINK(1)", "'+31", "'-2", "'@SUM", "'=1", "Sean O'Neill"}


def test_a_certificate_says_whether_it_still_stands(
    client_for: ClientFor, make: Make, people: People, session: Session
) -> None:
    ends = clock.today() + timedelta(days=90)
    makers.certificate(session, people.alice, ends, status="revoked")
    makers.certificate(session, people.bob, ends, status="suspended")
    early, soon = make.person("Early", manager=people.bob), make.person("Soon", manager=people.bob)
    makers.certificate(session, early, ends, status="ended")
    makers.certificate(session, soon, clock.today() + timedelta(days=9))
    columns = ("certificate", "certificate_state", "certificate_until", "may_speak_today")
    rows = {row["name"].split()[0]: [row[name] for name in columns] for row in rows_of(client_for(people.diana))}
    assert rows == {
        "Alice": ["Ambassador", "withdrawn", "", "no"],
        "Bob": ["Ambassador", "on hold", "", "no"],
        "Early": ["Ambassador", "ended", "", "no"],
        "Soon": ["Ambassador", "ending", (clock.today() + timedelta(days=9)).isoformat(), "yes"],
    }


def test_a_renewed_certificate_counts_by_its_newest_cycle(
    client_for: ClientFor, people: People, session: Session
) -> None:
    makers.certificate(session, people.alice, clock.today() + timedelta(days=5), cycle=1)
    makers.certificate(session, people.alice, clock.today() + timedelta(days=400), cycle=2)
    page = client_for(people.bob).get("/team").text
    assert "0 of them for 60 more days at most" in page
    assert "1</b><span>may speak today<" in page


@pytest.mark.sqlite_only
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_nobody_reads_to_its_end_keeps_no_connection(
    app: Flask, client_for: ClientFor, make: Make, people: People, kind: str
) -> None:
    make.enrollment(people.alice, make.course(), due_in=3)
    client, pool = client_for(people.bob), app.extensions["database"].engine.pool
    answer = client.get(f"/team.{kind}", buffered=False)
    assert pool.checkedout() == (kind == "csv"), "an Excel file is written before it is sent"
    answer.close()
    assert pool.checkedout() == 0


def test_a_long_table_is_made_in_pieces(database: Database, make: Make, session: Session) -> None:
    boss, course = make.person("Boss"), make.course()
    for _ in range(1_100):
        session.add(Person(given_name="Many", email=f"many{_}@acme.example", manager_id=boss.id))
    session.flush()
    make.enrollment(make.person("One", manager=boss), course)
    rebuild(session)
    session.commit()
    reader = export.Reader("en", ZoneInfo("Europe/Brussels"), clock.today())
    with database.reading() as reading:
        pieces = list(export.csv_file(export.team(reading, boss.id, reader, direct=False)))
    assert [piece.count(b"\r\n") for piece in pieces] == [1, 500, 500, 101]


@pytest.mark.parametrize(
    ("typed", "cell"), [("x;=HYPERLINK(1)", "x;'=HYPERLINK(1)"), ("a; +b", "a; '+b"), ("O'Neill; Ann", "O'Neill; Ann")]
)
def test_a_formula_after_a_semicolon_is_no_formula_either(typed, cell):
    assert neutral(typed) == cell
