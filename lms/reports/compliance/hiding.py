"""Works-council mode: groups too small to be told apart are not shown, nor figures that tell about each person, nor
what would let somebody work either out.

A table hides what could be worked out inside it. It cannot know what another table tells when one is subtracted from
the other, so figures are shown by one dimension at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from sqlalchemy import Subquery
from sqlalchemy.orm import Session

from lms.base.i18n import gettext
from lms.reports.compliance import groups
from lms.reports.compliance.filters import NONE, Choice
from lms.reports.compliance.groups import Count, Group, Report
from lms.reports.compliance.models import POPULATIONS
from lms.reports.compliance.months import Month

ON_LEAVE = "on_leave"
FIGURES = (*POPULATIONS, ON_LEAVE)


def report(session: Session, facts: Subquery, choice: Choice, smallest: int | None) -> Report:
    """The figures of a choice as they may be shown: with nothing hidden when there is no `smallest`.

    A choice that mixes dimensions has no figures. A unit is hidden when it, or a figure of it, is hidden in the table
    one step above: else the difference would tell of those left out. At most two statements, however deep a unit lies.
    """
    if smallest is None:
        return groups.report(session, facts, choice)
    if mixes(choice):
        return Report(choice, Count(), hidden=True, mixed=True)
    counts = {value: count for (value,), count in groups.counted(session, facts, [choice.by]).items()}
    paths = groups.paths(session) if choice.by == "unit" else {}
    known: frozenset[str] = frozenset()
    for above, one in _way(choice):
        inside = {key: count for key, count in counts.items() if _is_in(paths.get(key, NONE), above.unit)}
        found = _judged(groups.table(above, inside, paths), known, smallest)
        if above == choice:
            return found
        row = next((group for group in found.groups if group.key == one and not group.own and not group.hidden), None)
        if row is None:
            break
        known = row.count.kept_back
    return Report(choice, Count(), hidden=True)


def mixes(choice: Choice) -> bool:
    """Whether a choice is about more than everybody by one dimension, or a unit by the units below it."""
    return bool(choice.filters) and (choice.by != "unit" or set(choice.filters) != {"unit"})


def one_at_a_time() -> str:
    """Why a choice that mixes dimensions has no figures."""
    return gettext(
        "In works-council mode figures are shown by one thing at a time: by unit, or by tier, country, language or "
        "level of everybody. Take a filter away to see them."
    )


def hide(found: Sequence[Group], smallest: int) -> list[Group]:
    """The groups, with those of fewer people than `smallest` hidden, and further ones, the smallest first, until those
    hidden together are as many: the total would give a single one away."""
    hidden: set[str] = set()
    people = 0
    for group in _by_size(found):
        if group.count.everybody < smallest or 0 < people < smallest:
            hidden.add(group.key)
            people += group.count.everybody
    return [replace(group, hidden=True, count=Count()) if group.key in hidden else group for group in found]


def keep_back(found: Sequence[Group], smallest: int, known: frozenset[str] = frozenset()) -> list[Group]:
    """The groups of one table as they may be shown: `hide`, and then figure by figure what tells about each person.

    That is a figure of nobody or of everybody, and fewer than `smallest` on leave. Of each figure so many groups more
    are kept back, the smallest first, until those that are not shown, taken together, tell of nobody either. `known`
    are figures that are hidden for all of them together, and so for each.
    """
    hidden = {group.key for group in hide(found, smallest) if group.hidden}
    back: dict[str, set[str]] = {group.key: set() for group in found}
    for name in FIGURES:
        for key in back if name in known else _kept_back(found, hidden, name, smallest):
            back[key].add(name)
    return [
        replace(group, hidden=True, count=Count())
        if group.key in hidden
        else replace(group, count=group.count.without(back[group.key]))
        for group in found
    ]


def months(found: Sequence[Month], smallest: int | None) -> list[Month]:
    """The ends of months as they may be shown: without small ones, and without figures that tell about each person."""
    if smallest is None:
        return list(found)
    return [
        replace(one, total=one.total.without(_telling(one.total, smallest)))
        for one in found
        if one.total.everybody >= smallest
    ]


def _way(choice: Choice) -> Iterator[tuple[Choice, str]]:
    """The tables from the whole company down to a choice, each with the key of the row that leads to the next one."""
    steps = ["", *accumulate(choice.unit.split("/"), "{}/{}".format)] if choice.unit else [""]
    for unit, below in zip(steps, [*steps[1:], ""], strict=True):
        yield replace(choice, unit=unit), below


def _judged(found: Report, known: frozenset[str], smallest: int) -> Report:
    if found.total.everybody < smallest:
        return Report(found.choice, Count(), hidden=True)
    known |= _telling(found.total, smallest)
    kept = keep_back(found.groups, smallest, known)
    if found.choice.by == "level" and len(_by_size(found.groups)) == 1:
        kept = [replace(group, hidden=True, count=Count()) for group in kept]
    return replace(found, groups=tuple(kept), total=found.total.without(known))


def _is_in(path: str, unit: str) -> bool:
    """Whether a path is that of a unit, or below it."""
    return not unit or path == unit or path.startswith(f"{unit}/")


def _by_size(found: Sequence[Group]) -> list[Group]:
    return sorted((group for group in found if group.count.everybody), key=lambda group: group.count.everybody)


def _kept_back(found: Sequence[Group], hidden: set[str], name: str, smallest: int) -> set[str]:
    """The groups of which one figure is not shown, those among them that are hidden as a whole."""
    back = hidden | {group.key for group in found if _tells(group.count, name, smallest)}
    for group in _by_size(found):
        together = sum((one.count for one in found if one.key in back), Count())
        if not _tells(together, name, smallest):
            break
        back.add(group.key)
    return back


def _telling(count: Count, smallest: int) -> frozenset[str]:
    return frozenset(name for name in FIGURES if _tells(count, name, smallest))


def _tells(count: Count, name: str, smallest: int) -> bool:
    """Whether a figure says of each person whether she is in it; of leave, whether it is about a handful."""
    if name == ON_LEAVE:
        return 0 < count.on_leave < smallest
    return count.people > 0 and count.of(name) in (0, count.people)
