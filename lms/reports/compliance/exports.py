"""Asking for a list as a file, and watching how far it is. The worker writes it, see `writing`."""

import secrets
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.files import store_of
from lms.base.i18n import gettext
from lms.base.settings import in_force
from lms.privacy import council
from lms.reports.compliance import filters, lists
from lms.reports.compliance.filters import Choice
from lms.reports.compliance.models import FORMATS, ReportExport

KEPT_DAYS = 7
"""So many days a file can be fetched."""
AT_ONCE = 3
"""So many files of one person wait at a time."""


def ask(session: Session, by_id: int, name: str, address: str, kind: str) -> str:
    """Ask for the list at an address as `csv` or `xlsx`; returns the public id of the file.

    Raises `Forbidden` while lists of people are not shown, `Invalid` for a format there is not, `NotFound` for a list
    there is not, and `Conflict` while three others wait.
    """
    refuse_lists(session)
    if kind not in FORMATS:
        raise Invalid(gettext("A file is made as CSV or XLSX. Choose one of the two."))
    asked_for(address)
    waiting = select(ReportExport.id).where(
        ReportExport.asked_by_id == by_id, ReportExport.state.in_(("asked", "working"))
    )
    if len(session.scalars(waiting.limit(AT_ONCE)).all()) == AT_ONCE:
        raise Conflict(gettext("Three files of yours are being made. Wait until one is ready."))
    asked = ReportExport(
        uid=secrets.token_hex(16), asked_by_id=by_id, asked_at=clock.now(), name=name, address=address, format=kind
    )
    session.add(asked)
    session.flush()
    audit.record(session, "asked for a list as a file", f"report_export:{asked.id}", actor_id=by_id, address=address)
    return asked.uid


def address(population: str, choice: Choice, words: str, month: str) -> str:
    """The address of a list, under which a file of it is asked for."""
    asked = choice.filters | {name: value for name, value in (("q", words), ("month", month)) if value}
    return f"/reports/{population}" + (f"?{urlencode(asked)}" if asked else "")


def asked_for(address: str) -> tuple[str, Choice, str, str]:
    """The list at an address: which one, of whom, with which words in the name, and of which month. The reverse of
    `address`. Raises `NotFound`."""
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    population = parts.path.removeprefix("/reports/")
    if population not in lists.LISTS:
        raise NotFound
    return population, filters.read(asked), asked.get("q", ""), asked.get("month", "")


def exports(session: Session, by_id: int) -> list[ReportExport]:
    """The newest files that somebody asked for."""
    mine = select(ReportExport).where(ReportExport.asked_by_id == by_id)
    return list(session.scalars(mine.order_by(ReportExport.id.desc()).limit(20)))


def export(session: Session, by_id: int, uid: str) -> ReportExport:
    """A file that somebody asked for herself. Raises `NotFound`."""
    found = session.scalar(select(ReportExport).where(ReportExport.asked_by_id == by_id, ReportExport.uid == uid))
    if found is None:
        raise NotFound
    return found


def file(session: Session, by_id: int, uid: str) -> ReportExport:
    """A file of somebody's own that can be fetched. Raises `NotFound` and `Forbidden`."""
    refuse_lists(session)
    found = export(session, by_id, uid)
    if found.state != "done" or not found.file_key:
        raise NotFound(gettext("This file is not kept any more, or not ready yet."))
    return found


def again(session: Session, by_id: int, uid: str) -> None:
    """Ask once more for a file that stopped. Raises `NotFound` and `Conflict`."""
    found = export(session, by_id, uid)
    if found.state != "failed":
        raise Conflict(gettext("This file did not stop."))
    found.state, found.error, found.rows_done, found.rows_in_all = "asked", "", 0, 0
    session.flush()


def refuse_lists(session: Session) -> None:
    """In works-council mode nobody sees lists of people here. Raises `Forbidden`."""
    if council.smallest(session) is not None:
        raise Forbidden(gettext("Lists of people are not shown here: the works council agreed to figures only."))


def remove_old(session: Session) -> int:
    """Remove files that were kept long enough, with all that is known of them; returns how many. For the nightly job.

    A file that holds the same as another one goes with the last of them.
    """
    long_ago = clock.now() - timedelta(days=KEPT_DAYS)
    old = session.scalars(
        select(ReportExport).where(ReportExport.asked_at < long_ago).order_by(ReportExport.id).with_for_update()
    ).all()
    keys = {one.file_key for one in old if one.file_key}
    for one in old:
        session.delete(one)
    session.flush()
    for key in keys:
        if not session.scalar(select(exists().where(ReportExport.file_key == key))):
            store_of(in_force()).remove(key)
    return len(old)
