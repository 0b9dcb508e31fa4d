"""Guidelines: versioned documents of clauses, and who accepted which text."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, append_only, one_of, protect


class Guideline(Base):
    """A document of rules, such as "How we speak"."""

    __tablename__ = "guideline"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)


class GuidelineVersion(Base):
    """One edition of a guideline. Once published it never changes."""

    __tablename__ = "guideline_version"
    __table_args__ = (UniqueConstraint("guideline_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guideline_id: Mapped[int] = mapped_column(ForeignKey("guideline.id"))
    number: Mapped[int]
    material: Mapped[bool]
    effective_on: Mapped[date]
    published_at: Mapped[datetime]
    source_sha256: Mapped[str]
    guideline: Mapped[Guideline] = relationship(lazy="raise")
    texts: Mapped[list["GuidelineText"]] = relationship(lazy="raise")
    clauses: Mapped[list["Clause"]] = relationship(lazy="raise", order_by="Clause.position")


class GuidelineText(Base):
    """A version in one language. `sha256` is that of `whole`, the exact words a person accepts."""

    __tablename__ = "guideline_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    intro_html: Mapped[str]
    whole: Mapped[str]
    sha256: Mapped[str]


class Clause(Base):
    """A rule with a code that lessons and questions cite: a freedom (F…) or a duty (D…)."""

    __tablename__ = "clause"
    __table_args__ = (UniqueConstraint("version_id", "code"), one_of("kind", ("freedom", "duty")))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"))
    code: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str]
    red_line: Mapped[bool]
    texts: Mapped[list["ClauseText"]] = relationship(lazy="raise")


class ClauseText(Base):
    """A clause in one language."""

    __tablename__ = "clause_text"

    clause_id: Mapped[int] = mapped_column(ForeignKey("clause.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    body_html: Mapped[str]


class Attestation(Base):
    """Somebody accepted a version of a guideline, in a language, in exactly the words with this SHA-256."""

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("person_id", "version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    language: Mapped[str]
    text_sha256: Mapped[str]
    accepted_at: Mapped[datetime]


class ClauseAttestation(Base):
    """Somebody accepted one clause of a version, in a language, in exactly the words with this SHA-256."""

    __tablename__ = "clause_attestation"
    __table_args__ = (UniqueConstraint("person_id", "clause_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clause_id: Mapped[int] = mapped_column(ForeignKey("clause.id"), index=True)
    language: Mapped[str]
    text_sha256: Mapped[str]
    accepted_at: Mapped[datetime]


for table in (GuidelineVersion, GuidelineText, Clause, ClauseText):
    protect(table.__table__, ("UPDATE", "DELETE"), "a published guideline never changes")  # type: ignore[arg-type]
append_only(Attestation.__table__)  # type: ignore[arg-type]
append_only(ClauseAttestation.__table__)  # type: ignore[arg-type]
