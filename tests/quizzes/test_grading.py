"""Marking answers and reaching a verdict."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lms
from lms.base.errors import Invalid
from quizzes.grading import Verdict, verdict
from quizzes.kinds import KINDS
from quizzes.questions import BUCKETS, Answer, ChoiceView, Marked, QuestionView


def question(kind: str, *choices: ChoiceView, red_line: bool = False) -> QuestionView:
    return QuestionView(1, 1, "key", kind, red_line, ("D2",), {}, {}, {}, choices)


def choice(key: str, credit: int = 0, *, crosses: bool = False, bucket: str | None = None) -> ChoiceView:
    return ChoiceView(key, credit, bucket, crosses, {}, {})


SINGLE = (choice("a", crosses=True), choice("b", 100), choice("c", 50), choice("d"))
MULTIPLE = (choice("a", 100), choice("b", crosses=True), choice("c", 100), choice("d"), choice("e", 100))


def buckets(*places: str) -> dict[str, str]:
    return dict(zip("abcde", places, strict=True))


ASKED = QuestionView(1, 1, "q", "single", False, (), {}, {}, {}, SINGLE)
KEY = buckets("green", "red", "amber", "red", "green")
SORT = tuple(choice(key, bucket=bucket) for key, bucket in KEY.items())


def test_every_kind_has_a_page() -> None:
    templates = Path(lms.__file__).parent / "templates" / "quizzes"
    assert all((templates / f"_{kind.layout}.html").exists() for kind in KINDS.values())


@pytest.mark.parametrize(
    ("credits", "crossed", "pass_mark", "expected"),
    [
        ([100] * 8 + [0, 0], 0, 80, Verdict(8000, 0, True)),
        ([100] * 7 + [99, 0, 0], 0, 80, Verdict(7990, 0, False)),
        ([100] * 9 + [0], 1, 80, Verdict(9000, 1, False)),
        ([100] * 10, 0, 100, Verdict(10000, 0, True)),
        ([100] * 9 + [99], 0, 100, Verdict(9990, 0, False)),
        ([100, 100, 0], 0, 67, Verdict(6666, 0, False)),
        ([100, 100, 0], 0, 66, Verdict(6666, 0, True)),
        ([80] * 6 + [79], 0, 80, Verdict(7985, 0, False)),
        ([0], 0, 1, Verdict(0, 0, False)),
        ([], 0, 1, Verdict(0, 0, False)),
        ([100], 1, 1, Verdict(10000, 1, False)),
    ],
)
def test_a_verdict_rounds_down_and_needs_every_red_line(
    credits: list[int], crossed: int, pass_mark: int, expected: Verdict
) -> None:
    marks = [Marked(credit, place < crossed) for place, credit in enumerate(reversed(credits))]
    assert verdict(marks, pass_mark) == expected


def test_79_99_percent_fails_at_80() -> None:
    marks = [Marked(80, False)] * 99 + [Marked(79, False)]
    assert verdict(marks, 80) == Verdict(7999, 0, False)


@pytest.mark.parametrize(
    ("kind", "choices", "answer", "credit", "crossed"),
    [
        ("single", SINGLE, {"choice": "b"}, 100, False),
        ("single", SINGLE, {"choice": "c"}, 50, False),
        ("single", SINGLE, {"choice": "d"}, 0, False),
        ("single", SINGLE, {"choice": "a"}, 0, True),
        ("single", SINGLE, None, 0, True),
        ("scenario", SINGLE, {"choice": "a"}, 0, True),
        ("truefalse", (choice("true"), choice("false", 100)), {"choice": "false"}, 100, False),
        ("truefalse", (choice("true", crosses=True), choice("false", 100)), {"choice": "true"}, 0, True),
        ("multiple", MULTIPLE, {"choices": ["a", "c", "e"]}, 100, False),
        ("multiple", MULTIPLE, {"choices": ["a"]}, 33, False),
        ("multiple", MULTIPLE, {"choices": ["a", "d"]}, 0, False),
        ("multiple", MULTIPLE, {"choices": ["a", "c", "d", "e"]}, 50, False),
        ("multiple", MULTIPLE, {"choices": ["a", "b", "c", "e"]}, 50, True),
        ("multiple", MULTIPLE, {"choices": ["a", "b", "c", "d", "e"]}, 0, True),
        ("multiple", MULTIPLE, {"choices": []}, 0, True),
        ("sort", SORT, {"buckets": KEY}, 100, False),
        ("sort", SORT, {"buckets": KEY | {"b": "amber"}}, 80, False),
        ("sort", SORT, {"buckets": KEY | {"b": "green"}}, 80, True),
        ("sort", SORT, {"buckets": {"a": "green"}}, 20, True),
        ("sort", SORT, None, 0, True),
    ],
)
def test_red_line_questions_are_marked(
    kind: str, choices: tuple[ChoiceView, ...], answer: Answer | None, credit: int, crossed: bool
) -> None:
    assert KINDS[kind].mark(question(kind, *choices, red_line=True), answer) == Marked(credit, crossed)


@pytest.mark.parametrize(("kind", "choices"), [("single", SINGLE[1:]), ("multiple", MULTIPLE), ("sort", SORT)])
def test_an_open_question_earns_nothing_and_crosses_only_a_red_line(kind: str, choices: tuple[ChoiceView, ...]) -> None:
    assert KINDS[kind].mark(question(kind, *choices), None) == Marked(0, False)
    assert KINDS[kind].mark(question(kind, *choices, red_line=True), None) == Marked(0, True)


def test_a_red_statement_sorted_green_crosses_in_a_red_line_question_only() -> None:
    answer = {"buckets": dict.fromkeys("abcde", "green")}
    assert not KINDS["sort"].mark(question("sort", *SORT), answer).crossed
    assert KINDS["sort"].mark(question("sort", *SORT, red_line=True), answer).crossed


@pytest.mark.parametrize(
    ("kind", "fields", "answer"),
    [
        ("single", {"answer": ["2"]}, {"choice": "a"}),
        ("single", {}, None),
        ("multiple", {"answer": ["2", "1", "2"]}, {"choices": ["a", "c"]}),
        ("multiple", {}, {"choices": []}),
        ("sort", {"answer-1": ["red"], "answer-3": ["green"]}, {"buckets": {"b": "green", "c": "red"}}),
        ("sort", {}, None),
    ],
)
def test_an_answer_is_read_by_place_on_the_paper(
    kind: str, fields: dict[str, list[str]], answer: Answer | None
) -> None:
    assert KINDS[kind].parse(ASKED, fields, ["c", "a", "b"], None) == answer


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("single", {"answer": ["4"]}),
        ("single", {"answer": ["0"]}),
        ("single", {"answer": ["-1"]}),
        ("single", {"answer": ["c"]}),
        ("single", {"answer": ["٣"]}),
        ("single", {"answer": ["9" * 5000]}),
        ("single", {"answer": [""]}),
        ("multiple", {"answer": ["1", "7"]}),
        ("sort", {"answer-1": ["blue"]}),
        ("sort", {"answer-4": ["red"]}),
        ("sort", {"answer-x": ["red"]}),
    ],
)
def test_a_choice_that_is_not_offered_is_refused(kind: str, fields: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid):
        KINDS[kind].parse(ASKED, fields, ["c", "a", "b"], None)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("single", {"choice": "z"}),
        ("single", {}),
        ("single", {"choice": "b", "more": 1}),
        ("multiple", {"choices": "a"}),
        ("multiple", {"choices": ["c", "a"]}),
        ("multiple", {"choices": ["a", "a"]}),
        ("sort", {"buckets": {"z": "red"}}),
        ("sort", {"buckets": {"a": "blue"}}),
        ("sort", {"buckets": []}),
    ],
)
def test_an_answer_of_another_shape_is_refused(kind: str, answer: Answer) -> None:
    choices = {"single": SINGLE, "multiple": MULTIPLE, "sort": SORT}[kind]
    with pytest.raises(Invalid):
        KINDS[kind].validate(question(kind, *choices), answer)


credits = st.integers(0, 100)
marks = st.lists(st.builds(Marked, credits, st.booleans()), max_size=30)
pass_marks = st.integers(1, 100)


@given(marks, pass_marks, st.randoms())
def test_the_order_of_marks_never_matters(all_marks: list[Marked], pass_mark: int, chance: object) -> None:
    shuffled = list(all_marks)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert verdict(shuffled, pass_mark) == verdict(all_marks, pass_mark)


@given(st.lists(st.builds(Marked, credits, st.booleans()), min_size=1, max_size=30), pass_marks, st.data())
def test_more_credit_never_lowers_a_verdict(all_marks: list[Marked], pass_mark: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(all_marks) - 1))
    better = list(all_marks)
    better[place] = Marked(data.draw(st.integers(all_marks[place].credit, 100)), False)
    before, after = verdict(all_marks, pass_mark), verdict(better, pass_mark)
    assert after.percent_hundredths >= before.percent_hundredths
    assert after.passed >= before.passed


@given(marks, pass_marks)
def test_a_pass_is_truly_reached(all_marks: list[Marked], pass_mark: int) -> None:
    result = verdict(all_marks, pass_mark)
    assert 0 <= result.percent_hundredths <= 10000
    if result.passed:
        assert sum(mark.credit for mark in all_marks) >= pass_mark * len(all_marks)
        assert not any(mark.crossed for mark in all_marks)


some_right = st.lists(st.booleans(), min_size=2, max_size=8).filter(lambda rights: any(rights) and not all(rights))


@given(some_right, st.data())
def test_ticking_one_more_right_answer_never_lowers(rights: list[bool], data: st.DataObject) -> None:
    asked = question("multiple", *(choice(chr(97 + i), 100 if right else 0) for i, right in enumerate(rights)))
    chosen = data.draw(st.sets(st.sampled_from(sorted(asked.keys))))
    one_more = data.draw(st.sampled_from([found.key for found in asked.choices if found.credit]))
    before = KINDS["multiple"].mark(asked, {"choices": sorted(chosen)}).credit
    after = KINDS["multiple"].mark(asked, {"choices": sorted(chosen | {one_more})}).credit
    assert 0 <= before <= after <= 100


@given(st.dictionaries(st.sampled_from("abcde"), st.sampled_from(BUCKETS)), st.sampled_from("abcde"))
def test_sorting_one_more_right_never_lowers(sorted_so_far: dict[str, str], key: str) -> None:
    asked = question("sort", *SORT, red_line=True)
    before = KINDS["sort"].mark(asked, {"buckets": sorted_so_far})
    after = KINDS["sort"].mark(asked, {"buckets": sorted_so_far | {key: asked.choice(key).bucket}})
    assert 0 <= before.credit <= after.credit <= 100
    assert after.crossed <= before.crossed
