"""The counters equal what a walk through the whole company finds, whatever happened before."""

from collections import Counter
from datetime import date, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base import clock
from lms.people import directory
from lms.people.models import Person
from lms.reports.counters import counting, rebuilding
from lms.reports.counters.models import NO_DAY, CountedCourse, CountedPerson, Rollup
from tests.make import Make, People

TODAY = date(2026, 11, 22)


class Company:
    """A small company to which anything may happen; what is counted is checked against a live walk."""

    def __init__(self, session: Session, chance: Random) -> None:
        self.session, self.chance, self.make = session, chance, Make(session)
        self.courses = [self.make.course(slug) for slug in ("one", "two", "three")]
        self.people: list[Person] = []
        for _ in range(12):
            self.join()
        counting.recount(session, [person.id for person in self.people])

    def here(self) -> list[Person]:
        return [person for person in self.people if person.status != "left"]

    def join(self) -> set[int]:
        above = self.chance.choice([None, *self.here()])
        self.people.append(self.make.person(f"Person{len(self.people)}", "Test", manager=above))
        return {self.people[-1].id}

    def move(self) -> set[int]:
        moved = self.chance.sample(self.here(), min(4, len(self.here())))
        for person in moved:
            above = self.chance.choice([None, *self.here()])
            if above is None or not self._below(above, person):
                person.manager_id = above.id if above else None
                self.session.flush()
        return {person.id for person in moved}

    def _below(self, person: Person, above: Person) -> bool:
        return person is above or directory.leads(self.session, above.id, person.id)

    def leave(self) -> set[int]:
        if len(self.here()) < 3:
            return set()
        gone = self.chance.choice(self.here())
        gone.status = "left"
        reports = [person for person in self.people if person.manager_id == gone.id]
        if self.chance.random() < 0.7:
            for person in reports:
                person.manager_id = gone.manager_id
        return {gone.id, *(person.id for person in reports)}

    def come_back(self) -> set[int]:
        person = self.chance.choice(self.people)
        person.status = self.chance.choice(("active", "leave"))
        return {person.id}

    def enroll(self) -> set[int]:
        person, course = self.chance.choice(self.people), self.chance.choice(self.courses)
        known = self.session.scalars(
            select(Enrollment).where(Enrollment.person_id == person.id, Enrollment.course_id == course.id)
        ).all()
        if any(one.completed_at is None for one in known):
            return set()
        self.make.enrollment(person, course, cycle=len(known) + 1, due_in=self.chance.choice((None, -3, 2, 9)))
        return {person.id}

    def change(self) -> set[int]:
        taken = self.session.scalars(select(Enrollment).order_by(Enrollment.id)).all()
        if not taken:
            return set()
        one = self.chance.choice(taken)
        if one.completed_at is None:
            match self.chance.randrange(4):
                case 0:
                    one.started_at = one.completed_at = clock.now()
                case 1:
                    one.due_on = TODAY + timedelta(days=self.chance.randrange(-4, 5))
                case 2:
                    one.paused_at = clock.now()
                case 3:
                    one.paused_at = None
        return {one.person_id}

    def check(self) -> None:
        self.session.flush()
        assert rebuilding.verify(self.session) == []
        for manager in self.here():
            assert self._counted(manager.id) == self._walked(manager.id), manager.name

    def _counted(self, manager_id: int) -> Counter[tuple[str, int, date, bool]]:
        found: Counter[tuple[str, int, date, bool]] = Counter()
        for row in self.session.scalars(select(Rollup).where(Rollup.manager_id == manager_id)):
            found["courses" if row.kind == "courses" else row.kind, row.course_id, row.day, True] += row.done
            found[row.kind, row.course_id, row.day, False] += row.count - row.done
        return +found

    def _walked(self, manager_id: int) -> Counter[tuple[str, int, date, bool]]:
        tree = directory.organization_of(manager_id)
        found: Counter[tuple[str, int, date, bool]] = Counter()
        for person in self.session.scalars(select(Person).join(tree, tree.c.id == Person.id)):
            if person.status == "leave":
                found["leave", 0, NO_DAY, False] += 1
                continue
            due = []
            for course in self.courses:
                newest = self.session.scalar(
                    select(Enrollment)
                    .where(Enrollment.person_id == person.id, Enrollment.course_id == course.id)
                    .order_by(Enrollment.cycle.desc())
                )
                if newest is None or newest.paused_at is not None:
                    continue
                done = newest.completed_at is not None
                day = newest.due_on or NO_DAY
                found["courses", course.id, NO_DAY if done else day, done] += 1
                due += [] if done else [day]
            found["people", 0, min(due, default=NO_DAY), False] += 1
        return found


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_counters_equal_the_live_walk_after_any_sequence_of_deeds(database, seed):
    with database.session(writes=True) as session:
        company = Company(session, Random(seed))
        company.check()
        for _ in range(8):
            deeds = company.chance.choices(
                (company.join, company.move, company.leave, company.come_back, company.enroll, company.change), k=4
            )
            touched: set[int] = set()
            for deed in deeds:
                touched |= deed()
                session.flush()
            counting.recount(session, touched)
            company.check()
        session.rollback()


def test_making_anew_changes_nothing_that_was_counted_one_by_one(session, make, people: People):
    course = make.course()
    make.enrollment(people.alice, course, due_in=-2)
    everybody = [person.id for person in people]
    counting.recount(session, everybody)
    before = _rows(session)
    rebuilding.rebuild(session)
    assert _rows(session) == before
    assert rebuilding.verify(session) == []


def test_making_anew_mends_whatever_is_wrong_and_writes_nothing_else(session, make, people: People, statements):
    course, other = make.course(), make.course("other")
    for one, due_in in ((people.alice, -2), (people.bob, 3), (people.charlie, None)):
        make.enrollment(one, course, due_in=due_in)
    make.enrollment(people.alice, other, completed=True)
    rebuilding.rebuild(session)
    right = _rows(session)
    session.execute(update(CountedCourse).where(CountedCourse.person_id == people.alice.id).values(due_on=TODAY))
    session.execute(delete(CountedCourse).where(CountedCourse.person_id == people.bob.id))
    session.execute(delete(Rollup).where(Rollup.kind == "people"))
    session.execute(update(CountedPerson).values(next_on=TODAY, path="/7/"))
    session.add(Rollup(manager_id=people.charlie.id, kind="leave", course_id=0, day=NO_DAY, count=1, done=0))
    assert rebuilding.rebuild(session) == 4
    assert _rows(session) == right
    assert rebuilding.verify(session) == []
    statements.clear()
    rebuilding.rebuild(session)
    assert not [one for one in statements if "INTO rollup" in one or "INTO counted_person" in one]


def test_counting_a_course_for_everybody_is_as_counting_everybody(session, make, people: People):
    course, other = make.course(), make.course("other")
    make.enrollment(people.alice, course, due_in=-2)
    make.enrollment(people.bob, other, completed=True)
    rebuilding.rebuild(session)
    session.scalars(select(Enrollment)).first().due_on = TODAY
    session.flush()
    rebuilding.rebuild_courses(session, {course.id})
    assert rebuilding.verify(session) == []


def test_verify_names_what_is_wrong(session, make, people: People):
    make.enrollment(people.alice, make.course(), due_in=4)
    rebuilding.rebuild(session)
    session.scalars(select(Rollup).where(Rollup.kind == "people")).first().count += 1
    session.scalars(select(CountedPerson)).first().path = "/7/"
    session.flush()
    assert len(rebuilding.verify(session)) == 2


def test_who_has_a_course_that_is_retired_is_not_counted_any_more(session, make, people: People):
    course: Course = make.course()
    make.enrollment(people.alice, course, due_in=-2)
    rebuilding.rebuild(session)
    assert _overdue(session, people.bob.id) == 1
    course.retired_at = clock.now()
    counting.recount_courses(session, {course.id})
    assert _overdue(session, people.bob.id) == 0


def test_counting_one_person_takes_the_same_statements_in_a_large_team(session, make, people: People, statements):
    course = make.course()
    for number in range(40):
        make.enrollment(make.person(f"P{number}", "Many", manager=people.bob), course, due_in=number)
    mine = make.enrollment(people.alice, course, due_in=1)
    rebuilding.rebuild(session)
    mine.started_at = mine.completed_at = clock.now()
    session.flush()
    statements.clear()
    counting.recount(session, {people.alice.id})
    assert len(statements) <= 12
    assert rebuilding.verify(session) == []


def test_complaint_58_figures_are_there_after_an_upgrade(session, make, people: People):
    make.enrollment(people.alice, make.course(), due_in=-2)
    assert _overdue(session, people.bob.id) == 0, "an older edition counted nothing"
    assert rebuilding.fill(session) == 4
    assert _overdue(session, people.bob.id) == 1
    assert rebuilding.fill(session) == 0


def _rows(session: Session) -> list[tuple[object, ...]]:
    statement = select(Rollup.manager_id, Rollup.kind, Rollup.course_id, Rollup.day, Rollup.done)
    return sorted(map(tuple, session.execute(statement.where(Rollup.count > 0))), key=str)


def _overdue(session: Session, manager_id: int) -> int:
    late = select(func.sum(Rollup.count - Rollup.done)).where(
        Rollup.manager_id == manager_id, Rollup.kind == "courses", Rollup.day < clock.now().date()
    )
    return session.scalar(late) or 0
