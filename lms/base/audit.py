"""Who did what, when: rows that are only ever added."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Select, insert, literal, null
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base import clock
from lms.base.db import Base, Moment, append_only, insert_many


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
    record_each(session, deed, ((subject, details) for subject in subjects), actor_id=actor_id)


def record_found(
    session: Session, deed: str, subjects: Select[str], *, actor_id: int | None = None, **details: Any
) -> None:
    """Add the same entry for every subject that a query finds: one statement, and no row travels."""
    rows = subjects.add_columns(
        literal(clock.now(), Moment()),
        null() if actor_id is None else literal(actor_id),
        literal(deed),
        literal(details, JSON()),
    )
    columns = ["subject", "at", "actor_id", "deed", "details"]
    session.execute(insert(AuditEntry).from_select(columns, rows))


def record_each(
    session: Session, deed: str, told: Iterable[tuple[str, Mapping[str, Any]]], *, actor_id: int | None = None
) -> None:
    """Add an entry for each of many subjects at once, with details of its own."""
    now = clock.now()
    entries = [
        {"at": now, "actor_id": actor_id, "deed": deed, "subject": subject, "details": details}
        for subject, details in told
    ]
    insert_many(session, AuditEntry, entries)
