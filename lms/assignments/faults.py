"""What is wrong with a rule as it is typed, in sentences, at the field where it is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.assignments.choices import DAYS, LISTED, Choices
from lms.assignments.typed import TypedCondition, TypedRule, day_of, number_of, step_days
from lms.base.i18n import gettext

LONGEST = {"name": 120, "reason": 1000}
MOST = {"due_days": 3650, "recurs_months": 120, "opens_days": 365, "step": 365}


@dataclass(frozen=True)
class Fault:
    """Something to put right, at a field."""

    at: str
    sentence: str


def faults(typed: TypedRule, choices: Choices) -> list[Fault]:
    """What has to be put right, in the order of the page."""
    return [*_heads_wrong(typed, choices), *_who_wrong(typed, choices), *_when_wrong(typed), *_steps_wrong(typed)]


def _heads_wrong(typed: TypedRule, choices: Choices) -> Iterable[Fault]:
    if not typed.name:
        yield Fault("name", gettext("Give the rule a name, such as “New colleagues”."))
    elif len(typed.name) > LONGEST["name"]:
        yield Fault("name", gettext("The name is longer than %(most)s characters.", most=LONGEST["name"]))
    if not choices.course(typed.course):
        yield Fault("course", gettext("Choose the course."))
    if not typed.reason:
        yield Fault("reason", gettext("Say why, in a sentence. Those who get the course read it."))
    elif len(typed.reason) > LONGEST["reason"]:
        yield Fault("reason", gettext("The reason is longer than %(most)s characters.", most=LONGEST["reason"]))


def _who_wrong(typed: TypedRule, choices: Choices) -> Iterable[Fault]:
    seen = set()
    for place, one in enumerate(typed.conditions, 1):
        sentence = _condition_wrong(one, choices)
        if not sentence and one in seen:
            sentence = gettext("This condition stands here twice. Remove one.")
        if sentence:
            yield Fault(f"condition-{place}", gettext("Condition %(number)s: %(what)s", number=place, what=sentence))
        seen.add(one)


def _condition_wrong(one: TypedCondition, choices: Choices) -> str:
    if not one.value:
        return gettext("Choose a value, or remove the condition.")
    if one.field in DAYS:
        return (
            "" if day_of(one.value) else gettext("“%(value)s” is not a day. Write it as 2026-11-30.", value=one.value)
        )
    if one.value in choices.values[one.field]:
        return ""
    if one.field in LISTED:
        return gettext("Choose one from the list.")
    if one.field == "unit":
        return gettext("There is no unit “%(value)s”. Choose one that is offered while you type.", value=one.value)
    return gettext("Nobody works at “%(value)s”. Choose a place that is offered while you type.", value=one.value)


def _when_wrong(typed: TypedRule) -> Iterable[Fault]:
    if typed.due_from == "fixed":
        if not day_of(typed.due_on):
            yield Fault("due_on", gettext("Choose the day by which the course is due."))
    elif not _within(typed.days.get(typed.due_from, ""), 0, MOST["due_days"]):
        yield Fault(
            f"days_{typed.due_from}", gettext("Days are a whole number from 0 to %(most)s.", most=MOST["due_days"])
        )
    if typed.due_from == "event" and not typed.event:
        yield Fault("event", gettext("Choose what the days are counted from."))
    if typed.recurs_months and not _within(typed.recurs_months, 0, MOST["recurs_months"]):
        sentence = gettext("Months are a whole number from 1 to %(most)s, or nothing.", most=MOST["recurs_months"])
        yield Fault("recurs_months", sentence)
    if typed.recurs_months and not _within(typed.opens_days, 0, MOST["opens_days"]):
        sentence = gettext("Days before it opens are a whole number from 0 to %(most)s.", most=MOST["opens_days"])
        yield Fault("opens_days", sentence)


def _steps_wrong(typed: TypedRule) -> Iterable[Fault]:
    seen = set()
    for place, step in enumerate(typed.steps, 1):
        sentence = ""
        if not _within(step.days, 0, MOST["step"]):
            sentence = gettext("Days are a whole number from 0 to %(most)s.", most=MOST["step"])
        elif (step_days(step), step.audience) in seen:
            sentence = gettext("This reminder stands here twice. Remove one.")
        if sentence:
            yield Fault(f"step-{place}", gettext("Reminder %(number)s: %(what)s", number=place, what=sentence))
        seen.add((step_days(step), step.audience))


def _within(said: str, least: int, most: int) -> bool:
    number = number_of(said)
    return number is not None and least <= number <= most
