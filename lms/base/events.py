"""Announcing what happened, to whatever the consequences table says follows from it."""

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
