"""The guidelines as their authors see them: what holds, what is drafted, and all versions there were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.guidelines import catalog
from lms.guidelines.catalog import GuidelineView
from lms.guidelines.models import Guideline, GuidelineText, GuidelineVersion
from lms.people.models import Person


@dataclass(frozen=True)
class Entry:
    """A version in the list of versions: a draft has no `published_at`. `holds`: it is the one of today."""

    number: int
    effective_on: date
    material: bool
    accept_by_on: date | None
    published_at: datetime | None
    by: str
    holds: bool

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


@dataclass(frozen=True)
class Shelved:
    """A guideline with its versions, newest first."""

    slug: str
    titles: Mapping[str, str]
    versions: tuple[Entry, ...]

    @property
    def live(self) -> Entry | None:
        """The version that holds today."""
        return next((one for one in self.versions if one.holds), None)

    @property
    def draft(self) -> Entry | None:
        return next((one for one in self.versions if one.is_draft), None)

    @property
    def coming(self) -> Entry | None:
        """The newest published version that holds from a later day."""
        newest = next((one for one in self.versions if not one.is_draft), None)
        return None if newest is None or newest == self.live else newest


@dataclass(frozen=True)
class Reader:
    """As whom a guideline is read: a tier, a country (both may be empty) and the language of the text."""

    tier: str
    country: str
    language: str


def guidelines(session: Session) -> list[Shelved]:
    """All guidelines by address. Two statements, however many there are."""
    rows = session.execute(
        select(Guideline.slug, GuidelineVersion, Person.given_name, Person.family_name)
        .join(GuidelineVersion, GuidelineVersion.guideline_id == Guideline.id)
        .outerjoin(Person, Person.id == GuidelineVersion.published_by_id)
        .order_by(Guideline.slug, GuidelineVersion.number.desc())
    ).all()
    titles = _titles(session)
    found: dict[str, list[tuple[GuidelineVersion, str]]] = {}
    for slug, version, given, family in rows:
        found.setdefault(slug, []).append((version, f"{given or ''} {family or ''}".strip()))
    return [Shelved(slug, titles[versions[0][0].id], _entries(versions)) for slug, versions in found.items()]


def guideline(session: Session, slug: str) -> Shelved:
    """A guideline with its versions. Raises `NotFound`."""
    for found in guidelines(session):
        if found.slug == slug:
            return found
    raise NotFound


def numbered(session: Session, slug: str, number: int) -> GuidelineView:
    """A version of a guideline by its number, a draft too. Raises `NotFound`."""
    wanted = select(GuidelineVersion.id).join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
    version_id = session.scalar(wanted.where(Guideline.slug == slug, GuidelineVersion.number == number))
    if version_id is None:
        raise NotFound
    return catalog.read(session, version_id)


def _titles(session: Session) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for version_id, language, title in session.execute(
        select(GuidelineText.version_id, GuidelineText.language, GuidelineText.title)
    ):
        found.setdefault(version_id, {})[language] = title
    return found


def _entries(versions: list[tuple[GuidelineVersion, str]]) -> tuple[Entry, ...]:
    today = catalog.today()
    holding = next((one.id for one, _ in versions if one.published_at and one.effective_on <= today), None)
    return tuple(
        Entry(
            number=one.number,
            effective_on=one.effective_on,
            material=one.material,
            accept_by_on=one.accept_by_on,
            published_at=one.published_at,
            by=by,
            holds=one.id == holding,
        )
        for one, by in versions
    )
