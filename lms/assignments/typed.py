"""A rule as it is typed in the editor. Nothing typed is lost.

Nothing here knows the database: what can be chosen is given.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TypeVar

from lms.assignments import saying
from lms.assignments.choices import Choices
from lms.assignments.drafts import Condition, RuleDraft
from lms.assignments.models import AUDIENCES, DUE_FROM, EVENTS, FIELDS, RECURS_FROM

Fields = Mapping[str, Sequence[str]]
Row = TypeVar("Row")
MOST_CONDITIONS = 40
MOST_STEPS = 12
_DEED = re.compile(r"add-(?P<field>[a-z_]+)|(?P<what>condition|step)-(?P<place>\d{1,2})-remove")


@dataclass(frozen=True)
class TypedCondition:
    """A condition: what it looks at, whether it must not be so, and the value as typed."""

    field: str
    negated: bool = False
    value: str = ""


@dataclass(frozen=True)
class TypedStep:
    """A reminder: how many days, `before` or `after` the due day, and to whom."""

    days: str = ""
    when: str = "before"
    audience: str = "learner"


USUAL = (
    TypedStep("14", "before", "learner"),
    TypedStep("3", "before", "learner"),
    TypedStep("1", "after", "learner"),
    TypedStep("7", "after", "manager"),
    TypedStep("21", "after", "skip"),
)
"""The ladder a new rule begins with: few, and the learner first."""


@dataclass(frozen=True)
class TypedRule:
    """All of the editor, as typed. `days` has a number for each kind of due day: changing the kind loses none."""

    name: str = ""
    course: str = ""
    reason: str = ""
    conditions: tuple[TypedCondition, ...] = ()
    due_from: str = "assigned"
    days: Mapping[str, str] = field(default_factory=lambda: {"assigned": "30", "hired": "30", "event": "30"})
    event: str = ""
    due_on: str = ""
    recurs_months: str = ""
    recurs_from: str = "due"
    opens_days: str = "60"
    steps: tuple[TypedStep, ...] = USUAL

    @property
    def mark(self) -> str:
        """A short sum of all that was typed: what is saved is what was tried."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def pairs(self) -> list[saying.Condition]:
        """The conditions that have a value."""
        return [(one.field, one.negated, one.value) for one in self.conditions if one.value]


def of_draft(draft: RuleDraft, course: str) -> TypedRule:
    """The editor filled with a rule as it is; `course` is the address of its course."""
    shown = {kind: str(draft.due_days) if kind == draft.due_from else "30" for kind in ("assigned", "hired", "event")}
    return TypedRule(
        name=draft.name,
        course=course,
        reason=draft.reason,
        conditions=tuple(TypedCondition(one.field, one.negated, one.value) for one in draft.conditions),
        due_from=draft.due_from,
        days=shown,
        event=draft.event,
        due_on=draft.due_on.isoformat() if draft.due_on else "",
        recurs_months=str(draft.recurs_months) if draft.recurs_months else "",
        recurs_from=draft.recurs_from,
        opens_days=str(draft.opens_days),
        steps=tuple(
            TypedStep(str(abs(days)), "before" if days < 0 else "after", audience)
            for days, audience in sorted(draft.reminders)
        ),
    )


def draft(typed: TypedRule, choices: Choices, *, uid: str | None = None, revision: int | None = None) -> RuleDraft:
    """The rule that was typed. Only for an editor without faults."""
    course, kind = choices.course(typed.course), typed.due_from
    return RuleDraft(
        name=typed.name,
        course_id=course.id if course else 0,
        reason=typed.reason,
        conditions=tuple(Condition(one.field, one.value, one.negated) for one in typed.conditions),
        due_from=kind,
        event=typed.event if kind == "event" else "",
        due_days=0 if kind == "fixed" else number_of(typed.days[kind]) or 0,
        due_on=day_of(typed.due_on) if kind == "fixed" else None,
        recurs_months=number_of(typed.recurs_months) or 0,
        recurs_from=typed.recurs_from,
        opens_days=number_of(typed.opens_days) or 0,
        reminders=tuple(sorted(reminders(typed))),
        uid=uid,
        revision=revision,
    )


def of_fields(fields: Fields) -> TypedRule:
    """What is in a form that was sent. Rows stand in it as `condition-1-value`, `step-1-days` and so on, from 1."""
    return TypedRule(
        name=_one(fields, "name", 400),
        course=_one(fields, "course", 120),
        reason=_one(fields, "reason", 4000),
        conditions=tuple(_conditions(fields)),
        due_from=_of(DUE_FROM, _one(fields, "due_from")),
        days={kind: _one(fields, f"days_{kind}", 10) for kind in ("assigned", "hired", "event")},
        event=_of(EVENTS, _one(fields, "event")),
        due_on=_one(fields, "due_on", 20),
        recurs_months=_one(fields, "recurs_months", 10),
        recurs_from=_of(RECURS_FROM, _one(fields, "recurs_from")),
        opens_days=_one(fields, "opens_days", 10),
        steps=tuple(_steps(fields)),
    )


def _conditions(fields: Fields) -> Iterable[TypedCondition]:
    for place in range(1, MOST_CONDITIONS + 1):
        about = _one(fields, f"condition-{place}-field")
        if about in FIELDS:
            value = _one(fields, f"condition-{place}-value", 400)
            yield TypedCondition(about, _one(fields, f"condition-{place}-is") == "not", value)


def _steps(fields: Fields) -> Iterable[TypedStep]:
    for place in range(1, MOST_STEPS + 1):
        if f"step-{place}-days" in fields:
            when = _of(("before", "after"), _one(fields, f"step-{place}-when"))
            yield TypedStep(
                _one(fields, f"step-{place}-days", 10), when, _of(AUDIENCES, _one(fields, f"step-{place}-to"))
            )


def rearranged(typed: TypedRule, deed: str) -> TypedRule:
    """The editor with a row more (`add-country`, `add-step`) or less (`condition-2-remove`, `step-1-remove`)."""
    found = _DEED.fullmatch(deed)
    if found is None:
        return typed
    if deed == "add-step":
        return replace(typed, steps=(*typed.steps, TypedStep())[:MOST_STEPS])
    if found["field"] in FIELDS:
        return replace(typed, conditions=(*typed.conditions, TypedCondition(found["field"]))[:MOST_CONDITIONS])
    place = int(found["place"] or 0) - 1
    if found["what"] == "condition":
        return replace(typed, conditions=_without(typed.conditions, place))
    return replace(typed, steps=_without(typed.steps, place)) if found["what"] == "step" else typed


def sentences(typed: TypedRule, choices: Choices) -> list[str]:
    """The rule in plain words, as far as it is typed: one sentence each for who and when, again, and reminders."""
    whom = saying.who(typed.pairs, choices.name)
    days = number_of(typed.days.get(typed.due_from, "")) or 0
    when = saying.due(typed.due_from, days, day_of(typed.due_on), typed.event)
    again = saying.again(number_of(typed.recurs_months) or 0, typed.recurs_from, number_of(typed.opens_days) or 0)
    steps = saying.ladder(reminders(typed))
    return [one for one in (saying.asked(whom, choices.title(typed.course), when), again, steps) if one]


def reminders(typed: TypedRule) -> set[tuple[int, str]]:
    """The ladder as days from the due day, negative before it, and to whom; rows without a number left out."""
    pairs = ((step_days(step), step.audience) for step in typed.steps)
    return {(days, audience) for days, audience in pairs if days is not None}


def step_days(step: TypedStep) -> int | None:
    """When a reminder goes out, in days from the due day; nothing when it is no number."""
    number = number_of(step.days)
    return number if number is None or step.when == "after" else -number


def day_of(said: str) -> date | None:
    """The day that was typed, as 2026-11-30; nothing when it is none."""
    try:
        return date.fromisoformat(said) if len(said) == 10 else None
    except ValueError:
        return None


def _without(rows: tuple[Row, ...], place: int) -> tuple[Row, ...]:
    return tuple(row for number, row in enumerate(rows) if number != place)


def _of(known: Sequence[str], said: str) -> str:
    return said if said in known else known[0]


def _one(fields: Fields, name: str, most: int = 60) -> str:
    values = fields.get(name, ())
    return values[0].replace("\r\n", "\n").strip()[:most] if values else ""


def number_of(said: str) -> int | None:
    """The whole number that was typed; nothing when it is none."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else None
