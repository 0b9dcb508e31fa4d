"""A unit on a past day: who was in it, and how they stood with their courses and permissions."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certificates import days, register
from certificates.models import Authorization
from certificates.standing import standing_on
from lms.base.db import parts
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person, PersonPast, Unit
from lms.privacy import council
from lms.reports.asof import persons, reading, standing
from lms.reports.asof.standing import Place, Stood

AT_MOST = 5000
"""So many people of a unit are counted at a page."""


@dataclass(frozen=True)
class Member:
    """Somebody who was in the unit: how many courses of hers stood how, and whether a permission held."""

    person: Person
    place: Place
    states: Counter[str]
    permitted: bool

    @property
    def up_to_date(self) -> bool:
        return not self.states["overdue"]


@dataclass(frozen=True)
class UnitOnTheDay:
    """A unit, all below it included, at the end of a day. Those on leave are members, counted apart.

    `courses` holds for each course how many people stood how. `hidden` says how small a group is not shown, when this
    one is smaller: then there are no members and no figures. `smallest` is that number for a group that is shown in
    works-council mode: its members are not named, and `tells` says which figures are not shown.
    """

    path: str
    on: date
    members: tuple[Member, ...] = ()
    courses: tuple[tuple[int, Counter[str]], ...] = ()
    titles: dict[int, dict[str, str]] | None = None
    hidden: int | None = None
    smallest: int | None = None

    def tells(self, figure: int) -> bool:
        """Whether a figure tells too much about single people: too few are in it, or too few are not."""
        return self.smallest is not None and not self.smallest <= figure <= len(self.members) - self.smallest

    @property
    def on_leave(self) -> int:
        return sum(one.place.status == "leave" for one in self.members)

    @property
    def up_to_date(self) -> int:
        return sum(one.up_to_date for one in self.members)

    @property
    def permitted(self) -> int:
        return sum(one.permitted for one in self.members)


def paths(session: Session) -> list[str]:
    """The units to choose from. One statement."""
    return list(session.scalars(select(Unit.path).order_by(Unit.path).limit(500)))


def on_day(session: Session, path: str, on: date, *, small_ones: bool) -> UnitOnTheDay:
    """A unit at the end of a day. The same statements for ten people and, for each further 5,000, once more.

    Raises `NotFound` for no unit of this name and `Invalid` when it is too large for a page. Without `small_ones`, a
    group smaller than works-council mode allows is not shown.
    """
    end = days.end_of(on)
    people = _members(session, _units(session, path), end)
    smallest = None if small_ones else council.smallest(session)
    if smallest is not None and len(people) < smallest:
        return UnitOnTheDay(path, on, hidden=smallest)
    if len(people) > AT_MOST:
        sentence = gettext("%(path)s had %(num)s people that day. Choose a smaller unit.", path=path, num=len(people))
        raise Invalid(sentence)
    found = reading.enrollments(session, [one.id for one, _ in people], on)
    permitted = _permitted(session, [one.id for one, _ in people], on)
    newest = {one.id: standing.newest(found[one.id]) for one, _ in people}
    courses = _by_course(list(newest.values()))
    members = (
        Member(one, place, Counter(stood.state for stood in newest[one.id]), one.id in permitted)
        for one, place in people
    )
    titles = persons.titles(session, {id for id, _ in courses})
    return UnitOnTheDay(path, on, tuple(members), courses, titles, smallest=smallest)


def _units(session: Session, path: str) -> set[int]:
    below = Unit.path.startswith(f"{path}/", autoescape=True)
    found = set(session.scalars(select(Unit.id).where(or_(Unit.path == path, below))))
    if not found:
        raise NotFound(gettext("There is no unit called “%(path)s”.", path=path))
    return found


def _members(session: Session, unit_ids: set[int], end: datetime) -> list[tuple[Person, Place]]:
    """Who stood in one of these units just before a moment and worked here, by name."""
    ids = sorted(unit_ids)
    moved = select(PersonPast.person_id).where(PersonPast.unit_id.in_(ids), PersonPast.until_at >= end)
    candidates = session.scalars(
        select(Person)
        .where(or_(Person.unit_id.in_(ids), Person.id.in_(moved)), Person.created_at < end)
        .order_by(Person.family_name, Person.given_name, Person.id)
    ).all()
    places = reading.places(session, candidates, end)
    stood = ((one, places[one.id]) for one in candidates)
    return [(one, place) for one, place in stood if place.unit_id in unit_ids and place.status != "left"]


def _permitted(session: Session, person_ids: list[int], on: date) -> set[int]:
    """Those of some people who had a permission that held on a day."""
    found = set()
    for some in parts(person_ids):
        given = session.execute(
            select(Authorization.id, Authorization.person_id, Authorization.starts_on, Authorization.ends_on)
            .where(Authorization.person_id.in_(some))
            .order_by(Authorization.id)
        ).all()
        past = register.histories(session, [row.id for row in given])
        for row in given:
            stood = standing_on(past[row.id], on, starts_on=row.starts_on, ends_on=row.ends_on, scopes={})
            if stood and register.state(stood.status, stood.starts_on, stood.ends_on, on) == "valid":
                found.add(row.person_id)
    return found


def _by_course(everyone: list[list[Stood]]) -> tuple[tuple[int, Counter[str]], ...]:
    counted: dict[int, Counter[str]] = {}
    for one in (stood for found in everyone for stood in found):
        counted.setdefault(one.course_id, Counter())[one.state] += 1
    return tuple(sorted(counted.items()))
