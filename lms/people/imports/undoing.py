"""Setting back what an import changed, except where something newer was said since."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.bulk import update_rows
from lms.people import changing
from lms.people.imports import here as people_here
from lms.people.imports import leave
from lms.people.imports.columns import FIELDS
from lms.people.imports.here import Here
from lms.people.imports.leave import Back
from lms.people.imports.lines import circles
from lms.people.imports.models import ImportChange, PeopleImport
from lms.people.models import Person

_SET_BACK = {name: name for name in FIELDS[:14]} | {"unit": "unit_id"}
"""Fields of a file and the columns of a person; absences are set back by `leave`."""


@dataclass(frozen=True)
class LeftAlone:
    """Something that is not set back: whose, which field, what it is now, and what it was before the import."""

    person_id: int
    name: str
    field: str
    now: str
    before: str


@dataclass
class Outlook:
    """What undoing sets back, and what it leaves as it is because something newer changed it."""

    values: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    joiners: list[int] = field(default_factory=list)
    absences: list[Back] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    had_left: set[int] = field(default_factory=set)

    @property
    def returning(self) -> set[int]:
        """Whom the import let go, and who work here again."""
        return {person_id for person_id in self.had_left if "status" in self.values.get(person_id, {})}

    @property
    def set_back(self) -> int:
        """How many people are set back, those who joined and leave again among them."""
        return len(self.touched)

    @property
    def touched(self) -> set[int]:
        """Who they are."""
        return {*self.values, *self.joiners, *(one.person_id for one in self.absences)}


def outlook(session: Session, import_id: int) -> Outlook:
    """What undoing an import would do now. Nothing is changed."""
    return _outlook(session, import_id, people_here.load(session))


def write(session: Session, made: PeopleImport, by_id: int | None) -> Outlook:
    """Undo an import. The caller holds the turn, and announces."""
    here = people_here.load(session)
    plan = _outlook(session, made.id, here)
    changing.note_past(session, plan.touched)
    by_column: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for person_id, fields in plan.values.items():
        for name, before in fields.items():
            by_column[_SET_BACK[name]].append((person_id, _value(name, before, here)))
            if name == "status":
                by_column["left_on"].append((person_id, clock.today() if before == "left" else None))
    for person_id in plan.joiners:
        by_column["status"].append((person_id, "left"))
        by_column["left_on"].append((person_id, clock.today()))
    for column, rows in by_column.items():
        if column == "email":
            update_rows(session, Person, ["id"], [column], [(one, f"moving-{one}@invalid") for one, _ in sorted(rows)])
        update_rows(session, Person, ["id"], [column], sorted(rows, key=lambda row: row[0]))
    leave.set_back(session, plan.absences, by_id)
    gone = [*plan.joiners, *(one for one, fields in plan.values.items() if fields.get("status") == "left")]
    changing.sign_out(session, gone)
    changing.give_reports_up(session, gone)
    return plan


def _outlook(session: Session, import_id: int, here: Here) -> Outlook:
    plan, joined, away = Outlook(), set[int](), list[tuple[int, str, str]]()
    statement = (
        select(ImportChange.person_id, ImportChange.field, ImportChange.before, ImportChange.after, ImportChange.kind)
        .where(ImportChange.import_id == import_id)
        .order_by(ImportChange.person_id, ImportChange.id)
    )
    for person_id, name, before, after, kind in session.execute(statement):
        now = here.rows[person_id]
        if name == leave.FIELD:
            away.append((person_id, before, after))
        elif kind == "joiner":
            joined.add(person_id)
            if now[10] != "left":
                plan.joiners.append(person_id)
        elif name in _SET_BACK and person_id not in joined:
            if now[FIELDS.index(name)] == after:
                plan.values[person_id][name] = before
                if (name, after) == ("status", "left"):
                    plan.had_left.add(person_id)
            elif now[FIELDS.index(name)] != before:
                _leave(plan, here, person_id, name, before)
    for one in away:
        _plan_absence(plan, here, *one)
    _leave_what_is_taken(plan, here)
    _leave_impossible_managers(plan, here)
    plan.values = {person_id: fields for person_id, fields in plan.values.items() if fields}
    return plan


def _leave(plan: Outlook, here: Here, person_id: int, name: str, before: str) -> None:
    plan.values[person_id].pop(name, None)
    now = here.rows[person_id][FIELDS.index(name)]
    plan.left_alone.append(LeftAlone(person_id, here.name(person_id), name, now, before))


def _plan_absence(plan: Outlook, here: Here, person_id: int, before: str, after: str) -> None:
    """Set an absence back that is still as the import left it, where no other one is in its way.

    Somebody whose absence was changed since stays on leave, or at work, as it is now.
    """
    there = {
        leave.written(source, first, last): number for number, first, last, source in here.absences.get(person_id, ())
    }
    others = there.keys() - {after}
    if (after in there or not after) and not any(_overlap(before, other) for other in others if before):
        plan.absences.append(Back(person_id, there.get(after), before))
    elif before not in there and (before or any(_overlap(after, other) for other in others)):
        plan.values.get(person_id, {}).pop("status", None)
        now = ", ".join(sorted(others))
        plan.left_alone.append(LeftAlone(person_id, here.name(person_id), leave.FIELD, now, before))


def _overlap(one: str, other: str) -> bool:
    _, first, last = leave.read(one)
    _, begins, ends = leave.read(other)
    return (last is None or begins <= last) and (ends is None or first <= ends)


def _leave_what_is_taken(plan: Outlook, here: Here) -> None:
    """An address or a number that somebody else has meanwhile, and does not give back now."""
    for name, holders in (("email", here.by_email), ("employee_id", here.by_key)):
        for person_id, fields in list(plan.values.items()):
            holder = holders.get(fields.get(name, ""))
            if holder is not None and holder != person_id and name not in plan.values.get(holder, {}):
                _leave(plan, here, person_id, name, fields[name])


def _leave_impossible_managers(plan: Outlook, here: Here) -> None:
    """Managers who have left, and lines that would go round in a circle."""
    statuses = {one: fields["status"] for one, fields in plan.values.items() if "status" in fields}
    statuses |= dict.fromkeys(plan.joiners, "left")
    for person_id, fields in list(plan.values.items()):
        manager = _number(here, fields.get("manager_id", ""))
        if manager is not None and statuses.get(manager, here.status(manager)) == "left":
            _leave(plan, here, person_id, "manager_id", fields["manager_id"])
    for members in circles(_lines(plan, here)):
        for person_id in map(int, members):
            if "manager_id" in plan.values.get(person_id, {}):
                _leave(plan, here, person_id, "manager_id", plan.values[person_id]["manager_id"])


def _lines(plan: Outlook, here: Here) -> Mapping[str, str]:
    above = {str(one): str(manager or "") for one, manager in here.manager.items()}
    for person_id, fields in plan.values.items():
        if "manager_id" in fields:
            above[str(person_id)] = str(_number(here, fields["manager_id"]) or "")
    return above


def _number(here: Here, key: str) -> int | None:
    return here.by_key.get(key, here.by_email.get(key)) if key else None


def _value(name: str, before: str, here: Here) -> Any:
    if name == "manager_id":
        return _number(here, before)
    if name == "unit":
        return here.units.get(before)
    if name == "hire_date":
        return date.fromisoformat(before) if before else None
    return before or None if name == "employee_id" else before
