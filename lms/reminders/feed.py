"""The private address of somebody's days as a calendar (RFC 5545): due days, ends of certificates, live sessions."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import Authorization
from courses import catalog
from courses.enrollment_models import Enrollment
from courses.models import Course
from courses.sessions import calendar
from courses.sessions.models import LiveSession, Seat
from lms.base import audit, clock
from lms.base.i18n import force_locale, gettext, pick
from lms.people.models import Person
from lms.reminders.models import CalendarFeed

PAST = timedelta(days=31)
"""How long a day that has gone by stays in the calendar."""


def make(session: Session, person_id: int) -> str:
    """A new private address for somebody's calendar: its token, to be shown once. One made before holds no more."""
    token = secrets.token_urlsafe(32)
    feed = session.get(CalendarFeed, person_id, with_for_update=True)
    if feed is None:
        session.add(CalendarFeed(person_id=person_id, token_hash=_hashed(token), made_at=clock.now()))
    else:
        feed.token_hash, feed.made_at = _hashed(token), clock.now()
    session.flush()
    audit.record(session, "made a calendar address", f"person:{person_id}", actor_id=person_id)
    return token


def end(session: Session, person_id: int) -> None:
    """End somebody's calendar address. Without one nothing changes."""
    feed = session.get(CalendarFeed, person_id, with_for_update=True)
    if feed is not None:
        session.delete(feed)
        audit.record(session, "ended a calendar address", f"person:{person_id}", actor_id=person_id)


def made_at(session: Session, person_id: int) -> datetime | None:
    """When somebody's calendar address was made, if she has one."""
    return session.scalar(select(CalendarFeed.made_at).where(CalendarFeed.person_id == person_id))


def reader_of(session: Session, token: str) -> Person | None:
    """Whose calendar a token opens. Nobody's, when she has left."""
    if len(token) > 100:
        return None
    return session.scalar(
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(CalendarFeed.token_hash == _hashed(token), Person.status != "left")
    )


def calendar_of(session: Session, person: Person, site: str, host: str) -> str:
    """Somebody's calendar as text, in her language. The same events have the same numbers whenever it is read."""
    since = clock.today(person.time_zone) - PAST
    with force_locale(person.language):
        events = [
            *_due(session, person.id, since, site, host),
            *_ends(session, person.id, since, site, host),
            *_sessions(session, person.id, since, site, host),
        ]
        name = gettext("Social Media University")
    return document(name, events)


def document(name: str, events: Iterable[Sequence[str]]) -> str:
    """A calendar with a name, of events that are lines each."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Social Media University//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{calendar.text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        *(line for event in events for line in event),
        "END:VCALENDAR",
    ]
    return "".join(f"{calendar.folded(line)}\r\n" for line in lines)


def _due(session: Session, person_id: int, since: date, site: str, host: str) -> list[list[str]]:
    statement = (
        select(Enrollment)
        .join(Course, Course.id == Enrollment.course_id)
        .where(
            Enrollment.person_id == person_id,
            Enrollment.completed_at.is_(None),
            Enrollment.paused_at.is_(None),
            Enrollment.due_on >= since,
            Course.retired_at.is_(None),
        )
        .order_by(Enrollment.due_on, Enrollment.id)
    )
    courses = {course.id: course for course in catalog.live(session)}
    return [
        all_day(
            f"due-{one.uid}@{host}",
            one.enrolled_at,
            one.due_on,
            gettext("Due: %(title)s", title=pick(courses[one.course_id].titles)),
            f"{site}/courses/{courses[one.course_id].slug}",
        )
        for one in session.scalars(statement)
        if one.course_id in courses and one.due_on is not None
    ]


def _ends(session: Session, person_id: int, since: date, site: str, host: str) -> list[list[str]]:
    statement = select(Authorization).where(
        Authorization.person_id == person_id,
        Authorization.status.in_(("active", "suspended")),
        Authorization.ends_on >= since,
    )
    return [
        all_day(
            f"ends-{one.uid}@{host}",
            datetime(one.starts_on.year, one.starts_on.month, one.starts_on.day, tzinfo=UTC),
            one.ends_on,
            gettext("Your certificate ends"),
            f"{site}/certificates/",
        )
        for one in session.scalars(statement.order_by(Authorization.ends_on, Authorization.id))
    ]


def _sessions(session: Session, person_id: int, since: date, site: str, host: str) -> list[list[str]]:
    statement = (
        select(LiveSession)
        .join(Seat, Seat.session_id == LiveSession.id)
        .where(
            Seat.person_id == person_id,
            Seat.state == "booked",
            LiveSession.cancelled_at.is_(None),
            LiveSession.starts_at >= datetime(since.year, since.month, since.day, tzinfo=UTC),
        )
        .order_by(LiveSession.starts_at, LiveSession.id)
    )
    courses = {course.id: course for course in catalog.live(session)}
    return [
        [
            "BEGIN:VEVENT",
            f"UID:{one.uid}@{host}",
            f"DTSTAMP:{calendar.utc(one.created_at)}",
            f"DTSTART:{calendar.utc(one.starts_at)}",
            f"DTEND:{calendar.utc(one.ends_at)}",
            f"SEQUENCE:{one.revision}",
            f"SUMMARY:{calendar.text(pick(courses[one.course_id].titles))}",
            *([f"LOCATION:{calendar.text(one.place)}"] if one.place else []),
            f"URL:{site}/courses/{courses[one.course_id].slug}/{one.lesson}",
            "END:VEVENT",
        ]
        for one in session.scalars(statement)
        if one.course_id in courses
    ]


def all_day(
    uid: str,
    stamped_at: datetime,
    day: date,
    title: str,
    link: str,
    *,
    last: date | None = None,
    more: Sequence[str] = (),
) -> list[str]:
    """A whole day, or all to the last one, in whatever time zone the reader is; it takes up no time."""
    last = last or day
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{calendar.utc(stamped_at)}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        *([f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"] if last < date.max else []),
        f"SUMMARY:{calendar.text(title)}",
        *more,
        f"URL:{link}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
