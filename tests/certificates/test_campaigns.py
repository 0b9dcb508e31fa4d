"""A changed guideline is accepted by those whom it touches; who is late is paused, and goes on when she accepts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from certificates import days
from certificates.campaigns import letters, reading, running
from certificates.campaigns.models import Campaign, CampaignPerson
from certificates.models import Authorization
from certificates.permissions.rights import Viewer
from lms.base import clock
from lms.base.events import announce, foresee
from lms.base.outbox import OutboxMessage
from lms.guidelines import attestations
from lms.guidelines.events import GuidelinePublished, WouldPublish
from lms.guidelines.models import Clause, ClauseTouch, Guideline
from tests.certificates import makers

HUB = Viewer(0, frozenset({"hub"}))


@pytest.fixture
def later():
    """A day so many days from now."""

    def on(count: int):
        return clock.frozen(clock.now() + timedelta(days=count))

    return on


def publish(make, *, touches=(), material=True, days_left=30, tier=None):
    """A second version with one new clause, that is about something or for somebody."""
    session = make.session
    version = make.guideline(number=2, material=material)
    clause = Clause(version_id=version.id, code="D99", position=99, kind="duty", red_line=False, tier=tier)
    clause.texts, clause.touches = [], [ClauseTouch(dimension=name, value=value) for name, value in touches]
    session.add(clause)
    session.flush()
    closes_on = days.today() + timedelta(days=days_left)
    announce(session, GuidelinePublished(version.guideline_id, version.id, material, closes_on))
    return version


def reached(session):
    return set(session.scalars(select(CampaignPerson.person_id)))


def status(session, person):
    return session.scalars(select(Authorization.status).where(Authorization.person_id == person.id)).one()


def test_a_material_change_asks_who_holds_a_permission_that_it_touches(make, session):
    linked, blogging, none = make.person(), make.person(), make.person()
    makers.certificate(session, linked, scope={"channel": ["own"], "topic": ["products"], "language": ["*"]})
    makers.certificate(session, blogging, scope={"channel": ["blog"], "topic": ["service"], "language": ["*"]})
    publish(make, touches=[("topic", "service")])
    assert reached(session) == {blogging.id}
    assert none.id not in reached(session)


def test_own_accounts_are_touched_by_a_clause_about_a_network(make, session):
    linked = make.person()
    makers.certificate(session, linked, scope={"channel": ["own"], "topic": ["products"], "language": ["*"]})
    publish(make, touches=[("channel", "linkedin")])
    assert reached(session) == {linked.id}


def test_a_clause_for_managers_asks_managers_only(make, session):
    manager, staff = make.person(tier="manager"), make.person()
    for person in (manager, staff):
        makers.certificate(session, person)
    publish(make, tier="manager")
    assert reached(session) == {manager.id}


def test_a_minor_change_and_the_first_version_ask_nobody(make, session):
    person = make.person()
    makers.certificate(session, person)
    publish(make, material=False)
    assert not reached(session)


def test_each_is_asked_by_mail_once_and_reminded(make, session, later):
    person = make.person()
    makers.certificate(session, person)
    publish(make)
    assert letters.remind(session) == 0
    with later(23):
        assert (letters.remind(session), letters.remind(session)) == (1, 0)
    mails = session.scalars(select(OutboxMessage).where(OutboxMessage.key.like("campaign:%"))).all()
    assert len(mails) == 2
    assert "/changes" in mails[0].body


def test_who_is_late_is_paused_and_goes_on_with_the_acceptance(make, session, later):
    person = make.person()
    makers.certificate(session, person)
    version = publish(make)
    with later(30):
        assert running.pause_late(session) == 0
    with later(31):
        assert (running.pause_late(session), running.pause_late(session)) == (1, 0)
        session.expire_all()
        assert status(session, person) == "suspended"
        attestations.accept(session, person.id, version.id, "en")
        session.expire_all()
        assert status(session, person) == "active"
        assert reading.all_of_them(session, HUB)[0].percent == 100


def test_who_is_away_gets_two_weeks_from_her_return(make, session, later):
    person = make.person(status="leave")
    makers.certificate(session, person)
    publish(make)
    with later(40):
        assert running.pause_late(session) == 0
        person.status = "active"
    with later(54):
        assert running.pause_late(session) == 0
    with later(55):
        assert running.pause_late(session) == 1


def test_a_version_that_holds_later_opens_its_campaign_on_that_day(make, session, later):
    makers.certificate(session, make.person())
    version = make.guideline(number=2, effective_on=days.today() + timedelta(days=10))
    announce(session, GuidelinePublished(version.guideline_id, version.id, True, None))
    assert (running.open_due(session), session.scalars(select(Campaign)).all()) == (0, [])
    with later(10):
        assert (running.open_due(session), running.open_due(session)) == (1, 0)


def test_many_are_asked_and_paused_with_few_statements(make, session, statements, later):
    counts = []
    for number in (1, 60):
        for _ in range(number):
            makers.certificate(session, make.person())
    statements.clear()
    publish(make)
    counts.append(len(statements))
    with later(31):
        statements.clear()
        assert running.pause_late(session) == 61
        counts.append(len(statements))
    assert max(counts) < 45


def test_a_manager_sees_her_own_people_only(make, session):
    boss, other = make.person(), make.person()
    mine, theirs = make.person(given_name="Mine", manager=boss), make.person(given_name="Theirs", manager=other)
    for person in (mine, theirs):
        makers.certificate(session, person)
    publish(make)
    (campaign,) = session.scalars(select(Campaign))
    rows = reading.not_yet(session, Viewer(boss.id, frozenset()), campaign.id).rows
    assert [row.name for row in rows] == ["Mine Janssen"]
    assert reading.one(session, Viewer(boss.id, frozenset()), campaign.id).reached == 1


def test_the_page_of_what_changed_is_for_those_who_are_asked(make, session, client_for):
    asked, other = make.person(), make.person()
    makers.certificate(session, asked)
    publish(make)
    (campaign,) = session.scalars(select(Campaign))
    page = client_for(asked).get(f"/campaigns/{campaign.id}/changes")
    assert page.status_code == 200
    assert "D99" in page.text
    assert client_for(other).get(f"/campaigns/{campaign.id}/changes").status_code == 404


def test_publishing_says_beforehand_whom_it_would_ask(make, session):
    makers.certificate(session, make.person())
    guideline_id = session.scalars(select(Guideline.id)).one()
    version = make.guideline(number=2)
    clause = Clause(version_id=version.id, code="D99", position=99, kind="duty", red_line=False)
    session.add(clause)
    session.flush()
    (found,) = foresee(session, WouldPublish(guideline_id, version.id, True))
    assert found.authorizations == 1
