"""Who may read why somebody has a course, and who may give her more time or exempt her."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms.base.errors import NotFound
from lms.people import directory
from lms.people.models import Person

SEE_ALL = frozenset({"administrator", "hub"})
"""Roles that see everybody's enrollments, and decide about them."""


@dataclass(frozen=True)
class Viewed:
    """An enrollment for a reader: whose it is, whether it is her own, and whether she may except from it."""

    enrollment: Enrollment
    person: Person
    own: bool
    may_except: bool


def view(session: Session, uid: str, reader_id: int, roles: frozenset[str]) -> Viewed:
    """An enrollment for the learner, those above her, and who sees all. Raises `NotFound` for everybody else.

    Nobody gives herself more time, whatever her roles.
    """
    row = session.execute(
        select(Enrollment, Person).join(Person, Person.id == Enrollment.person_id).where(Enrollment.uid == uid)
    ).one_or_none()
    if row is None:
        raise NotFound
    enrollment, person = row
    own = person.id == reader_id
    sees = own or not roles.isdisjoint(SEE_ALL) or directory.sees(session, reader_id, person.id)
    if not sees:
        raise NotFound
    return Viewed(enrollment, person, own, may_except=not own and person.status != "left")


def to_except(session: Session, uid: str, reader_id: int, roles: frozenset[str]) -> Viewed:
    """The same for who decides about an exception. Raises `NotFound`, for one's own too."""
    found = view(session, uid, reader_id, roles)
    if not found.may_except:
        raise NotFound
    return found
