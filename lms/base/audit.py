"""Who did what, when: rows that are only ever added."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base import clock
from lms.base.db import Base, append_only


class AuditEntry(Base):
    """One deed. People are named by number, so that the trail outlives a change of name."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    deed: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


append_only(AuditEntry.__table__)  # type: ignore[arg-type]


def record(session: Session, deed: str, subject: str, *, actor_id: int | None = None, **details: Any) -> None:
    """Add an entry in the transaction of the deed itself.

    `deed` is a phrase in the past tense ("published a course"), `subject` a kind and a number ("course:3").
    """
    session.add(AuditEntry(at=clock.now(), actor_id=actor_id, deed=deed, subject=subject, details=details))


def record_all(
    session: Session, deed: str, subjects: Iterable[str], *, actor_id: int | None = None, **details: Any
) -> None:
    """Add the same entry for many subjects at once, in the transaction of the deed itself."""
    now = clock.now()
    entries = [
        {"at": now, "actor_id": actor_id, "deed": deed, "subject": subject, "details": details} for subject in subjects
    ]
    if entries:
        session.execute(insert(AuditEntry), entries)
