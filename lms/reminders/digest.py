"""One mail a day at most: everything that somebody is to be told, in her language, with a notice beside it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import and_, case, select
from sqlalchemy.orm import Session, aliased

from courses import catalog
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.assignments import dates
from lms.assignments.models import AssignmentRule
from lms.base import bulk, clock, mail, outbox
from lms.base.db import parts
from lms.base.i18n import force_locale, gettext, ngettext, pick
from lms.base.outbox import Letter, OutboxMessage
from lms.people.models import Person
from lms.reminders import planning, recipients, told
from lms.reminders.models import Notice, Reminder
from lms.reminders.planning import DONE, LEAVE, Step
from lms.reminders.recipients import Away

NAMED = 20
"""How many of her people a manager finds named under one course; the others are counted."""


class _Person(NamedTuple):
    """Somebody as a mail needs her."""

    id: int
    uid: str
    email: str
    given_name: str
    family_name: str
    language: str
    time_zone: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True)
class Own:
    """A course of the reader's own that is due, or was `-days` ago."""

    uid: str
    title: str
    slug: str
    due_on: date
    days: int


@dataclass(frozen=True)
class Team:
    """A course with those of the reader's people who could use a hand: name, due day, days until then."""

    title: str
    people: Sequence[tuple[str, date, int]]
    more: int


@dataclass(frozen=True)
class Digest:
    """What one person is told on a day, and the steps it answers for."""

    key: str
    person_id: int
    name: str
    email: str
    subject: str
    body: str
    notice: str
    address: str
    steps: Sequence[Step]


def queue(session: Session) -> int:
    """Queue the mails of today for all that is planned; returns how many. For the night, after `planning.plan`."""
    now = clock.now()
    planned, stale = _planned(session, now)
    steps, known = told.apart(session, planned)
    found = list(compose(session, steps, now))
    outbox.queue_many(session, (Letter(one.key, one.email, one.subject, one.body) for one in found))
    columns = ("person_id", "key", "subject", "body", "address", "told_at")
    notices = ((one.person_id, one.key, one.subject, one.notice, one.address, now) for one in found)
    bulk.insert_rows(session, Notice, columns, notices, or_ignore=True)
    sent = [(step.reminder_id, "sent", "", one.key, now) for one in found for step in one.steps]
    before = [(step.reminder_id, "sent", told.BEFORE, None, now) for step in known]
    skipped = [(number, "skipped", why, None, now) for number, why in stale]
    decided = ("state", "skipped_why", "mail_key", "decided_at")
    bulk.update_rows(session, Reminder, ("id",), decided, [*sent, *before, *skipped])
    return len(found)


def preview(session: Session, at: datetime, about: int | None = None) -> list[Digest]:
    """The mails that the night at this moment would queue, as things stand now. Changes nothing."""
    waiting, _ = _planned(session, at)
    new = [step for step in planning.due(session, at, about) if not step.why]
    if about is not None:
        waiting = [step for step in waiting if step.recipient_id == about]
    steps, _ = told.apart(session, [*waiting, *new])
    return list(compose(session, steps, at))


def compose(session: Session, steps: Collection[Step], at: datetime) -> Iterator[Digest]:
    """The mail of each person for these steps, unless she had one today: then she hears of them another day."""
    people = _people(session, {number for step in steps for number in (step.recipient_id, step.learner_id)})
    courses = {one.id: one for one in catalog.live(session)}
    ordered = sorted(
        (step for step in steps if step.course_id in courses),
        key=lambda step: (people[step.recipient_id].language, step.recipient_id, step.due_on, step.enrollment_id),
    )
    keys = {one: f"digest:{people[one].uid}:{_today(people[one], at)}" for one in {s.recipient_id for s in ordered}}
    had = _had(session, keys.values())
    for language, in_language in groupby(ordered, key=lambda step: people[step.recipient_id].language):
        with force_locale(language):
            for person_id, own in groupby(in_language, key=attrgetter("recipient_id")):
                if keys[person_id] not in had:
                    yield _digest(keys[person_id], people[person_id], list(own), people, courses, at)


def _today(person: _Person, at: datetime) -> date:
    return recipients.today_in(person.time_zone, at)


def _planned(session: Session, at: datetime) -> tuple[list[Step], list[tuple[int, str]]]:
    """What is planned and still holds, and the numbers of what does not, with why."""
    learner, recipient = aliased(Person), aliased(Person)
    open_ = and_(Enrollment.completed_at.is_(None), Enrollment.paused_at.is_(None), Enrollment.due_on.is_not(None))
    holds = and_(open_, AssignmentRule.state == "active", Course.retired_at.is_(None))
    statement = (
        select(
            *(Reminder.enrollment_id, Enrollment.uid, Reminder.rule_id, Reminder.days, Reminder.audience),
            *(Reminder.recipient_id, Enrollment.person_id, Enrollment.course_id, Enrollment.due_on),
            *(Reminder.id, case((holds, 1), else_=0), learner.status, recipient.status, recipient.time_zone),
        )
        .join(Enrollment, Enrollment.id == Reminder.enrollment_id)
        .join(AssignmentRule, AssignmentRule.id == Reminder.rule_id)
        .join(Course, Course.id == Enrollment.course_id)
        .join(learner, learner.id == Enrollment.person_id)
        .join(recipient, recipient.id == Reminder.recipient_id)
        .where(Reminder.state == "planned")
    )
    away = recipients.away_at(session, at)
    steps, stale = list[Step](), list[tuple[int, str]]()
    for *about, number, stands, status, reader, zone in session.execute(statement):
        step = Step._make([*about, recipients.today_in(zone, at), "", number])
        if why := _stale(step, {status, reader}, away) if stands else DONE:
            stale.append((number, why))
        else:
            steps.append(step)
    return steps, stale


def _stale(step: Step, statuses: Collection[str], away: Away) -> str:
    """Why a planned step is not told any more: somebody left or is on leave, or the due day is another."""
    if "left" in statuses or dates.later(step.due_on, step.days) > step.on:
        return DONE
    absent = away.absent(step.learner_id, step.on) or away.absent(step.recipient_id, step.on)
    return LEAVE if absent or "leave" in statuses else ""


def _people(session: Session, numbers: Collection[int]) -> dict[int, _Person]:
    columns = (Person.id, Person.uid, Person.email, Person.given_name, Person.family_name, Person.language)
    return {
        row[0]: _Person(*row)
        for some in parts(numbers)
        for row in session.execute(select(*columns, Person.time_zone).where(Person.id.in_(some)))
    }


def _had(session: Session, keys: Collection[str]) -> set[str]:
    """Those of these mails that were queued before, or sent before the database was restored."""
    queued = {
        key
        for some in parts(keys)
        for key in session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(some)))
    }
    return queued | told.mailed(keys)


def _digest(
    key: str,
    person: _Person,
    steps: list[Step],
    people: Mapping[int, _Person],
    courses: Mapping[int, catalog.CourseView],
    at: datetime,
) -> Digest:
    today = _today(person, at)
    own, team = _own(steps, courses, today), _team(steps, people, courses, today)
    subject = _subject(own, len({step.learner_id for step in steps if step.audience != "learner"}))
    body = mail.render("reminders/mail/digest.txt", name=person.given_name, own=own, team=team)
    address = "/learning" if own else "/team"
    notice = "\n".join([*(one.title for one in own), *(_counted(one) for one in team)])
    return Digest(key, person.id, person.name, person.email, subject, body, notice, address, steps)


def _own(steps: Iterable[Step], courses: Mapping[int, catalog.CourseView], today: date) -> list[Own]:
    """The reader's own courses, each once, the most urgent first."""
    found = {
        step.enrollment_id: Own(
            step.uid,
            pick(courses[step.course_id].titles),
            courses[step.course_id].slug,
            step.due_on,
            (step.due_on - today).days,
        )
        for step in steps
        if step.audience == "learner"
    }
    return list(found.values())


def _team(
    steps: Iterable[Step], people: Mapping[int, _Person], courses: Mapping[int, catalog.CourseView], today: date
) -> list[Team]:
    """The courses of the reader's people, with who could use a hand in each: never the reader herself."""
    found: dict[int, dict[int, Step]] = {}
    for step in steps:
        if step.audience != "learner" and step.learner_id != step.recipient_id:
            found.setdefault(step.course_id, {})[step.learner_id] = step
    return [
        Team(
            pick(courses[course_id].titles),
            [(people[one].name, step.due_on, (step.due_on - today).days) for one, step in list(some.items())[:NAMED]],
            max(0, len(some) - NAMED),
        )
        for course_id, some in found.items()
    ]


def _counted(team: Team) -> str:
    people = len(team.people) + team.more
    return ngettext("%(title)s: %(num)s person", "%(title)s: %(num)s people", people, title=team.title)


def _subject(own: Sequence[Own], team: int) -> str:
    """What the mail is about, in a few words: `team` is how many of the reader's people it is about."""
    if len(own) == 1:
        words = {"title": own[0].title}
        late = own[0].days < 0
        return gettext("“%(title)s” was due", **words) if late else gettext("“%(title)s” is due soon", **words)
    if own:
        return ngettext("%(num)s course waits for you", "%(num)s courses wait for you", len(own))
    return ngettext(
        "%(num)s person in your team could use a hand", "%(num)s people in your team could use a hand", team
    )


def numbers(found: Iterable[Digest]) -> dict[tuple[int, int, str], int]:
    """How many steps of each rule, day and audience these mails carry."""
    return Counter((step.rule_id, step.days, step.audience) for one in found for step in one.steps)
