"""Once a year the same guideline is accepted again; and again when other clauses hold for somebody."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.models import Authorization, Certificate
from certificates.permissions import triggers
from courses.events import CourseCompleted
from courses.models import Course
from lms.base import clock
from lms.base.db import Database
from lms.base.events import announce
from lms.guidelines import attestations, catalog, proofs
from lms.guidelines.models import Attestation, Clause, ClauseText, GuidelineVersion
from lms.people.models import Person
from tests.make import Make
from tests.support.at_once import at_once

NOW = datetime(2026, 1, 12, 10, tzinfo=UTC)
SLUG = "how-we-speak"
ADDRESS = f"/guidelines/{SLUG}"


def later(days: int) -> object:
    return clock.frozen(NOW + timedelta(days=days))


def accept(session: Session, person: Person, version: GuidelineVersion) -> None:
    attestations.accept(session, person.id, version.id, "en")


def rows(session: Session, person: Person) -> list[int]:
    wanted = select(Attestation.number).where(Attestation.person_id == person.id).order_by(Attestation.id)
    return list(session.scalars(wanted))


def test_a_year_later_the_ambassador_is_paused_until_she_accepts_the_same_words_again(
    session: Session, make: Make
) -> None:
    make.levels()
    person, version = make.person(), session.scalars(select(GuidelineVersion)).one()
    course = session.scalars(select(Course).where(Course.slug == "principles")).one()
    with later(0):
        accept(session, person, version)
        enrollment = make.enrollment(person, course, completed=True)
        announce(session, CourseCompleted(person.id, course.id, enrollment.id))
    given = session.scalars(select(Authorization).where(Authorization.person_id == person.id)).one()
    with later(360):
        assert triggers.attested(session) == 0
    with later(367):
        assert triggers.attested(session) == 1
        session.refresh(given)
        assert given.status == "suspended"
        accept(session, person, version)
        session.refresh(given)
        assert given.status == "active"
        assert triggers.attested(session) == 0
    held = select(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id)
    assert [(row.content["level"]["code"], row.cycle) for row in session.scalars(held)] == [
        ("L0", 1),
        ("L1", 1),
        ("L0", 2),
    ], "who accepts the guideline again renews the level that asks for nothing else"


def test_the_same_words_again_count_after_a_time_and_better_words_count_with_the_ones_before(
    session: Session, make: Make
) -> None:
    person, first = make.person(), make.guideline()

    def count() -> int:
        return attestations.material_counts(session, [person.id], SLUG).get(person.id, 0)

    for day, rounds in ((0, 1), (1, 1), (179, 1), (181, 2), (200, 2)):
        with later(day):
            accept(session, person, first)
            assert count() == rounds, day
    better = make.guideline(number=2, material=False)
    with later(210):
        assert attestations.accepted(session, person.id, better.id)
        accept(session, person, better)
        assert count() == 2, "in better words it is the same promise"
    with later(391):
        accept(session, person, better)
        assert count() == 3
    assert rows(session, person) == [1, 2, 2, 3]
    other = make.guideline(number=3)
    with later(392):
        accept(session, person, other)
        assert count() == 4


def test_who_becomes_a_manager_is_asked_again_and_loses_nothing(session: Session, make: Make, client_for) -> None:
    person, version = make.person(), make.guideline()
    for_managers = Clause(version_id=version.id, code="D7", position=9, kind="duty", red_line=False, tier="manager")
    for_managers.texts = [
        ClauseText(language=code, title="Listen", body_html="<p>Listen.</p>") for code in ("en", "nl")
    ]
    session.add(for_managers)
    session.flush()
    view = catalog.version(session, version.id)
    accept(session, person, version)
    person.tier = "manager"
    session.flush()
    mine = proofs.mine(session, person.id, version.id)
    assert mine.in_force
    assert mine.asked_again(view, "staff", "") == ""
    assert mine.asked_again(view, "manager", "") == "place"
    client = client_for(person)
    page = client.get(ADDRESS).text
    assert "Other clauses hold for you now" in page
    client.submit(ADDRESS, {"language": "en", "agree": "yes"})
    assert "Other clauses" not in client.get(ADDRESS).text
    assert rows(session, person) == [1, 2]


def test_the_page_offers_to_accept_again_before_the_year_is_over(session: Session, make: Make, client_for) -> None:
    person, version = make.person(), make.guideline()
    with later(0):
        accept(session, person, version)
    seen = {}
    for day in (10, 200, 301):
        with later(day):
            page = client_for(person).get(ADDRESS).text
            seen[day] = ("Accept it again" in page, "Once a year" in page)
            client = client_for(person)
    assert seen == {10: (False, False), 200: (True, False), 301: (True, True)}
    with later(301):
        client.submit(ADDRESS, {"language": "en", "agree": "yes"})
        assert "Accept it again" not in client_for(person).get(ADDRESS).text
    assert rows(session, person) == [1, 2]


def test_accepting_again_at_the_same_moment_is_kept_once(database: Database, session: Session, make: Make) -> None:
    person, version = make.person(), make.guideline()
    with clock.frozen(clock.now() - timedelta(days=250)):
        accept(session, person, version)
    number, version_id = person.id, version.id
    session.commit()
    assert not at_once(database, [lambda own: attestations.accept(own, number, version_id, "en")] * 3)
    assert session.scalar(select(func.count()).select_from(Attestation)) == 2
