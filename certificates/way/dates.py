"""Why a date is what it is: the rule, what went into it, and the days of leave and time zone that it was counted in.

Pure. Days are those of the company: a term ends at the end of its last day in Brussels, wherever the reader is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from certificates import days
from lms.base import clock
from lms.base.i18n import day, gettext, ngettext


@dataclass(frozen=True)
class Facts:
    """What the dates of a permission, or of a certificate without one, follow from.

    `before_ends_on` is the last day of the certificate before it, `active_on` that of her newest post, `accepted_on`
    that of her newest acceptance of the guideline, `leave_days` are counted within the term.
    """

    starts_on: date
    ends_on: date
    valid_months: int
    renew_days: int
    before_ends_on: date | None = None
    dormant_months: int | None = None
    active_on: date | None = None
    attest_months: int | None = None
    accepted_on: date | None = None
    leave_days: int = 0


@dataclass(frozen=True)
class Why:
    """A date and why: `kind` is ends, renewal, reminder, dormant or attest; `inputs` is what the `rule` was given."""

    kind: str
    on: date
    rule: str
    inputs: tuple[tuple[str, str], ...]


def explain(facts: Facts, today: date, reminders: Iterable[int] = ()) -> tuple[Why, ...]:
    """The dates that lie ahead, each with its reason, the soonest first. `reminders` are days before the end."""
    found = [*_ends(facts, reminders), *_dormant(facts), *_attest(facts)]
    return tuple(sorted((why for why in found if why.on >= today), key=lambda why: (why.on, why.kind)))


def counted_from(facts: Facts) -> date | None:
    """The day from which the term was counted, or nothing when its end was chosen by somebody."""
    for start in (facts.starts_on, facts.before_ends_on):
        if start is not None and days.months_after(start, facts.valid_months) == facts.ends_on:
            return start
    return None


def _ends(facts: Facts, reminders: Iterable[int]) -> Iterator[Why]:
    start = counted_from(facts)
    months = ngettext("%(num)s month", "%(num)s months", facts.valid_months)
    if start is None:
        rule = gettext("Whoever gave it chose this last day.")
        inputs = [(gettext("Begins"), day(facts.starts_on))]
    elif start == facts.starts_on:
        rule = gettext("It holds for %(months)s from the day it was awarded.", months=months)
        inputs = [(gettext("Awarded"), day(start)), (gettext("Holds for"), months)]
    else:
        rule = gettext("You renewed in time, so the %(months)s are counted from the old last day.", months=months)
        inputs = [(gettext("Old last day"), day(start)), (gettext("Holds for"), months)]
    yield Why("ends", facts.ends_on, rule, (*inputs, *_clock(facts)))
    ends = ((gettext("Last day"), day(facts.ends_on)),)
    before = ngettext("%(num)s day before", "%(num)s days before", facts.renew_days)
    rule = gettext("A renewal opens %(days)s the last day. What you do sooner does not count for it.", days=before)
    opens = facts.ends_on - timedelta(days=facts.renew_days)
    yield Why("renewal", opens, rule, (*ends, *_clock(facts)))
    for number in reminders:
        before = ngettext("%(num)s day before", "%(num)s days before", number)
        rule = gettext("We write to you %(days)s the last day, unless you have renewed by then.", days=before)
        yield Why("reminder", facts.ends_on - timedelta(days=number), rule, (*ends, *_clock(facts)))


def _dormant(facts: Facts) -> Iterator[Why]:
    if not facts.dormant_months:
        return
    newest = max(facts.active_on or facts.starts_on, facts.starts_on)
    on = days.months_after(newest, facts.dormant_months)
    if on > facts.ends_on:
        return
    months = ngettext("%(num)s month", "%(num)s months", facts.dormant_months)
    rule = gettext(
        "Without a post for %(months)s the permission is paused. Telling about a post ends that.", months=months
    )
    last = gettext("Your newest post") if facts.active_on and facts.active_on >= facts.starts_on else gettext("Begins")
    yield Why("dormant", on, rule, ((last, day(newest)), *_clock(facts)))


def _attest(facts: Facts) -> Iterator[Why]:
    if not facts.attest_months or facts.accepted_on is None:
        return
    on = days.months_after(facts.accepted_on, facts.attest_months)
    if on > facts.ends_on:
        return
    months = ngettext("%(num)s month", "%(num)s months", facts.attest_months)
    rule = gettext("The guideline is to be accepted anew after %(months)s.", months=months)
    yield Why("attest", on, rule, ((gettext("Accepted"), day(facts.accepted_on)), *_clock(facts)))


def _clock(facts: Facts) -> Iterator[tuple[str, str]]:
    """The days of leave within the term, which move no date of it, and the clock by which days are counted."""
    count = ngettext("%(num)s day", "%(num)s days", facts.leave_days)
    if facts.leave_days:
        count = gettext("%(days)s, which do not move this date", days=count)
    yield gettext("Days of leave"), count
    yield gettext("Time zone"), gettext("The day ends at midnight in Brussels (%(zone)s)", zone=clock.ZONE)
