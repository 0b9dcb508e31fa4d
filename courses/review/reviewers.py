"""Who reviews what: a topic in all courses, or a course in all its topics."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from courses.authoring.models import VersionAuthor
from courses.review.models import Reviewer
from lms.base import audit
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person


@dataclass(frozen=True)
class Seat:
    """Somebody who reviews a topic or a course. `wrote` says that she changed the draft in question herself."""

    id: int
    person_id: int
    name: str
    email: str
    topic: str | None
    course_id: int | None
    wrote: bool = False
    works_here: bool = True


def everyone(session: Session) -> list[Seat]:
    """All reviewers who work here, by name. One statement."""
    rows = session.execute(
        select(Reviewer, Person).join(Person, Person.id == Reviewer.person_id).where(_works_here).order_by(*_BY_NAME)
    )
    return [_seat(one, person) for one, person in rows]


def of_drafts(session: Session, version_ids: Sequence[int]) -> dict[int, list[Seat]]:
    """All reviewers for each of some drafts, with whether they changed that draft themselves. One statement.

    People who left are among them: what they signed while they were here counts.
    """
    wrote = and_(VersionAuthor.person_id == Reviewer.person_id, VersionAuthor.version_id.in_(version_ids))
    rows = session.execute(
        select(Reviewer, Person, VersionAuthor.version_id)
        .join(Person, Person.id == Reviewer.person_id)
        .outerjoin(VersionAuthor, wrote)
        .order_by(*_BY_NAME)
    ).all()
    authors = {(version_id, person.id) for _, person, version_id in rows if version_id}
    people = {one.id: (one, person) for one, person, _ in rows}
    return {
        version_id: [_seat(one, person, (version_id, person.id) in authors) for one, person in people.values()]
        for version_id in version_ids
    }


_works_here = Person.status != "left"
_BY_NAME = (Person.given_name, Person.family_name, Person.id, Reviewer.id)


def _seat(one: Reviewer, person: Person, wrote: bool = False) -> Seat:
    works_here = person.status != "left"
    return Seat(one.id, person.id, person.name, person.email, one.topic, one.course_id, wrote, works_here)


def reviews(session: Session, person_id: int, course_id: int | None = None) -> bool:
    """Whether somebody reviews any topic or this course; without a course, whether she reviews anything."""
    which: list[ColumnElement[bool]] = [Reviewer.person_id == person_id]
    if course_id is not None:
        which.append(or_(Reviewer.topic.is_not(None), Reviewer.course_id == course_id))
    return session.scalar(select(Reviewer.id).where(*which).limit(1)) is not None


def add(
    session: Session, person: Person, by_id: int, *, topic: str | None = None, course_id: int | None = None
) -> Reviewer:
    """Have somebody review a topic or a course. Raises `Conflict` when she does already, or does not work here."""
    if person.status == "left":
        raise Conflict(gettext("%(name)s does not work here any more.", name=person.name))
    session.scalar(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    same = (Reviewer.person_id == person.id, Reviewer.topic == topic, Reviewer.course_id == course_id)
    if session.scalar(select(Reviewer.id).where(*same)) is not None:
        raise Conflict(gettext("%(name)s reviews this already.", name=person.name))
    found = Reviewer(person_id=person.id, topic=topic, course_id=course_id)
    session.add(found)
    session.flush()
    audit.record(session, "named a reviewer", _subject(found), actor_id=by_id, person=person.id)
    return found


def remove(session: Session, reviewer_id: int, by_id: int) -> None:
    """Have somebody review a topic or a course no more. Raises `NotFound`."""
    found = session.get(Reviewer, reviewer_id)
    if found is None:
        raise NotFound
    session.delete(found)
    audit.record(session, "took a reviewer away", _subject(found), actor_id=by_id, person=found.person_id)


def _subject(seat: Reviewer) -> str:
    return f"topic:{seat.topic}" if seat.topic else f"course:{seat.course_id}"
