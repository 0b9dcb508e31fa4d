"""Awarding certificates: by rule, once, frozen."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certificates import awards, frozen, nightly, register
from certificates.level_models import LevelText
from certificates.models import Authorization, AuthorizationStatus, Certificate
from certificates.permissions import giving
from courses.enrollment_models import Enrollment
from courses.events import CourseCompleted
from courses.models import Course
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.events import announce
from lms.base.outbox import OutboxMessage
from lms.guidelines import attestations
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person
from tests.make import Make

NOW = datetime(2026, 1, 12, 10, tzinfo=UTC)


def guideline(session: Session) -> GuidelineVersion:
    return session.scalars(select(GuidelineVersion).order_by(GuidelineVersion.number.desc())).first()  # type: ignore[return-value]


def course(session: Session) -> Course:
    return session.scalars(select(Course).where(Course.slug == "principles")).one()


def accept(session: Session, person: Person) -> None:
    attestations.accept(session, person.id, guideline(session).id, "en")


def complete(session: Session, make: Make, person: Person, cycle: int = 1) -> None:
    enrollment = make.enrollment(person, course(session), completed=True, cycle=cycle)
    announce(session, CourseCompleted(person.id, course(session).id, enrollment.id))


def held(session: Session, person: Person) -> list[tuple[str, int]]:
    rows = session.scalars(select(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id))
    return [(row.content["level"]["code"], row.cycle) for row in rows]


def the(session: Session, person: Person, code: str = "L1") -> Certificate:
    rows = session.scalars(
        select(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id.desc())
    )
    return next(row for row in rows if row.content["level"]["code"] == code)


@pytest.fixture
def alice(make: Make) -> Person:
    make.levels()
    charlie = make.person("Charlie", "Brown")
    make.certificate(charlie)
    return make.people().alice


@pytest.mark.parametrize("order", [(accept, complete), (complete, accept)])
def test_both_steps_in_either_order_bring_the_certificate(
    session: Session, make: Make, alice: Person, order: tuple[Any, Any]
) -> None:
    for step in order:
        assert ("L1", 1) not in held(session, alice)
        step(session, make, alice) if step is complete else step(session, alice)
    assert sorted(held(session, alice)) == [("L0", 1), ("L1", 1)]
    (given,) = session.scalars(select(Authorization).where(Authorization.person_id == alice.id))
    assert (given.status, given.certificate_id) == ("active", the(session, alice).id)
    history = session.scalars(select(AuthorizationStatus).where(AuthorizationStatus.authorization_id == given.id)).all()
    assert [(row.status, row.reason) for row in history] == [("active", giving.BY_RULE)]
    deeds = set(session.scalars(select(AuditEntry.deed)))
    assert {"awarded a certificate", "authorization became active"} <= deeds


def test_what_is_done_again_awards_nothing_more(session: Session, make: Make, alice: Person) -> None:
    accept(session, alice)
    complete(session, make, alice)
    accept(session, alice)
    announce(session, CourseCompleted(alice.id, course(session).id, 1))
    assert awards.award(session, alice.id) == []
    assert len(held(session, alice)) == 2
    assert session.scalar(select(func.count(OutboxMessage.id))) == 2


def test_nothing_is_awarded_where_there_is_no_ladder_or_no_guideline(session: Session, make: Make) -> None:
    person, plain = make.person(), make.course(slug="other")
    enrollment = make.enrollment(person, plain, completed=True)
    announce(session, CourseCompleted(person.id, plain.id, enrollment.id))
    assert held(session, person) == []


def test_the_terms_are_those_of_the_level(session: Session, make: Make, alice: Person) -> None:
    with clock.frozen(NOW):
        accept(session, alice)
        complete(session, make, alice)
    certificate = the(session, alice)
    assert (certificate.valid_from, certificate.valid_until) == (date(2026, 1, 12), date(2028, 1, 12))
    assert certificate.issued_at == NOW
    assert len(certificate.uid) == 32
    assert len(certificate.number) == 10


def test_the_content_has_every_printed_word_and_its_digest(session: Session, make: Make, alice: Person) -> None:
    accept(session, alice)
    complete(session, make, alice)
    certificate = the(session, alice)
    content = certificate.content
    assert content["holder"] == {"name": "Alice Janssen"}
    assert content["company"] == "ACME"
    assert content["level"]["texts"]["nl"]["allows"] == "mag online over ACME spreken, als collega."
    assert "{company}" not in str(content)
    assert content["guideline"]["clauses"][1]["code"] == "D2"
    assert set(content["guideline"]["sha256s"]) == {"en", "nl"}
    assert content["courses"][0]["titles"]["en"] == "Principles"
    assert frozen.digest(content) == certificate.content_sha256
    assert "score" not in str(content)


def test_what_is_awarded_is_not_changed_by_later_changes(session: Session, make: Make, alice: Person) -> None:
    accept(session, alice)
    complete(session, make, alice)
    before = dict(the(session, alice).content)
    alice.given_name = "Alicia"
    session.flush()
    session.execute(update(LevelText).values(name="Something else"))
    session.expire_all()
    certificate = the(session, alice)
    assert certificate.content == before
    assert certificate.holder_name == "Alice Janssen"
    assert frozen.digest(certificate.content) == certificate.content_sha256


def test_the_database_refuses_to_change_a_certificate(session: Session, make: Make) -> None:
    certificate = make.certificate(make.person())
    with pytest.raises(DBAPIError):
        session.execute(update(Certificate).where(Certificate.id == certificate.id).values(holder_name="Mallory"))


def test_a_renewal_is_a_second_certificate_and_ends_the_first(session: Session, make: Make, alice: Person) -> None:
    with clock.frozen(NOW):
        accept(session, alice)
        complete(session, make, alice)
    with clock.frozen(NOW + timedelta(days=700)):
        complete(session, make, alice, cycle=2)
        first, second = session.scalars(
            select(Authorization).where(Authorization.person_id == alice.id).order_by(Authorization.id)
        )
        assert (first.status, second.status) == ("ended", "active")
        assert [entry.holds_today for entry in register.of_person(session, alice.id)] == [True]
    assert held(session, alice).count(("L1", 2)) == 1


def test_what_was_withdrawn_does_not_come_back_by_rule(session: Session, make: Make, alice: Person) -> None:
    accept(session, alice)
    complete(session, make, alice)
    make.status(the(session, alice), "revoked")
    assert awards.award(session, alice.id) == []
    with clock.frozen(clock.now() + timedelta(days=1)):
        complete(session, make, alice, cycle=2)
    newest = make.authorization_of(the(session, alice))
    assert newest.status == "requested"
    assert not any(entry.holds_today for entry in register.of_person(session, alice.id))


def test_the_mails_speak_the_readers_language_and_tell_no_results(session: Session, make: Make, alice: Person) -> None:
    accept(session, alice)
    complete(session, make, alice)
    mails = {mail.recipient: mail for mail in session.scalars(select(OutboxMessage))}
    assert set(mails) == {"alice@acme.example", "bob@acme.example"}
    assert f"/verify/{the(session, alice).uid}" in mails["alice@acme.example"].body
    assert "Alice Janssen" in mails["bob@acme.example"].subject
    for mail in mails.values():
        assert "%" not in mail.body
        assert "{" not in mail.body
        assert "&" not in mail.body


def test_somebody_without_a_manager_is_congratulated_all_the_same(session: Session, make: Make) -> None:
    make.levels()
    person = make.person("Zoë", "O'Neill & Søn")
    accept(session, person)
    complete(session, make, person)
    (mail,) = session.scalars(select(OutboxMessage))
    assert "Zoë" in mail.body


def test_completing_and_accepting_at_the_same_moment_award_once(database: Database, make: Make) -> None:
    make.levels()
    person, s1, version = make.person(), course(make.session), guideline(make.session)
    enrollment = make.enrollment(person, s1)
    make.session.commit()
    barrier, failures = threading.Barrier(4), []

    def run(deed: Any) -> None:
        try:
            barrier.wait(10)
            with database.transaction() as session:
                deed(session)
        except Exception as error:
            failures.append(error)

    def finish(session: Session) -> None:
        now = clock.now()
        session.execute(
            update(Enrollment).where(Enrollment.id == enrollment.id).values(started_at=now, completed_at=now)
        )
        announce(session, CourseCompleted(person.id, s1.id, enrollment.id))

    def say_yes(session: Session) -> None:
        attestations.accept(session, person.id, version.id, "en")

    def again(session: Session) -> None:
        awards.award(session, person.id)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in (finish, say_yes, again, again)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    make.session.expire_all()
    assert sorted(held(make.session, person)) == [("L0", 1), ("L1", 1)]


def test_the_same_completion_twice_in_parallel_awards_once(database: Database, make: Make) -> None:
    make.levels()
    person, s1 = make.person(), course(make.session)
    make.attestation(person, guideline(make.session))
    enrollment = make.enrollment(person, s1, completed=True)
    make.session.commit()
    failures: list[BaseException] = []
    barrier = threading.Barrier(5)

    def run() -> None:
        try:
            barrier.wait(10)
            with database.transaction() as session:
                announce(session, CourseCompleted(person.id, s1.id, enrollment.id))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    make.session.expire_all()
    assert sorted(held(make.session, person)) == [("L0", 1), ("L1", 1)]
    assert make.session.scalar(select(func.count(AuthorizationStatus.id))) == 1


def test_a_term_that_is_over_ends_at_night_once(session: Session, make: Make) -> None:
    with clock.frozen(NOW):
        old, paused = make.certificate(make.person("Ana")), make.certificate(make.person("Ben"), status="suspended")
        gone = make.certificate(make.person("Cor"), status="revoked")
    with clock.frozen(datetime(2028, 1, 12, 22, 59, tzinfo=UTC)):
        assert nightly.expire(session) == 0
    with clock.frozen(datetime(2028, 1, 12, 23, 1, tzinfo=UTC)):
        make.certificate(make.person("Dora"))
        assert nightly.expire(session) == 2
        assert nightly.expire(session) == 0
    assert [make.authorization_of(one).status for one in (old, paused, gone)] == ["expired", "expired", "revoked"]
    reasons = select(AuthorizationStatus.reason).where(AuthorizationStatus.status == "expired")
    assert set(session.scalars(reasons)) == {nightly.TERM_OVER}


def test_holders_are_reminded_once_for_each_step(session: Session, make: Make) -> None:
    with clock.frozen(NOW):
        ana = make.person("Ana", email="ana@acme.example")
        make.certificate(ana, months=12)
        make.certificate(make.person("Ben"), months=12, status="revoked")
        make.certificate(make.person("Cor", status="left"), months=12)
        renewed = make.person("Dora")
        make.certificate(renewed, months=12)
        make.certificate(renewed, months=12, cycle=2)
    end = datetime(2027, 1, 12, 12, tzinfo=UTC)
    queued = []
    for before in (61, 60, 59, 31, 30, 29, 8, 7, 1, 0, -1):
        with clock.frozen(end - timedelta(days=before)):
            queued.append(nightly.remind(session))
            assert nightly.remind(session) == 0
    # Dora's second certificate is the one she is reminded of
    assert queued == [0, 2, 0, 0, 2, 0, 0, 2, 0, 0, 0]
    assert len(session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == ana.email)).all()) == 3
