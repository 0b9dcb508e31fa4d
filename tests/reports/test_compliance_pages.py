"""The pages of reports: a link is the report, a number leads to its list, files and kept reports are one's own."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people.models import Person, PersonRole
from lms.privacy.models import WorksCouncil
from lms.reports.compliance import exports, groups, saved, sheets, writing
from lms.reports.compliance.filters import Choice
from lms.reports.compliance.models import ReportExport, SavedReport
from tests.make import Make, People
from tests.support.client import Client

ClientFor = Callable[[Person], Client]


@pytest.fixture
def hugo(make: Make, people: People) -> Person:
    make.enrollment(people.alice, make.course(), completed=True)
    return make.person("Hugo", "Hub", roles=["hub"])


def ask(session: Session, person: Person, kind: str = "csv", address: str = "/reports/everyone") -> ReportExport:
    one = exports.export(session, person.id, exports.ask(session, person.id, "Everyone", address, kind))
    session.commit()
    return one


def again(session: Session, one: ReportExport) -> ReportExport:
    session.refresh(one)
    session.commit()
    return one


@pytest.mark.sqlite_only
def test_a_number_leads_to_the_people_behind_it(client_for: ClientFor, hugo: Person, people: People) -> None:
    client = client_for(hugo)
    text = client.get("/reports?unit=Benelux").get_data(as_text=True)
    assert 'href="/reports/completed?unit=Benelux"' in text
    listed = client.get("/reports/completed?unit=Benelux").get_data(as_text=True)
    assert "Alice Janssen" in listed
    assert "Bob" not in listed
    assert "Charlie" not in client.get("/reports/everyone?q=ali").get_data(as_text=True)
    assert "Nobody in this list is called" in client.get("/reports/everyone?q=zzz").get_data(as_text=True)
    assert client.get("/reports/everybody").status_code == 404
    assert client.get("/reports?by=shoes").status_code == 404
    history = client.get(f"/reports/people/{people.alice.uid}").get_data(as_text=True)
    assert "Completed" in history


@pytest.mark.sqlite_only
def test_learners_and_managers_see_no_report(client_for: ClientFor, hugo: Person, people: People) -> None:
    for address in ("/reports", "/reports/completed", "/reports/months", f"/reports/people/{people.alice.uid}"):
        assert client_for(people.bob).get(address).status_code == 403
    assert client_for(hugo).submit("/reports/months").status_code == 403


@pytest.mark.sqlite_only
def test_what_failed_is_never_told_as_no_data(
    client_for: ClientFor, hugo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Complaint 54: says "No data" when it timed out."""
    client = client_for(hugo)

    def slow(*given: object) -> None:
        raise OperationalError("SELECT", {}, Exception("canceling statement due to statement timeout"))

    monkeypatch.setattr(groups, "report", slow)
    answer = client.get("/reports")
    assert answer.status_code == 503
    assert "Nobody is like that" not in answer.get_data(as_text=True)
    monkeypatch.undo()
    assert client.get("/reports").status_code == 200, "a count that failed is not kept"
    assert "The count went well" in client.get("/reports?country=ZZ").get_data(as_text=True)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "address", ["/reports?unit=Benelux", "/reports/completed", "/reports/left", "/reports/months", "/reports/saved"]
)
def test_a_page_asks_at_most_eight_times(
    client_for: ClientFor, hugo: Person, statements: list[str], address: str
) -> None:
    client = client_for(hugo)
    statements.clear()
    assert client.get(address).status_code == 200
    own = next(place for place, statement in enumerate(statements) if "FROM sign_in" in statement)
    assert len(statements) - own <= 8, statements[own:]


@pytest.mark.sqlite_only
def test_figures_are_kept_for_a_minute_and_say_since_when(client_for: ClientFor, hugo: Person, make: Make) -> None:
    client = client_for(hugo)
    with clock.frozen(datetime.fromisoformat("2026-11-20T09:00:30+00:00")):
        assert "5 colleagues at work" in client.get("/reports").get_data(as_text=True)
    make.person("Newcomer")
    with clock.frozen(datetime.fromisoformat("2026-11-20T09:01:29+00:00")):
        text = client.get("/reports").get_data(as_text=True)
        assert "5 colleagues at work" in text
        assert "10:00" in text
    with clock.frozen(datetime.fromisoformat("2026-11-20T09:01:31+00:00")):
        assert "6 colleagues at work" in client.get("/reports").get_data(as_text=True)


@pytest.mark.sqlite_only
def test_in_works_council_mode_there_are_figures_but_no_lists(
    client_for: ClientFor, hugo: Person, session: Session, people: People
) -> None:
    done = ask(session, hugo)
    session.add(WorksCouncil(smallest=5, set_at=clock.now()))
    client = client_for(hugo)
    text = client.get("/reports").get_data(as_text=True)
    assert "Too few people to show" in text
    assert "/reports/completed" not in text
    assert "Too few people to show" in client.get("/reports?unit=UK").get_data(as_text=True)
    for address in ("completed", "left", f"people/{people.alice.uid}", f"exports/{done.uid}/file"):
        assert client.get(f"/reports/{address}").status_code == 403
    asked = client.submit("/reports/exports", {"population": "completed", "format": "csv"})
    assert asked.status_code == 403


@pytest.mark.sqlite_only
def test_in_works_council_mode_two_filters_lead_back_to_one_thing_at_a_time(
    app: Flask, client_for: ClientFor, hugo: Person, make: Make, session: Session
) -> None:
    for number in range(8):
        make.person(f"More {number}", country="BE")
    session.add(WorksCouncil(smallest=5, set_at=clock.now()))
    saved.save(session, hugo.id, "Staff in Belgium", Choice(country="BE", by="tier"), "weekly")
    session.execute(update(SavedReport).values(next_on=date(2026, 11, 2)))
    with app.app_context(), clock.frozen(datetime.fromisoformat("2026-11-03T02:30+00:00")):
        saved.send_due(session)
    body = session.scalars(select(OutboxMessage.body)).one()
    assert "by one thing at a time" in body
    assert "%" not in body
    client = client_for(hugo)
    text = client.get("/reports?country=BE&by=tier").get_data(as_text=True)
    assert "by one thing at a time" in text
    assert 'href="/reports?by=country"' in text
    assert "<table" not in text
    assert "colleagues at work" not in text
    shown = client.get("/reports?by=country").get_data(as_text=True)
    assert "13 colleagues at work" in shown
    assert "country=BE" not in shown, "a row leads to no choice that has no figures"


def test_a_list_is_written_to_a_file_for_who_asked_alone(
    app: Flask, client_for: ClientFor, hugo: Person, session: Session, people: People, database: Database
) -> None:
    people.alice.given_name, people.bob.family_name = "=cmd|' /C calc'!A0", "O’Neill"
    one = ask(session, hugo)
    with app.app_context():
        assert writing.work_off(database) == 1
    assert (again(session, one).state, one.rows_done, one.rows_in_all) == ("done", 5, 5)
    answer = client_for(hugo).get(f"/reports/exports/{one.uid}/file")
    text = answer.get_data().decode("utf-8-sig")
    assert "'=cmd|' /C calc'!A0" in text
    assert "Bob O’Neill" in text
    assert len(text.splitlines()) == 6
    session.add(PersonRole(person_id=people.charlie.id, role="auditor"))
    assert client_for(people.charlie).get(f"/reports/exports/{one.uid}/file").status_code == 404


def test_a_workbook_holds_texts_and_no_formulas(
    app: Flask, hugo: Person, session: Session, people: People, database: Database
) -> None:
    people.alice.given_name = "=1+1"
    one = ask(session, hugo, "xlsx", "/reports/completed")
    with app.app_context():
        writing.work_off(database)
        key = again(session, one).file_key
        content = app.extensions["files"].read(key)
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1 Janssen" in sheet
    assert "<f>" not in sheet


def test_a_file_begun_when_the_worker_died_is_begun_anew(
    app: Flask, hugo: Person, session: Session, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = ask(session, hugo)
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    with app.app_context():
        writing.work_off(database, lambda: False)
        assert again(session, one).state == "working"
        assert one.file_key is None
        writing.work_off(database)
        assert (again(session, one).state, one.rows_done) == ("done", 5)
        assert len(app.extensions["files"].read(one.file_key).splitlines()) == 6
        assert not list((app.extensions["settings"].instance / "exports").iterdir())


@pytest.mark.sqlite_only
def test_a_file_that_cannot_be_written_says_so_and_can_be_asked_for_again(
    app: Flask,
    client_for: ClientFor,
    hugo: Person,
    session: Session,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = ask(session, hugo)

    def full(*given: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(sheets, "open_sheet", full)
    with app.app_context():
        writing.work_off(database)
    assert again(session, one).state == "failed"
    client = client_for(hugo)
    assert "The file was not finished" in client.get(f"/reports/exports/{one.uid}").get_data(as_text=True)
    assert client.submit(f"/reports/exports/{one.uid}/again").status_code == 303
    assert again(session, one).state == "asked"


@pytest.mark.sqlite_only
def test_files_are_kept_for_seven_days_and_three_wait_at_a_time(
    app: Flask, hugo: Person, session: Session, database: Database
) -> None:
    one = ask(session, hugo)
    with app.app_context():
        writing.work_off(database)
        key = again(session, one).file_key
        one.asked_at = clock.now() - timedelta(days=7, minutes=1)
        assert exports.remove_old(session) == 1
        assert not app.extensions["files"].exists(key)
    for _ in range(3):
        exports.ask(session, hugo.id, "Everyone", "/reports/everyone", "csv")
    with pytest.raises(Conflict):
        exports.ask(session, hugo.id, "Everyone", "/reports/everyone", "csv")
    with pytest.raises(NotFound):
        exports.asked_for("/admin/people?tier=staff")


def test_a_kept_report_is_mailed_once_and_only_to_who_may_see_it(
    app: Flask, hugo: Person, session: Session, people: People
) -> None:
    saved.save(session, hugo.id, "Benelux", Choice(unit="Benelux", by="tier"), "weekly")
    saved.save(session, people.bob.id, "Not his any more", Choice(), "weekly")
    session.execute(update(SavedReport).values(next_on=date(2026, 11, 2)))
    with app.app_context(), clock.frozen(datetime.fromisoformat("2026-11-03T02:30+00:00")):
        assert saved.send_due(session) == 1
        assert saved.send_due(session) == 0
    mail = session.scalars(select(OutboxMessage)).one()
    assert mail.recipient == hugo.email
    assert "/reports?unit=Benelux&by=tier" in mail.body
    assert "Completed: 1 (33%)" in mail.body
    assert saved.reports(session, hugo.id)[0].next_on == date(2026, 11, 9)


@pytest.mark.parametrize(
    ("rhythm", "next_on"), [("", None), ("weekly", date(2026, 12, 7)), ("monthly", date(2027, 1, 1))]
)
def test_the_next_mail_is_on_a_monday_or_the_first_of_a_month(rhythm: str, next_on: date | None) -> None:
    assert saved.next_day(rhythm, date(2026, 12, 1)) == next_on


@pytest.mark.sqlite_only
def test_kept_reports_are_named_once_renamed_and_removed_by_their_owner(
    client_for: ClientFor, hugo: Person, session: Session, people: People
) -> None:
    client = client_for(hugo)
    assert client.submit("/reports/saved", {"name": "Speakers", "level": "L1"}).status_code == 303
    taken = client.submit("/reports/saved", {"name": " Speakers ", "rhythm": "weekly", "tier": "staff"})
    assert taken.status_code == 422
    text = taken.get_data(as_text=True)
    assert 'value="staff"' in text
    assert '<option value="weekly" selected>' in text
    kept = saved.reports(session, hugo.id)[0]
    with pytest.raises(NotFound):
        saved.report(session, people.bob.id, kept.uid)
    with pytest.raises(Invalid):
        saved.save(session, hugo.id, "x", Choice(), "hourly")
    assert client.submit(f"/reports/saved/{kept.uid}", {"name": "Certified", "rhythm": "monthly"}).status_code == 303
    assert "Certified" in client.get("/reports/saved").get_data(as_text=True)
    assert client.submit(f"/reports/saved/{kept.uid}/remove").status_code == 303
    assert saved.reports(session, hugo.id) == []
