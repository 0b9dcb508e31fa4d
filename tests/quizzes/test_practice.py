"""Practice: what may be practiced, that it never gives an exam away, when a question comes back, and its pages."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base import clock
from lms.base.errors import NotFound
from lms.guidelines.models import ClauseAttestation
from quizzes import attempts, closing, definitions
from quizzes.attempt_models import Attempt
from quizzes.models import ReviewRule
from quizzes.practice import cards, reminders, rounds
from quizzes.practice.cards import Card, after
from quizzes.practice.models import PracticeAnswer, PracticeCard
from quizzes.practice.rounds import Learner
from quizzes.question_models import Question, QuestionUse
from quizzes.questions import ChoiceView, QuestionView
from tests.quizzes import words_quiz
from tests.quizzes.cases import cases
from tests.quizzes.makers import RIGHT, SECRETS, WRONG, later, quiz_files

MONDAY = date(2026, 3, 2)
HALF_WRONG = {"single": WRONG["single"], "truefalse": WRONG["truefalse"]}


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


# when a question comes back


@pytest.mark.parametrize(
    ("card", "right", "expected"),
    [
        (None, True, None),
        (None, False, Card(0, day(3))),
        (Card(0, day(0)), True, Card(1, day(7))),
        (Card(1, day(0)), True, Card(2, day(30))),
        (Card(2, day(-5)), True, Card(3, None)),
        (Card(3, None), True, Card(3, None)),
        (Card(1, day(1)), True, Card(1, day(1))),
        (Card(2, day(20)), False, Card(0, day(3))),
        (Card(3, None), False, Card(0, day(3))),
    ],
)
def test_a_missed_question_comes_back_after_3_7_and_30_days(card, right, expected):
    assert after(card, right=right, today=MONDAY) == expected


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=40))
def test_whatever_is_answered_a_card_is_never_lost_and_never_due_at_once(answers):
    card, today = None, MONDAY
    for right, wait in answers:
        before, today = card, today + timedelta(days=wait)
        card = after(before, right=right, today=today)
        assert (card is None) == (before is None and right)
        if card is None or card == before:
            continue
        assert card.box in range(4)
        assert (card.due_on is None) == (card.box == cards.LEARNED)
        assert card.due_on is None or card.due_on in {today + timedelta(days=days) for days in cards.DAYS}
        assert (card.box == before.box + 1) if right else (card.box == 0)


@given(st.integers(0, 100), st.integers(0, 60))
def test_three_right_answers_are_needed_and_no_two_on_a_day(day_of_miss, late):
    card, today = after(None, right=False, today=day(day_of_miss)), day(day_of_miss)
    boxes = []
    while card.due_on:
        assert after(card, right=True, today=card.due_on - timedelta(days=1)) == card
        today = card.due_on + timedelta(days=late)
        card = after(card, right=True, today=today)
        assert after(card, right=True, today=today) == card
        boxes.append(card.box)
    assert boxes == [1, 2, 3]
    assert today >= day(day_of_miss + 40)


# which questions


def learner(person):
    return Learner(person.id, person.tier, person.time_zone)


def numbers(session, person, slug="principles"):
    session.expire_all()
    return set(rounds.load(session, slug, learner(person)).questions)


def by_key(session, *keys):
    found = {one.key: one for one in session.scalars(select(Question))}
    return [found[key] for key in keys]


def give(session, purpose, *keys):
    questions = by_key(session, *keys)
    for one in questions:
        one.purpose = purpose
    session.flush()
    return questions


def finished(session, make, person, quiz, **wanted) -> Attempt:
    """An attempt that was handed in, with these answers by kind of question and all others right."""
    if not session.scalar(select(Enrollment.id).where(Enrollment.person_id == person.id).limit(1)):
        make.ready(person, quiz)
    attempt = attempts.start(session, person.id, quiz.slug)
    return closing.submit(session, make.answer(attempt, **wanted))


def missed(session, person):
    """The questions that somebody missed in closed attempts."""
    found = session.execute(cards.MISSES).all()
    return {row.question_id for row in found if row.person_id == person.id}


def test_who_has_begun_the_course_practices_what_was_written_for_it(session, make, people):
    quiz = make.quiz()
    questions = give(session, "practice", "single-1", "sort-1") + give(session, "both", "single-2")
    assert numbers(session, people.alice) == set()
    make.enrollment(people.alice, session.get_one(Course, quiz.course_id))
    assert numbers(session, people.alice) == {one.id for one in questions}


def test_a_question_of_another_tier_a_retired_one_and_a_promise_are_left_out(session, make, people):
    quiz = make.quiz()
    make.ready(people.alice, quiz)
    for_staff, for_managers, retired = give(session, "practice", "single-1", "single-2", "single-3")
    for_staff.tier, for_managers.tier, retired.current_id = "staff", "manager", None
    session.flush()
    assert numbers(session, people.alice) == {for_staff.id}


def test_a_question_of_another_bank_is_practiced_where_it_is_used(session, make, people):
    home, quiz = make.quiz(), make.quiz(course=make.course("other"))
    (borrowed,) = (one for one in give(session, "practice", "single-1") if one.quiz_id in (home.id, quiz.id))
    user = quiz if borrowed.quiz_id == home.id else home
    make.ready(people.alice, user)
    assert borrowed.id not in numbers(session, people.alice, user.slug)
    session.add(QuestionUse(quiz_id=user.id, question_id=borrowed.id))
    session.flush()
    assert borrowed.id in numbers(session, people.alice, user.slug)


def test_an_exam_question_is_never_reached_before_passing(session, make, people, client_for):
    quiz = make.quiz(questions_drawn=20)
    open_one = give(session, "practice", "single-4")[0]
    make.ready(people.alice, quiz)
    assert finished(session, make, people.bob, quiz, **HALF_WRONG).passed is False
    alice = client_for(people.alice)

    def only_practice():
        for one in session.scalars(select(Question).order_by(Question.id)).all():
            address = f"/quizzes/principles/practice/{one.id}"
            wanted = 200 if one.id == open_one.id else 404
            page = alice.get(address)
            assert page.status_code == wanted, one.key
            assert not any(secret in page.text for secret in SECRETS)
            form = {"version": one.current_id, "seed": 1, "answer": "1", "answer-1": "green"}
            if wanted == 404:
                assert alice.submit(address, form).status_code == 404, one.key

    only_practice()
    attempt = attempts.start(session, people.alice.id, "principles")
    only_practice()
    closing.submit(session, make.answer(session.merge(attempt), **HALF_WRONG))
    only_practice()
    assert session.scalars(select(PracticeCard)).all() == []
    assert session.scalars(select(PracticeAnswer)).all() == []


def test_after_passing_it_is_what_she_missed_herself_and_nothing_else(session, make, people):
    quiz = make.quiz(questions_drawn=20, pass_mark=60)
    for_all = {one.id for one in give(session, "practice", "sort-1")}
    assert finished(session, make, people.bob, quiz, multiple=WRONG["multiple"]).passed is False
    assert finished(session, make, people.alice, quiz, scenario={"choice": "a"}).passed
    hers = missed(session, people.alice)
    assert len(hers) == 4
    assert not hers & missed(session, people.bob)
    assert numbers(session, people.alice) == for_all | hers
    assert numbers(session, people.bob) == for_all


def test_when_attempts_are_used_up_it_is_what_was_missed_until_a_new_series_begins(session, make, people):
    quiz = make.quiz(questions_drawn=20, red=())
    finished(session, make, people.alice, quiz, **HALF_WRONG)
    assert numbers(session, people.alice) == set()
    for hours in (49, 98):
        with later(hours=hours):
            finished(session, make, people.alice, quiz, **HALF_WRONG)
    with later(hours=99):
        assert numbers(session, people.alice) == missed(session, people.alice) != set()
    with later(days=40):
        assert numbers(session, people.alice) == set()


def test_a_quiz_that_keeps_its_key_after_passing_keeps_it_in_practice(session, make, people):
    quiz = make.quiz(questions_drawn=20, pass_mark=60)
    assert finished(session, make, people.alice, quiz, scenario={"choice": "a"}).passed
    assert numbers(session, people.alice)
    live = definitions.live(session, quiz.slug)
    session.add(ReviewRule(version_id=live.version_id, phase="after_passing", part="outcomes"))
    session.flush()
    assert not cards.shows_all(replace(live, shows={"after_passing": frozenset({"outcomes"})}))
    for kept in (session.info["remembered"], session.info["unsettled"]):
        kept.pop(("quiz", live.version_id), None)
    assert numbers(session, people.alice) == set()


def test_what_lies_on_an_open_paper_is_not_practiced(session, make, people):
    quiz = make.quiz(questions_drawn=20)
    both = {one.id for one in give(session, "both", "single-1", "sort-2")}
    make.ready(people.alice, quiz)
    assert numbers(session, people.alice) == both
    attempt = attempts.start(session, people.alice.id, "principles")
    assert numbers(session, people.alice) == set()
    closing.submit(session, attempt)
    assert numbers(session, people.alice) == both


def test_the_next_question_is_the_one_due_then_the_one_practiced_longest_ago(session, make, people):
    quiz = make.quiz()
    one, two, three = give(session, "practice", "single-1", "single-2", "single-3")
    make.ready(people.alice, quiz)
    alice = learner(people.alice)

    def load():
        return rounds.load(session, "principles", alice)

    assert load().next().number == one.id
    view = definitions.question(session, one.current_id)
    rounds.take(session, alice, view, ("a",), RIGHT["single"], None)
    assert load().next().number == two.id
    session.add(PracticeCard(person_id=people.alice.id, question_id=three.id, due_on=alice.today))
    session.flush()
    assert (load().next().number, load().due) == (three.id, 1)
    assert load().next(after=three.id).number == two.id
    with pytest.raises(NotFound):
        load().get(0)


# the pages


@pytest.fixture
def practice(session, make, people):
    """Alice has begun a course of which four questions are for practice, one of each of four kinds."""
    make.ready(people.alice, make.quiz())
    return {one.key: one for one in give(session, "practice", "single-1", "multiple-2", "sort-1", "scenario-1")}


@pytest.fixture
def alice(people, client_for):
    return client_for(people.alice)


def form_of(page):
    """The hidden fields that a page of practice carries."""
    found = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', page.text))
    return {name: value for name, value in found.items() if name != "csrf_token"}


def place_of(session, question, key, seed):
    view = definitions.question(session, question.current_id)
    return str(rounds.order(view, int(seed)).index(key) + 1)


def say(session, client, question, key, **more):
    address = f"/quizzes/principles/practice/{question.id}"
    fields = form_of(client.get(address))
    place = place_of(session, question, key, fields["seed"])
    return client.submit(address, fields | {"answer": place} | more)


def test_the_first_page_says_how_many_there_are_and_begins(alice, practice, people, session):
    page = alice.get("/quizzes/principles/practice").text
    assert "There are 4 questions for you to practice." in page
    assert "Nothing is due today" in page
    session.add(PracticeCard(person_id=people.alice.id, question_id=practice["sort-1"].id, due_on=clock.today()))
    page = alice.get("/quizzes/principles/practice").text
    assert "One question is due today" in page
    assert f'/quizzes/principles/practice/{practice["sort-1"].id}"' in page


def test_a_wrong_answer_is_told_at_once_with_the_why_and_comes_back_in_three_days(session, alice, practice, people):
    page = say(session, alice, practice["single-1"], "a", certainty="3")
    assert page.status_code == 200
    for words in (
        "This crosses a red line",
        "You were very sure",
        "Choice b of single-1",
        *SECRETS,
        "It comes back on",
    ):
        assert words in page.text, words
    card = session.get(PracticeCard, (people.alice.id, practice["single-1"].id))
    assert (card.box, card.due_on) == (0, clock.today(people.alice.time_zone) + timedelta(days=3))
    kept = session.scalars(select(PracticeAnswer)).one()
    assert (kept.answer, kept.credit, kept.crossed, kept.certainty) == ({"choice": "a"}, 0, True, 3)
    others = {one.id for one in practice.values()} - {practice["single-1"].id}
    assert f'href="/quizzes/principles/practice/{min(others)}"' in page.text


def test_each_reason_leads_to_its_clause_where_a_question_has_several(session, make, people, alice, tmp_path):
    structure = quiz_files(tmp_path / "quiz", per_kind=1, questions_drawn=5) / "questions.toml"
    text = structure.read_text().replace('clauses = ["D2"]', 'clauses = ["D2", "D4"]', 1)
    for key in ("a", "true"):
        text = text.replace(f'{{key="{key}", credit=0', f'{{key="{key}", clause="D2", credit=0', 1)
    structure.write_text(text)
    make.ready(people.alice, make.quiz(folder=structure.parent))
    several, sole = give(session, "practice", "single-1", "truefalse-1")
    link = re.compile(
        r'SECRET-WHY of (\w+)(?: <a class="[\w ]+" href="[^"]+#(\w+)">D2<span class="vh"> [^<]+</span></a>)?</p>'
    )
    assert link.findall(say(session, alice, several, "a").text) == [("a", "D2"), ("b", "")]
    assert link.findall(say(session, alice, sole, "true").text) == [("true", ""), ("false", "")]


def test_a_right_answer_makes_no_card(session, alice, practice):
    page = say(session, alice, practice["single-1"], "b", certainty="1")
    assert "You were not sure, and you were right" in page.text
    assert "It comes back" not in page.text
    assert session.scalars(select(PracticeCard)).all() == []
    say(session, alice, practice["single-1"], "d")
    page = say(session, alice, practice["single-1"], "b")
    assert "It comes back on" in page.text


def test_a_card_moves_on_when_it_is_due_only(session, practice, people):
    alice, question = learner(people.alice), practice["single-1"]
    view = definitions.question(session, question.current_id)
    rounds.take(session, alice, view, (), WRONG["single"], None)
    for days, box, wait in ((1, 0, 2), (3, 1, 7), (3, 1, 7), (10, 2, 30), (40, 3, None), (41, 3, None)):
        with later(days=days):
            mark, card = rounds.take(session, alice, view, (), RIGHT["single"], None)
            assert mark.credit == 100
            assert card == Card(box, alice.today + timedelta(days=wait) if wait else None)
    assert len(session.scalars(select(PracticeAnswer)).all()) == 7
    assert len(session.scalars(select(PracticeCard)).all()) == 1


def test_something_left_open_is_asked_for_and_what_was_chosen_stays(session, alice, practice):
    address = f"/quizzes/principles/practice/{practice['sort-1'].id}"
    fields = form_of(alice.get(address))
    page = alice.submit(address, fields | {"answer-2": "amber", "certainty": "2"})
    assert page.status_code == 422
    assert "Something is still open" in page.text
    assert 'name="answer-2" value="amber" checked' in page.text
    assert 'name="certainty" value="2" aria-describedby="certainty-why" checked' in page.text
    assert form_of(page)["seed"] == fields["seed"]
    assert not any(secret in page.text for secret in SECRETS)
    assert alice.submit(address, fields).status_code == 422
    assert session.scalars(select(PracticeAnswer)).all() == []


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("answer", "9", 422),
        ("answer", "-1", 422),
        ("answer", "9" * 400, 422),
        ("seed", "x", 422),
        ("seed", "9" * 400, 422),
        ("version", "", 422),
        ("version", "1" * 9, 409),
        ("certainty", "7", 422),
    ],
)
def test_what_the_page_never_offered_is_refused(session, alice, practice, field, value, status):
    address = f"/quizzes/principles/practice/{practice['single-1'].id}"
    fields = form_of(alice.get(address)) | {"answer": "1"}
    page = alice.submit(address, fields | {field: value})
    assert page.status_code == status
    assert not any(secret in page.text for secret in SECRETS)
    assert session.scalars(select(PracticeAnswer)).all() == []


def test_a_case_goes_turn_by_turn_and_tells_at_its_end(session, make, people, client_for):
    quiz = make.quiz_of(*cases())
    make.ready(people.alice, quiz)
    triage, thread = session.scalars(select(Question).order_by(Question.id)).all()
    triage.purpose = thread.purpose = "practice"
    client = client_for(people.alice)
    for question, begins, path in ((triage, True, ["a", "f", "h"]), (thread, False, ["b", "d"])):
        address = f"/quizzes/{quiz.slug}/practice/{question.id}"
        page = client.get(address)
        if begins:
            assert "You have no clock here" in page.text
            page = client.submit(address, form_of(page) | {"answer-on": "yes"})
        view = definitions.question(session, question.current_id)
        for turn, key in enumerate(path):
            assert page.status_code == 200
            assert "SECRET" not in page.text
            fields = form_of(page)
            order = rounds.order(view, int(fields["seed"]))
            step = view.choice(key).step
            offered = sorted((one.key for one in view.choices if one.step == step), key=order.index)
            fields[f"answer-{turn}"] = str(offered.index(key) + 1)
            page = client.submit(address, fields | {"answer-on": "yes"})
        assert "SECRET-EXPLANATION" in page.text
    kept = session.scalars(select(PracticeAnswer).order_by(PracticeAnswer.id)).all()
    assert [(one.answer["path"], one.credit) for one in kept] == [(["a", "f", "h"], 100), (["b", "d"], 0)]


def test_what_people_mark_in_the_quiz_is_looked_over_by_rules_and_by_oneself(
    session, make, people, client_for, tmp_path
):
    quiz = make.quiz(folder=words_quiz.write(tmp_path, coach=True))
    make.ready(people.alice, quiz)
    rewrite, promise = give(session, "practice", "rewrite", "attest")
    assert numbers(session, people.alice) == {rewrite.id}
    client = client_for(people.alice)
    address = f"/quizzes/principles/practice/{rewrite.id}"
    page = client.get(address)
    assert "a coach reads it" not in page.text
    page = client.submit(address, form_of(page) | {"answer": words_quiz.GOOD})
    for words in ("Read your text once more", "Tone", "4: warm", "Half right"):
        assert (words in page.text) == (words != "Half right"), words
    long = "A text that is far too long. " * 20
    page = client.submit(address, form_of(client.get(address)) | {"answer": long})
    assert page.status_code == 422
    assert long.strip() in page.text
    assert client.get(f"/quizzes/principles/practice/{promise.id}").status_code == 404


def test_somebody_who_has_not_begun_is_led_to_the_course(practice, people, client_for):
    charlie = client_for(people.charlie)
    page = charlie.get("/quizzes/principles/practice")
    assert "Begin with the course" in page.text
    assert charlie.get(f"/quizzes/principles/practice/{practice['single-1'].id}").status_code == 404
    assert charlie.get("/quizzes/nothing/practice").status_code == 404
    for address in ("/quizzes/principles", "/courses/principles"):
        assert "Practice now" not in charlie.get(address).text


def test_quiz_and_course_lead_to_practice_when_there_is_something(session, make, people, client_for):
    quiz = make.quiz(questions_drawn=20, pass_mark=60)
    make.ready(people.alice, quiz)
    alice = client_for(people.alice)
    pages = ("/quizzes/principles", "/courses/principles")
    assert not any("Practice now" in alice.get(page).text for page in pages)
    give(session, "both", "single-1")
    assert all("Practice now" in alice.get(page).text for page in pages)
    give(session, "exam", "single-1")
    finished(session, make, people.alice, quiz, scenario={"choice": "a"})
    assert all("Practice now" in alice.get(page).text for page in pages)


def test_pages_cost_the_same_for_one_question_and_for_twenty(session, make, people, client_for, statements):
    make.ready(people.alice, make.quiz())
    alice = client_for(people.alice)
    counts = []
    for keys in (["single-1"], [f"{kind}-{number}" for kind in ("single", "sort") for number in (1, 2, 3, 4)]):
        for one in give(session, "practice", *keys):
            session.merge(PracticeCard(person_id=people.alice.id, question_id=one.id, due_on=clock.today()))
        first = by_key(session, "single-1")[0].id
        for address in ("", f"/{first}"):
            alice.get(f"/quizzes/principles/practice{address}")
            statements.clear()
            alice.get(f"/quizzes/principles/practice{address}")
            counts.append(len(statements))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 8


# at night, and on the first page


def test_at_night_what_was_missed_gets_its_card_once(session, make, people):
    quiz = make.quiz(questions_drawn=20, pass_mark=60)
    people.alice.time_zone = "Pacific/Auckland"
    assert finished(session, make, people.alice, quiz, scenario={"choice": "a"}).passed
    assert finished(session, make, people.bob, quiz, **HALF_WRONG).passed is False
    hers = missed(session, people.alice)
    assert cards.from_attempts(session) == 4
    assert cards.from_attempts(session) == 0
    found = session.scalars(select(PracticeCard)).all()
    assert {(one.person_id, one.question_id) for one in found} == {(people.alice.id, number) for number in hers}
    assert {one.due_on for one in found} == {clock.today("Pacific/Auckland") + timedelta(days=3)}


def test_at_night_those_whose_attempts_are_used_up_get_theirs(session, make, people):
    quiz = make.quiz(questions_drawn=20, red=())
    for hours in (0, 49, 98):
        with later(hours=hours):
            finished(session, make, people.alice, quiz, **HALF_WRONG)
            assert cards.from_attempts(session) == (8 if hours == 98 else 0)
    alice = learner(people.alice)
    with later(days=8):
        assert [one.count for one in reminders.due(session, alice.id, alice.today)] == [8]
        assert rounds.load(session, "principles", alice).due == 8
    with later(days=40):
        assert reminders.due(session, alice.id, alice.today) == []


def test_opening_practice_makes_the_cards_before_the_night_does(session, make, people, client_for):
    quiz = make.quiz(questions_drawn=20, pass_mark=60)
    finished(session, make, people.alice, quiz, scenario={"choice": "a"})
    page = client_for(people.alice).get("/quizzes/principles/practice")
    assert "The next one comes back on" in page.text
    assert len(session.scalars(select(PracticeCard)).all()) == 4
    assert cards.from_attempts(session) == 0


def test_the_first_page_tells_of_what_is_due_and_of_nothing_that_may_not_be_practiced(
    session, make, people, client_for
):
    quiz = make.quiz()
    make.ready(people.alice, quiz)
    client = client_for(people.alice)
    due, not_yet, exam = give(session, "practice", "single-1", "single-2") + by_key(session, "single-3")
    for one, days in ((due, 0), (not_yet, 2), (exam, -3)):
        card = PracticeCard(person_id=people.alice.id, question_id=one.id)
        card.due_on = clock.today(people.alice.time_zone) + timedelta(days=days)
        session.add(card)
    page = client.get("/learning").text
    assert "One question to practice today" in page
    assert 'href="/quizzes/principles/practice"' in page
    assert "to practice today" not in client_for(people.charlie).get("/learning").text


# promises


def promise(*statements: str) -> QuestionView:
    choices = tuple(
        ChoiceView(key, 100, None, False, {"en": words, "nl": words}, {})
        for key, words in zip("abcdef", statements, strict=False)
    )
    return QuestionView(0, 0, "promise", "attest", False, ("D2", "D4"), {}, {}, {}, choices)


SHOWN = "Say who you are, in the post itself. Say who you are, in the post itself: more about that."


@pytest.mark.parametrize(
    ("statements", "confirmed", "expected"),
    [
        ((SHOWN,), ["a"], {"D2"}),
        ((SHOWN, "I keep what is confidential."), ["a", "b"], {"D2"}),
        ((SHOWN, "I keep what is confidential."), ["a"], set()),
        (("I say who I am (D2).",), ["a"], set()),
    ],
)
def test_a_promise_accepts_the_clauses_whose_very_words_it_showed(
    session, make, people, statements, confirmed, expected
):
    quiz = make.quiz_of(promise(*statements))
    attempt = make.attempt(people.alice, quiz)
    attempts.save(session, attempt, 1, {"confirmed": confirmed}, 0)
    closing.submit(session, attempt)
    closing.submit(session, attempt)
    kept = session.scalars(select(ClauseAttestation)).all()
    assert {(one.person_id, one.language) for one in kept} == ({(people.alice.id, "en")} if expected else set())
    assert len(kept) == len(expected)
