"""A batch of certificates on paper, drawn one after another by the worker."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of


class PaperBatch(Base):
    """Certificates that somebody asked for as one file. `done` of `total` are drawn."""

    __tablename__ = "paper_batch"
    __table_args__ = (
        one_of("state", ("asked", "drawing", "ready", "failed", "removed")),
        CheckConstraint("done BETWEEN 0 AND total", name="done"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    language: Mapped[str]
    state: Mapped[str] = mapped_column(default="asked", index=True)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    file: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")


class PaperBatchItem(Base):
    """A certificate of a batch, in the order of the file."""

    __tablename__ = "paper_batch_item"

    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
