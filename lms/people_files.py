"""The people file at the command line: brought, checked, applied or only shown, and written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from lms.base.db import Database
from lms.base.errors import Invalid
from lms.base.files import FileStore
from lms.base.i18n import gettext, ngettext, pick
from lms.people.imports import exporting, reading, reporting, running
from lms.people.imports.difference import Difference
from lms.staff import leaving


@dataclass(frozen=True)
class Wanted:
    """What was asked for at the command line. `report` is a file to write: JSON by its name, else CSV."""

    path: Path
    dry_run: bool = False
    on_missing: str = "keep"
    report: Path | None = None
    many_leavers: bool = False


def bring(database: Database, files: FileStore, wanted: Wanted, told: Callable[[str], None]) -> Iterator[str]:
    """Import a file, or with `dry_run` show the same difference and write nothing; yields lines to print.

    Raises `Invalid` when something is wrong with the file or too many would leave: then nothing was changed.
    """
    with wanted.path.open("rb") as file:
        data = file.read(reading.LARGEST + 1)
    held: dict[int, str] = {}
    if wanted.dry_run:
        with database.reading() as session:
            seen = running.examine(session, data, on_missing=wanted.on_missing, told=told)
            found, state = seen.difference, seen.state
            shown = list(reporting.text(found, holdings(session, found.leaver_ids)))
    else:
        with database.transaction() as session:
            made, found = running.bring_and_apply(
                session,
                files,
                data,
                wanted.path.name,
                source="command",
                on_missing=wanted.on_missing,
                many_leavers=wanted.many_leavers,
                told=told,
                before=lambda found: held.update(holdings(session, found.leaver_ids)),
            )
            state, shown = made.state, list(reporting.text(found, held))
    if wanted.report is not None:
        _write_report(wanted.report, found)
    yield from shown
    yield _ending(found, state, wanted)


def _ending(found: Difference, state: str, wanted: Wanted) -> str:
    """What became of it; raises `Invalid` where it was not taken in."""
    if state == "refused":
        raise Invalid(
            ngettext(
                "Nothing was changed: %(num)s thing is wrong with the file.",
                "Nothing was changed: %(num)s things are wrong with the file.",
                found.problem_count,
            )
        )
    if state == "stopped" and not wanted.many_leavers:
        sentence = running.too_many(found)
        raise Invalid(gettext("Nothing was changed. %(why)s (--many-leavers)", why=sentence))
    return gettext("Nothing was changed: this was a dry run.") if wanted.dry_run else gettext("Applied.")


def holdings(session: Session, person_ids: Sequence[int]) -> dict[int, str]:
    """What people who leave are permitted to do until then, in words, by person."""
    levels: dict[int, list[str]] = {}
    for ending in leaving.endings(session, person_ids):
        levels.setdefault(ending.person_id, []).append(pick(ending.level.texts).name)
    return {person_id: gettext("ends: %(names)s", names=", ".join(names)) for person_id, names in levels.items()}


def write(database: Database, path: Path) -> str:
    """Write the people file; returns what to print."""
    with database.reading() as session, path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(exporting.lines(session))
        apart = exporting.without_number(session)
    if not apart:
        return gettext("Written.")
    return ngettext(
        "Written. %(num)s person without an employee number is not in it.",
        "Written. %(num)s people without an employee number are not in it.",
        apart,
    )


def _write_report(path: Path, found: Difference) -> None:
    as_json = path.suffix.lower() in {".json", ".jsonl"}
    with path.open("w", encoding="utf-8" if as_json else "utf-8-sig", newline="") as file:
        file.writelines(reporting.report(found, as_json=as_json))
