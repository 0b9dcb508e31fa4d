"""What people are told about a campaign, in their own language."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days
from certificates.campaigns.models import Campaign, CampaignPerson
from lms.base import i18n, mail, outbox
from lms.base.i18n import force_locale, gettext, pick
from lms.base.outbox import Letter, OutboxMessage
from lms.guidelines import catalog
from lms.guidelines.catalog import GuidelineView
from lms.people.models import Person

REMIND_BEFORE = (14, 7, 1)
"""Days before somebody's last day on which she is reminded."""


def ask(session: Session, campaign: Campaign, version: GuidelineView) -> None:
    """Ask everybody whom a campaign reaches, once."""
    outbox.queue_all(session, _letters(session, campaign, version, "asked", None))


def remind(session: Session) -> int:
    """Remind those who have not accepted 14, 7 and 1 days before their last day; returns how many. For the night."""
    count = 0
    for campaign in session.scalars(select(Campaign).order_by(Campaign.id)).all():
        for before in REMIND_BEFORE:
            closes_on = days.today() + timedelta(days=before)
            new = _letters(session, campaign, catalog.version(session, campaign.version_id), str(before), closes_on)
            count += _queue_new(session, new)
    return count


def _letters(
    session: Session, campaign: Campaign, version: GuidelineView, occasion: str, closes_on: date | None
) -> list[Letter]:
    """A letter to each person of a campaign who has not accepted and works: with this last day, or with any."""
    statement = (
        select(Person, CampaignPerson.closes_on)
        .join(CampaignPerson, CampaignPerson.person_id == Person.id)
        .where(
            CampaignPerson.campaign_id == campaign.id,
            CampaignPerson.accepted_at.is_(None),
            Person.status == "active",
        )
        .order_by(Person.id)
    )
    if closes_on is not None:
        statement = statement.where(CampaignPerson.closes_on == closes_on)
    return [_letter(campaign, version, person, last, occasion) for person, last in session.execute(statement)]


def _letter(campaign: Campaign, version: GuidelineView, person: Person, last: date, occasion: str) -> Letter:
    with force_locale(person.language):
        title = pick(version.titles, person.language)
        subject = gettext("Please accept “%(title)s” by %(day)s", title=title, day=i18n.day(last))
        body = mail.render(
            "campaigns/mail/ask.txt",
            person=person,
            title=title,
            last=last,
            campaign=campaign,
            changes=pick(version.changes, person.language) if version.changes else "",
        )
    return Letter(f"campaign:{campaign.id}:{person.id}:{occasion}", person.email, subject, body)


def _queue_new(session: Session, letters: Iterable[Letter]) -> int:
    """Queue the letters that were not queued on an earlier run of the same day."""
    wanted = {letter.key: letter for letter in letters}
    if wanted:
        known = session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(wanted))).all()
        for key in known:
            del wanted[key]
    outbox.queue_all(session, wanted.values())
    return len(wanted)
