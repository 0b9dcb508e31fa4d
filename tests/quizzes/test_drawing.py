"""Drawing a paper."""

from collections import Counter
from collections.abc import Container

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.drawing import RED_LINE_QUESTIONS, draw, order
from quizzes.questions import Pooled

KINDS = ("single", "multiple", "truefalse", "sort", "scenario")


def bank(size: int = 30, red: int = 10, seen: Container[int] = ()) -> list[Pooled]:
    return [
        Pooled(
            number=number,
            version_id=100 + number,
            kind=KINDS[number % 5],
            red_line=number < red,
            clauses=(f"D{number % 12 + 1}",),
            keys=tuple("abcd"),
            seen=int(number in seen),
        )
        for number in range(size)
    ]


seeds = st.integers(0, 2**48)


@given(seeds, st.integers(1, 40), st.integers(0, 30), st.integers(0, 12))
def test_a_paper_has_the_number_asked_for_and_each_question_once(seed: int, count: int, size: int, red: int) -> None:
    questions = bank(size, red)
    paper = draw(questions, count, seed)
    assert len(paper) == min(count, size)
    assert len({drawn.number for drawn in paper}) == len(paper)
    reds = sum(drawn.red_line for drawn in paper)
    assert reds >= min(RED_LINE_QUESTIONS, count, red, size)


@given(seeds, st.randoms())
def test_the_same_seed_gives_the_same_paper_whatever_the_order_of_the_bank(seed: int, chance: object) -> None:
    questions = bank()
    shuffled = list(questions)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw(questions, 10, seed) == draw(shuffled, 10, seed)


@given(seeds)
def test_choices_keep_all_keys_and_true_comes_before_false(seed: int) -> None:
    for drawn in draw(bank(), 10, seed):
        keys = order(drawn, seed)
        assert sorted(keys) == list("abcd")
        if drawn.kind == "truefalse":
            assert keys == ("a", "b", "c", "d")


def test_choices_are_shuffled_and_so_are_statements() -> None:
    orders = {kind: set() for kind in KINDS}
    for seed in range(60):
        for drawn in draw(bank(), 10, seed):
            orders[drawn.kind].add(order(drawn, seed))
    assert len(orders.pop("truefalse")) == 1
    assert all(len(seen) > 10 for seen in orders.values())


@given(seeds)
def test_a_paper_spreads_over_clauses_and_kinds(seed: int) -> None:
    paper = draw(bank(), 10, seed)
    clauses = Counter(code for drawn in paper for code in drawn.clauses)
    kinds = Counter(drawn.kind for drawn in paper)
    assert max(clauses.values()) == 1
    assert len(kinds) == 5


@given(seeds, st.sets(st.integers(0, 29), max_size=20))
def test_unseen_questions_come_first(seed: int, seen: set[int]) -> None:
    paper = draw(bank(seen=seen), 10, seed)
    fresh_red = sum(number not in seen for number in range(10))
    must_repeat = max(0, RED_LINE_QUESTIONS - fresh_red)
    assert sum(drawn.number in seen for drawn in paper) == must_repeat


def test_red_lines_do_not_stand_in_front() -> None:
    places = {place for seed in range(50) for place, drawn in enumerate(draw(bank(), 10, seed)) if drawn.red_line}
    assert places == set(range(10))


@pytest.mark.parametrize("count", [1, 2])
def test_a_short_paper_is_all_red_lines(count: int) -> None:
    assert all(drawn.red_line for drawn in draw(bank(), count, 1))
