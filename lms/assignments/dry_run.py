"""What a rule would do if it were saved now: numbers, names and mails. Nothing is written.

The due days are those of people who were never on leave; somebody who is gets later mails than are counted here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Subquery, and_, case, func, literal, null, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import days
from courses.enrollment_models import Enrollment
from lms.assignments import dates, matching, rules, wanted
from lms.assignments.deciding import NOTICE
from lms.assignments.drafts import Asking, RuleDraft
from lms.assignments.matching import Tested
from lms.assignments.models import AssignmentRule
from lms.people.models import Absence, Person, PersonPast, Unit

SHOWN = 20
AHEAD = 30
"""Days ahead for which mails are counted."""
BUSIEST = 5
ASKED = ("gets", "has", "moved")
"""Kinds of people who would have the course open by this rule."""


@dataclass(frozen=True)
class Named:
    """Somebody a rule would touch: when it would be due, or when she completed it last."""

    uid: str
    name: str
    unit: str
    due_on: date | None = None
    done_at: datetime | None = None


@dataclass(frozen=True)
class DryRun:
    """What would follow. `gets` have no enrollment yet, or a paused one; `has` take it already, by this rule or on
    their own; `done` have completed it; `moved` come from another rule; `paused` lose it; `exempt` would be asked if
    they were not; `gaps` lack data for a due day or for a condition; `late` would be overdue at once;
    `spared` would be, or nearly, if days did not count from when the rule begins to ask. `people` names the first of
    each kind.

    `mails` counts the mails of the ladder in the next 30 days, one a day and person at most; `busiest` are the days
    with most of them.
    """

    fits: int = 0
    gets: int = 0
    has: int = 0
    done: int = 0
    moved: int = 0
    paused: int = 0
    gaps: int = 0
    late: int = 0
    exempt: int = 0
    spared: int = 0
    people: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    mails: int = 0
    mails_by_audience: Mapping[str, int] = field(default_factory=dict)
    busiest: tuple[tuple[date, int], ...] = ()


def dry_run(session: Session, draft: RuleDraft) -> DryRun:
    """What saving a rule would do. Nothing is written; a fixed number of statements. Raises `Invalid`."""
    rules.check(session, draft)
    one, ordered = _imagined(session, draft)
    touched = _touched(session, one, ordered).subquery("touched")
    counted: dict[str, int] = dict(session.execute(select(touched.c.kind, func.count()).group_by(touched.c.kind)).all())
    lacking = select(func.count()).where(touched.c.kind.in_(ASKED), touched.c.due_on.is_(None))
    undecided = select(func.count()).select_from(Person).where(matching.works_here(), matching.missing(one.conditions))
    days_due = _days_due(session, touched)
    mails = planned(days_due, draft.reminders, days.today())
    by_day: Counter[date] = Counter()
    for (day, _), count in mails.items():
        by_day[day] += count
    late = sum(count for day, count, _, _ in days_due if day < days.today())
    return DryRun(
        fits=sum(counted.get(kind, 0) for kind in (*ASKED, "done", "exempt")),
        **{kind: counted.get(kind, 0) for kind in (*ASKED, "done", "paused", "exempt")},
        gaps=(session.scalar(lacking) or 0) + (session.scalar(undecided) or 0),
        late=late,
        spared=_spared(session, one, touched),
        people=_names(session, touched),
        mails=sum(by_day.values()),
        mails_by_audience=_by_audience(mails),
        busiest=tuple(sorted(by_day.items(), key=lambda pair: (-pair[1], pair[0]))[:BUSIEST]),
    )


def test_person(session: Session, draft: RuleDraft, person_id: int) -> Tested:
    """Whether a rule fits somebody, condition by condition with the value she has. Raises `NotFound`."""
    tested = matching.test(session, draft.conditions, person_id)
    waived = select(Person.id).where(Person.id == person_id, wanted.exempt(draft.course_id))
    return replace(tested, exempt=session.scalar(waived) is not None)


def planned(
    days_due: Iterable[tuple[date, int, int, int]], ladder: Sequence[tuple[int, str]], today: date
) -> dict[tuple[date, str], int]:
    """How many mails go out on which of the next days, by audience. Pure.

    `days_due` has a due day, how many learners, managers and managers above are reached by it. Of the steps that are
    over already only the most urgent goes out, tomorrow.
    """
    found: Counter[tuple[date, str]] = Counter()
    tomorrow, last = today + timedelta(days=1), today + timedelta(days=AHEAD)
    for due_on, *counts in days_due:
        reached = dict(zip(("learner", "manager", "skip"), counts, strict=True))
        over = [step for step in ladder if dates.later(due_on, step[0]) < tomorrow]
        for step in [max(over)] if over else []:
            found[tomorrow, step[1]] += reached[step[1]]
        for step_days, audience in ladder:
            day = dates.later(due_on, step_days)
            if tomorrow <= day <= last:
                found[day, audience] += reached[audience]
    return dict(found)


def _by_audience(mails: Mapping[tuple[date, str], int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (_, audience), count in mails.items():
        found[audience] += count
    return dict(found)


def _imagined(session: Session, draft: RuleDraft) -> tuple[Asking, list[Asking]]:
    """The rule as it would be, and all rules of the course in the order they would have."""
    ordered = wanted.asking(session, [draft.course_id]).get(draft.course_id, [])
    known = select(AssignmentRule.id).where(AssignmentRule.uid == draft.uid)
    number = (session.scalar(known) if draft.uid else None) or 0
    one = Asking(
        number,
        draft.course_id,
        draft.due_from,
        draft.event,
        draft.due_days,
        draft.due_on,
        draft.recurs_months,
        draft.recurs_from,
        draft.opens_days,
        draft.conditions,
    )
    place = next((at for at, other in enumerate(ordered) if other.id == number), len(ordered))
    place = draft.position - 1 if draft.position is not None else place
    others = [other for other in ordered if other.id != number]
    return one, [*others[:place], one, *others[place:]]


def _touched(session: Session, rule: Asking, ordered: Sequence[Asking]) -> Any:
    """Everybody a rule would touch, with how, and the day it would be due."""
    done = aliased(Enrollment)
    completed = (
        select(done.id)
        .where(done.person_id == Person.id, done.course_id + 0 == rule.course_id, done.completed_at.is_not(None))
        .exists()
    )
    asked, exempt = wanted.rule_for(ordered), wanted.exempt(rule.course_id)
    fits = func.coalesce(asked, -1) == rule.id
    again = Enrollment.id.is_not(None) & Enrollment.rule_id.is_not(None)
    mine = and_(Enrollment.rule_id == rule.id, Enrollment.paused_at.is_(None))
    other = and_(Enrollment.rule_id.is_not(None), Enrollment.rule_id != rule.id, Enrollment.paused_at.is_(None))
    goes = and_(mine, or_(asked.is_(None), exempt), Enrollment.assigned_by.is_(None), ~wanted.changed("assigned"))
    asks = and_(fits, ~exempt)
    kind = case(
        (and_(fits, exempt), "exempt"),
        (and_(asks, completed, ~and_(again, literal(bool(rule.recurs_months)))), "done"),
        (and_(asks, or_(Enrollment.id.is_(None), Enrollment.paused_at.is_not(None))), "gets"),
        (and_(asks, other), "moved"),
        (asks, "has"),
        (goes, "paused"),
        else_=null(),
    )
    due = case((mine, func.coalesce(_due(session, rule, kept=True), Enrollment.due_on)), else_=_due(session, rule))
    columns = (Person.id, Person.uid, Person.given_name, Person.family_name, Person.unit_id, Person.manager_id)
    here = and_(Enrollment.person_id == Person.id, Enrollment.course_id == rule.course_id)
    completed_at = select(func.max(done.completed_at)).where(done.person_id == Person.id)
    completed_at = completed_at.where(done.course_id + 0 == rule.course_id)
    found = select(*columns, kind.label("kind"), due.label("due_on"), completed_at.label("done_at"))
    found = found.outerjoin(Enrollment, and_(here, Enrollment.completed_at.is_(None)))
    return found.where(matching.works_here(), kind.is_not(None))


def _due(session: Session, rule: Asking, *, kept: bool = False) -> ColumnElement[Any]:
    """The day a rule would count, without leave; `kept` from the day it counts from already."""
    if rule.due_on is not None:
        return literal(rule.due_on, Date())
    plain = wanted.days_after(_counted_from(session, rule, kept), rule.due_days)
    if rule.due_from not in ("hired", "event"):
        return plain
    least = wanted.days_after(_asked_on(session, rule, kept), min(rule.due_days, NOTICE))
    return case((least > plain, least), else_=plain)


def _asked_on(session: Session, rule: Asking, kept: bool) -> ColumnElement[Any]:
    """The day a rule began, or would begin, to ask somebody; see `deciding`."""
    today = wanted.today_of_person(session, None)
    if not kept:
        return today
    later = and_(Enrollment.based_on > _counted_from(session, rule, kept), Enrollment.based_on <= today)
    return case((later, Enrollment.based_on), else_=func.date(Enrollment.enrolled_at))


def _spared(session: Session, rule: Asking, touched: Subquery) -> int:
    """How many would get less time, if the days counted from the day of hire or an event alone."""
    if rule.due_from not in ("hired", "event"):
        return 0
    plain = wanted.days_after(_counted_from(session, rule, False), rule.due_days)
    earlier = select(func.count()).select_from(Person).join(touched, touched.c.id == Person.id)
    return session.scalar(earlier.where(touched.c.kind.in_(ASKED), touched.c.due_on > plain)) or 0


def _counted_from(session: Session, rule: Asking, kept: bool) -> Any:
    if rule.due_from == "hired":
        return Person.hire_date
    if rule.due_from == "event":
        return _event_day(rule.event)
    return Enrollment.based_on if kept else wanted.today_of_person(session, None)


def _event_day(name: str) -> ColumnElement[Any]:
    if name == "return":
        over = (Absence.person_id == Person.id, Absence.until_on < days.today())
        return select(wanted.days_after(func.max(Absence.until_on), 1)).where(*over).scalar_subquery()
    column = {"tier": "tier", "unit": "unit_id", "manager": "manager_id"}[name]
    other = getattr(PersonPast, column).is_distinct_from(getattr(Person, column))
    last = select(func.max(PersonPast.until_at)).where(PersonPast.person_id == Person.id, other)
    return func.date(last.scalar_subquery())


def _days_due(session: Session, touched: Subquery) -> list[tuple[date, int, int, int]]:
    above = aliased(Person)
    day = touched.c.due_on
    counted = (func.count(), func.count(touched.c.manager_id.distinct()), func.count(above.manager_id.distinct()))
    rows = select(day, *counted).outerjoin_from(touched, above, above.id == touched.c.manager_id)
    rows = rows.where(touched.c.kind.in_(ASKED), day.is_not(None)).group_by(day).order_by(day)
    return [(due_on, *counts) for due_on, *counts in session.execute(rows)]


def _names(session: Session, touched: Subquery) -> dict[str, tuple[Named, ...]]:
    order = (touched.c.family_name, touched.c.given_name, touched.c.id)
    place = func.row_number().over(partition_by=touched.c.kind, order_by=order).label("place")
    first = select(touched, place).subquery("first")
    rows = select(first, Unit.path).outerjoin(Unit, Unit.id == first.c.unit_id).where(first.c.place <= SHOWN)
    found: dict[str, tuple[Named, ...]] = {}
    for row in session.execute(rows.order_by(first.c.kind, first.c.place)):
        one = Named(row.uid, f"{row.given_name} {row.family_name}".strip(), row.path or "", row.due_on)
        if row.kind == "done":
            one = replace(one, due_on=None, done_at=row.done_at)
        found[row.kind] = (*found.get(row.kind, ()), one)
    return found
