"""The shipped guideline comes to a company that has an older one: it is a new version, and its holders are asked."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from certificates.campaigns import reading
from certificates.campaigns.models import Campaign, CampaignPerson
from lms.base import clock
from lms.guidelines import attestations, catalog, loading
from tests.certificates import makers

SHIPPED = loading.CONTENT / catalog.MAIN


@pytest.fixture(autouse=True)
def day():
    """A day on which the shipped version holds."""
    with clock.frozen(datetime(2026, 11, 23, 10, tzinfo=UTC)):
        yield


def test_holders_are_asked_about_their_own_clauses_and_nothing_of_before_is_lost(make, session):
    first, holder, _other = make.guideline(), make.person(country="BE"), make.person()
    makers.certificate(session, holder)
    attestations.accept(session, holder.id, first.id, "en")
    assert loading.load(session, SHIPPED) == "added"
    live = catalog.live(session)
    assert (live.number, live.material) == (2, True)
    assert session.scalars(select(CampaignPerson.person_id)).all() == [holder.id], "not who holds no permission"
    asked = reading.news(session, holder.id, session.scalars(select(Campaign.id)).one(), "en")
    shown = {change.code for change in asked.clauses}
    assert {"D15", "D18", "D19"} <= shown
    assert not shown & {"D13", "D14", "D16", "D20", "D22"}
    assert attestations.accepted(session, holder.id, first.id)
    assert not attestations.accepted(session, holder.id, live.version_id)
    text = attestations.exact_text(live, "en", "staff", "BE")
    attestations.accept(session, holder.id, live.version_id, "en", text.sha256)
    assert session.scalars(select(CampaignPerson.accepted_at)).one() is not None


def test_a_new_company_has_the_newest_version_alone_and_nobody_is_asked(make, session):
    assert loading.load(session, SHIPPED) == "added"
    assert [one.number for one in catalog.editions(session)] == [2]
    assert session.scalars(select(CampaignPerson)).all() == []
