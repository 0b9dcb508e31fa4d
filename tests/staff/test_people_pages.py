"""People as administrators see and change them: the list, one sheet, roles, absences and who has no manager."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.audit import AuditEntry
from lms.people import administrators
from lms.people.imports.models import ImportChange, PeopleImport
from lms.people.models import Absence, Deputy, Person, PersonPast, PersonRole, ReportingLine, SignIn
from lms.staff import finding, listing, orphans, roles
from lms.staff.listing import Place, Wanted
from tests.make import Make, People
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
pages = pytest.mark.sqlite_only


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", email="dana@acme.example", roles=["administrator"], tier="executive")


@pytest.fixture
def client(client_for: ClientFor, dana: Person) -> Client:
    return client_for(dana)


def fields(person: Person, **changed: str) -> dict[str, str]:
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "tier": person.tier,
        "unit": "Benelux/Customer care",
        "manager": "",
        "country": "",
        "language": "en",
        "time_zone": "Europe/Brussels",
        "status": person.status,
    } | changed


def names(found: listing.Listing) -> list[str]:
    return [row.name for row in found.people]


def test_the_list_is_searched_by_name_address_number_unit_tier_and_role(
    session: Session, make: Make, people: People
) -> None:
    make.person("Gerda", "Gone", status="left")
    make.person("Ångström", "O'Neill", employee_id="X77", roles=["hub"])
    assert len(names(listing.listing(session, Wanted()))) == 5
    for wanted, who in (
        (Wanted(words="ali jan"), ["Alice Janssen"]),
        (Wanted(words="BOB@acme.example"), ["Bob de Vries"]),
        (Wanted(words="X77"), ["Ångström O'Neill"]),
        (Wanted(unit="Benelux", tier="staff"), ["Alice Janssen"]),
        (Wanted(role="hub"), ["Ångström O'Neill"]),
        (Wanted(status="left"), ["Gerda Gone"]),
        (Wanted(words="100%"), []),
    ):
        assert names(listing.listing(session, wanted)) == who, wanted


def test_pages_forth_and_back_show_everybody_once(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 3)
    for number in range(8):
        make.person("Same", f"Name{number // 3}")
    seen, place, shown = [], Place(), []
    while True:
        found = listing.listing(session, Wanted(), place)
        shown.append([row.id for row in found.people])
        seen += shown[-1]
        if not found.later:
            break
        place = Place(after=seen[-1])
    assert len(seen) == len(set(seen)) == 8
    back = listing.listing(session, Wanted(), Place(before=shown[2][0]))
    assert [row.id for row in back.people] == shown[1]
    assert back.earlier
    assert not listing.listing(session, Wanted(), Place(before=shown[1][0])).earlier


def test_the_list_asks_as_often_for_five_as_for_forty(session: Session, make: Make, statements: list[str]) -> None:
    def asked() -> int:
        session.flush()
        statements.clear()
        listing.listing(session, Wanted(words="a", status="all"))
        return len(statements)

    make.people()
    few = asked()
    for number in range(40):
        make.person("Anna", f"B{number}", roles=["hub"])
    assert asked() == few <= 4


def test_somebody_is_found_by_what_one_types_or_those_meant_are_named(session: Session, people: People) -> None:
    assert finding.one(session, " ALICE@acme.example ") == people.alice.id
    assert finding.one(session, people.bob.employee_id or "") == people.bob.id
    assert finding.one(session, "charlie") == people.charlie.id
    assert finding.one(session, "") is None
    with pytest.raises(Exception, match=r"Several people could be meant: .*alice@acme\.example"):
        finding.one(session, "a")
    with pytest.raises(Exception, match="Nobody who works here is called “Zoe”"):
        finding.one(session, "Zoe")


def test_the_last_administrator_keeps_the_role(session: Session, make: Make, dana: Person, people: People) -> None:
    with pytest.raises(Exception, match="last administrator"):
        roles.take(session, dana.id, "administrator", by_id=dana.id)
    roles.give(session, people.alice.id, "administrator", by_id=dana.id)
    roles.take(session, dana.id, "administrator", by_id=people.alice.id)
    assert session.get(PersonRole, (dana.id, "administrator")) is None
    make.person(roles=["administrator"], status="left")
    with pytest.raises(Exception, match="last administrator"):
        administrators.check_not_last(session, people.alice.id)


@pages
@pytest.mark.parametrize("role", sorted(roles.NOT_TO_ONESELF - {"administrator"}))
def test_nobody_gives_herself_a_role_that_decides_about_others(
    client: Client, session: Session, dana: Person, role: str
) -> None:
    refused = client.submit("/admin/roles", {"who": dana.email, "role": role})
    assert refused.status_code == 403
    assert "Ask another administrator" in refused.text
    assert f'value="{dana.email}"' in refused.text
    assert session.get(PersonRole, (dana.id, role)) is None


@pages
def test_roles_are_given_and_taken_and_it_is_kept_by_whom(
    client: Client, session: Session, dana: Person, people: People
) -> None:
    address = f"/admin/people/{people.alice.uid}"
    assert client.submit(f"{address}/roles", {"role": "coach"}).status_code == 303
    assert client.submit(f"{address}/roles/coach/take").status_code == 303
    assert client.submit(f"{address}/roles/coach/take").status_code == 404
    told = [(one.deed, one.actor_id, one.details["role"]) for one in session.scalars(select(AuditEntry))]
    assert told == [("gave a role", dana.id, "coach"), ("took a role away", dana.id, "coach")]
    page = client.get(address).text
    assert "took a role away: Coach" in " ".join(re.sub("<[^>]+>", "", page).split())


@pages
def test_what_is_changed_by_hand_is_kept_with_how_it_was_before(
    client: Client, session: Session, people: People
) -> None:
    address = f"/admin/people/{people.alice.uid}"
    answer = client.submit(
        f"{address}/edit",
        fields(people.alice, unit="UK / Sales", manager="charlie", job="Seller", hire_date="2020-02-29"),
    )
    assert answer.status_code == 303, answer.text
    session.refresh(people.alice)
    assert (people.alice.manager_id, people.alice.job) == (people.charlie.id, "Seller")
    assert people.alice.unit_id == people.charlie.unit_id
    past = session.scalars(select(PersonPast)).one()
    assert past.manager_id == people.bob.id
    assert "manager: Bob de Vries" in client.get(address).text


@pages
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"manager": "alice@acme.example"}, "they would lead each other"),
        ({"manager": "Zoe"}, "Nobody who works here is called “Zoe”"),
        ({"email": "charlie@acme.example"}, "is somebody’s address already"),
        ({"email": "nonsense"}, "is not a mail address"),
        ({"hire_date": "2026-02-31"}, "Enter a day as year-month-day"),
        ({"time_zone": "Mars"}, "is not a time zone"),
        ({"given_name": " "}, "Enter a name."),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(
    client: Client, session: Session, people: People, wrong: dict[str, str], sentence: str
) -> None:
    answer = client.submit(f"/admin/people/{people.bob.uid}/edit", fields(people.bob, job="A new job") | wrong)
    assert answer.status_code in {409, 422}
    assert sentence in answer.text
    assert 'value="A new job"' in answer.text
    assert all(not value.strip() or f'value="{value}"' in answer.text for value in wrong.values())
    assert session.scalar(select(Person.job).where(Person.id == people.bob.id)) == ""


@pages
def test_the_last_administrator_cannot_be_made_to_leave(client: Client, session: Session, dana: Person) -> None:
    answer = client.submit(f"/admin/people/{dana.uid}/edit", fields(dana, status="left"))
    assert answer.status_code == 409
    assert session.scalar(select(Person.status).where(Person.id == dana.id)) == "active"


@pages
def test_somebody_is_added_by_hand(client: Client, session: Session, people: People) -> None:
    typed = fields(people.bob, email="New@acme.example", given_name="Maria del", family_name="Carmen", manager="bob")
    answer = client.submit("/admin/people/new", typed)
    assert answer.status_code == 303, answer.text
    added = session.scalars(select(Person).where(Person.email == "new@acme.example")).one()
    assert (added.given_name, added.family_name, added.manager_id) == ("Maria del", "Carmen", people.bob.id)
    assert client.submit("/admin/people/new", typed).status_code == 409


@pages
def test_absences_other_managers_deputies_and_sign_ins_are_looked_after(
    client: Client, client_for: ClientFor, session: Session, people: People
) -> None:
    address = f"/admin/people/{people.bob.uid}"
    bob = client_for(people.bob)
    assert client.submit(f"{address}/absences", {"from_on": "2026-03-09", "until_on": "2026-03-02"}).status_code == 422
    assert client.submit(f"{address}/absences", {"from_on": "2020-03-02", "until_on": ""}).status_code == 303
    absence = session.scalars(select(Absence)).one()
    assert "until further notice" in client.get(address).text
    assert "Bob de Vries" in client.get("/admin/people/absences").text
    assert (
        client.submit(f"/admin/people/{people.alice.uid}/absences/{absence.id}", {"until_on": "2020-03-04"}).status_code
        == 404
    )
    assert client.submit(f"{address}/absences/{absence.id}", {"until_on": "2020-03-04"}).status_code == 303
    line = {"manager": "charlie@acme.example", "kind": "dotted"}
    assert client.submit(f"{address}/lines", line).status_code == 303
    assert client.submit(f"{address}/lines", line).status_code == 409
    assert client.submit(f"{address}/lines/{people.charlie.uid}/remove").status_code == 303
    assert not session.scalars(select(ReportingLine)).all()
    deputy = {
        "deputy": "alice",
        "from_on": clock.today().isoformat(),
        "until_on": (clock.today() + timedelta(days=30)).isoformat(),
    }
    assert client.submit(f"{address}/deputies", deputy | {"until_on": "2020-01-01"}).status_code == 422
    assert client.submit(f"{address}/deputies", deputy).status_code == 303
    named = session.scalars(select(Deputy)).one()
    assert client.submit(f"{address}/deputies/{named.id}/end").status_code == 303
    assert bob.get("/learning").status_code == 200
    assert client.submit(f"{address}/sign-ins/end").status_code == 303
    assert bob.get("/learning").status_code == 302
    assert session.scalars(select(SignIn.ended_at).where(SignIn.person_id == people.bob.id)).one()


@pages
def test_who_is_on_leave_without_days_is_listed_too(client: Client, session: Session, people: People) -> None:
    people.alice.status = "leave"
    session.flush()
    session.commit()
    listed = client.get("/admin/people/absences").text
    assert "Alice Janssen" in listed
    assert "Not known" in listed
    assert "since when is not known" in client.get(f"/admin/people/{people.alice.uid}").text


@pages
def test_the_hub_and_auditors_read_and_change_nothing(
    client_for: ClientFor, make: Make, session: Session, people: People
) -> None:
    reader = client_for(make.person("Hugo", roles=["hub", "auditor"]))
    address = f"/admin/people/{people.alice.uid}"
    page = reader.get(address).text
    assert "Give the role" not in page
    assert f"{address}/edit" not in page
    assert reader.get("/admin/people").status_code == 200
    for path in ("/admin/people/new", f"{address}/edit", f"{address}/roles", f"{address}/absences", "/admin/roles"):
        assert reader.submit(path, fields(people.alice, role="coach", who=people.alice.email)).status_code == 403
    assert client_for(people.bob).get("/admin/people").status_code == 403
    assert not session.scalars(select(PersonRole).where(PersonRole.person_id == people.alice.id)).all()


def an_import(session: Session, uid: str, rows: int) -> PeopleImport:
    made = PeopleImport(
        uid=uid,
        state="applied",
        source="upload",
        file_name="hr.csv",
        sha256="",
        rows=rows,
        brought_at=clock.now(),
        applied_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def test_complaint_64_whose_manager_left_is_listed_until_hr_answers(
    session: Session, make: Make, people: People
) -> None:
    made = an_import(session, "1" * 32, 100)
    change = {"person_id": people.alice.id, "kind": "orphan", "field": "manager_id"}
    session.add(ImportChange(import_id=made.id, before="gone", after=people.bob.employee_id or "", **change))
    lost = make.person("Lost", manager=make.person("Gone", status="left"))
    make.person("Top", tier="executive")
    session.flush()
    assert [row.id for row in orphans.lent(session).people] == [people.alice.id]
    assert [row.id for row in orphans.alone(session).people] == [people.charlie.id, lost.id]
    an_import(session, "2" * 32, 3)
    assert orphans.lent(session).count == 1
    an_import(session, "3" * 32, 99)
    assert orphans.lent(session).count == 0
