"""A file of people on its way: brought, checked and compared, applied or set aside, and undone."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.events import announce
from lms.base.files import FileStore
from lms.base.i18n import gettext, ngettext
from lms.people import changing
from lms.people.events import ImportUndone, PeopleChanged
from lms.people.imports import applying, checking, columns, lines, omissions, reading, shelf, undoing
from lms.people.imports import here as people_here
from lms.people.imports.difference import Difference, compare
from lms.people.imports.here import Here
from lms.people.imports.models import PeopleImport
from lms.people.imports.problems import Problems
from lms.people.models import Person, PersonRole


def _silent(phase: str) -> None:
    """Tells nobody."""


def _silent_of(found: Difference) -> None:
    """Looks at nothing."""


@dataclass
class Examined:
    """A file, read and compared. Nothing was written."""

    difference: Difference
    header: tuple[str, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    here: Here = field(default_factory=Here)

    @property
    def state(self) -> str:
        """`checked`, `refused` or `stopped`."""
        if self.difference.problem_count:
            return "refused"
        return "stopped" if self.difference.too_many_leavers else "checked"


def examine(
    session: Session,
    data: bytes,
    *,
    on_missing: str = "keep",
    chosen: Mapping[int, str] | None = None,
    left_out: Collection[str] = (),
    told: Callable[[str], None] = _silent,
) -> Examined:
    """Read a file and compare it with the people here. Five statements, and nothing is written.

    `chosen` says by position which column is taken for which field; else the headings say it. Who is `left_out`, by
    employee number, stays as she is. `told` hears of each step.
    """
    problems = Problems()
    told(gettext("Reading the file"))
    sheet = reading.read(data, problems)
    places = columns.matched(sheet.header, chosen, shelf.remembered_columns(session), problems) if sheet.header else {}
    if not sheet.rows or any(field not in places for field in columns.FIELDS if field not in columns.MAY_BE_MISSING):
        return Examined(_refused(problems, sheet, places), sheet.header, places)
    told(gettext("Checking every line"))
    table = checking.check(sheet, places, problems)
    out = omissions.without(table, left_out)
    told(gettext("Comparing with the people here"))
    here = people_here.load(session)
    met = lines.meet(table, here, problems)
    rows = len(table.rows) + len(out)
    out |= omissions.stay(met, here, left_out)
    lines.check_lines(table, here, met, problems)
    if problems:
        refused = _refused(problems, sheet, places)
        refused.rows, refused.kept_aside = len(table.rows), table.kept_aside
        return Examined(refused, sheet.header, places)
    found = compare(table, here, met, on_missing=on_missing)
    found.rows, found.left_out = rows, out
    if found.leavers and _administrators(session) and not _administrators(session, but=found.leaver_ids):
        problems.add(0, "", "", _last_administrator())
        return Examined(_refused(problems, sheet, places), sheet.header, places)
    return Examined(found, sheet.header, places, here)


def bring(
    session: Session,
    files: FileStore,
    data: bytes,
    file_name: str,
    *,
    source: str,
    on_missing: str = "keep",
    by_id: int | None = None,
    columns: Mapping[int, str] | None = None,
    told: Callable[[str], None] = _silent,
) -> PeopleImport:
    """Take a file in: it is read, checked and compared, and kept until it is applied or 30 days are over.

    Its state is `checked`, `refused` when rows are wrong, or `stopped` when too many people would leave. `columns` says
    by position which column is taken for which field, else the headings say it.
    """
    seen = examine(session, data, on_missing=on_missing, chosen=columns, told=told)
    made = PeopleImport(
        state=seen.state, source=source, on_missing=on_missing, file_name=file_name[-200:], brought_by_id=by_id
    )
    return shelf.keep(session, files, data, made, seen.difference, seen.header, seen.places)


def bring_and_apply(
    session: Session,
    files: FileStore,
    data: bytes,
    file_name: str,
    *,
    source: str,
    on_missing: str = "keep",
    by_id: int | None = None,
    many_leavers: bool = False,
    told: Callable[[str], None] = _silent,
    before: Callable[[Difference], object] = _silent_of,
) -> tuple[PeopleImport, Difference]:
    """Take a file in and apply it at once when nothing is wrong with it; its state says whether that was so.

    `before` is shown the difference while the people are still as they were.
    """
    changing.take_turns(session)
    seen = examine(session, data, on_missing=on_missing, told=told)
    before(seen.difference)
    made = PeopleImport(
        state=seen.state, source=source, on_missing=on_missing, file_name=file_name[-200:], brought_by_id=by_id
    )
    shelf.keep(session, files, data, made, seen.difference, seen.header, seen.places)
    if made.state == "checked" or (made.state == "stopped" and many_leavers):
        told(gettext("Writing the difference"))
        _write(session, made, seen, by_id, many_leavers=many_leavers)
    return made, seen.difference


def difference(session: Session, files: FileStore, import_uid: str) -> Difference:
    """What an import that waits would change now. Raises `NotFound`, and `Conflict` when its file is not kept."""
    return examined(session, files, get(session, import_uid)).difference


def examined(session: Session, files: FileStore, made: PeopleImport, but: Collection[str] = ()) -> Examined:
    """An import that waits, compared with the people as they are now, without those who are left out of it, and
    without more of them."""
    return examine(
        session,
        shelf.file(files, made),
        on_missing=made.on_missing,
        chosen=shelf.chosen_columns(session, made.id),
        left_out=omissions.keys(session, made.id).union(but),
    )


def apply(
    session: Session, files: FileStore, import_uid: str, *, by_id: int | None = None, many_leavers: bool = False
) -> PeopleImport:
    """Apply an import: all of it or nothing. It is compared anew with the people as they are now.

    Raises `NotFound`, and `Conflict` when it is not waiting any more, when its rows no longer fit, or when more than a
    fifth would leave and nobody said that this is meant.
    """
    changing.take_turns(session)
    made = get(session, import_uid, locked=True)
    check_waits(made)
    seen = examined(session, files, made)
    count = seen.difference.problem_count
    if count:
        raise Conflict(
            ngettext(
                "The people here have changed since the file was checked: %(num)s line does not fit any more. "
                "Bring the file again to see it.",
                "The people here have changed since the file was checked: %(num)s lines do not fit any more. "
                "Bring the file again to see them.",
                count,
            )
        )
    if seen.state == "stopped" and not many_leavers:
        raise Conflict(too_many(seen.difference))
    _write(session, made, seen, by_id, many_leavers=many_leavers)
    return made


def undo(session: Session, import_uid: str, *, by_id: int | None) -> PeopleImport:
    """Set back what an import changed, where nothing newer changed it since; who joined by it, leaves.

    What is left as it is, `undoing.outlook` tells beforehand. Raises `NotFound`, and `Conflict` when it was not applied
    or that is more than 30 days ago.
    """
    changing.take_turns(session)
    made = get(session, import_uid, locked=True)
    if made.state != "applied" or made.applied_at is None:
        raise Conflict(gettext("Only an import that was applied can be undone."))
    if made.applied_at < clock.now() - shelf.KEPT_FOR:
        raise Conflict(gettext("An import can be undone for 30 days. This one is older."))
    made.state, made.undone_at, made.undone_by_id = "undone", clock.now(), by_id
    administered = _administrators(session)
    outlook = undoing.write(session, made, by_id)
    if administered and not _administrators(session):
        raise Conflict(_last_administrator())
    counts = {"set_back": outlook.set_back, "left_as_it_is": len(outlook.left_alone)}
    audit.record(session, "undid an import of people", f"import:{made.id}", actor_id=by_id, **counts)
    if outlook.returning:
        announce(session, ImportUndone(frozenset(outlook.returning), made.applied_at))
    announce(session, PeopleChanged(frozenset(outlook.touched)))
    return made


def drop(session: Session, import_uid: str, *, by_id: int | None) -> PeopleImport:
    """Set aside a file that waits; its state is `undone` without ever having been applied. Raises as `apply` does."""
    made = get(session, import_uid, locked=True)
    if made.state not in shelf.WAITING:
        raise Conflict(gettext("This file does not wait to be applied: it was applied, refused or set aside."))
    made.state, made.undone_at, made.undone_by_id = "undone", clock.now(), by_id
    audit.record(session, "set a file of people aside", f"import:{made.id}", actor_id=by_id)
    return made


def check_waits(made: PeopleImport) -> None:
    """Raises `Conflict` when a file does not wait to be applied."""
    if made.state not in {"checked", "stopped"}:
        raise Conflict(gettext("This file does not wait to be applied: it was applied, refused or set aside."))


def get(session: Session, import_uid: str, *, locked: bool = False) -> PeopleImport:
    """An import by its public id. Raises `NotFound`."""
    statement = select(PeopleImport).where(PeopleImport.uid == import_uid)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    made = session.scalar(statement)
    if made is None:
        raise NotFound
    return made


def too_many(found: Difference) -> str:
    """Why a file was stopped, in a sentence."""
    return gettext(
        "%(count)s of the %(all)s people who work here would leave. That is more than 20 %%: is the file whole? "
        "Say that it is meant, and it can be applied.",
        count=len(found.leavers),
        all=found.working,
    )


def _administrators(session: Session, *, but: Collection[int] = ()) -> set[int]:
    """The administrators who work here, without some people."""
    with_role = select(PersonRole.person_id).where(PersonRole.role == "administrator")
    return set(session.scalars(select(Person.id).where(Person.id.in_(with_role), Person.status != "left"))) - set(but)


def _last_administrator() -> str:
    return gettext("This is the last administrator. Give somebody else the role first, so that somebody can.")


def _refused(problems: Problems, sheet: reading.Sheet, places: Mapping[str, int]) -> Difference:
    """Nothing but what is wrong, with columns called as the file calls them."""
    kept = problems.kept()
    named = [replace(one, column=columns.called(one.column, sheet.header, places)) for one in kept]
    return Difference(rows=len(sheet.rows), notes=list(sheet.notes), problems=named, problem_count=problems.count)


def _write(session: Session, made: PeopleImport, seen: Examined, by_id: int | None, *, many_leavers: bool) -> None:
    made.state, made.applied_by_id, made.applied_at = "applied", by_id, clock.now()
    made.many_leavers_allowed = many_leavers
    shelf.count(made, seen.difference)
    touched = applying.write(session, made, seen.difference, seen.here)
    counts = {name: getattr(made, name) for name in ("joined", "changed", "moved", "leaving", "returned", "unchanged")}
    counts["left_out"] = len(seen.difference.left_out)
    audit.record(session, "applied an import of people", f"import:{made.id}", actor_id=by_id, **counts)
    if touched:
        announce(session, PeopleChanged(frozenset(touched)))
