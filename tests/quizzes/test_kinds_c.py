"""Cases in several turns: triage under time, and live threads."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from html import unescape
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.base import clock
from lms.base.errors import Invalid
from quizzes import attempts, breaks, closing, papers
from quizzes.attempt_models import Accommodation, Attempt, Response
from quizzes.attempts import Stale
from quizzes.kinds import KINDS
from quizzes.kinds.trees import Tree
from quizzes.papers import Item
from quizzes.questions import Answer, ChoiceView, Marked, Matter, QuestionView, StepView
from tests.make import Make, People
from tests.quizzes.cases import BEST, CHOICES, STEPS
from tests.quizzes.cases import cases as two_cases
from tests.quizzes.makers import later
from tests.support.client import Client

Entering = Callable[..., Client]
THREAD, TRIAGE = KINDS["thread"], KINDS["triage"]


def step(key: str, text: str = "words") -> StepView:
    return StepView(key, {}, {"en": f"{text} of {key}"})


def choice(key: str, at: str | None, to: str | None = None, credit: int = 0, *, crosses: bool = False) -> ChoiceView:
    return ChoiceView(key, credit, None, crosses, {"en": f"say {key}."}, {"en": f"why {key}."}, step=at, leads_to=to)


def question(
    steps: Sequence[StepView], choices: Sequence[ChoiceView], *, seconds: int = 0, red_line: bool = False
) -> QuestionView:
    kind, options = ("triage", {"seconds": str(seconds)}) if seconds else ("thread", {})
    return QuestionView(
        1, 1, "case", kind, red_line, ("D1",), {}, {}, {}, tuple(choices), options=options, steps=tuple(steps)
    )


CASE = question(
    [step("start"), step("excuse"), step("close")],
    [
        choice("a", "start", "close", 100),
        choice("b", "start", "excuse", 0),
        choice("c", "excuse", "close", 100),
        choice("d", "excuse", None, 0),
        choice("e", "close", None, 100),
        choice("f", "close", None, 50),
        choice("g", "close", None, 0, crosses=True),
    ],
)


def of(fields: dict[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in fields.items()}


@pytest.mark.parametrize(
    ("path", "credit", "crossed", "complete"),
    [
        ([], 0, False, False),
        (["a"], 50, False, False),
        (["a", "e"], 100, False, True),
        (["a", "f"], 75, False, True),
        (["a", "g"], 50, True, True),
        (["b"], 0, False, False),
        (["b", "d"], 0, False, True),
        (["b", "c"], 33, False, False),
        (["b", "c", "e"], 66, False, True),
        (["b", "c", "f"], 50, False, True),
    ],
)
def test_a_walk_earns_the_average_of_its_choices(path: list[str], credit: int, crossed: bool, complete: bool) -> None:
    answer = {"path": path}
    assert THREAD.fits(CASE, answer)
    assert THREAD.mark(CASE, answer) == Marked(credit, crossed)
    assert THREAD.answered(CASE, answer) is complete


def test_a_red_line_case_that_is_not_walked_to_its_end_crosses() -> None:
    asked = replace(CASE, red_line=True)
    assert THREAD.mark(asked, None) == Marked(0, True)
    assert THREAD.mark(asked, {"path": ["a"]}) == Marked(50, True)
    assert THREAD.mark(asked, {"path": ["a", "e"]}) == Marked(100, False)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"path": "ae"},
        {"path": ["e"]},
        {"path": ["a", "c"]},
        {"path": ["a", "e", "a"]},
        {"path": ["a", "z"]},
        {"path": ["a", 1]},
        {"path": ["a"], "begun": True},
        {"path": ["a"], "more": 1},
    ],
)
def test_a_walk_that_cannot_be_is_refused(answer: Answer) -> None:
    with pytest.raises(Invalid):
        THREAD.validate(CASE, answer)


ORDER = ["g", "f", "e", "d", "c", "b", "a"]


@pytest.mark.parametrize(
    ("fields", "before", "after"),
    [
        ({}, None, None),
        ({}, ["a"], ["a"]),
        ({"answer-0": "2"}, None, ["a"]),
        ({"answer-0": "2", "answer-1": "3"}, ["a"], ["a", "e"]),
        ({"answer-0": "2"}, ["a"], ["a"]),
        ({"answer-0": "2"}, ["a", "f"], ["a", "f"]),
        ({"answer-0": "1"}, ["a"], ["b"]),
        ({"answer-0": "2", "answer-on": "yes"}, None, ["a"]),
        ({"answer-on": "yes"}, None, None),
    ],
)
def test_a_page_says_the_turns_it_knows_and_a_new_one(
    fields: dict[str, str], before: list[str] | None, after: list[str] | None
) -> None:
    answer = THREAD.parse(CASE, of(fields), ORDER, {"path": before} if before else None)
    assert answer == ({"path": after} if after else None)


@pytest.mark.parametrize(
    "fields",
    [
        {"answer-0": "3"},
        {"answer-0": "0"},
        {"answer-0": "a"},
        {"answer-0": ""},
        {"answer-0": "9" * 5000},
        {"answer-1": "1"},
        {"answer-0": "2", "answer-2": "1"},
        {"answer-0": "2", "answer-1": "1", "answer-2": "1"},
        {"answer": "1"},
        {"answer-x": "1"},
        {"answer-00": "1"},
    ],
)
def test_a_turn_that_is_not_offered_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        THREAD.parse(CASE, of(fields), ORDER, None)


def test_a_case_with_a_clock_begins_before_its_first_turn() -> None:
    timed = question(CASE.steps, CASE.choices, seconds=60)
    assert TRIAGE.seconds(timed) == 60
    assert TRIAGE.parse(timed, {}, ORDER, None) is None
    begun = TRIAGE.parse(timed, of({"answer-on": "yes"}), ORDER, None)
    assert begun == {"path": [], "begun": True}
    assert TRIAGE.parse(timed, of({"answer-begun": "yes"}), ORDER, begun) == begun
    assert TRIAGE.show(timed, ORDER, None) == ()
    assert TRIAGE.more(timed, ORDER, None)["asked"] is None
    assert [option.texts["en"] for option in TRIAGE.show(timed, ORDER, begun)] == ["say b.", "say a."]
    assert TRIAGE.parse(timed, of({"answer-begun": "yes", "answer-0": "2"}), ORDER, begun) == {
        "path": ["a"],
        "begun": True,
    }
    assert TRIAGE.fits(timed, TRIAGE.best(timed))
    assert not TRIAGE.fits(timed, {"path": []})


def test_what_was_walked_is_told_turn_by_turn() -> None:
    lines = THREAD.given(CASE, {"path": ["b", "c"]})
    assert [line.texts["en"] for line in lines] == ["words of start → say b.", "words of excuse → say c."]
    assert [line.whys["en"] for line in lines] == ["why b.", "why c."]
    assert [line.texts["en"] for line in THREAD.right(CASE)] == ["words of start → say a.", "words of close → say e."]
    assert THREAD.picked(CASE, {"path": ["b", "c"]}) == "b,c"
    assert [line.texts["en"] for line in THREAD.picked_lines(CASE, "b,c")] == ["say b.", "say c."]
    assert THREAD.picked(CASE, None) == ""


GOOD = Matter(CASE.choices, steps=CASE.steps)


def changed(key: str, **to: Any) -> Matter:
    return replace(GOOD, choices=tuple(replace(one, **to) if one.key == key else one for one in GOOD.choices))


@pytest.mark.parametrize(
    ("matter", "sentence"),
    [
        (GOOD, ""),
        (replace(GOOD, steps=()), "at least one step"),
        (replace(GOOD, steps=(*GOOD.steps, GOOD.steps[0])), "a key of its own"),
        (changed("a", step=None), "at which step"),
        (changed("a", step="nowhere"), "at which step"),
        (changed("a", leads_to="nowhere"), "leads to a step that is not there"),
        (replace(GOOD, steps=(*GOOD.steps[:2], replace(GOOD.steps[2], texts={"en": " "}))), "Step 3 has no words"),
        (replace(GOOD, choices=GOOD.choices[:-4]), "Step 2 has fewer than two choices"),
        (replace(GOOD, choices=GOOD.choices[:-2]), "Step 3 has fewer than two choices"),
        (changed("b", leads_to="close"), "No way leads to step 2"),
        (changed("e", leads_to="start"), "leads back"),
        (changed("d", leads_to="excuse"), "leads back"),
        (changed("e", credit=50), "the best answer at each step"),
        (changed("g", credit=50), "crosses a red line cannot be right"),
    ],
)
def test_an_author_hears_what_is_wrong_with_a_case(matter: Matter, sentence: str) -> None:
    found = THREAD.fault(matter)
    assert sentence in found
    assert bool(found) == bool(sentence)


@pytest.mark.parametrize(("seconds", "good"), [("0", True), ("9", False), ("10", True), ("900", True)])
def test_a_clock_leaves_time_to_read(seconds: str, good: bool) -> None:
    assert (TRIAGE.fault(replace(GOOD, options={"seconds": seconds})) == "") is good


@st.composite
def cases(draw: st.DrawFn, seconds: int = 0) -> QuestionView:
    """A case without circles: each choice leads to a later step or to an end."""
    count = draw(st.integers(1, 6))
    keys = [f"s{number}" for number in range(count)]
    choices = []
    for place, key in enumerate(keys):
        for number in range(draw(st.integers(2, 4))):
            to = draw(st.sampled_from([*keys[place + 1 :], None]))
            credit = draw(st.sampled_from([0, 50, 100]))
            crosses = credit == 0 and draw(st.booleans())
            choices.append(choice(f"c{place}-{number}", key, to, credit, crosses=crosses))
    return question([step(key) for key in keys], choices, seconds=seconds)


def walk(asked: QuestionView, chance: Random, turns: int) -> list[str]:
    """Some choices from the beginning on, at most so many."""
    tree, path = Tree.of(asked), list[str]()
    while len(path) < turns and (found := tree.walk(path)) and found.step:
        path.append(chance.choice(tree.offered(found.step)).key)
    return path


def fields_of(asked: QuestionView, path: Sequence[str], order: Sequence[str]) -> dict[str, list[str]]:
    tree = Tree.of(asked)
    found = tree.walk(path)
    assert found
    return {
        f"answer-{number}": [str(tree.offered(at, order).index(said) + 1)]
        for number, (at, said) in enumerate(found.turns)
    }


chances = st.randoms(use_true_random=False)
turns = st.integers(0, 7)


@given(cases(), chances, turns)
def test_marks_lie_between_nothing_and_all(asked: QuestionView, chance: Random, many: int) -> None:
    answer = {"path": walk(asked, chance, many)}
    assert THREAD.fits(asked, answer)
    assert 0 <= THREAD.mark(asked, answer).credit <= 100


@given(cases(), chances, turns)
def test_more_credit_for_a_choice_never_lowers_a_mark(asked: QuestionView, chance: Random, many: int) -> None:
    path = walk(asked, chance, many)
    assume(path)
    better = chance.choice(path)
    raised = [replace(one, credit=100, crosses=False) if one.key == better else one for one in asked.choices]
    before = THREAD.mark(asked, {"path": path})
    after = THREAD.mark(replace(asked, choices=tuple(raised)), {"path": path})
    assert after.credit >= before.credit
    assert after.crossed <= before.crossed


@given(cases(), chances)
def test_going_on_never_earns_less_than_stopping(asked: QuestionView, chance: Random) -> None:
    path = walk(asked, chance, 7)
    credits = [THREAD.mark(asked, {"path": path[:turns]}).credit for turns in range(len(path) + 1)]
    assert credits == sorted(credits)


@given(cases(), chances)
def test_the_best_way_earns_all_where_an_author_may_keep_the_case(asked: QuestionView, chance: Random) -> None:
    best = THREAD.best(asked)
    assert THREAD.answered(asked, best)
    assert THREAD.mark(asked, best).credit >= THREAD.mark(asked, {"path": walk(asked, chance, 7)}).credit
    if not THREAD.fault(Matter(asked.choices, steps=asked.steps)):
        assert THREAD.mark(asked, best) == Marked(100, False)


@given(cases(), chances, turns)
def test_the_order_on_the_paper_never_matters(asked: QuestionView, chance: Random, many: int) -> None:
    path = walk(asked, chance, many)
    order = THREAD.order([one.key for one in asked.choices], chance)
    assert sorted(order) == sorted(asked.keys)
    answer = THREAD.parse(asked, fields_of(asked, path, order), order, None)
    assert answer == ({"path": path} if path else None)
    best = THREAD.best(asked)
    assert THREAD.parse(asked, fields_of(asked, best["path"], order), order, None) == best


@given(cases() | cases(seconds=60), chances, turns, st.booleans())
def test_nothing_later_and_no_other_branch_is_shown(
    asked: QuestionView, chance: Random, many: int, begun: bool
) -> None:
    kind = KINDS[asked.kind]
    path = walk(asked, chance, many)
    answer = {"path": path} | ({"begun": True} if kind.seconds(asked) else {})
    given_so_far = answer if path or begun else None
    order = kind.order([one.key for one in asked.choices], chance)
    shown = repr(kind.show(asked, order, given_so_far)) + repr(dict(kind.more(asked, order, given_so_far)))
    found = Tree.of(asked).walk(path)
    assert found
    open_step = found.step if given_so_far or not kind.seconds(asked) else None
    known = {at.key for at, _ in found.turns} | ({open_step.key} if open_step else set())
    assert {at.key for at in asked.steps if f"words of {at.key}'" in shown} == known
    open_choices = {one.key for one in asked.choices if open_step and one.step == open_step.key}
    assert {one.key for one in asked.choices if f"say {one.key}." in shown} == open_choices | set(path)
    assert not re.search(r"why |credit|cross|leads|'c\d|s\d'(?<!words of s\d')", shown)


@given(cases(), chances, turns, turns)
def test_what_was_said_cannot_be_taken_back(asked: QuestionView, chance: Random, many: int, others: int) -> None:
    said, other = walk(asked, chance, many), walk(asked, chance, others)
    follows = THREAD.follows(asked, {"path": said}, {"path": other})
    assert follows is (other[: len(said)] == said)
    assert THREAD.follows(asked, None, {"path": other})


# The pages.


@pytest.fixture
def attempt(make: Make, people: People) -> Attempt:
    """Alice is inside an attempt with two cases."""
    return make.attempt(people.alice, make.quiz_of(*two_cases()))


@pytest.fixture
def alice(attempt: Attempt, client_for: Entering, people: People) -> Client:
    return client_for(people.alice)


def item_of(session: Session, attempt: Attempt, kind: str) -> Item:
    session.expire_all()
    found = next(item for item in papers.items(session, attempt) if item.question.kind == kind)
    session.commit()
    return found


def words(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True)).replace("\u00a0", " ")


def show(client: Client, attempt: Attempt, item: Item) -> str:
    return words(client.get(f"/attempts/{attempt.id}?question={item.position}"))


def send(
    client: Client, attempt: Attempt, item: Item, path: Sequence[str], revision: int | None = None, **more: str
) -> TestResponse:
    """What the page sends: the turns that it knows, the new one, and the button that goes on."""
    fields: dict[str, Any] = dict(fields_of(item.question, path, item.order))
    if item.question.kind == "triage" and "begin" not in more:
        fields["answer-begun"] = "yes"
    more.pop("begin", "")
    fields |= {"question": item.position, "revision": attempt.revision if revision is None else revision}
    return client.submit(f"/attempts/{attempt.id}", fields | {"answer-on": "yes", "go": item.position} | more)


def steps_in(page: str) -> list[str]:
    return re.findall(r"STEP-(\w+)", page)


def says_in(page: str) -> set[str]:
    return set(re.findall(r"SAY-(\w+)", page))


def test_a_thread_is_walked_turn_by_turn(session: Session, attempt: Attempt, alice: Client) -> None:
    item = item_of(session, attempt, "thread")
    page = show(alice, attempt, item)
    assert (steps_in(page), says_in(page)) == (["start"], {"a", "b"})
    assert "Karel D." in page
    assert "Send this answer" in page
    for path, seen, said in (
        (["b"], ["start", "excuse"], {"b", "c", "d"}),
        (["b", "c"], ["start", "excuse", "close"], {"b", "c", "e", "f", "g"}),
        (["b", "c", "e"], ["start", "excuse", "close"], {"b", "c", "e"}),
    ):
        sent = send(alice, attempt, item, path)
        assert (sent.status_code, sent.location) == (303, f"/attempts/{attempt.id}?question={item.position}")
        page = show(alice, attempt, item)
        assert (steps_in(page), says_in(page)) == (seen, said)
        assert "SECRET" not in page
        assert item_of(session, attempt, "thread").answer == {"path": path}
    assert "This is the end of the thread." in page
    assert "Send this answer" not in page
    assert item_of(session, attempt, "thread").answered


def test_a_turn_sent_twice_is_one_turn(session: Session, attempt: Attempt, alice: Client) -> None:
    item = item_of(session, attempt, "thread")
    for _ in range(2):
        assert send(alice, attempt, item, ["a"], revision=0).status_code == 303
    assert item_of(session, attempt, "thread").answer == {"path": ["a"]}
    send(alice, attempt, item, ["a", "f"], revision=1)
    assert send(alice, attempt, item, ["a"], revision=0).status_code == 303
    assert item_of(session, attempt, "thread").answer == {"path": ["a", "f"]}
    assert session.scalar(select(func.count()).select_from(Response)) == 2


@pytest.mark.parametrize("revision", [0, 1])
def test_another_window_cannot_take_back_what_was_said(
    session: Session, attempt: Attempt, alice: Client, revision: int
) -> None:
    item = item_of(session, attempt, "thread")
    send(alice, attempt, item, ["a"], revision=0)
    refused = send(alice, attempt, item, ["b"], revision=revision)
    assert refused.status_code == 409
    assert ("cannot be taken back" if revision else "You answered in another window") in words(refused)
    assert "Continue here with what is saved" in words(refused)
    assert item_of(session, attempt, "thread").answer == {"path": ["a"]}


def test_a_turn_of_another_branch_is_refused(session: Session, attempt: Attempt, alice: Client) -> None:
    item = item_of(session, attempt, "thread")
    fields = {"question": item.position, "revision": 0, "answer-0": "1", "answer-1": "1", "answer-2": "1"}
    assert alice.submit(f"/attempts/{attempt.id}", fields | {"answer-3": "1"}).status_code == 422
    assert alice.submit(f"/attempts/{attempt.id}", fields | {"answer-0": "7"}).status_code == 422
    assert item_of(session, attempt, "thread").answer is None


def test_a_case_left_in_the_middle_is_open_and_marked_as_far_as_it_came(
    session: Session, attempt: Attempt, alice: Client
) -> None:
    item = item_of(session, attempt, "thread")
    send(alice, attempt, item, ["a"])
    assert "2 questions are still open." in words(alice.get(f"/attempts/{attempt.id}/overview"))
    closing.submit(session, session.get_one(Attempt, attempt.id))
    assert item_of(session, attempt, "thread").mark == Marked(50, False, clauses=("D4",))


def test_the_clock_of_a_case_starts_when_she_begins(session: Session, attempt: Attempt, alice: Client) -> None:
    item = item_of(session, attempt, "triage")
    page = show(alice, attempt, item)
    assert "Begin the case" in page
    assert "you have one minute" in page
    assert "It smells burnt." in page
    assert steps_in(page) == []
    with later(hours=0.1):
        assert send(alice, attempt, item, [], begin="").status_code == 303
        page = show(alice, attempt, item)
        assert steps_in(page) == ["true"]
        assert re.search(r'data-case-left="(60|59)"', page)
        assert send(alice, attempt, item, ["a"]).status_code == 303
    assert item_of(session, attempt, "triage").answer == {"path": ["a"], "begun": True}


def test_leaving_the_page_does_not_begin_a_case(session: Session, attempt: Attempt, alice: Client) -> None:
    item = item_of(session, attempt, "triage")
    fields = {"question": item.position, "revision": 0, "go": "overview"}
    assert alice.submit(f"/attempts/{attempt.id}", fields).status_code == 303
    assert item_of(session, attempt, "triage").answer is None


def seconds(number: float) -> Any:
    return later(hours=number / 3600)


@pytest.fixture
def begun(session: Session, attempt: Attempt) -> Item:
    """Alice has begun the triage and made its first turn."""
    item = item_of(session, attempt, "triage")
    attempts.save(session, attempt, item.position, {"path": [], "begun": True}, attempt.revision)
    attempts.save(session, attempt, item.position, {"path": ["a"], "begun": True}, attempt.revision)
    session.commit()
    return item


def test_a_choice_after_the_time_of_a_case_is_refused(
    session: Session, attempt: Attempt, begun: Item, people: People, client_for: Entering
) -> None:
    with seconds(66):
        alice = client_for(people.alice)
        refused = send(alice, attempt, begun, ["a", "f"])
        assert refused.status_code == 409
        assert "The time for this case is over. What you chose by then counts." in words(refused)
        assert "Choose this" not in words(refused)
        assert send(alice, attempt, begun, ["a"]).status_code == 303
        page = show(alice, attempt, begun)
        assert "The time for this case is over." in page
        assert steps_in(page) == ["true"]
        overview = words(alice.get(f"/attempts/{attempt.id}/overview"))
        assert "Its time is over" in overview
        assert "One question is still open." in overview
    assert item_of(session, attempt, "triage").answer == {"path": ["a"], "begun": True}
    closing.submit(session, session.get_one(Attempt, attempt.id))
    assert item_of(session, attempt, "triage").mark == Marked(33, False, clauses=("D4",))


@pytest.mark.parametrize(
    ("own", "after", "refused"),
    [
        ({}, 61, False),
        ({}, 69, True),
        ({"time_percent": 150}, 91, False),
        ({"time_percent": 150}, 99, True),
        ({"extra_minutes": 2}, 181, False),
        ({"extra_minutes": 2}, 189, True),
        ({"no_timer": True}, 1400, False),
    ],
)
def test_the_clock_of_a_case_is_personal(
    session: Session, attempt: Attempt, begun: Item, own: dict[str, Any], after: int, refused: bool
) -> None:
    for name, value in own.items():
        setattr(attempt, name, value)
    session.flush()
    answer = {"path": ["a", "f"], "begun": True}
    with seconds(after):
        if refused:
            with pytest.raises(Stale, match="The time for this case is over"):
                attempts.save(session, attempt, begun.position, answer, attempt.revision)
        else:
            attempts.save(session, attempt, begun.position, answer, attempt.revision)


def test_the_clock_of_a_case_stands_still_in_a_break(session: Session, attempt: Attempt, begun: Item) -> None:
    attempt.break_seconds = 600
    session.flush()
    with seconds(30):
        breaks.take(session, attempt)
    with seconds(330):
        breaks.end(session, attempt)
    answer = {"path": ["a", "f"], "begun": True}
    with seconds(370), pytest.raises(Stale, match="The time for this case is over"):
        attempts.save(session, attempt, begun.position, answer, attempt.revision)
    with seconds(360):
        attempts.save(session, attempt, begun.position, answer, attempt.revision)
    assert attempt.revision == 3


def test_somebody_without_a_clock_sees_none(session: Session, make: Make, people: People, client_for: Entering) -> None:
    session.add(
        Accommodation(
            person_id=people.alice.id, category="reading", no_timer=True, set_by=people.bob.id, set_at=clock.now()
        )
    )
    session.flush()
    attempt = make.attempt(people.alice, make.quiz_of(*two_cases()))
    item = item_of(session, attempt, "triage")
    alice = client_for(people.alice)
    assert "You have no clock here." in show(alice, attempt, item)
    send(alice, attempt, item, [], begin="")
    page = show(alice, attempt, item)
    assert "data-case-left" not in page
    assert steps_in(page) == ["true"]


def test_a_case_costs_as_many_statements_at_its_end_as_at_its_beginning(
    session: Session, attempt: Attempt, alice: Client, statements: list[str]
) -> None:
    item = item_of(session, attempt, "thread")
    counts = []
    for number in range(3):
        show(alice, attempt, item)
        statements.clear()
        show(alice, attempt, item)
        counts.append(len(statements))
        if number < 2:
            send(alice, attempt, item, BEST["thread"][: number + 1])
    assert len(set(counts)) == 1


def test_the_result_tells_the_way_and_the_reasons(session: Session, attempt: Attempt, alice: Client) -> None:
    for kind, best in BEST.items():
        item = item_of(session, attempt, kind)
        answer: Answer = {"path": best} | ({"begun": True} if kind == "triage" else {})
        attempts.save(session, attempt, item.position, answer, attempt.revision)
    session.commit()
    alice.submit(f"/attempts/{attempt.id}/submit")
    page = words(alice.get(f"/attempts/{attempt.id}"))
    assert "You passed, Alice" in page
    assert "STEP-true of the triage → SAY-a in the triage" in page
    assert "Karel D.: STEP-start of the thread → SAY-a in the thread" in page
    assert "SECRET-WHY of a" in page


def test_an_author_walks_a_case_when_trying_a_quiz(session: Session, make: Make, client_for: Entering) -> None:
    make.quiz_of(*two_cases())
    client = client_for(make.person("Dana", roles=["author"]))
    address = "/studio/quizzes/principles/try?seed=7&lang=en"
    page = words(client.get(address))
    assert (steps_in(page), "Begin the case" in page) == (["start"], True)
    places = {kind: place for place, kind in enumerate(re.findall(r"Stem of (\w+)", page), 1)}
    triage, thread = f"q{places['triage']}-", f"q{places['thread']}-"
    first = {f"{thread}answer-0": "1", f"{triage}answer-on": "yes"}
    page = words(client.submit(address, first))
    assert len(steps_in(page)) == 3
    assert f'name="{thread}answer-0" value="1"' in page
    assert f'name="{triage}answer-begun" value="yes"' in page
    fields = {f"{thread}answer-0": "1", f"{thread}answer-1": "1"}
    assert "SECRET-EXPLANATION" in words(client.submit(address, fields))


def test_every_step_and_choice_of_the_test_cases_is_sound() -> None:
    for kind in STEPS:
        steps = tuple(step(key) for key in STEPS[kind])
        choices = tuple(choice(key, at, to, credit) for key, credit, at, to in CHOICES[kind])
        assert KINDS[kind].fault(Matter(choices, {"seconds": "60"}, steps)) == ""


def test_a_break_does_not_lengthen_what_came_before_it(session: Session, attempt: Attempt) -> None:
    attempt.break_seconds = 600
    session.flush()
    breaks.take(session, attempt)
    with seconds(300):
        breaks.end(session, attempt)
    item = item_of(session, attempt, "triage")
    with seconds(301):
        attempts.save(session, attempt, item.position, {"path": [], "begun": True}, attempt.revision)
    late = timedelta(seconds=301 + 70).total_seconds()
    with seconds(late), pytest.raises(Stale, match="The time for this case is over"):
        attempts.save(session, attempt, item.position, {"path": ["a"], "begun": True}, attempt.revision)
