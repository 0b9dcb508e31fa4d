"""The columns of a people file, and which of them a file has."""

import re
from collections.abc import Mapping, Sequence

from lms.base.i18n import gettext
from lms.people.imports.problems import Problems

FIELDS = (
    *("employee_id", "email", "given_name", "family_name", "unit", "manager_id", "tier", "location"),
    *("language", "hire_date", "status", "country", "job", "time_zone", "leave_from", "leave_until"),
)
"""All that is taken from a file, in the order in which it is written; the first eleven are what every file has."""
USUAL = FIELDS[:11]
MAY_BE_MISSING = {"family_name", "location", "hire_date", *FIELDS[11:]}
"""Without such a column nothing of it is changed. Who joins has it empty."""
ALSO = {
    "employee_id": ("employee_number", "personnel_number", "staff_id", "emp_id", "id"),
    "email": ("e_mail", "mail", "email_address", "work_email"),
    "given_name": ("first_name", "firstname", "forename"),
    "family_name": ("last_name", "lastname", "surname"),
    "unit": ("department", "organization", "org_unit", "organisation"),
    "manager_id": ("manager", "supervisor_id", "supervisor", "reports_to"),
    "location": ("site", "office", "city"),
    "language": ("lang", "preferred_language"),
    "hire_date": ("hired_on", "start_date", "date_of_hire"),
    "status": ("employment_status",),
    "country": ("country_code",),
    "job": ("job_title", "title", "position", "function"),
    "time_zone": ("timezone",),
    "leave_from": ("leave_start",),
    "leave_until": ("leave_end", "leave_to"),
}
"""What others call these: only to propose, never to take unasked."""


def plain(name: str) -> str:
    """A heading as it is compared: `E-Mail ` is `e_mail`."""
    return re.sub(r"[\s\-.]+", "_", name.strip().lower())


def suggested(header: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[int, str]:
    """For a page on which columns are matched: the field each column probably is, by position."""
    sure = _by_name(header, remembered or {})
    free = [field for field in FIELDS if field not in sure.values()]
    names = {other: field for field in free for other in ALSO.get(field, ())}
    for position, name in enumerate(header):
        field = names.get(plain(name))
        if position not in sure and field and field not in sure.values():
            sure[position] = field
    return dict(sorted(sure.items()))


def called(field: str, header: Sequence[str], places: Mapping[str, int]) -> str:
    """What a file calls the column of a field, with the field behind it where that is another word."""
    if field not in places:
        return field
    heading = header[places[field]][:100]
    return field if not heading or plain(heading) == field else f"{heading} ({field})"


def matched(
    header: Sequence[str], chosen: Mapping[int, str] | None, remembered: Mapping[str, str], problems: Problems
) -> dict[str, int]:
    """Where each field stands, by what somebody chose, else by the headings and by what was chosen before.

    Adds a problem for each column that is missing or there twice.
    """
    places: dict[str, int] = {}
    found = dict(chosen) if chosen is not None else _by_name(header, remembered)
    for position, field in sorted(found.items()):
        if field not in FIELDS or not 0 <= position < len(header):
            continue
        if field in places:
            first, second = places[field] + 1, position + 1
            sentence = gettext(
                "Columns %(first)s and %(second)s are both taken for “%(field)s”. Right would be one of them.",
                first=first,
                second=second,
                field=field,
            )
            problems.add(1, field, header[position], sentence)
        places.setdefault(field, position)
    for field in FIELDS:
        if field not in places and field not in MAY_BE_MISSING:
            there = ", ".join(header)[:300]
            sentence = gettext("The column “%(field)s” is missing. The file has: %(there)s", field=field, there=there)
            problems.add(1, field, "", sentence)
    return places


def _by_name(header: Sequence[str], remembered: Mapping[str, str]) -> dict[int, str]:
    names = {plain(name): field for name, field in remembered.items()} | {field: field for field in FIELDS}
    return {position: names[plain(name)] for position, name in enumerate(header) if plain(name) in names}
