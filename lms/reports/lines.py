"""The line between a person and who looks at her page: found by the one rule of `reach`."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session, aliased

from lms.base.errors import NotFound
from lms.people import deputies
from lms.people.models import Deputy, Person, ReportingLine, Unit
from lms.reports import reach
from lms.reports.counters.models import CountedPerson
from lms.reports.figures import Member
from lms.reports.members import MEMBER, member


@dataclass(frozen=True)
class Line:
    """Who stands between a viewer and a person: the person first, then each manager up to, not including, the viewer.

    `way` says how the viewer comes to see her: `own`, `place` (she stands in for `instead_of`) or `beside` (by a second
    or dotted line to the last of the members). `path` is the line as the counters have it.
    """

    id: int
    path: str
    members: tuple[Member, ...]
    way: str = "own"
    instead_of: Member | None = None
    instead_of_id: int | None = None

    @property
    def person(self) -> Member:
        return self.members[0]

    @property
    def through(self) -> Member | None:
        """The direct report through whom she leads the person; none when it is the person."""
        return self.members[-1] if len(self.members) > 1 else None


def line(session: Session, viewer_id: int, uid: str, today: date) -> Line:
    """The line from a person up to a viewer. Raises `NotFound` for whom she may not see, as for who does not exist.

    Two statements.
    """
    if not uid.isalnum():
        raise NotFound
    path = session.scalar(
        select(CountedPerson.path)
        .join(Person, Person.id == CountedPerson.person_id)
        .where(Person.uid == uid, reach.condition(viewer_id, today))
    )
    if path is None:
        raise NotFound
    ids = [int(number) for number in path.strip("/").split("/")]
    return _line(path, ids, viewer_id, _above(session, viewer_id, ids, today))


def _above(session: Session, viewer_id: int, ids: list[int], today: date) -> dict[int, Row[*tuple[Any, ...]]]:
    place, beside = aliased(Deputy), aliased(ReportingLine)
    instead = exists().where(Deputy.manager_id == Person.id, Deputy.deputy_id == viewer_id, deputies.holds(today))
    for_whom = select(place.manager_id).where(
        place.deputy_id == viewer_id, place.from_on <= today, place.until_on >= today, place.ended_at.is_(None)
    )
    leads = (beside.manager_id == viewer_id) | beside.manager_id.in_(for_whom)
    statement = (
        select(
            Person.id,
            *MEMBER,
            instead.label("instead"),
            exists().where(beside.person_id == Person.id, leads).label("beside"),
        )
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(Person.id.in_(ids))
    )
    return {row.id: row for row in session.execute(statement)}


def _line(path: str, ids: list[int], viewer_id: int, found: dict[int, Row[*tuple[Any, ...]]]) -> Line:
    """The own line first, then that of a manager one stands in for, then a second or dotted one."""
    way, instead, start = "beside", None, 0
    above = ids[:-1]
    if viewer_id in above:
        way, start = "own", ids.index(viewer_id) + 1
    elif any(found[id].instead for id in above):
        instead = next(id for id in above if found[id].instead)
        way, start = "place", ids.index(instead) + 1
    else:
        start = next(place for place, id in enumerate(ids) if found[id].beside)
    members = tuple(member(found[id]) for id in reversed(ids[start:]))
    return Line(ids[-1], path, members, way, member(found[instead]) if instead else None, instead)


def is_uid(branch: str) -> bool:
    """Whether an address names a person rather than a unit."""
    return len(branch) == 32 and set(branch) <= set("0123456789abcdef")


def lead_of(session: Session, viewer_id: int, unit: str, today: date) -> str:
    """The uid of who leads a unit, by its path, among those a viewer may see: the highest. Raises `NotFound`."""
    report = aliased(CountedPerson)
    found = session.scalar(
        select(Person.uid)
        .join(Unit, Unit.id == Person.unit_id)
        .join(CountedPerson, CountedPerson.person_id == Person.id)
        .where(Unit.path == unit, exists().where(report.manager_id == Person.id), reach.condition(viewer_id, today))
        .order_by(depth_of(CountedPerson.path), Person.id)
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def depth_of(path: Any) -> Any:
    """How deep a line is, for ordering."""
    return func.length(path) - func.length(func.replace(path, "/", ""))
