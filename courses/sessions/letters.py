"""What people are told about the sessions they have a seat in, by mail and in their own language."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import Course
from courses.sessions.models import LiveSession, Seat
from lms.base import outbox
from lms.base.i18n import force_locale, gettext
from lms.base.outbox import Letter
from lms.base.settings import in_force
from lms.people.models import Person


def tell(session: Session, found: LiveSession, occasion: str) -> None:
    """Tell everybody who has a seat, or waits for one, that a session was `changed` or `cancelled`."""
    rows = session.execute(
        select(Seat, Person)
        .join(Person, Person.id == Seat.person_id)
        .where(Seat.session_id == found.id, Seat.state != "cancelled", Person.status != "left")
        .order_by(Seat.id)
    )
    slug = _slug(session, found)
    outbox.queue_all(session, [_letter(found, slug, person, occasion, f"{found.revision}") for _, person in rows])


def tell_one(session: Session, found: LiveSession, seat: Seat, occasion: str) -> None:
    """Tell somebody who waited that she `moved_up` to a seat."""
    person = session.get_one(Person, seat.person_id)
    letter = _letter(found, _slug(session, found), person, occasion, f"{seat.asked_at:%Y%m%d%H%M%S%f}")
    outbox.queue(session, key=letter.key, recipient=letter.recipient, subject=letter.subject, body=letter.body)


def _letter(found: LiveSession, slug: str, person: Person, occasion: str, once: str) -> Letter:
    with force_locale(person.language):
        match occasion:
            case "moved_up":
                subject = gettext("You have a seat now")
                sentence = gettext("Somebody gave a seat back, and you were next in line. When and where stands here:")
            case "changed":
                subject = gettext("A session has changed")
                sentence = gettext("A session you booked has another time or place. Look here:")
            case _:
                subject = gettext("A session is cancelled")
                sentence = gettext("A session you booked does not take place. Other dates stand here:")
        greeting = gettext("Hello %(name)s,", name=person.given_name)
    address = f"{in_force().base_url}/courses/{slug}/{found.lesson}"
    key = f"session:{found.id}:{occasion}:{once}:{person.id}"
    return Letter(key, person.email, subject, f"{greeting}\n\n{sentence}\n{address}\n")


def _slug(session: Session, found: LiveSession) -> str:
    return session.scalars(select(Course.slug).where(Course.id == found.course_id)).one()
