"""Courses that are taken again: the next cycle opens some days before it is due.

A new cycle is a new row beside the old ones: nothing that was done is deleted, reused or counted again. There is one
open cycle for a person and course, whoever opened it: a cycle that somebody opened herself becomes the next one on the
day that would have opened.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment, EnrollmentChange
from lms.assignments import clocks, dates, keeping, matching, past, telling, wanted
from lms.assignments.dates import Next
from lms.assignments.deciding import NOTICE
from lms.assignments.drafts import Asking
from lms.base import clock
from lms.base.bulk import among, insert_rows, update_rows
from lms.base.db import parts
from lms.base.i18n import day, gettext
from lms.people.models import Person

_MADE = (
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
_TAKEN = ("due_on", "rule_id", "based_on", "leave_days")
_TOLD = ("enrollment_id", "at", "kind", "due_before", "due_after", "rule_id", "reason")
_other = aliased(Enrollment)


@dataclass(frozen=True)
class _Cycle:
    """A cycle to be opened: from which day it is counted, when it is due with leave, and what was missed before.

    `grid` is the day the period ends; `plain` the day that counts, later where too little notice was left.
    """

    person_id: int
    number: int
    open_id: int | None
    open_due: date | None
    rule_id: int
    based_on: date
    grid: date
    plain: date
    due_on: date
    leave_days: int
    missed: tuple[date, ...]
    notice: int


def open_next(session: Session) -> int:
    """Open the next cycle of what recurs, for whom it is time; returns how many. Doing it again changes nothing."""
    people, courses, count = set[int](), set[int](), 0
    for course_id, rules in wanted.asking(session).items():
        opened = _open_course(session, course_id, rules)
        if opened:
            count += len(opened)
            people |= set(opened)
            courses.add(course_id)
    past.forget(session)
    keeping.tell(session, people, courses)
    return count


def may_open(session: Session) -> int:
    """How many cycles the next night may open, at most; for what it will mail. Changes nothing."""
    count = 0
    for course_id, rules in wanted.asking(session).items():
        again = {one.id: one for one in rules if one.recurs_months}
        if again:
            near = _candidates(course_id, rules, again).subquery()
            count += session.scalar(select(func.count()).select_from(near)) or 0
    return count


def _open_course(session: Session, course_id: int, rules: Sequence[Asking]) -> list[int]:
    again = {one.id: one for one in rules if one.recurs_months}
    if not again:
        return []
    found = session.scalars(_candidates(course_id, rules, again).order_by(Person.id)).all()
    opened = list[int]()
    for some in parts(found):
        lock = select(Person.id).where(among(Person.id, some)).order_by(Person.id).with_for_update(key_share=True)
        session.execute(lock).all()
        opened += _open_some(session, course_id, rules, again, some)
    return opened


def _candidates(course_id: int, rules: Sequence[Asking], again: dict[int, Asking]) -> Select[Any]:
    """Whom a rule that recurs asks, whose course is done, and whose next day may be near. Nearly all are left out.

    `+ 0` keeps SQLite from the index of courses: it would read through a whole course for each person.
    """
    months = min(one.recurs_months for one in again.values())
    days = max(one.opens_days for one in again.values())
    limit = dates.months_after(clock.today() + timedelta(days=days + 2), -months)
    here = (Enrollment.person_id == Person.id, Enrollment.course_id + 0 == course_id)
    done = (*here, Enrollment.completed_at.is_not(None))
    near = or_(Enrollment.due_on <= limit, Enrollment.completed_at <= _midnight(limit))
    asked = (_other.person_id == Person.id, _other.course_id + 0 == course_id, _other.completed_at.is_(None))
    ruled = exists().where(*asked, or_(_other.rule_id.is_not(None), _other.paused_at.is_not(None)))
    whom = and_(matching.works_here(), ~wanted.exempt(course_id), wanted.rule_for(rules).in_(list(again)))
    return select(Person.id).where(whom, exists().where(*done, near), ~ruled)


def _midnight(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), clock.now().tzinfo)


def _open_some(
    session: Session, course_id: int, rules: Sequence[Asking], again: dict[int, Asking], people: Sequence[int]
) -> list[int]:
    cycles_of = _past(session, course_id, people)
    who = select(Person.id, Person.time_zone, wanted.rule_for(rules).label("rule_id")).where(among(Person.id, people))
    rows = [row for row in session.execute(who.order_by(Person.id)) if row.rule_id in again]
    away = clocks.load(session, people, clock.today())
    cycles = [_cycle(row, again[row.rule_id], cycles_of[row.id], away[row.id]) for row in rows]
    due = [one for one in cycles if one is not None]
    _write(session, course_id, due)
    return [one.person_id for one in due]


def _past(session: Session, course_id: int, people: Sequence[int]) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    """All cycles of people, oldest first."""
    columns = (Enrollment.person_id, Enrollment.id, Enrollment.cycle, Enrollment.due_on, Enrollment.rule_id)
    rows = select(*columns, Enrollment.completed_at, Enrollment.paused_at, past.grid().label("grid"))
    rows = rows.where(Enrollment.course_id == course_id, among(Enrollment.person_id, people))
    found: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in session.execute(rows.order_by(Enrollment.person_id, Enrollment.cycle)):
        found[row.person_id].append(row)
    return found


def _cycle(
    person: Row[*tuple[Any, ...]], rule: Asking, before: Sequence[Row[*tuple[Any, ...]]], away: clocks.PersonClock
) -> _Cycle | None:
    """The cycle that is to be opened for somebody now, or nothing."""
    done = [one for one in before if one.completed_at is not None]
    opened = next((one for one in before if one.completed_at is None), None)
    if not done or (opened is not None and (opened.rule_id is not None or opened.paused_at is not None)):
        return None
    today = dates.today_in(person.time_zone)
    based_on, after = _after(done, rule, person.time_zone)
    if today < after.due_on - timedelta(days=rule.opens_days):
        return None
    notice = min(rule.opens_days, NOTICE)
    plain = max(after.due_on, dates.later(today, notice))
    counted = dates.due(today, (plain - today).days, away.away, today=today)
    number, due_before = (opened.cycle, opened.due_on) if opened else (before[-1].cycle + 1, None)
    due_on = min(due_before or counted.due_on, counted.due_on)
    counts = (rule.id, based_on, after.due_on, plain, due_on, counted.leave_days, after.missed, notice)
    return _Cycle(person.id, number, opened.id if opened else None, due_before, *counts)


def _after(done: Sequence[Row[*tuple[Any, ...]]], rule: Asking, zone: str) -> tuple[date, Next]:
    """The day the next period is counted from, and its due day. From "due" only cycles that a rule asked for count:
    what somebody did on her own in between does not move her periods."""
    asked = [one for one in done if one.rule_id is not None and one.due_on is not None]
    last = asked[-1] if asked and rule.recurs_from == "due" else max(done, key=lambda one: one.completed_at)
    completed_on = dates.day_in(last.completed_at, zone)
    due_on = None if last.due_on is None else last.grid or last.due_on
    since = due_on if rule.recurs_from == "due" and due_on is not None else completed_on
    return since, dates.next_due(due_on, completed_on, rule.recurs_months, rule.recurs_from)


def _write(session: Session, course_id: int, cycles: Sequence[_Cycle]) -> None:
    now = clock.now()
    new = [one for one in cycles if one.open_id is None]
    rows = [
        (secrets.token_hex(16), one.person_id, course_id, one.number, now, one.due_on)
        + (one.rule_id, one.based_on, one.leave_days, "")
        for one in new
    ]
    insert_rows(session, Enrollment, _MADE, rows)
    taken = [one for one in cycles if one.open_id is not None]
    update = [(one.open_id, one.due_on, one.rule_id, one.based_on, one.leave_days) for one in taken]
    update_rows(session, Enrollment, ["id"], _TAKEN, update)
    number = dict(_numbers(session, course_id, [one.person_id for one in cycles]))
    insert_rows(session, EnrollmentChange, _TOLD, [row for one in cycles for row in _told(one, number, now)])


def _told(cycle: _Cycle, number: dict[int, int], now: datetime) -> Iterable[tuple[Any, ...]]:
    """That a cycle opened, due when its period ends; and, in a second row, that it counts from a later day."""
    id = number[cycle.person_id]
    yield id, now, "reopened", cycle.open_due, cycle.grid, cycle.rule_id, _reason(cycle)
    if cycle.plain != cycle.grid:
        yield id, now, "reopened", cycle.grid, cycle.plain, cycle.rule_id, telling.late(cycle.grid, cycle.notice)


def _numbers(session: Session, course_id: int, people: Sequence[int]) -> list[tuple[int, int]]:
    opened = (Enrollment.course_id == course_id, Enrollment.completed_at.is_(None))
    rows = select(Enrollment.person_id, Enrollment.id).where(among(Enrollment.person_id, people), *opened)
    return [(person_id, id) for person_id, id in session.execute(rows)]


def _reason(cycle: _Cycle) -> str:
    if not cycle.missed:
        return ""
    return gettext("Not taken in time for %(days)s.", days=", ".join(day(one) for one in cycle.missed))
