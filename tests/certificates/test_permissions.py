"""Asking for permissions, deciding about them, pausing them and taking them away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certificates import awards, days, ladder, nightly, register
from certificates.level_models import Level
from certificates.models import Authorization, AuthorizationStatus, Certificate
from certificates.permissions import giving, guests, holds, pairs, requests, taking, triggers
from certificates.permissions.models import Hold, Revocation
from certificates.standing import Scope
from courses.models import Course
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from lms.base.events import announce
from lms.base.outbox import OutboxMessage
from lms.guidelines import attestations
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person
from quizzes.events import AttemptDecided
from tests.certificates.permission_makers import WHY, House, a_level, house_of
from tests.make import Make
from tests.support.at_once import at_once

NARROW = Scope.of([("channel", "linkedin"), ("topic", "published"), ("language", "nl")])
WIDE = Scope.of([("channel", "linkedin"), ("channel", "x"), ("topic", "published"), ("language", "nl")])
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def house(make: Make, session: Session) -> House:
    make.levels()
    a_level(session)
    return house_of(make)


def ask(session: Session, person: Person, scope: Scope = WIDE, code: str = "T2", by: Person | None = None) -> int:
    return requests.open_request(session, person.id, code, scope=scope, reason=WHY, by_id=(by or person).id).id


def say_yes(session: Session, number: int, *deciders: tuple[str, Person]) -> Authorization:
    for role, person in deciders:
        found = requests.decide(session, number, role, "approved", by_id=person.id)
    return found


def given(session: Session, house: House, person: Person | None = None) -> Authorization:
    number = ask(session, person or house.alice)
    return say_yes(session, number, ("manager", house.bob), ("hub", house.hugo))


def history(session: Session, number: int) -> list[str]:
    rows = select(AuthorizationStatus.status).where(AuthorizationStatus.authorization_id == number)
    return list(session.scalars(rows.order_by(AuthorizationStatus.id)))


def mails(session: Session, person: Person) -> list[str]:
    rows = select(OutboxMessage.subject).where(OutboxMessage.recipient == person.email)
    return list(session.scalars(rows.order_by(OutboxMessage.id)))


def status(session: Session, number: int) -> str:
    return session.scalars(select(Authorization.status).where(Authorization.id == number)).one()


def test_everybody_whom_the_level_names_says_yes_and_then_it_holds(session: Session, house: House) -> None:
    number = ask(session, house.alice)
    assert [mails(session, one) for one in (house.bob, house.hugo, house.lena)] == [
        ["Alice Janssen asks for “Speaker”"],
        ["Alice Janssen asks for “Speaker”"],
        [],
    ]
    requests.decide(session, number, "manager", "approved", by_id=house.bob.id, scope=NARROW)
    assert status(session, number) == "requested"
    found = say_yes(session, number, ("hub", house.hugo))
    assert (found.status, found.may_reply, found.may_commit) == ("active", True, False)
    assert history(session, number) == ["requested", "requested", "approved", "active"]
    assert requests.scope_of(session, found) == NARROW
    certificate = session.get_one(Certificate, found.certificate_id)
    assert (certificate.person_id, certificate.valid_until) == (house.alice.id, found.ends_on)
    (standing,) = register.standings(session, house.alice.id, days.today())
    assert (standing.status, standing.scope) == ("active", NARROW)
    assert mails(session, house.alice) == ["Your certificate: Speaker"]


def test_one_no_ends_a_request_and_says_why(session: Session, house: House) -> None:
    number = ask(session, house.alice)
    with pytest.raises(Invalid, match="Say why not"):
        requests.decide(session, number, "manager", "declined", by_id=house.bob.id, remark=" ")
    requests.decide(session, number, "manager", "declined", by_id=house.bob.id, remark="After the summer.")
    with pytest.raises(Conflict, match="decided meanwhile, by Bob de Vries"):
        say_yes(session, number, ("hub", house.hugo))
    (mail,) = session.scalars(select(OutboxMessage.body).where(OutboxMessage.recipient == house.alice.email))
    assert "After the summer." in mail
    assert ask(session, house.alice) != number, "she can ask again"


@pytest.mark.parametrize(
    ("scope", "reason", "sentence"),
    [
        (Scope.of([*WIDE.pairs(), ("channel", "press")]), WHY, "cannot be given here"),
        (Scope.of([*WIDE.pairs(), ("topic", "legal")]), WHY, "cannot be given here"),
        (Scope.of([("channel", "x")]), WHY, "at least one ticked: Topics, Languages"),
        (WIDE, "   because   ", "20 letters"),
    ],
)
def test_what_is_asked_for_lies_within_the_level_and_has_a_reason(
    session: Session, house: House, scope: Scope, reason: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        requests.open_request(session, house.alice.id, "T2", scope=scope, reason=reason, by_id=house.alice.id)


def test_who_may_ask(session: Session, house: House) -> None:
    a_level(session, "T4", ("legal",), rank=51, by_appointment=True)
    with pytest.raises(Forbidden):
        ask(session, house.alice, by=house.bob)
    with pytest.raises(Forbidden, match="by appointment"):
        ask(session, house.alice, code="T4")
    with pytest.raises(Invalid, match="cannot be asked for"):
        ask(session, house.alice, code="L1")
    assert ask(session, house.alice, code="T4", by=house.hugo)
    ask(session, house.alice)
    with pytest.raises(Conflict, match="asked for already"):
        ask(session, house.alice)


def test_nobody_decides_about_herself_or_in_two_roles(session: Session, house: House, make: Make) -> None:
    number = ask(session, house.hugo)
    with pytest.raises(Forbidden, match="about herself"):
        say_yes(session, number, ("hub", house.hugo))
    both = make.person("Both", roles=["hub", "legal"])
    number = ask(session, house.alice, Scope.of([*WIDE.pairs(), ("topic", "results")]))
    assert [one.roles for one in requests.waiting_for(session, both.id, {"hub", "legal"}) if one.name[0] == "A"] == [
        ("hub", "legal")
    ], "a regulated topic needs legal too"
    say_yes(session, number, ("hub", both))
    with pytest.raises(Conflict, match="another role"):
        say_yes(session, number, ("legal", both))
    for role, person in (("manager", house.charlie), ("hub", house.bob), ("care", house.hugo)):
        with pytest.raises(Refused):
            say_yes(session, number, (role, person))
    with pytest.raises(Invalid, match="cannot be given here"):
        wider = Scope.of([*WIDE.pairs(), ("topic", "results"), ("channel", "blog")])
        requests.decide(session, number, "manager", "approved", by_id=house.bob.id, scope=wider)
    assert say_yes(session, number, ("manager", house.bob), ("legal", house.lena)).status == "active"


def test_a_role_that_is_not_needed_any_more_replaces_no_other(session: Session, house: House) -> None:
    number = ask(session, house.alice, Scope.of([*WIDE.pairs(), ("topic", "results")]))
    say_yes(session, number, ("legal", house.lena))
    requests.decide(session, number, "hub", "approved", by_id=house.hugo.id, scope=WIDE)
    assert status(session, number) == "requested"
    assert say_yes(session, number, ("manager", house.bob)).status == "active"


def test_the_manager_above_decides_while_a_manager_is_away(session: Session, house: House) -> None:
    ask(session, house.alice)
    assert [one.roles for one in requests.waiting_for(session, house.bob.id, ())] == [("manager",)]
    house.bob.status = "leave"
    session.flush()
    assert requests.waiting_for(session, house.bob.id, ()) == []
    (waiting,) = requests.waiting_for(session, house.diana.id, ())
    assert (waiting.roles, waiting.name, waiting.scope) == (("manager",), "Alice Janssen", WIDE)


def test_what_waits_costs_the_same_for_one_and_for_many(
    session: Session, house: House, make: Make, statements: list[str]
) -> None:
    ask(session, house.alice)
    counts = []
    for _ in range(2):
        statements.clear()
        requests.waiting_for(session, house.hugo.id, {"hub"})
        counts.append(len(statements))
        for _ in range(8):
            ask(session, make.person(manager=house.bob))
    assert counts[0] == counts[1]
    assert len(requests.waiting_for(session, house.hugo.id, {"hub"})) == 17


def test_a_request_is_taken_back(session: Session, house: House) -> None:
    number = ask(session, house.alice)
    with pytest.raises(NotFound):
        requests.withdraw(session, number, by_id=house.charlie.id)
    requests.withdraw(session, number, by_id=house.alice.id)
    assert status(session, number) == "declined"
    with pytest.raises(Conflict):
        requests.withdraw(session, number, by_id=house.alice.id)


def test_two_approvers_at_the_same_second_decide_once(database: Database, make: Make, house: House) -> None:
    number = ask(make.session, house.alice)
    make.session.commit()
    deeds = [
        lambda session: requests.decide(session, number, "hub", "approved", by_id=house.hugo.id),
        lambda session: requests.decide(session, number, "hub", "declined", by_id=house.hanna.id, remark="No."),
    ]
    (failure,) = at_once(database, deeds)
    assert isinstance(failure, Conflict)
    assert "decided meanwhile, by H" in failure.message


def test_two_confirmations_at_the_same_second_revoke_once(database: Database, make: Make, house: House) -> None:
    number = given(make.session, house).id
    proposed = taking.propose_revocation(make.session, number, by_id=house.bob.id, reason="Told a secret.").id
    make.session.commit()
    deeds = [
        lambda session, who=who: taking.decide_revocation(session, proposed, by_id=who, confirmed=True)
        for who in (house.hugo.id, house.hanna.id)
    ]
    (failure,) = at_once(database, deeds)
    assert isinstance(failure, Conflict)
    make.session.expire_all()
    assert history(make.session, number)[-2:] == ["active", "revoked"]


def test_one_pauses_and_the_longest_hold_counts(session: Session, house: House) -> None:
    number = given(session, house).id
    soon, later = days.today() + timedelta(days=3), days.today() + timedelta(days=9)
    first = taking.suspend(session, number, by_id=house.bob.id, cause="incident", reason="A tweet.", until=soon)
    second = taking.suspend(session, number, by_id=house.diana.id, cause="other", reason="A talk.", until=later)
    row = session.scalars(select(AuthorizationStatus).order_by(AuthorizationStatus.id.desc())).first()
    assert row is not None
    assert (row.status, row.cause, row.until, row.by_id) == ("suspended", "other", later, house.diana.id)
    assert mails(session, house.alice)[1:] == ["Paused: your permission “Speaker”"]
    with pytest.raises(Forbidden):
        taking.restore(session, second.id, by_id=house.bob.id, reason="It is fine.")
    taking.restore(session, second.id, by_id=house.diana.id, reason="It is fine.")
    assert status(session, number) == "suspended"
    taking.restore(session, first.id, by_id=house.hugo.id, reason="It is fine.")
    assert status(session, number) == "active"
    with pytest.raises(Conflict):
        taking.restore(session, first.id, by_id=house.hugo.id, reason="Twice.")
    assert history(session, number)[-4:] == ["active", "suspended", "suspended", "suspended", "active"][-4:]


def test_nobody_acts_on_herself_and_strangers_do_not_act(session: Session, house: House) -> None:
    number = given(session, house).id
    for who in (house.alice, house.charlie, house.lena):
        with pytest.raises(Forbidden):
            taking.suspend(session, number, by_id=who.id, cause="other", reason="Because.")
        with pytest.raises(Forbidden):
            taking.propose_revocation(session, number, by_id=who.id, reason="Because.")
        with pytest.raises(Forbidden):
            taking.limit(session, number, by_id=who.id, scope=NARROW, reason="Because.")
    with pytest.raises(Invalid, match="Say why"):
        taking.suspend(session, number, by_id=house.bob.id, cause="other", reason=" ")
    with pytest.raises(Invalid, match="that day is past"):
        taking.suspend(session, number, by_id=house.bob.id, cause="other", reason="x", until=date(2020, 1, 1))
    assert not taking.may_act(session, number, house.charlie.id)
    assert taking.may_act(session, number, house.diana.id)


def test_a_limit_narrows_from_now_on_and_the_past_keeps_its_scope(session: Session, house: House) -> None:
    with clock.frozen(NOW):
        number = given(session, house).id
    with clock.frozen(NOW + timedelta(days=5)):
        with pytest.raises(Invalid):
            taking.limit(session, number, by_id=house.hugo.id, scope=WIDE, reason="More.", may_commit=True)
        taking.limit(session, number, by_id=house.hugo.id, scope=NARROW, reason="One channel.", may_reply=False)
    (before,) = register.standings(session, house.alice.id, NOW.date() + timedelta(days=4))
    (after,) = register.standings(session, house.alice.id, NOW.date() + timedelta(days=5))
    assert (before.scope, before.may_reply) == (WIDE, True)
    assert (after.scope, after.may_reply, after.status) == (NARROW, False, "active")


def test_taking_away_for_good_needs_two(session: Session, house: House) -> None:
    number = given(session, house).id
    hold = taking.suspend(session, number, by_id=house.bob.id, cause="incident", reason="A secret.")
    proposed = taking.propose_revocation(session, number, by_id=house.hugo.id, reason="A secret.")
    with pytest.raises(Conflict, match="proposed already"):
        taking.propose_revocation(session, number, by_id=house.bob.id, reason="Again.")
    for who in (house.hugo, house.alice, house.charlie):
        with pytest.raises(Forbidden):
            taking.decide_revocation(session, proposed.id, by_id=who.id, confirmed=True)
    taking.decide_revocation(session, proposed.id, by_id=house.hanna.id, confirmed=True)
    assert status(session, number) == "revoked"
    session.expire_all()
    assert session.get_one(Hold, hold.id).lifted_at is not None
    assert mails(session, house.alice)[-1] == "Your permission “Speaker” has ended"
    with pytest.raises(Conflict, match="withdrawn for good"):
        ask(session, house.alice)
    assert ask(session, house.alice, by=house.hugo)
    with pytest.raises(DBAPIError):
        session.execute(update(Authorization).where(Authorization.id == number).values(status="active"))


def test_the_database_wants_two_people_for_a_revocation(session: Session, house: House) -> None:
    number = given(session, house).id
    proposed = taking.propose_revocation(session, number, by_id=house.hugo.id, reason="A secret.")
    alone = {"confirmed": True, "decided_by_id": house.hugo.id, "decided_at": clock.now()}
    with pytest.raises(DBAPIError):
        session.execute(update(Revocation).where(Revocation.id == proposed.id).values(**alone))


def test_a_renewal_takes_over_the_pause_and_ends_the_one_before(session: Session, house: House) -> None:
    with clock.frozen(NOW):
        first = given(session, house).id
        with pytest.raises(Conflict, match="can be renewed from"):
            ask(session, house.alice)
        taking.suspend(session, first, by_id=house.bob.id, cause="incident", reason="A tweet.")
        holds.place(session, house.alice.id, "red_line", "By rule.", authorization_id=first)
    with clock.frozen(NOW + timedelta(days=330)):
        second = given(session, house)
        assert (status(session, first), second.status) == ("ended", "suspended")
        assert history(session, second.id) == ["requested", "approved", "suspended"]
        assert mails(session, house.alice).count("Your certificate: Speaker") == 1
        (hold,) = session.scalars(select(Hold).where(Hold.lifted_at.is_(None)))
        assert (hold.authorization_id, hold.cause, hold.placed_by_id) == (second.id, "incident", house.bob.id)
        taking.restore(session, hold.id, by_id=house.bob.id, reason="All is well.")
        assert mails(session, house.alice).count("Your certificate: Speaker") == 2, "it begins only now"


@pytest.mark.parametrize("over", ["expired", "archived", "ended"])
def test_what_somebody_paused_stays_paused_when_the_term_runs_out(session: Session, house: House, over: str) -> None:
    with clock.frozen(NOW):
        first = given(session, house).id
        taking.suspend(session, first, by_id=house.bob.id, cause="investigation", reason="A tweet.")
        holds.place(session, house.alice.id, "course", "By rule.", authorization_id=first)
        if over == "ended":
            taking.end_all(session, house.alice.id, "Left.")
    with clock.frozen(NOW + timedelta(days=370 if over != "archived" else 800)):
        nightly.expire(session)
        nightly.archive(session)
        assert status(session, first) == over
        assert session.scalars(select(Hold.cause).where(Hold.lifted_at.is_(None))).all() == ["investigation"]
        second = given(session, house)
        assert (second.status, history(session, second.id)[-1]) == ("suspended", "suspended")
        (hold,) = session.scalars(select(Hold).where(Hold.lifted_at.is_(None)))
        assert (hold.authorization_id, hold.placed_by_id) == (second.id, house.bob.id)
        taking.restore(session, hold.id, by_id=house.hugo.id, reason="All is well.")
        assert status(session, second.id) == "active"


def test_a_pause_is_not_lost_when_a_rule_gives_anew(session: Session, house: House, make: Make) -> None:
    with clock.frozen(NOW):
        first = make.certificate(house.alice)
        taking.suspend(
            session, make.authorization_of(first).id, by_id=house.bob.id, cause="investigation", reason="A tweet."
        )
    with clock.frozen(NOW + timedelta(days=800)):
        nightly.expire(session)
        assert make.authorization_of(first).status == "expired"
        second = awards.issue(session, house.alice, ladder.level(session, "L1"))
        dates = (second.issued_at, second.valid_from, second.valid_until)
        awarded = giving.Awarded(second.id, house.alice.id, second.cycle, *dates)
        giving.by_rule(session, [awarded], ladder.level(session, "L1"))
        assert make.authorization_of(second).status == "suspended"


def test_past_days_say_whether_legal_saw_each_post_first(session: Session, house: House) -> None:
    with clock.frozen(NOW):
        guarded = a_level(session, "T3", rank=51, preapproval=True)
        ask(session, house.charlie, code="T3")
        given(session, house)
    guarded.preapproval = False
    session.flush()
    shown = [register.standings(session, person.id, NOW.date())[0] for person in (house.charlie, house.alice)]
    assert [one.preapproval for one in shown] == [True, False]


def test_a_hold_on_the_person_suspends_what_is_given_by_rule_from_the_start(session: Session, house: House) -> None:
    holds.place(session, house.alice.id, "investigation", "Looked into.", by_id=house.hugo.id)
    found = given(session, house)
    assert (found.status, history(session, found.id)[-1]) == ("suspended", "suspended")


def test_many_are_paused_and_let_go_in_a_handful_of_statements(
    session: Session, house: House, make: Make, statements: list[str]
) -> None:
    def some(count: int) -> list[int]:
        people = [make.person() for _ in range(count)]
        for person in people:
            make.certificate(person)
        session.flush()
        return [person.id for person in people]

    def counted(people: list[int]) -> tuple[int, int]:
        statements.clear()
        assert holds.place_all(session, people, "guideline", "New text.") == len(people)
        placed = len(statements)
        assert holds.place_all(session, people, "guideline", "New text.") == 0
        statements.clear()
        assert holds.lift_all(session, people, "guideline", "Accepted.") == len(people)
        return placed, len(statements)

    assert counted(some(1)) == counted(some(40))
    assert set(session.scalars(select(Authorization.status))) == {"active"}
    assert session.scalar(select(func.count(OutboxMessage.id))) == 2 * 41
    assert session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.deed == "placed a hold")) == 41


def test_a_pause_with_a_last_day_is_over_the_night_after(session: Session, house: House) -> None:
    with clock.frozen(NOW):
        number = given(session, house).id
        until = NOW.date() + timedelta(days=2)
        taking.suspend(session, number, by_id=house.bob.id, cause="other", reason="A talk.", until=until)
    for later, became in ((2, "suspended"), (3, "active"), (4, "active")):
        with clock.frozen(NOW + timedelta(days=later)):
            holds.lift_over(session)
            assert status(session, number) == became


def test_who_leaves_has_ended_and_not_revoked_permissions(session: Session, house: House, make: Make) -> None:
    number, asked = given(session, house).id, None
    a_level(session, "T3", rank=51)
    asked = ask(session, house.alice, code="T3")
    pairs.make(session, house.diana.id, house.alice.id, "She writes.", by_id=house.hugo.id)
    house.alice.status = "left"
    assert triggers.people_changed(session) == 1
    assert (status(session, number), status(session, asked)) == ("ended", "declined")
    assert triggers.people_changed(session) == 0
    assert pairs.pairs_of(session, house.alice.id) == []
    with pytest.raises(Forbidden):
        taking.end_all(session, house.alice.id, "x", by_id=house.alice.id)


def test_who_is_away_goes_on_by_herself_when_she_is_back(session: Session, house: House) -> None:
    number = given(session, house).id
    ends_on = session.scalars(select(Authorization.ends_on).where(Authorization.id == number)).one()
    for state, became in (("leave", "suspended"), ("leave", "suspended"), ("active", "active"), ("active", "active")):
        house.alice.status = state
        triggers.people_changed(session)
        assert status(session, number) == became
    assert history(session, number)[-3:] == ["active", "suspended", "active"]
    session.expire_all()
    assert session.get_one(Authorization, number).ends_on == ends_on


def test_who_moves_is_paused_and_the_hub_is_told_once(session: Session, house: House, make: Make) -> None:
    number = given(session, house).id
    assert triggers.people_changed(session) == 0, "the first look only keeps where she stands"
    house.alice.unit_id = make.unit("UK/Sales").id
    house.charlie.unit_id = make.unit("Benelux").id
    assert triggers.people_changed(session) == 1
    assert status(session, number) == "suspended"
    assert "A colleague moved: please check" in mails(session, house.hanna)
    assert triggers.people_changed(session) == 0
    hold = session.scalars(select(Hold)).one()
    taking.restore(session, hold.id, by_id=house.hugo.id, reason="Still fits.")
    assert triggers.people_changed(session) == 0
    assert status(session, number) == "active"


def test_guests_end_with_their_contract_and_wait_without_a_sponsor(session: Session, house: House, make: Make) -> None:
    with clock.frozen(NOW):
        number = given(session, house).id
        until = NOW.date() + timedelta(days=30)
        terms = {"company": "Partner", "contract_ends_on": until, "by_id": house.hugo.id}
        with pytest.raises(Invalid, match="works here"):
            guests.register(session, house.alice.id, sponsor_id=house.charlie.id, **terms)
        house.alice.employee_id = None
        with pytest.raises(Invalid, match="to answer for"):
            guests.register(session, house.alice.id, sponsor_id=house.alice.id, **terms)
        guests.register(session, house.alice.id, sponsor_id=house.charlie.id, **terms)
        house.charlie.status = "left"
        assert triggers.contracts(session) == 1
        assert status(session, number) == "suspended"
        guests.register(session, house.alice.id, sponsor_id=house.bob.id, **terms)
        assert status(session, number) == "active"
    with clock.frozen(NOW + timedelta(days=31)):
        triggers.contracts(session)
        assert status(session, number) == "ended"
        assert triggers.contracts(session) == 0


def test_a_pair_holds_only_while_both_do(session: Session, house: House) -> None:
    given(session, house)
    with pytest.raises(Forbidden):
        pairs.make(session, house.diana.id, house.alice.id, "She writes.", by_id=house.bob.id)
    made = pairs.make(session, house.diana.id, house.alice.id, "She writes.", by_id=house.hugo.id)
    with pytest.raises(Conflict):
        pairs.make(session, house.diana.id, house.alice.id, "Again.", by_id=house.hugo.id)
    (pair,) = pairs.pairs_of(session, house.alice.id)
    assert (pair.writer.holds, pair.other(house.alice.id).holds, pair.holds) == (True, False, False)
    pairs.end(session, made.id, by_id=house.alice.id)
    assert pairs.pairs_of(session, house.diana.id) == []


def test_what_is_not_used_is_paused_and_wakes_with_a_post(session: Session, house: House) -> None:
    session.execute(update(Level).where(Level.code == "T2").values(dormant_months=3, revision=2))
    with clock.frozen(NOW):
        number = given(session, house).id
    with clock.frozen(NOW + timedelta(days=85)):
        assert triggers.dormant(session) == 0
    with clock.frozen(NOW + timedelta(days=95)):
        assert (triggers.dormant(session), triggers.dormant(session)) == (1, 0)
        assert status(session, number) == "suspended"
        assert holds.lift_all(session, [house.alice.id], "dormant", "A post.") == 1
        assert triggers.dormant(session) == 0, "whoever was let go on has as long again"


def test_a_permission_expires_is_shown_as_lapsed_and_is_put_away(session: Session, house: House) -> None:
    with clock.frozen(NOW):
        number = given(session, house).id
        taking.suspend(session, number, by_id=house.bob.id, cause="incident", reason="A tweet.")
    for later, became in ((366, "expired"), (379, "expired"), (380, "archived"), (900, "archived")):
        with clock.frozen(NOW + timedelta(days=later)):
            nightly.expire(session)
            nightly.archive(session)
            assert status(session, number) == became
    assert history(session, number)[-3:] == ["suspended", "expired", "archived"]


def test_a_request_that_nobody_answers_is_closed_and_she_is_told(session: Session, house: House) -> None:
    with clock.frozen(NOW):
        number = ask(session, house.alice)
    with clock.frozen(NOW + timedelta(days=89)):
        assert nightly.decline_unanswered(session) == 0
    with clock.frozen(NOW + timedelta(days=91)):
        assert nightly.decline_unanswered(session) == 1
    assert status(session, number) == "declined"
    assert mails(session, house.alice) == ["Your request for “Speaker”"]


def test_a_red_line_at_renewal_pauses_until_the_quiz_is_passed(session: Session, house: House, make: Make) -> None:
    certificate = make.certificate(house.alice)
    number = make.authorization_of(certificate).id
    course = session.scalars(select(Course).where(Course.slug == "principles")).one()
    again, other = make.enrollment(house.alice, course, cycle=2), make.enrollment(house.alice, make.course(slug="o"))

    def decided(enrollment: Any, passed: bool, red_lines: int) -> str:
        announce(session, AttemptDecided(house.alice.id, enrollment.id, passed, red_lines))
        return status(session, number)

    assert decided(other, False, 2) == "active", "another course is none of its business"
    assert decided(again, False, 0) == "active"
    assert decided(again, False, 1) == "suspended"
    assert decided(again, False, 1) == "suspended"
    assert decided(again, True, 0) == "active"
    assert history(session, number) == ["active", "suspended", "active"]


def test_what_must_be_accepted_each_year_is_paused_until_it_is(session: Session, house: House, make: Make) -> None:
    session.execute(update(Level).where(Level.code == "T2").values(attest_months=12, valid_months=36, revision=2))
    first = session.scalars(select(GuidelineVersion)).one()
    with clock.frozen(NOW):
        make.attestation(house.alice, first)
        number = given(session, house).id
    with clock.frozen(NOW + timedelta(days=400)):
        assert triggers.attested(session) == 1, "once a year also what has not changed is accepted again"
        assert status(session, number) == "suspended"
        attestations.accept(session, house.alice.id, make.guideline("another").id, "en")
        assert status(session, number) == "suspended"
        attestations.accept(session, house.alice.id, first.id, "en")
        assert status(session, number) == "active"
        assert triggers.attested(session) == 0
