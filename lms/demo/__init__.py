"""A believable company to look at and to try things with: who its people are, and what they did in the last months.

Everything is made by the product's own services, each deed at the moment at which it is said to have happened.
"""

from datetime import date, timedelta
from functools import partial

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from courses import catalog, enrollment
from courses.catalog import CourseView
from courses.review import reviewers, topics
from lms.base.errors import Conflict
from lms.base.outbox import OutboxMessage
from lms.demo import desks, learning, rules, speakers
from lms.demo.diary import Diary
from lms.demo.learning import Taking
from lms.demo_company import DOMAIN, MEMBERS, Member
from lms.people import accounts, directory, passwords
from lms.people.models import Person, PersonRole
from lms.reports.compliance import months
from lms.reports.counters import past as team_past
from lms.reports.counters import rebuilding

MONTHS, TEAMS = 330, 150
"""For so many days the ends of months and the figures of teams have been kept; since then the first course was given
to everybody, each with a last day of her own."""


def load(session: Session, password: str, *, only_if_empty: bool) -> str:
    """Add the demo company; returns what happened. Raises `Conflict` when other people are there already."""
    if directory.find_by_email(session, f"alice@{DOMAIN}"):
        return "is there already"
    if session.scalar(select(func.count()).select_from(Person)):
        if only_if_empty:
            return "left out, there are people already"
        raise Conflict("There are people in this database already; the demo company needs an empty one.")
    made = _people(session, passwords.hashed(password))
    courses, diary = {course.code: course for course in catalog.live(session)}, Diary()
    for member in MEMBERS:
        _note_first_course(session, diary, member, made[member.key], courses["S1"])
    learning.note(session, diary, made, courses)
    speakers.Speakers(session, diary, made).note()
    desks.Desks(session, diary, made, courses).note()
    rules.note(session, diary, made, courses)
    passed = (member.started_days_ago - learning.DAYS_TO_THE_QUIZ for member in MEMBERS if member.done == "passed")
    rules.note_nights(session, diary, courses, (*passed, speakers.TAKEN))
    _note_nights(session, diary)
    diary.live()
    session.execute(update(OutboxMessage).values(state="sent", sent_at=OutboxMessage.queued_at))
    speakers.plan_periods(session, made)
    return f"added, {len(made)} people"


def people(session: Session) -> list[tuple[str, str, str]]:
    """Address, name and job of those who can sign in."""
    return directory.demo_people(session)


def _people(session: Session, secret: str) -> dict[str, Person]:
    made = {member.key: _add(session, member, secret) for member in MEMBERS}
    for member in MEMBERS:
        made[member.key].manager_id = made[member.manager].id if member.manager else None
    session.flush()
    for topic in topics.all(session):
        if topic.regulated:
            reviewers.add(session, made["lena"], made["dana"].id, topic=topic.key)
    rebuilding.rebuild(session)
    return made


def _add(session: Session, member: Member, secret: str) -> Person:
    given_name, _, family_name = member.name.partition(" ")
    person = Person(
        employee_id=f"A{1001 + MEMBERS.index(member)}",
        email=f"{member.key}@{DOMAIN}",
        given_name=given_name,
        family_name=family_name,
        unit_id=accounts.unit(session, member.unit).id,
        tier=member.tier,
        job=member.job,
        country=member.country,
        language=member.language,
        time_zone="Europe/London" if member.unit.startswith("UK") else "Europe/Brussels",
        hire_date=date(2015, 3, 2) + timedelta(days=97 * MEMBERS.index(member)),
        password_hash=secret if member.signs_in else None,
    )
    session.add(person)
    session.flush()
    session.add_all(PersonRole(person_id=person.id, role=role) for role in member.roles)
    return person


def _learn(session: Session, member: Member, person: Person, course: CourseView) -> None:
    """Let somebody come as far in the first course as she is said to be, on the days on which she did it."""
    diary = Diary()
    _note_first_course(session, diary, member, person, course)
    diary.live()


def _note_first_course(session: Session, diary: Diary, member: Member, person: Person, course: CourseView) -> None:
    if member.due_in_days is not None:
        asked = partial(enrollment.enroll, session, person.id, course.id, assigned_by=person.manager_id)
        at = diary.morning(max(member.started_days_ago, TEAMS)) - timedelta(minutes=30)
        diary.note(at, partial(asked, due_on=diary.day(-member.due_in_days)))
    Taking(session, diary, person, course, member.started_days_ago, member.done).note()


def _note_nights(session: Session, diary: Diary) -> None:
    """Note what is kept each night of past days: figures of teams, and the ends of months."""
    for days_ago in range(MONTHS, 0, -1):
        if diary.day(days_ago).day == 1:
            diary.note(diary.morning(days_ago), partial(months.take_at_night, session))
        if days_ago <= TEAMS and team_past.is_kept(diary.day(days_ago)):
            diary.note(diary.evening(days_ago), partial(team_past.tonight, session))
