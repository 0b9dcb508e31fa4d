"""A believable company to look at and to try things with: how far its people have come."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.models import Handle
from courses import catalog, enrollment, progress
from courses.catalog import CourseView
from courses.review import reviewers, topics
from lms import demo_rules, demo_speakers
from lms.base import clock
from lms.base.errors import Conflict
from lms.demo_company import DOMAIN, HANDLES, MEMBERS, Member
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.people import accounts, directory, passwords
from lms.people.models import Absence, Person, PersonRole
from lms.reports.counters import rebuilding
from quizzes import attempts, closing, papers

AWAY_SINCE = 3
"""Days ago since when those on leave are away."""


def load(session: Session, password: str, *, only_if_empty: bool) -> str:
    """Add the demo company; returns what happened. Raises `Conflict` when other people are there already."""
    if directory.find_by_email(session, f"alice@{DOMAIN}"):
        return "is there already"
    if session.scalar(select(func.count()).select_from(Person)):
        if only_if_empty:
            return "left out, there are people already"
        raise Conflict("There are people in this database already; the demo company needs an empty one.")
    course = catalog.get(session, "principles")
    secret = passwords.hashed(password)
    made = {member.key: _add(session, member, secret) for member in MEMBERS}
    for member in MEMBERS:
        made[member.key].manager_id = made[member.manager].id if member.manager else None
    session.flush()
    for member in sorted(MEMBERS, key=lambda member: -member.started_days_ago):
        _learn(session, member, made[member.key], course)
    for topic in topics.all(session):
        if topic.regulated:
            reviewers.add(session, made["lena"], made["dana"].id, topic=topic.key)
    since = {member.key: clock.now() - timedelta(days=member.started_days_ago) for member in MEMBERS}
    for key, (channel, name) in HANDLES.items():
        session.add(Handle(person_id=made[key].id, channel=channel, name=name, confirmed_at=since[key]))
    demo_speakers.load(session, made)
    demo_rules.load(session, made, course.id)
    rebuilding.rebuild(session)
    return f"added, {len(made)} people"


def people(session: Session) -> list[tuple[str, str, str]]:
    """Address, name and job of those who can sign in."""
    return directory.demo_people(session)


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
        status=member.status,
        password_hash=secret if member.signs_in else None,
    )
    session.add(person)
    session.flush()
    if member.status == "leave":
        began = _day_from_now(-AWAY_SINCE)
        session.add(Absence(person_id=person.id, from_on=began, source="import", noted_at=clock.now()))
    session.add_all(PersonRole(person_id=person.id, role=role) for role in member.roles)
    return person


def _learn(session: Session, member: Member, person: Person, course: CourseView) -> None:
    """Let somebody come as far as she is said to be, on the days on which she did it."""
    start = _morning(member.started_days_ago)
    if member.due_in_days is not None:
        with clock.frozen(min(start, _morning(30))):
            due_on = _day_from_now(member.due_in_days)
            enrollment.enroll(session, person.id, course.id, assigned_by=person.manager_id, due_on=due_on)
    if member.done == 0:
        return
    lessons = course.needed if member.done == "passed" else course.needed[: int(member.done)]
    for number, lesson in enumerate(lessons):
        with clock.frozen(start + timedelta(days=number // 2, minutes=11 * (number % 2))):
            progress.complete_lesson(session, person.id, course, lesson.slug)
    if member.done == "passed":
        with clock.frozen(start + timedelta(days=7)):
            guideline = guidelines.live(session)
            language = person.language if person.language in guideline.titles else "en"
            attestations.accept(session, person.id, guideline.version_id, language)
            _pass_quiz(session, person.id)


def _pass_quiz(session: Session, person_id: int) -> None:
    """Answer every question of the quiz rightly, as somebody at the page would."""
    attempt = attempts.start(session, person_id, "principles")
    for item in papers.items(session, attempt):
        attempts.save(session, attempt, item.position, item.kind.best(item.question), attempt.revision)
    closing.submit(session, attempt)


def _morning(days_ago: int) -> datetime:
    return datetime.combine(_day_from_now(-days_ago), time(8, 30), UTC)


def _day_from_now(days: int) -> date:
    return datetime.now(ZoneInfo(clock.ZONE)).date() + timedelta(days=days)
