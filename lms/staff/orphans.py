"""People without a manager: nobody stands above them, or only until the HR file says who does."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.people.imports.models import ImportChange, PeopleImport
from lms.people.models import Person, Unit

PAGE = 50
_manager = aliased(Person)


@dataclass(frozen=True)
class Orphans:
    """A page of people: rows of `id`, `uid`, `name`, `email`, `unit`, `manager`, `manager_status`; and how many."""

    people: tuple[Row[Any], ...]
    count: int
    page: int
    more: bool


def alone(session: Session, page: int = 1) -> Orphans:
    """People above whom nobody stands, or somebody who left, executives apart: the top of a company has no manager."""
    condition = and_(
        Person.status != "left",
        or_(and_(Person.manager_id.is_(None), Person.tier != "executive"), _manager.status == "left"),
    )
    return _page(session, _people().where(condition), page)


def lent(session: Session, page: int = 1) -> Orphans:
    """People whose manager was gone when a file came: the one above leads them until a file names another.

    What somebody changed by hand is no longer in the list, nor what a later file left as it is that was about as
    large: HR has answered. A small file in between, of a few people, answers nothing.
    """
    later = aliased(PeopleImport)
    answered = exists().where(
        later.id > ImportChange.import_id, later.state == "applied", later.rows * 2 >= PeopleImport.rows
    )
    newest = (
        select(func.max(ImportChange.id))
        .join(PeopleImport, PeopleImport.id == ImportChange.import_id)
        .where(
            ImportChange.person_id == Person.id,
            ImportChange.field == "manager_id",
            PeopleImport.state == "applied",
        )
        .correlate(Person)
        .scalar_subquery()
    )
    statement = (
        _people()
        .join(ImportChange, ImportChange.person_id == Person.id)
        .join(PeopleImport, PeopleImport.id == ImportChange.import_id)
        .where(
            ImportChange.kind == "orphan",
            ImportChange.id == newest,
            ~answered,
            Person.status != "left",
            func.coalesce(_manager.employee_id, _manager.email, "") == ImportChange.after,
        )
    )
    return _page(session, statement, page)


def _page(session: Session, statement: Select[*tuple[Any, ...]], page: int) -> Orphans:
    count = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    order = (Person.family_name, Person.given_name, Person.id)
    rows = session.execute(statement.order_by(*order).limit(PAGE + 1).offset(PAGE * (page - 1))).all()
    return Orphans(tuple(rows[:PAGE]), count, page, len(rows) > PAGE)


def _people() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Person.id,
            Person.uid,
            (Person.given_name + " " + Person.family_name).label("name"),
            Person.email,
            Unit.path.label("unit"),
            (_manager.given_name + " " + _manager.family_name).label("manager"),
            _manager.status.label("manager_status"),
        )
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(_manager, _manager.id == Person.manager_id)
    )
