"""Planning live sessions: for authors. Who has a seat is told of every change."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.models import Course, CourseVersion, Lesson, LessonText
from courses.sessions import seats
from courses.sessions.letters import tell
from courses.sessions.models import LiveSession, Seat
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import LANGUAGES, gettext
from lms.people import directory
from lms.people.models import Person

MOST_SEATS = 5000
LONGEST = 300
"""Letters of a place or a link."""


@dataclass(frozen=True)
class Plan:
    """What an author enters of a session. Moments are in UTC, `time_zone` is that of the place."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str
    link: str
    seats: int
    language: str
    host_email: str


@dataclass(frozen=True)
class Planned:
    """A session in the list of its lesson, with how many have a seat and how many wait."""

    session: LiveSession
    host: str
    booked: int
    waiting: int


def live_lesson(session: Session, slug: str, lesson: str, *, drafts: bool = True) -> tuple[Course, dict[str, str]]:
    """The course of a live lesson and the lesson's titles, in the draft or else live. Raises `NotFound`.

    Without `drafts`, for learners: as it is live or, when it has left, as it was live last.
    """
    row = session.execute(
        select(Course, Lesson.id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .join(Lesson, Lesson.version_id == CourseVersion.id)
        .where(
            Course.slug == slug,
            Lesson.slug == lesson,
            Lesson.kind == "live",
            CourseVersion.status.in_(("draft", "published") if drafts else ("published", "superseded")),
        )
        .order_by(CourseVersion.status, CourseVersion.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    texts = select(LessonText.language, LessonText.title).where(
        LessonText.lesson_id == row.id, LessonText.variant == ""
    )
    return row.Course, {language: title for language, title in session.execute(texts)}  # noqa: C416


def planned(session: Session, course_id: int, lesson: str) -> list[Planned]:
    """All sessions of a lesson, the latest first. One statement."""

    def count(state: str) -> object:
        mine = select(func.count()).select_from(Seat).where(Seat.session_id == LiveSession.id, Seat.state == state)
        return mine.scalar_subquery()

    rows = session.execute(
        select(LiveSession, Person, count("booked"), count("waiting"))  # type: ignore[call-overload]
        .outerjoin(Person, Person.id == LiveSession.host_id)
        .where(LiveSession.course_id == course_id, LiveSession.lesson == lesson)
        .order_by(LiveSession.starts_at.desc(), LiveSession.id)
    )
    return [Planned(one, host.name if host else "", booked, waiting) for one, host, booked, waiting in rows]


def by_uid(session: Session, uid: str) -> LiveSession:
    """A session by its public number. Raises `NotFound`."""
    found = session.scalar(select(LiveSession).where(LiveSession.uid == uid))
    if found is None:
        raise NotFound
    return found


def plan(session: Session, course_id: int, lesson: str, entered: Plan, person_id: int) -> LiveSession:
    """Plan a session. Raises `Invalid` with what is wrong."""
    if entered.starts_at <= clock.now():
        raise Invalid(gettext("This begins in the past. Choose a later time."))
    found = LiveSession(course_id=course_id, lesson=lesson, created_at=clock.now(), **_columns(session, entered))
    session.add(found)
    session.flush()
    audit.record(session, "planned a session", f"live_session:{found.id}", actor_id=person_id)
    return found


def change(session: Session, uid: str, entered: Plan, person_id: int) -> None:
    """Change a session that has not begun; who has a seat is told. Raises `Conflict`, `Invalid`, `NotFound`."""
    found = _open(session, uid)
    columns = _columns(session, entered)
    if entered.seats < seats.booked(session, found.id):
        raise Invalid(gettext("More people than that have a seat already. Give back seats first, or plan another."))
    told = {"starts_at", "ends_at", "place", "link"}
    moved = any(getattr(found, name) != value for name, value in columns.items() if name in told)
    for name, value in columns.items():
        setattr(found, name, value)
    found.revision += 1
    session.flush()
    audit.record(session, "changed a session", f"live_session:{found.id}", actor_id=person_id)
    if moved:
        tell(session, found, "changed")
    seats.move_up(session, found)


def cancel(session: Session, uid: str, person_id: int) -> None:
    """Call a session off; who has a seat or waits for one is told. Raises `Conflict`, `NotFound`."""
    found = _open(session, uid)
    found.cancelled_at = clock.now()
    found.revision += 1
    session.flush()
    audit.record(session, "cancelled a session", f"live_session:{found.id}", actor_id=person_id)
    tell(session, found, "cancelled")


def _open(session: Session, uid: str) -> LiveSession:
    found = seats.locked(session, uid)
    if found.cancelled_at is not None:
        raise Conflict(gettext("This session was cancelled."))
    if found.starts_at <= clock.now():
        raise Conflict(gettext("This session has begun already."))
    return found


def _columns(session: Session, entered: Plan) -> dict[str, object]:
    """The plan as columns. Raises `Invalid`."""
    if entered.ends_at <= entered.starts_at:
        raise Invalid(gettext("The session ends before it begins. Give a later end."))
    if not entered.place and not entered.link:
        raise Invalid(gettext("Say where it is: a place, a link, or both."))
    if entered.link and not _is_safe(entered.link):
        raise Invalid(gettext("The link must begin with https:// and name a site."))
    if max(len(entered.place), len(entered.link)) > LONGEST:
        raise Invalid(gettext("The place or the link is longer than %(most)s letters.", most=LONGEST))
    if not 1 <= entered.seats <= MOST_SEATS:
        raise Invalid(gettext("Give a number of seats from 1 to %(most)s.", most=MOST_SEATS))
    if entered.language not in LANGUAGES:
        raise Invalid(gettext("Choose the language in which the session is held."))
    return {
        "starts_at": entered.starts_at,
        "ends_at": entered.ends_at,
        "time_zone": entered.time_zone,
        "place": entered.place,
        "link": entered.link,
        "seats": entered.seats,
        "language": entered.language,
        "host_id": _host(session, entered.host_email),
    }


def _host(session: Session, email: str) -> int | None:
    if not email:
        return None
    person = directory.find_by_email(session, email)
    if person is None or person.status == "left":
        raise Invalid(gettext("Nobody here has the address %(email)s.", email=email))
    return person.id


def _is_safe(link: str) -> bool:
    parts = urlsplit(link)
    return parts.scheme == "https" and bool(parts.hostname) and link.isprintable() and " " not in link


def course_of(session: Session, uid: str) -> Course:
    """The course that a session belongs to. Raises `NotFound`."""
    found = session.scalar(
        select(Course).join(LiveSession, LiveSession.course_id == Course.id).where(LiveSession.uid == uid)
    )
    if found is None:
        raise NotFound
    return found
