"""Jobs of the worker that failed: kept in the audit trail, once a day each, so that an administrator sees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.audit import AuditEntry

DEED = "a job of the worker failed"
KEPT_EACH, SHOWN_FOR = timedelta(days=1), timedelta(days=2)


@dataclass(frozen=True)
class Failed:
    """A job that failed, when, and with which kind of error; the log has the rest."""

    job: str
    at: datetime
    error: str


def note(session: Session, job: str, error: Exception) -> None:
    """Keep that a job failed, unless that was kept within a day: one that fails each minute is one entry a day.

    Of the error only its kind is kept: its words may be about people.
    """
    since = clock.now() - KEPT_EACH
    if not session.scalar(select(exists().where(AuditEntry.subject == _subject(job), AuditEntry.at > since))):
        audit.record(session, DEED, _subject(job), error=type(error).__name__)


def latest(session: Session) -> list[Failed]:
    """The jobs that failed in the last two days, the latest first. One statement."""
    since = clock.now() - SHOWN_FOR
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.at > since, AuditEntry.deed == DEED).order_by(AuditEntry.id.desc())
    )
    return [Failed(one.subject.removeprefix("job:"), one.at, str(one.details["error"])) for one in rows]


def _subject(job: str) -> str:
    return f"job:{job}"
