"""A campaign: those whom a changed guideline touches accept it by a day."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base


class Campaign(Base):
    """A changed guideline is accepted until the end of a day (`closes_on`); then permissions are paused by rule."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), unique=True)
    closes_on: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


class CampaignPerson(Base):
    """Somebody whom a campaign reached: when she accepted, and when her permissions were paused because she had not.

    `closes_on` is her own last day: later than that of the campaign when she was away.
    """

    __tablename__ = "campaign_person"
    __table_args__ = (Index(None, "person_id"), Index(None, "campaign_id", "accepted_at"))

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    asked_at: Mapped[datetime]
    closes_on: Mapped[date]
    accepted_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
