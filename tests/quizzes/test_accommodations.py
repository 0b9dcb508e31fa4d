"""What people get in every quiz: more time, no clock, breaks."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Invalid
from quizzes import accommodations, attempts, breaks, closing, papers
from quizzes.accommodations import Terms
from quizzes.attempt_models import Accommodation, Break
from quizzes.clocks import Clock
from quizzes.models import QuizText, QuizVersion
from tests.quizzes.makers import RIGHT, later

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("own", "closes", "minutes"),
    [
        (Clock(), None, 25),
        (Clock(150), None, 37.5),
        (Clock(150, 10), None, 47.5),
        (Clock(100, 10), None, 35),
        (Clock(200, 30), 60, 60),
        (Clock(no_timer=True), None, 30 * 24 * 60),
        (Clock(no_timer=True), 90, 90),
    ],
)
def test_the_deadline_is_start_plus_limit_times_factor_plus_minutes_but_never_after_the_close(own, closes, minutes):
    close = NOON + closes * MINUTE if closes else None
    assert own.deadline(NOON, 25, close) == NOON + minutes * MINUTE


@pytest.fixture
def admin(make):
    return make.person("Dana", roles=["administrator"])


def started(session, make, person, time=100):
    quiz = make.quiz()
    make.ready(person, quiz)
    return attempts.start(session, person.id, quiz.slug, time=time)


def test_it_is_said_once_and_holds_in_each_attempt(session, make, people, admin):
    accommodations.give(session, "ALICE@acme.example ", Terms("reading", 150, 10, break_minutes=5), admin.id)
    attempt = started(session, make, people.alice)
    assert attempt.deadline_at - attempt.started_at == timedelta(minutes=47, seconds=30)
    assert (attempt.time_percent, attempt.extra_minutes, attempt.break_seconds) == (150, 10, 300)


def test_who_chooses_more_than_she_is_given_gets_it(session, make, people, admin):
    accommodations.give(session, people.alice.email, Terms("reading", 150), admin.id)
    assert started(session, make, people.alice, time=200).time_percent == 200


def test_a_second_one_takes_the_place_of_the_first_and_both_are_kept(session, make, people, admin):
    accommodations.give(session, people.alice.email, Terms("reading", 150), admin.id)
    second = accommodations.give(session, people.alice.email, Terms("other", no_timer=True), admin.id)
    assert accommodations.in_force(session, people.alice.id) is second
    assert [one.accommodation for one in accommodations.everybody(session)] == [second]
    accommodations.end(session, second.id, admin.id)
    accommodations.end(session, second.id, admin.id)
    assert accommodations.in_force(session, people.alice.id) is None
    assert len(session.scalars(select(Accommodation)).all()) == 2
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.subject == f"person:{people.alice.id}")).all()
    assert deeds.count("gave an accommodation") == 2
    assert deeds.count("ended an accommodation") == 1


@pytest.mark.parametrize(
    ("email", "terms", "sentence"),
    [
        ("nobody@acme.example", Terms("reading", 150), "Nobody here has the e-mail address"),
        ("alice@acme.example", Terms("reading"), "Say what the person gets"),
    ],
)
def test_bad_input_gets_a_sentence(session, people, admin, email, terms, sentence):
    with pytest.raises(Invalid, match=sentence):
        accommodations.give(session, email, terms, admin.id)


def test_no_clock_is_swept_after_a_month_only(session, make, people, admin):
    accommodations.give(session, people.alice.email, Terms("vision", no_timer=True), admin.id)
    attempt = started(session, make, people.alice)
    with later(days=29):
        assert closing.close_overdue(session) == 0
    with later(days=31):
        assert closing.close_overdue(session) == 1
    assert attempt.state == "abandoned"


@pytest.fixture
def paused(session, make, people, admin):
    """Alice has a break of five minutes in an attempt of 25."""
    accommodations.give(session, people.alice.email, Terms("concentration", break_minutes=5), admin.id)
    return started(session, make, people.alice)


def test_a_break_stops_the_clock_and_gives_back_what_is_left(session, paused):
    deadline = paused.deadline_at
    with clock.frozen(paused.started_at + 10 * MINUTE):
        breaks.take(session, paused)
        breaks.take(session, paused)
        item = papers.items(session, paused)[0]
        with pytest.raises(Conflict, match="You are taking a break"):
            attempts.save(session, paused, 1, RIGHT[item.question.kind], 0)
    with clock.frozen(paused.started_at + 12 * MINUTE):
        breaks.end(session, paused)
        breaks.end(session, paused)
        attempts.save(session, paused, 1, RIGHT[item.question.kind], 0)
    assert (paused.deadline_at, paused.break_seconds) == (deadline + 2 * MINUTE, 180)
    [one] = session.scalars(select(Break))
    assert one.ended_at - one.began_at == 2 * MINUTE


def test_a_break_that_is_forgotten_ends_by_itself(session, paused):
    deadline = paused.deadline_at
    with clock.frozen(paused.started_at + 24 * MINUTE):
        breaks.take(session, paused)
    with clock.frozen(deadline + 4 * MINUTE):
        assert closing.close_overdue(session) == 0
    with clock.frozen(deadline + 6 * MINUTE):
        assert closing.close_overdue(session) == 1
    assert paused.submitted_at == deadline + 5 * MINUTE


def test_a_break_never_moves_the_deadline_past_the_close(session, make, people, admin):
    accommodations.give(session, people.alice.email, Terms("concentration", break_minutes=20), admin.id)
    quiz = make.quiz()
    rules = session.scalars(select(QuizVersion)).one()
    make.ready(people.alice, quiz)
    session.execute(
        insert(QuizVersion).values(
            quiz_id=quiz.id,
            number=2,
            pass_mark=80,
            questions_drawn=10,
            minutes=25,
            published_at=rules.published_at,
            source_sha256="",
            closes_at=clock.now() + 30 * MINUTE,
        )
    )
    session.execute(insert(QuizText).values(version_id=rules.id + 1, language="en", title="Quiz", intro=""))
    attempt = attempts.start(session, people.alice.id, quiz.slug)
    close = attempt.deadline_at + 5 * MINUTE
    breaks.take(session, attempt)
    assert timedelta(0) <= close - attempt.deadline_at < timedelta(seconds=2)
    assert 14 * 60 < attempt.break_seconds < 16 * 60
    breaks.end(session, attempt)
    assert close - attempt.deadline_at > 4 * MINUTE
    assert attempt.break_seconds > 19 * 60


def test_no_break_is_left_twice_nor_after_the_end(session, make, people, paused):
    with clock.frozen(paused.started_at + MINUTE):
        breaks.take(session, paused)
    with clock.frozen(paused.started_at + 7 * MINUTE):
        breaks.end(session, paused)
        with pytest.raises(Conflict, match="no break left"):
            breaks.take(session, paused)
    closing.submit(session, paused)
    with pytest.raises(Conflict, match="closed"):
        breaks.take(session, paused)


def test_the_pages_show_it_to_the_learner_and_hide_the_questions_in_a_break(session, people, admin, paused, client_for):
    session.commit()
    alice = client_for(people.alice)
    assert "Breaks of 5 min in all" in alice.get("/accommodation").text
    assert "Take a break" in alice.get(f"/attempts/{paused.id}").text
    assert alice.submit(f"/attempts/{paused.id}/break").status_code == 303
    page = alice.get(f"/attempts/{paused.id}").text
    assert "You are taking a break" in page
    assert "Stem of" not in page
    assert alice.get(f"/attempts/{paused.id}/overview").status_code == 302
    alice.submit(f"/attempts/{paused.id}/resume")
    assert "Stem of" in alice.get(f"/attempts/{paused.id}").text
    assert client_for(people.bob).submit(f"/attempts/{paused.id}/break").status_code == 404


def test_an_administrator_gives_and_ends_it_in_the_browser(session, people, admin, client_for):
    session.commit()
    dana = client_for(admin)
    form = {"email": people.alice.email, "category": "reading", "factor_percent": "900", "extra_minutes": "0"}
    refused = dana.submit("/admin/accommodations", form | {"break_minutes": "0"})
    assert refused.status_code == 422
    assert 'value="900"' in refused.text
    given = dana.submit("/admin/accommodations", form | {"factor_percent": "150", "break_minutes": "0"})
    assert given.status_code == 303
    assert "150" in dana.get("/admin/accommodations").text
    found = session.scalars(select(Accommodation)).one()
    dana.submit(f"/admin/accommodations/{found.id}/end")
    assert "Nobody has one yet" in dana.get("/admin/accommodations").text
    assert client_for(people.bob).get("/admin/accommodations").status_code == 403
