"""Bringing people in from a file, page by page: upload, match, check, import, undo."""

import io
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import Authorization
from lms.base import clock
from lms.people.imports.models import PeopleImport
from lms.people.models import Person
from tests.make import Make, People
from tests.reports import makers
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
HEADER = "employee_id,email,given_name,family_name,unit,manager_id,tier,location,language,hire_date,status"

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person(
        "Dana", "Smit", email="dana@acme.example", roles=["administrator"], employee_id="D1", unit=make.unit("Hub")
    )


@pytest.fixture
def client(client_for: ClientFor, dana: Person) -> Client:
    return client_for(dana)


def row(person: Person, **changed: str) -> str:
    """A person as she stands in a file; the trio stands below Diana in customer care."""
    values = {
        "employee_id": person.employee_id or "",
        "email": person.email,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "unit": "Benelux/Customer care",
        "manager_id": "",
        "tier": person.tier,
        "location": "",
        "language": "en",
        "hire_date": "",
        "status": "active",
    } | changed
    return ",".join(values[name] for name in HEADER.split(","))


def upload(client: Client, *rows: str, header: str = HEADER, on_missing: str = "keep", name: str = "hr.csv") -> str:
    """Upload a file; the address of the page on which its columns are matched."""
    content = "\n".join((header, *rows)).encode() + b"\n"
    sent = {"file": (io.BytesIO(content), name), "on_missing": on_missing}
    answer = client.submit("/admin/imports", sent, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def match(client: Client, address: str) -> str:
    """Take the columns as they are guessed; the address of the check."""
    page = client.get(address).text
    selects = re.findall(r'<select[^>]*name="(column-\d+)"(.*?)</select>', page, re.S)
    fields = {}
    for column, options in selects:
        chosen = re.search(r'value="(\w*)" selected', options)
        fields[column] = chosen.group(1) if chosen else ""
    assert fields
    answer = client.submit(address, fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def check(client: Client, *rows: str, **more: str) -> str:
    return match(client, upload(client, *rows, **more))


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_file_changes_nothing_before_the_last_step_and_can_be_undone(
    client: Client, session: Session, people: People
) -> None:
    bob = row(people.bob, manager_id=people.diana.employee_id or "", tier="manager")
    new = (
        "N1,ines@acme.example,Inès,Fournier,Field service,"
        + (people.bob.employee_id or "")
        + ",staff,,fr,2026-11-01,active"
    )
    address = check(client, bob, new, row(people.alice, manager_id=people.bob.employee_id or "", unit="Marketing"))
    page = client.get(address)
    assert page.status_code == 200
    assert "Import 2 changes" in words(page.text)
    assert re.search(r'<del class="was">Benelux/Customer care</del> <ins class="is">Marketing</ins>', page.text)
    assert '<ins class="is">Bob de Vries</ins>' in page.text
    assert session.scalar(select(Person).where(Person.employee_id == "N1")) is None
    assert client.submit(f"{address}/apply").status_code == 303
    ines = session.scalars(select(Person).where(Person.employee_id == "N1")).one()
    assert ines.manager_id == people.bob.id
    done = client.get(address).text
    assert "The people are in" in done
    before = words(client.get(f"{address}/undo").text)
    assert "1 person who came with the file leaves" in before
    assert client.submit(f"{address}/undo").status_code == 303
    session.refresh(ines)
    assert ines.status == "left"
    assert "This import was undone" in client.get(address).text
    assert client.get(f"{address}/undo").status_code == 404


def test_rows_that_are_wrong_are_named_with_line_column_value_and_what_is_right(client: Client, people: People) -> None:
    address = check(client, row(people.bob, hire_date="2026-02-31"), row(people.alice, tier="=boss"))
    page = client.get(address).text
    assert "2 things to look at." in page
    assert "2026-02-31" in page
    assert "There is no such day." in page
    assert "Import" not in re.findall(r"<button[^>]*>([^<]*)", page)
    report = client.get(f"{address}/problems.csv").data.decode("utf-8-sig")
    assert "2,hire_date,2026-02-31," in report
    assert "3,tier,'=boss," in report
    assert client.submit(f"{address}/apply").status_code == 409


def test_a_problem_names_the_heading_of_the_file_and_what_it_is_taken_for(client: Client, people: People) -> None:
    header = HEADER.replace("manager_id", "Supervisor")
    page = words(client.get(check(client, row(people.alice, manager_id="nobody"), header=header)).text)
    assert "Supervisor (manager_id)" in page


def test_the_check_is_in_words_and_says_what_becomes_of_those_who_are_not_in_the_file(
    client: Client, people: People, dana: Person
) -> None:
    away = row(people.alice, status="leave", hire_date="2024-02-29")
    page = words(client.get(check(client, away)).text)
    assert "Status: Works here On leave" in page
    assert "Works here since: 29 February 2024" in page
    assert "4 people are not in the file and stay." in page
    leaving = words(client.get(check(client, away, row(dana), on_missing="deactivate")).text)
    assert "3 people are not in the file and leave with it." in leaving


def test_a_file_in_which_many_leave_stops_until_the_number_is_typed(
    client: Client, session: Session, people: People, dana: Person
) -> None:
    address = check(client, row(dana, unit="Hub"), row(people.bob, tier="manager"), on_missing="deactivate")
    assert "Stopped: 3 of 5 people would leave." in words(client.get(address).text)
    refused = client.submit(f"{address}/apply")
    assert refused.status_code == 409
    wrong = client.submit(f"{address}/apply", {"leavers": "2"})
    assert wrong.status_code == 422
    assert "2 is not the number of people who leave." in wrong.text
    assert 'value="2"' in wrong.text
    assert client.submit(f"{address}/apply", {"leavers": "3"}).status_code == 303
    session.refresh(people.alice)
    assert people.alice.status == "left"


def test_a_person_is_left_out_at_the_check_and_taken_in_again(client: Client, session: Session, people: People) -> None:
    key = people.alice.employee_id or ""
    address = check(client, row(people.alice, tier="manager"), row(people.bob, tier="executive"))
    nobody = client.submit(f"{address}/leave-out?show=changed", {})
    assert (nobody.status_code, "Tick at least one person first." in nobody.text) == (422, True)
    answer = client.submit(f"{address}/leave-out?show=changed", {"key": f"changed:{key}"})
    assert str(answer.location).endswith("?show=changed&page=1#changes")
    page = words(client.get(address).text)
    assert "1 person is left out" in page
    assert "The next file from HR brings these changes again" in page
    assert "Import 1 change" in page
    assert client.submit(f"{address}/take-in", {"key": key}).status_code == 303
    assert "Import 2 changes" in words(client.get(address).text)
    client.submit(f"{address}/leave-out", {"key": f"changed:{key}"})
    assert client.submit(f"{address}/apply").status_code == 303
    assert "1 person was left out." in words(client.get(address).text)
    session.refresh(people.alice)
    session.refresh(people.bob)
    assert (people.alice.tier, people.bob.tier) == ("staff", "executive")


def test_speakers_who_would_leave_are_named_with_their_permissions(
    client: Client, session: Session, make: Make, people: People
) -> None:
    makers.certificate(session, people.alice, clock.today())
    address = check(client, row(people.alice, status="left"))
    page = words(client.get(address).text)
    assert "1 speaker leaves with this import." in page
    assert "Alice Janssen :" in page


def test_columns_with_other_names_are_matched_by_hand_and_remembered(
    client: Client, session: Session, people: People
) -> None:
    header = HEADER.replace("employee_id,", "Kostenstelle,").replace("given_name", "First name") + ",shoe_size"
    address = upload(client, row(people.alice) + ",39", header=header)
    page = client.get(address).text
    assert re.search(r'value="given_name" selected', page)
    refused = client.submit(address, {"column-1": "email", "column-2": "given_name"})
    assert refused.status_code == 422
    assert "Choose the column that is “Employee number”." in refused.text
    fields = dict(zip((f"column-{n}" for n in range(11)), HEADER.split(","), strict=True))
    done = client.submit(address, fields)
    assert done.status_code == 303
    assert "Kept aside: shoe_size" in client.get(str(done.location)).text
    client.submit(f"{done.location}/apply")
    again = client.get(upload(client, row(people.alice) + ",39", header=header)).text
    assert len(re.findall(r'value="employee_id" selected', again)) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose a file that has something in it"),
        (b"a,b\0c\n", "NUL"),
        (HEADER.encode() + b'\nE1,"a@b.c,Ana,,,,,,,,\n', "A quote"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(client: Client, content: bytes, sentence: str) -> None:
    sent = {"file": (io.BytesIO(content), "hr.csv"), "on_missing": "keep"}
    answer = client.submit("/admin/imports", sent, content_type="multipart/form-data")
    page = answer if answer.status_code == 422 else client.get(str(answer.location))
    assert sentence in page.text


def test_nothing_is_imported_without_a_file_and_a_stopped_file_is_set_aside(
    client: Client, session: Session, people: People
) -> None:
    assert client.submit("/admin/imports", {"on_missing": "keep"}).status_code == 422
    address = check(client, row(people.alice))
    assert client.submit(f"{address}/drop").status_code == 303
    assert session.scalars(select(PeopleImport.state)).all() == ["undone"]
    assert "This file was set aside" in client.get(address).text


def test_only_administrators_import(client_for: ClientFor, make: Make) -> None:
    for role in ("hub", "auditor", "author"):
        assert client_for(make.person(roles=[role])).get("/admin/imports").status_code == 403


def test_a_file_whose_beginning_does_not_show_a_row_is_told_as_what_it_is(client: Client, people: People) -> None:
    page = words(client.get(upload(client, header=",".join(["x" * 100_000] * 4))).text)
    assert "This line has more than 200,000 letters." in page
    assert "empty" not in page
    address = upload(client, row(people.alice), header="\n" * 500_000 + HEADER)
    page = words(client.get(address).text)
    assert people.alice.email in page
    assert "empty" not in page


def test_the_undo_page_says_how_many_permissions_come_back(
    client: Client, session: Session, make: Make, people: People, dana: Person
) -> None:
    make.levels()
    number = make.authorization_of(make.certificate(people.alice)).id
    kept = [row(one) for one in (people.bob, people.charlie, people.diana)]
    hub = row(dana, unit="Hub")
    made = check(client, *kept, hub, on_missing="deactivate")
    answer = client.submit(f"{made}/apply", {"leavers": "1"})
    assert answer.status_code == 303, answer.text
    session.expire_all()
    assert session.get_one(Authorization, number).status == "ended"
    assert "1 permission that ended because its holder left stands again" in words(client.get(f"{made}/undo").text)
    client.submit(f"{made}/undo")
    session.expire_all()
    assert session.get_one(Authorization, number).status == "active"
