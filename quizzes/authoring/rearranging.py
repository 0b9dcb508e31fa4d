"""The buttons of the form of a question: a choice, step or criterion more, less, or one place higher."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TypeVar

from quizzes.authoring.typed import NOWHERE, Typed, TypedChoice, TypedCriterion, TypedStep, letters, usual_marking
from quizzes.kinds import KINDS
from quizzes.question_files import MOST_CRITERIA, MOST_STEPS

_DEED = re.compile(r"(?:(step|criterion)-)?(add|remove|up)(?:-([1-9][0-9]?|s[0-9]{1,3}|[a-z0-9-]{1,20}))?")
Row = TypeVar("Row")


def rearranged(typed: Typed, deed: str) -> Typed:
    """The question after a deed: `add`, `remove-2`, `up-3` for choices, `step-add` and so on for steps and criteria.

    `add-s1` adds a choice at the step s1. What cannot be done changes nothing.
    """
    found = _DEED.fullmatch(deed)
    if found is None:
        return typed
    group, verb, at = found[1], found[2], found[3] or ""
    kind = KINDS[typed.kind]
    if group == "step" and kind.has_steps:
        return _steps(typed, verb, at)
    if group == "criterion" and kind.has_criteria:
        keys = {one.key for one in typed.criteria}
        made = TypedCriterion(_free(lambda number: f"c{number + 1}", keys), "4")
        return replace(typed, criteria=_changed(typed.criteria, verb, at, made, MOST_CRITERIA))
    if group or kind.keys:
        return typed
    step = at if verb == "add" and at in {one.key for one in typed.steps} else ""
    key = _free(letters, {choice.key for choice in typed.choices})
    made_choice = TypedChoice(key, usual_marking(typed.kind), step=step)
    return replace(typed, choices=_changed(typed.choices, verb, at, made_choice, kind.most))


def _steps(typed: Typed, verb: str, at: str) -> Typed:
    """A removed step takes the choices along that can be chosen there, when nothing was written in them."""
    key = _free(lambda number: f"s{number + 1}", {one.key for one in typed.steps})
    steps = _changed(typed.steps, verb, at, TypedStep(key), MOST_STEPS)
    gone = {step.key for step in typed.steps} - {step.key for step in steps}
    choices = (
        replace(
            choice,
            step="" if choice.step in gone else choice.step,
            leads_to=NOWHERE if choice.leads_to in gone else choice.leads_to,
        )
        for choice in typed.choices
        if choice.step not in gone or any(choice.words.values())
    )
    return replace(typed, steps=steps, choices=tuple(choices))


def _changed(rows: tuple[Row, ...], verb: str, at: str, made: Row, most: int) -> tuple[Row, ...]:
    """Rows with one more at the end, or with the one at a place (counted from 1) removed or moved up."""
    if verb == "add":
        return (*rows, made) if len(rows) < most else rows
    place = int(at) - 1 if at.isdecimal() else len(rows)
    if place >= len(rows):
        return rows
    others = [*rows[:place], *rows[place + 1 :]]
    return tuple(
        others if verb == "remove" else [*others[: max(0, place - 1)], rows[place], *others[max(0, place - 1) :]]
    )


def _free(name: Callable[[int], str], taken: set[str]) -> str:
    """The first key that is not taken."""
    return next(key for key in map(name, count()) if key not in taken)
