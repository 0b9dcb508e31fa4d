"""Month-end snapshots, saved reports and exports."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, append_only, one_of

POPULATIONS = ("attended", "completed", "certified", "authorized", "active")
GROUPS = ("unit", "tier", "country", "language", "level")
RHYTHMS = ("", "weekly", "monthly")
FORMATS = ("csv", "xlsx")
EXPORT_STATES = ("asked", "working", "done", "failed")


class Snapshot(Base):
    """The whole company as it stood at the end of a month, frozen."""

    __tablename__ = "snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    month_on: Mapped[date] = mapped_column(unique=True)
    taken_at: Mapped[datetime]


class SnapshotPerson(Base):
    """Somebody at the end of a month: where she stood, and which of the five populations she belonged to.

    `level` is the code of the highest level of which she held a certificate then, empty for none.
    """

    __tablename__ = "snapshot_person"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    tier: Mapped[str]
    country: Mapped[str]
    language: Mapped[str]
    on_leave: Mapped[bool]
    level: Mapped[str]
    attended: Mapped[bool]
    completed: Mapped[bool]
    certified: Mapped[bool]
    authorized: Mapped[bool]
    active: Mapped[bool]
    assigned: Mapped[int]
    done: Mapped[int]
    overdue: Mapped[int]


append_only(Snapshot.__table__)  # type: ignore[arg-type]
append_only(SnapshotPerson.__table__)  # type: ignore[arg-type]


class SavedReport(Base):
    """A choice of a report that somebody keeps under a name, and may have mailed as a link each week or month."""

    __tablename__ = "saved_report"
    __table_args__ = (one_of("rhythm", RHYTHMS), one_of("population", POPULATIONS))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    population: Mapped[str]
    grouped_by: Mapped[str] = mapped_column(default="unit")
    unit: Mapped[str] = mapped_column(default="")
    tier: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    level: Mapped[str] = mapped_column(default="")
    rhythm: Mapped[str] = mapped_column(default="")
    next_on: Mapped[date | None]
    made_at: Mapped[datetime]


class ReportExport(Base):
    """A list that is written to a file by the worker, with how far it is. The file lies in the store for seven days."""

    __tablename__ = "report_export"
    __table_args__ = (
        one_of("format", FORMATS),
        one_of("state", EXPORT_STATES),
        Index("ix_report_export_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    name: Mapped[str]
    address: Mapped[str]
    format: Mapped[str] = mapped_column(default="csv")
    state: Mapped[str] = mapped_column(default="asked")
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_in_all: Mapped[int] = mapped_column(default=0)
    file_key: Mapped[str | None]
    error: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]
