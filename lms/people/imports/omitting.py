"""Leaving single people out of an import that waits, and taking them in again."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid
from lms.base.files import FileStore
from lms.base.i18n import gettext
from lms.people.imports import omissions, running, shelf
from lms.people.imports.difference import ORDER
from lms.people.imports.models import PeopleImport
from lms.people.imports.omissions import Omitted
from lms.people.imports.running import Examined


def ticked(values: Iterable[str]) -> dict[str, str]:
    """The kinds of change that are not to be made, by employee number: of values such as `mover:E17`."""
    pairs = (value.partition(":") for value in values)
    return {key: kind for kind, _, key in pairs if kind in ORDER and key}


def leave_out(
    session: Session, files: FileStore, import_uid: str, who: Mapping[str, str], *, by_id: int | None
) -> PeopleImport:
    """Leave people out of an import: who are `ticked`. Who does not stand in it is passed over.

    Raises `NotFound`, `Invalid` when nobody is chosen, and `Conflict` when the import does not wait or the others of
    the file do not fit without them.
    """
    made = _waiting(session, import_uid, who)
    before = omissions.keys(session, made.id)
    seen = running.examined(session, files, made, who)
    _settle(made, seen)
    new = [Omitted(key, name, who[key]) for key, name in seen.difference.left_out.items() if key not in before]
    omissions.add(session, made.id, new)
    audit.record(session, "left people out of an import", f"import:{made.id}", actor_id=by_id, people=len(new))
    return made


def take_in(
    session: Session, files: FileStore, import_uid: str, who: Collection[str], *, by_id: int | None
) -> PeopleImport:
    """Take people in again who were left out, by employee number. Raises as `leave_out` does."""
    made = _waiting(session, import_uid, who)
    back = omissions.keys(session, made.id).intersection(who)
    omissions.remove(session, made.id, back)
    _settle(made, running.examined(session, files, made))
    audit.record(session, "took people into an import again", f"import:{made.id}", actor_id=by_id, people=len(back))
    return made


def _waiting(session: Session, import_uid: str, who: Collection[str]) -> PeopleImport:
    made = running.get(session, import_uid, locked=True)
    running.check_waits(made)
    if not who:
        raise Invalid(gettext("Tick at least one person first."))
    return made


def _settle(made: PeopleImport, seen: Examined) -> None:
    """The numbers beside the file, and whether it is stopped, are those without who is left out."""
    if seen.difference.problem_count:
        first = seen.difference.problems[0]
        raise Conflict(
            gettext(
                "That does not work: line %(line)s would not fit any more. %(sentence)s",
                line=first.line,
                sentence=first.sentence,
            )
        )
    made.state = seen.state
    shelf.count(made, seen.difference)
