"""The ladder of levels: read from the database, kept in memory until it changes.

`levels.loading` brings it from `content/levels.toml`, `levels.editing` changes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from certificates.level_models import APPROVERS, Level, LevelRequirement
from certificates.standing import Scope
from courses.models import Course
from lms.base.db import remembered
from lms.base.errors import NotFound

FLAGS = ("needs_attestation", "granted_by_rule", "may_reply", "may_commit", "may_in_crisis")
EXTRA_FLAGS = ("by_appointment", "preapproval")
NUMBERS = {"renew_days": 60, "grace_days": 14, "samples": 0, "renewal_samples": 0}
TERMS = ("attest_months", "dormant_months")
RULES = ("kind", "rank", "valid_months", *FLAGS, *EXTRA_FLAGS, *NUMBERS, *TERMS)
TEXTS = ("name", "allows", "criteria", "disclosure")
LISTS = ("may", "never")


@dataclass(frozen=True)
class LevelWords:
    """What a level says of itself in one language; `allows` follows the holder's name."""

    name: str
    allows: str
    criteria: str
    may: tuple[str, ...]
    never: tuple[str, ...]
    disclosure: str


@dataclass(frozen=True)
class Need:
    """Something a level asks for (`LevelRequirement`). `course_id` is there once the course exists."""

    kind: str
    slug: str
    renewal: bool = False
    tier: str | None = None
    percent: int | None = None
    within_months: int | None = None
    course_id: int | None = None


@dataclass(frozen=True)
class LevelView:
    """A level in all its languages. A level without a scope proves something and gives no authorization.

    See `level_models.Level` for what each rule means.
    """

    id: int
    code: str
    kind: str
    rank: int
    revision: int
    valid_months: int
    renew_days: int
    grace_days: int
    attest_months: int | None
    dormant_months: int | None
    samples: int
    renewal_samples: int
    by_appointment: bool
    preapproval: bool
    needs_attestation: bool
    granted_by_rule: bool
    may_reply: bool
    may_commit: bool
    may_in_crisis: bool
    retired: bool
    texts: Mapping[str, LevelWords]
    needs: tuple[Need, ...]
    approvers: tuple[str, ...]
    scope: Scope

    @property
    def gives_authorization(self) -> bool:
        return bool(self.scope.pairs())

    @property
    def course_ids(self) -> tuple[int, ...]:
        """The courses that everybody completes for it, of those that exist."""
        return self.courses_for("")

    def needs_of(self, tier: str, *, renewal: bool = False) -> tuple[Need, ...]:
        """What somebody of a tier needs, at first or to renew."""
        return tuple(need for need in self.needs if need.renewal == renewal and need.tier in (None, tier))

    def courses_for(self, tier: str) -> tuple[int, ...]:
        """The courses that somebody of a tier completes for it at first, of those that exist, by number."""
        found = (need.course_id for need in self.needs_of(tier) if need.kind == "course")
        return tuple(sorted(number for number in found if number is not None))

    @property
    def complete(self) -> bool:
        """Whether all courses it asks for at first exist: without one of them nobody can reach it."""
        return all(need.course_id for need in self.needs if need.kind == "course" and not need.renewal)


_COURSES_THERE = (
    select(func.count())
    .where(
        LevelRequirement.level_id == Level.id, LevelRequirement.kind == "course", Course.slug == LevelRequirement.slug
    )
    .scalar_subquery()
)
_LEVELS = select(Level.id, Level.source_sha256, Level.revision, Level.retired_at, _COURSES_THERE).order_by(Level.rank)


def levels(session: Session) -> tuple[LevelView, ...]:
    """All levels and endorsements, lowest first. One statement once they are in memory."""
    rows = session.execute(_LEVELS).all()
    key = ("levels", *(tuple(row) for row in rows))
    return remembered(session, key, lambda: _read(session)) if rows else ()


def level(session: Session, code: str) -> LevelView:
    """A level by its code. Raises `NotFound`."""
    for found in levels(session):
        if found.code == code:
            return found
    raise NotFound


def by_id(session: Session, level_id: int) -> LevelView:
    """A level by number. Raises `NotFound`."""
    for found in levels(session):
        if found.id == level_id:
            return found
    raise NotFound


def _read(session: Session) -> tuple[LevelView, ...]:
    rows = session.scalars(
        select(Level)
        .order_by(Level.rank)
        .options(
            selectinload(Level.texts),
            selectinload(Level.requirements),
            selectinload(Level.approvals),
            selectinload(Level.scope),
        )
        .execution_options(populate_existing=True)
    ).all()
    asked = {need.slug for level in rows for need in level.requirements if need.kind == "course"}
    courses = dict(session.execute(select(Course.slug, Course.id).where(Course.slug.in_(asked))).all())
    return tuple(_view(level, courses) for level in rows)


def _view(level: Level, courses: Mapping[str, int]) -> LevelView:
    return LevelView(
        id=level.id,
        code=level.code,
        revision=level.revision,
        retired=level.retired_at is not None,
        **{name: getattr(level, name) for name in RULES},
        texts={
            text.language: LevelWords(
                text.name, text.allows, text.criteria, tuple(text.may), tuple(text.never), text.disclosure
            )
            for text in level.texts
        },
        needs=tuple(_need(row, courses) for row in level.requirements),
        approvers=tuple(role for role in APPROVERS if role in {row.role for row in level.approvals}),
        scope=Scope.of((row.dimension, row.value) for row in level.scope),
    )


def _need(row: LevelRequirement, courses: Mapping[str, int]) -> Need:
    course_id = courses.get(row.slug) if row.kind == "course" else None
    return Need(row.kind, row.slug, row.renewal, row.tier, row.percent, row.within_months, course_id)
