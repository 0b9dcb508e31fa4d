"""Topics, who reviews them, what reviewers say, and what they signed off."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, append_only


class Topic(Base):
    """Something that lessons speak of. What touches a regulated topic is not published without a sign-off."""

    __tablename__ = "topic"

    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    regulated: Mapped[bool]


class TopicText(Base):
    """The name of a topic, in one language."""

    __tablename__ = "topic_text"

    key: Mapped[str] = mapped_column(ForeignKey("topic.key"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class TopicClause(Base):
    """A clause of the guideline that belongs to a topic: a lesson that cites it touches the topic."""

    __tablename__ = "topic_clause"

    key: Mapped[str] = mapped_column(ForeignKey("topic.key"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class Reviewer(Base):
    """Somebody reviews a topic in all courses, or a course in all its topics."""

    __tablename__ = "reviewer"
    __table_args__ = (
        CheckConstraint("(topic IS NULL) <> (course_id IS NULL)", name="topic_or_course"),
        Index(
            "uq_reviewer_topic",
            "person_id",
            "topic",
            unique=True,
            sqlite_where=text("topic IS NOT NULL"),
            postgresql_where=text("topic IS NOT NULL"),
        ),
        Index(
            "uq_reviewer_course",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("course_id IS NOT NULL"),
            postgresql_where=text("course_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    topic: Mapped[str | None] = mapped_column(ForeignKey("topic.key"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))


class SignOff(Base):
    """A reviewer signed off a draft: for a topic, or for the course (`topic` empty), in exactly these words.

    `digest` is the SHA-256 of what was signed; a draft that has changed since needs another sign-off.
    """

    __tablename__ = "sign_off"
    __table_args__ = (UniqueConstraint("version_id", "topic", "person_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    topic: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    digest: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime]


class ReviewComment(Base):
    """A remark on a passage of a draft, or an answer to one. `quote` is the passage, in its words then."""

    __tablename__ = "review_comment"
    __table_args__ = (CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name="resolved"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    lesson: Mapped[str]
    language: Mapped[str]
    variant: Mapped[str] = mapped_column(default="")
    quote: Mapped[str] = mapped_column(default="")
    words: Mapped[str]
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("review_comment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


append_only(SignOff.__table__)  # type: ignore[arg-type]
