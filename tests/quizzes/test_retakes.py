"""When somebody may try again, and who may let her sooner."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from quizzes import attempts, closing, releases
from quizzes.questions import QuizView
from quizzes.retakes import Wait, wait
from tests.quizzes.makers import WRONG, later

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rules(allowed: int | None = 3, cooling: int = 48, long: int = 30) -> QuizView:
    return QuizView(
        *(1, "q", 1, "c", 1, 1, 80, 10, 25, NOON, {}, {}),
        attempts_allowed=allowed,
        cooling_hours=cooling,
        long_wait_days=long,
    )


@pytest.mark.parametrize(
    ("ended", "released", "now", "expected"),
    [
        ([], None, 0, Wait(3)),
        ([0], None, 1, Wait(2, NOON + 48 * HOUR)),
        ([0], None, 48, Wait(2)),
        ([0, 50], None, 60, Wait(1, NOON + 98 * HOUR)),
        ([50, 0], None, 60, Wait(1, NOON + 98 * HOUR)),
        ([0, 50, 100], None, 101, Wait(0, NOON + 100 * HOUR + 30 * DAY, exhausted=True)),
        ([0, 50, 100], None, 100 + 30 * 24, Wait(3)),
        ([0, 50, 100, 900], None, 901, Wait(2, NOON + 948 * HOUR)),
        ([0, 50, 100], 110, 111, Wait(3)),
        ([0, 50, 100, 120], 110, 121, Wait(2, NOON + 168 * HOUR)),
        ([0], 1, 2, Wait(3)),
    ],
)
def test_three_attempts_48_hours_apart_then_30_days(ended, released, now, expected):
    released_at = NOON + released * HOUR if released is not None else None
    assert wait([NOON + end * HOUR for end in ended], released_at, rules(), NOON + now * HOUR) == expected


def test_any_number_of_attempts_still_has_its_pause():
    ends = [NOON + number * HOUR for number in range(9)]
    assert wait(ends, None, rules(allowed=None), NOON + 9 * HOUR) == Wait(None, NOON + 56 * HOUR)
    assert wait(ends, None, rules(allowed=None, cooling=0), NOON + 9 * HOUR) == Wait(None)


@given(st.lists(st.integers(0, 5000), max_size=12), st.integers(0, 6000), st.integers(1, 5))
def test_a_wait_ends_in_the_future_and_never_leaves_more_than_allowed(ends, now, allowed):
    found = wait([NOON + end * HOUR for end in ends], None, rules(allowed), NOON + now * HOUR)
    assert found.until is None or found.until > NOON + now * HOUR
    assert 0 <= found.left <= allowed
    assert found.exhausted == (found.left == 0)


@pytest.fixture
def failed(session, make, people):
    """Alice has failed three times, and waits."""
    quiz = make.quiz()
    for number in range(3):
        with later(hours=49 * number):
            attempt = (
                make.attempt(people.alice, quiz) if not number else attempts.start(session, people.alice.id, quiz.slug)
            )
            make.answer(attempt, **WRONG)
            closing.submit(session, attempt)
    return quiz


def test_who_has_used_her_attempts_waits_30_days_or_for_a_coach(session, make, people, failed):
    with later(hours=49 * 3), pytest.raises(Conflict, match="You have used your attempts for now"):
        attempts.start(session, people.alice.id, failed.slug)
    with later(days=35):
        assert attempts.start(session, people.alice.id, failed.slug).number == 4


def test_her_manager_lets_her_try_again(session, make, people, failed):
    with later(hours=100):
        [one] = releases.waiting(session, people.bob.id)
        assert (one.person.id, one.attempts, one.wait.exhausted) == (people.alice.id, 3, True)
        releases.release(session, people.bob.id, people.alice.id, failed.slug, "We talked through the red lines.")
        assert releases.waiting(session, people.bob.id) == []
        with pytest.raises(Conflict, match="can try again already"):
            releases.release(session, people.bob.id, people.alice.id, failed.slug, "Once more for good measure.")
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == people.alice.email)).all()[-1]
        assert "We talked through the red lines." in mail.body
    with later(hours=101):
        assert attempts.start(session, people.alice.id, failed.slug).number == 4


def test_nobody_else_releases_her_nor_she_herself(session, make, people, failed):
    coach = make.person("Coach", roles=["coach"])
    for somebody in (people.charlie, people.alice):
        assert releases.waiting(session, somebody.id) == []
        with pytest.raises(NotFound):
            releases.release(session, somebody.id, people.alice.id, failed.slug, "She asked me very kindly.")
    with pytest.raises(Invalid, match="in a sentence"):
        releases.release(session, coach.id, people.alice.id, failed.slug, "ok")
    releases.release(session, coach.id, people.alice.id, failed.slug, "She works nights this week.")


def test_the_list_costs_the_same_for_many(session, make, people, failed, statements):
    with later(hours=100):
        releases.waiting(session, people.bob.id)
        session.flush()
        statements.clear()
        releases.waiting(session, people.bob.id)
        few = len(statements)
        for number in range(12):
            person = make.person(f"Person {number}", manager=people.bob)
            attempt = make.attempt(person, failed)
            closing.submit(session, attempt)
        session.flush()
        statements.clear()
        assert len(releases.waiting(session, people.bob.id)) == 13
    assert len(statements) == few == 2


def test_the_page_keeps_what_was_typed(session, make, people, failed, client_for):
    session.commit()
    with later(hours=100):
        bob = client_for(people.bob)
        form = {"person": people.alice.id, "quiz": failed.slug}
        page = bob.submit("/coaching/retakes", form | {"reason": "short"})
        assert page.status_code == 422
        assert "short</textarea>" in page.text
        assert bob.submit("/coaching/retakes", form | {"reason": "We read it together."}).status_code == 303
        assert "Nobody is waiting" in bob.get("/coaching/retakes").text
    assert client_for(people.charlie).get("/coaching/retakes").status_code == 403
