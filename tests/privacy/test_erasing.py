"""After an erasure no column of any table holds her name, her address or her number."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import JSON, String, cast, func, or_, select
from sqlalchemy.orm import Session

from certificates import days
from certificates.permissions.models import Hold
from courses.enrollment_models import Enrollment
from lms.assignments import extending
from lms.assignments.models import Exemption
from lms.base import clock, outbox
from lms.base.db import GUARDS, Base
from lms.guidelines.models import GuidelineVersion
from lms.people import changing, erasure, signin
from lms.people.imports.models import ImportChange, ImportProblem, PeopleImport
from lms.people.models import Absence, Deputy, Person, PersonPast, ReportingLine
from lms.privacy import erasing, exporting
from lms.privacy.models import Look
from lms.reminders.models import CalendarFeed, Notice, Nudge
from quizzes import closing
from quizzes.attempt_models import Attempt
from quizzes.marking.models import Appeal
from tests.make import Make

NEEDLES = ("Quassebarth", "Zerlina", "zerlina@acme.example", "E-998877", "Oldname")


@pytest.fixture
def zerlina(session: Session, make: Make, app: Flask) -> Iterator[Person]:
    """Somebody with a row, and often her name, in every table in which there can be one."""
    boss = make.person("Bob", email="bob@acme.example")
    her = make.person(
        "Zerlina", "Oldname", email="zerlina@acme.example", employee_id="E-998877", manager=boss, location="Ghent"
    )
    closing.submit(session, make.answer(make.attempt(her, make.quiz())))
    make.attestation(her, session.scalars(select(GuidelineVersion)).one())
    make.certificate(her)
    make.handle(her, name="zerlina.q")
    changing.change(session, her.id, by_id=boss.id, family_name="Quassebarth", country="BE")
    _written(session, make, her, boss)
    with app.app_context():
        yield her


def _written(session: Session, make: Make, her: Person, boss: Person) -> None:
    name, now, today = her.name, clock.now(), days.today()
    other = make.course(slug="other")
    taken = make.enrollment(her, other, due_in=4)
    extending.extend(session, taken.id, today + timedelta(days=30), reason="She is ill", by_id=boss.id)
    brought = PeopleImport(uid="a" * 32, source="upload", file_name=f"{name}.csv", sha256="", brought_at=now)
    session.add(brought)
    session.flush()
    more = {"import_id": brought.id, "kind": "changed"}
    session.add_all(
        [
            ImportChange(**more, person_id=her.id, field="family_name", before="Oldname", after="Quassebarth"),
            ImportChange(**more, person_id=boss.id, field="manager_id", before="", after="E-998877"),
            ImportProblem(import_id=brought.id, line=3, column="email", value="zerlina@acme.example", sentence=name),
            Absence(person_id=her.id, from_on=today, noted_at=now),
            Deputy(manager_id=boss.id, deputy_id=her.id, from_on=today, until_on=today, reason=name, named_at=now),
            ReportingLine(person_id=her.id, manager_id=make.person("C").id, kind="dotted", noted_at=now),
            Notice(person_id=her.id, key="due:1", subject=f"Dear {name}", told_at=now),
            Notice(person_id=boss.id, key="late:1", subject=f"{name} is late", body="Zerlina Quassebarth", told_at=now),
            Nudge(person_id=her.id, by_id=boss.id, words="Hi Zerlina", sent_at=now),
            CalendarFeed(person_id=her.id, token_hash="b" * 64, made_at=now),
            Look(viewer_id=boss.id, person_id=her.id, page="team", at=now),
            Exemption(
                person_id=her.id,
                course_id=other.id,
                from_on=today,
                reason=f"{name} knows",
                given_by_id=boss.id,
                given_at=now,
            ),
        ]
    )
    outbox.queue(session, key="k1", recipient=her.email, subject="Hello Zerlina", body=name)
    outbox.queue(session, key="k2", recipient=boss.email, subject=f"About {name}", body="zerlina@acme.example")
    signin.start(session, her.id, "Firefox")
    session.flush()


def test_no_column_of_any_table_names_her_afterwards(session: Session, zerlina: Person) -> None:
    assert {table for table, _ in _found(session)} >= {"person", "notice", "import_change", "certificate", "nudge"}
    erasure.erase(session, zerlina.id, "It was asked for.")
    session.flush()
    assert list(_found(session)) == []


def test_what_proves_something_stays_under_no_name(session: Session, zerlina: Person) -> None:
    before = {
        table: session.scalar(select(func.count()).select_from(table)) for table in (Enrollment, PersonPast, Look)
    }
    erasure.erase(session, zerlina.id, "It was asked for.")
    session.flush()
    after = {table: session.scalar(select(func.count()).select_from(table)) for table in before}
    assert all(after[table] >= count > 0 for table, count in before.items() if count is not None)
    assert not session.scalars(select(Absence)).all()
    late = session.scalars(select(Notice)).one()
    assert (late.subject, late.body) == ("–", "–")


def test_what_others_wrote_about_her_goes_while_the_database_lets_it_and_stays_where_it_was_decided(
    session: Session, make: Make, zerlina: Person
) -> None:
    now, today = clock.now(), days.today()
    bob, other = (session.scalars(select(Person).where(Person.given_name == name)).one() for name in ("Bob", "C"))
    held, about = {"cause": "other", "starts_on": today, "placed_at": now}, "She was rude to a customer"
    attempt = session.scalars(select(Attempt).where(Attempt.person_id == zerlina.id)).one()
    for decided in ({}, {"decided_by": bob.id, "decided_at": now, "outcome": "refused", "answer": about}):
        session.add(Appeal(attempt_id=attempt.id, words="Unfair", made_at=now, due_at=now, **decided))
    session.add_all(
        [
            Hold(person_id=zerlina.id, reason=about, **held),
            Hold(person_id=zerlina.id, reason=about, **held | {"cause": "leave"}, lifted_at=now, lift_reason=about),
            Hold(person_id=other.id, reason="Wrote to Zerlina Quassebarth", **held),
            Hold(person_id=other.id, reason="Wrote to a customer", **held | {"cause": "leave"}),
        ]
    )
    session.flush()
    kept = exporting.collected(session, zerlina)
    assert [one["reason"] for one in kept["hold"]] == [about, about]
    assert [one["answer"] for one in kept["appeal"]] == ["", about]
    assert [one["reason"] for one in kept["exemption"] + kept["enrollment_change"] if one.get("reason")]
    erasure.erase(session, zerlina.id, "It was asked for.")
    rows = session.scalars(select(Hold).order_by(Hold.id).execution_options(populate_existing=True))
    assert [one.reason for one in rows] == ["The person was erased.", about, "–", "Wrote to a customer"]
    appeals = session.scalars(select(Appeal).order_by(Appeal.id).execution_options(populate_existing=True))
    assert [(one.words, one.answer) for one in appeals] == [("–", ""), ("Unfair", about)]


def test_only_words_stay_that_the_database_lets_nobody_change() -> None:
    for table, columns in erasing.STAYS.items():
        assert any(" BEFORE UPDATE " in statement for statement in GUARDS[table]["sqlite"]), table
        assert set(columns) <= set(Base.metadata.tables[table].columns.keys())
    assert set(erasing.STAYS) & set(erasing.WORDS) == set(erasing.CLOSED_BY)


def _found(session: Session) -> Iterator[tuple[str, str]]:
    """Every place in the database where one of the needles stands, in whatever letters. A statement for each table."""
    needles = [needle.lower() for needle in NEEDLES]
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, String | JSON)]
        texts = [func.lower(cast(column, String)) for column in columns]
        named = [text.contains(needle, autoescape=True) for text in texts for needle in needles]
        for row in session.execute(select(*columns).where(or_(*named))) if named else ():
            for column, value in zip(columns, row, strict=True):
                if any(needle in json.dumps(value, ensure_ascii=False).lower() for needle in needles):
                    yield table.name, column.name
