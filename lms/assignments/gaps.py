"""Data that rules need and did not find: told, never guessed."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment
from lms.assignments import matching, wanted
from lms.assignments.drafts import Asking
from lms.assignments.models import AssignmentRule
from lms.base.errors import NotFound
from lms.people.models import Person, Unit


@dataclass(frozen=True)
class Gap:
    """So many people whose `missing` (`hire_date`, `event`, or a field such as `country`) keeps a rule from its work.

    `kind` is `due` when they have the course without a due day, `fit` when it cannot be said whether the rule fits.
    """

    rule_uid: str
    rule_name: str
    course_id: int
    kind: str
    missing: str
    people: int


@dataclass(frozen=True)
class Lacking:
    """Somebody whose data is missing, and who leads her."""

    uid: str
    name: str
    unit: str
    manager: str


def gaps(session: Session) -> list[Gap]:
    """What data is missing for which rule, and of how many people. Four statements, and one for what a rule needs."""
    return [*_without_a_day(session), *_undecided(session)]


def people(session: Session, gap: Gap, *, limit: int = 100, offset: int = 0) -> list[Lacking]:
    """The people of a gap by name, some at a time. Raises `NotFound` when the rule does not ask any more."""
    rule = session.scalar(select(AssignmentRule).where(AssignmentRule.uid == gap.rule_uid))
    if rule is None:
        raise NotFound
    whom = (
        _lack_a_day(rule.id, gap.missing) if gap.kind == "due" else _cannot_be_said(_asking(session, rule), gap.missing)
    )
    manager = aliased(Person)
    rows = (
        select(Person, Unit.path, manager.given_name, manager.family_name)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(manager, manager.id == Person.manager_id)
        .where(matching.works_here(), whom)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    found = session.execute(rows.limit(limit).offset(offset))
    return [
        Lacking(person.uid, person.name, unit or "", f"{given or ''} {family or ''}".strip())
        for person, unit, given, family in found
    ]


def _without_a_day(session: Session) -> Iterable[Gap]:
    rows = (
        select(AssignmentRule, Enrollment.missing, func.count())
        .join(Enrollment, Enrollment.rule_id == AssignmentRule.id)
        .join(Person, Person.id == Enrollment.person_id)
        .where(_lacking(), matching.works_here())
        .group_by(AssignmentRule.id, Enrollment.missing)
        .order_by(AssignmentRule.course_id, AssignmentRule.position, Enrollment.missing)
    )
    for rule, missing, count in session.execute(rows):
        yield Gap(rule.uid, rule.name, rule.course_id, "due", missing, count)


def _undecided(session: Session) -> Iterable[Gap]:
    known = {one.id: one for one in session.scalars(select(AssignmentRule).where(AssignmentRule.state == "active"))}
    for rules in wanted.asking(session).values():
        for one in rules:
            for about in matching.needed(one.conditions):
                count = session.scalar(_counted(_cannot_be_said(one, about))) or 0
                if count:
                    rule = known[one.id]
                    yield Gap(rule.uid, rule.name, rule.course_id, "fit", about, count)


def _counted(whom: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(Person).where(matching.works_here(), whom)


def _cannot_be_said(rule: Asking, about: str) -> ColumnElement[bool]:
    return matching.missing(rule.conditions, about)


def _asking(session: Session, rule: AssignmentRule) -> Asking:
    found = wanted.asking(session, [rule.course_id]).get(rule.course_id, [])
    asking = next((one for one in found if one.id == rule.id), None)
    if asking is None:
        raise NotFound
    return asking


def _lacking() -> ColumnElement[bool]:
    return and_(Enrollment.missing != "", Enrollment.completed_at.is_(None), Enrollment.paused_at.is_(None))


def _lack_a_day(rule_id: int, missing: str) -> ColumnElement[bool]:
    return exists().where(
        Enrollment.person_id == Person.id, Enrollment.rule_id == rule_id, Enrollment.missing == missing, _lacking()
    )
