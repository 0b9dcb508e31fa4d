"""Who is in which text now, so that the second author is told before anything is written twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from courses.authoring.models import Presence
from lms.base import clock
from lms.people.models import Person

STAYS = timedelta(minutes=2)
"""Without a sign for so long, somebody has left. The page gives one every 30 seconds."""
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """A lesson's text, as its address names it."""

    course_id: int
    lesson: str
    language: str
    variant: str = ""


@dataclass(frozen=True)
class Writer:
    """Somebody else who has the text open, and when that was last seen."""

    name: str
    seen_at: datetime


def note(session: Session, place: Place, person_id: int) -> None:
    """Remember that somebody has a text open now. With each new sign those older than a day are forgotten."""
    seen = update(Presence).where(*_at(place), Presence.person_id == person_id).values(seen_at=clock.now())
    if not session.execute(seen.returning(Presence.person_id)).all():
        session.execute(delete(Presence).where(Presence.seen_at < clock.now() - KEPT))
        where = {"lesson": place.lesson, "language": place.language, "variant": place.variant}
        session.add(Presence(course_id=place.course_id, **where, person_id=person_id, seen_at=clock.now()))
        session.flush()


def leave(session: Session, place: Place, person_id: int) -> None:
    """Forget that somebody had a text open."""
    session.execute(delete(Presence).where(*_at(place), Presence.person_id == person_id))


def others(session: Session, place: Place, person_id: int) -> list[Writer]:
    """Who else has a text open now, who was seen last first. One statement."""
    rows = session.execute(
        select(Person, Presence.seen_at)
        .join(Presence, Presence.person_id == Person.id)
        .where(*_at(place), Presence.person_id != person_id, Presence.seen_at > clock.now() - STAYS)
        .order_by(Presence.seen_at.desc(), Person.id)
    )
    return [Writer(person.name, seen_at) for person, seen_at in rows]


def _at(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (
        Presence.course_id == place.course_id,
        Presence.lesson == place.lesson,
        Presence.language == place.language,
        Presence.variant == place.variant,
    )
