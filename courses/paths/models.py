"""Learning paths and their steps."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base


class LearningPath(Base):
    """Courses in the order in which a tier takes them; for everybody without a tier."""

    __tablename__ = "learning_path"
    __table_args__ = (CheckConstraint("tier IS NULL OR tier IN ('executive', 'manager', 'staff')", name="tier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    tier: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]


class PathText(Base):
    """What a path is called and for, in one language."""

    __tablename__ = "path_text"

    path_id: Mapped[int] = mapped_column(ForeignKey("learning_path.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")


class PathStep(Base):
    """A course on a path, which may be left out when it is optional."""

    __tablename__ = "path_step"
    __table_args__ = (UniqueConstraint("path_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    path_id: Mapped[int] = mapped_column(ForeignKey("learning_path.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    position: Mapped[int]
    optional: Mapped[bool] = mapped_column(default=False)
