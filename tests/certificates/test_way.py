"""The way to a level: what is asked for, when a renewal counts and how long it holds, and cycles without gaps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from certificates import awards, days, ladder, register
from certificates.ladder import LevelView, Need
from certificates.level_models import Level, LevelRequirement
from certificates.models import Authorization, Certificate, CertificateStatus
from certificates.standing import Scope
from certificates.way import basis, dates, evidence, judging, overview, renewing, requirements, terms, waivers
from certificates.way.dates import Facts
from certificates.way.evidence import Completion, Evidence
from certificates.way.terms import Held
from courses.enrollment_models import Enrollment
from courses.events import CourseCompleted, CourseCompletionWithdrawn
from courses.models import Course
from lms.base import clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.events import announce
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person
from tests.make import Make

NOW = datetime(2026, 1, 12, 10, tzinfo=UTC)
END = date(2028, 1, 12)
COURSE = Need("course", "principles", course_id=7)
AGAIN = Need("course", "refresher", renewal=True, within_months=6, course_id=8)


def level(**changed: Any) -> LevelView:
    plain = LevelView(
        id=1,
        code="L1",
        kind="level",
        rank=1,
        revision=1,
        valid_months=24,
        renew_days=60,
        grace_days=14,
        attest_months=None,
        dormant_months=None,
        samples=0,
        renewal_samples=0,
        by_appointment=False,
        preapproval=False,
        needs_attestation=False,
        granted_by_rule=True,
        may_reply=False,
        may_commit=False,
        may_in_crisis=False,
        retired=False,
        texts={},
        needs=(COURSE,),
        approvers=(),
        scope=Scope(),
    )
    return replace(plain, **changed)


def held(ends_on: date = END, status: str = "active", cycle: int = 1) -> Held:
    return Held(1, cycle, NOW, ends_on, status)


@pytest.mark.parametrize(
    ("before", "today", "opened", "until"),
    [
        (None, date(2026, 3, 31), True, date(2028, 3, 31)),
        (held(), END - timedelta(days=61), False, None),
        (held(), END - timedelta(days=60), True, date(2030, 1, 12)),
        (held(), END, True, date(2030, 1, 12)),
        (held(status="suspended"), END - timedelta(days=1), True, date(2030, 1, 12)),
        (held(), END + timedelta(days=1), True, date(2030, 1, 13)),
        (held(status="expired"), END + timedelta(days=400), True, date(2031, 2, 15)),
        (held(status="revoked"), date(2026, 6, 1), True, date(2028, 6, 1)),
        (held(status="ended"), date(2026, 6, 1), True, date(2028, 6, 1)),
        (held(date(2028, 2, 29)), date(2028, 2, 29), True, date(2030, 2, 28)),
    ],
)
def test_a_renewal_in_its_window_is_counted_from_the_old_end_and_any_other_from_its_day(
    before: Held | None, today: date, opened: bool, until: date | None
) -> None:
    assert (before is None or terms.is_open(before, level(), today)) == opened
    if until is not None:
        assert terms.term(before, level(), today) == (today, until)


@pytest.mark.parametrize(
    ("done_on", "before", "need", "counts"),
    [
        (date(2027, 11, 12), held(), COURSE, False),
        (date(2027, 11, 13), held(), COURSE, True),
        (date(2028, 3, 1), held(status="expired"), COURSE, True),
        (date(2026, 1, 11), held(), COURSE, False),
        (date(2026, 2, 1), held(status="revoked"), COURSE, True),
        (date(2027, 9, 1), held(), AGAIN, True),
        (date(2027, 5, 1), held(), AGAIN, False),
        (date(2020, 1, 1), None, COURSE, True),
        (date(2020, 1, 1), None, AGAIN, False),
    ],
)
def test_what_was_done_before_the_window_or_for_the_certificate_before_does_not_count(
    done_on: date, before: Held | None, need: Need, counts: bool
) -> None:
    at = datetime.combine(done_on, datetime.min.time(), UTC).replace(hour=12)
    assert terms.counts(at, before, level(), need, date(2028, 1, 5)) is counts


@given(st.lists(st.integers(0, 900), min_size=1, max_size=12), st.integers(6, 36))
def test_cycles_never_repeat_or_skip_and_no_term_jumps(waits: list[int], months: int) -> None:
    """However early or late somebody completes the course anew: each award is the next cycle, with a completion of its
    own, without a gap while renewed in time, and never longer than its term and the window."""
    asked, day, done = level(valid_months=months), date(2026, 1, 1), list[Completion]()
    newest: Held | None = None
    for number, wait in enumerate(waits, 1):
        day += timedelta(days=wait)
        at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
        done.append(Completion(7, number, at, 1))
        found = Evidence("staff", day, completions=done, held={} if newest is None else {1: newest})
        opened = newest is None or terms.is_open(newest, asked, day)
        if not judging.due(found, asked, opened):
            assert newest is not None
            assert newest.ends_on >= day
            continue
        starts_on, ends_on = terms.term(newest, asked, day)
        (rests,) = judging.basis(found, asked, renewal=newest is not None)
        assert rests.completion == done[-1]
        assert days.months_after(starts_on, months) <= ends_on
        assert ends_on <= days.months_after(starts_on + timedelta(days=asked.renew_days), months)
        if newest is not None and newest.ends_on >= day:
            assert ends_on == days.months_after(newest.ends_on, months)
        newest = Held(1, newest.cycle + 1 if newest else 1, at, ends_on, "active")
        again = replace(found, held={1: newest})
        assert not judging.due(again, asked, terms.is_open(newest, asked, day))


MISSING, MISSING_AGAIN = replace(COURSE, course_id=None), replace(AGAIN, course_id=None)
QUIZ, QUIZ_AGAIN = Need("quiz", "principles"), Need("quiz", "refresher", renewal=True)
DECIDED = {"granted_by_rule": False, "needs_attestation": True}


@pytest.mark.parametrize(
    ("needs", "rules", "done_anew", "renewed"),
    [
        ((COURSE, MISSING_AGAIN), {}, True, True),
        ((COURSE, MISSING_AGAIN), DECIDED, False, False),
        ((MISSING, MISSING_AGAIN), DECIDED, False, True),
        ((MISSING, MISSING_AGAIN), {"needs_attestation": True}, False, False),
        ((MISSING, COURSE, MISSING_AGAIN), DECIDED, False, False),
        ((MISSING, COURSE, MISSING_AGAIN), DECIDED, True, True),
        ((MISSING, AGAIN), DECIDED, False, False),
        ((MISSING_AGAIN,), DECIDED, False, True),
        ((AGAIN,), DECIDED, False, False),
        ((MISSING, QUIZ, MISSING_AGAIN, QUIZ_AGAIN), DECIDED, False, True),
        ((MISSING, MISSING_AGAIN), DECIDED | {"samples": 1}, False, False),
        ((MISSING,), DECIDED, False, True),
    ],
)
def test_nobody_waits_for_a_course_that_is_being_written_to_renew(
    needs: tuple[Need, ...], rules: dict[str, Any], done_anew: bool, renewed: bool
) -> None:
    asked, today = level(needs=needs, **rules), END - timedelta(days=3)
    at = datetime.combine(today, datetime.min.time(), UTC)
    found = Evidence(
        "staff",
        today,
        accepted=True,
        completions=[Completion(7, 2, at, 1)] if done_anew else [],
        held={1: held()},
        missing_quizzes=frozenset({"principles", "refresher"}),
    )
    assert judging.met(found, asked, renewal=True) is renewed
    assert not judging.met(found, asked) or not any(need.course_id is None for need in asked.needs_of("staff"))
    said = requirements.worded(found, judging.long_way(found, asked), {})
    assert all(item.why.startswith("This is being written") for item in said if not item.there and item.done)


def test_a_level_above_counts_for_one_below_and_an_endorsement_only_for_itself() -> None:
    below, above = level(code="L2"), level(id=2, code="L3", rank=3)
    crisis = level(id=3, code="crisis", kind="endorsement", rank=9)
    found = Evidence("staff", date(2027, 1, 1), ladder=(below, above, crisis), held={2: held()})
    assert found.holds("L2")
    assert found.holds("L3")
    assert not found.holds("crisis")
    assert not found.holds("nothing")


def test_every_date_says_why() -> None:
    facts = Facts(date(2027, 12, 1), date(2030, 1, 12), 24, 60, END, 3, date(2028, 1, 2), 12, date(2027, 12, 1), 5)
    why = {one.kind: one for one in dates.explain(facts, date(2028, 1, 5), (7,))}
    assert [(kind, why[kind].on) for kind in ("dormant", "attest", "renewal", "reminder", "ends")] == [
        ("dormant", date(2028, 4, 2)),
        ("attest", date(2028, 12, 1)),
        ("renewal", date(2029, 11, 13)),
        ("reminder", date(2030, 1, 5)),
        ("ends", date(2030, 1, 12)),
    ]
    assert "counted from the old last day" in why["ends"].rule
    assert ("Days of leave", "5 days, which do not move this date") in why["ends"].inputs
    assert any("Europe/Brussels" in value for _, value in why["ends"].inputs)
    by_hand = Facts(date(2026, 1, 1), date(2026, 6, 1), 24, 60)
    assert "chose this last day" in dates.explain(by_hand, date(2026, 2, 1))[-1].rule


@pytest.fixture
def alice(session: Session, make: Make) -> Person:
    """Somebody in a company whose only level is L1, which asks for the course and the guideline."""
    make.levels()
    with clock.frozen(NOW):
        person = make.people().alice
        make.attestation(person, session.scalars(select(GuidelineVersion)).one())
    return person


def complete(session: Session, make: Make, person: Person, cycle: int = 1) -> Enrollment:
    course = session.scalars(select(Course).where(Course.slug == "principles")).one()
    enrollment = make.enrollment(person, course, completed=True, cycle=cycle)
    announce(session, CourseCompleted(person.id, course.id, enrollment.id))
    return enrollment


def of_level(session: Session, person: Person, code: str = "L1") -> list[Certificate]:
    rows = session.scalars(select(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id))
    return [row for row in rows if row.content["level"]["code"] == code]


def test_a_renewal_holds_without_a_gap_and_from_the_old_end(session: Session, make: Make, alice: Person) -> None:
    with clock.frozen(NOW):
        complete(session, make, alice)
    with clock.frozen(NOW + timedelta(days=300)):
        complete(session, make, alice, cycle=2)
    assert len(of_level(session, alice)) == 1  # far too early to count
    with clock.frozen(datetime(2027, 12, 1, 12, tzinfo=UTC)):
        complete(session, make, alice, cycle=3)
    first, second = of_level(session, alice)
    assert (second.cycle, second.valid_from, second.valid_until) == (2, date(2027, 12, 1), date(2030, 1, 12))
    kept = [one for one in second.content["requirements"] if one["kind"] == "course"]
    assert [(one["slug"], one["cycle"], one["on"]) for one in kept] == [("principles", 3, "2027-12-01")]
    assert first.content["subject"] == second.content["subject"]
    assert first.content["identity"]["hash"] != second.content["identity"]["hash"]


def test_what_was_done_before_its_window_opened_is_renewed_at_night_once(
    session: Session, make: Make, alice: Person
) -> None:
    with clock.frozen(NOW):
        complete(session, make, alice)
    refresher = make.course(slug="refresher", title="Refresher")
    with clock.frozen(datetime(2027, 10, 1, 12, tzinfo=UTC)):  # within six months, before the window
        taken = make.enrollment(alice, refresher, completed=True)
        session.execute(update(Level).values(revision=Level.revision + 1))  # the ladder is read anew
        announce(session, CourseCompleted(alice.id, refresher.id, taken.id))
        assert awards.award_opened(session) == 0
    with clock.frozen(datetime(2027, 11, 13, 12, tzinfo=UTC)):
        assert awards.award_opened(session) == 1
        assert awards.award_opened(session) == 0
        assert of_level(session, alice)[-1].valid_until == date(2030, 1, 12)


def test_many_are_renewed_at_night_in_as_many_statements_as_one(
    session: Session, make: Make, statements: list[str]
) -> None:
    make.levels()
    refresher = make.course(slug="refresher", title="Refresher")
    version, boss = session.scalars(select(GuidelineVersion)).one(), make.person("Marta", "Meyer")
    counts = []
    for many in (1, 1, 5):  # the first reads what stays in memory
        people = [make.person(manager=boss, language=("nl", "en")[number % 2]) for number in range(many)]
        for person in people:
            with clock.frozen(NOW):
                make.attestation(person, version)
                make.certificate(person, level="L0")
                make.certificate(person)
            with clock.frozen(datetime(2027, 10, 1, 12, tzinfo=UTC)):
                make.enrollment(person, refresher, completed=True)
        session.flush()
        with clock.frozen(datetime(2027, 11, 13, 12, tzinfo=UTC)):
            statements.clear()
            assert awards.award_opened(session) == many
            counts.append(len(statements))
            stands = select(Authorization.status).where(Authorization.person_id.in_([one.id for one in people]))
            assert session.scalars(stands.order_by(Authorization.id)).all() == ["ended"] * many + ["active"] * many
    assert counts[1] == counts[2]


def test_a_course_taken_back_pauses_what_rests_on_it_alone(session: Session, make: Make, alice: Person) -> None:
    refresher = make.course(slug="refresher", title="Refresher")
    session.execute(update(Level).values(revision=Level.revision + 1))  # the ladder is read anew
    with clock.frozen(NOW):
        first = complete(session, make, alice)
    with clock.frozen(datetime(2027, 12, 1, 12, tzinfo=UTC)):
        anew = make.enrollment(alice, refresher, completed=True)
        announce(session, CourseCompleted(alice.id, refresher.id, anew.id))
        assert len(of_level(session, alice)) == 2
        newest = select(Authorization.status).order_by(Authorization.id.desc()).limit(1)

        def take_back(taken: Enrollment) -> None:
            taken.completed_at = None
            session.flush()
            announce(session, CourseCompletionWithdrawn(alice.id, taken.course_id, taken.id, "marked anew"))

        take_back(first)
        assert session.scalar(newest) == "active"
        take_back(anew)
        assert session.scalar(newest) == "suspended"
        first.completed_at = clock.now()
        announce(session, CourseCompleted(alice.id, first.course_id, first.id))
        assert session.scalar(newest) == "suspended"
        anew.completed_at = clock.now()
        session.flush()
        announce(session, CourseCompleted(alice.id, refresher.id, anew.id))
        assert session.scalar(newest) == "active"


def test_a_permission_rests_on_the_completion_it_was_earned_with(session: Session, make: Make, alice: Person) -> None:
    with clock.frozen(NOW):
        first = complete(session, make, alice)
    with clock.frozen(datetime(2027, 12, 1, 12, tzinfo=UTC)):
        second = complete(session, make, alice, cycle=2)
    assert basis.unproved(session, alice.id) == frozenset()
    first.completed_at = None
    session.flush()
    assert basis.unproved(session, alice.id) == frozenset()
    first.completed_at, second.completed_at = NOW, None
    session.flush()
    newest = session.scalars(select(Authorization.id).order_by(Authorization.id.desc())).first()
    assert basis.unproved(session, alice.id) == {newest}


def test_a_course_is_taken_again_when_the_window_is_open_and_not_before(
    session: Session, make: Make, alice: Person
) -> None:
    with clock.frozen(NOW):
        complete(session, make, alice)
        with pytest.raises(Conflict, match="from 13 November 2027 on"):
            renewing.start(session, alice.id, "L1", "principles")
        with pytest.raises(NotFound):
            renewing.start(session, alice.id, "L1", "nothing")
    with clock.frozen(datetime(2027, 12, 1, 12, tzinfo=UTC)):
        renewing.start(session, alice.id, "L1", "principles")
        renewing.start(session, alice.id, "L1", "principles")
    taken = session.scalars(select(Enrollment).where(Enrollment.person_id == alice.id).order_by(Enrollment.cycle)).all()
    assert [(one.cycle, one.completed_at is None, one.due_on) for one in taken] == [
        (1, False, None),
        (2, True, date(2028, 1, 12)),
    ]


def test_prior_learning_is_recognized_by_somebody_else_with_a_reason(
    session: Session, make: Make, alice: Person
) -> None:
    hub = make.person("Hugo", roles=["hub"])
    reason = "Taught this course herself at her previous company."
    asked = {"level_code": "L1", "kind": "course", "slug": "principles", "reason": reason, "by_id": hub.id}
    with pytest.raises(Forbidden):
        waivers.grant_waiver(session, hub.id, **asked)
    with pytest.raises(Invalid, match="at least 20 letters"):
        waivers.grant_waiver(session, alice.id, **asked | {"reason": "Knows it."})
    with pytest.raises(Invalid, match="requirements"):
        waivers.grant_waiver(session, alice.id, **asked | {"slug": "nothing"})
    waiver = waivers.grant_waiver(session, alice.id, **asked)
    (certificate,) = of_level(session, alice)
    assert certificate.content["requirements"][0]["waived"]
    assert [one.by_name for one in waivers.in_force(session, alice.id)] == [hub.name]
    with pytest.raises(Conflict):
        waivers.grant_waiver(session, alice.id, **asked)
    waivers.end_waiver(session, waiver.id, by_id=hub.id)
    with pytest.raises(Conflict):
        waivers.end_waiver(session, waiver.id, by_id=hub.id)
    assert len(of_level(session, alice)) == 1


def test_a_course_that_does_not_exist_is_said_and_never_skipped(session: Session, make: Make, alice: Person) -> None:
    session.execute(update(LevelRequirement).where(LevelRequirement.slug == "principles").values(slug="not-there-yet"))
    session.execute(update(Level).values(revision=Level.revision + 1))
    view = ladder.level(session, "L1")
    items = requirements.of(session, alice, view)
    assert [(item.kind, item.done, item.there) for item in items] == [
        ("course", False, False),
        ("guideline", True, True),
    ]
    assert items[0].why == "This course is being written."
    assert not requirements.met(session, alice, view)
    assert awards.award(session, alice.id) == [] or of_level(session, alice) == []


def test_a_certificate_by_decision_has_the_scope_that_was_given(session: Session, make: Make, alice: Person) -> None:
    view = ladder.level(session, "L2")
    given = Scope(frozenset({"linkedin"}), frozenset({"service"}), frozenset({"nl"}), frozenset({"be"}))
    first = awards.issue(session, alice, view, scope=given)
    assert [(part["dimension"], part["value"]) for part in first.content["scope"]] == given.pairs()
    assert (first.cycle, awards.issue(session, alice, view).cycle) == (1, 2)


def test_the_page_takes_as_many_statements_for_much_as_for_little(
    session: Session, make: Make, alice: Person, statements: list[str]
) -> None:
    counts = []
    for many in (1, 4):
        make.certificate(alice, cycle=many + 1)
        for number in range(many):
            make.enrollment(alice, make.course(f"course-{many}-{number}"), completed=True)
        overview.of(session, alice)
        statements.clear()
        overview.of(session, alice)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_certificate_issued_in_error_counts_for_nothing_and_shows_as_withdrawn(
    session: Session, make: Make, alice: Person
) -> None:
    certificate = make.certificate(alice, level="L0")
    session.add(
        CertificateStatus(certificate_id=certificate.id, status="withdrawn", at=clock.now(), reason="a mistake")
    )
    session.flush()
    assert [entry.status for entry in register.every(session, alice.id)] == ["withdrawn"]
    assert not evidence.held_by(session, alice.id)[certificate.level_id].holds(days.today())
