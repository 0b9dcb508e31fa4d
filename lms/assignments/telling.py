"""The answers to "why do I have this course?" and "why this date?" in plain words. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from lms.assignments import saying
from lms.base.i18n import day, gettext, ngettext

if TYPE_CHECKING:
    from lms.assignments.why import WhyDate


def course(kind: str, rule: str, reason: str, assigned_by: str, exempt_until: date | None) -> tuple[str, ...]:
    """Why somebody has a course; see `why.WhyCourse` for the kinds."""
    said = {
        "rule": gettext("The rule “%(rule)s” asks for it.", rule=rule),
        "person": gettext("%(name)s asked for it.", name=assigned_by),
        "self": gettext("It was chosen from the catalog. Nobody asks for it."),
        "paused": gettext("No rule asks for it at present. It waits, and nothing that was done is lost."),
        "exempt": gettext("It is not asked until %(day)s.", day=day(exempt_until))
        if exempt_until
        else gettext("It is not asked any more."),
        "none": gettext("Nothing asks for this course."),
    }[kind]
    return (said, reason) if reason and kind == "rule" else (said,)


def late(computed: date, days: int) -> str:
    """Why a cycle counts from its opening, so many days: it was opened too late for the day it should be due."""
    return ngettext(
        "It should have been on %(day)s; it was opened late, so %(num)s day from the opening counts.",
        "It should have been on %(day)s; it was opened late, so %(num)s days from the opening count.",
        days,
        day=day(computed),
    )


def due(why: "WhyDate") -> tuple[str, ...]:
    """Why an enrollment is due when it is."""
    return tuple(_due(why))


def _due(why: "WhyDate") -> Iterable[str]:
    if why.missing == "hire_date":
        yield gettext("There is no due day yet: it counts from the date of hire, which is missing.")
    elif why.missing == "event":
        yield gettext("There is no due day yet: it counts from %(event)s.", event=saying.event(why.event))
    elif why.due_on is None:
        yield gettext("There is no due day.")
    elif why.by_hand:
        yield gettext("%(name)s set the day: %(day)s.", name=why.by_hand, day=day(_first(why) or why.due_on))
    elif why.based_on is not None:
        yield from _counted(why)
    else:
        yield gettext("It is due on %(day)s.", day=day(_first(why) or why.due_on))
    for one in why.extensions:
        if one.due_after is not None:
            said = {"name": one.by, "day": day(one.due_after), "reason": one.reason}
            yield gettext("%(name)s gave more time, until %(day)s: %(reason)s", **said)


def _first(why: "WhyDate") -> date | None:
    """The day it was due before anybody gave more time."""
    return next((one.due_before for one in why.extensions), None)


def _counted(why: "WhyDate") -> Iterable[str]:
    assert why.based_on is not None
    if why.computed_on is not None and why.cycle > 1:
        yield late(why.computed_on, why.days)
    elif why.computed_on is not None:
        yield gettext("By the rule it would have been due on %(day)s.", day=day(why.computed_on))
    yield ngettext(
        "It counts from %(day)s and gives %(num)s day.",
        "It counts from %(day)s and gives %(num)s days.",
        why.days,
        day=day(why.based_on),
    )
    if why.computed_on is not None and why.cycle == 1:
        yield gettext("That is when the rule began to ask, so that nobody is late on the first day.")
    if why.leave_days:
        yield ngettext("%(num)s day of leave does not count.", "%(num)s days of leave do not count.", why.leave_days)
    if why.paused_days and not why.extensions:
        yield ngettext(
            "%(num)s day on which no rule asked does not count.",
            "%(num)s days on which no rule asked do not count.",
            why.paused_days,
        )
