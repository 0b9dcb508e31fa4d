"""Keeping standing rules true: whoever fits has the course, whoever does not any more has it paused.

What is as it should be is left out by the database; thousands who get a course at once are written by one statement.
Everything else is decided by `deciding`, person by person, and written in bulk. Doing it again changes nothing, so two
who do it at the same time do no harm: the database allows one open cycle for a person and course.
"""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment, EnrollmentChange
from courses.events import EnrollmentsChanged
from lms.assignments import clocks, dates, deciding, matching, past, wanted
from lms.assignments.deciding import Event, Outcome, State, Taken
from lms.assignments.drafts import Asking
from lms.base import clock
from lms.base.bulk import among, insert_rows, update_rows
from lms.base.db import Moment, parts
from lms.base.events import announce
from lms.people.events import PeopleChanged
from lms.people.models import Person

FEW = 2000
"""Up to so many people the counters are told who they are, above it which courses."""
MANY = 20_000
"""From so many people on, everybody is looked at: that is quicker than naming them."""
_NEW = (
    "uid",
    "person_id",
    "course_id",
    "cycle",
    "enrolled_at",
    "due_on",
    "rule_id",
    "based_on",
    "leave_days",
    "missing",
)
_SET = ("due_on", "rule_id", "based_on", "leave_days", "missing", "paused_at", "assigned_by")
_HISTORY = ("enrollment_id", "at", "kind", "due_before", "due_after", "rule_id", "by_id", "reason")


def apply(session: Session, course_ids: Collection[int] | None = None) -> int:
    """Make the rules of these courses, or of all, true for everybody; returns how many enrollments changed.

    Announces `EnrollmentsChanged` once.
    """
    people, courses = set[int](), set[int]()
    count = 0
    rules = wanted.asking(session, course_ids)
    for course_id in sorted(wanted.courses(session) if course_ids is None else course_ids):
        changed = keep(session, course_id, rules.get(course_id, []))
        count += len(changed)
        if changed:
            people |= set(changed)
            courses.add(course_id)
    tell(session, people, courses)
    return count


def tell(session: Session, people: Collection[int], courses: Collection[int]) -> None:
    """Announce that enrollments of these people in these courses changed."""
    if 0 < len(people) <= FEW:
        announce(session, EnrollmentsChanged(person_ids=frozenset(people)))
    elif people:
        announce(session, EnrollmentsChanged(course_ids=frozenset(courses)))


def people_changed(session: Session, event: PeopleChanged) -> None:
    """What follows when people joined, moved, left, came back or were away: rules are kept for them alone.

    Announces nothing: the counters follow in the table of consequences.
    """
    if not event.person_ids:
        return
    rules = wanted.asking(session)
    everybody = len(event.person_ids) > MANY
    groups: Iterable[Sequence[int] | None] = [None] if everybody else list(parts(sorted(event.person_ids)))
    for course_id in wanted.courses(session):
        for some in groups:
            keep(session, course_id, rules.get(course_id, []), some)


def nightly(session: Session) -> int:
    """Keep all rules for what changes by itself: time, roles, permissions, exemptions that end."""
    return apply(session)


def keep(
    session: Session, course_id: int, rules: Sequence[Asking], person_ids: Sequence[int] | None = None
) -> list[int]:
    """Make the rules of a course true for people, or for everybody; returns whose enrollments changed."""
    session.flush()
    work = _Work(session, course_id, rules, person_ids)
    return [*work.begin_plain(), *work.begin_one_by_one(), *work.pause_plain(), *work.mend()]


@dataclass
class _Work:
    """One course and the people looked at."""

    session: Session
    course_id: int
    rules: Sequence[Asking]
    person_ids: Sequence[int] | None
    now: datetime = field(default_factory=clock.now)
    begun_from: int | None = None
    """The lowest number of the enrollments that one statement has just begun, and that are surely right."""

    def __post_init__(self) -> None:
        self.rule: dict[int | None, Asking] = {one.id: one for one in self.rules}
        self.asked = wanted.rule_for(self.rules)
        self.exempt = wanted.exempt(self.course_id)

    def whom(self) -> ColumnElement[bool]:
        here = matching.works_here()
        return here if self.person_ids is None else and_(here, among(Person.id, self.person_ids))

    def begin_plain(self) -> list[int]:
        """Enroll everybody who is asked, has never taken the course and was never away: one statement.

        Ordered by an expression, so that PostgreSQL sorts, and thereby finds, all of them before it adds the first:
        else it would look through what it has just added for each further one.
        """
        plain = [one for one in self.rules if one.due_from != "event"]
        if not plain:
            return []
        found = self._without().where(~wanted.was_away()).subquery()
        rows = (
            select(
                wanted.random_uid(),
                found.c.id,
                literal(self.course_id),
                literal(1),
                literal(self.now, Moment()),
                case(*((found.c.rule_id == one.id, wanted.due_day(one, found.c)) for one in plain)),
                found.c.rule_id,
                case(*((found.c.rule_id == one.id, wanted.counted_from(one, found.c)) for one in plain)),
                literal(0),
                case(
                    *((found.c.rule_id == one.id, wanted.missing_data(one, found.c)) for one in plain),
                    else_=literal(""),
                ),
            )
            .where(found.c.rule_id.in_([one.id for one in plain]))
            .order_by(found.c.id + 0)
        )
        insert = sqlite.insert if self.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        # Whichever key another who enrolls at the same moment meets first: PostgreSQL refuses all for a key left out.
        made = insert(Enrollment).from_select(list(_NEW), rows).on_conflict_do_nothing()
        returned = self.session.connection().execute(made.returning(Enrollment.id, Enrollment.person_id)).all()
        self.begun_from = min((row[0] for row in returned), default=None)
        return [row[1] for row in returned]

    def begin_one_by_one(self) -> list[int]:
        """Enroll those whose days have to be counted one by one."""
        if not self.rules:
            return []
        rows = self.session.execute(self._without().where(self.asked.is_not(None)).order_by(Person.id)).all()
        known = clocks.load(self.session, [row.id for row in rows], clock.today()) if rows else {}
        new = list[Sequence[Any]]()
        for row in rows:
            taken = Taken(
                State(), 1, row.today, self.rule[row.rule_id], False, False, row.hire_date, row.today, known[row.id]
            )
            outcome = deciding.decide(taken)
            assert outcome is not None
            became = outcome.state
            days = (became.due_on, became.rule_id, became.based_on, became.leave_days, became.missing)
            new.append((secrets.token_hex(16), row.id, self.course_id, 1, self.now, *days))
        if new:
            insert_rows(self.session, Enrollment, _NEW, new, or_ignore=True)
        return [row.id for row in rows]

    def _without(self) -> Select[*tuple[Any, ...]]:
        """Who is asked, not exempt, and has no enrollment in the course. `+ 0`: found by the person, as in `recurring`;
        PostgreSQL would else look through a course that is new to it for each person."""
        taken = exists().where(Enrollment.person_id == Person.id, Enrollment.course_id + 0 == self.course_id)
        today = wanted.today_of_person(self.session, self.person_ids)
        columns = (Person.id, Person.hire_date, today.label("today"), self.asked.label("rule_id"))
        return select(*columns).where(self.whom(), ~self.exempt, ~taken)

    def pause_plain(self) -> list[int]:
        """Pause what only a rule asked for and none asks for any more: one statement, and their history."""
        nobody = select(Person.id).where(self.whom(), self.asked.is_(None), ~self.exempt)
        paused = (
            update(Enrollment)
            .where(_open(self.course_id), Enrollment.rule_id.is_not(None), Enrollment.paused_at.is_(None))
            .where(Enrollment.assigned_by.is_(None), ~wanted.changed("assigned"), Enrollment.person_id.in_(nobody))
            .values(paused_at=self.now)
            .returning(Enrollment.id, Enrollment.person_id, Enrollment.due_on, Enrollment.rule_id)
            .execution_options(synchronize_session=False)
        )
        rows = self.session.execute(paused).all()
        history = [(row.id, self.now, "paused", row.due_on, row.due_on, row.rule_id, None, "") for row in rows]
        self._written(history)
        return [row.person_id for row in rows]

    def mend(self) -> list[int]:
        """Decide about every enrollment that may not be as it should be."""
        rows = self.session.execute(self._doubtful()).all()
        if not rows:
            return []
        known = clocks.load(self.session, {row.person_id for row in rows}, clock.today())
        histories = past.history(self.session, [row.id for row in rows], {row.id: row.time_zone for row in rows})
        changed, told, people = list[Sequence[Any]](), list[Sequence[Any]](), list[int]()
        for row in rows:
            taken = self._taken(row, known[row.person_id], histories[row.id])
            outcome = deciding.decide(taken)
            if outcome is not None:
                changed.append((row.id, *_values(outcome.state, row.paused_at or self.now)))
                told += _told(row, outcome, self.now)
                people.append(row.person_id)
        if changed:
            update_rows(self.session, Enrollment, ["id"], _SET, changed)
        self._written(told)
        return people

    def _taken(self, row: Any, known: clocks.PersonClock, before: Sequence[Event]) -> Taken:
        paused = row.paused_at is not None
        state = State(row.due_on, row.rule_id, row.based_on, row.leave_days, row.missing, paused, row.assigned_by)
        return Taken(
            state=state,
            cycle=row.cycle,
            enrolled_on=dates.day_in(row.enrolled_at, row.time_zone),
            wanted=self.rule.get(row.wanted),
            exempt=bool(row.exempt),
            done_before=bool(row.done_before),
            hire_date=row.hire_date,
            today=dates.day_in(self.now, row.time_zone),
            clock=known,
            history=before,
        )

    def _doubtful(self) -> Select[*tuple[Any, ...]]:
        """Open enrollments that may have to change, locked: everything is left out that is surely right."""
        before = wanted.done_before()
        again = [one.id for one in self.rules if one.recurs_months]
        asked = case((and_(before, self.asked.not_in(again)), null()), else_=self.asked) if self.rules else null()
        rule_id, paused = Enrollment.rule_id, Enrollment.paused_at.is_not(None)
        hard = or_(
            Enrollment.assigned_by.is_not(None),
            wanted.due_off(self.rules),
            wanted.was_away(),
            wanted.changed("assigned", "extended", "paused", "waived"),
        )
        doubt = or_(
            and_(self.exempt, ~paused),
            and_(~self.exempt, ~paused, rule_id.is_(None), self.asked.is_not(None), ~before),
            and_(~self.exempt, ~paused, rule_id.is_not(None), or_(asked.is_distinct_from(rule_id), hard)),
            and_(~self.exempt, paused, or_(rule_id.is_(None), asked.is_not(None), wanted.changed("assigned"))),
        )
        columns = (Enrollment.id, Enrollment.person_id, Enrollment.cycle, Enrollment.enrolled_at, Enrollment.due_on)
        more = (rule_id, Enrollment.based_on, Enrollment.leave_days, Enrollment.missing, Enrollment.paused_at)
        person = (Person.hire_date, Person.time_zone, Enrollment.assigned_by)
        said = (self.asked.label("wanted"), self.exempt.label("exempt"), before.label("done_before"))
        return (
            select(*columns, *more, *person, *said)
            .join(Person, Person.id == Enrollment.person_id)
            .where(_open(self.course_id), self._older(), self.whom(), doubt)
            .order_by(Enrollment.id)
            .with_for_update(of=Enrollment, key_share=True)
        )

    def _older(self) -> ColumnElement[bool]:
        """Leaves out what `begin_plain` has just begun: looking at each of thousands costs as much as beginning it."""
        if self.begun_from is None:
            return literal(True)
        return or_(Enrollment.id < self.begun_from, Enrollment.rule_id.is_(None), Enrollment.enrolled_at != self.now)

    def _written(self, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            insert_rows(self.session, EnrollmentChange, _HISTORY, rows)
        past.forget(self.session)


def _open(course_id: int) -> ColumnElement[bool]:
    return and_(Enrollment.course_id == course_id, Enrollment.completed_at.is_(None))


def _values(state: State, paused_at: datetime) -> tuple[Any, ...]:
    stopped = paused_at if state.paused else None
    return (state.due_on, state.rule_id, state.based_on, state.leave_days, state.missing, stopped, state.assigned_by)


def _told(row: Any, outcome: Outcome, now: datetime) -> Iterable[Sequence[Any]]:
    """The history of a change; where several things happened at once, the last moved the day."""
    for number, kind in enumerate(outcome.kinds, 1):
        after = outcome.state.due_on if number == len(outcome.kinds) else row.due_on
        by_id = row.assigned_by if kind == "assigned" else None
        rule_id = outcome.state.rule_id if outcome.state.rule_id is not None else row.rule_id
        yield row.id, now, kind, row.due_on, after, rule_id, by_id, ""
