"""The life of a permission, whatever is done in whatever order: no way back from the end, no day rewritten."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import nightly, register
from certificates.models import Authorization, AuthorizationStatus
from certificates.permissions import holds, requests, taking, triggers
from certificates.permissions.models import Approval, Hold, Revocation
from certificates.standing import Scope, Standing
from lms import consequences
from lms.base import clock
from lms.base.db import Database
from lms.base.errors import Refused
from lms.people.models import Person
from tests.certificates.permission_makers import WHY, a_level
from tests.make import Make

BEGIN = datetime(2026, 3, 2, 10, tzinfo=UTC)
IN_FORCE = ("active", "suspended")
OVER = {"revoked", "declined", "archived"}
WIDE = Scope.of([("channel", "linkedin"), ("channel", "x"), ("topic", "published"), ("language", "nl")])
NARROW = Scope.of([("channel", "linkedin"), ("topic", "published"), ("language", "nl")])
someone = st.sampled_from(("alice", "ben", "bob", "hugo", "hanna"))
holder = st.sampled_from(("alice", "ben"))
decider = st.sampled_from(("bob", "hugo", "hanna", "hanna", "alice"))
causes = st.sampled_from(("incident", "investigation", "other"))


class Life(RuleBasedStateMachine):
    """Alice and Ben ask; Bob manages them; Hugo and Hanna are the hub, and Hugo asks for himself too."""

    database: Database

    @initialize()
    def begin(self) -> None:
        self.now = BEGIN
        self.shown: dict[tuple[int, date], list[Standing]] = {}
        self.session = self.database.session(writes=True).__enter__()
        make = Make(self.session)
        with clock.frozen(self.now):
            make.levels()
            level = a_level(self.session, dormant_months=4)
            self.level_id = level.id
            bob = make.person("Bob")
            self.people = {
                "bob": bob,
                "alice": make.person("Alice", manager=bob),
                "ben": make.person("Ben", manager=bob),
                "hugo": make.person("Hugo", manager=bob, roles=["hub"]),
                "hanna": make.person("Hanna", roles=["hub"]),
            }
        self.give("alice")
        self.give("ben")

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.rollback()
            self.session.close()

    def do(self, deed: Callable[[Session], Any]) -> None:
        """Do it, or be refused; a refusal changes nothing."""
        with clock.frozen(self.now):
            try:
                with self.session.begin_nested():
                    deed(self.session)
            except Refused:
                self.session.expire_all()

    def any(self, column: Any, *which: Any) -> int:
        """The newest of the rows of which this is true, or one that is not there."""
        return self.session.scalar(select(column).where(*which).order_by(column.desc()).limit(1)) or 0

    def of(self, who: str, *statuses: str) -> int:
        """Somebody's newest permission in one of these states."""
        mine = Authorization.person_id == self.people[who].id
        return self.any(Authorization.id, mine, Authorization.status.in_(statuses) if statuses else mine)

    @rule(who=someone, by=someone)
    def ask(self, who: str, by: str) -> None:
        numbers = self.people[who].id, self.people[by].id
        self.do(lambda s: requests.open_request(s, numbers[0], "T2", scope=WIDE, reason=WHY, by_id=numbers[1]))

    @rule(who=holder, by=decider, role=st.sampled_from(("manager", "hub")), narrow=st.booleans())
    def approve(self, who: str, by: str, role: str, narrow: bool) -> None:
        number, scope = self.of(who, "requested"), NARROW if narrow else None
        self.do(lambda s: requests.decide(s, number, role, "approved", by_id=self.people[by].id, scope=scope))

    @rule(who=holder)
    def give(self, who: str) -> None:
        """The whole way at once, so that lives go on beyond the first request."""

        def whole(session: Session) -> None:
            asked = self.people[who].id
            number = requests.open_request(session, asked, "T2", scope=WIDE, reason=WHY, by_id=asked).id
            requests.decide(session, number, "manager", "approved", by_id=self.people["bob"].id)
            requests.decide(session, number, "hub", "approved", by_id=self.people["hugo"].id)

        self.do(whole)

    @rule(who=holder, by=decider)
    def decline(self, who: str, by: str) -> None:
        number = self.of(who)
        self.do(lambda s: requests.decide(s, number, "hub", "declined", by_id=self.people[by].id, remark="No."))

    @rule(who=holder, by=decider, cause=causes, length=st.sampled_from((None, 0, 5, 40)))
    def suspend(self, who: str, by: str, cause: str, length: int | None) -> None:
        number = self.of(who, *IN_FORCE)
        until = None if length is None else self.now.date() + timedelta(days=length)
        self.do(
            lambda s: taking.suspend(s, number, by_id=self.people[by].id, cause=cause, reason="A tweet.", until=until)
        )

    @rule(who=holder, by=decider)
    def restore(self, who: str, by: str) -> None:
        number = self.any(Hold.id, Hold.person_id == self.people[who].id, Hold.lifted_at.is_(None))
        self.do(lambda s: taking.restore(s, number, by_id=self.people[by].id, reason="Fine."))

    @rule(who=holder, by=decider)
    def limit(self, who: str, by: str) -> None:
        number = self.of(who, *IN_FORCE)
        self.do(lambda s: taking.limit(s, number, by_id=self.people[by].id, scope=NARROW, reason="Less."))

    @rule(who=holder, by=decider)
    def propose(self, who: str, by: str) -> None:
        number = self.of(who, *IN_FORCE)
        self.do(lambda s: taking.propose_revocation(s, number, by_id=self.people[by].id, reason="A secret."))

    @rule(who=holder, by=decider, confirmed=st.booleans())
    def decide_revocation(self, who: str, by: str, confirmed: bool) -> None:
        number = self.any(Revocation.id, Revocation.decided_at.is_(None))
        self.do(lambda s: taking.decide_revocation(s, number, by_id=self.people[by].id, confirmed=confirmed))

    @rule(who=someone, became=st.sampled_from(("active", "leave", "leave", "active", "left")))
    def change_person(self, who: str, became: str) -> None:
        def change(session: Session) -> None:
            session.get_one(Person, self.people[who].id).status = became
            session.flush()
            triggers.people_changed(session)

        self.do(change)

    @rule(who=someone, place=st.booleans())
    def pause_all(self, who: str, place: bool) -> None:
        number = [self.people[who].id]
        if place:
            self.do(lambda s: holds.place_all(s, number, "guideline", "New text."))
        else:
            self.do(lambda s: holds.lift_all(s, number, "guideline", "Accepted."))

    @rule(length=st.sampled_from((1, 6, 45, 130, 380)))
    def sleep(self, length: int) -> None:
        """The day ends: what it answers is kept, and a night some days later does what nights do."""
        today = self.now.date()
        for person in self.people.values():
            self.shown[person.id, today] = register.standings(self.session, person.id, today)
        self.now += timedelta(days=length)

        def night(session: Session) -> None:
            for job in (
                holds.lift_over,
                triggers.people_changed,
                nightly.expire,
                nightly.archive,
                triggers.dormant,
                requests.give_approved,
                nightly.decline_unanswered,
            ):
                job(session)

        self.do(night)

    @invariant()
    def the_standing_is_the_newest_row_of_the_history(self) -> None:
        if not hasattr(self, "people"):
            return
        newest = select(func.max(AuthorizationStatus.id)).group_by(AuthorizationStatus.authorization_id)
        rows = self.session.execute(
            select(Authorization.id, Authorization.status, Authorization.until, AuthorizationStatus)
            .join(AuthorizationStatus, AuthorizationStatus.authorization_id == Authorization.id)
            .where(AuthorizationStatus.id.in_(newest))
        ).all()
        for row in rows:
            assert (row.status, row.until) == (row.AuthorizationStatus.status, row.AuthorizationStatus.until)
        assert len(rows) == self.session.scalar(select(func.count(Authorization.id)))

    @invariant()
    def suspended_is_what_an_open_hold_is_on(self) -> None:
        if not hasattr(self, "people"):
            return
        held = set(self.session.execute(select(Hold.person_id, Hold.authorization_id).where(Hold.lifted_at.is_(None))))
        given = select(Authorization.id, Authorization.person_id, Authorization.status)
        for number, person_id, status in self.session.execute(
            given.where(Authorization.status.in_(("active", "suspended")))
        ):
            on_it = (person_id, number) in held or (person_id, None) in held
            assert (status == "suspended") == on_it

    @invariant()
    def nothing_comes_back_from_the_end(self) -> None:
        if not hasattr(self, "people"):
            return
        statement = select(AuthorizationStatus.authorization_id, AuthorizationStatus.status)
        over = dict[int, str]()
        for number, status in self.session.execute(statement.order_by(AuthorizationStatus.id)):
            assert over.get(number) in (None, status)
            if status in OVER or status == "ended":
                over[number] = status

    @invariant()
    def nobody_decided_about_herself_and_two_took_away(self) -> None:
        if not hasattr(self, "people"):
            return
        own = select(Approval.id).join(Authorization, Authorization.id == Approval.authorization_id)
        assert not self.session.scalars(own.where(Approval.by_id == Authorization.person_id)).all()
        taken = set(
            self.session.scalars(
                select(Revocation.authorization_id).where(
                    Revocation.confirmed, Revocation.decided_by_id != Revocation.proposed_by_id
                )
            )
        )
        revoked = select(Authorization.id).where(Authorization.status == "revoked")
        assert set(self.session.scalars(revoked)) <= taken

    @rule()
    def every_past_day_answers_what_it_showed(self) -> None:
        for (person_id, on), before in self.shown.items():
            assert register.standings(self.session, person_id, on) == before


@pytest.fixture
def life_database(tmp_path: Path, prepared_sqlite: Path) -> Any:
    path = tmp_path / "life.sqlite"
    shutil.copyfile(prepared_sqlite, path)
    database = Database(f"sqlite:///{path}", consequences.TABLE, consequences.FORESIGHT)
    yield database
    database.close()


def test_whatever_is_done_in_whatever_order_no_rule_is_broken(life_database: Database) -> None:
    machine = type("OneLife", (Life,), {"database": life_database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
