"""What happens to people."""

from dataclasses import dataclass
from datetime import datetime

from lms.base.events import Event


@dataclass(frozen=True)
class PersonErased(Event):
    """Somebody is being erased: her name and address go at the end of this transaction."""

    person_id: int
    reason: str
    by_id: int | None


@dataclass(frozen=True)
class PeopleChanged(Event):
    """People joined, moved, changed, left, came back, went on leave or returned from it."""

    person_ids: frozenset[int]


@dataclass(frozen=True)
class ImportUndone(Event):
    """A file of people was undone: these people, whom it had let go, work here again. `since`: when it was applied."""

    person_ids: frozenset[int]
    since: datetime
