"""What is kept of marked items for the figures, and what the database makes of it."""

import statistics
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.db import Database
from quizzes import attempts, closing, definitions, papers
from quizzes.analysis import computing, facts, gathering, jobs
from quizzes.analysis.models import ClauseFigures, ItemFact, PickFigures, QuestionFigures, QuizFigures
from quizzes.attempt_models import Attempt, Mark
from quizzes.models import Quiz
from tests.make import Make, People
from tests.quizzes.makers import RIGHT, WRONG, later


def kept(session: Session, attempt: Attempt) -> list[ItemFact]:
    session.flush()
    session.expire_all()
    return list(session.scalars(select(ItemFact).where(ItemFact.attempt_id == attempt.id).order_by(ItemFact.item_id)))


def test_a_marked_attempt_leaves_a_fact_of_every_question(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    assert kept(session, attempt) == []
    make.answer(attempt, single=WRONG["single"])
    closing.submit(session, attempt)
    paper = {item.id: item for item in papers.items(session, attempt)}
    found = kept(session, attempt)
    assert [fact.item_id for fact in found] == list(paper)
    wrong = sum(item.question.kind == "single" for item in paper.values())
    assert wrong
    for fact in found:
        item = paper[fact.item_id]
        assert fact.credit == (0 if item.question.kind == "single" else 100)
        assert fact.rest == facts.rest(100 * (10 - wrong) - fact.credit, 9)
        assert fact.picked == item.kind.picked(item.question, item.answer)
        assert (fact.first, fact.language, fact.tier) == (True, "en", "staff")
        assert fact.line_id == item.question.version_id
    assert {fact.picked for fact in found if fact.credit == 0} == {"d"}


def test_a_second_attempt_is_not_a_first_one(session: Session, make: Make, people: People) -> None:
    quiz = make.quiz()
    attempt = make.answer(make.attempt(people.alice, quiz), **WRONG)
    closing.submit(session, attempt)
    with later(hours=49):
        again = make.answer(attempts.start(session, people.alice.id, quiz.slug))
        closing.submit(session, again)
    assert {fact.first for fact in kept(session, again)} == {False}
    assert {fact.first for fact in kept(session, attempt)} == {True}


def test_an_attempt_in_which_nothing_was_answered_says_nothing(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    with later(hours=3):
        closing.close_overdue(session)
    assert attempt.state == "abandoned"
    assert kept(session, attempt) == []


def test_time_is_that_between_answers_and_none_when_it_cannot_be_told(
    session: Session, make: Make, people: People
) -> None:
    with clock.frozen(clock.now()):
        attempt = make.attempt(people.alice, make.quiz())
        begun = clock.now()
    pauses = (20, 40, 0, 31 * 60, 0.4, 7)
    passed = 0.0
    attempt.deadline_at = begun + timedelta(hours=2)
    session.flush()
    paper = papers.items(session, attempt)
    for item, pause in zip(paper, pauses, strict=False):
        passed += pause
        with clock.frozen(begun + timedelta(seconds=passed)):
            attempts.save(session, attempt, item.position, dict(RIGHT[item.question.kind]), attempt.revision)
    with clock.frozen(begun + timedelta(seconds=passed + 60)):
        attempts.save(session, attempt, 1, dict(WRONG[paper[0].question.kind]), attempt.revision)
        closing.submit(session, attempt)
    assert [fact.seconds for fact in kept(session, attempt)] == [20, 40, None, None, None, 7, *[None] * 4]


def decide_again(session: Session, attempt: Attempt, **changed: object) -> None:
    """Mark the first item anew, as a regrade does, and decide."""
    quiz = definitions.version(session, attempt.quiz_version_id)
    first = papers.items(session, attempt)[0]
    marked = {"item_id": first.id, "number": 2, "credit": 0, "crossed": False, "source": "regrade"}
    session.add(Mark(**(marked | changed), marked_at=clock.now()))
    session.flush()
    closing.decide(session, attempt, quiz, papers.items(session, attempt), "regrade")


def test_deciding_anew_replaces_the_facts(session: Session, make: Make, people: People) -> None:
    attempt = make.answer(make.attempt(people.alice, make.quiz()))
    closing.submit(session, attempt)
    decide_again(session, attempt)
    found = kept(session, attempt)
    assert [fact.credit for fact in found] == [0, *[100] * 9]
    assert found[1].rest == facts.rest(800, 9)


def test_a_void_question_leaves_no_fact_and_no_trace_in_the_rest(session: Session, make: Make, people: People) -> None:
    attempt = make.answer(make.attempt(people.alice, make.quiz()))
    closing.submit(session, attempt)
    decide_again(session, attempt, voided=True)
    found = kept(session, attempt)
    assert len(found) == 9
    assert {fact.rest for fact in found} == {10000}


def test_facts_can_be_made_anew(session: Session, make: Make, people: People, database: Database) -> None:
    quiz = make.quiz()
    attempt = make.answer(make.attempt(people.alice, quiz), single=WRONG["single"])
    closing.submit(session, attempt)
    other = make.attempt(people.bob, quiz)
    before = [(fact.item_id, fact.credit, fact.rest, fact.picked) for fact in kept(session, attempt)]
    session.execute(delete(ItemFact))
    assert facts.rebuild(session, quiz.id) == 1
    assert [(fact.item_id, fact.credit, fact.rest, fact.picked) for fact in kept(session, attempt)] == before
    session.execute(delete(ItemFact))
    session.commit()
    assert facts.fill(database) == 1
    assert facts.fill(database) == 0
    assert [(fact.item_id, fact.credit, fact.rest, fact.picked) for fact in kept(session, attempt)] == before
    assert kept(session, other) == []


def test_keeping_takes_two_statements(session: Session, make: Make, people: People, statements: list[str]) -> None:
    attempt = make.answer(make.attempt(people.alice, make.quiz()))
    closing.submit(session, attempt)
    quiz, paper = definitions.version(session, attempt.quiz_version_id), papers.items(session, attempt)
    statements.clear()
    facts.keep(session, attempt, quiz, paper)
    assert len(statements) == 2


Crowd = Callable[..., Quiz]


@pytest.fixture
def crowd(session: Session, make: Make) -> Crowd:
    """A quiz of five questions, the same for all, that so many people have taken: every third one badly."""

    def build(count: int = 33) -> Quiz:
        quiz = make.quiz(per_kind=1, questions_drawn=5, red=())
        for number in range(count):
            person = make.person(f"Person {number}", tier="manager" if number % 2 else "staff")
            attempt = make.attempt(person, quiz)
            wrong = {kind: WRONG[kind] for kind in WRONG if number % 3 == 0 and kind != "sort"}
            wrong |= {"sort": WRONG["sort"]} if number % 4 == 0 else {}
            closing.submit(session, make.answer(attempt, **wrong))
        session.commit()
        return quiz

    return build


def test_what_the_database_sums_is_what_the_facts_say(session: Session, crowd: Crowd) -> None:
    quiz = crowd(9)
    gathered = gathering.gather(session, quiz.id, only_first=True)
    rows = session.scalars(select(ItemFact)).all()
    for line in {fact.line_id for fact in rows}:
        cells = [cell for cell in gathered.cells if cell.line_id == line]
        here = [fact for fact in rows if fact.line_id == line]
        assert sum(cell.n for cell in cells) == len(here)
        assert sum(cell.r for cell in cells) == sum(fact.rest for fact in here)
        assert sum(cell.rr for cell in cells) == sum(fact.rest**2 for fact in here)
        assert sum(cell.n * cell.credit for cell in cells) == sum(fact.credit for fact in here)
    assert sum(one.n for one in gathered.outcomes) == 9
    assert sum(gathered.durations.values()) == 9


def test_figures_are_computed_and_replaced(database: Database, session: Session, crowd: Crowd) -> None:
    quiz = crowd()
    computing.compute(database, quiz.id)
    run = session.scalars(select(QuizFigures)).one()
    assert (run.attempts, run.passed, run.asked_at) == (33, 22, None)
    assert run.computed_at is not None
    assert run.alpha is not None, "all had the same questions"
    assert run.livingston is not None
    whole = session.scalars(select(QuestionFigures).where(QuestionFigures.part == "")).all()
    assert len(whole) == 5
    assert {row.answers for row in whole} == {33}
    single = next(row for row in whole if definitions.question(session, row.line_id).kind == "single")
    assert single.facility == pytest.approx(100 * 22 / 33)
    picks = session.scalars(select(PickFigures).where(PickFigures.figures_id == single.id)).all()
    assert {(pick.picked, pick.times, pick.right) for pick in picks} == {("b", 22, True), ("d", 11, False)}
    _are_those_of_single_facts(session, run)
    before = session.scalar(select(func.count()).select_from(QuestionFigures))
    session.commit()
    computing.compute(database, quiz.id)
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(QuestionFigures)) == before
    assert session.scalars(select(QuizFigures.id)).one() == run.id
    assert session.scalar(select(func.count()).select_from(ClauseFigures))


def _are_those_of_single_facts(session: Session, run: QuizFigures) -> None:
    for row in session.scalars(select(QuestionFigures).where(QuestionFigures.part == "")):
        pairs = session.execute(select(ItemFact.credit, ItemFact.rest).where(ItemFact.line_id == row.line_id)).all()
        credits, rests = [pair.credit for pair in pairs], [pair.rest for pair in pairs]
        assert row.discrimination == pytest.approx(100 * statistics.correlation(credits, rests))
    percents = session.scalars(select(Attempt.percent_hundredths)).all()
    assert run.mean == pytest.approx(statistics.fmean(percents) / 100)
    assert run.deviation == pytest.approx(statistics.stdev(percents) / 100)


def test_a_quiz_is_counted_when_asked_and_at_night_when_there_is_something_new(
    database: Database, session: Session, crowd: Crowd
) -> None:
    quiz = crowd(2)
    assert jobs.work_off(database) == 0
    jobs.ask(session, quiz.slug)
    session.commit()
    assert jobs.work_off(database, lambda: False) == 0
    assert jobs.work_off(database) == 2
    assert jobs.work_off(database) == 0
    with later(hours=1):
        assert jobs.ask_for_new(session) == 0
        attempt = session.scalars(select(Attempt).order_by(Attempt.id)).first()
        assert attempt
        decide_again(session, attempt)
        assert jobs.ask_for_new(session) == 1
    session.commit()
    with later(hours=2):
        assert jobs.work_off(database) == 2
        session.expire_all()
        assert jobs.ask_for_new(session) == 0


def test_older_figures_do_not_take_the_place_of_newer_ones(database: Database, session: Session, crowd: Crowd) -> None:
    quiz = crowd(2)
    with later(hours=1):
        computing.compute(database, quiz.id)
    last = session.scalars(select(QuizFigures.computed_at)).one()
    session.commit()
    computing.compute(database, quiz.id)
    assert session.scalars(select(QuizFigures.computed_at)).one() == last


def test_a_voided_attempt_is_not_counted(session: Session, crowd: Crowd, people: People) -> None:
    quiz = crowd(3)
    failed = session.scalars(select(Attempt).where(Attempt.passed.is_(False))).first()
    assert failed
    closing.void(session, failed, people.diana.id, "The server was away.")
    gathered = gathering.gather(session, quiz.id, only_first=True)
    assert sum(one.n for one in gathered.outcomes) == 2
    assert sum(cell.n for cell in gathered.cells) == 10


def test_a_line_of_figures_goes_on_after_a_typo(session: Session, make: Make, people: People) -> None:
    attempt = make.answer(make.attempt(people.alice, make.quiz()))
    closing.submit(session, attempt)
    quiz, paper = definitions.version(session, attempt.quiz_version_id), papers.items(session, attempt)
    line = paper[1].question.version_id
    mended = replace(paper[0], question=replace(paper[0].question, line_id=line))
    facts.keep(session, attempt, quiz, [mended, *paper[1:]])
    assert [fact.line_id for fact in kept(session, attempt)][:2] == [line, line]
