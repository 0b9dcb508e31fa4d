"""Marking by people: who may, who has it, what comes of points, two markers and a moderator, and what learners hear."""

from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from courses import enrollment
from courses.models import Course
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people.models import Person, PersonRole
from quizzes import closing
from quizzes.attempt_models import Attempt, Mark, Result
from quizzes.marking import claims, deciding, queue, reasons, rubric
from quizzes.marking.days import working_days_after
from quizzes.marking.models import MarkingTask
from quizzes.models import Quiz
from quizzes.questions import CriterionView, Marked
from tests.make import Make, People
from tests.quizzes.makers import later
from tests.support.at_once import at_once
from tests.support.client import Client

Entering = Callable[..., Client]
CRITERIA = (CriterionView(1, "who", 2, {}, {}), CriterionView(2, "tone", 4, {}, {}))


@pytest.fixture
def carla(make: Make) -> Person:
    return make.person("Carla", "Coach", roles=["coach"])


@pytest.fixture
def claus(make: Make) -> Person:
    return make.person("Claus", "Coach", roles=["coach"])


def words(answer: object) -> str:
    return unescape(answer.get_data(as_text=True)).replace("\u00a0", " ")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("day", "hour", "days", "due"),
    [
        ("Thursday", datetime(2026, 3, 5, 9, tzinfo=UTC), 1, datetime(2026, 3, 6, 9, tzinfo=UTC)),
        ("Friday", datetime(2026, 3, 6, 9, tzinfo=UTC), 1, datetime(2026, 3, 9, 9, tzinfo=UTC)),
        ("Friday", datetime(2026, 3, 6, 9, tzinfo=UTC), 5, datetime(2026, 3, 13, 9, tzinfo=UTC)),
        ("Saturday", datetime(2026, 3, 7, 9, tzinfo=UTC), 1, datetime(2026, 3, 9, 9, tzinfo=UTC)),
        ("Sunday", datetime(2026, 3, 8, 9, tzinfo=UTC), 10, datetime(2026, 3, 20, 9, tzinfo=UTC)),
    ],
)
def test_weekends_are_no_working_days(day: str, hour: datetime, days: int, due: datetime) -> None:
    assert f"{hour:%A}" == day
    assert working_days_after(hour, days) == due


@pytest.mark.parametrize(
    ("points", "credit"), [((0, 0), 0), ((2, 4), 100), ((1, 4), 83), ((2, 3), 83), ((1, 2), 50), ((0, 1), 16)]
)
def test_credit_is_the_share_of_points_rounded_down(points: tuple[int, int], credit: int) -> None:
    assert rubric.credit(CRITERIA, dict(enumerate(points, 1))) == credit


@pytest.mark.parametrize("points", [{}, {1: 1}, {1: 1, 2: 1, 3: 1}, {1: 3, 2: 1}, {1: -1, 2: 1}, {0: 1, 1: 1}])
def test_points_are_given_for_every_criterion_and_none_too_many(points: dict[int, int]) -> None:
    with pytest.raises(Invalid):
        rubric.credit(CRITERIA, points)


@given(st.lists(st.tuples(st.integers(1, 10), st.integers(0, 10)), min_size=1, max_size=6), st.data())
def test_a_point_more_never_lowers_the_credit(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    criteria = [CriterionView(place, str(place), most, {}, {}) for place, (most, _) in enumerate(pairs, 1)]
    points = {place: min(most, given) for place, (most, given) in enumerate(pairs, 1)}
    before = rubric.credit(criteria, points)
    assert 0 <= before <= 100
    assert (before == 100) == (sum(points.values()) == sum(most for most, _ in pairs))
    place = data.draw(st.integers(1, len(pairs)))
    if points[place] < criteria[place - 1].most:
        assert rubric.credit(criteria, points | {place: points[place] + 1}) >= before


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [((50, False), (75, False), False), ((50, False), (76, False), True), ((50, False), (50, True), True)],
)
def test_two_marks_are_apart_by_more_than_the_quiz_says_or_on_a_red_line(
    first: tuple[int, bool], second: tuple[int, bool], apart: bool
) -> None:
    assert rubric.are_apart(Marked(*first), Marked(*second), 25) is apart
    assert rubric.are_apart(Marked(*second), Marked(*first), 25) is apart


def test_the_mean_is_rounded_down() -> None:
    assert rubric.mean([Marked(50, False), Marked(75, False)]) == Marked(62, False)


def test_an_attempt_waits_and_is_decided_by_its_marker(
    session: Session, make: Make, people: People, carla: Person
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz())
    assert (attempt.state, attempt.passed) == ("submitted", None)
    task = make.task(attempt)
    assert (task.slot, task.marked_by) == (1, "coach")
    assert task.due_at == working_days_after(task.made_at, 5)
    make.mark_task(task, carla)
    assert (attempt.state, attempt.passed, attempt.percent_hundredths) == ("marked", True, 10000)
    result = session.scalars(select(Result)).one()
    assert (result.because, result.passed) == ("marked by hand", True)
    mark = session.scalars(select(Mark)).one()
    assert (mark.source, mark.marker_id, mark.credit, mark.number) == ("marker", carla.id, 100, 1)
    done = enrollment.current(session, people.alice.id, session.scalars(select(Quiz.course_id)).one())
    assert done is not None
    assert done.completed_at
    deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()
    assert deeds[-5:].count("decided an attempt") == 1
    assert {"took a marking task", "marked an answer"} <= set(deeds)


def test_an_attempt_waits_until_its_last_answer_is_marked(
    session: Session, make: Make, people: People, carla: Person
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz(questions=2))
    make.mark_task(make.task(attempt, position=1), carla)
    assert attempt.state == "submitted"
    assert reasons.of_attempt(session, attempt.id) == {}, "no reason is told before the result"
    make.mark_task(make.task(attempt, position=2), carla, 1, 2)
    assert (attempt.state, attempt.percent_hundredths, attempt.passed) == ("marked", 7500, False)
    assert (
        session.scalar(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.key.like("attempt:%"))) == 1
    )


def test_a_marker_cannot_give_away_a_red_line(session: Session, make: Make, people: People, carla: Person) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz(), "I guarantee that it is the best.")
    make.mark_task(make.task(attempt), carla)
    assert (attempt.passed, session.scalars(select(Result)).one().red_lines) == (False, 1)


@pytest.mark.parametrize(
    ("second", "credit"), [((2, 4), 100), ((2, 3), 91), ((1, 4), 91)], ids=["same", "close", "also close"]
)
def test_two_markers_who_agree_make_the_mean(
    session: Session, make: Make, people: People, carla: Person, claus: Person, second: tuple[int, int], credit: int
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    make.mark_task(make.task(attempt, 1), carla)
    assert attempt.state == "submitted"
    make.mark_task(make.task(attempt, 2), claus, *second)
    mark = session.scalars(select(Mark)).one()
    assert (mark.credit, mark.source, mark.marker_id) == (credit, "marker", None)
    assert attempt.state == "marked"
    assert [reason.slot for reason in reasons.of_attempt(session, attempt.id)[1]] == [1, 2]


def test_markers_who_are_apart_call_a_moderator_whose_mark_counts(
    session: Session, make: Make, people: People, carla: Person, claus: Person
) -> None:
    hugo = make.person("Hugo", roles=["hub"])
    attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    make.mark_task(make.task(attempt, 2), claus, comment="Perfect.")
    assert [one.slot for one in queue.waiting(session, hugo.id).tasks] == [1], "it is not for a moderator yet"
    make.mark_task(make.task(attempt, 1), carla, 0, 1, comment="Who are you?")
    assert attempt.state == "submitted"
    third = make.task(attempt, 3)
    assert third.due_at >= working_days_after(third.made_at, 2)
    for marker in (carla, claus, people.alice, people.bob):
        with pytest.raises(NotFound):
            claims.claim(session, marker.id, third.id)
    claims.claim(session, hugo.id, third.id)
    said = queue.desk(session, hugo.id, third.id).said
    assert [(one.slot, one.credit, one.comment) for one in said] == [(1, 16, "Who are you?"), (2, 100, "Perfect.")]
    assert [(one.points, one.most) for one in said[0].scored] == [(0, 2), (1, 4)]
    deciding.mark(session, hugo.id, third.id, {1: 2, 2: 2}, "Good, but say who you are.")
    mark = session.scalars(select(Mark)).one()
    assert (mark.source, mark.credit, mark.marker_id) == ("moderator", 66, hugo.id)
    assert [reason.comment for reason in reasons.of_attempt(session, attempt.id)[1]] == ["Good, but say who you are."]


def test_a_marker_sees_nothing_of_the_other(
    session: Session, make: Make, people: People, carla: Person, claus: Person, client_for: Entering
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    make.mark_task(make.task(attempt, 1), carla, 1, 1, comment="SECRET-COMMENT")
    task = make.task(attempt, 2)
    claims.claim(session, claus.id, task.id)
    page = words(client_for(claus).get(f"/marking/{task.id}"))
    assert "I work for Acme" in page
    assert "SECRET-COMMENT" not in page
    assert queue.desk(session, claus.id, task.id).said == ()


WHO = {
    # coach task of an anonymous quiz, of one with names, peer task, moderation of an anonymous quiz, of one with names
    "alice, the learner herself": (False, False, False, False, False),
    "bob, her manager": (False, True, False, False, False),
    "a coach": (True, True, False, True, True),
    "bob, as a coach too": (False, True, False, False, True),
    "alice, as a coach too": (False, False, False, False, False),
    "somebody who completed the course": (False, False, True, False, False),
    "bob, who completed the course": (False, True, False, False, False),
    "somebody who completed another course": (False, False, False, False, False),
    "the hub": (True, True, False, True, True),
    "an administrator": (True, True, False, True, True),
    "bob, of the hub too": (False, True, False, False, True),
    "alice, of the hub too": (False, False, False, False, False),
    "an author": (False, False, False, False, False),
    "charlie, from elsewhere": (False, False, False, False, False),
}


@pytest.mark.parametrize("who", WHO)
def test_who_may_mark_what(session: Session, make: Make, people: People, who: str) -> None:
    course, elsewhere = make.course("rewriting"), make.course("another")
    roles = {"a coach": "coach", "the hub": "hub", "an administrator": "administrator", "an author": "author"}
    person = people.alice if "alice" in who else people.bob if "bob" in who else people.charlie
    if who in roles:
        person = make.person("Rita", roles=[roles[who]])
    for also, role in {"as a coach": "coach", "of the hub": "hub"}.items():
        if also in who:
            session.add(PersonRole(person_id=person.id, role=role))
    if "completed" in who:
        make.enrollment(person, elsewhere if "another" in who else course, completed=True)
    quiz = make.read_quiz(course=course, anonymous_marking=True, questions=2)
    attempt = make.handed_in(people.alice, quiz)
    named = make.read_quiz(course=make.course("named"), anonymous_marking=False, questions=2)
    open_attempt = make.handed_in(people.alice, named)
    anonymous, peer = make.task(attempt, position=1), make.task(attempt, position=2)
    peer.marked_by = "peer"
    moderations = [moderation(session, make.task(one, position=1)) for one in (attempt, open_attempt)]
    tasks = (anonymous, make.task(open_attempt, position=1), peer, *moderations)
    found = []
    for task in tasks:
        try:
            queue.desk(session, person.id, task.id)
        except NotFound:
            found.append(False)
            with pytest.raises(NotFound):
                claims.claim(session, person.id, task.id)
        else:
            found.append(True)
    assert tuple(found) == WHO[who]
    listed = {one.id for one in queue.waiting(session, person.id).tasks}
    assert {task.id in listed for task, may in zip(tasks[:3], found, strict=False) if not may} <= {False}


def moderation(session: Session, task: MarkingTask) -> MarkingTask:
    third = MarkingTask(item_id=task.item_id, slot=3, made_at=task.made_at, due_at=task.due_at)
    session.add(third)
    session.flush()
    return third


def test_where_there_is_no_coach_the_hub_and_administrators_mark(session: Session, make: Make, people: People) -> None:
    hugo, dana = make.person("Hugo", roles=["hub"]), make.person("Dana", roles=["administrator"])
    attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    make.mark_task(make.task(attempt, 1), hugo)
    assert queue.waiting(session, hugo.id).count == 0
    with pytest.raises(NotFound):
        claims.claim(session, hugo.id, make.task(attempt, 2).id)
    make.mark_task(make.task(attempt, 2), dana)
    assert (attempt.state, attempt.passed) == ("marked", True)


def test_nobody_has_two_slots_of_one_answer(session: Session, make: Make, people: People, carla: Person) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    assert [one.slot for one in queue.waiting(session, carla.id).tasks] == [1], "each answer stands there once"
    claims.claim(session, carla.id, make.task(attempt, 2).id)
    assert [one.slot for one in queue.waiting(session, carla.id).tasks] == [2]
    with pytest.raises(NotFound):
        claims.claim(session, carla.id, make.task(attempt, 1).id)


def test_a_claim_lasts_a_day_and_is_worth_something_until_another_takes_it(
    session: Session, make: Make, people: People, carla: Person, claus: Person
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz())
    task = make.task(attempt)
    claims.claim(session, carla.id, task.id)
    claims.claim(session, carla.id, task.id)
    with pytest.raises(Conflict, match="Somebody else took this one just now"):
        claims.claim(session, claus.id, task.id)
    assert queue.waiting(session, claus.id).tasks == ()
    with pytest.raises(Conflict, match="Somebody else has this one now"):
        deciding.mark(session, claus.id, task.id, {1: 1, 2: 1}, "Good.")
    with later(hours=25):
        assert queue.waiting(session, claus.id).tasks[0].is_free
        assert queue.desk(session, carla.id, task.id).item.answer, "who took it can still finish"
        claims.claim(session, claus.id, task.id)
        with pytest.raises(Conflict, match="after 24 hours"):
            deciding.mark(session, carla.id, task.id, {1: 1, 2: 1}, "Good.")
        claims.give_back(session, claus.id, task.id)
        with pytest.raises(Conflict, match="nothing to give back"):
            claims.give_back(session, carla.id, task.id)
        with pytest.raises(Conflict, match="Take this one first"):
            deciding.mark(session, carla.id, task.id, {1: 1, 2: 1}, "Good.")


def test_marking_twice_is_marking_once(session: Session, make: Make, people: People, carla: Person) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz())
    task = make.task(attempt)
    make.mark_task(task, carla)
    deciding.mark(session, carla.id, task.id, {1: 0, 2: 0}, "No.")
    assert session.scalar(select(func.count()).select_from(Mark)) == 1
    assert attempt.percent_hundredths == 10000
    with pytest.raises(DBAPIError, match="closed"):
        task.credit = 0
        session.flush()


def test_a_voided_attempt_waits_for_nobody(session: Session, make: Make, people: People, carla: Person) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz())
    task = make.task(attempt)
    claims.claim(session, carla.id, task.id)
    closing.void(session, attempt, carla.id, "The power was out.")
    session.flush()
    assert queue.waiting(session, carla.id).count == 0
    with pytest.raises(Conflict, match="does not count any more"):
        deciding.mark(session, carla.id, task.id, {1: 1, 2: 1}, "Good.")


def test_of_many_who_claim_at_once_one_has_it(database: Database, session: Session, make: Make, people: People) -> None:
    coaches = [make.person(f"Coach {number}", roles=["coach"]).id for number in range(4)]
    task_id = make.task(make.handed_in(people.alice, make.read_quiz())).id
    session.commit()
    deeds = [lambda own, who=who: claims.claim(own, who, task_id) for who in coaches]
    failures = at_once(database, deeds)  # type: ignore[arg-type]
    assert [type(one) for one in failures] == [Conflict] * 3
    session.expire_all()
    assert session.get_one(MarkingTask, task_id).marker_id in coaches


def test_one_who_claims_both_slots_at_once_has_one(
    database: Database, session: Session, make: Make, people: People, carla: Person
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    both, who = [make.task(attempt, 1).id, make.task(attempt, 2).id], carla.id
    session.commit()
    failures = at_once(database, [lambda own, id=id: claims.claim(own, who, id) for id in both])  # type: ignore[misc]
    assert [type(one) for one in failures] == [NotFound]
    assert session.scalars(select(MarkingTask.marker_id).order_by(MarkingTask.marker_id)).all().count(who) == 1


def test_two_markers_who_finish_at_once_decide_once(
    database: Database, session: Session, make: Make, people: People, carla: Person, claus: Person
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    taken = [(carla.id, make.task(attempt, 1).id), (claus.id, make.task(attempt, 2).id)]
    for who, id in taken:
        claims.claim(session, who, id)
    session.commit()
    deeds = [lambda own, who=who, id=id: deciding.mark(own, who, id, {1: 2, 2: 4}, "Good.") for who, id in taken * 2]
    assert at_once(database, deeds) == []  # type: ignore[arg-type]
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Result)) == 1
    assert session.get_one(Attempt, attempt.id).state == "marked"


def test_the_queue_asks_as_often_for_one_as_for_many(
    session: Session, make: Make, carla: Person, statements: list[str]
) -> None:
    quiz = make.read_quiz(questions=2)
    make.handed_in(make.person("First"), quiz)

    def ask() -> int:
        session.flush()
        queue.waiting(session, carla.id)
        statements.clear()
        assert queue.waiting(session, carla.id).count
        return len(statements)

    before = ask()
    for number in range(30):
        make.handed_in(make.person(f"Learner {number}"), quiz)
    assert ask() == before <= 3
    assert queue.waiting(session, carla.id).count == 62


def test_what_is_due_first_stands_first_and_what_is_late_says_so(
    session: Session, make: Make, people: People, carla: Person, client_for: Entering
) -> None:
    slow = make.handed_in(people.alice, make.read_quiz(course=make.course("slow"), marking_days=9))
    with later(hours=1):
        fast = make.handed_in(people.alice, make.read_quiz(course=make.course("fast"), marking_days=2))
    order = [one.id for one in queue.waiting(session, carla.id).tasks]
    assert order == [make.task(fast).id, make.task(slow).id]
    session.commit()
    with later(days=6):
        page = words(client_for(carla).get("/marking"))
    assert "2 answers wait for you. One is late." in page
    assert "Late: was due" in page


def test_an_anonymous_answer_has_no_name_no_tier_and_no_history(
    session: Session, make: Make, people: People, carla: Person, client_for: Entering
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz(), "<b>I work for Acme</b> & more")
    task = make.task(attempt)
    client = client_for(carla)
    page = words(client.get(f"/marking/{task.id}"))
    assert "I work for Acme" not in page, "the answer comes with the claim"
    assert client.submit(f"/marking/{task.id}/claim").status_code == 303
    answer = client.get(f"/marking/{task.id}")
    assert "&lt;b&gt;I work for Acme&lt;/b&gt; &amp; more" in answer.get_data(as_text=True)
    for page in (words(answer), words(client.get("/marking"))):
        assert "Alice" not in page
        assert "staff" not in page
    assert "SECRET-GUIDE of tone" in words(answer)
    assert "Without a name" in words(answer)


def test_a_name_stands_there_where_the_quiz_says_so(
    session: Session, make: Make, people: People, client_for: Entering
) -> None:
    task = make.task(make.handed_in(people.alice, make.read_quiz(anonymous_marking=False)))
    assert "Alice Janssen" in words(client_for(people.bob).get("/marking"))
    client_for(people.bob).submit(f"/marking/{task.id}/claim")
    assert "Alice Janssen" in words(client_for(people.bob).get(f"/marking/{task.id}"))


def test_a_refused_form_keeps_all_that_was_typed(
    session: Session, make: Make, people: People, carla: Person, claus: Person, client_for: Entering
) -> None:
    task = make.task(make.handed_in(people.alice, make.read_quiz()))
    client = client_for(carla)
    client.submit(f"/marking/{task.id}/claim")
    no_reason = client.submit(f"/marking/{task.id}", {"points-1": "2", "points-2": "3", "comment": " "})
    assert no_reason.status_code == 422
    page = words(no_reason)
    assert "Say why, in a sentence or two" in page
    assert 'name="points-1" value="2" required checked' in page
    assert 'name="points-2" value="3" required checked' in page
    half = client.submit(f"/marking/{task.id}", {"points-1": "2", "comment": "Say who you are."})
    assert half.status_code == 422
    assert "Give points for every criterion" in words(half)
    assert "Say who you are." in words(half)
    for wrong in ({"points-1": "2", "points-2": "5"}, {"points-1": "x", "points-2": "1"}, {"points-9": "1"}):
        assert client.submit(f"/marking/{task.id}", wrong | {"comment": "Kept."}).status_code == 422
    long = client.submit(f"/marking/{task.id}", {"points-1": "2", "points-2": "3", "comment": "x" * 2001})
    assert long.status_code == 422
    client.submit(f"/marking/{task.id}/back")
    lost = client.submit(f"/marking/{task.id}", {"points-1": "2", "points-2": "3", "comment": "All my words."})
    assert lost.status_code == 409
    assert "All my words." in words(lost)
    good = {"points-1": "2", "points-2": "4", "comment": "Good."}
    client.submit(f"/marking/{task.id}/claim")
    assert [client.submit(f"/marking/{task.id}", good).status_code for _ in range(2)] == [303, 303]


def test_the_learner_gets_result_reasons_and_the_way_to_appeal_in_her_language(
    session: Session, make: Make, people: People, carla: Person, client_for: Entering
) -> None:
    attempt = make.handed_in(people.alice, make.read_quiz())
    task = make.task(attempt)
    client = client_for(carla)
    client.submit(f"/marking/{task.id}/claim")
    client.submit(f"/marking/{task.id}", {"points-1": "1", "points-2": "2", "comment": "Say who you are."})
    letter = session.scalars(select(OutboxMessage)).one()
    body = letter.body.replace("\u00a0", " ")
    assert (letter.recipient, letter.subject) == ("alice@acme.example", "Your result: Rewrite (en)")
    assert "Not yet: 50 %. You needed 80 %." in body
    assert "1. Rewrite post 1 (en)\n50 of 100.\nSay who you are." in body
    assert f"/attempts/{attempt.id}/appeal" in body
    assert "Carla" not in body
    assert "SECRET" not in body


def test_a_learner_who_passes_hears_nothing_of_appeals(
    session: Session, make: Make, people: People, carla: Person
) -> None:
    people.alice.language = "nl"
    attempt = make.handed_in(people.alice, make.read_quiz())
    make.mark_task(make.task(attempt), carla)
    letters = session.scalars(select(OutboxMessage).where(OutboxMessage.key == f"attempt:{attempt.id}:marked")).all()
    assert len(letters) == 1
    assert "Rewrite post 1 (nl)" in letters[0].body
    assert "/appeal" not in letters[0].body


def test_peers_hear_on_the_page_of_the_quiz_how_much_waits(session: Session, make: Make, people: People) -> None:
    quiz = make.read_quiz(marked_by="peer", markers=2)
    peer = make.person("Petra")
    assert queue.for_peers(session, peer.id, quiz.id) == 0
    make.enrollment(peer, session.get_one(Course, quiz.course_id), completed=True)
    attempt = make.handed_in(people.alice, quiz)
    assert queue.for_peers(session, peer.id, quiz.id) == 1
    make.mark_task(make.task(attempt, 1), peer)
    assert queue.for_peers(session, peer.id, quiz.id) == 0


def test_who_completed_the_course_reads_on_the_page_of_its_quiz_that_a_colleague_waits(
    session: Session, make: Make, people: People, client_for: Entering
) -> None:
    quiz = make.read_quiz(marked_by="peer")
    make.enrollment(people.charlie, session.get_one(Course, quiz.course_id), completed=True)
    assert "/marking" not in words(client_for(people.charlie).get("/quizzes/rewriting"))
    make.handed_in(people.alice, quiz)
    assert 'href="/marking"' in words(client_for(people.charlie).get("/quizzes/rewriting"))
    assert 'href="/marking"' not in words(client_for(people.alice).get("/quizzes/rewriting"))
