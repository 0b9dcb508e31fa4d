"""What a person gets in every quiz: more time, no clock, breaks. Said once, with a category and never a diagnosis."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person
from quizzes.attempt_models import Accommodation
from quizzes.clocks import Clock

IN_FORCE = Accommodation.ended_at.is_(None)


@dataclass(frozen=True)
class Terms:
    """What somebody gets: time in percent of the usual, minutes more, no clock, minutes of breaks; and the category."""

    category: str
    factor_percent: int = 100
    extra_minutes: int = 0
    no_timer: bool = False
    break_minutes: int = 0

    @property
    def is_nothing(self) -> bool:
        return self.factor_percent == 100 and not (self.extra_minutes or self.no_timer or self.break_minutes)


@dataclass(frozen=True)
class Given:
    """An accommodation with whose it is."""

    person: Person
    accommodation: Accommodation


def in_force(session: Session, person_id: int) -> Accommodation | None:
    """What holds for somebody now. One statement."""
    return session.scalar(select(Accommodation).where(Accommodation.person_id == person_id, IN_FORCE))


def clock_of(found: Accommodation | None, chosen: int = 100) -> Clock:
    """Somebody's clock: her accommodation, or the percent of the usual time that she chose if that is more."""
    if found is None:
        return Clock(percent=chosen)
    return Clock(max(found.factor_percent, chosen), found.extra_minutes, found.no_timer, found.break_minutes)


def everybody(session: Session) -> list[Given]:
    """All that are in force, by name of the person. One statement."""
    rows = session.execute(
        select(Person, Accommodation)
        .join(Accommodation, Accommodation.person_id == Person.id)
        .where(IN_FORCE, Person.status != "left")
        .order_by(Person.given_name, Person.family_name, Person.id)
    )
    return [Given(row.Person, row.Accommodation) for row in rows]


def give(session: Session, email: str, terms: Terms, actor_id: int) -> Accommodation:
    """Give somebody an accommodation from the next attempt on; it takes the place of the one before.

    Raises `Invalid` for an unknown address, or when nothing is given.
    """
    person = session.scalar(
        select(Person).where(Person.email == email.strip().lower(), Person.status != "left").with_for_update()
    )
    if person is None:
        raise Invalid(gettext("Nobody here has the e-mail address %(email)s. Look it up and try again.", email=email))
    if terms.is_nothing:
        raise Invalid(gettext("Say what the person gets: more time, no clock, or breaks."))
    if before := in_force(session, person.id):
        _end(session, before, actor_id)
    found = Accommodation(
        person_id=person.id,
        category=terms.category,
        factor_percent=terms.factor_percent,
        extra_minutes=terms.extra_minutes,
        no_timer=terms.no_timer,
        break_minutes=terms.break_minutes,
        set_by=actor_id,
        set_at=clock.now(),
    )
    session.add(found)
    session.flush()
    audit.record(session, "gave an accommodation", f"person:{person.id}", actor_id=actor_id, accommodation=found.id)
    return found


def end(session: Session, accommodation_id: int, actor_id: int) -> None:
    """Take an accommodation back, from the next attempt on. Raises `NotFound`. A second time changes nothing."""
    found = session.get(Accommodation, accommodation_id, with_for_update=True)
    if found is None:
        raise NotFound
    if found.ended_at is None:
        _end(session, found, actor_id)
        audit.record(session, "ended an accommodation", f"person:{found.person_id}", actor_id=actor_id)


def _end(session: Session, found: Accommodation, actor_id: int) -> None:
    found.ended_by, found.ended_at = actor_id, clock.now()
    session.flush()
