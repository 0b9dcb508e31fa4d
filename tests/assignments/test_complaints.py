"""What users of large systems complain about, by its number in field.md part 2, and why it cannot happen here."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courses import enrollment, progress
from courses.enrollment_models import Enrollment, EnrollmentChange
from courses.models import Course
from lms.assignments import dates, dry_run, extending, gaps, keeping, recurring, rules, why
from lms.assignments.drafts import Condition, RuleDraft
from lms.assignments.models import Exemption
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid
from lms.people.events import PeopleChanged
from lms.people.models import Absence, Person, PersonPast, PersonRole
from tests.make import Make

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)
BELGIUM = Condition("country", "BE")
LADDER = ((-14, "learner"), (-3, "learner"), (1, "learner"), (7, "manager"), (21, "skip"))
Save = Callable[..., rules.RuleView]


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Boss", country="ZZ")


@pytest.fixture
def save(session: Session, dana: Person) -> Save:
    def saved(course: Course, *conditions: Condition, **more: object) -> rules.RuleView:
        draft = RuleDraft("New colleagues", course.id, conditions=conditions, **more)  # type: ignore[arg-type]
        return rules.save(session, draft, by_id=dana.id)

    return saved


def of(session: Session, person: Person, course: Course) -> Enrollment:
    session.expire_all()
    found = enrollment.current(session, person.id, course.id)
    assert found is not None
    return found


def changed(session: Session, *people: Person) -> None:
    session.flush()
    keeping.people_changed(session, PeopleChanged(frozenset(one.id for one in people)))


def complete(session: Session, found: Enrollment, at: datetime) -> None:
    found.started_at = found.completed_at = at
    session.flush()


def test_6_saving_a_rule_surprises_nobody_with_a_flood_of_mail(session: Session, make: Make, dana: Person) -> None:
    course, bob = make.course(), make.person("Bob", country="NL")
    for number in range(3):
        make.person(f"P{number}", country="BE", manager=bob)
    done, own = make.person("Done", country="BE"), make.person("Own", country="BE", manager=bob)
    make.enrollment(done, course, completed=True)
    make.enrollment(own, course)
    before = session.scalar(select(func.count()).select_from(Enrollment))
    draft = RuleDraft("All", course.id, conditions=(BELGIUM,), due_days=20, reminders=LADDER)
    found = dry_run.dry_run(session, draft)
    assert (found.fits, found.gets, found.has, found.done, found.gaps) == (5, 3, 1, 1, 0)
    assert [one.name for one in found.people["gets"]] == ["P0 Janssen", "P1 Janssen", "P2 Janssen"]
    today = clock.today("Europe/Brussels")
    assert dict(found.busiest) == {
        today + timedelta(days=days): count for days, count in ((6, 4), (17, 4), (21, 4), (27, 1))
    }
    assert (found.mails, found.mails_by_audience) == (13, {"learner": 12, "manager": 1})
    assert session.scalar(select(func.count()).select_from(Enrollment)) == before
    assert session.scalar(select(func.count()).select_from(rules.AssignmentRule)) == 0


def test_6_a_rule_that_would_make_many_overdue_at_once_says_so(session: Session, make: Make) -> None:
    course = make.course()
    make.person(country="BE", hire_date=date(2015, 1, 1))
    make.person(country="BE", hire_date=None)
    draft = RuleDraft("All", course.id, conditions=(BELGIUM,), due_from="hired", reminders=LADDER)
    found = dry_run.dry_run(session, draft)
    assert (found.gets, found.late, found.spared, found.gaps) == (2, 0, 1, 1)  # nobody is late on the first day
    over = RuleDraft("All", course.id, conditions=(BELGIUM,), due_from="fixed", due_on=date(2020, 1, 1))
    assert dry_run.dry_run(session, over).late == 2


def test_6_what_a_change_would_pause_or_move_is_told_before(session: Session, make: Make, save: Save) -> None:
    course, ann, bea = make.course(), make.person("Ann", country="BE"), make.person("Bea", country="NL")
    save(course, Condition("country", "NL"))
    rule = save(course, BELGIUM)
    draft = RuleDraft("X", course.id, conditions=(Condition("country", "NL"),), uid=rule.uid, position=1)
    found = dry_run.dry_run(session, draft)
    assert (found.fits, found.moved, found.paused) == (1, 1, 1)
    assert [one.uid for one in found.people["paused"]] == [ann.uid]
    assert [one.uid for one in found.people["moved"]] == [bea.uid]
    assert rules.would_pause(session, rule.uid) == 1


def test_9_thousands_are_opened_for_the_next_cycle_by_themselves(session: Session, make: Make, save: Save) -> None:
    course = make.course()
    crowd = [make.person(country="BE") for _ in range(40)]
    with clock.frozen(NOON):
        save(course, BELGIUM, recurs_months=12)
        for one in crowd:
            complete(session, of(session, one, course), clock.now())
    with clock.frozen(NOON + timedelta(days=365)):
        assert recurring.open_next(session) == 40
        assert recurring.open_next(session) == 0


def test_10_who_is_enrolled_again_is_not_complete_at_once(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, BELGIUM, recurs_months=12)
        first = of(session, alice, course)
        for lesson in ("lesson-1", "lesson-2", "lesson-3"):
            progress.remember_place(session, alice.id, course.id, lesson)
            make.lesson_done(first, lesson, make.live(course))
        complete(session, first, clock.now())
    with clock.frozen(NOON + timedelta(days=365)):
        recurring.open_next(session)
        where = progress.standing(session, alice.id, course.slug)
    assert (where.percent, where.done, where.completed_at) == (0, frozenset(), None)


def test_11_a_new_cycle_wipes_nothing(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, BELGIUM, recurs_months=12)
        first = of(session, alice, course)
        make.lesson_done(first, "lesson-1", make.live(course))
        extending.extend(session, first.id, date(2026, 8, 1), reason="A project", by_id=alice.id)
        complete(session, first, clock.now())
    with clock.frozen(NOON + timedelta(days=385)):
        recurring.open_next(session)
    both = session.scalars(select(Enrollment).where(Enrollment.person_id == alice.id).order_by(Enrollment.cycle)).all()
    assert [(one.cycle, one.due_on) for one in both] == [(1, date(2026, 8, 1)), (2, date(2027, 8, 1))]
    assert both[0].completed_at == NOON


def test_12_doing_it_early_does_not_jump_a_year(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, BELGIUM, due_from="fixed", due_on=date(2026, 12, 31), recurs_months=12)
        complete(session, of(session, alice, course), clock.now())
    with clock.frozen(datetime(2026, 12, 1, tzinfo=UTC)):
        assert recurring.open_next(session) == 0
    with clock.frozen(datetime(2027, 11, 2, tzinfo=UTC)):
        assert recurring.open_next(session) == 1
    assert of(session, alice, course).due_on == date(2027, 12, 31)


def test_13_every_decision_has_a_history(session: Session, make: Make, save: Save, dana: Person) -> None:
    course, alice = make.course(), make.person(country="BE")
    save(course, BELGIUM)
    found = of(session, alice, course)
    later = found.due_on + timedelta(days=9) if found.due_on else date.max
    extending.extend(session, found.id, later, reason="A project", by_id=dana.id)
    extending.exempt(session, alice.id, course.id, until_on=None, reason="Abroad", by_id=dana.id)
    told = why.why_date(session, found.id)
    assert [(one.kind, one.by) for one in told.changes] == [("extended", "Dana Boss"), ("waived", "")]
    deeds = session.scalars(select(audit.AuditEntry.deed).where(audit.AuditEntry.actor_id == dana.id)).all()
    assert {"saved a rule", "gave more time for a course", "exempted somebody from a course"} <= set(deeds)


def test_14_falling_out_of_a_rule_pauses_and_coming_back_restores(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    save(course, BELGIUM)
    first = of(session, alice, course)
    progress.remember_place(session, alice.id, course.id, "lesson-1")
    make.lesson_done(first, "lesson-1", make.live(course))
    for country, is_paused in (("NL", True), ("BE", False)):
        alice.country = country
        changed(session, alice)
        found = of(session, alice, course)
        assert (found.id, found.paused_at is not None) == (first.id, is_paused)
    assert progress.standing(session, alice.id, course.slug).lessons_done == 1


def test_15_a_course_assigned_by_hand_makes_no_second_chain(session: Session, make: Make, save: Save, dana) -> None:  # type: ignore[no-untyped-def]
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, BELGIUM, recurs_months=12)
        enrollment.enroll(session, alice.id, course.id, assigned_by=dana.id, due_on=date(2026, 6, 5))
        complete(session, of(session, alice, course), clock.now())
    with clock.frozen(NOON + timedelta(days=365)):
        enrollment.take_again(session, alice.id, course.id)
        recurring.open_next(session)
        keeping.nightly(session)
    opened = select(func.count()).where(Enrollment.person_id == alice.id, Enrollment.completed_at.is_(None))
    assert session.scalar(opened) == 1
    session.add(Enrollment(person_id=alice.id, course_id=course.id, cycle=9, enrolled_at=clock.now()))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


def test_16_completing_late_does_not_swallow_the_next_period(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, BELGIUM, recurs_months=12)
        complete(session, of(session, alice, course), datetime(2026, 12, 1, tzinfo=UTC))  # five months late
    with clock.frozen(datetime(2027, 5, 3, tzinfo=UTC)):
        recurring.open_next(session)
    assert of(session, alice, course).due_on == date(2027, 7, 1)


def test_17_an_empty_day_of_hire_is_said_and_never_guessed(session: Session, make: Make, save: Save) -> None:
    course, alice, bob = make.course(), make.person(country="BE"), make.person(country="BE", hire_date=date(2026, 1, 1))
    with clock.frozen(datetime(2026, 1, 1, 12, tzinfo=UTC)):
        save(course, BELGIUM, due_from="hired", due_days=10)
    other = make.course("other")
    save(other, Condition("hired_after", "2025-01-01"), BELGIUM)
    assert (of(session, alice, course).due_on, of(session, alice, course).missing) == (None, "hire_date")
    assert of(session, bob, course).due_on == date(2026, 1, 11)
    assert enrollment.current(session, alice.id, other.id) is None
    assert [(one.kind, one.course_id, one.people) for one in gaps.gaps(session)] == [
        ("due", course.id, 1),
        ("fit", other.id, 1),
    ]
    assert why.why_date(session, of(session, alice, course).id).sentences == (
        "There is no due day yet: it counts from the date of hire, which is missing.",
    )


def test_18_a_rule_reaches_those_who_were_there_before_it(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE", created_at=datetime(2010, 1, 1, tzinfo=UTC))
    save(course, BELGIUM)
    assert of(session, alice, course).rule_id is not None


def test_19_who_no_longer_holds_the_role_is_not_asked(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(roles=("author",))
    with clock.frozen(NOON):
        save(course, Condition("role", "author"), recurs_months=12)
        complete(session, of(session, alice, course), clock.now())
    session.delete(session.get_one(PersonRole, (alice.id, "author")))
    with clock.frozen(NOON + timedelta(days=365)):
        keeping.nightly(session)
        assert recurring.open_next(session) == 0


def test_21_every_course_is_explained_in_plain_words(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    save(course, BELGIUM, reason="Because everybody can be asked.")
    save(course)
    told = why.why_course(session, alice.id, course.id)
    assert (told.kind, told.rule_name, told.others) == ("rule", "New colleagues", ("New colleagues",))
    assert told.sentences == (
        "The rule “New colleagues” asks for it.",
        "Because everybody can be asked.",
    )
    assert told.tested is not None
    assert [(one.field, one.has) for one in told.tested.conditions] == [("country", ("BE",))]


def test_21_nobody_drops_off_without_a_reason_and_an_end(session: Session, make: Make, save: Save, dana) -> None:  # type: ignore[no-untyped-def]
    course, alice = make.course(), make.person(country="BE")
    save(course, BELGIUM)
    with pytest.raises(Invalid):
        extending.exempt(session, alice.id, course.id, until_on=None, reason=" ", by_id=dana.id)
    with pytest.raises(Invalid):
        extending.exempt(session, alice.id, course.id, until_on=date(2020, 1, 1), reason="Abroad", by_id=dana.id)
    extending.exempt(session, alice.id, course.id, until_on=None, reason="Abroad", by_id=dana.id)
    with pytest.raises(Conflict):
        extending.exempt(session, alice.id, course.id, until_on=None, reason="Abroad", by_id=dana.id)
    told = why.why_course(session, alice.id, course.id)
    assert told.exemption is not None
    assert (told.kind, told.exemption.reason, told.exemption.by) == ("exempt", "Abroad", "Dana Boss")
    found = of(session, alice, course)
    with pytest.raises(Conflict):
        extending.extend(session, found.id, date(2090, 1, 1), reason="Why not", by_id=dana.id)
    assert session.scalar(select(func.count()).select_from(Exemption)) == 1


def test_53_what_was_asked_before_stays_to_be_seen(session: Session, make: Make, save: Save, dana: Person) -> None:
    course, alice = make.course(), make.person(country="BE")
    rule = save(course, BELGIUM)
    rules.end(session, rule.uid, by_id=dana.id)
    found = of(session, alice, course)
    assert (found.rule_id, found.paused_at is not None) == (rule.id, True)
    assert why.why_course(session, alice.id, course.id).kind == "paused"
    assert [(one.state, one.paused) for one in rules.rules(session)] == [("ended", 1)]


def test_61_a_changed_name_or_address_changes_no_enrollment(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    save(course, BELGIUM)
    first = of(session, alice, course)
    alice.family_name, alice.email = "Peeters", "alice.peeters@acme.example"
    changed(session, alice)
    assert of(session, alice, course).id == first.id
    assert session.scalar(select(func.count()).select_from(EnrollmentChange)) == 0


def test_62_who_leaves_completes_nothing_by_it(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    save(course, BELGIUM)
    alice.status = "left"
    changed(session, alice)
    found = of(session, alice, course)
    assert (found.completed_at, found.paused_at) == (None, None)


def test_63_a_changed_attribute_counts_at_once(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="NL")
    save(course, BELGIUM)
    assert enrollment.current(session, alice.id, course.id) is None
    alice.country = "BE"
    changed(session, alice)
    assert of(session, alice, course).due_on is not None


def test_65_leave_stops_the_clock_and_is_shown(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        session.add(
            Absence(person_id=alice.id, from_on=date(2026, 6, 20), until_on=date(2027, 1, 10), noted_at=clock.now())
        )
        save(course, BELGIUM, due_days=30)
        told = why.why_date(session, of(session, alice, course).id)
    assert (told.due_on, told.days, told.leave_days, told.paused_days) == (date(2027, 1, 22), 30, 205, 0)
    assert told.leave == ((date(2026, 6, 20), date(2027, 1, 10)),)
    assert told.sentences == ("It counts from 1 June 2026 and gives 30 days.", "205 days of leave do not count.")


def test_65_who_comes_back_to_the_company_finds_her_days_again(session: Session, make: Make, save: Save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, BELGIUM, due_days=30)
    for at, status in ((NOON + timedelta(days=10), "active"), (NOON + timedelta(days=100), "left")):
        session.add(PersonPast(person_id=alice.id, until_at=at, tier="staff", status=status))
    with clock.frozen(NOON + timedelta(days=100)):
        changed(session, alice)
        assert of(session, alice, course).due_on == date(2026, 7, 1) + timedelta(days=90)


def test_67_a_day_is_one_day_wherever_it_is_looked_at_from(session: Session, make: Make, save: Save) -> None:
    course, late = make.course(), datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # the 25th in Brussels, the clocks go back
    zones = {"Europe/Brussels": date(2026, 10, 25), "America/New_York": date(2026, 10, 24)}
    people = {zone: make.person(country="BE", time_zone=zone) for zone in zones}
    with clock.frozen(late):
        save(course, BELGIUM, due_days=0)
    for zone, day in zones.items():
        assert of(session, people[zone], course).due_on == day
        assert not dates.overdue(day, zone, late)
