"""What ends when people leave: the permissions in force of those whom a file would let go."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.ladder import LevelView
from certificates.models import Authorization
from lms.base.db import parts
from lms.people.models import Person

IN_FORCE = ("approved", "active", "suspended")


@dataclass(frozen=True)
class Ending:
    """A permission that would end with an import."""

    person_id: int
    uid: str
    name: str
    level: LevelView
    status: str
    ends_on: date


def endings(session: Session, person_ids: Collection[int]) -> list[Ending]:
    """The permissions in force of these people, by name. A statement for every five thousand people, and the levels."""
    levels = {level.id: level for level in ladder.levels(session)}
    found = []
    for some in parts(sorted(person_ids)):
        statement = (
            select(
                Authorization.person_id,
                Person.uid,
                Person.given_name,
                Person.family_name,
                Authorization.level_id,
                Authorization.status,
                Authorization.ends_on,
            )
            .join(Person, Person.id == Authorization.person_id)
            .where(Authorization.person_id.in_(some), Authorization.status.in_(IN_FORCE))
        )
        found += [
            Ending(number, uid, f"{given} {family}".strip(), levels[level_id], status, ends_on)
            for number, uid, given, family, level_id, status, ends_on in session.execute(statement)
        ]
    return sorted(found, key=lambda ending: (ending.name, ending.person_id))
