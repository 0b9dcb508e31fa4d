"""Courses and their versions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, one_of, protect
from lms.people.models import TIERS

KINDS = ("reading", "video", "document", "clause", "exercise", "live")
EXERCISES = ("checklist", "reflection", "log")
CHANGES = ("first", "minor", "material")
FILE_ROLES = ("video", "audio", "document", "captions", "poster", "player")
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
    owner: Mapped[str] = mapped_column(default="")
    business_reason: Mapped[str] = mapped_column(default="")
    review_on: Mapped[date | None]
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
    """One edition of a course: a draft, the one edition that is live, or one that was. Only a draft can change.

    A draft is in review since `in_review_at`. `change` says what publishing it meant: the first edition, a minor
    change that keeps the meaning, or a material one, for which `redo_who` says whom it asks to do the lessons of
    `RedoLesson` again (the learners inside the course, or everyone who completed it too) and `redo_by` until when.
    """

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        one_of("status", ("draft", "published", "superseded")),
        CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="published_at"),
        one_of("change", CHANGES),
        CheckConstraint("redo_who IS NULL OR redo_who IN ('learners', 'everyone')", name="redo_who"),
        CheckConstraint("(change IS NULL) = (status = 'draft')", name="change_said"),
        CheckConstraint("redo_who IS NULL OR change = 'material'", name="redo_is_material"),
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
    in_review_at: Mapped[datetime | None]
    in_review_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    change: Mapped[str | None]
    redo_who: Mapped[str | None]
    redo_by: Mapped[date | None]
    course: Mapped[Course] = relationship(lazy="raise")
    texts: Mapped[list["CourseText"]] = relationship(lazy="raise")
    modules: Mapped[list["Module"]] = relationship(lazy="raise", order_by="Module.position")


class RedoLesson(Base):
    """A lesson that a material version asks those concerned to do again."""

    __tablename__ = "redo_lesson"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(primary_key=True)


class ChangedClause(Base):
    """A clause of the guideline whose rule a material version teaches differently."""

    __tablename__ = "changed_clause"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


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
    """A page to read, watch and try. `slug` is its address and its identity: completions refer to it in any version.

    `kind` says what finishing it takes: reading it, watching, opening a document, accepting its clauses, an exercise
    (`exercise`: a checklist, a reflection that a coach signs, a listening log of `entries_wanted` entries), or being
    at a live session. An optional one is material that finishing the course does not ask for.
    """

    __tablename__ = "lesson"
    __table_args__ = (
        UniqueConstraint("version_id", "slug"),
        UniqueConstraint("id", "version_id"),
        ForeignKeyConstraint(["module_id", "version_id"], ["module.id", "module.version_id"]),
        CheckConstraint("minutes > 0", name="minutes"),
        one_of("kind", KINDS),
        CheckConstraint("exercise IS NULL OR exercise IN ('checklist', 'reflection', 'log')", name="exercise"),
        CheckConstraint("(kind = 'exercise') = (exercise IS NOT NULL)", name="exercise_said"),
        CheckConstraint("entries_wanted >= 0", name="entries_wanted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    module_id: Mapped[int] = mapped_column(index=True)
    slug: Mapped[str]
    position: Mapped[int]
    minutes: Mapped[int]
    kind: Mapped[str] = mapped_column(default="reading")
    exercise: Mapped[str | None]
    entries_wanted: Mapped[int] = mapped_column(default=0)
    optional: Mapped[bool] = mapped_column(default=False, server_default=false())
    texts: Mapped[list["LessonText"]] = relationship(lazy="raise")
    clauses: Mapped[list["LessonClause"]] = relationship(lazy="raise")
    topics: Mapped[list["LessonTopic"]] = relationship(lazy="raise")
    files: Mapped[list["LessonFile"]] = relationship(lazy="raise")
    items: Mapped[list["LessonItem"]] = relationship(lazy="raise", order_by="LessonItem.position")


class LessonClause(Base):
    """A clause of the guideline that a lesson teaches."""

    __tablename__ = "lesson_clause"
    __table_args__ = (ForeignKeyConstraint(["lesson_id", "version_id"], ["lesson.id", "lesson.version_id"]),)

    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int]


class LessonTopic(Base):
    """A topic that a lesson touches beside those that its clauses belong to."""

    __tablename__ = "lesson_topic"
    __table_args__ = (ForeignKeyConstraint(["lesson_id", "version_id"], ["lesson.id", "lesson.version_id"]),)

    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int]


class LessonFile(Base):
    """A file that is a form of the lesson in one language, or belongs to one.

    `address` is that of a kept file (`/media/…`), for role `player` that of an allowed outside player. `seconds` is
    how long it plays. A film's captions are rows of role `captions`, one for each language of the captions.
    """

    __tablename__ = "lesson_file"
    __table_args__ = (
        ForeignKeyConstraint(["lesson_id", "version_id"], ["lesson.id", "lesson.version_id"]),
        one_of("role", FILE_ROLES),
        CheckConstraint("seconds >= 0", name="seconds"),
    )

    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    address: Mapped[str]
    label: Mapped[str] = mapped_column(default="")
    seconds: Mapped[int] = mapped_column(default=0)


class LessonItem(Base):
    """A line of a checklist, or a question to think about, in one language."""

    __tablename__ = "lesson_item"
    __table_args__ = (ForeignKeyConstraint(["lesson_id", "version_id"], ["lesson.id", "lesson.version_id"]),)

    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    words: Mapped[str]


class LessonText(Base):
    """A lesson in one language, cleaned by version `policy` of the allowlist. `revision` counts its saves.

    `variant` is empty for the text that everybody reads; `tier:manager` or `country:BE` is for those alone, who read
    it instead: the country before the tier, the tier before the text for everybody.
    """

    __tablename__ = "lesson_text"
    __table_args__ = (
        ForeignKeyConstraint(["lesson_id", "version_id"], ["lesson.id", "lesson.version_id"]),
        CheckConstraint("variant = '' OR variant LIKE 'tier:%' OR variant LIKE 'country:%'", name="variant"),
    )

    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[str] = mapped_column(primary_key=True, default="")
    version_id: Mapped[int]
    title: Mapped[str]
    html: Mapped[str]
    policy: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


protect(CourseVersion.__table__, ("DELETE",), UNCHANGING, when="OLD.status <> 'draft'")  # type: ignore[arg-type]
protect(
    CourseVersion.__table__,  # type: ignore[arg-type]
    ("UPDATE",),
    "a course is published with its business reason, owner and review date",
    when="NEW.status = 'published' AND EXISTS (SELECT 1 FROM course WHERE id = NEW.course_id "
    "AND (business_reason = '' OR owner = '' OR review_on IS NULL))",
    name="answers_for_itself",
)
protect(
    CourseVersion.__table__,  # type: ignore[arg-type]
    ("UPDATE",),
    UNCHANGING,
    when="OLD.status <> 'draft' AND (NEW.status = 'draft' OR NEW.note <> OLD.note OR NEW.number <> OLD.number "
    "OR NEW.change IS DISTINCT FROM OLD.change OR NEW.redo_who IS DISTINCT FROM OLD.redo_who "
    "OR NEW.redo_by IS DISTINCT FROM OLD.redo_by OR NEW.published_at IS DISTINCT FROM OLD.published_at "
    "OR NEW.published_by IS DISTINCT FROM OLD.published_by)",
    name="stays",
)
for table in (
    *(CourseText, Module, ModuleText, Lesson, LessonClause, LessonTopic, LessonFile, LessonItem, LessonText),
    *(RedoLesson, ChangedClause),
):
    protect(table.__table__, ("INSERT", "UPDATE", "DELETE"), UNCHANGING, when=PUBLISHED)  # type: ignore[arg-type]
