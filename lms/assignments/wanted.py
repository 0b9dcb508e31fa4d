"""Which rule asks whom, as SQL: of the rules of a course the first in order that fits counts."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, and_, case, exists, literal, null, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from certificates import days
from courses.enrollment_models import Enrollment, EnrollmentChange
from lms.assignments import dates, matching
from lms.assignments.deciding import NOTICE
from lms.assignments.drafts import Asking, Condition
from lms.assignments.models import AssignmentRule, Exemption, RuleCondition
from lms.base.bulk import among
from lms.people.models import Absence, Person, PersonPast

_earlier = aliased(Enrollment)


class days_after(FunctionElement[date]):  # noqa: N801 - reads as the function that it is
    """A day so many days after another, in the SQL of each database."""

    type = Date()
    inherit_cache = True
    name = "days_after"


class random_uid(FunctionElement[str]):  # noqa: N801
    """A new public id for each row, made by the database."""

    inherit_cache = True
    name = "random_uid"


@compiles(days_after, "sqlite")
def _days_after_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    day, count = (compiler.process(one, **kw) for one in element.clauses)
    return f"date({day}, '+' || {count} || ' days')"


@compiles(days_after, "postgresql")
def _days_after_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    day, count = (compiler.process(one, **kw) for one in element.clauses)
    return f"(CAST({day} AS DATE) + CAST({count} AS INTEGER))"


@compiles(random_uid, "sqlite")
def _random_uid_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return "lower(hex(randomblob(16)))"


@compiles(random_uid, "postgresql")
def _random_uid_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return "replace(gen_random_uuid()::text, '-', '')"


def asking(session: Session, course_ids: Collection[int] | None = None) -> dict[int, list[Asking]]:
    """The active rules of courses, or of all, by course and in order. Two statements."""
    rules = select(AssignmentRule).where(AssignmentRule.state == "active")
    if course_ids is not None:
        rules = rules.where(AssignmentRule.course_id.in_(course_ids))
    conditions: dict[int, list[Condition]] = {}
    active = select(AssignmentRule.id).where(AssignmentRule.state == "active")
    columns = (RuleCondition.rule_id, RuleCondition.field, RuleCondition.value, RuleCondition.negated)
    for rule_id, name, value, negated in session.execute(select(*columns).where(RuleCondition.rule_id.in_(active))):
        conditions.setdefault(rule_id, []).append(Condition(name, value, negated))
    found: dict[int, list[Asking]] = {}
    for one in session.scalars(rules.order_by(AssignmentRule.course_id, AssignmentRule.position, AssignmentRule.id)):
        found.setdefault(one.course_id, []).append(of_rule(one, conditions.get(one.id, ())))
    return found


def of_rule(one: AssignmentRule, conditions: Sequence[Condition]) -> Asking:
    """A rule as the engine knows it."""
    return Asking(
        one.id,
        one.course_id,
        one.due_from,
        one.event,
        one.due_days,
        one.due_on,
        one.recurs_months,
        one.recurs_from,
        one.opens_days,
        tuple(conditions),
    )


def courses(session: Session) -> list[int]:
    """The courses for which there is, or was, a rule or an exemption."""
    ruled, excepted = select(AssignmentRule.course_id), select(Exemption.course_id)
    return sorted(session.scalars(ruled.union(excepted)).all())


def rule_for(rules: Sequence[Asking]) -> ColumnElement[Any]:
    """The number of the first rule that fits a `Person`, or nothing."""
    if not rules:
        return null()
    return case(*((matching.condition(one.conditions), literal(one.id, Integer())) for one in rules), else_=null())


def exempt(course_id: int) -> ColumnElement[bool]:
    """Whether an exemption of a `Person` from a course stands today."""
    today = days.today()
    return exists().where(
        Exemption.person_id == Person.id,
        Exemption.course_id == course_id,
        Exemption.ended_at.is_(None),
        Exemption.from_on <= today,
        or_(Exemption.until_on.is_(None), Exemption.until_on >= today),
    )


def today_of_person(session: Session, person_ids: Sequence[int] | None) -> ColumnElement[date]:
    """The calendar day it is now where a `Person` is."""
    zones = select(Person.time_zone).where(Person.status != "left").distinct()
    if person_ids is not None:
        zones = zones.where(among(Person.id, person_ids))
    usual, by_day = days.today(), dict[date, list[str]]()
    for zone in session.scalars(zones):
        by_day.setdefault(dates.today_in(zone), []).append(zone)
    others = [(Person.time_zone.in_(zones), literal(day, Date())) for day, zones in by_day.items() if day != usual]
    return case(*others, else_=literal(usual, Date())) if others else literal(usual, Date())


def was_away() -> ColumnElement[bool]:
    """Whether a `Person` was ever on leave or had left: then days are counted one person at a time."""
    return or_(
        exists().where(Absence.person_id == Person.id),
        exists().where(PersonPast.person_id == Person.id, PersonPast.status == "left"),
    )


def changed(*kinds: str) -> ColumnElement[bool]:
    """Whether something of these kinds was ever decided about an `Enrollment`."""
    return exists().where(EnrollmentChange.enrollment_id == Enrollment.id, EnrollmentChange.kind.in_(kinds))


def done_before() -> ColumnElement[bool]:
    """Whether an earlier cycle of an `Enrollment` was completed. `+ 0`: found by the person, as in `recurring`."""
    same = (_earlier.person_id == Enrollment.person_id, _earlier.course_id + 0 == Enrollment.course_id)
    return exists().where(*same, _earlier.completed_at.is_not(None))


def due_off(rules: Sequence[Asking]) -> ColumnElement[bool]:
    """Whether the due day of an `Enrollment` is not the one that its rule counts for a `Person` who was never away."""
    plain = [(Enrollment.rule_id == one.id, _off(one)) for one in rules]
    return and_(Enrollment.cycle == 1, case(*plain, else_=literal(True))) if plain else literal(False)


def _off(rule: Asking) -> ColumnElement[bool]:
    if rule.due_from == "event":
        return literal(True)
    if rule.due_from == "fixed":
        return or_(Enrollment.based_on.is_(None), Enrollment.due_on.is_distinct_from(rule.due_on))
    if rule.due_from == "hired":
        return _off_hire(rule)
    wrong = Enrollment.due_on.is_distinct_from(days_after(Enrollment.based_on, rule.due_days))
    return or_(wrong, Enrollment.based_on.is_(None))


def _off_hire(rule: Asking) -> ColumnElement[bool]:
    """Whether a due day is neither the one from the day of hire, nor the one from when the rule began to ask."""
    based_on, plain = Enrollment.based_on, days_after(Person.hire_date, rule.due_days)
    least = days_after(based_on, min(rule.due_days, NOTICE))
    later = and_(based_on > Person.hire_date, least > plain)
    right = case((later, least), else_=plain)
    return Enrollment.due_on.is_distinct_from(right)


def counted_from(rule: Asking, found: Any) -> ColumnElement[date | None]:
    """The day a rule counts from, for a row of `hire_date` and `today`: from today, where the day of hire would leave
    too little notice."""
    if rule.due_from != "hired":
        column: ColumnElement[date | None] = found.today
        return column
    return case((_late(rule, found), found.today), else_=found.hire_date)


def _late(rule: Asking, found: Any) -> ColumnElement[bool]:
    least = days_after(found.today, min(rule.due_days, NOTICE))
    return least > days_after(found.hire_date, rule.due_days)


def due_day(rule: Asking, found: Any) -> ColumnElement[Any]:
    """The due day of somebody who was never away, for such a row."""
    if rule.due_on:
        return literal(rule.due_on, Date())
    plain = days_after(counted_from(rule, found), rule.due_days)
    if rule.due_from != "hired":
        return plain
    return case((_late(rule, found), days_after(found.today, min(rule.due_days, NOTICE))), else_=plain)


def missing_data(rule: Asking, found: Any) -> ColumnElement[str]:
    """What a rule needs and such a row has not."""
    lacking = found.hire_date.is_(None) if rule.due_from == "hired" else literal(False)
    return case((lacking, literal("hire_date")), else_=literal(""))
