"""Rules are kept in both directions, for everybody and for one, on both databases."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import enrollment
from courses.enrollment_models import Enrollment, EnrollmentChange
from courses.models import Course
from lms.assignments import extending, gaps, keeping, rules
from lms.assignments.drafts import Condition, RuleDraft
from lms.base import clock
from lms.people.events import PeopleChanged
from lms.people.models import Absence, Person, PersonPast, PersonRole
from tests.make import Make

BELGIUM = (Condition("country", "BE"),)
NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)


@pytest.fixture
def boss(make: Make) -> Person:
    return make.person("Dana", "Boss", country="ZZ")


@pytest.fixture
def save(session: Session, boss: Person) -> Callable[..., rules.RuleView]:
    def saved(course: Course, *conditions: Condition, **more: object) -> rules.RuleView:
        draft = RuleDraft(name="A rule", course_id=course.id, conditions=conditions, **more)  # type: ignore[arg-type]
        return rules.save(session, draft, by_id=boss.id)

    return saved


def of(session: Session, person: Person, course: Course) -> Enrollment:
    session.expire_all()
    found = enrollment.current(session, person.id, course.id)
    assert found is not None
    return found


def told(session: Session, found: Enrollment) -> list[str]:
    rows = select(EnrollmentChange.kind).where(EnrollmentChange.enrollment_id == found.id)
    return list(session.scalars(rows.order_by(EnrollmentChange.id)))


def changed(session: Session, *people: Person) -> None:
    session.flush()
    keeping.people_changed(session, PeopleChanged(frozenset(one.id for one in people)))
    session.expire_all()


def test_whoever_fits_has_the_course_and_the_first_rule_in_order_counts(session: Session, make: Make, save) -> None:
    course, alice, bob = make.course(), make.person(country="BE"), make.person(country="BE", tier="manager")
    carol = make.person(country="NL")
    first = save(course, Condition("tier", "manager"), Condition("country", "BE"), due_days=10)
    second = save(course, *BELGIUM, due_days=30)
    assert of(session, alice, course).rule_id == second.id
    assert of(session, bob, course).rule_id == first.id
    assert of(session, alice, course).due_on == clock.today("Europe/Brussels") + timedelta(days=30)
    assert enrollment.current(session, carol.id, course.id) is None
    assert told(session, of(session, alice, course)) == []
    assert keeping.apply(session) == 0


def test_falling_out_pauses_and_coming_back_pushes_the_day_by_the_pause(session: Session, make: Make, save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, *BELGIUM, due_days=30)
    with clock.frozen(NOON + timedelta(days=5)):
        alice.country = "NL"
        changed(session, alice)
        found = of(session, alice, course)
        assert found.paused_at == clock.now()
    with clock.frozen(NOON + timedelta(days=12)):
        alice.country = "BE"
        changed(session, alice)
        found = of(session, alice, course)
        assert (found.paused_at, found.due_on) == (None, date(2026, 7, 8))
        assert told(session, found) == ["paused", "restored"]
        assert keeping.apply(session) == 0


def test_somebody_who_moves_to_another_rule_is_counted_from_that_day(session: Session, make: Make, save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, Condition("tier", "manager"), due_days=5)
        save(course, *BELGIUM, due_days=30)
    with clock.frozen(NOON + timedelta(days=3)):
        alice.tier = "manager"
        changed(session, alice)
        found = of(session, alice, course)
        assert (found.due_on, told(session, found)) == (date(2026, 6, 9), ["recounted"])


def test_what_was_there_before_a_rule_goes_on_after_it(session: Session, make: Make, save, boss: Person) -> None:
    course, alice, bob = make.course(), make.person(country="BE"), make.person(country="BE")
    near = clock.today() + timedelta(days=3)
    make.enrollment(alice, course, done=1)
    enrollment.enroll(session, bob.id, course.id, assigned_by=boss.id, due_on=near)
    rule = save(course, *BELGIUM, due_days=30)
    assert of(session, alice, course).due_on == clock.today("Europe/Brussels") + timedelta(days=30)
    assert (of(session, bob, course).due_on, of(session, bob, course).rule_id) == (near, rule.id)
    assert keeping.apply(session) == 0
    rules.end(session, rule.uid, by_id=boss.id)
    assert (of(session, alice, course).due_on, of(session, alice, course).paused_at) == (None, None)
    assert (of(session, bob, course).due_on, of(session, bob, course).assigned_by) == (near, boss.id)


def test_a_later_day_that_somebody_assigns_does_not_undo_the_rule(session: Session, make: Make, save, boss) -> None:
    course, alice = make.course(), make.person(country="BE")
    save(course, *BELGIUM, due_days=10)
    later = clock.today() + timedelta(days=90)
    enrollment.enroll(session, alice.id, course.id, assigned_by=boss.id, due_on=later)
    keeping.apply(session)
    assert of(session, alice, course).due_on == clock.today("Europe/Brussels") + timedelta(days=10)


def test_leave_pushes_the_due_day_and_a_shorter_leave_pulls_it_back(session: Session, make: Make, save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, *BELGIUM, due_days=30)
        absence = Absence(
            person_id=alice.id, from_on=date(2026, 6, 5), until_on=date(2026, 6, 14), noted_at=clock.now()
        )
        session.add(absence)
        changed(session, alice)
        assert (of(session, alice, course).due_on, of(session, alice, course).leave_days) == (date(2026, 7, 11), 10)
        absence.until_on = date(2026, 6, 6)
        changed(session, alice)
        assert (of(session, alice, course).due_on, of(session, alice, course).leave_days) == (date(2026, 7, 3), 2)
        assert told(session, of(session, alice, course)) == ["recounted", "recounted"]


def test_leave_until_further_notice_does_not_write_history_every_night(session: Session, make: Make, save) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, *BELGIUM, due_days=30)
        absence = Absence(person_id=alice.id, from_on=date(2026, 6, 1), until_on=None, noted_at=clock.now())
        session.add(absence)
        session.flush()
    for night in range(60):
        with clock.frozen(NOON + timedelta(days=night)):
            keeping.nightly(session)
            due_on = of(session, alice, course).due_on
            assert due_on is not None
            assert due_on >= clock.today()
    assert len(told(session, of(session, alice, course))) <= 4
    with clock.frozen(NOON + timedelta(days=60)):
        absence.until_on = date(2026, 7, 30)
        changed(session, alice)
        assert of(session, alice, course).due_on == date(2026, 8, 29)


def test_a_rule_from_the_day_of_hire_says_what_is_missing_and_sets_the_day_when_it_comes(
    session: Session, make: Make, save
) -> None:
    with clock.frozen(datetime(2026, 5, 1, 10, tzinfo=UTC)):
        course, alice = make.course(), make.person(country="BE", hire_date=None)
        rule = save(course, *BELGIUM, due_from="hired", due_days=30)
        assert (of(session, alice, course).missing, of(session, alice, course).due_on) == ("hire_date", None)
        found = gaps.gaps(session)
        assert [(one.rule_uid, one.kind, one.missing, one.people) for one in found] == [
            (rule.uid, "due", "hire_date", 1)
        ]
        assert [one.uid for one in gaps.people(session, found[0])] == [alice.uid]
        alice.hire_date = date(2026, 5, 1)
        changed(session, alice)
        assert (of(session, alice, course).missing, of(session, alice, course).due_on) == ("", date(2026, 5, 31))
        assert gaps.gaps(session) == []


def test_a_rule_from_an_event_counts_from_the_last_one(session: Session, make: Make, save) -> None:
    with clock.frozen(datetime(2026, 5, 1, 10, tzinfo=UTC)):
        course, alice = make.course(), make.person(country="BE", tier="manager")
        bob = make.person(country="BE")
        session.add(
            PersonPast(
                person_id=alice.id, until_at=datetime(2026, 4, 30, 23, tzinfo=UTC), tier="staff", status="active"
            )
        )
        save(course, *BELGIUM, due_from="event", event="tier", due_days=14)
        assert of(session, alice, course).due_on == date(2026, 5, 15)  # it was the first of May in Brussels already
        assert (of(session, bob, course).missing, of(session, bob, course).due_on) == ("event", None)
        assert keeping.apply(session) == 0


def test_an_extension_stays_through_every_recount(session: Session, make: Make, save, boss: Person) -> None:
    course, alice = make.course(), make.person(country="BE")
    save(course, *BELGIUM, due_days=10)
    later = clock.today() + timedelta(days=40)
    extending.extend(session, of(session, alice, course).id, later, reason="A long project", by_id=boss.id)
    assert keeping.apply(session) == 0
    assert of(session, alice, course).due_on == later


def test_an_exemption_pauses_until_its_last_day(session: Session, make: Make, save, boss: Person) -> None:
    course, alice = make.course(), make.person(country="BE")
    with clock.frozen(NOON):
        save(course, *BELGIUM, due_days=30)
        extending.exempt(session, alice.id, course.id, until_on=date(2026, 6, 10), reason="Abroad", by_id=boss.id)
        assert of(session, alice, course).paused_at is not None
    with clock.frozen(NOON + timedelta(days=9)):
        assert keeping.nightly(session) == 0
    with clock.frozen(NOON + timedelta(days=10)):
        assert keeping.nightly(session) == 1
        found = of(session, alice, course)
        assert (found.paused_at, found.due_on) == (None, date(2026, 7, 10))
        assert told(session, found) == ["waived", "unwaived"]


def test_ending_an_exemption_asks_again_and_one_who_never_had_the_course_gets_it(
    session: Session, make: Make, save, boss: Person
) -> None:
    course, alice = make.course(), make.person(country="BE")
    given = extending.exempt(session, alice.id, course.id, until_on=None, reason="Knows it all", by_id=boss.id)
    save(course, *BELGIUM)
    assert enrollment.current(session, alice.id, course.id) is None
    extending.end_exemption(session, given.id, by_id=boss.id)
    assert of(session, alice, course).due_on is not None


def test_a_changed_number_of_days_moves_everybody(session: Session, make: Make, save, boss: Person) -> None:
    course, alice = make.course(), make.person(country="BE")
    rule = save(course, *BELGIUM, due_days=10)
    draft = RuleDraft("A rule", course.id, conditions=BELGIUM, due_days=20, uid=rule.uid, revision=rule.draft.revision)
    rules.save(session, draft, by_id=boss.id)
    assert of(session, alice, course).due_on == clock.today("Europe/Brussels") + timedelta(days=20)
    assert told(session, of(session, alice, course)) == ["recounted"]


@pytest.mark.parametrize("seed", range(3))
def test_after_anything_that_happens_exactly_those_who_fit_are_asked(
    session: Session, make: Make, boss: Person, seed: int
) -> None:
    """Random sequences against a plain evaluation: who is asked by which rule, and what is paused."""
    dice, courses = Random(seed), [make.course(f"course-{one}") for one in range(2)]
    units = [make.unit("Benelux"), make.unit("Benelux/Care"), make.unit("UK")]
    people = [make.person(country=dice.choice(("BE", "NL")), unit=dice.choice(units)) for _ in range(12)]
    choices = [
        (Condition("country", "BE"),),
        (Condition("unit", "Benelux"), Condition("tier", "manager", negated=True)),
        (Condition("tier", "manager"), Condition("tier", "executive")),
        (Condition("role", "author"), Condition("country", "NL", negated=True)),
        (Condition("hired_after", "2020-01-01"),),
        (),
    ]
    live: list[rules.RuleView] = []
    for step in range(30):
        with clock.frozen(NOON + timedelta(days=step)):
            _happen(session, dice, people, units, courses, choices, live, boss)
            if step % 3 == 0:
                keeping.nightly(session)
            session.expire_all()
            for course in courses:
                for person in [*people, boss]:
                    _holds(session, person, course, live)


def _happen(session, dice, people, units, courses, choices, live, boss) -> None:  # type: ignore[no-untyped-def]
    deed, person = (
        dice.choice(("move", "tier", "country", "role", "leave", "hire", "rule", "end", "own")),
        dice.choice(people),
    )
    if deed == "rule" and len(live) < 5:
        draft = RuleDraft(
            "A rule", dice.choice(courses).id, conditions=dice.choice(choices), due_days=dice.randrange(40)
        )
        live.append(rules.save(session, draft, by_id=boss.id))
        return
    if deed == "end" and live:
        rules.end(session, live.pop(dice.randrange(len(live))).uid, by_id=boss.id)
        return
    if deed == "move":
        person.unit_id = dice.choice(units).id
    elif deed == "tier":
        person.tier = dice.choice(("staff", "manager", "executive"))
    elif deed == "country":
        person.country = dice.choice(("BE", "NL"))
    elif deed == "role":
        held = session.get(PersonRole, (person.id, "author"))
        session.delete(held) if held else session.add(PersonRole(person_id=person.id, role="author"))
    elif deed == "leave":
        person.status = dice.choice(("active", "left", "leave"))
    elif deed == "hire":
        person.hire_date = dice.choice((None, date(2019, 5, 1), date(2022, 5, 1)))
    elif deed == "own" and person.status != "left":
        enrollment.enroll(session, person.id, dice.choice(courses).id)
    changed(session, person)


def _holds(session: Session, person: Person, course: Course, live: Sequence[rules.RuleView]) -> None:
    if person.status == "left":
        return
    ordered = sorted((one for one in live if one.draft.course_id == course.id), key=lambda one: one.id)
    fits = next((one.id for one in ordered if _fits(session, person, one.draft.conditions)), None)
    found = enrollment.current(session, person.id, course.id)
    asked = found.rule_id if found is not None and found.paused_at is None else None
    assert asked == fits
    if fits is not None and found is not None:
        assert found.due_on is not None


def _fits(session: Session, person: Person, conditions: Sequence[Condition]) -> bool:
    unit = session.get(Person, person.id)
    assert unit is not None
    return all(
        any(_is(session, person, one) for one in conditions if (one.field, one.negated) == key) is not key[1]
        if key[0] != "hired_after" or person.hire_date
        else False
        for key in {(one.field, one.negated) for one in conditions}
    )


def _is(session: Session, person: Person, one: Condition) -> bool:
    if one.field == "unit":
        from lms.people.models import Unit

        path = session.get_one(Unit, person.unit_id).path if person.unit_id else ""
        return path == one.value or path.startswith(f"{one.value}/")
    if one.field == "role":
        return session.get(PersonRole, (person.id, one.value)) is not None
    if one.field == "hired_after":
        return person.hire_date is not None and person.hire_date > date.fromisoformat(one.value)
    return bool(getattr(person, one.field) == one.value)
