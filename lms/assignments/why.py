"""Why somebody has a course, and why it is due on that day: everything that went into it, for her own eyes too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certificates import days
from courses import enrollment
from courses.enrollment_models import Enrollment, EnrollmentChange
from lms.assignments import clocks, dates, deciding, matching, rules, telling, wanted
from lms.assignments.dates import Span
from lms.assignments.deciding import Event
from lms.assignments.drafts import RuleDraft
from lms.assignments.matching import Tested
from lms.assignments.models import AssignmentRule, Exemption
from lms.assignments.rules import RuleView
from lms.base.errors import NotFound
from lms.people import directory
from lms.people.models import Person


@dataclass(frozen=True)
class Change:
    """A thing that was decided about an enrollment: `kind` as in `EnrollmentChange`, by whom and why."""

    at: datetime
    kind: str
    due_before: date | None
    due_after: date | None
    reason: str
    by: str


@dataclass(frozen=True)
class Exempt:
    """An exemption that stands: until when, why and by whom. `id` ends it."""

    id: int
    from_on: date
    until_on: date | None
    reason: str
    by: str


@dataclass(frozen=True)
class WhyDate:
    """Why an enrollment is due when it is.

    `due_on` = `based_on` + `days` + `leave_days` + `paused_days` where a rule counts it and nobody set or extended the
    day; `by_hand` is who set it; `missing` says which data the rule needs and did not find. `leave` are the spans that
    touch the time until the due day, `pauses` those in which no rule asked; `next_on` is the due day of the next period
    once this one is completed in time; `computed_on` the day it would be due by the rule, where that left
    too little notice and the days count from the opening, or from when the rule began to ask.
    `sentences` says it all in plain words, in the reader's language.
    """

    enrollment_id: int
    enrollment_uid: str
    person_id: int
    course_id: int
    cycle: int
    enrolled_at: datetime
    due_on: date | None
    due_from: str
    event: str
    based_on: date | None
    days: int
    leave_days: int
    paused_days: int
    missing: str
    by_hand: str
    leave: tuple[Span, ...]
    pauses: tuple[Span, ...]
    extensions: tuple[Change, ...]
    changes: tuple[Change, ...]
    completed_at: datetime | None
    paused_at: datetime | None
    next_on: date | None
    computed_on: date | None
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class WhyCourse:
    """Why somebody has a course: the rule that asks and how it fits her, or who assigned it, or that she chose it.

    `kind` is `rule`, `person` (assigned by hand), `self`, `paused`, `exempt` or `none`. `others` are the names of
    further rules of the course that fit her too and stand below. `date` explains the newest enrollment, if any.
    """

    person_id: int
    course_id: int
    kind: str
    rule_uid: str
    rule_name: str
    reason: str
    draft: RuleDraft | None
    tested: Tested | None
    assigned_by: str
    others: tuple[str, ...]
    exemption: Exempt | None
    date: WhyDate | None
    sentences: tuple[str, ...]


def why_course(session: Session, person_id: int, course_id: int) -> WhyCourse:
    """Why somebody has a course, or has it not. Who may ask is for the caller to check. Raises `NotFound`."""
    person = directory.get(session, person_id)
    found = enrollment.current(session, person_id, course_id)
    rule = rules.by_id(session, found.rule_id) if found is not None and found.rule_id is not None else None
    exemption = _exemption(session, person_id, course_id)
    by = _names(session, {found.assigned_by} if found is not None and found.assigned_by else set())
    kind = _kind(found, exemption)
    why = WhyCourse(
        person_id=person.id,
        course_id=course_id,
        kind=kind,
        rule_uid=rule.uid if rule else "",
        rule_name=rule.draft.name if rule else "",
        reason=rule.draft.reason if rule else "",
        draft=rule.draft if rule else None,
        tested=matching.test(session, rule.draft.conditions, person_id) if rule else None,
        assigned_by=next(iter(by.values()), ""),
        others=_others(session, person_id, course_id, found.rule_id if found else None),
        exemption=exemption,
        date=why_date(session, found.id) if found else None,
        sentences=(),
    )
    said = telling.course(kind, why.rule_name, why.reason, why.assigned_by, exemption.until_on if exemption else None)
    return WhyCourse(**{**vars(why), "sentences": said})


def why_date(session: Session, enrollment_id: int) -> WhyDate:
    """Why an enrollment is due when it is. Raises `NotFound`."""
    found = session.get(Enrollment, enrollment_id)
    if found is None:
        raise NotFound
    person = directory.get(session, found.person_id)
    rule = rules.by_id(session, found.rule_id) if found.rule_id is not None else None
    changes, history = _history(session, found, person.time_zone)
    known = clocks.load(session, [person.id], dates.today_in(person.time_zone))[person.id]
    away, pauses = known.away, deciding.pauses(history, None)
    computed = _computed(found, rule, history, person, known)
    based_on, given = _given(found, rule, history, computed)
    by_hand = _names(session, {found.assigned_by} if found.assigned_by else set()) if found.due_on else {}
    until = found.due_on or date.max
    why = WhyDate(
        enrollment_id=found.id,
        enrollment_uid=found.uid,
        person_id=found.person_id,
        course_id=found.course_id,
        cycle=found.cycle,
        enrolled_at=found.enrolled_at,
        due_on=found.due_on,
        due_from=rule.draft.due_from if rule else "",
        event=rule.draft.event if rule else "",
        based_on=based_on,
        days=given,
        leave_days=found.leave_days,
        paused_days=_paused_days(found, based_on, given),
        missing=found.missing,
        by_hand=next(iter(by_hand.values()), ""),
        leave=tuple(span for span in away if based_on and _touches(span, based_on, until)),
        pauses=tuple(span for span in pauses if based_on and _touches(span, based_on, until)),
        extensions=tuple(one for one in changes if one.kind == "extended"),
        changes=changes,
        completed_at=found.completed_at,
        paused_at=found.paused_at,
        next_on=_next(found, rule, computed, person.time_zone),
        computed_on=computed,
        sentences=(),
    )
    return WhyDate(**{**vars(why), "sentences": telling.due(why)})


def _kind(found: Enrollment | None, exemption: Exempt | None) -> str:
    if exemption is not None:
        return "exempt"
    if found is None:
        return "none"
    if found.paused_at is not None:
        return "paused"
    if found.rule_id is not None:
        return "rule"
    return "person" if found.assigned_by is not None else "self"


def _exemption(session: Session, person_id: int, course_id: int) -> Exempt | None:
    today = days.today()
    row = session.execute(
        select(Exemption, Person)
        .join(Person, Person.id == Exemption.given_by_id)
        .where(Exemption.person_id == person_id, Exemption.course_id == course_id, Exemption.ended_at.is_(None))
        .where(Exemption.from_on <= today, or_(Exemption.until_on.is_(None), Exemption.until_on >= today))
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    found, by = row
    return Exempt(found.id, found.from_on, found.until_on, found.reason, by.name)


def _others(session: Session, person_id: int, course_id: int, rule_id: int | None) -> tuple[str, ...]:
    """The names of other rules of the course that fit somebody too."""
    asked = [one for one in wanted.asking(session, [course_id]).get(course_id, []) if one.id != rule_id]
    if not asked:
        return ()
    fits = [matching.condition(one.conditions) for one in asked]
    row = session.execute(select(*fits).where(Person.id == person_id, matching.works_here())).one_or_none()
    ids = [one.id for one, holds in zip(asked, row or (), strict=bool(row)) if holds]
    named = select(AssignmentRule.name).where(AssignmentRule.id.in_(ids)).order_by(AssignmentRule.position)
    return tuple(session.scalars(named)) if ids else ()


def _history(session: Session, found: Enrollment, zone: str) -> tuple[tuple[Change, ...], list[Event]]:
    of = select(EnrollmentChange).where(EnrollmentChange.enrollment_id == found.id).order_by(EnrollmentChange.id)
    rows = session.scalars(of).all()
    names = _names(session, {one.by_id for one in rows if one.by_id is not None})
    changes = tuple(
        Change(one.at, one.kind, one.due_before, one.due_after, one.reason, names.get(one.by_id or 0, ""))
        for one in rows
    )
    events = [Event(one.kind, dates.day_in(one.at, zone), one.due_before, one.due_after, one.by_id) for one in rows]
    return changes, events


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    return {one.id: one.name for one in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def _computed(
    found: Enrollment, rule: RuleView | None, history: Sequence[Event], person: Person, known: clocks.PersonClock
) -> date | None:
    """The day an enrollment would be due by its rule, where too little notice was left and a later day counts."""
    again = [one for one in history if one.kind == "reopened"]
    if rule is None or found.based_on is None or again:
        return again[0].due_after if len(again) > 1 else None
    base = {"hired": person.hire_date, "event": known.events.get(rule.draft.event)}.get(rule.draft.due_from)
    return dates.later(base, rule.draft.due_days) if base is not None and base != found.based_on else None


def _given(
    found: Enrollment, rule: RuleView | None, history: Sequence[Event], computed: date | None
) -> tuple[date | None, int]:
    """The day that counts, and the days that a rule gives from it, leave and pauses apart."""
    base = found.based_on
    if rule is None or base is None:
        return base, 0
    again = next((one for one in reversed(history) if one.kind == "reopened"), None)
    if again is not None and again.due_after is not None:
        start = again.on if computed is not None else base
        return start, (again.due_after - start).days
    if rule.draft.due_on is not None:
        return base, (rule.draft.due_on - base).days
    days = rule.draft.due_days
    return base, days if computed is None else min(days, deciding.NOTICE)


def _paused_days(found: Enrollment, based_on: date | None, given: int) -> int:
    """What pushed the day beside leave. Nothing where a person set it."""
    if based_on is None or found.due_on is None or found.assigned_by is not None:
        return 0
    return max(0, (found.due_on - based_on).days - given - found.leave_days)


def _touches(span: Span, first: date, last: date) -> bool:
    return span[0] <= last and (span[1] is None or span[1] >= first)


def _next(found: Enrollment, rule: RuleView | None, computed: date | None, zone: str) -> date | None:
    if rule is None or not rule.draft.recurs_months or found.due_on is None or found.paused_at is not None:
        return None
    done = dates.day_in(found.completed_at, zone) if found.completed_at else found.due_on
    grid = computed if computed is not None and found.cycle > 1 else found.due_on
    return dates.next_due(grid, done, rule.draft.recurs_months, rule.draft.recurs_from).due_on
