"""Announcing what happened, to whatever the consequences table says follows; and asking what would follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Event:
    """Something that happened, in the past tense. Sub-classes add what the followers need to know."""


Consequences = Mapping[type[Event], Sequence[Callable[[Session, Any], None]]]


def announce(session: Session, event: Event) -> None:
    """Call what follows from an event, in the order of the table, in the transaction that made it happen.

    A consequence that raises undoes the deed: there is one transaction and one truth.
    """
    for consequence in session.info["consequences"].get(type(event), ()):
        consequence(session, event)


@dataclass(frozen=True)
class Foreseen:
    """What would follow from a plan: so many certificates and permissions, by the name of what they are.

    `person_id` says whose, when it was asked for each person.
    """

    titles: Mapping[str, str]
    certificates: int
    authorizations: int
    person_id: int | None = None


Foresight = Mapping[type[Event], Sequence[Callable[[Session, Any], Sequence[Foreseen]]]]


def foresee(session: Session, event: Event) -> list[Foreseen]:
    """What would follow if this happened, as the parts above know it. Nothing is changed.

    The table is that of `lms.consequences`, beside the one of what does follow.
    """
    return [found for answer in session.info["foresight"].get(type(event), ()) for found in answer(session, event)]
