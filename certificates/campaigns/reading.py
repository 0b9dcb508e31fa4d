"""Campaigns as pages show them: how far each is, who has not accepted yet, and what is new for one person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session

from certificates.campaigns import touched
from certificates.campaigns.models import Campaign, CampaignPerson
from certificates.permissions.rights import Viewer
from lms.base.errors import NotFound
from lms.guidelines import catalog, comparing
from lms.guidelines.catalog import GuidelineView
from lms.guidelines.comparing import ClauseChange
from lms.people import directory
from lms.people.models import Person, Unit

PAGE = 50
WORDS_A_MINUTE = 180


@dataclass(frozen=True)
class Progress:
    """How far a campaign is among the people that the viewer sees."""

    id: int
    version: GuidelineView
    opened_at: datetime
    closes_on: date
    reached: int
    accepted: int
    paused: int

    @property
    def percent(self) -> int:
        return 100 * self.accepted // self.reached if self.reached else 100


@dataclass(frozen=True)
class Open:
    """A page of those who have not accepted yet: rows of `name`, `unit`, `status`, `closes_on` and `held_at`."""

    rows: list[Row[Any]]
    page: int
    more: bool


@dataclass(frozen=True)
class News:
    """What is new for one person: the clauses that are hers, as they changed; `minutes` to read them."""

    campaign_id: int
    version: GuidelineView
    clauses: tuple[ClauseChange, ...]
    closes_on: date
    accepted_at: datetime | None
    minutes: int


def all_of_them(session: Session, viewer: Viewer) -> list[Progress]:
    """All campaigns, newest first, with the figures of those whom the viewer sees. Two statements and the versions."""
    seen = CampaignPerson.person_id.is_not(None) if viewer.sees_all else _among(viewer)
    figures = (
        select(
            CampaignPerson.campaign_id,
            func.count().label("reached"),
            func.count(CampaignPerson.accepted_at).label("accepted"),
            func.count(case((CampaignPerson.accepted_at.is_(None), CampaignPerson.held_at))).label("paused"),
        )
        .where(seen)
        .group_by(CampaignPerson.campaign_id)
    )
    counted: dict[int, Any] = {row.campaign_id: row for row in session.execute(figures)}
    campaigns = session.scalars(select(Campaign).order_by(Campaign.id.desc())).all()
    return [_progress(session, one, counted.get(one.id)) for one in campaigns]


def one(session: Session, viewer: Viewer, campaign_id: int) -> Progress:
    """One campaign. Raises `NotFound`."""
    for found in all_of_them(session, viewer):
        if found.id == campaign_id:
            return found
    raise NotFound


def not_yet(session: Session, viewer: Viewer, campaign_id: int, page: int = 1) -> Open:
    """Who has not accepted yet, those whose day is first; of those whom the viewer sees. One statement."""
    seen = [] if viewer.sees_all else [_among(viewer)]
    rows: Any = session.execute(
        select(
            (Person.given_name + " " + Person.family_name).label("name"),
            Unit.path.label("unit"),
            Person.status,
            CampaignPerson.closes_on,
            CampaignPerson.held_at,
        )
        .join(Person, Person.id == CampaignPerson.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(CampaignPerson.campaign_id == campaign_id, CampaignPerson.accepted_at.is_(None), *seen)
        .where(Person.status != "left")
        .order_by(CampaignPerson.closes_on, Person.family_name, Person.given_name, Person.id)
        .limit(PAGE + 1)
        .offset(PAGE * (page - 1))
    ).all()
    return Open(list(rows[:PAGE]), page, len(rows) > PAGE)


def news(session: Session, person_id: int, campaign_id: int, language: str) -> News:
    """What a campaign asks one person to read. Raises `NotFound` when it does not reach her."""
    row = session.execute(
        select(Campaign.version_id, CampaignPerson.closes_on, CampaignPerson.accepted_at, Person.tier, Person.country)
        .join(CampaignPerson, CampaignPerson.campaign_id == Campaign.id)
        .join(Person, Person.id == CampaignPerson.person_id)
        .where(Campaign.id == campaign_id, CampaignPerson.person_id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    version = catalog.version(session, row.version_id)
    old = touched.before(session, version)
    if old is None:
        raise NotFound
    hers = {clause.code for clause in touched.for_person(touched.changed(old, version), row.tier, row.country)}
    changes = comparing.compare(old, version, language if language in version.titles else "en").changed
    clauses = tuple(change for change in changes if change.code in hers)
    return News(campaign_id, version, clauses, row.closes_on, row.accepted_at, _minutes(version, hers, language))


def waiting_for(session: Session, person_id: int) -> Any:
    """The campaign that waits for somebody and closes first: its `id` and `closes_on`; or nothing. One statement."""
    statement = (
        select(CampaignPerson.campaign_id.label("id"), CampaignPerson.closes_on)
        .where(CampaignPerson.person_id == person_id, CampaignPerson.accepted_at.is_(None))
        .order_by(CampaignPerson.closes_on)
        .limit(1)
    )
    return session.execute(statement).one_or_none()


def _among(viewer: Viewer) -> ColumnElement[bool]:
    return CampaignPerson.person_id.in_(select(directory.organization_of(viewer.id).c.id))


def _progress(session: Session, campaign: Campaign, row: Any) -> Progress:
    return Progress(
        id=campaign.id,
        version=catalog.version(session, campaign.version_id),
        opened_at=campaign.opened_at,
        closes_on=campaign.closes_on,
        reached=row.reached if row else 0,
        accepted=row.accepted if row else 0,
        paused=row.paused if row else 0,
    )


def _minutes(version: GuidelineView, codes: set[str], language: str) -> int:
    words = 0
    for clause in version.clauses:
        if clause.code in codes:
            words += len(clause.bodies.get(language, clause.bodies.get("en", "")).split())
    return max(1, round(words / WORDS_A_MINUTE))
