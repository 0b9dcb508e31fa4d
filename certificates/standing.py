"""How somebody stood on a day: read from the history of a permission, never guessed from how it stands now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from certificates import days


@dataclass(frozen=True)
class Scope:
    """What a permission covers; `*` covers all of its dimension, except topics that are never covered by it."""

    channels: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Scope":
        """The scope of rows of dimension and value."""
        values: dict[str, set[str]] = {"channel": set(), "topic": set(), "language": set()}
        for dimension, value in pairs:
            values[dimension].add(value)
        return cls(*(frozenset(found) for found in values.values()))

    def pairs(self) -> list[tuple[str, str]]:
        """Dimension and value of all it covers, in a fixed order."""
        found = {"channel": self.channels, "topic": self.topics, "language": self.languages}
        return [(dimension, value) for dimension, values in found.items() for value in sorted(values)]


@dataclass(frozen=True)
class Change:
    """A row of the history of a permission."""

    status: str
    at: datetime
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """A permission as it stood on a day: its term, its scope, and the newest change by then."""

    status: str
    starts_on: date
    ends_on: date
    scope: Scope = field(default_factory=Scope)
    rank: int = 1
    since: datetime | None = None
    until: date | None = None
    reason: str = ""


def latest(history: Iterable[Change], on: date) -> Change | None:
    """The newest change by the end of a day (as counted at the company), or nothing: then it did not exist yet."""
    known = [change for change in history if days.day_of(change.at) <= on]
    return known[-1] if known else None


def standing_on(
    history: Iterable[Change], on: date, *, starts_on: date, ends_on: date, scope: Scope, rank: int = 1
) -> Standing | None:
    """How a permission stood at the end of a day, or nothing before it was asked for. History is oldest first."""
    change = latest(history, on)
    if change is None:
        return None
    return Standing(change.status, starts_on, ends_on, scope, rank, change.at, change.until, change.reason)
