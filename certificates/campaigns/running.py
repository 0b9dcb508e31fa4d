"""Running a campaign: it opens with a material version, people accept, and who is late is paused by rule.

Source: lifecycle rules of the domain description (a material version is accepted anew in 30 days, or the permission is
suspended). Somebody on leave is not late: she gets two weeks from her return.
"""

from datetime import date, timedelta

from sqlalchemy import Update, exists, func, insert, literal, null, select, update
from sqlalchemy.orm import Session, aliased

from certificates import days
from certificates.campaigns import letters, touched
from certificates.campaigns.models import Campaign, CampaignPerson
from certificates.permissions import holds
from lms.base import audit, clock
from lms.base.db import parts
from lms.base.events import Foreseen
from lms.guidelines import attestations, catalog
from lms.guidelines.catalog import GuidelineView
from lms.guidelines.events import GuidelineAccepted, GuidelinePublished, WouldPublish
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person

USUAL = timedelta(days=30)
AFTER_LEAVE = timedelta(days=14)
_other = aliased(GuidelineVersion)
LATE = "The changed guideline was not accepted in time."
ACCEPTED = "The changed guideline is accepted."


def published(session: Session, event: GuidelinePublished) -> None:
    """What follows from publishing a guideline: a campaign, when it is material and holds already."""
    if event.material:
        _open(session, catalog.version(session, event.version_id))


def open_due(session: Session) -> int:
    """Open the campaigns of material versions that hold by now; returns how many. For the night."""
    due = session.scalars(
        select(GuidelineVersion.id)
        .where(
            GuidelineVersion.material,
            GuidelineVersion.published_at.is_not(None),
            GuidelineVersion.effective_on <= days.today(),
            ~exists().where(Campaign.version_id == GuidelineVersion.id),
            GuidelineVersion.number
            == select(func.max(_other.number))
            .where(_other.guideline_id == GuidelineVersion.guideline_id, _other.published_at.is_not(None))
            .scalar_subquery(),
        )
        .order_by(GuidelineVersion.id)
    ).all()
    return sum(_open(session, catalog.version(session, version_id)) for version_id in due)


def would_publish(session: Session, event: WouldPublish) -> list[Foreseen]:
    """Whom a draft would ask, if it were published as material: so many people with a permission."""
    draft = catalog.read(session, event.version_id)
    old = touched.before(session, draft)
    if not event.material or old is None:
        return []
    reached = touched.people(touched.changed(old, draft), draft.version_id).subquery()
    count = session.scalar(select(func.count()).select_from(reached)) or 0
    return [Foreseen(draft.titles, 0, count)]


def accepted(session: Session, event: GuidelineAccepted) -> None:
    """What follows from accepting a guideline: the campaigns it answers are done for her, and her pause ends."""
    own = (CampaignPerson.person_id == event.person_id, CampaignPerson.accepted_at.is_(None))
    answered = [
        campaign_id
        for campaign_id, version_id in session.execute(
            select(Campaign.id, Campaign.version_id)
            .join(CampaignPerson, CampaignPerson.campaign_id == Campaign.id)
            .where(*own)
        )
        if attestations.accepted(session, event.person_id, version_id)
    ]
    if not answered:
        return
    done = update(CampaignPerson).where(*own, CampaignPerson.campaign_id.in_(answered))
    session.execute(done.values(accepted_at=clock.now()))
    if session.scalar(select(func.count()).select_from(CampaignPerson).where(*own)) == 0:
        holds.lift_all(session, [event.person_id], "guideline", ACCEPTED)


def pause_late(session: Session) -> int:
    """Pause the permissions of those whose last day is past; returns how many people. For the night."""
    today = days.today()
    session.execute(_grace_for_leave(today))
    late = session.execute(
        select(CampaignPerson.campaign_id, CampaignPerson.person_id)
        .join(Campaign, Campaign.id == CampaignPerson.campaign_id)
        .join(Person, Person.id == CampaignPerson.person_id)
        .where(
            CampaignPerson.accepted_at.is_(None),
            CampaignPerson.held_at.is_(None),
            CampaignPerson.closes_on < today,
            Person.status == "active",
        )
        .order_by(CampaignPerson.person_id)
    ).all()
    people = sorted({row.person_id for row in late})
    holds.place_all(session, people, "guideline", LATE)
    for some in parts(people):
        held = update(CampaignPerson).where(
            CampaignPerson.person_id.in_(some),
            CampaignPerson.accepted_at.is_(None),
            CampaignPerson.held_at.is_(None),
            CampaignPerson.closes_on < today,
        )
        session.execute(held.values(held_at=clock.now()))
    over = update(Campaign).where(Campaign.closed_at.is_(None), Campaign.closes_on < today)
    session.execute(over.values(closed_at=clock.now()))
    return len(people)


def _open(session: Session, version: GuidelineView) -> bool:
    """Open the campaign of a version, unless it is the first, holds later, or is open. One campaign a version."""
    old = touched.before(session, version)
    there = session.scalar(select(exists().where(Campaign.version_id == version.version_id)))
    if old is None or there or version.effective_on > days.today():
        return False
    campaign = Campaign(
        version_id=version.version_id,
        closes_on=version.accept_by_on or days.today() + USUAL,
        opened_at=clock.now(),
    )
    session.add(campaign)
    session.flush()
    reached = touched.people(touched.changed(old, version), version.version_id).subquery()
    columns = ["campaign_id", "person_id", "asked_at", "closes_on", "accepted_at", "held_at"]
    rows = select(
        literal(campaign.id),
        reached.c.person_id,
        literal(campaign.opened_at),
        literal(campaign.closes_on),
        null(),
        null(),
    )
    session.execute(insert(CampaignPerson).from_select(columns, rows))
    audit.record(session, "opened a campaign", f"campaign:{campaign.id}", version=version.number)
    letters.ask(session, campaign, version)
    return True


def _grace_for_leave(today: date) -> Update:
    """Who is away, or came back of late, has two weeks from the last day on which she was seen away."""
    away = select(Person.id).where(Person.status == "leave")
    return (
        update(CampaignPerson)
        .where(
            CampaignPerson.person_id.in_(away),
            CampaignPerson.accepted_at.is_(None),
            CampaignPerson.closes_on < today + AFTER_LEAVE,
        )
        .values(closes_on=today + AFTER_LEAVE)
    )
