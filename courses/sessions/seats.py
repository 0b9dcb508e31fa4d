"""Seats in live sessions: booked, waited for, given back. Never more are booked than there are."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from courses import catalog, progress
from courses.sessions.letters import tell_one
from courses.sessions.models import LiveSession, Seat
from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person


@dataclass(frozen=True)
class Offered:
    """A session as a learner sees it. `mine` is her own seat's state, `place_in_line` counts from 1 while she waits.

    `link` is there only for who has a seat.
    """

    session: LiveSession
    host: str
    seats_left: int
    mine: str
    place_in_line: int
    attended: bool | None

    @property
    def link(self) -> str:
        return self.session.link if self.mine == "booked" else ""


def offered(session: Session, course_id: int, lesson: str, person_id: int) -> list[Offered]:
    """The sessions of a lesson: those to come that are not cancelled, and those in which this learner had a seat.

    Two statements, however many sessions and seats.
    """
    sessions = session.execute(
        select(LiveSession, Person)
        .outerjoin(Person, Person.id == LiveSession.host_id)
        .where(LiveSession.course_id == course_id, LiveSession.lesson == lesson)
        .order_by(LiveSession.starts_at, LiveSession.id)
    ).all()
    taken: dict[int, list[Seat]] = {}
    chosen = select(Seat).where(Seat.session_id.in_([one.id for one, _ in sessions]), Seat.state != "cancelled")
    for seat in session.scalars(chosen.order_by(Seat.asked_at, Seat.id)):
        taken.setdefault(seat.session_id, []).append(seat)
    now = clock.now()
    found = [_offered(one, host.name if host else "", taken.get(one.id, []), person_id) for one, host in sessions]
    return [one for one in found if one.mine or (one.session.starts_at > now and one.session.cancelled_at is None)]


def _offered(one: LiveSession, host: str, taken: list[Seat], person_id: int) -> Offered:
    mine = next((seat for seat in taken if seat.person_id == person_id), None)
    line = [seat.person_id for seat in taken if seat.state == "waiting"]
    return Offered(
        session=one,
        host=host,
        seats_left=one.seats - sum(seat.state == "booked" for seat in taken),
        mine=mine.state if mine else "",
        place_in_line=line.index(person_id) + 1 if person_id in line else 0,
        attended=mine.attended if mine else None,
    )


def book(session: Session, uid: str, person_id: int) -> Seat:
    """Take a seat, or a place in the line when there is none left. Asking twice changes nothing. Raises `Conflict`."""
    found = locked(session, uid)
    if found.cancelled_at is not None or found.starts_at <= clock.now():
        raise Conflict(gettext("This session was cancelled or has begun. Choose another."))
    seat = session.scalar(_seat(found.id, person_id))
    if seat is not None and seat.state != "cancelled":
        return seat
    state = "booked" if booked(session, found.id) < found.seats else "waiting"
    if seat is None:
        seat = Seat(session_id=found.id, person_id=person_id)
        session.add(seat)
    seat.state, seat.asked_at = state, clock.now()
    session.flush()
    return seat


def give_back(session: Session, uid: str, person_id: int) -> None:
    """Give a seat back, or leave the line; the first who waits moves up and is told. Twice changes nothing."""
    found = locked(session, uid)
    seat = session.scalar(_seat(found.id, person_id))
    if seat is None or seat.state == "cancelled":
        return
    if found.starts_at <= clock.now():
        raise Conflict(gettext("This session has begun already."))
    seat.state = "cancelled"
    session.flush()
    move_up(session, found)


def move_up(session: Session, found: LiveSession) -> None:
    """Give the seats that are free to those who have waited longest, and tell them. The session must be locked."""
    free = found.seats - booked(session, found.id)
    line = session.scalars(
        select(Seat)
        .where(Seat.session_id == found.id, Seat.state == "waiting")
        .order_by(Seat.asked_at, Seat.id)
        .limit(max(0, free))
    ).all()
    for seat in line:
        seat.state = "booked"
        session.flush()
        tell_one(session, found, seat, "moved_up")


def booked(session: Session, session_id: int) -> int:
    """How many seats are taken."""
    taken = select(func.count()).select_from(Seat).where(Seat.session_id == session_id, Seat.state == "booked")
    return session.scalar(taken.execution_options(autoflush=True)) or 0


def locked(session: Session, uid: str) -> LiveSession:
    """A session, while whoever else wants a seat in it waits until this transaction ends. Raises `NotFound`."""
    found = session.scalar(
        select(LiveSession).where(LiveSession.uid == uid).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def attendance(session: Session, session_id: int) -> list[tuple[Seat, Person]]:
    """Who has a seat in a session, by name: for its attendance list. One statement."""
    rows = session.execute(
        select(Seat, Person)
        .join(Person, Person.id == Seat.person_id)
        .where(Seat.session_id == session_id, Seat.state == "booked")
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    return [(seat, person) for seat, person in rows]  # noqa: C416 - rows are not pairs to a type checker


def mark(session: Session, uid: str, present: Collection[int], marked_by: int) -> None:
    """Say who was there, by number of the person; the lesson is done for them. Raises `Conflict` before it begins.

    Who cannot finish the lesson yet, because another course comes first, was there all the same.
    """
    found = locked(session, uid)
    if found.cancelled_at is not None or found.starts_at > clock.now():
        raise Conflict(gettext("Attendance is marked once the session has begun."))
    course = catalog.by_id(session, found.course_id)
    now = clock.now()
    for seat, person in attendance(session, found.id):
        seat.attended, seat.marked_at, seat.marked_by = person.id in present, now, marked_by
    session.flush()
    audit.record(session, "marked attendance", f"live_session:{found.id}", actor_id=marked_by, present=len(present))
    for seat, person in attendance(session, found.id):
        if seat.attended:
            _complete(session, person.id, course, found.lesson)


def _complete(session: Session, person_id: int, course: catalog.CourseView, lesson: str) -> None:
    try:
        progress.complete_lesson(session, person_id, course, lesson)
    except (Conflict, NotFound):
        return


def _seat(session_id: int, person_id: int) -> Select[Seat]:
    return select(Seat).where(Seat.session_id == session_id, Seat.person_id == person_id)
