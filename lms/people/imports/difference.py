"""What a file would change: found in memory, by comparing its rows with the people here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from lms.base import clock
from lms.people.imports.checking import Table
from lms.people.imports.columns import FIELDS, USUAL
from lms.people.imports.here import Here
from lms.people.imports.lines import Met
from lms.people.imports.managers import Managers
from lms.people.imports.problems import Problem

TOO_MANY = 0.2
"""The share of all people who work here from which on so many leavers look like a mistake."""
ORDER = ("leaver", "joiner", "returner", "mover", "same_email", "changed")
"""In which order it is told: who leaves first of all."""


@dataclass(frozen=True, slots=True)
class Change:
    """One person and what would change: field, before, after, as a file has it. Line 0: not in the file.

    `row` has all cells of the file for `Difference.fields`; a joiner has no `person_id` and no single changes.
    """

    kind: str
    person_id: int | None
    line: int
    key: str
    name: str
    fields: tuple[tuple[str, str, str], ...] = ()
    row: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Orphan:
    """Somebody whose manager left or is not there any more, and who leads her until HR names another, if anybody."""

    person_id: int | None
    line: int
    key: str
    name: str
    gone_key: str
    gone_name: str
    before: str
    above_key: str
    above_name: str


@dataclass
class Difference:
    """What a file would change. `missing` are people here who do not stand in it, `left_out` the names of those who
    are left out, by employee number."""

    fields: tuple[str, ...] = USUAL
    changes: dict[str, list[Change]] = field(default_factory=lambda: {kind: [] for kind in ORDER})
    orphans: list[Orphan] = field(default_factory=list)
    missing: list[Change] = field(default_factory=list)
    new_units: list[str] = field(default_factory=list)
    rows: int = 0
    unchanged: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    working: int = 0
    kept_aside: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    @property
    def leavers(self) -> list[Change]:
        """Who would leave."""
        return self.changes["leaver"]

    @property
    def leaver_ids(self) -> list[int]:
        """By number, for those who know what certificates and permissions they have."""
        return [one.person_id for one in self.leavers if one.person_id is not None]

    @property
    def count(self) -> int:
        """How many people it would touch."""
        return sum(map(len, self.changes.values()))

    @property
    def too_many_leavers(self) -> bool:
        """Whether more than a fifth of all who work here would leave."""
        return len(self.leavers) > TOO_MANY * self.working

    def each(self) -> Iterator[Change]:
        """All changes, who leaves first."""
        for kind in ORDER:
            yield from self.changes[kind]


def compare(table: Table, here: Here, met: Met, *, on_missing: str) -> Difference:
    """What the rows of a file without a problem would change about the people here."""
    found = Difference(table.fields, rows=len(table.rows), kept_aside=table.kept_aside, notes=list(table.notes))
    found.working = sum(1 for one in here.by_key.values() if here.status(one) != "left")
    gone = met.missing if on_missing == "deactivate" else []
    managers = Managers(table, here, met, gone)
    pick = itemgetter(*map(FIELDS.index, table.fields))
    leave = _Leave(table, here)
    for line, row, person_id in zip(table.lines, table.rows, met.ids, strict=True):
        was = pick(here.rows[person_id]) if person_id is not None else ()
        if row != was or managers.gone:
            row = managers.settled(row, was)
        if row != was and person_id is not None:
            row = leave.settled(person_id, row, was)
        if row == was:
            found.unchanged += 1
        else:
            _note(found, here, met, line, row, person_id, was)
    _note_missing(found, here, met.missing, leaving=on_missing == "deactivate")
    found.orphans = list(_orphans(table, here, met, managers, found))
    at = table.place("unit")
    found.new_units = sorted({one.row[at] for one in found.each() if one.row} - here.units.keys() - {""})
    return found


def _note(
    found: Difference, here: Here, met: Met, line: int, row: tuple[str, ...], person_id: int | None, was: Sequence[str]
) -> None:
    at = found.fields.index
    name = row[at("given_name")]
    if "family_name" in found.fields:
        name = f"{name} {row[at('family_name')]}".strip()
    key, status = row[at("employee_id")], row[at("status")]
    if person_id is None:
        if status == "left":
            found.unchanged += 1
        else:
            found.changes["joiner"].append(Change("joiner", None, line, key, name, (), row))
        return
    changed = tuple(
        (field, _before(field, old, here, person_id), new)
        for field, old, new in zip(found.fields, was, row, strict=True)
        if old != new
    )
    kind = _kind({field for field, _, _ in changed}, was[at("status")], status, taken_over=person_id in met.taken_over)
    found.changes[kind].append(Change(kind, person_id, line, key, name, changed, row))


def _before(field: str, old: str, here: Here, person_id: int) -> str:
    """Somebody without an employee number had none before, whatever she is named by meanwhile."""
    return "" if field == "employee_id" and old == here.rows[person_id][1] else old


def _kind(fields: set[str], before: str, after: str, *, taken_over: bool) -> str:
    if before != "left" and after == "left":
        return "leaver"
    if before == "left" and after != "left":
        return "returner"
    if taken_over:
        return "same_email"
    return "changed" if fields.isdisjoint({"unit", "manager_id"}) else "mover"


def _note_missing(found: Difference, here: Here, missing: Sequence[int], *, leaving: bool) -> None:
    for person_id in missing:
        before = here.status(person_id)
        fields = (("status", before, "left"),)
        change = Change("leaver", person_id, 0, here.rows[person_id][0], here.name(person_id), fields)
        found.missing.append(change)
        if leaving:
            found.leavers.append(change)


def _orphans(table: Table, here: Here, met: Met, managers: Managers, found: Difference) -> Iterator[Orphan]:
    """Those in the file, then those here who are not in it."""
    if not managers.gone:
        return
    key_at, above_at, status_at = table.place("employee_id"), table.place("manager_id"), table.place("status")
    for line, row, person_id in zip(table.lines, table.rows, met.ids, strict=True):
        if row[above_at] in managers.gone and row[status_at] != "left":
            before = here.rows[person_id][5] if person_id is not None else ""
            yield _orphan(managers, person_id, line, row[key_at], managers.name(row[key_at]), row[above_at], before)
    seen = {*met.ids, *found.leaver_ids}
    for person_id, row in here.rows.items():
        if person_id not in seen and row[10] != "left" and row[5] in managers.gone:
            yield _orphan(managers, person_id, 0, row[0], here.name(person_id), row[5], row[5])


def _orphan(
    managers: Managers, person_id: int | None, line: int, key: str, name: str, gone: str, before: str
) -> Orphan:
    above = managers.standing(gone)
    return Orphan(person_id, line, key, name, gone, managers.name(gone), before, above, managers.name(above))


class _Leave:
    """What a file says of absences, where it says something new."""

    def __init__(self, table: Table, here: Here) -> None:
        self.status = table.place("status")
        self.told = "leave_from" in table.fields
        self.begins = table.place("leave_from") if self.told else -1
        self.ends = table.place("leave_until") if "leave_until" in table.fields else -1
        self.here, self.today = here, clock.today().isoformat()

    def settled(self, person_id: int, row: tuple[str, ...], was: tuple[str, ...]) -> tuple[str, ...]:
        """The row, as it was where a file has nothing to say: on an absence noted by hand, or one known already."""
        new = list(row)
        absences = self.here.absences.get(person_id, ())
        by_hand = [(str(first), str(last or "")) for _, first, last, source in absences if source == "hand"]
        if row[self.status] == "active" and was[self.status] == "leave" and self._runs(by_hand):
            new[self.status] = "leave"
        if self.told:
            begins, ends = row[self.begins], row[self.ends] if self.ends >= 0 else ""
            if row[self.status] == "active" and begins and self._runs([(begins, ends)]):
                new[self.status] = "leave"
            known = {(str(first), str(last or "") if self.ends >= 0 else "") for _, first, last, _ in absences}
            silent = not begins and (row[self.status] == "leave" or self._comes_or_runs(by_hand))
            if silent or (begins, ends) in known or row[self.status] == "left":
                new[self.begins] = was[self.begins]
                if self.ends >= 0:
                    new[self.ends] = was[self.ends]
        return tuple(new)

    def _runs(self, spans: Sequence[tuple[str, str]]) -> bool:
        return any(first <= self.today and (not last or last >= self.today) for first, last in spans)

    def _comes_or_runs(self, spans: Sequence[tuple[str, str]]) -> bool:
        return any(not last or last >= self.today for _, last in spans)
