"""A rule in plain words: whom it asks, by when, how often again, and who is reminded. Pure.

The same sentences stand in the editor, in the list and on the page that answers "why do I have this course?".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from lms.assignments.deciding import NOTICE
from lms.base.i18n import day, gettext, ngettext

Condition = tuple[str, bool, str]
"""Field, whether it must not be so, and the value."""
Naming = Callable[[str, str], str]
"""The name of a value of a field, for a reader: `name("country", "BE")` is "Belgium"."""


def field(name: str) -> str:
    """What a condition looks at, as a heading."""
    return {
        "tier": gettext("Tier"),
        "unit": gettext("Unit"),
        "location": gettext("Location"),
        "country": gettext("Country"),
        "language": gettext("Language"),
        "role": gettext("Role"),
        "level": gettext("Permission of level"),
        "hired_after": gettext("Hired after"),
        "hired_before": gettext("Hired before"),
    }[name]


def missing(data: str) -> str:
    """What is missing of somebody, in a few words: `hire_date`, or a field."""
    return {
        "hire_date": gettext("the date of hire is missing"),
        "tier": gettext("the tier is missing"),
        "unit": gettext("the unit is missing"),
        "location": gettext("the location is missing"),
        "country": gettext("the country is missing"),
        "language": gettext("the language is missing"),
    }["hire_date" if data.startswith("hire") else data]


def role(name: str) -> str:
    """A role that is given by hand."""
    return {
        "author": gettext("Author"),
        "administrator": gettext("Administrator"),
        "hub": gettext("Social media hub"),
        "legal": gettext("Legal"),
        "auditor": gettext("Auditor"),
        "coach": gettext("Coach"),
        "care": gettext("Customer care"),
        "board": gettext("Board"),
    }[name]


def event(name: str) -> str:
    """What happened to somebody, for a rule that counts from there."""
    return {
        "tier": gettext("the last change of tier"),
        "unit": gettext("the last change of unit"),
        "manager": gettext("the last change of manager"),
        "return": gettext("the return from leave"),
    }[name]


def audience(name: str) -> str:
    """Who is reminded."""
    return {
        "learner": gettext("the learner"),
        "manager": gettext("her or his manager"),
        "skip": gettext("the manager of the manager"),
    }[name]


def change(kind: str) -> str:
    """A thing that was decided about somebody's course, for its history."""
    return {
        "assigned": gettext("Assigned"),
        "paused": gettext("Not asked any more"),
        "restored": gettext("Asked again"),
        "extended": gettext("More time"),
        "recounted": gettext("Counted anew"),
        "waived": gettext("Exempt"),
        "unwaived": gettext("Exemption ended"),
        "reopened": gettext("To be taken again"),
    }[kind]


def who(conditions: Iterable[Condition], name: Naming) -> str:
    """Whom a rule asks: "Everybody who works in Belgium or Netherlands and does not work as Manager"."""
    said = [_phrase(about, negated, values, name) for (about, negated), values in _grouped(conditions).items()]
    return gettext("Everybody who %(is_so)s", is_so=joined(said)) if said else gettext("Everybody")


def due(due_from: str, due_days: int, due_on: date | None, event_name: str) -> str:
    """By when: "within 30 days of the day it is assigned"; from an older day, with the least that everybody has."""
    if due_from == "fixed":
        return gettext("by %(day)s", day=day(due_on)) if due_on else gettext("by a day that is not chosen yet")
    since = {
        "assigned": gettext("the day it is assigned"),
        "hired": gettext("the day of hire"),
        "event": event(event_name) if event_name else gettext("something that is not chosen yet"),
    }[due_from]
    if due_days == 0:
        when = gettext("on %(since)s", since=since)
    else:
        when = ngettext("within %(num)s day of %(since)s", "within %(num)s days of %(since)s", due_days, since=since)
    return when if due_from == "assigned" else f"{when}, {_least(min(due_days, NOTICE))}"


def _least(days: int) -> str:
    """So that nobody is late on the first day: see `deciding.NOTICE`."""
    if days == 0:
        return gettext("but not before the rule asks")
    return ngettext(
        "but at least %(num)s day after the rule begins to ask",
        "but at least %(num)s days after the rule begins to ask",
        days,
    )


def again(months: int, recurs_from: str, opens_days: int) -> str:
    """How often a course is taken again: a sentence, or nothing when once is enough."""
    if not months:
        return ""
    since = gettext("the last due day") if recurs_from == "due" else gettext("the day it was completed")
    text = ngettext(
        "Again every month, counted from %(since)s.",
        "Again every %(num)s months, counted from %(since)s.",
        months,
        since=since,
    )
    return f"{text} " + ngettext(
        "It opens %(num)s day before it is due.", "It opens %(num)s days before it is due.", opens_days
    )


def ladder(steps: Iterable[tuple[int, str]]) -> str:
    """Who is reminded when: a sentence, or one that says that nobody is."""
    said = [gettext("%(when)s: %(who)s", when=step(days), who=audience(to)) for days, to in sorted(steps)]
    if not said:
        return gettext("Nobody is reminded.")
    return gettext("Reminders: %(steps)s.", steps="; ".join(said))


def step(days: int) -> str:
    """When a reminder goes out, in days from the due day."""
    if days == 0:
        return gettext("on the day")
    if days < 0:
        return ngettext("%(num)s day before", "%(num)s days before", -days)
    return ngettext("%(num)s day after", "%(num)s days after", days)


def asked(whom: str, course: str, when: str) -> str:
    """The rule in one sentence."""
    return gettext("%(whom)s has to complete “%(course)s” %(when)s.", whom=whom, course=course, when=when)


def checked(about: str, negated: bool, values: Sequence[str], name: Naming) -> str:
    """A condition by itself: "Country is Belgium or Netherlands"."""
    listed = _list([name(about, value) for value in values], gettext("%(first)s or %(last)s"))
    if about in ("hired_after", "hired_before"):
        shape = gettext("%(field)s not %(values)s") if negated else gettext("%(field)s %(values)s")
    else:
        shape = gettext("%(field)s is not %(values)s") if negated else gettext("%(field)s is %(values)s")
    return shape % {"field": field(about), "values": listed}


def listed(about: str, values: Sequence[str], name: Naming) -> str:
    """What somebody has of a field, by name."""
    return ", ".join(name(about, value) for value in values)


def joined(words: Sequence[str]) -> str:
    """ "a, b and c"."""
    return _list(words, gettext("%(first)s and %(last)s"))


def _list(words: Sequence[str], last: str) -> str:
    return words[0] if len(words) == 1 else last % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _grouped(conditions: Iterable[Condition]) -> Mapping[tuple[str, bool], list[str]]:
    """The values by what they are about, those that must not be so at the end."""
    found: dict[tuple[str, bool], list[str]] = {}
    for about, negated, value in sorted(conditions, key=lambda one: one[1]):
        found.setdefault((about, negated), []).append(value)
    return found


def _phrase(about: str, negated: bool, values: Sequence[str], name: Naming) -> str:
    listed = _list([name(about, value) for value in values], gettext("%(first)s or %(last)s"))
    return _phrases(listed)[about][negated]


def _phrases(values: str) -> dict[str, tuple[str, str]]:
    """What to say of a field, and what when it must not be so."""
    return {
        "tier": (
            gettext("is in the tier %(values)s", values=values),
            gettext("is not in the tier %(values)s", values=values),
        ),
        "unit": (
            gettext("works in %(values)s or below", values=values),
            gettext("does not work in %(values)s or below", values=values),
        ),
        "location": (
            gettext("works at %(values)s", values=values),
            gettext("does not work at %(values)s", values=values),
        ),
        "country": (
            gettext("works in %(values)s", values=values),
            gettext("does not work in %(values)s", values=values),
        ),
        "language": (
            gettext("has the language %(values)s", values=values),
            gettext("does not have the language %(values)s", values=values),
        ),
        "role": (
            gettext("has the role %(values)s", values=values),
            gettext("does not have the role %(values)s", values=values),
        ),
        "level": (
            gettext("has a permission of level %(values)s", values=values),
            gettext("has no permission of level %(values)s", values=values),
        ),
        "hired_after": (
            gettext("was hired after %(values)s", values=values),
            gettext("was not hired after %(values)s", values=values),
        ),
        "hired_before": (
            gettext("was hired before %(values)s", values=values),
            gettext("was not hired before %(values)s", values=values),
        ),
    }
