"""The next cycle: when it opens, beside what was done, once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import enrollment
from courses.enrollment_models import Enrollment, EnrollmentChange, LessonCompletion
from courses.models import CourseVersion
from lms.assignments import extending, keeping, recurring, rules
from lms.assignments.drafts import RuleDraft
from lms.base import clock
from lms.people.models import Absence, Person
from tests.make import Make

START = datetime(2025, 1, 1, 10, tzinfo=UTC)


@pytest.fixture
def yearly(session: Session, make: Make) -> Callable[..., tuple[Person, Enrollment]]:
    """A person who has completed a yearly course on a day; due 31 January 2025 at first."""

    def begin(completed: datetime | None = None, **more: object) -> tuple[Person, Enrollment]:
        course, alice = make.course(), make.person(country="BE")
        boss = make.person("Dana")
        with clock.frozen(START):
            draft = RuleDraft("Yearly", course.id, recurs_months=12, **more)  # type: ignore[arg-type]
            rules.save(session, draft, by_id=boss.id)
        found = enrollment.current(session, alice.id, course.id)
        assert found is not None
        assert found.due_on == date(2025, 1, 31)
        if completed:
            found.started_at = found.completed_at = completed
            session.flush()
        for other in session.scalars(select(Enrollment).where(Enrollment.person_id != alice.id)):
            session.delete(other)
        boss.status = "left"
        session.flush()
        return alice, found

    return begin


def night(session: Session, day: date) -> int:
    with clock.frozen(datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=3)):
        keeping.nightly(session)
        return recurring.open_next(session)


def cycles(session: Session, person: Person) -> list[Enrollment]:
    session.expire_all()
    return list(session.scalars(select(Enrollment).where(Enrollment.person_id == person.id).order_by(Enrollment.cycle)))


def test_a_cycle_opens_some_days_before_it_is_due_and_once(session: Session, yearly) -> None:
    alice, old = yearly(datetime(2025, 1, 20, 9, tzinfo=UTC))
    assert night(session, date(2025, 12, 1)) == 0
    assert night(session, date(2025, 12, 2)) == 1
    assert night(session, date(2025, 12, 2)) == 0
    assert night(session, date(2025, 12, 3)) == 0
    first, second = cycles(session, alice)
    assert (second.cycle, second.due_on, second.started_at, second.version_id) == (2, date(2026, 1, 31), None, None)
    assert (second.based_on, second.rule_id) == (date(2025, 1, 31), old.rule_id)
    told = session.scalars(select(EnrollmentChange).where(EnrollmentChange.enrollment_id == second.id)).all()
    assert [(one.kind, one.due_after) for one in told] == [("reopened", date(2026, 1, 31))]
    assert first.completed_at == datetime(2025, 1, 20, 9, tzinfo=UTC)


def test_nothing_opens_while_the_last_cycle_is_not_done(session: Session, yearly) -> None:
    alice, _ = yearly()
    assert night(session, date(2026, 6, 1)) == 0
    assert len(cycles(session, alice)) == 1


def test_the_next_cycle_has_its_leave_and_may_be_extended(session: Session, yearly) -> None:
    alice, _ = yearly(datetime(2025, 1, 20, 9, tzinfo=UTC))
    night(session, date(2025, 12, 2))
    second = cycles(session, alice)[1]
    session.add(
        Absence(person_id=alice.id, from_on=date(2025, 12, 10), until_on=date(2025, 12, 19), noted_at=clock.now())
    )
    session.flush()
    night(session, date(2025, 12, 10))
    assert (cycles(session, alice)[1].due_on, cycles(session, alice)[1].leave_days) == (date(2026, 2, 10), 10)
    with clock.frozen(datetime(2026, 1, 5, tzinfo=UTC)):
        extending.extend(session, second.id, date(2026, 3, 1), reason="Back slowly", by_id=alice.id)
    night(session, date(2026, 1, 6))
    assert cycles(session, alice)[1].due_on == date(2026, 3, 1)


def test_who_is_exempt_or_gone_gets_no_next_cycle(session: Session, yearly) -> None:
    alice, old = yearly(datetime(2025, 1, 20, 9, tzinfo=UTC))
    with clock.frozen(datetime(2025, 11, 1, tzinfo=UTC)):
        given = extending.exempt(session, alice.id, old.course_id, until_on=None, reason="Abroad", by_id=alice.id)
    assert night(session, date(2025, 12, 2)) == 0
    with clock.frozen(datetime(2025, 12, 3, tzinfo=UTC)):
        extending.end_exemption(session, given.id, by_id=alice.id)
    alice.status = "left"
    session.flush()
    assert night(session, date(2025, 12, 3)) == 0
    alice.status = "active"
    session.flush()
    assert night(session, date(2025, 12, 4)) == 1


def test_a_cycle_that_somebody_opened_herself_becomes_the_next_one(session: Session, yearly) -> None:
    alice, old = yearly(datetime(2025, 1, 20, 9, tzinfo=UTC))
    with clock.frozen(datetime(2025, 6, 1, tzinfo=UTC)):
        enrollment.take_again(session, alice.id, old.course_id)
    night(session, date(2025, 6, 2))
    assert [(one.rule_id, one.paused_at) for one in cycles(session, alice)][1] == (None, None)
    assert night(session, date(2025, 12, 2)) == 1
    second = cycles(session, alice)[1]
    assert (second.cycle, second.due_on, second.rule_id) == (2, date(2026, 1, 31), old.rule_id)


def test_periods_that_were_missed_are_said(session: Session, yearly) -> None:
    alice, _ = yearly(datetime(2027, 3, 1, 9, tzinfo=UTC))
    assert night(session, date(2027, 12, 3)) == 1
    second = cycles(session, alice)[1]
    assert second.due_on == date(2028, 1, 31)
    told = session.scalars(select(EnrollmentChange.reason).where(EnrollmentChange.enrollment_id == second.id)).one()
    assert told == "Not taken in time for 31 January 2026, 31 January 2027."


def test_opening_deletes_nothing_and_reuses_nothing(session: Session, make: Make, yearly) -> None:
    alice, old = yearly(datetime(2025, 1, 20, 9, tzinfo=UTC))
    first = session.scalars(select(CourseVersion.id)).one()
    done = LessonCompletion(enrollment_id=old.id, lesson="lesson-1", version_id=first, completed_at=clock.now())
    session.add(done)
    session.flush()
    night(session, date(2025, 12, 2))
    kept = session.scalars(select(LessonCompletion.enrollment_id)).all()
    assert kept == [old.id]


def test_as_many_statements_for_one_as_for_a_hundred(session: Session, make: Make, statements: list[str]) -> None:
    counts = list[int]()
    for people in (1, 100):
        course = make.course(f"course-of-{people}")
        boss = make.person()
        staff = [make.person(location=course.slug) for _ in range(people)]
        with clock.frozen(START):
            draft = RuleDraft("Yearly", course.id, recurs_months=12)
            rules.save(session, draft, by_id=boss.id)
        for one in session.scalars(select(Enrollment).where(Enrollment.course_id == course.id)):
            one.started_at = one.completed_at = START
        session.flush()
        with clock.frozen(START + timedelta(days=350)):
            found = recurring.wanted.asking(session, [course.id])[course.id]
            statements.clear()
            assert len(recurring._open_course(session, course.id, found)) > len(staff)
            counts.append(len([one for one in statements if "COPY" not in one]))
    assert counts[0] == counts[1]
