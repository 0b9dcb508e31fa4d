"""Changing where somebody stands in the company, so that it is known afterwards how it was before.

The import from HR does it for many at once, an administrator for one person by hand: both by what is here.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import exists, insert, literal, select, text, update
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.bulk import among, update_rows
from lms.base.countries import countries
from lms.base.db import Moment, parts
from lms.base.errors import Conflict, Invalid
from lms.base.events import announce
from lms.base.i18n import gettext
from lms.people import accounts, directory
from lms.people.events import PeopleChanged
from lms.people.models import STATUSES, TIERS, Absence, Person, PersonPast, SignIn

FOLLOWED = ("unit_id", "manager_id", "tier", "job", "country", "location", "language", "hire_date", "status")
"""What is kept of how somebody stood before: see `PersonPast`."""
WORDS = {"given_name", "family_name", "job", "location", "employee_id"}
NAMES_HER = {"given_name", "family_name", "email", "employee_id"}
"""Of these the audit trail, which can never be changed, says that they were changed and not what they were."""
FIELDS = {*FOLLOWED, *WORDS, "unit", "email", "time_zone"}
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(5263721)")
_DEEPEST = 100


def take_turns(session: Session) -> None:
    """Wait until no other import and no change by hand is under way: until the end of this transaction it is our turn.

    On SQLite a session that writes is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ONE_AT_A_TIME)


def note_past(session: Session, person_ids: Collection[int]) -> None:
    """Keep how these people stand now, before it is changed. One statement for 5,000 people."""
    session.flush()
    columns = [getattr(Person, name) for name in FOLLOWED]
    for some in parts(sorted(person_ids)):
        standing = select(Person.id, literal(clock.now(), Moment()), *columns).where(among(Person.id, some))
        session.execute(insert(PersonPast).from_select(["person_id", "until_at", *FOLLOWED], standing))


def change(session: Session, person_id: int, *, by_id: int | None, **fields: Any) -> Person:
    """Change one person by hand: any of `FIELDS`; `unit` is a path, made when it is not there, or nothing.

    Who leaves is signed out, and those who reported to her report to her manager. Going on leave begins an absence
    today, and coming back ends it. Raises `NotFound`, `Invalid` for a value that cannot be used, and `Conflict` for an
    address or employee number of somebody else and for reporting lines that would go round in a circle.
    """
    take_turns(session)
    person = directory.get(session, person_id)
    session.refresh(person, with_for_update={"key_share": True})
    values = _checked(session, person, fields)
    new = {name: value for name, value in values.items() if getattr(person, name) != value}
    if not new:
        return person
    if not new.keys().isdisjoint(FOLLOWED):
        note_past(session, [person.id])
    before = {name: _told(getattr(person, name)) for name in new}
    for name, value in new.items():
        setattr(person, name, value)
    session.flush()
    also = _after_status(session, person, str(before["status"]), by_id) if "status" in new else set()
    told = {name: [] if name in NAMES_HER else [before[name], _told(value)] for name, value in new.items()}
    audit.record(session, "changed a person", f"person:{person.id}", actor_id=by_id, fields=told)
    announce(session, PeopleChanged(frozenset({person.id} | also)))
    return person


def give_reports_up(session: Session, gone_ids: Collection[int]) -> set[int]:
    """Let those who report to people who left report to the next above who works here; returns who they are."""
    reports = [
        row
        for some in parts(sorted(gone_ids))
        for row in session.execute(
            select(Person.id, Person.manager_id).where(Person.manager_id.in_(some), Person.status != "left")
        )
    ]
    if not reports:
        return set()
    above = _standing_above(session, {manager_id for _, manager_id in reports if manager_id})
    note_past(session, [person_id for person_id, _ in reports])
    update_rows(
        session,
        Person,
        ["id"],
        ["manager_id"],
        [(person_id, above.get(manager_id or 0)) for person_id, manager_id in sorted(reports)],
    )
    return {person_id for person_id, _ in reports}


def sign_out(session: Session, person_ids: Collection[int]) -> None:
    """End every sign-in of these people: from the next click on they are strangers."""
    for some in parts(sorted(person_ids)):
        standing = update(SignIn).where(SignIn.person_id.in_(some), SignIn.ended_at.is_(None))
        session.execute(standing.values(ended_at=clock.now()))


def _standing_above(session: Session, manager_ids: Iterable[int]) -> dict[int, int | None]:
    """For each of these managers who left, the first above who works here: as many statements as levels left."""
    above: dict[int, int | None] = {manager_id: manager_id for manager_id in manager_ids}
    for _ in range(_DEEPEST):
        asked = sorted({one for one in above.values() if one is not None})
        rows = session.execute(
            select(Person.id, Person.manager_id).where(Person.id.in_(asked), Person.status == "left")
        )
        gone: dict[int, int | None] = {row.id: row.manager_id for row in rows}
        if not gone:
            break
        above = {one: gone.get(up, up) if up is not None else None for one, up in above.items()}
    return above


def _checked(session: Session, person: Person, fields: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := fields.keys() - FIELDS:
        raise LookupError(f"people have no {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {
        name: unicodedata.normalize("NFC", " ".join(value.split())) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    if "unit" in values:
        path = values.pop("unit")
        values["unit_id"] = accounts.unit(session, path).id if path else None
    if "employee_id" in values:
        values["employee_id"] = values["employee_id"] or None
    _refuse_words(values)
    _refuse_what_is_taken(session, person, values)
    if values.get("manager_id"):
        _refuse_circle(session, person, values["manager_id"])
    return values


def _refuse_words(values: dict[str, Any]) -> None:
    if not values.get("given_name", "?"):
        raise Invalid(gettext("The name is empty."))
    if values.get("tier", "staff") not in TIERS:
        words = ", ".join(TIERS)
        raise Invalid(gettext("“%(word)s” is not a tier. Tiers are: %(tiers)s.", word=values["tier"], tiers=words))
    if values.get("status", "left") not in STATUSES:
        words = ", ".join(STATUSES)
        raise Invalid(
            gettext("“%(word)s” is not a status. Right is one of: %(words)s.", word=values["status"], words=words)
        )
    if values.get("time_zone", "UTC") not in available_timezones():
        word = values["time_zone"]
        raise Invalid(gettext("“%(word)s” is not a time zone, such as Europe/Brussels.", word=word))
    if values.get("country") and values["country"] not in countries("en"):
        raise Invalid(gettext("“%(word)s” is not a country: two letters, such as BE.", word=values["country"]))


def _refuse_what_is_taken(session: Session, person: Person, values: dict[str, Any]) -> None:
    if "email" in values:
        values["email"] = values["email"].lower()
        if not accounts.ADDRESS.fullmatch(values["email"]):
            word = values["email"]
            raise Invalid(gettext("“%(word)s” is not a mail address, such as ana@example.com.", word=word))
        if session.scalar(select(exists().where(Person.email == values["email"], Person.id != person.id))):
            raise Conflict(gettext("%(email)s is somebody’s address already.", email=values["email"]))
    key = values.get("employee_id")
    if key and session.scalar(select(exists().where(Person.employee_id == key, Person.id != person.id))):
        raise Conflict(gettext("%(key)s is somebody’s employee number already.", key=key))


def _refuse_circle(session: Session, person: Person, manager_id: int) -> None:
    manager = directory.get(session, manager_id)
    if manager.status == "left":
        raise Invalid(gettext("%(name)s does not work here any more and can lead nobody.", name=manager.name))
    if manager_id == person.id or directory.leads(session, person.id, manager_id):
        raise Conflict(
            gettext("%(name)s reports to this person, directly or not: they would lead each other.", name=manager.name)
        )


def _after_status(session: Session, person: Person, before: str, by_id: int | None) -> set[int]:
    """What follows at once from a new status; returns who else is moved by it."""
    today = clock.today(person.time_zone)
    person.left_on = today if person.status == "left" else None
    if before == "leave":
        end_running(session, [(person.id, today)])
    if person.status == "leave":
        session.add(Absence(person_id=person.id, from_on=today, noted_by_id=by_id, noted_at=clock.now()))
    session.flush()
    if person.status != "left":
        return set()
    sign_out(session, [person.id])
    return give_reports_up(session, [person.id])


def end_running(session: Session, back: Iterable[tuple[int, date]]) -> None:
    """End the absences people are in, each on the day before the day she is back."""
    days = dict(back)
    for some in parts(sorted(days)):
        for absence in session.scalars(select(Absence).where(Absence.person_id.in_(some))):
            today = days[absence.person_id]
            if absence.from_on == today:
                session.delete(absence)
            elif absence.from_on < today and (absence.until_on is None or absence.until_on >= today):
                absence.until_on = date.fromordinal(today.toordinal() - 1)
    session.flush()


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
