"""The formulas, against figures worked out independently (tests/quizzes/data/figures.md)."""

import csv
import math
import random
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.analysis import answers, computing, facts, figures
from quizzes.analysis.answers import Given, tally
from quizzes.analysis.figures import Picked, Sums
from quizzes.analysis.gathering import Cell, Gathered, Outcome
from quizzes.analysis.models import OTHERS
from quizzes.questions import ChoiceView, QuestionView

DATA = Path(__file__).resolve().parent / "data" / "figures.csv"
SORTS = (44.022545, 24.663181, 57.854191, 6.231770, -76.730300, 29.870130)
SORTS_WITHOUT = (56.099141, 45.226702, 76.509206, 16.535946, 33.155351)


def papers(without: int | None = None) -> list[list[int]]:
    with DATA.open(encoding="utf-8") as file:
        rows = [[int(cell) for cell in row[1:]] for row in csv.reader(file) if row[0] != "attempt"]
    return [[credit for place, credit in enumerate(row, 1) if place != without] for row in rows]


def sums_of(pairs: list[tuple[int, int]]) -> Sums:
    total = Sums()
    for x, r in pairs:
        total += Sums(1, x, x * x, r, r * r, x * r)
    return total


def lines(rows: list[list[int]]) -> list[Sums]:
    """The sums of each question, with the rest as facts keep it."""
    return [
        sums_of([(row[place], facts.rest(sum(row) - row[place], len(row) - 1)) for row in rows])
        for place in range(len(rows[0]))
    ]


def marks(rows: list[list[int]]) -> figures.Moments:
    histogram: dict[int, int] = {}
    for row in rows:
        exact = 6000 * sum(row) // len(row)  # in 6000ths, so that nothing is rounded
        histogram[exact] = histogram.get(exact, 0) + 1
    found = figures.moments(histogram, 6000)
    assert found
    return found


def test_facility_variance_and_discrimination_are_those_of_the_spreadsheet():
    found = lines(papers())
    assert [figures.facility(one) for one in found] == pytest.approx([75, 50, 50, 200 / 3, 325 / 6, 275 / 3])
    variances = [22500 / 11, 30000 / 11, 20000 / 11, 80000 / 33, 81875 / 33, 2500 / 3]
    assert [figures.variance(one) for one in found] == pytest.approx(variances)
    assert [figures.discrimination(one) for one in found] == pytest.approx(SORTS, abs=1e-5)
    assert [figures.discrimination(one) for one in lines(papers(5))] == pytest.approx(SORTS_WITHOUT, abs=1e-5)


@pytest.mark.parametrize(
    ("without", "mean", "variance", "alpha", "error", "livingston", "draws"),
    [
        (None, 775 / 12, 15625 / 44, 16 / 375, 18.438062, 16019 / 37559, -8 / 1125),
        (5, 200 / 3, 28400 / 33, 385 / 568, 16.651508, 1507 / 2056, 359 / 568),
    ],
)
def test_the_figures_of_the_whole_form_are_those_of_the_spreadsheet(
    without, mean, variance, alpha, error, livingston, draws
):
    rows = papers(without)
    found, whole = marks(rows), sum(lines(rows), Sums())
    assert (found.mean, found.variance) == (pytest.approx(mean), pytest.approx(variance))
    assert figures.alpha(lines(rows), found) == pytest.approx(alpha)
    assert figures.standard_error(found, alpha) == pytest.approx(error, abs=1e-5)
    assert figures.livingston(alpha, found, 80) == pytest.approx(livingston)
    assert figures.reliability_of_draws(whole.n, whole.xx, found) == pytest.approx(draws)


def test_with_right_and_wrong_only_drawn_questions_have_kuder_and_richardsons_formula_21():
    chance = random.Random(4)
    rows = [[100 * (chance.random() < skill / 30) for _ in range(10)] for skill in range(30)]
    totals = [sum(row) // 100 for row in rows]
    mean, spread = statistics.fmean(totals), statistics.variance(totals)
    biased = statistics.pvariance(totals)
    whole = sum(lines(rows), Sums())
    error = (mean - (biased + mean**2) / 10) / 9 / 10 * 100  # E(x − x̄)² / (k·(k − 1)), in items squared
    expected = 1 - error / spread
    assert figures.reliability_of_draws(whole.n, whole.xx, marks(rows)) == pytest.approx(expected)
    kr21 = 10 / 9 * (1 - mean * (10 - mean) / (10 * biased))
    assert expected == pytest.approx(kr21, abs=0.02)


def test_the_published_point_biserial_comes_out():
    without = (87, 90, 94, 94, 97, 103, 103, 104, 106, 108, 109, 109, 109, 112, 119, 132)
    having = (100, 103, 103, 106, 112, 113, 114, 114, 118, 119, 120, 120, 124, 133, 135, 135, 136, 141, 155, 157, 159)
    having += (162,)
    sums = sums_of([(0, r) for r in without] + [(100, r) for r in having])
    assert figures.pick_correlation(Picked(22, sum(having)), sums) == pytest.approx(55.7, abs=0.05)
    assert figures.discrimination(sums) == pytest.approx(55.7, abs=0.05)


def test_nothing_can_be_said_without_spread():
    same = sums_of([(100, r) for r in (1, 2, 3)])
    assert figures.discrimination(same) is None
    assert figures.discrimination(sums_of([(0, 7), (100, 7)])) is None
    assert figures.facility(Sums()) is None
    flat = figures.Moments(12, 80.0, 0.0)
    assert figures.alpha([same, same], flat) is None
    assert figures.reliability_of_draws(120, 1_200_000, flat) is None
    assert figures.livingston(0.5, flat, 80) is None
    assert figures.moments({80: 1}) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], None), ([7], 7), ([1, 9], 5), ([1, 2, 9], 2), ([4, 4, 5, 5], 4), ([1, 1, 1, 50], 1), ([3, 8, 9, 10], 8)],
)
def test_the_median_of_a_histogram(values, expected):
    assert figures.median({value: values.count(value) for value in values}) == expected


@given(st.lists(st.integers(1, 1800), min_size=1))
def test_the_median_is_that_of_the_values(values):
    found = figures.median({value: values.count(value) for value in values})
    assert found == math.floor(statistics.median(values))


CREDITS = st.sampled_from([0, 25, 50, 100])
ANSWERS = st.lists(st.tuples(CREDITS, st.integers(0, 10_000)), min_size=2, max_size=60)


@given(ANSWERS)
def test_discrimination_is_a_correlation(pairs):
    found = figures.discrimination(sums_of(pairs))
    assert found is None or -100 <= found <= 100
    xs, rs = [x for x, _ in pairs], [r for _, r in pairs]
    if len(set(xs)) > 1 and len(set(rs)) > 1:
        assert found == pytest.approx(100 * statistics.correlation(xs, rs), abs=1e-6)
    else:
        assert found is None


@given(ANSWERS, st.randoms())
def test_the_order_of_answers_changes_nothing(pairs, chance):
    shuffled = pairs[:]
    chance.shuffle(shuffled)
    assert sums_of(shuffled) == sums_of(pairs)


@given(ANSWERS)
def test_facility_is_the_mean_and_sums_can_be_taken_apart(pairs):
    whole = sums_of(pairs)
    assert figures.facility(whole) == pytest.approx(statistics.fmean(x for x, _ in pairs))
    assert whole - sums_of(pairs[:1]) == sums_of(pairs[1:])
    assert figures.variance(whole) == pytest.approx(statistics.variance([x for x, _ in pairs]))


@given(ANSWERS)
def test_the_correlation_of_right_is_the_discrimination_of_a_question_of_right_and_wrong(pairs):
    pairs = [(100 * (x > 50), r) for x, r in pairs]
    sums = sums_of(pairs)
    right = Picked(sum(x == 100 for x, _ in pairs), sum(r for x, r in pairs if x == 100))
    found = figures.pick_correlation(right, sums)
    assert found == (None if figures.discrimination(sums) is None else pytest.approx(figures.discrimination(sums)))


def two_groups(right: int, wrong: int, rest: int) -> Sums:
    return sums_of([(100, rest)] * right + [(0, rest)] * wrong)


def test_a_gap_counts_what_belongs_to_the_question_and_not_to_the_group():
    fair = figures.gap(two_groups(30, 30, 5000), two_groups(50, 10, 8300))
    assert fair
    assert fair.points == pytest.approx(-100 / 3)
    assert fair.beyond == pytest.approx(-1 / 3, abs=0.01)
    assert not fair.matters
    harder = figures.gap(two_groups(30, 30, 8300), two_groups(50, 10, 8300))
    assert harder
    assert harder.matters
    error = 100 * math.sqrt(0.25 / 60 + 5 / 36 / 60)
    assert harder.z == pytest.approx(-100 / 3 / error)
    few = figures.gap(two_groups(5, 5, 8300), two_groups(8, 2, 8300))
    assert few
    assert not few.matters
    assert figures.gap(Sums(), harder and two_groups(1, 1, 0)) is None
    alike = figures.gap(two_groups(9, 0, 10), two_groups(9, 0, 10))
    assert alike
    assert (alike.z, alike.matters) == (0, False)


@pytest.mark.parametrize(
    ("right", "rest_right", "rest_wrong", "expected"),
    [
        (97, 8000, 2000, ("easy",)),
        (97, 5000, 5000, ("easy",)),
        (30, 8000, 2000, ("review",)),
        (70, 8000, 2000, ()),
        (70, 2000, 8000, ("key",)),
        (30, 2000, 8000, ("key", "review")),
    ],
)
def test_flags_by_facility_and_discrimination(right, rest_right, rest_wrong, expected):
    sums = sums_of([(100, rest_right)] * right + [(0, rest_wrong)] * (100 - right))
    assert figures.flags(sums, ()) == expected


def test_a_weak_question_wants_a_look():
    pairs = [(100, 5000 + 100 * (n % 7)) for n in range(70)] + [(0, 4950 + 100 * (n % 7)) for n in range(30)]
    assert 0 < (figures.discrimination(sums_of(pairs)) or 0) < 20
    assert figures.flags(sums_of(pairs), ()) == ("review",)


def test_a_wrong_answer_of_those_who_do_better_is_told():
    pairs = [(100, 5000)] * 50 + [(100, 7000)] * 10 + [(0, 9000)] * 20 + [(0, 1000)] * 60
    key = Picked(60, 50 * 5000 + 10 * 7000, right=True)
    better, worse = Picked(20, 20 * 9000, wrong=True), Picked(60, 60 * 1000, wrong=True)
    assert "distractor" in figures.flags(sums_of(pairs), [key, better, worse])
    assert "distractor" not in figures.flags(sums_of(pairs), [key, worse])
    assert "distractor" not in figures.flags(sums_of(pairs), [key, Picked(9, 9 * 9000, wrong=True)])
    assert "distractor" not in figures.flags(sums_of(pairs), [better, worse])


def test_single_choices_stand_for_themselves():
    found = tally([Given("b", 100, 40, 9), Given("a", 0, 3, 4), Given("c", 50, 7, 5), Given("", 0, 2, 1)], "abcd", "b")
    assert list(found) == ["b", "c", "a", ""]
    assert [(one.right, one.wrong) for one in found.values()] == [
        (True, False),
        (False, False),
        (False, True),
        (False, False),
    ]


def test_answers_of_several_choices_are_taken_apart():
    given = [Given("a,c", 100, 40, 400), Given("a", 50, 10, 50), Given("a,b", 0, 5, 5), Given("", 0, 1, 2)]
    found = tally(given, "abcd", "a,c")
    assert found == {
        "a": Picked(55, 455, right=True),
        "c": Picked(40, 400, right=True),
        "b": Picked(5, 5, wrong=True),
        "": Picked(1, 2),
    }
    sorted_into = tally([Given("a:green,b:red", 100, 4, 8), Given("a:red,b:red", 50, 2, 3)], "ab", "a:green,b:red")
    assert {part: one.n for part, one in sorted_into.items()} == {"b:red": 6, "a:green": 4, "a:red": 2}
    assert [part for part, one in sorted_into.items() if one.wrong] == ["a:red"]


def test_an_order_is_told_as_a_whole():
    given = [Given("a,b,c", 100, 7, 8), Given("b,a,c", 33, 2, 3)]
    assert list(tally(given, "abc", "a,b,c")) == ["a,b,c", "b,a,c"]


def test_words_that_few_people_typed_are_not_told_apart():
    given = [
        Given("hello, world", 100, 20, 1),
        Given("my name is Ana", 0, 1, 1),
        Given("hi", 0, 4, 5),
        Given("", 0, 1, 0),
    ]
    found = tally(given, "ab", "hello, world")
    assert {words: one.n for words, one in found.items()} == {"hello, world": 20, "": 1, OTHERS: 5}
    assert not found[OTHERS].wrong


def test_so_many_answers_are_told_apart_and_no_more():
    given = [Given(f"word {n}", 0, 10, n) for n in range(answers.MOST + 3)]
    found = tally(given, "", "")
    assert len(found) == answers.MOST + 1
    assert sum(one.n for one in found.values()) == 10 * len(given)


def gathered(n: int) -> Gathered:
    cells = [
        Cell(1, "b", "en", "staff", 100, 3, n, n * 9000, n * 9000**2),
        Cell(1, "a", "nl", "staff", 0, 3, n, n * 8000, n * 8000**2),
    ]
    outcomes = [Outcome(9000, 80, True, n), Outcome(4000, 80, False, n)]
    return Gathered(cells, outcomes, {1: {10: n, 20: n}}, {100: 2 * n})


def test_nothing_but_the_number_is_kept_below_thirty_answers(question):
    found = computing.computed(gathered(14), {1: question}, 80)
    assert found.quiz["attempts"] == 28
    assert [value for name, value in found.quiz.items() if name not in {"attempts", "passed"} and value] == []
    assert found.quiz["passed"] == 0
    assert {row["answers"] for row in found.questions} == {28, 14}
    silent = ("facility", "discrimination", "median_seconds", "points", "z")
    assert [row[name] for row in found.questions for name in silent if row[name] is not None] == []
    assert (found.picks, found.clauses) == ({}, [])


def test_figures_are_kept_from_thirty_answers_on_and_parts_compared_only_when_both_have_them(question):
    found = computing.computed(gathered(30), {1: question}, 80)
    assert (found.quiz["attempts"], found.quiz["passed"], found.quiz["median_seconds"]) == (60, 30, 100)
    rows = {row["part"]: row for row in found.questions}
    assert set(rows) == {"", "language:en", "language:nl", "tier:staff"}
    assert (rows[""]["facility"], rows[""]["median_seconds"]) == (50, 15)
    assert rows["language:nl"]["points"] == -100
    assert rows["tier:staff"]["points"] is None
    assert "language" in rows[""]["flags"].split()
    half = computing.computed(gathered(20), {1: question}, 80)
    assert {row["part"]: row["facility"] for row in half.questions}["language:nl"] is None
    (clause,) = found.clauses
    assert (clause["code"], clause["answers"], clause["wrong"], clause["sure_and_wrong"]) == ("D2", 60, 30, 30)


@pytest.fixture
def question():
    choices = tuple(ChoiceView(key, 100 * (key == "b"), None, False, {"en": key}, {"en": key}) for key in "abc")
    words = {"stems": {"en": "?"}, "posts": {}, "explanations": {"en": "!"}}
    return QuestionView(1, 1, "first", "single", False, ("D2",), choices=choices, **words)
