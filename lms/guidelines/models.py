"""Guidelines: versioned documents of clauses, and who accepted which text."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, append_only, one_of, protect
from lms.people.models import TIERS


class Guideline(Base):
    """A document of rules, such as "How we speak"."""

    __tablename__ = "guideline"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)


class GuidelineVersion(Base):
    """One edition of a guideline: a draft until it is published; from then on it never changes.

    `material`: who is touched accepts it anew, until the end of `accept_by_on`. `revision` counts the saves of a draft.
    A guideline has one draft at a time.
    """

    __tablename__ = "guideline_version"
    __table_args__ = (
        UniqueConstraint("guideline_id", "number"),
        Index(
            "uq_guideline_version_draft",
            "guideline_id",
            unique=True,
            sqlite_where=text("published_at IS NULL"),
            postgresql_where=text("published_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guideline_id: Mapped[int] = mapped_column(ForeignKey("guideline.id"))
    number: Mapped[int]
    material: Mapped[bool]
    effective_on: Mapped[date]
    accept_by_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(default=1)
    source_sha256: Mapped[str]
    guideline: Mapped[Guideline] = relationship(lazy="raise")
    texts: Mapped[list["GuidelineText"]] = relationship(lazy="raise")
    clauses: Mapped[list["Clause"]] = relationship(lazy="raise", order_by="Clause.position")


class GuidelineText(Base):
    """A version in one language. `whole` has the exact words of all its clauses, `sha256` is that of `whole`.

    What a person accepts is this text with the clauses that are for her (`attestations.exact_text`). `intro` is the
    Markdown of `intro_html`; `changes` says in words what is new in this version.
    """

    __tablename__ = "guideline_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    intro: Mapped[str] = mapped_column(default="")
    intro_html: Mapped[str]
    changes: Mapped[str] = mapped_column(default="")
    whole: Mapped[str]
    sha256: Mapped[str]


class Clause(Base):
    """A rule with a code that lessons and questions cite: a freedom (F…) or a duty (D…).

    With a `tier` it is for people of that tier only; with a `country` (two letters) for people who work there.
    """

    __tablename__ = "clause"
    __table_args__ = (
        UniqueConstraint("version_id", "code"),
        one_of("kind", ("freedom", "duty")),
        one_of("tier", TIERS),
        CheckConstraint("length(country) = 2", name="country"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"))
    code: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str]
    red_line: Mapped[bool]
    tier: Mapped[str | None]
    country: Mapped[str | None]
    texts: Mapped[list["ClauseText"]] = relationship(lazy="raise")
    touches: Mapped[list["ClauseTouch"]] = relationship(lazy="raise")


class ClauseText(Base):
    """A clause in one language: its words, as Markdown (`body`) and as shown, and a note on its scope."""

    __tablename__ = "clause_text"

    clause_id: Mapped[int] = mapped_column(ForeignKey("clause.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    body_html: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class ClauseTouch(Base):
    """A channel or topic that a clause is about. A clause with none of them touches everybody."""

    __tablename__ = "clause_touch"
    __table_args__ = (one_of("dimension", ("channel", "topic")),)

    clause_id: Mapped[int] = mapped_column(ForeignKey("clause.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class GuidelineSignOff(Base):
    """A reviewer agreed with the draft as it read then (`text_sha256`), or asked for changes."""

    __tablename__ = "guideline_sign_off"
    __table_args__ = (one_of("decision", ("agreed", "changes")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str]
    text_sha256: Mapped[str]
    remark: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Attestation(Base):
    """Somebody accepted a version of a guideline, in a language, in exactly the words with this SHA-256.

    `tier` and `country` are hers on that day: they decide which clauses the text had. `number` says how manyth time
    she accepted these rules: versions with better words only count with the one before, see `attestations.accept`.
    """

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("person_id", "version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    language: Mapped[str]
    tier: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    number: Mapped[int] = mapped_column(default=1)
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


_PUBLISHED = "EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = "
_OF_CLAUSE = "(SELECT version_id FROM clause WHERE clause.id = OLD.clause_id)"
for table, when in (
    (GuidelineVersion, "OLD.published_at IS NOT NULL"),
    (GuidelineText, f"{_PUBLISHED}OLD.version_id)"),
    (Clause, f"{_PUBLISHED}OLD.version_id)"),
    (ClauseText, f"{_PUBLISHED}{_OF_CLAUSE})"),
    (ClauseTouch, f"{_PUBLISHED}{_OF_CLAUSE})"),
):
    protect(table.__table__, ("UPDATE", "DELETE"), "a published guideline never changes", when)  # type: ignore[arg-type]
append_only(GuidelineSignOff.__table__)  # type: ignore[arg-type]
append_only(Attestation.__table__)  # type: ignore[arg-type]
append_only(ClauseAttestation.__table__)  # type: ignore[arg-type]
