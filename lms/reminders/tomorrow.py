"""Who gets what in the next night, and why somebody does or does not: by the code of the night itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import catalog
from courses.enrollment_models import Enrollment
from lms.assignments import dates, recurring
from lms.assignments.models import AssignmentRule, Exemption, RuleReminder
from lms.base import clock
from lms.base.i18n import day as in_words
from lms.base.i18n import gettext, pick
from lms.people import directory
from lms.people.models import Person
from lms.reminders import digest, planning, recipients
from lms.reminders.digest import Digest
from lms.reminders.models import Reminder

NIGHTLY = time(2, 30)
"""When the night's work begins, in UTC: see `lms.worker`."""
SHOWN = 100
Counted = tuple[str, int, str, int]


@dataclass(frozen=True)
class Tomorrow:
    """The mails of the next night: how many, the first of them, and how many steps by rule, day and audience.

    Not in it is what that night itself does before it mails: `opening` cycles may be opened at most, and `ending`
    exemptions end, after which a rule may ask.
    """

    at: datetime
    count: int
    first: Sequence[Digest]
    counted: Sequence[Counted]
    opening: int = 0
    ending: int = 0


@dataclass(frozen=True)
class Course:
    """A course that somebody has open, and why the next night says something of it or does not."""

    title: str
    uid: str
    rule: str
    why: str


@dataclass(frozen=True)
class Answer:
    """What somebody gets in the next night, if anything, and why for each course she has open."""

    person: Person
    mail: Digest | None
    quiet: str
    courses: Sequence[Course]


def next_night() -> datetime:
    """When the night's work begins next."""
    now = clock.now()
    tonight = datetime.combine(now.date(), NIGHTLY, now.tzinfo)
    return tonight if tonight > now else tonight + timedelta(days=1)


def preview(session: Session) -> Tomorrow:
    """Who gets what in the next night, as things stand now."""
    at = next_night()
    found = digest.preview(session, at)
    names: dict[int, str] = dict(session.execute(select(AssignmentRule.id, AssignmentRule.name)).all())
    counted = sorted((names[rule], days, who, count) for (rule, days, who), count in digest.numbers(found).items())
    with clock.frozen(at):
        opening = recurring.may_open(session)
    return Tomorrow(at, len(found), found[:SHOWN], counted, opening, _ending(session, at.date()))


def _ending(session: Session, today: date) -> int:
    """How many exemptions were still there yesterday and are over on a day."""
    over = (Exemption.ended_at.is_(None), Exemption.until_on == today - timedelta(days=1))
    return session.scalar(select(func.count()).select_from(Exemption).where(*over)) or 0


def answer(session: Session, email: str) -> Answer | None:
    """What somebody gets in the next night and why, by her e-mail address; nothing when nobody has it."""
    person = directory.find_by_email(session, email)
    if person is None:
        return None
    at = next_night()
    mails = [one for one in digest.preview(session, at, person.id) if one.person_id == person.id]
    return Answer(person, mails[0] if mails else None, _quiet(session, person, at), _courses(session, person, at))


def _quiet(session: Session, person: Person, at: datetime) -> str:
    """Why somebody is told nothing at all, if that is so."""
    if person.status == "left":
        return gettext("This person has left the company.")
    away = recipients.away_at(session, at)
    if person.status == "leave" or away.absent(person.id, recipients.today_in(person.time_zone, at)):
        return gettext("On leave. What was missed is told afterwards, the most urgent of each course.")
    return ""


def _courses(session: Session, person: Person, at: datetime) -> list[Course]:
    """Why the next night says something of each of her open courses, or does not."""
    titles = {course.id: pick(course.titles) for course in catalog.live(session)}
    statement = (
        select(Enrollment, AssignmentRule, planning.opened_at())
        .outerjoin(AssignmentRule, AssignmentRule.id == Enrollment.rule_id)
        .where(Enrollment.person_id == person.id, Enrollment.completed_at.is_(None))
        .order_by(Enrollment.due_on, Enrollment.id)
    )
    found = [(one, rule, at) for one, rule, at in session.execute(statement) if one.course_id in titles]
    steps = _steps(session, {rule.id for _, rule, _ in found if rule})
    told = _told(session, [one.id for one, *_ in found], person.id)
    today = recipients.today_in(person.time_zone, at)
    return [
        Course(
            titles[one.course_id],
            one.uid,
            rule.name if rule else "",
            _why(one, rule, _since(one, opened, steps, person.time_zone), told.get(one.id, {}), today),
        )
        for one, rule, opened in found
    ]


def _since(enrollment: Enrollment, opened: datetime | None, steps: dict[int, list[int]], zone: str) -> list[int]:
    """The steps of an enrollment whose day is not before it was opened again."""
    days, due_on = steps.get(enrollment.rule_id or 0, []), enrollment.due_on
    if opened is None or due_on is None:
        return days
    first = recipients.today_in(zone, opened)
    return [one for one in days if dates.later(due_on, one) >= first]


def _steps(session: Session, rules: set[int]) -> dict[int, list[int]]:
    """The days of the learner's own steps, by rule."""
    own = RuleReminder.rule_id.in_(rules), RuleReminder.audience == "learner"
    found: dict[int, list[int]] = {}
    for rule_id, days in session.execute(select(RuleReminder.rule_id, RuleReminder.days).where(*own)):
        found.setdefault(rule_id, []).append(days)
    return found


def _told(session: Session, enrollments: list[int], person_id: int) -> dict[int, dict[int, Reminder]]:
    """What was decided about steps, by enrollment and days."""
    own = Reminder.enrollment_id.in_(enrollments), Reminder.recipient_id == person_id
    found: dict[int, dict[int, Reminder]] = {}
    for one in session.scalars(select(Reminder).where(*own)):
        found.setdefault(one.enrollment_id, {})[one.days] = one
    return found


def _why(
    enrollment: Enrollment,
    rule: AssignmentRule | None,
    steps: Sequence[int],
    told: dict[int, Reminder],
    today: date,
) -> str:
    """In a sentence, what is said of a course next, or why nothing is."""
    if rule is None:
        return gettext("The course was not given by a rule, so nothing is said about it.")
    if enrollment.paused_at is not None:
        return gettext("The course is paused: no rule asks for it at present.")
    if enrollment.due_on is None:
        return gettext("There is no due day: data is missing, or the rule sets none.")
    if rule.state != "active":
        return gettext("The rule is not in force.")
    if not steps:
        return gettext("The rule has no reminder for the learner.")
    ahead = [days for days in sorted(steps) if not _is_decided(days, told)]
    if not ahead:
        return gettext("All reminders of the rule were told.")
    past = [days for days in ahead if dates.later(enrollment.due_on, days) <= today]
    if past:
        return gettext("A reminder is due: see the mail.")
    return gettext("The next reminder is due on %(day)s.", day=in_words(dates.later(enrollment.due_on, ahead[0])))


def _is_decided(days: int, told: dict[int, Reminder]) -> bool:
    return any(other >= days and one.state == "sent" for other, one in told.items())
