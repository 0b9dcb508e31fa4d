"""How somebody stood on a day: read from the history of a permission, never guessed from how it stands now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from certificates import days

ASKED_FOR = ("requested", "approved")


@dataclass(frozen=True)
class Scope:
    """What a permission covers; `*` covers all of its dimension, except topics that are never covered by it.

    Without a country it holds in all of them.
    """

    channels: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Scope":
        """The scope of rows of dimension and value."""
        values: dict[str, set[str]] = {"channel": set(), "topic": set(), "language": set(), "country": set()}
        for dimension, value in pairs:
            values[dimension].add(value)
        return cls(*(frozenset(found) for found in values.values()))

    def pairs_by_dimension(self) -> list[tuple[str, frozenset[str]]]:
        """All it covers in each dimension, in a fixed order."""
        return [
            ("channel", self.channels),
            ("topic", self.topics),
            ("language", self.languages),
            ("country", self.countries),
        ]

    def pairs(self) -> list[tuple[str, str]]:
        """Dimension and value of all it covers, in a fixed order."""
        return [(dimension, value) for dimension, values in self.pairs_by_dimension() for value in sorted(values)]


@dataclass(frozen=True)
class Change:
    """A row of the history of a permission: what it became, with the scope (`revision`) and term in force from then."""

    status: str
    at: datetime
    until: date | None = None
    reason: str = ""
    cause: str = ""
    revision: int = 1
    ends_on: date | None = None
    may_reply: bool = False
    may_commit: bool = False
    may_in_crisis: bool = False
    preapproval: bool = False


@dataclass(frozen=True)
class Standing:
    """A permission as it stood on a day: its term, its scope, and the newest change by then.

    `kind` tells a level from an endorsement, which adds to a level and gives nothing alone. `cause` is why it is
    paused; `left` when its holder has left. `preapproval`: each post is shown to legal first.
    """

    status: str
    starts_on: date
    ends_on: date
    scope: Scope = field(default_factory=Scope)
    rank: int = 1
    since: datetime | None = None
    until: date | None = None
    reason: str = ""
    cause: str = ""
    kind: str = "level"
    code: str = ""
    may_reply: bool = False
    may_commit: bool = False
    may_in_crisis: bool = False
    preapproval: bool = False

    def as_left(self) -> "Standing":
        """The same for somebody who has left: ended, which is not withdrawn."""
        return self if self.status == "revoked" else replace(self, status="ended", cause="left")


def latest(history: Iterable[Change], on: date) -> Change | None:
    """The newest change by the end of a day (as counted at the company), or nothing: then it did not exist yet."""
    known = [change for change in history if days.day_of(change.at) <= on]
    return known[-1] if known else None


def standing_on(
    history: Sequence[Change],
    on: date,
    *,
    starts_on: date,
    ends_on: date,
    scopes: Mapping[int, Scope],
    rank: int = 1,
    kind: str = "level",
    code: str = "",
) -> Standing | None:
    """How a permission stood at the end of a day, or nothing before it was asked for. History is oldest first.

    `scopes` are its scopes by revision: the one in force on that day counts, as do the term and the flags of that day.
    Its first day is known once it is given: until then it is the day on which it was asked for.
    """
    change = latest(history, on)
    if change is None:
        return None
    asked = change.status in ASKED_FOR
    return Standing(
        status=change.status,
        starts_on=min(starts_on, days.day_of(history[0].at)) if asked else starts_on,
        ends_on=change.ends_on or ends_on,
        scope=scopes.get(change.revision, Scope()),
        rank=rank,
        since=change.at,
        until=change.until,
        reason=change.reason,
        cause=change.cause,
        kind=kind,
        code=code,
        may_reply=change.may_reply,
        may_commit=change.may_commit,
        may_in_crisis=change.may_in_crisis,
        preapproval=change.preapproval,
    )
