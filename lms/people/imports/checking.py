"""Whether every cell of a file can be used, and what would be right where not."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from babel.localedata import locale_identifiers

from lms.base.countries import countries
from lms.base.i18n import gettext
from lms.people.accounts import ADDRESS
from lms.people.imports import cells
from lms.people.imports.columns import FIELDS
from lms.people.imports.problems import Problems
from lms.people.imports.reading import Sheet
from lms.people.models import STATUSES, TIERS

LONGEST = 250
"""Letters of a cell."""
_SMALL = {"email", "tier", "language", "status"}
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NEEDED = {"employee_id", "email", "given_name", "tier", "language", "status"}


@dataclass
class Table:
    """The people of a file: `rows` have a cell for each of `fields`, which are in the order of `FIELDS`."""

    fields: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)
    lines: Sequence[int] = ()
    kept_aside: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    def place(self, name: str) -> int:
        """Where a field stands in a row; raises `ValueError` when the file does not have it."""
        return self.fields.index(name)


def check(sheet: Sheet, places: dict[str, int], problems: Problems) -> Table:
    """The cells of the columns that are taken, each made plain, with a problem for each that cannot be used."""
    fields = tuple(name for name in FIELDS if name in places)
    aside = tuple(name for number, name in enumerate(sheet.header) if number not in places.values())
    whole = list(zip(*sheet.rows, strict=True)) if sheet.rows else []
    sheet.rows = []
    columns = [_plain(name, whole[places[name]]) if whole else [] for name in fields]
    for name, column in zip(fields, columns, strict=True):
        _judge(name, column, sheet.lines, problems)
        if name in {"employee_id", "email"}:
            _tell_doubles(name, column, sheet.lines, problems)
    table = Table(fields, list(zip(*columns, strict=True)), sheet.lines, aside, sheet.notes)
    if "leave_until" in fields:
        _check_leave(table, problems)
    return table


def _plain(name: str, column: Iterable[str]) -> list[str]:
    values = list(map(cells.read, column))
    if name in _SMALL:
        values = list(map(str.lower, values))
    if name == "country":
        values = list(map(str.upper, values))
    if name == "unit":
        known = {value: "/".join(part.strip() for part in value.split("/") if part.strip()) for value in set(values)}
        values = [known[value] for value in values]
    return values


def _judge(name: str, column: list[str], lines: Sequence[int], problems: Problems) -> None:
    """Judge each different value once, then find the lines on which the bad ones stand."""
    rule = _RULES.get(name, _words)
    bad = {value: sentence for value in set(column) if (sentence := _fault(name, value, rule))}
    if bad:
        problems.add_many(
            name, ((line, value, bad[value]) for line, value in zip(lines, column, strict=True) if value in bad)
        )


def _fault(name: str, value: str, rule: Callable[[str], str]) -> str:
    if not value:
        return gettext("“%(field)s” is empty. It has to be filled in.", field=name) if name in _NEEDED else ""
    if cells.CONTROL.search(value):
        return gettext("There is a line break or another control character in it. Right would be plain text.")
    if len(value) > LONGEST:
        return gettext("This has %(count)s letters. Right would be at most %(most)s.", count=len(value), most=LONGEST)
    return rule(value)


def _tell_doubles(name: str, column: list[str], lines: Sequence[int], problems: Problems) -> None:
    if len(set(column)) == len(column):
        return
    first: dict[str, int] = {}
    told = []
    for line, value in zip(lines, column, strict=True):
        if value and first.setdefault(value, line) != line:
            told.append((line, value, _doubled(name, first[value])))
    problems.add_many(name, told)


def _doubled(name: str, line: int) -> str:
    if name == "email":
        return gettext(
            "This address stands in line %(line)s already. Right would be an address of its own for each person.",
            line=line,
        )
    return gettext(
        "This employee number stands in line %(line)s already. Right would be one line for each person.", line=line
    )


def _check_leave(table: Table, problems: Problems) -> None:
    if "leave_from" not in table.fields:
        problems.add(1, "leave_until", "", gettext("“leave_until” needs a column “leave_from” beside it."))
        return
    begins, ends = table.place("leave_from"), table.place("leave_until")
    for line, row in zip(table.lines, table.rows, strict=True):
        if row[ends] and not row[begins]:
            sentence = gettext("The leave has a last day and no first. Right would be both, or the first alone.")
            problems.add(line, "leave_until", row[ends], sentence)
        elif row[ends] and row[ends] < row[begins]:
            first = row[begins]
            sentence = gettext("The leave ends before it begins. Right would be a day from %(day)s on.", day=first)
            problems.add(line, "leave_until", row[ends], sentence)


def _words(value: str) -> str:
    return ""


def _email(value: str) -> str:
    if ADDRESS.fullmatch(value):
        return ""
    return gettext("This is not a mail address. Right would be one such as ana@example.com.")


def _tier(value: str) -> str:
    return (
        ""
        if value in TIERS
        else gettext("This is not a tier. Right would be one of: %(words)s.", words=", ".join(TIERS))
    )


def _status(value: str) -> str:
    if value in STATUSES:
        return ""
    return gettext("This is not a status. Right would be one of: %(words)s.", words=", ".join(STATUSES))


def _day(value: str) -> str:
    found = _DAY.fullmatch(value)
    if not found:
        return gettext("This is not a day as it is written here. Right would be year-month-day, such as 2024-03-31.")
    try:
        there = date(*map(int, found.groups())).year >= 1900
    except ValueError:
        there = False
    return "" if there else gettext("There is no such day. Right would be a day of the calendar, such as 2024-02-28.")


@cache
def _languages() -> frozenset[str]:
    return frozenset(name for name in locale_identifiers() if "_" not in name)


def _language(value: str) -> str:
    if value in _languages():
        return ""
    return gettext("This is not a language. Right would be its two letters, such as en, nl or fr.")


def _country(value: str) -> str:
    return (
        ""
        if value in countries("en")
        else gettext("This is not a country. Right would be its two letters, such as BE.")
    )


def _time_zone(value: str) -> str:
    if value in available_timezones():
        return ""
    return gettext("This is not a time zone. Right would be one such as Europe/Brussels.")


_RULES: dict[str, Callable[[str], str]] = {
    "email": _email,
    "tier": _tier,
    "status": _status,
    "hire_date": _day,
    "leave_from": _day,
    "leave_until": _day,
    "language": _language,
    "country": _country,
    "time_zone": _time_zone,
}
