"""Putting a wrong question right for everyone: what would change, who may let it happen, and how it is taken back."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certificates.models import Authorization, AuthorizationStatus, Certificate
from courses.enrollment_models import Enrollment
from courses.events import WouldComplete, WouldWithdraw
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.events import foresee
from lms.base.outbox import OutboxMessage
from lms.people.models import Person
from quizzes import attempts, closing, definitions, papers
from quizzes.attempt_models import Attempt, Mark, Release
from quizzes.models import Quiz
from quizzes.questions import Answer, ChoiceView, QuestionView
from quizzes.regrading import applying, computing, runs, work
from quizzes.regrading.models import POLICIES, Regrade
from quizzes.regrading.remarking import Remark, Remarking
from tests.make import Make
from tests.quizzes import regrading_world as world
from tests.quizzes.makers import later
from tests.quizzes.regrading_world import MENDED, REASON, SWAPPED, asked, changes, rekey, standing, taken, worked

Deed = Callable[[Regrade], None]


@pytest.fixture
def quiz(session: Session) -> Quiz:
    return world.quiz(session)


@pytest.fixture
def hands(make: Make) -> tuple[Person, Person]:
    """Two people who may let a regrade happen."""
    return make.person("Dana", roles=["administrator"]), make.person("Hugo", roles=["hub"])


@pytest.fixture
def carried_out(session: Session, database: Database, hands: tuple[Person, Person]) -> Deed:
    """Has a regrade computed, applied and, where it must be, approved."""

    def carry_out(regrade: Regrade) -> None:
        worked(session, database)
        runs.apply(session, regrade.id, hands[0].id)
        if regrade.state == "waiting":
            runs.approve(session, regrade.id, hands[1].id)
        worked(session, database)
        assert regrade.state == "applied"

    return carry_out


@pytest.fixture
def undone(session: Session, database: Database, hands: tuple[Person, Person]) -> Deed:
    """Has an applied regrade undone."""

    def undo(regrade: Regrade) -> None:
        runs.undo(session, regrade.id, hands[1].id)
        if regrade.state == "waiting":
            runs.approve(session, regrade.id, hands[0].id)
        worked(session, database)
        assert regrade.state == "undone"

    return undo


def view(credits: dict[str, int], *, crosses: str = "", kind: str = "single", version: int = 1) -> QuestionView:
    choices = tuple(
        ChoiceView(key, 0 if key in crosses else credit, None, key in crosses, {}, {})
        for key, credit in credits.items()
    )
    return QuestionView(1, version, "q", kind, False, (), {"en": "?"}, {}, {"en": "!"}, choices)


OLD = {"a": 0, "b": 100, "c": 50, "d": 0}
ASKED, KEY = view(OLD), view(SWAPPED, version=2)
GONE = view({"a": 0, "c": 100}, version=2)
CROSSING = view(SWAPPED | {"b": 0}, crosses="b", version=2)


@pytest.mark.parametrize(
    ("policy", "key", "chosen", "now", "by_hand", "then"),
    [
        ("full_credit", KEY, "a", (0, True, False), False, (100, False, False)),
        ("full_credit", KEY, "a", (40, False, False), True, (100, False, False)),
        ("full_credit", KEY, "", (0, False, True), False, (100, False, False)),
        ("void", KEY, "b", (100, False, False), False, (100, False, True)),
        ("void", KEY, "a", (0, True, False), True, (0, True, True)),
        ("leave", KEY, "b", (100, False, False), False, (100, False, False)),
        ("new_only", KEY, "d", (0, False, False), False, (100, False, False)),
        ("new_only", KEY, "b", (100, False, False), False, (0, False, False)),
        ("new_only", KEY, "b", (100, False, True), False, (0, False, False)),
        ("new_only", KEY, "", (0, False, False), False, (0, False, False)),
        ("new_only", KEY, "b", (100, False, False), True, (100, False, False)),
        ("new_only", CROSSING, "b", (100, False, False), False, (0, True, False)),
        ("new_only", GONE, "b", (100, False, False), False, (100, False, False)),
        ("new_only", view({"true": 0}, kind="truefalse"), "b", (100, False, False), False, (100, False, False)),
        ("old_and_new", KEY, "d", (0, False, False), False, (100, False, False)),
        ("old_and_new", KEY, "b", (100, False, False), False, (100, False, False)),
        ("old_and_new", KEY, "b", (0, False, True), False, (100, False, False)),
        ("old_and_new", CROSSING, "b", (100, False, False), False, (100, False, False)),
        ("old_and_new", KEY, "a", (0, True, False), False, (0, False, False)),
        ("old_and_new", KEY, "c", (50, False, False), False, (50, False, False)),
    ],
)
def test_each_policy_marks_as_it_says(
    policy: str, key: QuestionView, chosen: str, now: Remark, by_hand: bool, then: Remark
) -> None:
    how = Remarking(policy, key, {1: ASKED, 2: key})
    answer = f'{{"choice": "{chosen}"}}' if chosen else None
    assert how.mark(1, answer, now, by_hand=by_hand) == then


@given(
    st.sampled_from(("full_credit", "old_and_new", "leave")),
    st.sampled_from("abcd"),
    st.sampled_from((0, 50, 100)),
    st.booleans(),
    st.lists(st.sampled_from((0, 50, 100)), min_size=4, max_size=4),
)
def test_the_generous_policies_never_take_anything_away(
    policy: str, chosen: str, credit: int, crossed: bool, credits: list[int]
) -> None:
    key = view(dict(zip("abcd", credits, strict=True)), version=2)
    found = Remarking(policy, key, {1: ASKED, 2: key}).mark(
        1, f'{{"choice": "{chosen}"}}', (credit, crossed, False), by_hand=False
    )
    assert found[0] >= credit
    assert found[1] <= crossed
    assert not found[2]


def test_a_dry_run_says_who_would_pass_and_who_would_fail_and_changes_nothing(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person]
) -> None:
    right_now_wrong = taken(session, quiz, "multiple")  # passes with b, would fail without
    wrong_now_right = taken(session, quiz, "single", "multiple")  # fails with d, would pass with it
    better = taken(session, quiz, "single")  # passes either way
    untouched = taken(session, quiz, single={"choice": "c"})
    open_still = Make(session).attempt(Make(session).person(), quiz)
    rekey(session, SWAPPED)
    before = standing(session)
    regrade = asked(session, "new_only", hands[0])
    worked(session, database)
    assert (regrade.state, regrade.total, regrade.done, regrade.gained, regrade.lost) == ("ready", 4, 4, 1, 1)
    assert standing(session) == before
    found = changes(session, regrade)
    assert set(found) == {right_now_wrong.id, wrong_now_right.id, better.id}
    assert not {untouched.id, open_still.id} & set(found)
    change = found[wrong_now_right.id]
    assert (change.credit_before, change.credit_after) == (0, 100)
    assert (change.percent_before, change.percent_after) == (6000, 8000)
    assert (change.passed_before, change.passed_after) == (False, True)
    assert (found[better.id].passed_before, found[better.id].passed_after) == (True, True)


def test_the_dry_run_of_every_policy_is_what_applying_it_does(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed, undone: Deed
) -> None:
    people = [taken(session, quiz, *wrong) for wrong in ((), ("single",), ("multiple",), ("single", "multiple"))]
    people.append(taken(session, quiz, single={"choice": "c"}))
    rekey(session, SWAPPED)
    for policy in POLICIES:
        if policy == "leave":
            continue
        before = standing(session)
        regrade = asked(session, policy, hands[0])
        carried_out(regrade)
        found = changes(session, regrade)
        for attempt in people:
            session.refresh(attempt)
            if attempt.id in found:
                then = found[attempt.id]
                assert (attempt.percent_hundredths, attempt.passed) == (then.percent_after, then.passed_after), policy
        undone(regrade)
        assert standing(session) == before, policy


def test_from_fail_to_pass_completes_the_course_and_awards_the_certificate(
    session: Session, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    attempt = taken(session, quiz, "single", "multiple")
    assert not attempt.passed
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    carried_out(regrade)
    session.refresh(attempt)
    assert (attempt.passed, attempt.percent_hundredths, attempt.state) == (True, 8000, "marked")
    assert world.results(session, attempt) == [("handed in", False), ("regrade", True)]
    (mark,) = world.marks(session, attempt)
    assert (mark.number, mark.source, mark.key_version_id) == (2, "regrade", regrade.key_version_id)
    assert session.get_one(Enrollment, attempt.enrollment_id).completed_at
    assert authorizations(session, attempt) == ["active"]
    letter = session.scalars(select(OutboxMessage).where(OutboxMessage.key.like("regrade:%:applied:%"))).one()
    assert "you have passed, and the course is completed" in letter.body
    assert REASON in letter.body
    assert "Hello Alice," in letter.body
    assert f"/attempts/{attempt.id}" in letter.body
    assert regrade.approved_by is None


def authorizations(session: Session, attempt: Attempt) -> list[str]:
    statement = select(Authorization.status).join(Certificate, Certificate.id == Authorization.certificate_id)
    return list(session.scalars(statement.where(Authorization.person_id == attempt.person_id)))


def test_a_pass_is_only_taken_away_with_a_second_hand(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person]
) -> None:
    attempt = taken(session, quiz, "multiple")
    assert authorizations(session, attempt) == ["active"]
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    worked(session, database)
    runs.apply(session, regrade.id, hands[0].id)
    assert regrade.state == "waiting"
    asking = session.scalars(select(OutboxMessage).where(OutboxMessage.key.like("regrade:%:second:%"))).all()
    assert [letter.recipient for letter in asking] == [hands[1].email]
    assert "1 attempt would lose its pass" in asking[0].body
    worked(session, database)
    assert attempt.passed
    with pytest.raises(Conflict, match="Somebody else has to agree"):
        runs.approve(session, regrade.id, hands[0].id)
    runs.approve(session, regrade.id, hands[1].id)
    worked(session, database)
    assert (regrade.state, attempt.passed) == ("applied", False)
    assert session.get_one(Enrollment, attempt.enrollment_id).completed_at is None
    assert authorizations(session, attempt) == ["suspended"]
    letter = session.scalars(select(OutboxMessage).where(OutboxMessage.key.like("regrade:%:applied:%"))).one()
    assert "not passed any more" in letter.body
    assert "try again right away" in letter.body
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.subject == f"regrade:{regrade.id}")).all()
    assert "approved the loss of passes" in deeds
    again = attempts.start(session, attempt.person_id, quiz.slug)
    assert again.number == 2
    assert world.handed_in(session, again, single={"choice": "d"}).passed
    assert authorizations(session, attempt) == ["active"]


def test_the_database_itself_wants_another_second_hand(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person]
) -> None:
    taken(session, quiz, "multiple")
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    worked(session, database)
    runs.apply(session, regrade.id, hands[0].id)
    session.flush()
    with pytest.raises(DBAPIError):
        regrade.approved_by = hands[0].id
        session.flush()


def test_undoing_pauses_what_was_gained_and_gives_back_what_was_lost(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    gained, lost = taken(session, quiz, "single", "multiple"), taken(session, quiz, "multiple")
    rekey(session, SWAPPED)
    before = standing(session)
    regrade = asked(session, "new_only", hands[0])
    carried_out(regrade)
    assert (authorizations(session, gained), authorizations(session, lost)) == (["active"], ["suspended"])
    runs.undo(session, regrade.id, hands[1].id)
    assert regrade.state == "waiting"
    with pytest.raises(Conflict):
        runs.approve(session, regrade.id, hands[1].id)
    runs.approve(session, regrade.id, hands[0].id)
    worked(session, database)
    assert regrade.state == "undone"
    assert standing(session) == before
    assert (authorizations(session, gained), authorizations(session, lost)) == (["suspended"], ["active"])
    assert world.results(session, gained)[-1] == ("regrade undone", False)
    history = session.scalars(
        select(AuthorizationStatus.status)
        .join(Authorization, Authorization.id == AuthorizationStatus.authorization_id)
        .where(Authorization.person_id == lost.person_id)
        .order_by(AuthorizationStatus.id)
    ).all()
    assert history == ["active", "suspended", "active"]
    bodies = session.scalars(select(OutboxMessage.body).where(OutboxMessage.key.like("regrade:%:undone:%"))).all()
    assert len(bodies) == 2
    assert all("That was a mistake, and we have taken it back" in body for body in bodies)


def test_an_undoing_that_takes_no_pass_away_needs_one_hand(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    taken(session, quiz, "multiple")
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    carried_out(regrade)
    runs.undo(session, regrade.id, hands[0].id)
    assert regrade.state == "undoing"


def test_an_undoing_that_is_refused_leaves_the_regrade_standing(
    session: Session, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    taken(session, quiz, "single", "multiple")
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    carried_out(regrade)
    runs.undo(session, regrade.id, hands[0].id)
    runs.refuse(session, regrade.id, hands[1].id)
    assert (regrade.state, regrade.undone_by) == ("applied", None)


def test_only_the_newest_regrade_of_a_question_can_be_undone(
    session: Session, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    taken(session, quiz, "single")
    rekey(session, MENDED)
    first = asked(session, "new_only", hands[0])
    carried_out(first)
    second = asked(session, "void", hands[0])
    carried_out(second)
    with pytest.raises(Conflict, match="Only the newest"):
        runs.undo(session, first.id, hands[0].id)
    runs.undo(session, second.id, hands[0].id)


def test_somebody_with_another_passed_attempt_keeps_course_and_permission(
    session: Session, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    failed = taken(session, quiz, "single", "multiple")
    with later(hours=49):
        second = world.handed_in(session, attempts.start(session, failed.person_id, quiz.slug), "multiple")
    assert second.passed
    rekey(session, SWAPPED)
    carried_out(asked(session, "new_only", hands[0]))
    session.refresh(failed)
    session.refresh(second)
    assert (failed.passed, second.passed) == (True, False)
    assert session.get_one(Enrollment, failed.enrollment_id).completed_at
    assert authorizations(session, failed) == ["active"]
    letter = session.scalars(select(OutboxMessage).where(OutboxMessage.key.like("regrade:%:applied:%"))).one()
    assert "there is nothing to do" in letter.body
    assert not session.scalars(select(Release)).all()


def test_points_alone_are_written_about_only_when_asked(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed, undone: Deed
) -> None:
    taken(session, quiz, "single")
    rekey(session, MENDED)
    regrade = asked(session, "new_only", hands[0])
    carried_out(regrade)
    letters = select(OutboxMessage.body).where(OutboxMessage.key.like("regrade:%:applied:%"))
    assert not session.scalars(letters).all()
    undone(regrade)
    regrade = asked(session, "new_only", hands[0])
    worked(session, database)
    runs.apply(session, regrade.id, hands[0].id, tells_all=True)
    worked(session, database)
    (body,) = session.scalars(letters).all()
    assert "your points have changed a little" in body


def test_a_letter_is_in_the_language_of_its_reader(
    session: Session, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    attempt = taken(session, quiz, "single", "multiple")
    session.get_one(Person, attempt.person_id).language = "nl"
    rekey(session, SWAPPED)
    carried_out(asked(session, "new_only", hands[0]))
    letter = session.scalars(select(OutboxMessage).where(OutboxMessage.key.like("regrade:%:applied:%"))).one()
    assert "De quiz" in letter.subject


def test_leaving_it_is_written_down_and_changes_nothing(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person]
) -> None:
    taken(session, quiz, "single")
    rekey(session, SWAPPED)
    before = standing(session)
    regrade = asked(session, "leave", hands[0])
    worked(session, database)
    assert (regrade.state, regrade.reason) == ("applied", REASON)
    assert standing(session) == before
    with pytest.raises(Conflict):
        runs.undo(session, regrade.id, hands[0].id)


def test_what_is_asked_must_be_said_well_and_once(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person]
) -> None:
    with pytest.raises(Invalid, match="Say what was wrong"):
        runs.ask(session, world.SLUG, "single-1", "void", "  short ", hands[0].id)
    with pytest.raises(Invalid, match="Choose what"):
        runs.ask(session, world.SLUG, "single-1", "nothing", REASON, hands[0].id)
    with pytest.raises(NotFound):
        runs.ask(session, world.SLUG, "missing", "void", REASON, hands[0].id)
    regrade = asked(session, "void", hands[0])
    with pytest.raises(Conflict, match="being marked anew already"):
        asked(session, "void", hands[0])
    runs.refuse(session, regrade.id, hands[0].id)
    worked(session, database)
    assert regrade.state == "dropped"
    assert asked(session, "void", hands[0]).state == "computing"
    with pytest.raises(Conflict, match="in the meantime"):
        runs.apply(session, regrade.id, hands[0].id)


def test_a_dry_run_that_was_killed_begins_again_and_finds_nothing_twice(
    session: Session,
    database: Database,
    quiz: Quiz,
    hands: tuple[Person, Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = [taken(session, quiz, "single") for _ in range(5)]
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    session.commit()
    monkeypatch.setattr(computing, "KEPT_AT_ONCE", 2)
    steps = iter((True, True, False))
    computing.compute(database, regrade.id, lambda: next(steps))
    session.expire_all()
    assert (regrade.state, regrade.done, regrade.total) == ("computing", 4, 5)
    worked(session, database)
    assert (regrade.state, regrade.done) == ("ready", 5)
    assert set(changes(session, regrade)) == {attempt.id for attempt in made}


def test_a_worker_killed_between_people_is_followed_by_one_that_goes_on(
    session: Session,
    database: Database,
    quiz: Quiz,
    hands: tuple[Person, Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = [taken(session, quiz, "single", "multiple", certified=False) for _ in range(5)]
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    worked(session, database)
    runs.apply(session, regrade.id, hands[0].id)
    session.commit()
    monkeypatch.setattr(applying, "AT_ONCE", 2)
    decide, calls = closing.decide, []

    def dying(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return decide(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(closing, "decide", dying)
    with pytest.raises(KeyboardInterrupt):
        work.work_off(database)
    session.expire_all()
    assert (regrade.state, regrade.done) == ("applying", 2)
    assert [attempt.passed for attempt in made] == [True, True, False, False, False]
    monkeypatch.setattr(closing, "decide", decide)
    worked(session, database)
    assert (regrade.state, regrade.done) == ("applied", 5)
    assert all(len(world.results(session, attempt)) == 2 for attempt in made)
    assert all(attempt.passed for attempt in made)


def test_two_workers_at_once_do_everything_once(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [taken(session, quiz, "single", "multiple") for _ in range(6)]
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    monkeypatch.setattr(applying, "AT_ONCE", 1)
    session.commit()
    together(database)
    session.expire_all()
    assert (regrade.state, len(changes(session, regrade))) == ("ready", 6)
    runs.apply(session, regrade.id, hands[0].id)
    session.commit()
    together(database)
    session.expire_all()
    assert regrade.state == "applied"
    for attempt in made:
        assert world.results(session, attempt) == [("handed in", False), ("regrade", True)]
        assert len(world.marks(session, attempt)) == 1
    assert session.scalar(select(func.count()).where(OutboxMessage.key.like("regrade:%:applied:%"))) == 6


def together(database: Database) -> None:
    failures: list[Exception] = []

    def run() -> None:
        try:
            while work.work_off(database):
                pass
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_mistake_stops_a_regrade_and_it_can_be_sent_on_its_way_again(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = taken(session, quiz, "single", "multiple")
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    worked(session, database)
    runs.apply(session, regrade.id, hands[0].id)
    decide = closing.decide

    def broken(*args: object, **kwargs: object) -> object:
        raise RuntimeError("broken")

    monkeypatch.setattr(closing, "decide", broken)
    worked(session, database)
    assert (regrade.state, attempt.passed) == ("failed", False)
    monkeypatch.setattr(closing, "decide", decide)
    runs.again(session, regrade.id, hands[0].id)
    worked(session, database)
    assert (regrade.state, attempt.passed) == ("applied", True)


def test_a_pass_that_the_dry_run_did_not_list_is_not_taken(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person]
) -> None:
    listed = taken(session, quiz, "multiple")
    open_still = Make(session).attempt(Make(session).person(), quiz)
    gaining = Make(session).attempt(Make(session).person(), quiz)
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", hands[0])
    worked(session, database)
    runs.apply(session, regrade.id, hands[0].id)
    runs.approve(session, regrade.id, hands[1].id)
    assert world.handed_in(session, open_still, "multiple").passed
    assert not world.handed_in(session, gaining, "single", "multiple").passed
    worked(session, database)
    assert (listed.passed, open_still.passed, gaining.passed) == (False, True, True)
    assert set(changes(session, regrade)) == {listed.id, open_still.id, gaining.id}
    assert world.results(session, open_still) == [("handed in", True)]


def test_a_mark_given_by_hand_since_then_stands_when_a_regrade_is_undone(
    session: Session, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed, undone: Deed
) -> None:
    attempt = taken(session, quiz, "single")
    rekey(session, MENDED)
    regrade = asked(session, "new_only", hands[0])
    carried_out(regrade)
    (mark,) = world.marks(session, attempt)
    by_hand = Mark(item_id=mark.item_id, number=3, credit=70, crossed=False, source="appeal", marker_id=hands[1].id)
    by_hand.marked_at = clock.now()
    session.add(by_hand)
    session.flush()
    undone(regrade)
    newest = session.scalars(select(Mark).where(Mark.item_id == mark.item_id).order_by(Mark.number.desc())).first()
    assert newest is not None
    assert (newest.number, newest.credit) == (3, 70)


def test_foresight_counts_what_really_follows(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    gained, lost = taken(session, quiz, "single", "multiple"), taken(session, quiz, "multiple")
    taken(session, quiz, "single", "multiple", certified=False)
    one = foresee(session, WouldComplete(select(Enrollment.id).where(Enrollment.id == gained.enrollment_id)))
    assert [(found.titles["en"], found.certificates, found.authorizations) for found in one] == [
        (one[0].titles["en"], 1, 1)
    ]
    every = select(Enrollment.id)
    by_person = foresee(session, WouldComplete(every, by_person=True))
    assert [(found.person_id, found.certificates) for found in by_person] == [(gained.person_id, 1)]
    (found,) = foresee(session, WouldWithdraw(select(Enrollment.id).where(Enrollment.id == lost.enrollment_id)))
    assert (found.certificates, found.authorizations) == (1, 1)
    rekey(session, SWAPPED)
    carried_out(asked(session, "new_only", hands[0]))
    assert session.scalar(select(func.count()).where(Authorization.status == "suspended")) == 1
    assert authorizations(session, gained) == ["active"]


def test_a_dry_run_takes_the_same_number_of_statements_for_one_and_for_many(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person], statements: list[str]
) -> None:
    counts = []
    for many in (1, 8):
        for _ in range(many):
            taken(session, quiz, "single", certified=False)
        rekey(session, SWAPPED if many == 1 else MENDED)
        regrade = asked(session, "new_only", hands[0])
        session.commit()
        computing.compute(database, regrade.id)
        session.expire_all()
        runs.refuse(session, regrade.id, hands[0].id)
        asked(session, "new_only", hands[0])
        session.commit()
        statements.clear()
        work.work_off(database)
        counts.append(len(statements))
        session.expire_all()
        runs.refuse(session, session.scalars(select(Regrade.id).order_by(Regrade.id.desc())).first() or 0, hands[0].id)
        session.commit()
    assert counts[0] == counts[1]


@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],  # looking for a smaller example takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    policy=st.sampled_from([policy for policy in POLICIES if policy != "leave"]),
    answers=st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(((), ("multiple",), ("multiple", "truefalse")))),
        min_size=1,
        max_size=3,
    ),
    credits=st.permutations((0, 0, 50, 100)),
)
def test_undoing_restores_every_percent_pass_and_mark(
    session: Session,
    database: Database,
    quiz: Quiz,
    hands: tuple[Person, Person],
    carried_out: Deed,
    undone: Deed,
    policy: str,
    answers: list[tuple[str, tuple[str, ...]]],
    credits: list[int],
) -> None:
    for chosen, wrong in answers:
        single: Answer = {"choice": chosen}
        taken(session, quiz, *wrong, single=single, certified=False)
    rekey(session, dict(zip("abcd", credits, strict=True)))
    before = standing(session)
    completed = courses_done(session)
    regrade = asked(session, policy, hands[0])
    carried_out(regrade)
    if not runs.undoable(session, regrade):
        assert standing(session) == before
        return
    undone(regrade)
    assert standing(session) == before
    assert courses_done(session) == completed


def courses_done(session: Session) -> set[int]:
    return set(session.scalars(select(Enrollment.id).where(Enrollment.completed_at.is_not(None))))


def test_the_newest_version_under_review_is_not_the_key(
    session: Session, quiz: Quiz, hands: tuple[Person, Person]
) -> None:
    question = runs.question_of(session, world.SLUG, "single-1")
    live = question.current_id
    proposed = rekey(session, SWAPPED)
    question.current_id, question.proposed_id = live, proposed.id
    session.flush()
    assert asked(session, "void", hands[0]).key_version_id == live
    assert definitions.question(session, live or 0).key == "single-1"


def test_a_long_pause_does_not_let_a_lost_pass_wait(
    session: Session, quiz: Quiz, hands: tuple[Person, Person], carried_out: Deed
) -> None:
    attempt = taken(session, quiz, "multiple")
    rekey(session, SWAPPED)
    carried_out(asked(session, "new_only", hands[0]))
    (release,) = session.scalars(select(Release)).all()
    assert (release.person_id, release.released_by) == (attempt.person_id, hands[1].id)
    assert clock.now() - release.released_at < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("roles", "how"),
    [
        (("author", "administrator"), "gains"),
        (("administrator",), "is open"),
        (("hub",), "gains"),
        (("hub",), "came since"),
        (("legal",), "gains"),
    ],
)
def test_nobody_lets_a_regrade_of_her_own_attempt_happen(
    session: Session,
    database: Database,
    make: Make,
    quiz: Quiz,
    hands: tuple[Person, Person],
    roles: tuple[str, ...],
    how: str,
) -> None:
    own = make.person("Olga", roles=list(roles))
    attempt = make.attempt(own, quiz)
    taken(session, quiz, "multiple")
    if how == "gains":
        world.handed_in(session, attempt, "single", "multiple")
    rekey(session, SWAPPED)
    regrade = asked(session, "new_only", own)
    worked(session, database)
    if how == "came since":
        world.handed_in(session, attempt, "single", "multiple")
    with pytest.raises(Conflict, match="touches your own attempt"):
        runs.apply(session, regrade.id, own.id)
    assert regrade.state == "ready"
    runs.apply(session, regrade.id, hands[0].id)
    assert regrade.state == "waiting"
    with pytest.raises(Conflict, match="touches your own attempt"):
        runs.approve(session, regrade.id, own.id)
    runs.approve(session, regrade.id, hands[1].id)
    worked(session, database)
    if how == "is open":
        world.handed_in(session, attempt, "single", "multiple")
    session.refresh(attempt)
    assert attempt.passed
    with pytest.raises(Conflict, match="touches your own attempt"):
        runs.undo(session, regrade.id, own.id)
    runs.undo(session, regrade.id, hands[0].id)
    assert regrade.state == "waiting"
    with pytest.raises(Conflict, match="touches your own attempt"):
        runs.approve(session, regrade.id, own.id)
    runs.approve(session, regrade.id, hands[1].id)
    worked(session, database)
    session.refresh(attempt)
    assert (regrade.state, attempt.passed) == ("undone", False)


def test_a_hand_who_begins_an_attempt_while_it_happens_gains_nothing(
    session: Session, database: Database, quiz: Quiz, hands: tuple[Person, Person]
) -> None:
    taken(session, quiz, "single")
    regrade = asked(session, "full_credit", hands[0])
    worked(session, database)
    runs.apply(session, regrade.id, hands[0].id)
    quick, slow = Make(session).attempt(hands[0], quiz), Make(session).attempt(hands[1], quiz)
    world.handed_in(session, quick, "single", "multiple")
    worked(session, database)
    world.handed_in(session, slow, "single", "multiple")
    assert regrade.state == "applied"
    assert (quick.passed, slow.passed) == (False, True)


@pytest.mark.parametrize(
    ("policy", "wrong", "before", "after"),
    [
        ("void", ("single",), (8000, True), (10000, True)),
        ("void", ("multiple",), (8000, True), (7500, False)),
        ("new_only", ("multiple",), (8000, True), (6000, False)),
        ("new_only", ("single", "multiple"), (6000, False), (8000, True)),
        ("old_and_new", ("multiple",), (8000, True), (8000, True)),
        ("full_credit", ("single", "multiple"), (6000, False), (8000, True)),
    ],
)
def test_a_regrade_holds_for_an_attempt_that_was_open_and_undoing_finds_it(
    session: Session,
    database: Database,
    quiz: Quiz,
    hands: tuple[Person, Person],
    carried_out: Deed,
    policy: str,
    wrong: tuple[str, ...],
    before: tuple[int, bool],
    after: tuple[int, bool],
) -> None:
    closed, open_still = taken(session, quiz, *wrong), Make(session).attempt(Make(session).person(), quiz)
    rekey(session, SWAPPED)
    regrade = asked(session, policy, hands[0])
    carried_out(regrade)
    world.handed_in(session, open_still, *wrong)
    for attempt in (closed, open_still):
        session.refresh(attempt)
        assert (attempt.percent_hundredths, attempt.passed) == after
    assert world.results(session, open_still) == [("handed in", after[1])]
    found = changes(session, regrade)
    assert (open_still.id in found) == (policy != "old_and_new")
    if open_still.id not in found:
        return
    (mark,) = world.marks(session, open_still)
    assert (mark.number, mark.source, mark.regrade_id) == (2, "regrade", regrade.id)
    row = found[open_still.id]
    assert ((row.percent_before, row.passed_before), (row.percent_after, row.passed_after)) == (before, after)
    late = Make(session).attempt(Make(session).person(), quiz)
    assert world.handed_in(session, late, "multiple", single={"choice": "d"}).passed
    assert world.marks(session, late) == []
    assert runs.lost_by_undoing(session, regrade.id) == (2 if after[1] and not before[1] else 0)
    runs.undo(session, regrade.id, hands[0].id)
    if regrade.state == "waiting":
        runs.approve(session, regrade.id, hands[1].id)
    worked(session, database)
    for attempt in (closed, open_still):
        session.refresh(attempt)
        assert (attempt.percent_hundredths, attempt.passed) == before
    assert world.results(session, open_still)[-1] == ("regrade undone", before[1])


def test_a_regrade_holds_for_an_answer_that_waited_for_its_marker(
    session: Session, database: Database, make: Make, hands: tuple[Person, Person], carried_out: Deed, undone: Deed
) -> None:
    quiz, coach = make.read_quiz(questions=2), make.person("Carla", roles=["coach"])
    attempt = make.handed_in(make.person(), quiz)
    question = definitions.question(session, papers.items(session, attempt)[0].question.version_id)
    regrade = runs.ask(session, quiz.slug, question.key, "full_credit", REASON, hands[0].id)
    carried_out(regrade)
    make.mark_task(make.task(attempt), coach, 0, 0)
    make.mark_task(make.task(attempt, position=2), coach)
    assert (attempt.passed, attempt.percent_hundredths) == (True, 10000)
    assert world.results(session, attempt) == [("marked by hand", True)]
    undone(regrade)
    session.refresh(attempt)
    assert (attempt.passed, attempt.percent_hundredths) == (False, 5000)


def test_regrades_cost_a_hand_in_one_statement(session: Session, quiz: Quiz, make: Make, statements: list[str]) -> None:
    attempt = make.answer(make.attempt(make.person(), quiz))
    statements.clear()
    closing.submit(session, attempt)
    assert sum("regrade" in one.split("FROM", 1)[-1] for one in statements if one.startswith("SELECT")) == 1
