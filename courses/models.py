"""Courses, their versions, and how far people have come."""

import secrets
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, append_only, one_of, protect
from lms.people.models import TIERS

PUBLISHED = "(SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft'"
UNCHANGING = "a published version never changes"


class Course(Base):
    """Something to learn, for a tier. What it teaches is in its versions; a quiz may close it."""

    __tablename__ = "course"
    __table_args__ = (one_of("tier", TIERS),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    tier: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str]
    business_reason: Mapped[str]
    review_on: Mapped[date]
    retired_at: Mapped[datetime | None]
    quiz_slug: Mapped[str | None]
    quiz_minutes: Mapped[int] = mapped_column(default=0)


class Prerequisite(Base):
    """A course that opens only when another has been completed."""

    __tablename__ = "prerequisite"
    __table_args__ = (CheckConstraint("course_id <> required_id", name="not_itself"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    required_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)


class CourseVersion(Base):
    """One edition of a course: a draft, the one edition that is live, or one that was. Only a draft can change."""

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        one_of("status", ("draft", "published", "superseded")),
        CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="published_at"),
        Index(
            "uq_course_version_one_live",
            "course_id",
            unique=True,
            sqlite_where=text("status = 'published'"),
            postgresql_where=text("status = 'published'"),
        ),
        Index(
            "uq_course_version_one_draft",
            "course_id",
            unique=True,
            sqlite_where=text("status = 'draft'"),
            postgresql_where=text("status = 'draft'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(default="draft")
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    source_sha256: Mapped[str] = mapped_column(default="")
    course: Mapped[Course] = relationship(lazy="raise")
    texts: Mapped[list["CourseText"]] = relationship(lazy="raise")
    modules: Mapped[list["Module"]] = relationship(lazy="raise", order_by="Module.position")


class CourseText(Base):
    """What a version of a course says of itself, in one language."""

    __tablename__ = "course_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]


class Module(Base):
    """A part of a course. `key` stays the same from version to version."""

    __tablename__ = "module"
    __table_args__ = (UniqueConstraint("version_id", "key"), UniqueConstraint("id", "version_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    key: Mapped[str]
    position: Mapped[int]
    texts: Mapped[list["ModuleText"]] = relationship(lazy="raise")
    lessons: Mapped[list["Lesson"]] = relationship(lazy="raise", order_by="Lesson.position", viewonly=True)


class ModuleText(Base):
    """A module's title and what one can do after it, in one language."""

    __tablename__ = "module_text"
    __table_args__ = (ForeignKeyConstraint(["module_id", "version_id"], ["module.id", "module.version_id"]),)

    module_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    title: Mapped[str]
    objective: Mapped[str]


class Lesson(Base):
    """A page to read, watch and try. `slug` is its address and its identity: completions refer to it in any version."""

    __tablename__ = "lesson"
    __table_args__ = (
        UniqueConstraint("version_id", "slug"),
        UniqueConstraint("id", "version_id"),
        ForeignKeyConstraint(["module_id", "version_id"], ["module.id", "module.version_id"]),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    module_id: Mapped[int] = mapped_column(index=True)
    slug: Mapped[str]
    position: Mapped[int]
    minutes: Mapped[int]
    texts: Mapped[list["LessonText"]] = relationship(lazy="raise")
    clauses: Mapped[list["LessonClause"]] = relationship(lazy="raise")


class LessonClause(Base):
    """A clause of the guideline that a lesson teaches."""

    __tablename__ = "lesson_clause"
    __table_args__ = (ForeignKeyConstraint(["lesson_id", "version_id"], ["lesson.id", "lesson.version_id"]),)

    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int]


class LessonText(Base):
    """A lesson in one language, cleaned by version `policy` of the allowlist. `revision` counts its saves."""

    __tablename__ = "lesson_text"
    __table_args__ = (ForeignKeyConstraint(["lesson_id", "version_id"], ["lesson.id", "lesson.version_id"]),)

    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    title: Mapped[str]
    html: Mapped[str]
    policy: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Media(Base):
    """A picture, film or caption file that lessons show. Its bytes lie in the file store under their SHA-256."""

    __tablename__ = "media"
    __table_args__ = (UniqueConstraint("sha256", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    created_at: Mapped[datetime]


class Enrollment(Base):
    """Somebody takes a course, in a cycle: the first time, then each renewal."""

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "cycle"),
        Index(None, "course_id", "completed_at"),
        CheckConstraint("completed_at IS NULL OR started_at IS NOT NULL", name="started_before_completed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    cycle: Mapped[int] = mapped_column(default=1)
    enrolled_at: Mapped[datetime]
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    last_lesson: Mapped[str | None]
    last_opened_at: Mapped[datetime | None]


class LessonCompletion(Base):
    """A learner said that a lesson is done, having read this version of it."""

    __tablename__ = "lesson_completion"
    __table_args__ = (UniqueConstraint("enrollment_id", "lesson"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    lesson: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    completed_at: Mapped[datetime]


protect(
    CourseVersion.__table__,  # type: ignore[arg-type]
    ("DELETE",),
    UNCHANGING,
    when="OLD.status <> 'draft'",
)
for table in (CourseText, Module, ModuleText, Lesson, LessonClause, LessonText):
    protect(table.__table__, ("INSERT", "UPDATE", "DELETE"), UNCHANGING, when=PUBLISHED)  # type: ignore[arg-type]
append_only(LessonCompletion.__table__)  # type: ignore[arg-type]
