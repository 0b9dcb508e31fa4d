"""Rules about data on people, and the log of who looked at whom."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, protect


class Look(Base):
    """Somebody looked at what another person has done: who, at whom, at which page. Kept in works-council mode."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_person", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    viewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    page: Mapped[str]
    at: Mapped[datetime]


protect(Look.__table__, ("UPDATE",), "look is not rewritten")  # type: ignore[arg-type]


class Retention(Base):
    """For how many months a kind of data is kept, where the company chose another term than the shipped one."""

    __tablename__ = "retention"
    __table_args__ = (CheckConstraint("months > 0", name="months"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    months: Mapped[int]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class WorksCouncil(Base):
    """Works-council mode: one row, when the company has turned it on. Groups smaller than `smallest` are not shown."""

    __tablename__ = "works_council"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), CheckConstraint("smallest >= 2", name="smallest"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    smallest: Mapped[int] = mapped_column(default=5)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
