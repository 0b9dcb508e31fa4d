"""The log of who looked at what another person has done, kept while works-council mode is on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, insert, literal, select
from sqlalchemy.orm import Session, aliased

from lms.base import clock
from lms.base.db import Moment
from lms.people.models import Person
from lms.privacy.models import Look, WorksCouncil

AT_MOST = 100


@dataclass(frozen=True)
class Looked:
    """Who looked at whom, at which page (a code), and when."""

    viewer: str
    person: str
    page: str
    at: datetime


def note(session: Session, viewer_id: int, uid: str, page: str) -> None:
    """Keep that somebody looked at a person, who is named by her uid, while the mode is on. Not at oneself.

    One statement.
    """
    looked = select(literal(viewer_id), Person.id, literal(page), literal(clock.now(), Moment())).where(
        Person.uid == uid, Person.id != viewer_id, exists().where(WorksCouncil.id == 1)
    )
    session.execute(insert(Look).from_select(["viewer_id", "person_id", "page", "at"], looked))


def at_person(session: Session, person_id: int) -> list[Looked]:
    """The newest looks at somebody, for herself. One statement."""
    return _read(session, person_id=person_id)


def everywhere(session: Session, before: datetime | None = None) -> list[Looked]:
    """The newest looks of all, for auditors, from before a moment. One statement."""
    return _read(session, before=before)


def _read(session: Session, *, person_id: int | None = None, before: datetime | None = None) -> list[Looked]:
    viewer, person = aliased(Person), aliased(Person)
    rows = (
        select(Look, viewer, person)
        .join(viewer, viewer.id == Look.viewer_id)
        .join(person, person.id == Look.person_id)
        .order_by(Look.at.desc(), Look.id.desc())
        .limit(AT_MOST)
    )
    if person_id is not None:
        rows = rows.where(Look.person_id == person_id)
    if before is not None:
        rows = rows.where(Look.at < before)
    return [Looked(by.name, whom.name, look.page, look.at) for look, by, whom in session.execute(rows)]
