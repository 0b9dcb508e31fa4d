"""Who leads whom, and adding people by hand."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.access import ROLES
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.people import accounts, directory, passwords
from lms.people.models import Person, PersonRole, Unit
from tests.make import Make


def under(session: Session, person: Person) -> set[tuple[int, int, int]]:
    organization = directory.organization_of(person.id)
    return set(map(tuple, session.execute(select(organization.c.id, organization.c.branch, organization.c.depth))))


def test_a_person_is_found_by_number_address_and_public_id(session, people):
    assert directory.get(session, people.alice.id) is people.alice
    assert directory.find_by_uid(session, people.alice.uid) is people.alice
    assert directory.find_by_email(session, " ALICE@acme.example ") is people.alice
    assert directory.find_by_uid(session, "nothing") is None
    assert directory.find_by_email(session, "nobody@acme.example") is None
    with pytest.raises(NotFound):
        directory.get(session, 4711)


def test_the_manager_of_a_person(session, people):
    assert directory.manager_of(session, people.alice.id) is people.bob
    assert directory.manager_of(session, people.diana.id) is None


def test_an_organization_is_everyone_under_a_manager_with_the_branch(session, people, make):
    make.person("Gone", manager=people.bob, status="left")
    leave = make.person("Away", manager=people.bob, status="leave")
    assert under(session, people.diana) == {
        (people.bob.id, people.bob.id, 1),
        (people.alice.id, people.bob.id, 2),
        (leave.id, people.bob.id, 2),
    }
    assert under(session, people.charlie) == set()


def test_leading_is_being_above_and_never_beside(session, people):
    assert directory.leads(session, people.bob.id, people.alice.id)
    assert directory.leads(session, people.diana.id, people.alice.id)
    assert not directory.leads(session, people.bob.id, people.charlie.id)
    assert not directory.leads(session, people.alice.id, people.bob.id)
    assert not directory.leads(session, people.alice.id, people.alice.id)
    assert not directory.leads(session, people.bob.id, 4711)


def test_a_loop_in_the_reporting_line_does_not_hang(session, people):
    people.diana.manager_id = people.alice.id
    session.flush()
    assert directory.leads(session, people.alice.id, people.bob.id)
    assert {row[0] for row in under(session, people.bob)} == {people.alice.id, people.diana.id, people.bob.id}


@pytest.mark.sqlite_only
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(min_value=0, max_value=100), min_size=1, max_size=14), st.data())
def test_an_organization_is_what_walking_down_finds(database: Database, parents: list[int], data: st.DataObject):
    with database.session(writes=True) as session:
        make = Make(session)
        people = [make.person(email=f"top{id(parents)}@acme.example")]
        for number, parent in enumerate(parents):
            above = people[parent % len(people)]
            people.append(make.person(email=f"p{number}x{id(parents)}@acme.example", manager=above))
        chosen = data.draw(st.sampled_from(people))
        expected, level, depth = set(), [(one, one) for one in people if one.manager_id == chosen.id], 1
        while level:
            expected |= {(one.id, branch.id, depth) for one, branch in level}
            level = [(one, branch) for above, branch in level for one in people if one.manager_id == above.id]
            depth += 1
        assert under(session, chosen) == expected
        assert {one.id for one in people if directory.leads(session, chosen.id, one.id)} == {row[0] for row in expected}
        session.rollback()


def test_a_person_is_added_by_hand(session):
    added = accounts.add(
        session,
        " Ana.Silva@Acme.example",
        "Ana Maria da Silva",
        roles=["hub", "author", "hub"],
        password="long enough!",
    )
    assert (added.email, added.given_name, added.family_name) == ("ana.silva@acme.example", "Ana Maria da", "Silva")
    assert passwords.matches(added.password_hash, "long enough!")
    session.flush()
    roles = session.scalars(select(PersonRole.role).where(PersonRole.person_id == added.id))
    assert sorted(roles) == ["author", "hub"]
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.deed, entry.subject) == ("added a person", f"person:{added.id}")


@pytest.mark.parametrize("name", ["Madonna", "李小龙", "O'Neill"])
def test_one_name_is_enough(session, name):
    added = accounts.add(session, "one@acme.example", name)
    assert (added.name, added.family_name) == (name, "")


def test_a_name_is_one_line(session):
    added = accounts.add(session, "one@acme.example", " Ana \n Maria\tPeeters ")
    assert (added.given_name, added.family_name) == ("Ana Maria", "Peeters")


@pytest.mark.parametrize(
    ("email", "name", "more", "words"),
    [
        ("x@acme.example", "X", {"roles": ["king"]}, "king.* is not a role"),
        ("x@acme.example", "X", {"tier": "boss"}, "boss.* is not a tier"),
        ("nothing", "X", {}, "nothing.* is not a mail address"),
        ("@acme.example", "X", {}, "is not a mail address"),
        ("one@acme.example, two", "X", {}, "is not a mail address"),
        ("one@acme.example\nbcc:two", "X", {}, "is not a mail address"),
        ("one <one@acme.example>", "X", {}, "is not a mail address"),
        ("x@acme.example", "  ", {}, "The name is empty"),
        ("x@acme.example", "X", {"password": "short"}, "needs at least 10"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(session, email, name, more, words):
    with pytest.raises(Invalid, match=words):
        accounts.add(session, email, name, **more)


def test_an_address_belongs_to_one_person(session):
    accounts.add(session, "x@acme.example", "First")
    with pytest.raises(Conflict, match=r"somebody.s address already"):
        accounts.add(session, "X@acme.example", "Second")


def test_a_unit_is_made_with_those_above_it(session):
    care = accounts.unit(session, "Benelux/Customer care")
    assert accounts.unit(session, "Benelux/Customer care") is care
    assert care.name == "Customer care"
    assert session.get_one(Unit, care.parent_id).path == "Benelux"


@pytest.mark.sqlite_only
def test_every_role_can_be_held(make, client_for):
    for role in ROLES:
        assert client_for(make.person(roles=[role])).get("/logout").status_code == 200
