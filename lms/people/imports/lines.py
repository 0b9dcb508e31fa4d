"""Who is who in a file, and who reports to whom: what fits with the people here, and what does not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lms.base.i18n import gettext
from lms.people.imports.checking import Table
from lms.people.imports.here import Here
from lms.people.imports.problems import Problems

_MOST_CIRCLES = 100
_MOST_NAMES = 6


@dataclass
class Met:
    """A file met with the people here. `ids` has the person each row is about, or nothing for who is new."""

    ids: list[int | None] = field(default_factory=list)
    taken_over: set[int] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    row_of: dict[str, int] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)


def meet(table: Table, here: Here, problems: Problems) -> Met:
    """Find the person of each row: by employee number, else by the address of somebody who may be the same."""
    key_at, email_at, name_at = table.place("employee_id"), table.place("email"), table.place("given_name")
    met = Met(row_of={row[key_at]: number for number, row in enumerate(table.rows)})
    for line, row in zip(table.lines, table.rows, strict=True):
        key, email = row[key_at], row[email_at]
        person_id, holder = here.by_key.get(key), here.by_email.get(email)
        if holder is not None and holder != person_id and here.rows[holder][0] not in met.row_of:
            if person_id is None and _is_same(here, holder, row[name_at], table, row):
                person_id = holder
                met.taken_over.add(holder)
                met.renamed[here.rows[holder][0]] = key
            else:
                column = "employee_id" if person_id is None else "email"
                problems.add(line, column, key if person_id is None else email, _whose(here, holder, email))
        met.ids.append(person_id)
    found = set(met.ids)
    met.missing = [one for one in here.by_key.values() if one not in found and here.status(one) != "left"]
    return met


def _is_same(here: Here, holder: int, given: str, table: Table, row: tuple[str, ...]) -> bool:
    """Whether a row without a number known here is about who has its address.

    So it is for somebody added by hand, who has no number yet, and for somebody who left and has the same name.
    """
    if here.rows[holder][0] == here.rows[holder][1]:
        return True
    family = row[table.place("family_name")] if "family_name" in table.fields else here.rows[holder][3]
    same = (given.casefold(), family.casefold()) == (here.rows[holder][2].casefold(), here.rows[holder][3].casefold())
    return here.status(holder) == "left" and same


def _whose(here: Here, holder: int, email: str) -> str:
    key, name = here.rows[holder][0], here.name(holder)
    if key == here.rows[holder][1]:
        return gettext(
            "%(email)s is the address of %(name)s here, who was added by hand. Right would be an address of its own.",
            email=email,
            name=name,
        )
    if here.status(holder) == "left":
        return gettext(
            "%(email)s was the address of %(name)s (%(key)s), who left. Right would be another address, "
            "or %(key)s as the employee number when it is the same person.",
            email=email,
            name=name,
            key=key,
        )
    return gettext(
        "%(email)s belongs to %(name)s here, whose employee number is %(key)s. Right would be %(key)s, "
        "or another address when it is somebody else.",
        email=email,
        name=name,
        key=key,
    )


def check_lines(table: Table, here: Here, met: Met, problems: Problems) -> None:
    """Add a problem for each manager nobody knows, each circle of managers, and each empty unit that was not so."""
    above_at, unit_at, status_at = table.place("manager_id"), table.place("unit"), table.place("status")
    known = met.row_of.keys() | {row[0] for row in here.rows.values()}
    unknown, homeless = [], []
    for line, row, person_id in zip(table.lines, table.rows, met.ids, strict=True):
        if row[above_at] and row[above_at] not in known and row[status_at] != "left":
            unknown.append((line, row[above_at], _nobody()))
        if not row[unit_at] and (person_id is None or here.rows[person_id][4]):
            homeless.append((line, "", gettext("“%(field)s” is empty. It has to be filled in.", field="unit")))
    problems.add_many("manager_id", unknown)
    problems.add_many("unit", homeless)
    above = _all_lines(table, here, met)
    for members in circles(above):
        _tell_circle(table, met, members, problems)


def _nobody() -> str:
    return gettext("Nobody has this employee number, here or in the file. Right would be the number of the manager.")


def _all_lines(table: Table, here: Here, met: Met) -> dict[str, str]:
    """Who would be above whom: in the file, and for all others as it is here."""
    key_at, above_at, status_at = table.place("employee_id"), table.place("manager_id"), table.place("status")
    renamed = met.renamed
    above = {
        renamed.get(row[0], row[0]): renamed.get(row[5], row[5])
        for row in here.rows.values()
        if row[5] and row[10] != "left"
    }
    for row in table.rows:
        if row[status_at] == "left":
            above.pop(row[key_at], None)
        else:
            above[row[key_at]] = row[above_at]
    return above


def circles(above: Mapping[str, str]) -> Iterator[list[str]]:
    """Every circle there is, by who is above whom; at most 100."""
    safe: set[str] = {""}
    count = 0
    for start in above:
        way: dict[str, None] = {}
        current = start
        while current not in safe and current not in way:
            way[current] = None
            current = above.get(current, "")
        if current in way:
            members = list(way)
            yield members[members.index(current) :]
            count += 1
        safe.update(way)
        if count == _MOST_CIRCLES:
            return


def _tell_circle(table: Table, met: Met, members: list[str], problems: Problems) -> None:
    numbers = sorted(met.row_of[key] for key in members if key in met.row_of)
    if not numbers:
        return
    row, names = table.rows[numbers[0]], ", ".join(members[:_MOST_NAMES])
    more = "…" if len(members) > _MOST_NAMES else ""
    sentence = (
        gettext("This person is her or his own manager. Right would be another, or nothing at the very top.")
        if len(members) == 1
        else gettext(
            "These people report to each other in a circle: %(names)s. "
            "Right would be a manager outside of it for one of them.",
            names=names + more,
        )
    )
    problems.add(table.lines[numbers[0]], "manager_id", row[table.place("manager_id")], sentence)
