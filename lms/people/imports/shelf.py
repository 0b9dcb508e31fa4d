"""What is kept of each file: its rows of counts, problems and columns, and for a while the file itself."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.bulk import insert_rows
from lms.base.errors import Conflict
from lms.base.files import FileStore
from lms.base.i18n import gettext
from lms.people.imports.difference import Difference
from lms.people.imports.models import ImportColumn, ImportProblem, PeopleImport

KEPT_FOR = timedelta(days=30)
"""So long an import can be undone, and so long a file that was not applied is kept."""
WAITING = ("uploaded", "checked", "stopped", "refused")


def keep(
    session: Session,
    files: FileStore,
    data: bytes,
    made: PeopleImport,
    found: Difference,
    header: Sequence[str],
    places: Mapping[str, int],
) -> PeopleImport:
    """Keep a file that was brought, with what was found in it."""
    made.uid, made.brought_at = secrets.token_hex(16), clock.now()
    made.sha256, made.file_key = hashlib.sha256(data).hexdigest(), files.put(data)
    made.problems = found.problem_count
    count(made, found)
    session.add(made)
    session.flush()
    taken = {position: field for field, position in places.items()}
    session.add_all(
        ImportColumn(import_id=made.id, position=position, name=name[:200], field=taken.get(position, ""))
        for position, name in enumerate(header)
    )
    if found.problems:
        names = ["import_id", "line", "column", "value", "sentence"]
        rows = [(made.id, one.line, one.column, one.value, one.sentence) for one in found.problems]
        insert_rows(session, ImportProblem, names, rows)
    return made


def count(made: PeopleImport, found: Difference) -> None:
    """Write the numbers of a difference beside its file."""
    changes = found.changes
    made.rows, made.unchanged = found.rows, found.unchanged
    made.joined, made.moved, made.leaving = (len(changes[kind]) for kind in ("joiner", "mover", "leaver"))
    made.returned, made.changed = len(changes["returner"]), len(changes["changed"]) + len(changes["same_email"])


def remembered_columns(session: Session) -> dict[str, str]:
    """What columns of other names were taken for, in imports that were applied; the last one counts."""
    statement = (
        select(ImportColumn.name, ImportColumn.field)
        .join(PeopleImport, PeopleImport.id == ImportColumn.import_id)
        .where(PeopleImport.applied_at.is_not(None), ImportColumn.field != "")
        .group_by(ImportColumn.name, ImportColumn.field)
        .order_by(func.max(PeopleImport.id))
    )
    return {row.name: row.field for row in session.execute(statement)}


def chosen_columns(session: Session, import_id: int) -> dict[int, str]:
    """Which column of an import is taken for which field, by position."""
    rows = session.execute(select(ImportColumn.position, ImportColumn.field).where(ImportColumn.import_id == import_id))
    return {position: field for position, field in rows if field}


def file(files: FileStore, made: PeopleImport) -> bytes:
    """What was brought. Raises `Conflict` when it is not kept any more."""
    try:
        return files.read(made.file_key or "")
    except FileNotFoundError:
        raise Conflict(gettext("The file is not kept any more. Bring it again.")) from None


def forget_files(session: Session, files: FileStore) -> int:
    """Remove files that were applied or set aside, and those that wait for longer than 30 days; returns how many."""
    old = clock.now() - KEPT_FOR
    kept = session.scalars(select(PeopleImport).where(PeopleImport.file_key.is_not(None))).all()
    over = [one for one in kept if one.state not in WAITING or one.brought_at < old]
    still = {one.file_key for one in kept if one not in over}
    for one in over:
        if one.file_key and one.file_key not in still:
            files.remove(one.file_key)
        one.file_key = None
    return len(over)
