"""Reading guidelines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Date, bindparam, case, select
from sqlalchemy.orm import Session, selectinload

from lms.base import clock
from lms.base.db import remembered
from lms.base.errors import NotFound
from lms.guidelines import entries
from lms.guidelines.models import Clause, Guideline, GuidelineVersion

MAIN = "how-we-speak"


@dataclass(frozen=True)
class ClauseView:
    """A clause in all its languages. `notes` has the Markdown of `note_htmls`."""

    code: str
    kind: str
    red_line: bool
    titles: Mapping[str, str]
    bodies: Mapping[str, str]
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    note_htmls: Mapping[str, str] = field(default_factory=dict)
    tier: str | None = None
    country: str | None = None
    touches: tuple[tuple[str, str], ...] = ()

    @property
    def limited(self) -> bool:
        """Whether it is for some people only."""
        return self.tier is not None or self.country is not None

    def is_for(self, tier: str, country: str) -> bool:
        """Whether it is for people of a tier who work in a country (two letters)."""
        return self.tier in (None, tier) and (self.country is None or self.country.lower() == country.lower())


@dataclass(frozen=True)
class GuidelineView:
    """A version of a guideline in all its languages. Once published it never changes: it is kept in the process.

    `sources`, `intro_sources` have the Markdown of `bodies`, `intros`; `changes` says what is new, in plain text.
    """

    version_id: int
    slug: str
    number: int
    effective_on: date
    titles: Mapping[str, str]
    intros: Mapping[str, str]
    sha256s: Mapping[str, str]
    clauses: tuple[ClauseView, ...]
    material: bool = True
    accept_by_on: date | None = None
    published_at: datetime | None = None
    wholes: Mapping[str, str] = field(default_factory=dict)
    intro_sources: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def limited(self) -> bool:
        """Whether some of its clauses are for some people only."""
        return any(clause.limited for clause in self.clauses)

    def clauses_for(self, tier: str, country: str) -> tuple[ClauseView, ...]:
        """The clauses for people of a tier who work in a country: those for everybody and their own."""
        return tuple(clause for clause in self.clauses if clause.is_for(tier, country))

    def clauses_for_others(self, tier: str, country: str) -> tuple[ClauseView, ...]:
        """The rest: the clauses for other tiers or countries, which this reader does not accept."""
        return tuple(clause for clause in self.clauses if not clause.is_for(tier, country))

    def clause(self, code: str) -> ClauseView:
        """The clause with this code. Raises `KeyError`."""
        for clause in self.clauses:
            if clause.code == code:
                return clause
        raise KeyError(code)

    @property
    def freedoms(self) -> tuple[ClauseView, ...]:
        return tuple(clause for clause in self.clauses if clause.kind == "freedom")

    @property
    def duties(self) -> tuple[ClauseView, ...]:
        return tuple(clause for clause in self.clauses if clause.kind == "duty")


_HOLDS = GuidelineVersion.effective_on <= bindparam("on", type_=Date())
_LIVE = (
    select(GuidelineVersion.id)
    .join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
    .where(Guideline.slug == bindparam("slug"), GuidelineVersion.published_at.is_not(None))
    .order_by(case((_HOLDS, GuidelineVersion.number), else_=-GuidelineVersion.number).desc())
    .limit(1)
)
"""The newest version that holds on a day, else the first there will be."""


def today() -> date:
    """The calendar day it is now at the company: a version holds from its day on there, wherever it is read."""
    return clock.today()


def live(session: Session, slug: str = MAIN) -> GuidelineView:
    """The version of a guideline that holds today; before the first holds, the first. Raises `NotFound`. One statement.

    A guideline is read and accepted before its first day, so that nobody stands without rules until then.
    """
    return _found(session, session.scalar(_LIVE, {"slug": slug, "on": today()}))


def live_on(session: Session, on: date, slug: str = MAIN) -> GuidelineView:
    """The newest published version of a guideline that holds on a day. Raises `NotFound`. One statement."""
    return _found(session, session.scalar(_LIVE.where(_HOLDS), {"slug": slug, "on": on}))


def _found(session: Session, version_id: int | None) -> GuidelineView:
    if version_id is None:
        raise NotFound
    return version(session, version_id)


def version(session: Session, version_id: int) -> GuidelineView:
    """A published version of a guideline by number, from memory after the first time. Raises `NotFound`."""
    return remembered(session, ("guideline", version_id), lambda: _published(session, version_id))


@dataclass(frozen=True)
class Edition:
    """A published version in a list of them."""

    version_id: int
    number: int
    effective_on: date
    material: bool


_OF_EDITION = (GuidelineVersion.number, GuidelineVersion.effective_on, GuidelineVersion.material)


def editions(session: Session, slug: str = MAIN) -> list[Edition]:
    """The published versions of a guideline, newest first. One statement."""
    rows = session.execute(
        select(GuidelineVersion.id, *_OF_EDITION)
        .join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
        .where(Guideline.slug == slug, GuidelineVersion.published_at.is_not(None))
        .order_by(GuidelineVersion.number.desc())
    )
    return [Edition(*row) for row in rows]


def holding(editions: Iterable[Edition], on: date) -> Edition | None:
    """Which of a guideline's versions, newest first, holds on a day; before the first holds, the first."""
    first = None
    for first in editions:
        if first.effective_on <= on:
            return first
    return first


def address(code: str, slug: str = MAIN) -> str:
    """Where a clause can be read."""
    return f"/guidelines/{slug}#{code}"


def _published(session: Session, version_id: int) -> GuidelineView:
    found = read(session, version_id)
    if found.published_at is None:
        raise NotFound
    return found


def read(session: Session, version_id: int) -> GuidelineView:
    """A version as it stands in the database, a draft too. Raises `NotFound`. A statement for each of its tables."""
    row = session.scalars(
        select(GuidelineVersion)
        .where(GuidelineVersion.id == version_id)
        .options(
            selectinload(GuidelineVersion.guideline),
            selectinload(GuidelineVersion.texts),
            selectinload(GuidelineVersion.clauses).selectinload(Clause.texts),
            selectinload(GuidelineVersion.clauses).selectinload(Clause.touches),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return view(row, row.guideline.slug)


def view(row: GuidelineVersion, slug: str) -> GuidelineView:
    """A version with all its rows, as it is read. Pure."""
    return GuidelineView(
        version_id=row.id,
        slug=slug,
        number=row.number,
        effective_on=row.effective_on,
        material=row.material,
        accept_by_on=row.accept_by_on,
        published_at=row.published_at,
        titles={text.language: text.title for text in row.texts},
        intros={text.language: text.intro_html for text in row.texts},
        intro_sources={text.language: text.intro for text in row.texts},
        changes={text.language: text.changes for text in row.texts if text.changes},
        sha256s={text.language: text.sha256 for text in row.texts},
        wholes={text.language: text.whole for text in row.texts},
        clauses=tuple(_clause(clause) for clause in row.clauses),
    )


def _clause(clause: Clause) -> ClauseView:
    return ClauseView(
        code=clause.code,
        kind=clause.kind,
        red_line=clause.red_line,
        tier=clause.tier,
        country=clause.country,
        touches=tuple(sorted((touch.dimension, touch.value) for touch in clause.touches)),
        titles={text.language: text.title for text in clause.texts},
        bodies={text.language: text.body_html for text in clause.texts},
        sources={text.language: text.body for text in clause.texts},
        notes={text.language: text.note for text in clause.texts if text.note},
        note_htmls={text.language: entries.note_html(text.note) for text in clause.texts if text.note},
    )
