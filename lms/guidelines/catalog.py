"""Reading guidelines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms.base.db import remembered
from lms.base.errors import NotFound
from lms.guidelines.models import Clause, Guideline, GuidelineText, GuidelineVersion

MAIN = "how-we-speak"


@dataclass(frozen=True)
class ClauseView:
    """A clause in all its languages."""

    code: str
    kind: str
    red_line: bool
    titles: Mapping[str, str]
    bodies: Mapping[str, str]


@dataclass(frozen=True)
class GuidelineView:
    """A version of a guideline in all its languages. It never changes, so it is kept in the process."""

    version_id: int
    slug: str
    number: int
    effective_on: date
    titles: Mapping[str, str]
    intros: Mapping[str, str]
    sha256s: Mapping[str, str]
    clauses: tuple[ClauseView, ...]

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


_LIVE = (
    select(GuidelineVersion.id)
    .join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
    .where(GuidelineVersion.published_at.is_not(None))
    .order_by(GuidelineVersion.number.desc())
    .limit(1)
)


def live(session: Session, slug: str = MAIN) -> GuidelineView:
    """The newest published version of a guideline. Raises `NotFound`. One statement."""
    version_id = session.scalar(_LIVE.where(Guideline.slug == slug))
    if version_id is None:
        raise NotFound
    return version(session, version_id)


def version(session: Session, version_id: int) -> GuidelineView:
    """A version of a guideline by number, from memory after the first time."""
    return remembered(session, ("guideline", version_id), lambda: _load(session, version_id))


def address(code: str, slug: str = MAIN) -> str:
    """Where a clause can be read."""
    return f"/guidelines/{slug}#{code}"


def _load(session: Session, version_id: int) -> GuidelineView:
    row = session.scalars(
        select(GuidelineVersion)
        .where(GuidelineVersion.id == version_id)
        .options(
            selectinload(GuidelineVersion.guideline),
            selectinload(GuidelineVersion.texts),
            selectinload(GuidelineVersion.clauses).selectinload(Clause.texts),
        )
    ).one()
    return GuidelineView(
        version_id=row.id,
        slug=row.guideline.slug,
        number=row.number,
        effective_on=row.effective_on,
        titles={text.language: text.title for text in row.texts},
        intros={text.language: text.intro_html for text in row.texts},
        sha256s={text.language: text.sha256 for text in row.texts},
        clauses=tuple(
            ClauseView(
                code=clause.code,
                kind=clause.kind,
                red_line=clause.red_line,
                titles={text.language: text.title for text in clause.texts},
                bodies={text.language: text.body_html for text in clause.texts},
            )
            for clause in row.clauses
        ),
    )


def whole_text(session: Session, version_id: int, language: str) -> GuidelineText | None:
    """The exact words of a version in a language, as people accept them."""
    return session.get(GuidelineText, (version_id, language))
