"""Standing rules: reading them, saving one with its conditions and reminders, moving and ending one.

A rule counts from the moment it is saved: what follows for people happens in the same transaction.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.assignments import keeping, wanted
from lms.assignments.drafts import Condition as Condition
from lms.assignments.drafts import RuleDraft as RuleDraft
from lms.assignments.models import (
    AUDIENCES,
    DUE_FROM,
    EVENTS,
    FIELDS,
    RECURS_FROM,
    AssignmentRule,
    RuleCondition,
    RuleReminder,
)
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person

_PLAIN = ("name", "reason", "due_from", "event", "due_days", "due_on", "recurs_months", "recurs_from", "opens_days")


@dataclass(frozen=True)
class RuleView:
    """A rule as a list or a page shows it. `has` it open and not paused, `lacking` of them without a due day; `done`
    completed a cycle that it asked for, `paused` had it until the rule asked no longer. Leavers are not counted.
    """

    id: int
    uid: str
    state: str
    draft: RuleDraft
    has: int
    lacking: int
    done: int
    paused: int
    made_at: datetime
    made_by_id: int | None
    ended_at: datetime | None


def rules(session: Session) -> list[RuleView]:
    """All rules by course in order of position, ended ones last; for administrators. Four statements."""
    ended = case((AssignmentRule.state == "ended", 1), else_=0)
    order = (AssignmentRule.course_id, ended, AssignmentRule.position, AssignmentRule.id)
    return _views(session, session.scalars(select(AssignmentRule).order_by(*order)).all())


def rule(session: Session, uid: str) -> RuleView:
    """A rule. Raises `NotFound`."""
    return _views(session, [_found(session, uid)])[0]


def by_id(session: Session, rule_id: int) -> RuleView:
    """A rule, by number. Raises `NotFound`."""
    found = session.get(AssignmentRule, rule_id)
    if found is None:
        raise NotFound
    return _views(session, [found])[0]


def save(session: Session, draft: RuleDraft, *, by_id: int, state: str = "active") -> RuleView:
    """Make a rule, or change the one of `draft.uid`, and let it count at once; `state` is "active" or "draft".

    Raises `Invalid` with what is wrong, `NotFound`, `Conflict` when somebody else changed the rule since it was read.
    """
    check(session, draft)
    found = _changing(session, draft) if draft.uid else _new(session, draft, by_id)
    before = found.due_from if draft.uid else draft.due_from
    for name in _PLAIN:
        setattr(found, name, getattr(draft, name))
    found.state = "active" if found.state == "active" else state
    session.flush()
    _write_rows(session, found.id, draft)
    if before != draft.due_from:
        _count_anew(session, found.id)
    if draft.position is not None:
        _place(session, found, draft.position - 1)
    details = {"name": found.name, "revision": found.revision, "course": found.course_id}
    audit.record(session, "saved a rule", f"assignment_rule:{found.id}", actor_id=by_id, **details)
    keeping.apply(session, [found.course_id])
    return rule(session, found.uid)


def check(session: Session, draft: RuleDraft) -> None:
    """Whether a draft makes sense. Raises `Invalid` with a sentence."""
    if not draft.name.strip():
        raise Invalid(gettext("Give the rule a name, such as “New colleagues”."))
    course = session.scalar(select(Course.id).where(Course.id == draft.course_id))
    if course is None:
        raise Invalid(gettext("Choose the course."))
    known = draft.due_from in DUE_FROM and draft.event in EVENTS and draft.recurs_from in RECURS_FROM
    if not known or min(draft.due_days, draft.recurs_months, draft.opens_days) < 0:
        raise Invalid(gettext("Days and months are whole numbers from 0 up, counted from one of the offered days."))
    if (draft.due_from == "fixed") != (draft.due_on is not None):
        raise Invalid(gettext("A rule has a fixed day, or counts days from another one: choose one of both."))
    if (draft.due_from == "event") != bool(draft.event):
        raise Invalid(gettext("Choose what the days are counted from."))
    if any(one.field not in FIELDS or not one.value for one in draft.conditions):
        raise Invalid(gettext("Each condition needs a value. Choose one, or remove the condition."))
    if any(to not in AUDIENCES for _, to in draft.reminders):
        raise Invalid(gettext("Reminders go to the learner, the manager or the manager above."))


def move(session: Session, uid: str, places: int, *, by_id: int) -> RuleView:
    """Put a rule so many places further down among those of its course, up when negative. Counts at once."""
    found = _found(session, uid, lock=True)
    ordered = [one.id for one in _of_course(session, found.course_id)]
    _place(session, found, (ordered.index(found.id) if found.id in ordered else len(ordered)) + places)
    audit.record(session, "moved a rule", f"assignment_rule:{found.id}", actor_id=by_id, places=places)
    keeping.apply(session, [found.course_id])
    return rule(session, uid)


@dataclass(frozen=True)
class Ending:
    """What follows when a rule ends: who has the course is asked no longer (`paused`), goes on by another rule
    (`others`), or keeps it without the rule's due day (`own`: chosen, or given by a person)."""

    paused: int
    others: int
    own: int


def ending(session: Session, uid: str) -> Ending:
    """What would follow if a rule ended: told before `end`. Raises `NotFound`."""
    found = _found(session, uid)
    asked = [one for one in wanted.asking(session, [found.course_id]).get(found.course_id, []) if one.id != found.id]
    opened = (Enrollment.rule_id == found.id, Enrollment.completed_at.is_(None), Enrollment.paused_at.is_(None))
    has = select(func.count()).select_from(Enrollment).join(Person, Person.id == Enrollment.person_id)
    has = has.where(*opened, Person.status != "left")
    others = session.scalar(has.where(wanted.rule_for(asked).is_not(None))) or 0
    paused = would_pause(session, uid)
    return Ending(paused, others, (session.scalar(has) or 0) - paused - others)


def would_pause(session: Session, uid: str) -> int:
    """How many people would have the course no longer if the rule ended: told before `end`."""
    found = _found(session, uid)
    others = [one for one in wanted.asking(session, [found.course_id]).get(found.course_id, []) if one.id != found.id]
    paused = (
        select(func.count())
        .select_from(Enrollment)
        .join(Person, Person.id == Enrollment.person_id)
        .where(Enrollment.rule_id == found.id, Enrollment.completed_at.is_(None), Enrollment.paused_at.is_(None))
        .where(Person.status != "left", wanted.rule_for(others).is_(None))
        .where(Enrollment.assigned_by.is_(None), ~wanted.changed("assigned"))
    )
    return session.scalar(paused) or 0


def end(session: Session, uid: str, *, by_id: int) -> RuleView:
    """End a rule for good: what only it asked for is paused, nothing is deleted. Raises `NotFound`, `Conflict`."""
    found = _found(session, uid, lock=True)
    if found.state == "ended":
        raise Conflict(gettext("This rule has ended already."))
    found.state, found.ended_at, found.revision = "ended", clock.now(), found.revision + 1
    session.flush()
    audit.record(session, "ended a rule", f"assignment_rule:{found.id}", actor_id=by_id, name=found.name)
    keeping.apply(session, [found.course_id])
    return rule(session, uid)


def ladder(session: Session, rule_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The reminders of rules, days and audience in order, by number of the rule."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    columns = (RuleReminder.rule_id, RuleReminder.days, RuleReminder.audience)
    rows = select(*columns).where(RuleReminder.rule_id.in_(rule_ids))
    for rule_id, days, audience in session.execute(rows.order_by(RuleReminder.days, RuleReminder.audience)):
        found[rule_id].append((days, audience))
    return found


def _found(session: Session, uid: str, *, lock: bool = False) -> AssignmentRule:
    statement = select(AssignmentRule).where(AssignmentRule.uid == uid)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def _new(session: Session, draft: RuleDraft, by_id: int) -> AssignmentRule:
    last = select(func.max(AssignmentRule.position)).where(AssignmentRule.course_id == draft.course_id)
    position = (session.scalar(last) or 0) + 1
    plain = {name: getattr(draft, name) for name in _PLAIN}
    made = AssignmentRule(
        uid=secrets.token_hex(16),
        course_id=draft.course_id,
        position=position,
        made_by_id=by_id,
        made_at=clock.now(),
        **plain,
    )
    session.add(made)
    session.flush()
    return made


def _changing(session: Session, draft: RuleDraft) -> AssignmentRule:
    found = _found(session, draft.uid or "", lock=True)
    if found.state == "ended":
        raise Conflict(gettext("This rule has ended. Make a new one."))
    if draft.revision is not None and draft.revision != found.revision:
        raise Conflict(gettext("Somebody else changed this rule in the meantime. Look at it again before you save."))
    if draft.course_id != found.course_id:
        raise Invalid(gettext("A rule stays with its course. End this one and make another for the other course."))
    found.revision += 1
    return found


def _write_rows(session: Session, rule_id: int, draft: RuleDraft) -> None:
    session.execute(delete(RuleCondition).where(RuleCondition.rule_id == rule_id))
    session.execute(delete(RuleReminder).where(RuleReminder.rule_id == rule_id))
    for one in sorted(set(draft.conditions)):
        session.add(RuleCondition(rule_id=rule_id, field=one.field, value=one.value, negated=one.negated))
    for days, audience in sorted(set(draft.reminders)):
        session.add(RuleReminder(rule_id=rule_id, days=days, audience=audience))
    session.flush()


def _count_anew(session: Session, rule_id: int) -> None:
    """A rule that now counts from another day: from the day it was changed, where it counts from the assignment."""
    opened = Enrollment.completed_at.is_(None), Enrollment.cycle == 1
    anew = update(Enrollment).where(Enrollment.rule_id == rule_id, *opened).values(based_on=None)
    session.execute(anew.execution_options(synchronize_session=False))


def _of_course(session: Session, course_id: int) -> Sequence[AssignmentRule]:
    """The rules of a course that have not ended, in order, locked."""
    found = select(AssignmentRule).where(AssignmentRule.course_id == course_id, AssignmentRule.state != "ended")
    ordered = found.order_by(AssignmentRule.position, AssignmentRule.id)
    return session.scalars(ordered.with_for_update(key_share=True)).all()


def _place(session: Session, rule: AssignmentRule, place: int) -> None:
    others = [one for one in _of_course(session, rule.course_id) if one.id != rule.id]
    others.insert(max(0, min(place, len(others))), rule)
    for position, one in enumerate(others, 1):
        one.position = position
    session.flush()


def _views(session: Session, found: Sequence[AssignmentRule]) -> list[RuleView]:
    ids = [one.id for one in found]
    conditions: dict[int, list[Condition]] = defaultdict(list)
    for one in session.scalars(select(RuleCondition).where(RuleCondition.rule_id.in_(ids)).order_by(RuleCondition.id)):
        conditions[one.rule_id].append(Condition(one.field, one.value, one.negated))
    reminders, counts = ladder(session, ids), _counts(session, ids)
    return [_view(one, tuple(conditions[one.id]), tuple(reminders[one.id]), counts.get(one.id)) for one in found]


def _view(
    found: AssignmentRule, conditions: tuple[Condition, ...], reminders: tuple[tuple[int, str], ...], counted: Any
) -> RuleView:
    plain = {name: getattr(found, name) for name in _PLAIN}
    draft = RuleDraft(course_id=found.course_id, conditions=conditions, reminders=reminders, **plain)
    draft = replace(draft, uid=found.uid, revision=found.revision, position=found.position)
    has, lacking, done, paused = counted or (0, 0, 0, 0)
    said = (found.made_at, found.made_by_id, found.ended_at)
    return RuleView(found.id, found.uid, found.state, draft, has, lacking, done, paused, *said)


def _counts(session: Session, ids: Collection[int]) -> dict[int, tuple[int, int, int, int]]:
    opened = Enrollment.completed_at.is_(None)
    has = opened & Enrollment.paused_at.is_(None)
    counted = (
        func.count(case((has, 1))),
        func.count(case((has & (Enrollment.missing != ""), 1))),
        func.count(case((Enrollment.completed_at.is_not(None), 1))),
        func.count(case((opened & Enrollment.paused_at.is_not(None), 1))),
    )
    rows = (
        select(Enrollment.rule_id, *counted)
        .join(Person, Person.id == Enrollment.person_id)
        .where(Enrollment.rule_id.in_(ids), Person.status != "left")
        .group_by(Enrollment.rule_id)
    )
    return {one: (has, lacking, done, paused) for one, has, lacking, done, paused in session.execute(rows) if one}
