"""Who may see how somebody is doing: the one rule about lines, deputies, second managers and dotted lines.

A manager sees everybody below her in the reporting line. Who stands in for a manager today sees the same. A second
manager, or one by a dotted line, sees that person and everybody below. Nobody sees another team, and nobody a leaver.
"""

from datetime import date

from sqlalchemy import ColumnElement, Integer, Select, SQLColumnExpression, String, cast, exists, literal, or_, select
from sqlalchemy.orm import Session, aliased

from lms.base import clock
from lms.people import deputies
from lms.people.models import Deputy, Person, ReportingLine
from lms.reports.counters.models import CountedPerson


def below(path: SQLColumnExpression[str], person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether a path leads through somebody, or to her."""
    return path.like(literal("%/") + cast(person_id, String) + literal("/%"))


def condition(viewer_id: int, today: date | None = None) -> ColumnElement[bool]:
    """Whom somebody may see, as a condition on `CountedPerson`: the query of the rule."""
    today = today or clock.today()
    here = select(Person.id).where(Person.status != "left")
    in_place = (deputies.holds(today), Deputy.deputy_id == viewer_id, Deputy.manager_id.in_(here))
    viewer = literal(viewer_id, Integer())
    manages = exists().where(
        *in_place,
        Deputy.manager_id != CountedPerson.person_id,
        below(CountedPerson.path, Deputy.manager_id),
    )
    line = aliased(ReportingLine)
    for_whom = select(Deputy.manager_id).where(*in_place)
    beside = exists().where(
        or_(line.manager_id == viewer, line.manager_id.in_(for_whom)), below(CountedPerson.path, line.person_id)
    )
    own = (CountedPerson.person_id != viewer) & below(CountedPerson.path, viewer)
    return own | (CountedPerson.person_id != viewer) & (manages | beside)


def visible(viewer_id: int, today: date | None = None) -> Select[int]:
    """The numbers of everybody whom somebody may see, for `IN`."""
    return select(CountedPerson.person_id).where(condition(viewer_id, today))


def may_see(session: Session, viewer_id: int, person_id: int) -> bool:
    """Whether somebody may see today how a person is doing: completion and dates, never answers or scores."""
    seen = select(exists().where(CountedPerson.person_id == person_id, condition(viewer_id)))
    return bool(session.scalar(seen))


def in_whose_place(session: Session, viewer_id: int, uid: str, today: date) -> deputies.StandIn | None:
    """The manager with this public number, if somebody stands in for her on a day."""
    if not uid.isalnum():
        return None
    found = (one for one in deputies.standing_in(session, viewer_id, today) if one.uid == uid)
    return next(found, None)
