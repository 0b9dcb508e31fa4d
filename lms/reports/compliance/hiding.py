"""Works-council mode: groups too small to be told apart are not shown, nor what would let somebody work them out."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from sqlalchemy import Subquery
from sqlalchemy.orm import Session

from lms.reports.compliance import groups
from lms.reports.compliance.filters import NONE, Choice
from lms.reports.compliance.groups import Count, Group, Report


def report(session: Session, facts: Subquery, choice: Choice, smallest: int | None) -> Report:
    """The figures of a choice as they may be shown: with nothing hidden when there is no `smallest`.

    What a filter chose is hidden when its group is hidden in the table one step above: else the difference of two
    reports would tell of those left out. A statement more for each filter.
    """
    found = groups.report(session, facts, choice)
    if smallest is None:
        return found
    shown = found.total.everybody >= smallest and all(
        _is_shown(groups.report(session, facts, above), key, smallest) for above, key in _above(choice)
    )
    if not shown:
        return Report(choice, Count(), hidden=True)
    kept = tuple(_few_on_leave(group, smallest) for group in hide(found.groups, smallest))
    return replace(found, groups=kept, total=_total(found.total, smallest))


def hide(found: Sequence[Group], smallest: int) -> list[Group]:
    """The groups, with those of fewer people than `smallest` hidden, and further ones, the smallest first, until those
    hidden together are as many: the total would give a single one away."""
    order = sorted((group for group in found if group.count.everybody), key=lambda group: group.count.everybody)
    hidden: set[str] = set()
    people = 0
    for group in order:
        if group.count.everybody < smallest or 0 < people < smallest:
            hidden.add(group.key)
            people += group.count.everybody
    return [replace(group, hidden=True, count=Count()) if group.key in hidden else group for group in found]


def _above(choice: Choice) -> list[tuple[Choice, str]]:
    """For each filter the table in which it is a row, and the key of that row; for a unit the table of every unit on
    the way down to it."""
    tables = [(choice.without(name), value) for name, value in choice.filters.items() if name != "unit"]
    if choice.unit == NONE:
        return [*tables, (choice.without("unit"), NONE)]
    parts = choice.unit.split("/") if choice.unit else []
    paths = ["/".join(parts[:count]) for count in range(len(parts) + 1)]
    for top, path in pairwise(paths):
        tables.append((replace(choice, unit=top, by="unit"), path))
    return tables


def _is_shown(above: Report, key: str, smallest: int) -> bool:
    rows = {group.key: group for group in hide(above.groups, smallest) if not group.own}
    return key in rows and not rows[key].hidden


def _few_on_leave(group: Group, smallest: int) -> Group:
    return replace(group, count=_total(group.count, smallest))


def _total(count: Count, smallest: int) -> Count:
    """A handful of people on leave are not told of."""
    return count if count.on_leave >= smallest else replace(count, on_leave=0)
