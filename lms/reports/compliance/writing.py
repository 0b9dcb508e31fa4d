"""The worker writes lists to files, a thousand people at a time, and says how far it is.

A file that was begun when a worker died is begun anew: nobody ever fetches half of one.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certificates import days
from lms.base import clock
from lms.base.db import Database
from lms.base.errors import Refused
from lms.base.files import store_of
from lms.base.i18n import force_locale, gettext
from lms.base.settings import in_force
from lms.people.models import Person
from lms.reports import words
from lms.reports.compliance import exports, lists, months, populations, sheets
from lms.reports.compliance.lists import Line
from lms.reports.compliance.models import ReportExport

log = logging.getLogger("lms")
AT_ONCE = 1000


def work_off(database: Database, going: Callable[[], bool] = lambda: True) -> int:
    """Write what waits, the oldest first, as long as `going` says so; returns how many files were at work.

    When the database is in the way, the next call begins anew. At any other mistake a file stops as `failed`.
    """
    with database.reading() as session:
        waiting = session.execute(_WAITING).all()
    for asked in waiting:
        try:
            with force_locale(asked.language):
                _write(database, asked, going)
        except DBAPIError as error:
            log.warning("export %s waits: %s", asked.uid, error.orig)
        except Refused as refusal:
            _note(database, asked.id, state="failed", error=refusal.message or gettext("There is no such list."))
        except Exception:
            log.exception("export %s failed", asked.uid)
            _note(database, asked.id, state="failed", error="")
    return len(waiting)


_WAITING = (
    select(ReportExport.id, ReportExport.uid, ReportExport.address, ReportExport.format, Person.language)
    .join(Person, Person.id == ReportExport.asked_by_id)
    .where(ReportExport.state.in_(("asked", "working")))
    .order_by(ReportExport.id)
)


def _write(database: Database, asked: Row[*tuple[Any, ...]], going: Callable[[], bool]) -> None:
    path = in_force().instance / "exports" / f"{asked.uid}.{asked.format}"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if _fill(database, asked, path, going):
            key = store_of(in_force()).put_file(path)
            _note(database, asked.id, state="done", file_key=key, finished_at=clock.now())
    finally:
        path.unlink(missing_ok=True)


def _fill(database: Database, asked: Row[*tuple[Any, ...]], path: Path, going: Callable[[], bool]) -> bool:
    """Write the whole list, unless it is stopped on the way; says whether it is whole. One statement reads it all."""
    population, choice, found_words, month = exports.asked_for(asked.address)
    with database.reading() as session, sheets.open_sheet(path, asked.format) as sheet:
        exports.refuse_lists(session)
        facts = _facts(session, month)
        everybody = lists.count(session, facts, population, choice, found_words)
        _note(database, asked.id, state="working", rows_done=0, rows_in_all=everybody)
        sheet.line(_heading())
        done, tiers, yes = 0, words.tiers(), gettext("yes")
        people = lists.people(facts, population, choice, found_words)
        for part in session.execute(people, execution_options={"yield_per": AT_ONCE}).partitions():
            for row in part:
                sheet.line(_cells(lists.line(row), tiers, yes))
            done += len(part)
            if not going():
                return False
            _note(database, asked.id, rows_done=done)
        _note(database, asked.id, rows_done=done, rows_in_all=done)
        return True


def _facts(session: Session, month: str) -> Any:
    if month:
        return populations.month_facts(months.find(session, month).id)
    return populations.today_facts(days.today())


def _heading() -> list[str]:
    fixed = (
        gettext("Name"),
        gettext("Email"),
        gettext("Unit"),
        gettext("Tier"),
        gettext("Country"),
        gettext("Language"),
        gettext("Level"),
        gettext("On leave"),
    )
    return [*fixed, *populations.names().values()]


def _cells(line: Line, tiers: dict[str, str], yes: str) -> list[str]:
    flags = [yes if one else "" for one in (line.on_leave, *line.populations)]
    where = [line.unit, tiers.get(line.tier, line.tier), line.country, line.language, line.level]
    return [line.name, line.email, *where, *flags]


def _note(database: Database, export_id: int, **values: Any) -> None:
    """Write down how far a file is, in a transaction of its own, so that the page can tell."""
    with database.transaction() as session:
        session.execute(update(ReportExport).where(ReportExport.id == export_id).values(**values))
