"""What happens to people."""

from dataclasses import dataclass

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
