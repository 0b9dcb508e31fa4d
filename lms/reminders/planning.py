"""Which steps of the ladders of rules are due, and for whom: decided once, by the night and by its preview alike.

A step is due when its day has come in the time zone of who is to be told. Of several steps that were missed, only the
most urgent one goes out. While a learner is on leave nothing is said about her; a manager on leave has a deputy told,
or is told when she is back.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment, EnrollmentChange
from courses.models import Course
from lms.assignments import dates
from lms.assignments.models import AssignmentRule, RuleReminder
from lms.base import bulk, clock
from lms.base.db import parts
from lms.people.models import Deputy, Person
from lms.reminders import recipients
from lms.reminders.models import Reminder
from lms.reminders.recipients import Away, Told

LEAVE, OVERTAKEN, DONE = "on leave", "overtaken", "no longer due"
"""Why a step was skipped."""
AGAIN = (LEAVE, DONE)
"""What was skipped for these reasons is looked at again: she came back, or the course was given back to her."""
_WRITTEN = (
    "enrollment_id",
    "rule_id",
    "days",
    "audience",
    "recipient_id",
    "due_on",
    "planned_on",
    "state",
    "skipped_why",
    "decided_at",
)


class Step(NamedTuple):
    """A step of a ladder for somebody: `why` says why it is skipped, nothing when she is to be told."""

    enrollment_id: int
    uid: str
    rule_id: int
    days: int
    audience: str
    recipient_id: int
    learner_id: int
    course_id: int
    due_on: date
    on: date
    why: str = ""
    reminder_id: int | None = None


class _Found(NamedTuple):
    """A step whose day may have come, with the people it is about."""

    enrollment_id: int
    uid: str
    rule_id: int
    days: int
    audience: str
    learner_id: int
    course_id: int
    due_on: date
    status: str
    zone: str
    manager_id: int | None
    manager_status: str | None
    manager_zone: str | None
    skip_id: int | None
    skip_status: str | None
    skip_zone: str | None
    opened_at: datetime | None


def plan(session: Session) -> int:
    """Write down what is due now, and what is skipped and why; returns how many are to be told. For the night."""
    now = clock.now()
    steps = due(session, now)
    new = [step for step in steps if step.reminder_id is None]
    again = [step for step in steps if step.reminder_id is not None]
    bulk.insert_rows(session, Reminder, _WRITTEN, (_row(step, now) for step in new))
    columns = ("due_on", "planned_on", "state", "skipped_why", "decided_at")
    changed = ((step.reminder_id, step.due_on, step.on, *_state(step, now)) for step in again)
    bulk.update_rows(session, Reminder, ("id",), columns, changed)
    return sum(not step.why for step in steps)


def due(session: Session, at: datetime, about: int | None = None) -> list[Step]:
    """What the night at this moment would write down, those skipped too. Changes nothing.

    `about` keeps to one person: what she is told, and what is said of her.
    """
    found = _candidates(session, at, about)
    away = recipients.away_at(session, at)
    steps = _chosen(step for row in found if (step := _step(row, at, away)) is not None)
    if about is not None:
        steps = [step for step in steps if about in (step.recipient_id, step.learner_id)]
    return list(_new(steps, _known(session, {step.enrollment_id for step in steps})))


def _candidates(session: Session, at: datetime, about: int | None) -> Iterable[_Found]:
    """Steps whose day may have come anywhere on earth, unless they, or later ones, are decided already."""
    latest = (at + timedelta(hours=14)).date()
    ladder = select(RuleReminder.days).join(AssignmentRule, AssignmentRule.id == RuleReminder.rule_id).distinct()
    days = session.scalars(ladder.where(AssignmentRule.state == "active")).all()
    if not days:
        return ()
    manager, above = aliased(Person), aliased(Person)
    statement = (
        select(
            *(Enrollment.id, Enrollment.uid, RuleReminder.rule_id, RuleReminder.days, RuleReminder.audience),
            *(Enrollment.person_id, Enrollment.course_id, Enrollment.due_on, Person.status, Person.time_zone),
            *(manager.id, manager.status, manager.time_zone, above.id, above.status, above.time_zone),
            opened_at(),
        )
        .join(Person, Person.id == Enrollment.person_id)
        .join(RuleReminder, RuleReminder.rule_id == Enrollment.rule_id)
        .join(AssignmentRule, AssignmentRule.id == Enrollment.rule_id)
        .join(Course, Course.id == Enrollment.course_id)
        .outerjoin(manager, manager.id == Person.manager_id)
        .outerjoin(above, above.id == manager.manager_id)
        .where(
            *open_to_reminding(),
            or_(*(and_(RuleReminder.days == one, Enrollment.due_on <= latest - timedelta(days=one)) for one in days)),
            ~_decided(),
        )
    )
    if about is not None:
        stands_in = select(Deputy.manager_id).where(Deputy.deputy_id == about)
        teams = [who.in_(stands_in) for who in (manager.id, above.id)]
        statement = statement.where(or_(Person.id == about, manager.id == about, above.id == about, *teams))
    return (_Found._make(row) for row in session.execute(statement))


def opened_at() -> ColumnElement[datetime | None]:
    """When the cycle of an `Enrollment` that comes again was opened: what would have been told before is not missed."""
    change = (EnrollmentChange.enrollment_id == Enrollment.id, EnrollmentChange.kind == "reopened")
    last = select(func.max(EnrollmentChange.at)).where(*change).scalar_subquery()
    return case((Enrollment.cycle > 1, last), else_=null())


def open_to_reminding() -> tuple[ColumnElement[bool], ...]:
    """The conditions under which an enrollment of a person with a rule is spoken of at all."""
    return (
        Enrollment.completed_at.is_(None),
        Enrollment.paused_at.is_(None),
        Enrollment.due_on.is_not(None),
        Person.status != "left",
        AssignmentRule.state == "active",
        Course.retired_at.is_(None),
    )


def _decided() -> ColumnElement[bool]:
    return exists().where(
        Reminder.enrollment_id == Enrollment.id,
        Reminder.rule_id == RuleReminder.rule_id,
        Reminder.days >= RuleReminder.days,
        Reminder.audience == RuleReminder.audience,
        or_(Reminder.state != "skipped", Reminder.skipped_why.not_in(AGAIN)),
    )


def _step(row: _Found, at: datetime, away: Away) -> Step | None:
    """The step as decided for the day of who is told; nothing before its day, and when there is nobody to tell."""
    told = _told(row, at, away)
    if told is None or (row.audience != "learner" and told.person_id == row.learner_id):
        return None
    day = recipients.today_in(told.zone, at)
    step_on = dates.later(row.due_on, row.days)
    if step_on > day or (row.opened_at is not None and step_on < recipients.today_in(told.zone, row.opened_at)):
        return None
    quiet = told.on_leave or row.status == "leave" or away.absent(row.learner_id, day)
    return Step(
        row.enrollment_id,
        row.uid,
        row.rule_id,
        row.days,
        row.audience,
        told.person_id,
        row.learner_id,
        row.course_id,
        row.due_on,
        day,
        LEAVE if quiet else "",
    )


def _told(row: _Found, at: datetime, away: Away) -> Told | None:
    """Who is told of a step: the learner, her manager, or the one above her or instead of one who left."""
    if row.audience == "learner":
        return Told(row.learner_id, row.zone, row.status == "leave")
    person_id, status, zone = (
        (row.manager_id, row.manager_status, row.manager_zone)
        if row.audience == "manager" and row.manager_status != "left"
        else (row.skip_id, row.skip_status, row.skip_zone)
    )
    if person_id is None or zone is None or status == "left":
        return None
    return away.instead_of(person_id, status or "", zone, at)


def _chosen(steps: Iterable[Step]) -> list[Step]:
    """Of the steps of an enrollment for the same audience, all but the most urgent are overtaken by it."""
    highest: dict[tuple[int, str], int] = {}
    found = sorted(steps, key=attrgetter("enrollment_id", "days", "audience"))
    for step in found:
        highest[step.enrollment_id, step.audience] = step.days
    return [
        step if step.why or step.days == highest[step.enrollment_id, step.audience] else step._replace(why=OVERTAKEN)
        for step in found
    ]


def _known(session: Session, enrollments: Collection[int]) -> dict[tuple[int, int, int, int], tuple[int, str]]:
    """What is written down of these enrollments: number and why, by the unique key."""
    columns = (Reminder.enrollment_id, Reminder.rule_id, Reminder.days, Reminder.recipient_id)
    why = func.nullif(Reminder.skipped_why, "")
    found: dict[tuple[int, int, int, int], tuple[int, str]] = {}
    for some in parts(enrollments):
        rows: Iterable[Any] = session.execute(
            select(*columns, Reminder.id, why).where(Reminder.enrollment_id.in_(some))
        )
        found.update(((row[0], row[1], row[2], row[3]), (row[4], row[5] or "")) for row in rows)
    return found


def _new(steps: Iterable[Step], known: Mapping[tuple[int, int, int, int], tuple[int, str]]) -> Iterator[Step]:
    """The steps that are to be written: nobody hears of the same step twice, and of no leave is written twice."""
    taken: set[tuple[int, int, int, int]] = set()
    for step in steps:
        key = (step.enrollment_id, step.rule_id, step.days, step.recipient_id)
        reminder_id, why = known.get(key, (None, LEAVE))
        if key not in taken and why in AGAIN and not (reminder_id and step.why == why):
            yield step._replace(reminder_id=reminder_id)
        taken.add(key)


def _state(step: Step, now: datetime) -> tuple[str, str, datetime | None]:
    return ("skipped", step.why, now) if step.why else ("planned", "", None)


def _row(step: Step, now: datetime) -> tuple[Any, ...]:
    key = (step.enrollment_id, step.rule_id, step.days, step.audience, step.recipient_id)
    return (*key, step.due_on, step.on, *_state(step, now))
