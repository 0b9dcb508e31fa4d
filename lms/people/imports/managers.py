"""Who leads whom when a manager is gone: the next above who works here, until HR names another."""

from collections.abc import Iterable, Sequence

from lms.people.imports.checking import Table
from lms.people.imports.here import Here
from lms.people.imports.lines import Met


class Managers:
    """The managers of a file. `gone` are all, by employee number, who left or will have left with it."""

    def __init__(self, table: Table, here: Here, met: Met, leaving: Iterable[int]) -> None:
        self.table, self.here, self.met = table, here, met
        self.key_at, self.above_at = table.place("employee_id"), table.place("manager_id")
        self.status_at = table.place("status")
        left = {row[self.key_at] for row in table.rows if row[self.status_at] == "left"}
        left.update(row[0] for row in here.rows.values() if row[10] == "left" and row[0] not in met.row_of)
        left.update(here.rows[one][0] for one in leaving)
        self.gone = left - met.renamed.keys()
        self._known = met.row_of.keys() | {row[0] for row in here.rows.values()}

    def settled(self, row: tuple[str, ...], was: Sequence[str]) -> tuple[str, ...]:
        """The row with a manager who works here; of who left herself, the manager is left as it was."""
        above = self.met.renamed.get(row[self.above_at], row[self.above_at])
        if row[self.status_at] == "left":
            if was and above not in self._known:
                above = was[self.above_at]
        elif above in self.gone:
            above = self.standing(above)
        if was and self.met.renamed.get(was[self.above_at]) == above:
            above = was[self.above_at]
        return row if above == row[self.above_at] else (*row[: self.above_at], above, *row[self.above_at + 1 :])

    def standing(self, key: str) -> str:
        """The first above a manager, or the manager, who works here; nothing when there is none."""
        seen: set[str] = set()
        while key in self.gone and key not in seen:
            seen.add(key)
            key = self._above(key)
        return "" if key in self.gone or key not in self._known else key

    def name(self, key: str) -> str:
        """Given and family name, by employee number, of somebody here or in the file."""
        if key in self.met.row_of:
            row = self.table.rows[self.met.row_of[key]]
            names = [row[self.table.place(one)] for one in ("given_name", "family_name") if one in self.table.fields]
            return " ".join(names).strip()
        person_id = self.here.by_key.get(key, self.here.by_email.get(key))
        return self.here.name(person_id) if person_id is not None else ""

    def _above(self, key: str) -> str:
        number = self.met.row_of.get(key)
        above = self.table.rows[number][self.above_at] if number is not None else ""
        if above in self._known and above:
            return above
        person_id = self.here.by_key.get(key, self.here.by_email.get(key))
        return self.here.rows[person_id][5] if person_id is not None else ""
