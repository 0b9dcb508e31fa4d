"""Permissions that ended because an import let people go, and come back when it is undone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days, ladder, register
from certificates.entitlements import kit, tasks
from certificates.entitlements.kit import NewThing
from certificates.entitlements.models import EntitlementTask
from certificates.models import Authorization, AuthorizationStatus
from certificates.permissions import holds, pairs, restoring, taking
from certificates.permissions.models import Hold
from lms.base import clock
from lms.base.events import announce
from lms.base.files import FileStore
from lms.people.events import PeopleChanged
from lms.people.imports import running, undoing
from lms.people.imports.models import PeopleImport
from tests.certificates.permission_makers import House, a_level, house_of
from tests.certificates.test_permissions import given
from tests.make import Make
from tests.people.files import row, table

LET_GO = ("alice", "charlie", "lena")
LetGo = Callable[[], PeopleImport]


@pytest.fixture
def house(make: Make, session: Session) -> House:
    make.levels()
    a_level(session)
    found = house_of(make)
    unit_id = make.unit().id
    for person in found:
        person.unit_id = unit_id
    session.flush()
    return found


@pytest.fixture
def let_go(session: Session, house: House, tmp_path: Path) -> LetGo:
    """Apply a file without some people, who leave by it."""

    def apply() -> PeopleImport:
        session.flush()
        announce(session, PeopleChanged(frozenset(one.id for one in house)))
        stay = [one for name, one in house._asdict().items() if name not in LET_GO]
        keys = {one.id: one.employee_id or "" for one in house}
        rows = [
            row(
                keys[one.id],
                email=one.email,
                given_name=one.given_name,
                family_name=one.family_name,
                tier=one.tier,
                language=one.language,
                manager_id=keys.get(one.manager_id or 0, ""),
            )
            for one in stay
        ]
        made, _ = running.bring_and_apply(
            session,
            FileStore(tmp_path),
            table(rows).encode(),
            "people.csv",
            source="command",
            on_missing="deactivate",
            many_leavers=True,
        )
        assert (made.state, made.leaving) == ("applied", 3)
        session.expire_all()
        return made

    return apply


def undo(session: Session, made: PeopleImport) -> None:
    running.undo(session, made.uid, by_id=None)
    session.flush()
    session.expire_all()


def newest(session: Session, number: int) -> AuthorizationStatus:
    rows = select(AuthorizationStatus).where(AuthorizationStatus.authorization_id == number)
    return session.scalars(rows.order_by(AuthorizationStatus.id.desc()).limit(1)).one()


def status(session: Session, number: int) -> str:
    session.expire_all()
    return session.get_one(Authorization, number).status


def test_undoing_an_import_gives_back_the_permissions_that_it_ended(
    session: Session, house: House, let_go: LetGo
) -> None:
    number = given(session, house).id
    made = let_go()
    assert status(session, number) == "ended"
    later = clock.now() + timedelta(days=3)
    with clock.frozen(later):
        gone = days.today()
        outlook = undoing.outlook(session, made.id)
        assert outlook.returning == {house.alice.id, house.charlie.id, house.lena.id}
        assert made.applied_at is not None
        assert restoring.coming_back(session, outlook.returning, made.applied_at) == 1
        shown = register.standings(session, house.alice.id, gone - timedelta(days=1))
        undo(session, made)
        assert status(session, number) == "active"
        assert (newest(session, number).reason, newest(session, number).at) == (restoring.UNDONE, later)
        assert register.standings(session, house.alice.id, gone - timedelta(days=1)) == shown
        assert restoring.coming_back(session, outlook.returning, made.applied_at) == 0


def test_what_held_a_permission_back_holds_it_again(session: Session, house: House, let_go: LetGo) -> None:
    number = given(session, house).id
    last = days.today() + timedelta(days=9)
    target = [(house.alice.id, number)]
    holds.place_on(session, target, "red_line", "A line was crossed.", until=last)
    holds.place_on(session, target, "course", "A course is open.", until=days.today() + timedelta(days=1))
    taking.suspend(session, number, by_id=house.hugo.id, cause="incident", reason="Looked into.", until=last)
    made = let_go()
    assert status(session, number) == "ended"
    with clock.frozen(clock.now() + timedelta(days=3)):
        undo(session, made)
        assert status(session, number) == "suspended"
        held = select(Hold.cause, Hold.until).where(Hold.authorization_id == number, Hold.lifted_at.is_(None))
        assert set(map(tuple, session.execute(held))) == {("red_line", last), ("incident", last)}
        now = newest(session, number)
        assert (now.status, now.until) == ("suspended", last)


def test_what_is_over_or_was_decided_anew_stays_ended(session: Session, house: House, let_go: LetGo) -> None:
    number = given(session, house).id
    made = let_go()
    assert made.applied_at is not None
    who = {house.alice.id}
    with clock.frozen(clock.now() + timedelta(days=400)):
        assert restoring.coming_back(session, who, made.applied_at) == 0
    assert restoring.coming_back(session, who, clock.now() + timedelta(hours=1)) == 0
    house.alice.status = "active"
    session.flush()
    again = given(session, house).id
    assert restoring.coming_back(session, who, made.applied_at) == 0
    undo(session, made)
    assert (status(session, number), status(session, again)) == ("ended", "active")


def test_who_left_by_hand_or_was_ended_by_somebody_gets_nothing_back(
    session: Session, house: House, let_go: LetGo
) -> None:
    number = given(session, house).id
    taking.end_all(session, house.alice.id, "Asked for it.", by_id=house.hugo.id)
    made = let_go()
    undo(session, made)
    assert status(session, number) == "ended"
    house.alice.status = "left"
    session.flush()
    announce(session, PeopleChanged(frozenset({house.alice.id})))
    assert status(session, number) == "ended"


def test_pairs_and_what_was_handed_out_come_back_too(session: Session, house: House, let_go: LetGo) -> None:
    level_id = ladder.level(session, "T2").id
    for code in ("phone", "tool", "badge"):
        kit.add(session, level_id, NewThing(code, "device", True, {"en": code, "nl": ""}), house.hugo.id)
    number = given(session, house).id
    pairs.make(session, house.diana.id, house.alice.id, "She writes.", by_id=house.hugo.id)
    found = session.scalars(select(EntitlementTask).order_by(EntitlementTask.id)).all()
    assert [one.authorization_id for one in found] == [number] * 3
    tasks.do(session, found[0].id, "give", house.hugo.id)
    tasks.do(session, found[2].id, "drop", house.hugo.id)
    made = let_go()
    states = select(EntitlementTask.state).order_by(EntitlementTask.id)
    assert session.scalars(states).all() == ["to_return", "dropped", "dropped"]
    assert pairs.pairs_of(session, house.diana.id) == []
    undo(session, made)
    assert session.scalars(states).all() == ["given", "to_give", "dropped"]
    assert [one.writer.person_id for one in pairs.pairs_of(session, house.diana.id)] == [house.alice.id]
