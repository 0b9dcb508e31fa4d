"""Drawing a paper."""

import time
from collections import Counter
from collections.abc import Container
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.blueprint import eligible, fits
from quizzes.drawing import RED_LINE_QUESTIONS, draw, order, prospects
from quizzes.questions import Pooled, QuotaView

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


def rich(size: int = 40) -> list[Pooled]:
    """A bank with tags, difficulties, tiers, and questions about several clauses."""
    return [
        replace(
            one,
            clauses=tuple(sorted({f"D{one.number % 5 + 1}", f"D{one.number % 3 + 1}"})),
            tags=("crisis", "sales")[: one.number % 3],
            difficulty=one.number % 4 or None,
            tier=(None, None, "staff", "manager")[one.number % 4],
            always=one.number % 13 == 0,
        )
        for one in bank(size)
    ]


VALUES = {
    "clause": ("D1", "D2", "D3", "D9"),
    "tag": ("crisis", "sales", "none"),
    "difficulty": ("1", "2", "3"),
    "kind": KINDS,
}
quotas = st.lists(
    st.sampled_from([(dimension, value) for dimension, values in VALUES.items() for value in values]),
    unique=True,
    max_size=6,
).flatmap(lambda lines: st.tuples(*(st.builds(QuotaView, st.just(d), st.just(v), st.integers(1, 4)) for d, v in lines)))
tiers = st.sampled_from(("", "staff", "manager", "executive"))


def held_at_most(paper: list[Pooled], lines: tuple[QuotaView, ...]) -> int:
    """How many places of the lines a paper can fill, found another way than the drawing does: by trying all."""
    places = [line for line in lines for _ in range(line.count)]
    taken: dict[int, int] = {}

    def place(question: int, tried: set[int]) -> bool:
        for at, line in enumerate(places):
            if at not in tried and fits(paper[question], line):
                tried.add(at)
                if at not in taken or place(taken[at], tried):
                    taken[at] = question
                    return True
        return False

    return sum(place(question, set()) for question in range(len(paper)))


@given(seeds, quotas, st.integers(1, 25), tiers)
def test_a_blueprint_is_fulfilled_whenever_it_can_be(
    seed: int, lines: tuple[QuotaView, ...], count: int, tier: str
) -> None:
    pool = list(eligible(rich(), tier))
    paper = draw(rich(), count, seed, lines, tier)
    assert len(paper) == min(count, len(pool))
    assert len({one.number for one in paper}) == len(paper)
    assert {one.tier for one in paper} <= ({None, tier} if tier else {None, "staff", "manager"})
    promised = sum(line.drawn for line in prospects(rich(), count, lines, tier))
    others = count - sum(one.always for one in pool)
    possible = held_at_most(pool, lines)
    if others >= 0:
        assert held_at_most(paper, lines) >= promised
    if others >= possible:
        assert promised == possible


@given(seeds, quotas, st.integers(1, 25), tiers, st.randoms())
def test_the_order_of_the_bank_never_matters(seed, lines, count, tier, chance) -> None:
    shuffled = rich()
    chance.shuffle(shuffled)
    assert draw(rich(), count, seed, lines, tier) == draw(shuffled, count, seed, lines, tier)


@given(seeds, quotas, st.integers(1, 25), tiers)
def test_what_is_marked_so_is_on_every_paper(seed, lines, count, tier) -> None:
    always = {one.number for one in eligible(rich(), tier) if one.always}
    drawn = {one.number for one in draw(rich(), count, seed, lines, tier)}
    assert always <= drawn if len(always) <= count else drawn <= always


@given(seeds, st.sets(st.integers(0, 29), max_size=25))
def test_a_line_takes_first_what_was_not_seen(seed: int, seen: set[int]) -> None:
    line = QuotaView("kind", "sort", 3)
    paper = draw(bank(red=0, seen=seen), 3, seed, [line])
    fresh = sum(one.kind == "sort" and one.number not in seen for one in bank())
    assert sum(one.number not in seen for one in paper) == min(3, fresh)


def test_a_question_counts_for_one_line_and_lines_give_way_to_each_other() -> None:
    both = replace(bank(1)[0], number=1, clauses=("D1",), tags=("crisis",))
    only = replace(both, number=2, tags=())
    lines = (QuotaView("clause", "D1", 1), QuotaView("tag", "crisis", 1))
    assert [line.fulfilled for line in prospects([both, only], 2, lines)] == [True, True]
    assert [line.fulfilled for line in prospects([both], 2, lines)] == [True, False]


def test_thousands_of_questions_are_drawn_at_once() -> None:
    lines = [QuotaView("clause", f"D{number}", 4) for number in range(1, 9)]
    began = time.process_time()
    assert len(draw(bank(5000, 1000), 50, 7, lines, "staff")) == 50
    assert time.process_time() - began < 0.5
