"""A standing rule as data: what somebody wants it to say, before or after it is saved. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Condition:
    """What must be so of a person, or must not when `negated`. `field` is one of `models.FIELDS`."""

    field: str
    value: str
    negated: bool = False


@dataclass(frozen=True)
class RuleDraft:
    """A rule as it is to be. `uid` names the rule that it changes; `revision` the one it was read in.

    `position` is its place among the rules of the course, from 1; None puts it at the end or leaves it where it is.
    `reminders` are pairs of days (negative before the due day) and audience. See `models.AssignmentRule` for the rest.
    """

    name: str
    course_id: int
    reason: str = ""
    conditions: tuple[Condition, ...] = ()
    due_from: str = "assigned"
    event: str = ""
    due_days: int = 30
    due_on: date | None = None
    recurs_months: int = 0
    recurs_from: str = "due"
    opens_days: int = 60
    reminders: tuple[tuple[int, str], ...] = ()
    uid: str | None = None
    revision: int | None = None
    position: int | None = None


@dataclass(frozen=True)
class Asking:
    """What the engine knows of a rule that asks: number, how it counts, and whom it fits."""

    id: int
    course_id: int
    due_from: str
    event: str
    due_days: int
    due_on: date | None
    recurs_months: int
    recurs_from: str
    opens_days: int
    conditions: tuple[Condition, ...] = ()


def by_field(conditions: Iterable[Condition]) -> dict[tuple[str, bool], list[str]]:
    """The values of conditions, by field and whether they are negated, in a fixed order."""
    found: dict[tuple[str, bool], list[str]] = {}
    for one in sorted(conditions):
        found.setdefault((one.field, one.negated), []).append(one.value)
    return found
