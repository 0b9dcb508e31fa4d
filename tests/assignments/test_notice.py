"""Nobody is late on the first day: days that lie long back leave notice all the same, and it is said why."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import enrollment
from courses.enrollment_models import Enrollment, EnrollmentChange
from lms.assignments import dry_run, extending, gaps, keeping, matching, recurring, rules, why
from lms.assignments.drafts import Condition, RuleDraft
from lms.base import clock
from lms.people.models import Absence
from lms.reminders import planning, tomorrow
from tests.make import Make

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
TODAY = NOW.date()
BELGIUM = Condition("country", "BE")
LADDER = ((-60, "learner"), (-14, "learner"), (1, "learner"), (7, "manager"), (21, "skip"))


def newest(session: Session, person_id: int) -> Enrollment:
    session.expire_all()
    rows = select(Enrollment).where(Enrollment.person_id == person_id).order_by(Enrollment.cycle.desc())
    return session.scalars(rows).first()  # type: ignore[return-value]


def test_a_yearly_cycle_that_opens_months_late_leaves_thirty_days_and_says_why(session: Session, make: Make) -> None:
    course, dana = make.course(), make.person("Dana", country="ZZ")
    boss = make.person("Bob", country="ZZ", manager=dana)
    ana = make.person(country="BE", manager=boss)
    old = make.enrollment(ana, course, completed=True)
    old.started_at = old.completed_at = datetime(2025, 1, 3, 10, tzinfo=UTC)
    session.flush()
    with clock.frozen(NOW):
        draft = RuleDraft("Yearly", course.id, conditions=(BELGIUM,), recurs_months=12, reminders=LADDER)
        rules.save(session, draft, by_id=dana.id)
        assert recurring.may_open(session) == tomorrow.preview(session).opening == 1
        assert recurring.open_next(session) == 1
        assert recurring.open_next(session) == keeping.nightly(session) == 0
        found = newest(session, ana.id)
        assert found.due_on == TODAY + timedelta(days=30)
        assert planning.plan(session) == 0  # the step of 60 days before is not missed: it lies before the opening
        told = why.why_date(session, found.id)
    changes = select(EnrollmentChange.due_after).where(EnrollmentChange.enrollment_id == found.id)
    assert session.scalars(changes.order_by(EnrollmentChange.id)).all() == [date(2026, 1, 3), date(2026, 12, 22)]
    said = "It should have been on 3 January 2026; it was opened late, so 30 days from the opening count."
    assert told.sentences[0] == told.changes[1].reason == said
    assert (told.computed_on, told.based_on, told.days, told.paused_days) == (date(2026, 1, 3), TODAY, 30, 0)
    with clock.frozen(NOW + timedelta(days=16)):
        assert planning.plan(session) == 1
        session.add(Absence(person_id=ana.id, from_on=date(2026, 12, 10), until_on=date(2026, 12, 19), noted_at=NOW))
        session.flush()
        keeping.nightly(session)
        found = newest(session, ana.id)
        assert found.due_on == date(2027, 1, 1)
        found.started_at = found.completed_at = clock.now()
        session.flush()
        recurring.open_next(session)  # the period ends where it would have, a year after 3 January 2026
    again = session.scalars(changes.with_only_columns(EnrollmentChange.due_after).order_by(EnrollmentChange.id)).all()
    assert again[0] == date(2026, 1, 3)
    grids = select(EnrollmentChange.due_after).where(EnrollmentChange.enrollment_id == newest(session, ana.id).id)
    assert session.scalars(grids.order_by(EnrollmentChange.id)).first() == date(2027, 1, 3)


@pytest.mark.parametrize(
    ("days", "due_on"), [(30, date(2026, 12, 22)), (90, date(2026, 12, 22)), (5, date(2026, 11, 27))]
)
def test_a_rule_from_hire_makes_nobody_late_on_the_first_day(
    session: Session, make: Make, days: int, due_on: date
) -> None:
    course, dana = make.course(), make.person("Dana", country="ZZ")
    ana, away = (make.person(country="BE", hire_date=date(2016, 1, 1)) for _ in range(2))
    new, none = make.person(country="BE", hire_date=TODAY), make.person(country="BE", hire_date=None)
    session.add(Absence(person_id=away.id, from_on=date(2020, 1, 1), until_on=date(2020, 1, 9), noted_at=NOW))
    session.flush()
    with clock.frozen(NOW):
        draft = RuleDraft("Hired", course.id, conditions=(BELGIUM,), due_from="hired", due_days=days)
        found = dry_run.dry_run(session, draft)
        assert (found.late, found.spared) == (0, 2)
        assert {one.due_on for one in found.people["gets"]} == {due_on, TODAY + timedelta(days=days), None}
        rules.save(session, draft, by_id=dana.id)
        assert (newest(session, ana.id).due_on, newest(session, away.id).due_on) == (due_on, due_on)
        assert newest(session, new.id).due_on == TODAY + timedelta(days=days)
        told = why.why_date(session, newest(session, ana.id).id)
    assert told.sentences == (
        f"By the rule it would have been due on {_words(date(2016, 1, 1) + timedelta(days=days))}.",
        f"It counts from 22 November 2026 and gives {min(days, 30)} days.",
        "That is when the rule began to ask, so that nobody is late on the first day.",
    )
    with clock.frozen(NOW + timedelta(days=9)):
        assert keeping.nightly(session) == 0
        again = dry_run.dry_run(session, RuleDraft(**{**vars(draft), "uid": rules.rules(session)[0].uid}))
        assert {one.due_on for one in again.people["has"]} == {due_on, TODAY + timedelta(days=days), None}
        none.hire_date = date(2015, 1, 1)
        session.flush()
        assert keeping.nightly(session) == 1
        assert newest(session, none.id).due_on == due_on + timedelta(days=9)


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def test_what_is_missing_does_not_satisfy_what_must_not_be_so(session: Session, make: Make) -> None:
    course, dana = make.course(), make.person("Dana", country="GB")
    nobody = make.person(country="")
    draft = RuleDraft("Not there", course.id, conditions=(Condition("country", "GB", negated=True),))
    found = dry_run.dry_run(session, draft)
    assert (found.fits, found.gaps) == (0, 1)
    tested = matching.test(session, draft.conditions, nobody.id)
    assert (tested.fits, tested.conditions[0].holds, tested.conditions[0].missing) == (False, False, True)
    rules.save(session, draft, by_id=dana.id)
    assert enrollment.current(session, nobody.id, course.id) is None
    listed = gaps.gaps(session)
    assert [(one.kind, one.missing, one.people) for one in listed] == [("fit", "country", 1)]
    assert [one.uid for one in gaps.people(session, listed[0])] == [nobody.uid]


def test_more_time_shows_the_first_day_and_then_the_later_one(session: Session, make: Make) -> None:
    course, dana, ana = make.course(), make.person("Dana", "Boss"), make.person()
    with clock.frozen(NOW):
        enrollment.enroll(session, ana.id, course.id, assigned_by=dana.id, due_on=date(2026, 12, 1))
        taken = newest(session, ana.id)
        extending.extend(session, taken.id, date(2026, 12, 24), reason="A project", by_id=dana.id)
        assert why.why_date(session, taken.id).sentences == (
            "Dana Boss set the day: 1 December 2026.",
            "Dana Boss gave more time, until 24 December 2026: A project",
        )


def test_who_completed_a_course_is_shown_with_that_day(session: Session, make: Make) -> None:
    course, ana = make.course(), make.person(country="BE", hire_date=date(2023, 9, 30))
    done = make.enrollment(ana, course, completed=True)
    done.started_at = done.completed_at = datetime(2024, 2, 1, 10, tzinfo=UTC)
    session.flush()
    found = dry_run.dry_run(session, RuleDraft("All", course.id, conditions=(BELGIUM,), due_from="hired"))
    assert [(one.due_on, one.done_at) for one in found.people["done"]] == [(None, done.completed_at)]


def test_ending_a_rule_tells_apart_who_keeps_the_course_and_why(session: Session, make: Make) -> None:
    course, dana = make.course(), make.person("Dana", country="ZZ")
    own, _, chief = make.person(country="BE"), make.person(country="BE"), make.person(country="BE", tier="manager")
    make.enrollment(own, course)
    rule = rules.save(session, RuleDraft("A", course.id, conditions=(BELGIUM,)), by_id=dana.id)
    assert rules.ending(session, rule.uid) == rules.Ending(paused=2, others=0, own=1)
    rules.save(session, RuleDraft("B", course.id, conditions=(Condition("tier", "manager"),)), by_id=dana.id)
    assert chief.tier == "manager"
    assert rules.ending(session, rule.uid) == rules.Ending(paused=1, others=1, own=1)
