"""What was kept long enough goes: every night, in parts, and never what proves what somebody learned or may do.

What the database itself refuses to remove stays: answers and marks of attempts, cards that were practised, the audit
trail, the history of enrollments and permissions. Their keeping is the proof.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, Table, and_, delete, select, update
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.audit import AuditEntry
from lms.base.db import Base
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.erasure import GONE
from lms.people.models import Person
from lms.privacy.inventory import BY_KEY, KINDS, Kind
from lms.privacy.models import Retention

RAN, SET = "removed what was kept long enough", "changed how long something is kept"
AT_ONCE, PARTS = 5000, 20
"""Rows of a part, and parts of a night: what is left over goes in the nights after."""
LONGEST = 240
FEWEST = 10


@dataclass(frozen=True)
class Term:
    """How long a kind is kept: its months, those it is shipped with, and who set them otherwise, when and why."""

    kind: Kind
    months: int
    set_by: str = ""
    set_at: datetime | None = None


@dataclass(frozen=True)
class Run:
    """A night in which something was removed: how many rows of which kinds."""

    at: datetime
    removed: Mapping[str, int]


def terms(session: Session) -> list[Term]:
    """How long each kind with a term is kept. One statement."""
    rows = session.execute(select(Retention, Person).outerjoin(Person, Person.id == Retention.set_by_id))
    chosen = {one.kind: Term(BY_KEY[one.kind], one.months, by.name if by else "", one.set_at) for one, by in rows}
    return [chosen.get(kind.key) or Term(kind, kind.months) for kind in KINDS if kind.months is not None]


def choose(session: Session, kind: str, months: str, reason: str, *, by_id: int) -> None:
    """Keep a kind for another number of months. Raises `NotFound` for no such kind, and `Invalid`."""
    if kind not in BY_KEY or BY_KEY[kind].months is None:
        raise NotFound
    if not (months.isascii() and months.isdigit() and 1 <= int(months[:6]) <= LONGEST):
        raise Invalid(gettext("Write the months as a number from 1 to %(most)s.", most=LONGEST))
    if len(reason.strip()) < FEWEST:
        raise Invalid(gettext("Say why in a few words: it is kept in the audit trail."))
    found = session.get(Retention, kind, with_for_update=True) or Retention(kind=kind)
    before = found.months or BY_KEY[kind].months
    found.months, found.set_by_id, found.set_at = int(months), by_id, clock.now()
    session.add(found)
    session.flush()
    told = {"before": before, "months": int(months), "reason": reason.strip()[:500]}
    audit.record(session, SET, f"retention:{kind}", actor_id=by_id, **told)


def runs(session: Session) -> list[Run]:
    """The last nights in which something was removed. One statement."""
    newest = select(AuditEntry).where(AuditEntry.subject == "retention").order_by(AuditEntry.id.desc()).limit(14)
    return [Run(one.at, one.details) for one in session.scalars(newest)]


def run(session: Session) -> int:
    """Remove what is older than its term; returns how many rows. Doing it again on the same day removes nothing."""
    removed: dict[str, int] = {}
    now = clock.now()
    for term in terms(session):
        count = sum(_over(session, term.kind.key, _months_before(now, term.months)))
        if count:
            removed[term.kind.key] = count
    if removed:
        audit.record(session, RAN, "retention", **removed)
    return sum(removed.values())


def _months_before(now: datetime, months: int) -> datetime:
    """So many months ago, counted in days of the year on average: a term is not a matter of hours."""
    return now.astimezone(UTC) - timedelta(days=round(months * 365.25 / 12))


def _over(session: Session, kind: str, before: datetime) -> list[int]:
    tables, day = Base.metadata.tables, before.date()
    by_kind: dict[str, list[tuple[str, ColumnElement[bool]]]] = {
        "absences": [("absence", tables["absence"].c.until_on < day)],
        "notices": [("notice", tables["notice"].c.told_at < before)],
        "nudges": [("nudge", tables["nudge"].c.sent_at < before)],
        "deputies": [("deputy", tables["deputy"].c.until_on < day)],
        "looks": [("look", tables["look"].c.at < before)],
        "imports": [(name, _of_old_imports(tables[name], before)) for name in ("import_change", "import_problem")],
        "reminders": [("reminder", _settled(tables["reminder"], before))],
    }
    if kind == "mails":
        return [_forget_mails(session, before)]
    return [_remove(session, tables[name], old) for name, old in by_kind[kind]]


def _of_old_imports(table: Table, before: datetime) -> ColumnElement[bool]:
    brought = Base.metadata.tables["people_import"]
    return table.c.import_id.in_(select(brought.c.id).where(brought.c.brought_at < before))


def _settled(table: Table, before: datetime) -> ColumnElement[bool]:
    """Old steps of courses that are completed: while one is open, its steps promise that none is sent twice."""
    taken = Base.metadata.tables["enrollment"]
    done = select(taken.c.id).where(taken.c.completed_at < before)
    return and_(table.c.decided_at < before, table.c.enrollment_id.in_(done))


def _remove(session: Session, table: Table, old: ColumnElement[bool]) -> int:
    """Delete old rows in parts; returns how many."""
    total = 0
    for _ in range(PARTS):
        some = select(table.c.id).where(old).order_by(table.c.id).limit(AT_ONCE)
        count = _count(session.execute(delete(table).where(table.c.id.in_(some))))
        total += count
        if count < AT_ONCE:
            break
    return total


def _forget_mails(session: Session, before: datetime) -> int:
    """Blank old mail. The row stays, for its key is the promise that the mail is not sent again."""
    table = Base.metadata.tables["outbox_message"]
    sent = and_(table.c.state != "queued", table.c.next_try_at < before, table.c.recipient != f"gone@{GONE}")
    total = 0
    for _ in range(PARTS):
        some = select(table.c.id).where(sent).order_by(table.c.id).limit(AT_ONCE)
        blank = {"recipient": f"gone@{GONE}", "subject": "", "body": ""}
        count = _count(session.execute(update(table).where(table.c.id.in_(some)).values(**blank)))
        total += count
        if count < AT_ONCE:
            break
    return total


def _count(done: object) -> int:
    assert isinstance(done, CursorResult)
    return int(done.rowcount)
