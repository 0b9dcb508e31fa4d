"""What authors do in a draft: the steps that can be undone, and who is in which text now."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base


class VersionAuthor(Base):
    """Somebody changed something in this version while it was a draft, and so cannot sign it off."""

    __tablename__ = "version_author"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class DraftStep(Base):
    """A change of structure in a draft. `undo` is what takes it back, read by `courses.authoring.structure` alone.

    It goes when the draft is published or thrown away.
    """

    __tablename__ = "draft_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    deed: Mapped[str]
    undo: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]


class Presence(Base):
    """An author has a lesson's text open, and was last heard of then."""

    __tablename__ = "presence"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[str] = mapped_column(primary_key=True, default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    seen_at: Mapped[datetime]
