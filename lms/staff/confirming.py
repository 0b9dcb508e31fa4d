"""The last step of an import, and what the pages about imports read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from lms.base import clock
from lms.base.csv_cells import neutral
from lms.base.errors import Invalid
from lms.base.files import FileStore
from lms.base.i18n import gettext
from lms.people.imports import running, shelf
from lms.people.imports.models import LEFT_OUT, ImportProblem, PeopleImport
from lms.people.models import Person

PAGE = 30
_brought_by, _applied_by, _undone_by = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True)
class Brought:
    """A file of people in the list, with the names of who brought, applied and undid it."""

    file: PeopleImport
    brought_by: str
    applied_by: str
    undone_by: str

    @property
    def can_be_undone(self) -> bool:
        """Whether the thirty days are not over."""
        applied = self.file.applied_at
        return self.file.state == "applied" and applied is not None and applied >= clock.now() - shelf.KEPT_FOR

    @property
    def waits(self) -> bool:
        """Whether somebody still has to decide about it."""
        return self.file.state in {"uploaded", "checked", "stopped"}


def apply(session: Session, files: FileStore, uid: str, leavers: int | None, *, by_id: int) -> PeopleImport:
    """Import what was checked. `leavers` is the number somebody typed because many leave. Raises `Invalid`, `Conflict`.

    The number has to be right: it shows that somebody has read it.
    """
    if leavers is None:
        return running.apply(session, files, uid, by_id=by_id)
    leaving = len(running.difference(session, files, uid).leavers)
    if leavers != leaving:
        raise Invalid(
            gettext("%(typed)s is not the number of people who leave. Read it above and type it again.", typed=leavers)
        )
    return running.apply(session, files, uid, by_id=by_id, many_leavers=True)


def brought(session: Session, page: int = 1) -> tuple[list[Brought], bool]:
    """The files that came in, the newest first, and whether there are more. One statement."""
    rows = session.execute(_brought().order_by(PeopleImport.id.desc()).limit(PAGE + 1).offset(PAGE * (page - 1))).all()
    return [Brought(*row) for row in rows[:PAGE]], len(rows) > PAGE


def one(session: Session, uid: str) -> Brought:
    """One file. Raises `NotFound`."""
    made = running.get(session, uid)
    return Brought(*session.execute(_brought().where(PeopleImport.id == made.id)).one())


def problems(session: Session, import_id: int) -> list[Row[Any]]:
    """What is wrong with a file: `line`, `column`, `value`, `sentence`, in the order of the file, at most 1,000."""
    columns = (ImportProblem.line, ImportProblem.column, ImportProblem.value, ImportProblem.sentence)
    statement = select(*columns).where(ImportProblem.import_id == import_id, ImportProblem.line != LEFT_OUT)
    return list(session.execute(statement.order_by(ImportProblem.line, ImportProblem.id)))


def report(session: Session, import_id: int) -> Iterator[list[str]]:
    """What is wrong with a file as lines of a table, the names of the columns first, safe for a spreadsheet."""
    yield ["line", "column", "value", "what_is_right"]
    for one in problems(session, import_id):
        yield [str(one.line), *_safe((one.column, one.value, one.sentence))]


def _safe(cells: Iterable[str]) -> list[str]:
    return [neutral(cell) for cell in cells]


def _brought() -> Any:
    return (
        select(PeopleImport, *(_name(who) for who in (_brought_by, _applied_by, _undone_by)))
        .outerjoin(_brought_by, _brought_by.id == PeopleImport.brought_by_id)
        .outerjoin(_applied_by, _applied_by.id == PeopleImport.applied_by_id)
        .outerjoin(_undone_by, _undone_by.id == PeopleImport.undone_by_id)
    )


def _name(who: Any) -> Any:
    return who.given_name + " " + who.family_name
