"""Appeals: who may make one and when, who decides, what comes of it, and what everybody hears."""

from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people.models import Person, PersonRole
from quizzes import attempts, closing, gates, papers
from quizzes.attempt_models import Attempt, Mark, Result
from quizzes.definitions import live
from quizzes.marking import appeals, hearing
from quizzes.marking.days import working_days_after
from quizzes.marking.hearing import Ruling
from quizzes.marking.models import Appeal
from quizzes.models import Quiz
from tests.make import Make, People
from tests.quizzes.makers import CROSSING, RIGHT, SECRETS, later
from tests.support.at_once import at_once
from tests.support.client import Client

Entering = Callable[..., Client]
WORDS = "The post was in a language that I do not read."
NO = Ruling("refused", "We looked at it, and it stays.")


def words(answer: object) -> str:
    return unescape(answer.get_data(as_text=True)).replace("\u00a0", " ")  # type: ignore[attr-defined]


@pytest.fixture
def carla(make: Make) -> Person:
    return make.person("Carla", "Coach", roles=["coach"])


@pytest.fixture
def failed(session: Session, make: Make, people: People) -> Attempt:
    """Alice handed in an attempt whose every answer is wrong or crosses a red line."""
    attempt = make.attempt(people.alice, make.quiz())
    make.answer(attempt, **CROSSING)
    return closing.submit(session, attempt)


def nearly(session: Session, make: Make, person: Person) -> Attempt:
    """An attempt with all right but one red-line question, which is crossed."""
    attempt = make.attempt(person, make.quiz(pass_mark=90))
    paper = papers.items(session, attempt)
    crossing = next(item for item in paper if item.question.red_line and item.question.kind != "sort")
    for item in paper:
        answer = CROSSING if item is crossing else RIGHT
        attempts.save(session, attempt, item.position, answer[item.question.kind], attempt.revision)
    return closing.submit(session, attempt)


def place(session: Session, attempt: Attempt) -> int:
    """The place of the question that was not answered right."""
    return next(item.position for item in papers.items(session, attempt) if item.mark and item.mark.credit < 100)


def letter(session: Session, appeal: Appeal) -> str:
    key = f"appeal:{appeal.id}:decided"
    body = session.scalars(select(OutboxMessage.body).where(OutboxMessage.key == key)).one()
    return body.replace("\u00a0", " ")


def test_a_result_is_appealed_once(session: Session, people: People, failed: Attempt) -> None:
    appeal = appeals.make(session, people.alice.id, failed.id, WORDS, 3)
    assert appeal.item_id == papers.item(session, failed, 3).id
    assert appeal.due_at == working_days_after(appeal.made_at, 10)
    assert appeals.make(session, people.alice.id, failed.id, WORDS, 3) is appeal, "a doubled click is one appeal"
    with pytest.raises(Conflict, match="already"):
        appeals.make(session, people.alice.id, failed.id, "And here is another reason.")
    assert appeals.of_attempt(session, failed.id) is appeal
    assert "appealed" in session.scalars(select(AuditEntry.deed)).all()


@pytest.mark.parametrize(("length", "good"), [(0, False), (19, False), (20, True), (2000, True), (2001, False)])
def test_an_appeal_has_20_to_2000_letters(
    session: Session, people: People, failed: Attempt, length: int, good: bool
) -> None:
    if good:
        assert appeals.make(session, people.alice.id, failed.id, "x" * length).id
    else:
        with pytest.raises(Invalid, match=f"yours has {length}"):
            appeals.make(session, people.alice.id, failed.id, "x" * length)


@pytest.mark.parametrize("days", [13, 15])
def test_a_result_can_be_appealed_for_14_days(session: Session, people: People, failed: Attempt, days: int) -> None:
    with later(days=days):
        assert (appeals.until(session, failed) is None) == (days > 14)
        if days > 14:
            with pytest.raises(Conflict, match="14 days"):
                appeals.make(session, people.alice.id, failed.id, WORDS)
        else:
            assert appeals.make(session, people.alice.id, failed.id, WORDS).id


def test_a_pass_an_open_attempt_and_another_s_cannot_be_appealed(
    session: Session, make: Make, people: People, failed: Attempt
) -> None:
    attempt = make.attempt(people.charlie, session.scalars(select(Quiz)).one())
    with pytest.raises(Conflict, match="no result yet"):
        appeals.make(session, people.charlie.id, attempt.id, WORDS)
    make.answer(attempt)
    closing.submit(session, attempt)
    assert appeals.until(session, attempt) is None
    with pytest.raises(Conflict, match="You passed"):
        appeals.make(session, people.charlie.id, attempt.id, WORDS)
    with pytest.raises(NotFound):
        appeals.make(session, people.charlie.id, failed.id, WORDS)
    with pytest.raises(NotFound):
        appeals.make(session, people.alice.id, failed.id, WORDS, 99)


def test_an_abandoned_attempt_can_be_appealed(session: Session, make: Make, people: People, carla: Person) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    with later(hours=2):
        closing.submit(session, attempt)
        assert attempt.state == "abandoned"
        appeal = appeals.make(session, people.alice.id, attempt.id, "My machine broke down at once.")
        hearing.decide(session, carla.id, appeal.id, Ruling("void", "The log shows it."))
    assert attempt.state == "voided"


def test_before_passing_the_form_shows_no_key(
    session: Session, people: People, failed: Attempt, client_for: Entering
) -> None:
    client = client_for(people.alice)
    address = f"/attempts/{failed.id}/appeal"
    page = words(client.get(address + "?question=2"))
    assert 'value="2" selected' in page
    assert not any(secret in page for secret in SECRETS)
    short = client.submit(address, {"about": "4", "words": "Too short."})
    assert short.status_code == 422
    assert "yours has 10" in words(short)
    assert 'value="4" selected' in words(short)
    assert "Too short.</textarea>" in words(short)
    assert client.submit(address, {"about": "x", "words": WORDS}).status_code == 422
    sent = client.submit(address, {"about": "4", "words": WORDS})
    assert (sent.status_code, sent.location) == (303, f"/attempts/{failed.id}")
    assert client.get(address).status_code == 409
    assert client_for(people.bob).get(address).status_code == 404


WHO = {
    "a coach": True,
    "the hub": True,
    "an administrator": True,
    "a coach who marked it": False,
    "her manager, a coach": False,
    "the learner, a coach": False,
    "an author": False,
    "charlie, from elsewhere": False,
}


@pytest.mark.parametrize("who", WHO)
def test_who_decides_an_appeal(
    session: Session, make: Make, people: People, carla: Person, client_for: Entering, who: str
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz())
    make.mark_task(make.task(attempt), carla, 1, 1)
    appeal = appeals.make(session, people.alice.id, attempt.id, WORDS)
    roles = {"the hub": ["hub"], "an administrator": ["administrator"], "an author": ["author"], "a coach": ["coach"]}
    known = {
        "a coach who marked it": carla,
        "her manager, a coach": people.bob,
        "the learner, a coach": people.alice,
        "charlie, from elsewhere": people.charlie,
    }
    person = known.get(who) or make.person("Rita", roles=roles[who])
    if who in ("her manager, a coach", "the learner, a coach"):
        session.add(PersonRole(person_id=person.id, role="coach"))
        session.flush()
    found, _ = hearing.waiting(session, person.id)
    assert bool(found) is WHO[who]
    page = client_for(person).get(f"/marking/appeals/{appeal.id}")
    allowed = who not in ("an author", "charlie, from elsewhere")
    assert page.status_code == (200 if WHO[who] else 404 if allowed else 403)
    if WHO[who]:
        assert "Say who you are." in words(page), "the marker's reason"
        hearing.decide(session, person.id, appeal.id, NO)
    else:
        with pytest.raises(NotFound):
            hearing.decide(session, person.id, appeal.id, NO)


def test_a_refused_appeal_changes_nothing_and_is_answered(
    session: Session, people: People, failed: Attempt, carla: Person
) -> None:
    before = failed.percent_hundredths
    appeal = appeals.make(session, people.alice.id, failed.id, WORDS)
    with pytest.raises(Invalid, match="Say why"):
        hearing.decide(session, carla.id, appeal.id, Ruling("refused", ""))
    hearing.decide(session, carla.id, appeal.id, NO)
    assert (appeal.outcome, appeal.answer, appeal.decided_by) == ("refused", NO.answer, carla.id)
    assert (failed.state, failed.percent_hundredths) == ("marked", before)
    assert session.scalar(select(func.count()).select_from(Result)) == 1
    body = letter(session, appeal)
    assert "the result stays" in body
    assert NO.answer in body
    with pytest.raises(Conflict, match="decided in the meantime"):
        hearing.decide(session, carla.id, appeal.id, NO)


def test_an_upheld_appeal_gives_credit_lifts_the_red_line_and_lets_her_pass(
    session: Session, make: Make, people: People, carla: Person
) -> None:
    attempt = nearly(session, make, people.alice)
    assert attempt.passed is False
    position = place(session, attempt)
    appeal = appeals.make(session, people.alice.id, attempt.id, WORDS, position)
    hearing.decide(session, carla.id, appeal.id, Ruling("credit", "Your reading is a fair one.", 100))
    assert (attempt.state, attempt.passed) == ("marked", True)
    mark = session.scalars(select(Mark).where(Mark.source == "appeal")).one()
    assert (mark.number, mark.credit, mark.crossed, mark.marker_id) == (2, 100, False, carla.id)
    results = session.scalars(select(Result).order_by(Result.number)).all()
    assert [(one.because, one.passed) for one in results] == [("handed in", False), ("appeal", True)]
    assert gates.of_person(session, people.alice.id, live(session, "principles")).attempts == [attempt]
    body = letter(session, appeal)
    assert "you were right" in body
    assert "You passed: 100 %. You needed 90 %." in body


@pytest.mark.parametrize(
    ("ruling", "sentence"),
    [
        (Ruling("credit", "Yes."), "new credit"),
        (Ruling("credit", "Yes.", 101), "new credit"),
        (Ruling("credit", "Yes.", 0, crosses=True), "gets more"),
        (Ruling("nothing", "Yes."), "what comes of"),
        (Ruling("void", "x" * 2001), "longer than"),
    ],
)
def test_an_upheld_appeal_always_has_an_effect(
    session: Session, make: Make, people: People, carla: Person, ruling: Ruling, sentence: str
) -> None:
    attempt = nearly(session, make, people.alice)
    appeal = appeals.make(session, people.alice.id, attempt.id, WORDS, place(session, attempt))
    with pytest.raises(Invalid, match=sentence):
        hearing.decide(session, carla.id, appeal.id, ruling)
    assert appeal.decided_at is None


def test_lifting_the_red_line_alone_is_an_effect(session: Session, make: Make, people: People, carla: Person) -> None:
    attempt = nearly(session, make, people.alice)
    appeal = appeals.make(session, people.alice.id, attempt.id, WORDS, place(session, attempt))
    hearing.decide(session, carla.id, appeal.id, Ruling("credit", "No line is crossed.", 0))
    assert attempt.percent_hundredths == 9000
    assert attempt.passed


def test_a_voided_attempt_does_not_count_as_a_try(
    session: Session, people: People, failed: Attempt, carla: Person
) -> None:
    appeal = appeals.make(session, people.alice.id, failed.id, WORDS)
    with pytest.raises(Invalid, match="what comes of"):
        hearing.decide(session, carla.id, appeal.id, Ruling("credit", "Yes.", 100))
    hearing.decide(session, carla.id, appeal.id, Ruling("void", "The page did not load."))
    assert (failed.state, appeal.outcome) == ("voided", "upheld")
    assert attempts.start(session, people.alice.id, "principles").number == 2, "at once, without a wait"
    assert "does not count any more" in letter(session, appeal)


def test_a_result_that_changed_since_can_only_be_refused(
    session: Session, people: People, failed: Attempt, carla: Person
) -> None:
    appeal = appeals.make(session, people.alice.id, failed.id, WORDS, 1)
    closing.void(session, failed, carla.id, "An outage.")
    session.flush()
    for ruling in (Ruling("void", "Yes."), Ruling("credit", "Yes.", 100)):
        with pytest.raises(Conflict, match="changed since"):
            hearing.decide(session, carla.id, appeal.id, ruling)
    hearing.decide(session, carla.id, appeal.id, NO)


def test_of_two_who_decide_at_once_one_does(
    database: Database, session: Session, make: Make, people: People, failed: Attempt, carla: Person
) -> None:
    hugo = make.person("Hugo", roles=["hub"])
    appeal_id = appeals.make(session, people.alice.id, failed.id, WORDS).id
    people_ids = [carla.id, hugo.id, carla.id]
    session.commit()
    failures = at_once(database, [lambda own, who=who: hearing.decide(own, who, appeal_id, NO) for who in people_ids])  # type: ignore[misc]
    assert [type(one) for one in failures] == [Conflict] * 2
    session.expire_all()
    letters = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.key.like("appeal:%"))
    assert session.scalar(letters) == 1


def test_the_tab_says_how_many_appeals_wait_for_the_reader(
    session: Session, make: Make, people: People, carla: Person, failed: Attempt, client_for: Entering
) -> None:
    waits, tab = 'Appeals <span class="tag num">1</span>', 'href="/marking/appeals"'
    own = closing.submit(session, make.attempt(carla, session.scalars(select(Quiz)).one()))
    for one in (own, failed):
        appeals.make(session, one.person_id, one.id, WORDS)
    assert hearing.count_waiting(session, carla.id) == 1, "her own goes to somebody else"
    session.commit()
    for page in ("/marking", "/marking/appeals"):
        assert waits in words(client_for(carla).get(page))
    assert tab not in words(client_for(people.bob).get("/marking"))


def test_appeals_are_listed_with_as_many_statements_for_one_as_for_many(
    session: Session, make: Make, carla: Person, statements: list[str]
) -> None:
    quiz = make.quiz()

    def appeal() -> None:
        person = make.person("Somebody")
        attempt = closing.submit(session, make.attempt(person, quiz))
        appeals.make(session, person.id, attempt.id, WORDS, 1)

    def ask() -> int:
        session.flush()
        hearing.waiting(session, carla.id)
        statements.clear()
        hearing.waiting(session, carla.id)
        return len(statements)

    appeal()
    before = ask()
    for _ in range(20):
        appeal()
    assert ask() == before <= 2
    assert hearing.waiting(session, carla.id)[1] == 21


def test_the_decision_is_made_on_a_page_that_keeps_what_was_typed(
    session: Session, make: Make, people: People, carla: Person, client_for: Entering
) -> None:
    attempt = nearly(session, make, people.alice)
    position = place(session, attempt)
    appeal = appeals.make(session, people.alice.id, attempt.id, "<i>Because</i> I say so, " + WORDS, position)
    client = client_for(carla)
    listed = client.get("/marking/appeals")
    assert f"question {position}" in words(listed)
    address = f"/marking/appeals/{appeal.id}"
    page = client.get(address)
    assert "&lt;i&gt;Because&lt;/i&gt;" in page.get_data(as_text=True)
    assert "Alice" not in words(page)
    assert 'name="crosses" value="1" checked' in words(page)
    wrong = client.submit(address, {"outcome": "credit", "credit": "a lot", "answer": "All my words."})
    assert wrong.status_code == 422
    for kept in ("is not a whole number", "All my words.", 'value="a lot"', 'value="credit" required checked'):
        assert kept in words(wrong)
    done = client.submit(address, {"outcome": "credit", "credit": "100", "answer": "All my words."})
    assert (done.status_code, done.location) == (303, "/marking/appeals")
    again = client.submit(address, {"outcome": "refused", "answer": "Other words."})
    assert again.status_code == 409
    assert "Other words." in words(again)
    assert session.get_one(Attempt, attempt.id).passed
