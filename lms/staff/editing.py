"""Changing one person by hand, or adding one, from what an administrator typed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.base.events import announce
from lms.people import absences, accounts, administrators, changing
from lms.people.events import PeopleChanged
from lms.people.models import Absence, Person, Unit
from lms.staff import finding


@dataclass(frozen=True)
class Typed:
    """What was typed about a person. `manager` is an address, an employee number or a name; `unit` a path."""

    given_name: str
    family_name: str
    email: str
    tier: str
    unit: str
    manager: str
    job: str
    country: str
    location: str
    language: str
    time_zone: str
    hire_date: date | None
    status: str


def typed(data: Mapping[str, Any]) -> Typed:
    """What stands in the fields of the form; an empty field is an empty text."""
    plain = {name: data[name] or "" for name in Typed.__dataclass_fields__ if name != "hire_date"}
    plain["unit"] = "/".join(part.strip() for part in plain["unit"].split("/") if part.strip())
    return Typed(**plain, hire_date=data["hire_date"])


def as_it_is(session: Session, person: Person) -> dict[str, Any]:
    """What the form shows of somebody before anything is changed. Two statements."""
    unit = session.scalar(select(Unit.path).where(Unit.id == person.unit_id)) or ""
    manager = session.scalar(select(Person.email).where(Person.id == person.manager_id)) or ""
    own = {name: getattr(person, name) for name in Typed.__dataclass_fields__ if name not in {"unit", "manager"}}
    return own | {"unit": unit, "manager": manager}


def add(session: Session, typed: Typed, *, by_id: int) -> Person:
    """Add somebody. She signs in by single sign-on, or with a password set by command. Raises `Invalid`, `Conflict`."""
    name = f"{typed.given_name} {typed.family_name}"
    person = accounts.add(session, typed.email, name, tier=typed.tier, actor_id=by_id)
    changing.change(session, person.id, by_id=by_id, **_fields(session, typed, None))
    announce(session, PeopleChanged(frozenset({person.id})))
    return person


def change(session: Session, person: Person, typed: Typed, *, by_id: int) -> Person:
    """Change somebody as typed. Raises `Invalid` and `Conflict`, also for the last administrator who would leave."""
    if typed.status == "left" and person.status != "left":
        administrators.check_not_last(session, person.id)
    return changing.change(session, person.id, by_id=by_id, **_fields(session, typed, person))


def end_absence(session: Session, person_id: int, absence_id: int, last_on: date, *, by_id: int) -> None:
    """Say on which day somebody's absence ends. Raises `NotFound` for what is not hers."""
    if not session.scalar(select(exists().where(Absence.id == absence_id, Absence.person_id == person_id))):
        raise NotFound
    absences.end(session, absence_id, last_on, by_id=by_id)


def _fields(session: Session, typed: Typed, person: Person | None) -> dict[str, Any]:
    """The values to keep. A manager who left and is named as before is left as it is: HR will say who follows."""
    fields = asdict(typed)
    manager = fields.pop("manager")
    if person is None or manager != as_it_is(session, person)["manager"]:
        fields["manager_id"] = finding.one(session, manager)
    return fields
