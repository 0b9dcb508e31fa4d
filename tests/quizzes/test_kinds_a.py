"""Matching, ordering, short answers and numbers: reading them, marking them, and keeping their key to themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Invalid
from lms.people.models import Person
from quizzes import papers
from quizzes.attempt_models import Attempt, Response
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Line
from quizzes.kinds.readings import readings, written
from quizzes.kinds.variants import distance, fold, is_near
from quizzes.papers import Item
from quizzes.questions import Answer, ChoiceView, Matter, QuestionView
from tests.make import Make, People
from tests.quizzes.makers import fields
from tests.support.client import Client

MINE = ("matching", "ordering", "short", "number")


def choice(key: str, text: str = "", partner: str = "", credit: int = 100, **more: Any) -> ChoiceView:
    texts = {"en": text, "nl": f"{text} (nl)"} if text else {}
    partners = {"en": partner, "nl": f"{partner} (nl)"} if partner else {}
    return ChoiceView(key, credit, None, more.pop("crosses", False), texts, {}, partners, **more)


def question(kind: str, *choices: ChoiceView, red_line: bool = False, **options: str) -> QuestionView:
    return QuestionView(1, 1, "key", kind, red_line, ("D2",), {"en": "?"}, {}, {}, choices, options)


def accepted(*variants: str, credit: int = 100, key: str = "a", crosses: bool = False) -> ChoiceView:
    return ChoiceView(key, credit, None, crosses, {"en": "\n".join(variants)}, {})


MATCHING = question(
    "matching",
    choice("a", "A journalist calls", "The press desk"),
    choice("b", "A customer complains", "Customer care"),
    choice("c", "A colleague is threatened", "Security"),
    choice("d", "", "The board", credit=0, rule="extra"),
)
ORDERING = question("ordering", *(choice(key, f"Step {key}") for key in "abcd"))
SHORT = question(
    "short",
    accepted("own opinion", "personal opinion"),
    accepted("mening", credit=50, key="b"),
    accepted("own opinions of ACME", credit=0, key="c", crosses=True),
)
NUMBER = question("number", choice("a", "days"), value="30", tolerance="0.5", half_tolerance="2")
ALL = {"matching": MATCHING, "ordering": ORDERING, "short": SHORT, "number": NUMBER}


def paper(asked: QuestionView, seed: int = 1) -> Item:
    """The question on a paper."""
    order = KINDS[asked.kind].order([choice.key for choice in asked.choices], Random(seed))
    return Item(1, 1, asked, order, None, None)


def sent(item: Item, answer: Answer) -> dict[str, list[str]]:
    return {name: [values] if isinstance(values, str) else values for name, values in fields(item, answer).items()}


def read(item: Item, answer: Answer) -> Answer | None:
    """The answer after a way through the form."""
    return item.kind.parse(item.question, sent(item, answer), item.order, None)


# Marking, as tables


@pytest.mark.parametrize(
    ("pairs", "credit"),
    [
        ({"a": "a", "b": "b", "c": "c"}, 100),
        ({"a": "a", "b": "b", "c": "d"}, 66),
        ({"a": "a", "b": "b"}, 66),
        ({"a": "a", "b": "a", "c": "a"}, 33),
        ({"a": "b", "b": "c", "c": "a"}, 0),
        ({}, 0),
    ],
)
def test_each_right_pair_earns_its_share(pairs: dict[str, str], credit: int) -> None:
    assert KINDS["matching"].mark(MATCHING, {"pairs": pairs}).credit == credit


def test_partners_that_read_the_same_count_alike() -> None:
    asked = question(
        "matching",
        choice("a", "A complaint", "Customer care"),
        choice("b", "A question", "Customer care"),
        choice("c", "A threat", "Security"),
    )
    kind = KINDS["matching"]
    crosswise = {"pairs": {"a": "b", "b": "a", "c": "c"}}
    assert kind.mark(asked, crosswise).credit == 100
    assert kind.picked(asked, crosswise) == kind.picked(asked, kind.best(asked))
    item = paper(asked)
    assert len(kind.more(asked, item.order, None)["partners"]) == 2
    shown = {option.texts["en"]: option.bucket for option in kind.show(asked, item.order, crosswise)}
    assert shown["A complaint"] == shown["A question"] != shown["A threat"] != ""


@pytest.mark.parametrize(
    ("order", "credit"),
    [
        (["a", "b", "c", "d"], 100),
        (["b", "a", "c", "d"], 66),
        (["a", "c", "b", "d"], 66),
        (["d", "a", "b", "c"], 0),
        (["b", "a", "d", "c"], 33),
        (["d", "c", "b", "a"], 0),
        (["a", "b", "", ""], 16),
        (["a", "", "c", "d"], 50),
        ([], 0),
    ],
)
def test_two_lines_in_order_earn_and_in_disorder_cost(order: list[str], credit: int) -> None:
    assert KINDS["ordering"].mark(ORDERING, {"order": order}).credit == credit


def test_an_order_with_gaps_leaves_the_question_open() -> None:
    red = replace(ORDERING, red_line=True)
    assert not KINDS["ordering"].answered(red, {"order": ["a", "", "c", "d"]})
    assert KINDS["ordering"].mark(red, {"order": ["a", "", "c", "d"]}).crossed
    assert not KINDS["ordering"].mark(red, {"order": ["a", "b", "d", "c"]}).crossed


@pytest.mark.parametrize("count", range(2, 9))
def test_a_paper_never_begins_with_the_right_order(count: int) -> None:
    keys = list("abcdefgh"[:count])
    assert all(KINDS["ordering"].order(keys, Random(seed)) != tuple(keys) for seed in range(200))
    assert KINDS["ordering"].order(keys, Random(7)) == KINDS["ordering"].order(keys, Random(7))


@pytest.mark.parametrize(
    ("typed", "options", "credit"),
    [
        ("own opinion", {}, 100),
        ("  Own   OPINION. ", {}, 100),
        ("“own opinion”", {}, 100),
        ("ówn öpinion", {}, 100),
        ("own opinoin", {}, 100),
        ("own opinoin", {"near": "half"}, 50),
        ("own opinoin", {"errors": "0"}, 0),
        ("own opnioin", {"errors": "1"}, 0),
        ("own opnioin", {"errors": "2"}, 0),
        ("prsonal opnion", {}, 0),
        ("prsonal opnion", {"errors": "2"}, 100),
        ("wn opinion", {"errors": "2"}, 0),
        ("personal opinion", {}, 100),
        ("mening", {}, 50),
        ("menin", {"near": "half"}, 25),
        ("Own opinion", {"case": "yes"}, 0),
        ("Own opinion", {"case": "yes", "errors": "2"}, 0),
        ("own opinión", {"accents": "yes", "errors": "0"}, 0),
        ("own opinion", {"accents": "yes", "errors": "0"}, 100),
        ("ｏｗｎ ｏｐｉｎｉｏｎ", {}, 100),
        ("own opi\u200bnion", {}, 100),
        ("own opinions of acme", {"errors": "2"}, 0),
        ("opinion", {}, 0),
        ("", {}, 0),
    ],
)
def test_a_short_answer_is_compared_as_the_question_says(typed: str, options: dict[str, str], credit: int) -> None:
    asked = replace(SHORT, options=options)
    answer = KINDS["short"].parse(asked, {"answer": [typed]}, (), None)
    assert answer is not None
    assert KINDS["short"].fits(asked, answer)
    assert KINDS["short"].mark(asked, answer).credit == credit


def test_an_answer_listed_as_wrong_is_never_taken_for_a_typing_error() -> None:
    asked = question("short", accepted("legal advice"), accepted("regal advice", credit=0, key="b", crosses=True))
    assert KINDS["short"].mark(asked, {"text": "Regal advice"}) == KINDS["short"].mark(asked, {"text": "regal advice"})
    assert KINDS["short"].mark(asked, {"text": "regal advice"}).credit == 0
    assert KINDS["short"].mark(asked, {"text": "regal advice"}).crossed
    assert KINDS["short"].mark(asked, {"text": "lgal advice"}).credit == 100


def test_variants_of_every_language_are_accepted() -> None:
    texts = {"en": "the hub\nsocial media hub", "nl": "het sociale-mediateam", "fr": "l’équipe médias sociaux"}
    asked = question("short", ChoiceView("a", 100, None, False, texts, {}))
    for typed in ("The hub", "Het sociale‑mediateam", "l'equipe medias sociaux"):
        assert KINDS["short"].mark(asked, {"text": typed}).credit == 100
    assert KINDS["short"].right(asked) == [Line({"en": "the hub", "nl": texts["nl"], "fr": texts["fr"]})]


@pytest.mark.parametrize(
    ("one", "other", "most", "expected"),
    [
        ("disclose", "disclose", 0, 0),
        ("dislcose", "disclose", 1, 1),
        ("disclse", "disclose", 1, 1),
        ("disclosee", "disclose", 1, 1),
        ("disklose", "disclose", 1, 1),
        ("dislcosee", "disclose", 1, None),
        ("dislcosee", "disclose", 2, 2),
        ("ca", "abc", 3, 3),
        ("", "abc", 3, 3),
        ("abc", "", 2, None),
    ],
)
def test_typing_errors_are_counted(one: str, other: str, most: int, expected: int | None) -> None:
    assert distance(one, other, most) == expected


@pytest.mark.parametrize(
    ("typed", "accepted_text", "errors", "near"),
    [
        ("trnsparency", "transparency", 1, True),
        ("trnsparncy", "transparency", 1, False),
        ("trnsparncy", "transparency", 2, True),
        ("leagl", "legal", 1, True),
        ("illegal", "legal", 2, False),
        ("regla", "legal", 2, False),
        ("nay", "may", 2, False),
        ("article 12345", "article 12346", 2, False),
        ("say who you are", "say who you aree", 2, False),
        ("say your name", "say your name please", 2, False),
    ],
)
def test_only_long_words_may_hold_an_error(typed: str, accepted_text: str, errors: int, near: bool) -> None:
    assert is_near(typed, accepted_text, errors) is near


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("12", ["12"]),
        (" -3 ", ["-3"]),
        ("−3", ["-3"]),
        ("+4", ["4"]),
        ("1.234,5", ["1234.5"]),
        ("1,234.5", ["1234.5"]),
        ("1 234,5", ["1234.5"]),
        ("1\u202f234,5", ["1234.5"]),
        ("1’234", ["1234"]),
        ("1,234", ["1.234", "1234"]),
        ("1.234", ["1.234", "1234"]),
        ("0,234", ["0.234"]),
        ("1234,567", ["1234.567"]),
        ("1.234.567", ["1234567"]),
        ("½", ["0.5"]),
        ("1½", ["1.5"]),
        ("3 1/4", ["3.25"]),
        ("2/6", ["1/3"]),
        (".5", ["0.5"]),
        ("5.", ["5"]),
        *((text, []) for text in ("", ".", "-", "1/0", "1e5", "NaN", "inf", "--3", "12 34", "1.2.3", "²", "twelve")),
        *((text, []) for text in ("0x10", "1_000", "9" * 400, "1,23,456", "1,234.567,8")),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, values: list[str]) -> None:
    assert sorted(map(written, readings(typed))) == values


@pytest.mark.parametrize(
    ("typed", "credit", "picked"),
    [
        ("30", 100, "30"),
        ("30 days", 100, "30"),
        ("30,5", 100, "30.5"),
        ("30.51", 50, "30.51"),
        ("28", 50, "28"),
        ("32", 50, "32"),
        ("32.000000000000000000000000000001", 0, "32.000000000000000000000000000001"),
        ("-30", 0, "-30"),
        ("30.000", 100, "30"),
        ("30,000", 100, "30"),
        ("60/2", 100, "30"),
        ("", 0, ""),
    ],
)
def test_a_number_counts_within_its_tolerance(typed: str, credit: int, picked: str) -> None:
    answer = KINDS["number"].parse(NUMBER, {"answer": [typed]}, (), None)
    assert answer is not None
    assert KINDS["number"].fits(NUMBER, answer)
    assert KINDS["number"].mark(NUMBER, answer).credit == credit
    assert KINDS["number"].picked(NUMBER, answer) == picked


def test_a_number_that_can_be_read_in_two_ways_counts_by_the_right_one() -> None:
    for value in ("1234", "1.2340"):
        asked = question("number", value=value, tolerance="0", half_tolerance="")
        assert KINDS["number"].mark(asked, {"number": "1,234"}).credit == 100
        assert KINDS["number"].mark(asked, {"number": "1.234"}).credit == 100


def test_a_number_is_never_rounded() -> None:
    asked = question("number", value="0.3", tolerance="0.1", half_tolerance="0.2")
    marks = {typed: KINDS["number"].mark(asked, {"number": typed}).credit for typed in ("0.2", "0.4", "0.1", "0.5")}
    assert marks == {"0.2": 100, "0.4": 100, "0.1": 50, "0.5": 50}


# Reading forms


@pytest.mark.parametrize(
    ("kind", "sent_fields"),
    [
        ("matching", {"answer-1": ["1"]}),
        ("matching", {"answer-1": ["99"]}),
        ("matching", {"answer-9": ["5"]}),
        ("matching", {"answer-5": ["5"]}),
        ("matching", {"answer-1": ["d"]}),
        ("matching", {"answer-1": ["9" * 5000]}),
        ("ordering", {"answer-1": ["5"]}),
        ("ordering", {"answer-1": ["0"]}),
        ("ordering", {"answer-1": ["١"]}),
        ("ordering", {"answer-7": ["1"]}),
        ("ordering", {"answer-1": ["2"], "answer-2": ["2"]}),
        ("short", {"answer": ["a" * 201]}),
        ("short", {"answer": ["a" * 1_000_000]}),
        ("number", {"answer": ["thirty"]}),
        ("number", {"answer": ["30 hours"]}),
        ("number", {"answer": ["NaN"]}),
        ("number", {"answer": ["Infinity"]}),
        ("number", {"answer": ["1" * 400]}),
        ("number", {"answer": ["1" * 1_000_000]}),
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_a_sentence(kind: str, sent_fields: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid) as refused:
        KINDS[kind].parse(ALL[kind], sent_fields, paper(ALL[kind]).order, None)
    assert refused.value.message.endswith(".")
    assert len(refused.value.message) < 200


def test_places_given_twice_are_named_and_shown_again() -> None:
    item = paper(ORDERING)
    doubled = {"answer-1": ["2"], "answer-2": ["2"], "answer-3": [""], "answer-4": ["1"]}
    with pytest.raises(Invalid, match="Two lines have place 2"):
        item.kind.parse(ORDERING, doubled, item.order, None)
    draft = item.kind.draft(ORDERING, doubled, item.order)
    assert [option.bucket for option in item.kind.show(ORDERING, item.order, draft)] == ["2", "2", "", "1"]


@pytest.mark.parametrize("kind", ["short", "number"])
def test_what_was_typed_and_refused_is_shown_again(kind: str) -> None:
    typed = "x" * 300
    draft = KINDS[kind].draft(ALL[kind], {"answer": [typed]}, ())
    assert KINDS[kind].more(ALL[kind], (), draft)["text"] == typed


@pytest.mark.parametrize(
    ("kind", "sent_fields", "answer"),
    [
        ("matching", {}, None),
        ("matching", {"answer-1": [""], "answer-2": [""]}, {"pairs": {}}),
        ("ordering", {}, None),
        ("ordering", {f"answer-{number}": [""] for number in range(1, 5)}, {"order": []}),
        ("short", {}, None),
        ("short", {"answer": ["  "]}, {"text": ""}),
        ("short", {"answer": ["\x00\n\u202e"]}, {"text": ""}),
        ("number", {}, None),
        ("number", {"answer": [" "]}, {"number": ""}),
    ],
)
def test_an_answer_can_be_left_open_and_taken_back(
    kind: str, sent_fields: dict[str, list[str]], answer: Answer | None
) -> None:
    asked = ALL[kind]
    order = list("abcd") if kind == "ordering" else paper(asked).order
    if kind == "matching":
        order = ["a", "b", "c", "d", "=a", "=b", "=c", "=d"]
    found = KINDS[kind].parse(asked, sent_fields, order, None)
    assert found == answer
    assert not KINDS[kind].answered(asked, found)
    assert found is None or KINDS[kind].fits(asked, found)
    assert KINDS[kind].mark(asked, found).credit == 0


json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=4) | st.sampled_from("abcd"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcdz"), inner, max_size=4),
)


@pytest.mark.parametrize("kind", MINE)
@given(st.dictionaries(st.sampled_from(["pairs", "order", "text", "number", "more"]), json, max_size=2))
def test_any_answer_is_either_refused_or_marked(kind: str, answer: Answer) -> None:
    asked = ALL[kind]
    if KINDS[kind].fits(asked, answer):
        assert 0 <= KINDS[kind].mark(asked, answer).credit <= 100
        assert isinstance(KINDS[kind].picked(asked, answer), str)
        assert all(line.texts or line.words for line in KINDS[kind].given(asked, answer))
    else:
        with pytest.raises(Invalid):
            KINDS[kind].validate(asked, answer)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("matching", {"pairs": {"d": "a"}}),
        ("matching", {"pairs": {"a": "z"}}),
        ("matching", {"pairs": {"a": ["a"]}}),
        ("matching", {"pairs": [["a", "a"]]}),
        ("matching", {"pairs": {}, "more": 1}),
        ("ordering", {"order": ["a", "b", "c"]}),
        ("ordering", {"order": ["a", "b", "c", "c"]}),
        ("ordering", {"order": ["a", "b", "c", "z"]}),
        ("ordering", {"order": ["", "", "", ""]}),
        ("ordering", {"order": "abcd"}),
        ("ordering", {"order": [["a"], "b", "c", "d"]}),
        ("short", {"text": " own opinion"}),
        ("short", {"text": "own\nopinion"}),
        ("short", {"text": "a" * 201}),
        ("short", {"text": "a\x00"}),
        ("short", {"text": None}),
        ("number", {"number": 30}),
        ("number", {"number": "NaN"}),
        ("number", {"number": "1" * 41}),
        ("number", {"number": " 30"}),
        *((kind, {}) for kind in MINE),
    ],
)
def test_an_answer_of_another_shape_is_refused(kind: str, answer: Answer) -> None:
    assert not KINDS[kind].fits(ALL[kind], answer)


# Properties

words = st.text("abcdefghij klmno", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)


@st.composite
def matchings(draw: st.DrawFn) -> QuestionView:
    lefts = draw(st.lists(words, min_size=2, max_size=6, unique_by=str.casefold))
    pairs = [choice(chr(97 + at), left, draw(words)) for at, left in enumerate(lefts)]
    extras = [choice(chr(110 + at), "", draw(words), 0, rule="extra") for at in range(draw(st.integers(0, 3)))]
    return question("matching", *draw(st.permutations(pairs + extras)))


orderings = st.integers(3, 8).map(lambda n: question("ordering", *(choice(key, key) for key in "abcdefgh"[:n])))


@st.composite
def shorts(draw: st.DrawFn) -> QuestionView:
    variants = draw(st.lists(words, min_size=1, max_size=6, unique_by=fold))
    credits = [100, *(draw(st.sampled_from([0, 50, 100])) for _ in variants[1:])]
    choices = [
        accepted(one, credit=credit, key=chr(97 + at))
        for at, (one, credit) in enumerate(zip(variants, credits, strict=True))
    ]
    options = {"errors": draw(st.sampled_from("012")), "near": draw(st.sampled_from(["full", "half"]))}
    return question("short", *draw(st.permutations(choices)), **options)


decimals = st.decimals(-10_000, 10_000, places=2).map(str)
sizes = st.decimals(0, 100, places=2)


@st.composite
def numbers(draw: st.DrawFn) -> QuestionView:
    full, more = draw(sizes), draw(sizes)
    half = draw(st.sampled_from(["", str(full + more)]))
    return question("number", value=draw(decimals), tolerance=str(full), half_tolerance=half)


@st.composite
def answers(draw: st.DrawFn, asked: QuestionView) -> Answer:
    """Any answer that the form can give."""
    keys = [choice.key for choice in asked.choices]
    if asked.kind == "matching":
        lefts = [choice.key for choice in asked.choices if choice.rule != "extra"]
        pairs = draw(st.dictionaries(st.sampled_from(lefts), st.sampled_from(keys)))
        return {"pairs": dict(sorted(pairs.items()))}
    if asked.kind == "ordering":
        put = draw(st.permutations(keys))
        gaps = draw(st.sets(st.sampled_from(keys)))
        found = ["" if key in gaps else key for key in put]
        return {"order": found if any(found) else []}
    if asked.kind == "short":
        return {"text": draw(words | st.sampled_from([choice.texts["en"] for choice in asked.choices]))}
    return {"number": draw(decimals)}


questions = matchings() | orderings | shorts() | numbers()
asked_and_answered = questions.flatmap(lambda asked: st.tuples(st.just(asked), answers(asked)))


@given(asked_and_answered)
def test_a_mark_lies_between_nothing_and_all(both: tuple[QuestionView, Answer]) -> None:
    asked, answer = both
    kind = KINDS[asked.kind]
    assert kind.fits(asked, answer)
    assert 0 <= kind.mark(asked, answer).credit <= 100 == kind.mark(asked, kind.best(asked)).credit


@given(asked_and_answered, st.integers(0, 99), st.integers(0, 99))
def test_the_order_on_a_paper_never_matters(both: tuple[QuestionView, Answer], one: int, other: int) -> None:
    asked, answer = both
    assert read(paper(asked, one), answer) == read(paper(asked, other), answer)


@given(asked_and_answered, st.randoms())
def test_the_order_in_which_choices_were_written_matters_only_where_it_is_the_key(
    both: tuple[QuestionView, Answer], chance: Random
) -> None:
    asked, answer = both
    if asked.kind != "ordering":
        choices = list(asked.choices)
        chance.shuffle(choices)
        again = replace(asked, choices=tuple(choices))
        assert KINDS[asked.kind].mark(again, answer) == KINDS[asked.kind].mark(asked, answer)


@given(questions, st.integers(0, 99))
def test_the_best_answer_comes_through_the_form_unchanged(asked: QuestionView, seed: int) -> None:
    item = paper(asked, seed)
    best = item.kind.best(asked)
    assert item.kind.fits(asked, best)
    assert read(item, best) == best
    assert item.kind.answered(asked, best)
    assert item.kind.picked(asked, best)
    assert item.kind.picked_lines(asked, item.kind.picked(asked, best))


@given(matchings().flatmap(lambda asked: st.tuples(st.just(asked), answers(asked))), st.data())
def test_one_more_right_pair_never_lowers(both: tuple[QuestionView, Answer], data: st.DataObject) -> None:
    asked, answer = both
    key = data.draw(st.sampled_from([choice.key for choice in asked.choices if choice.rule != "extra"]))
    better = {"pairs": answer["pairs"] | {key: key}}
    assert KINDS["matching"].mark(asked, better).credit >= KINDS["matching"].mark(asked, answer).credit


@given(orderings.flatmap(lambda asked: st.tuples(st.just(asked), st.permutations([one.key for one in asked.choices]))))
def test_each_step_towards_the_right_order_never_lowers(both: tuple[QuestionView, Sequence[str]]) -> None:
    asked, put = both
    kind, order = KINDS["ordering"], list(put)
    before = kind.mark(asked, {"order": list(order)}).credit
    while order != sorted(order):
        at = next(at for at in range(len(order)) if order[at] > order[at + 1])
        order[at : at + 2] = order[at + 1], order[at]
        after = kind.mark(asked, {"order": list(order)}).credit
        assert after >= before
        before = after
    assert before == 100


@given(shorts(), words, words)
def test_accepting_one_more_answer_never_lowers(asked: QuestionView, typed: str, variant: str) -> None:
    more = replace(asked, choices=(*asked.choices, accepted(variant, key="z")))
    assert KINDS["short"].mark(more, {"text": typed}).credit >= KINDS["short"].mark(asked, {"text": typed}).credit


@given(numbers(), st.integers(-500, 500), st.integers(-500, 500))
def test_nearer_never_earns_less(asked: QuestionView, one: int, other: int) -> None:
    value = next(iter(readings(asked.options["value"])))
    near, far = sorted((one, other), key=abs)
    marks = [KINDS["number"].mark(asked, {"number": written(value + off)}).credit for off in (near, far)]
    assert marks[0] >= marks[1]


# Keeping the key


def page(item: Item, answer: Answer | None = None) -> str:
    return repr((item.kind.show(item.question, item.order, answer), item.kind.more(item.question, item.order, answer)))


def test_what_is_shown_is_the_same_whatever_is_right() -> None:
    turned = replace(
        MATCHING,
        choices=tuple(
            replace(one, partners=other.partners)
            for one, other in zip(MATCHING.choices, (*MATCHING.choices[1:], MATCHING.choices[0]), strict=True)
        ),
    )
    turned = replace(turned, choices=tuple(replace(one, rule=None, credit=100) for one in turned.choices))
    ours = Item(1, 1, MATCHING, ("b", "c", "a", "d", "=d", "=a", "=c", "=b"), None, None)
    theirs = Item(1, 1, turned, ("b", "c", "a", "d", "=c", "=d", "=b", "=a"), None, None)
    assert page(ours) == page(theirs)
    other_way = replace(ORDERING, choices=ORDERING.choices[::-1])
    assert page(Item(1, 1, ORDERING, ("c", "a", "b", "d"), None, None)) == page(
        Item(1, 1, other_way, ("c", "a", "b", "d"), None, None)
    )


@pytest.mark.parametrize(("kind", "secrets"), [("short", ("opinion", "mening")), ("number", ("30", "0.5"))])
def test_a_typed_answer_gives_nothing_away(kind: str, secrets: tuple[str, ...]) -> None:
    assert not any(secret in page(paper(ALL[kind])) for secret in secrets)


# What authors are told


def matter(asked: QuestionView, **changed: Any) -> Matter:
    return Matter(changed.get("choices", asked.choices), changed.get("options", asked.options))


@pytest.mark.parametrize("kind", MINE)
def test_a_good_question_has_no_fault(kind: str) -> None:
    assert KINDS[kind].fault(matter(ALL[kind])) == ""


@pytest.mark.parametrize(
    ("kind", "changed", "sentence"),
    [
        ("matching", {"choices": MATCHING.choices[2:]}, "at least two pairs"),
        ("matching", {"choices": (*MATCHING.choices, choice("e", "Left", ""))}, "what stands on the right"),
        ("matching", {"choices": (*MATCHING.choices, choice("e", "", "Right"))}, "words on the left"),
        ("matching", {"choices": (*MATCHING.choices, choice("e", "Left", "Right", rule="extra"))}, "left side empty"),
        ("matching", {"choices": (*MATCHING.choices, choice("e", "A journalist calls", "Me"))}, "say the same"),
        ("ordering", {"choices": (*ORDERING.choices, choice("e", "Step a"))}, "say the same"),
        ("short", {"choices": SHORT.choices[1:]}, "at least one answer that it is right"),
        ("short", {"choices": (*SHORT.choices, accepted(" ", key="z"))}, "words that are accepted"),
        ("short", {"choices": (*SHORT.choices, accepted("x" * 201, key="z"))}, "longer than the 200 letters"),
        ("short", {"choices": (*SHORT.choices, accepted("Mening!", key="z"))}, "“mening” stands in two answers"),
        ("short", {"choices": (accepted("a", crosses=True),)}, "cannot be right"),
        ("number", {"options": {"value": ""}}, "Write the right number"),
        ("number", {"options": {"value": "1,234"}}, "reads one way only"),
        ("number", {"options": {"value": "30", "tolerance": "-1"}}, "from 0 up"),
        ("number", {"options": {"value": "30", "tolerance": "2", "half_tolerance": "1"}}, "reach further"),
    ],
)
def test_a_fault_is_said_in_a_sentence(kind: str, changed: Mapping[str, Any], sentence: str) -> None:
    assert sentence in KINDS[kind].fault(matter(ALL[kind], **changed))


# On the page of an attempt


@pytest.fixture
def attempt(make: Make, people: People) -> Attempt:
    """Alice's attempt at a quiz of these four."""
    return make.attempt(people.alice, make.quiz_of(*ALL.values()))


Enter = Callable[[Person], Client]


def test_a_paper_with_all_four_is_answered_and_passed(
    session: Session, attempt: Attempt, people: People, client_for: Enter
) -> None:
    client = client_for(people.alice)
    for item in papers.items(session, attempt):
        sheet = client.get(f"/attempts/{attempt.id}?question={item.position}").text
        assert "SECRET" not in sheet
        form = {"question": item.position, "revision": attempt.revision, "go": "", "certainty": "2"}
        reply = client.submit(f"/attempts/{attempt.id}", form | fields(item, item.kind.best(item.question)))
        assert reply.status_code == 303
        session.expire_all()
    assert all(item.answered and item.certainty == 2 for item in papers.items(session, attempt))
    client.submit(f"/attempts/{attempt.id}/submit")
    assert "You passed, Alice" in client.get(f"/attempts/{attempt.id}").text


def test_a_refused_answer_is_shown_again_with_the_reason(
    session: Session, attempt: Attempt, people: People, client_for: Enter
) -> None:
    client = client_for(people.alice)
    items = {item.question.kind: item for item in papers.items(session, attempt)}
    for kind, typed, sentence in (
        ("number", "thirty", "“thirty” is not a number."),
        ("short", "z" * 201, "An answer may have 200 letters, and yours has 201."),
    ):
        form = {"question": items[kind].position, "revision": 0, "go": "", "answer": typed}
        reply = client.submit(f"/attempts/{attempt.id}", form)
        assert reply.status_code == 422
        assert sentence in reply.text
        assert f'value="{typed}"' in reply.text
    assert session.scalar(select(Response.id)) is None


def test_a_script_is_told_the_reason(session: Session, attempt: Attempt, people: People, client_for: Enter) -> None:
    item = next(item for item in papers.items(session, attempt) if item.question.kind == "number")
    form = {"question": item.position, "revision": 0, "answer": "1e5"}
    reply = client_for(people.alice).submit(f"/attempts/{attempt.id}", form, headers={"Accept": "application/json"})
    assert reply.status_code == 422
    assert reply.json is not None
    assert reply.json["detail"] == "“1e5” is not a number. Write it in digits: 12, 2.5 or 1/2."


def test_ten_megabytes_of_text_are_refused_and_nothing_is_lost(
    session: Session, attempt: Attempt, people: People, client_for: Enter, app: Flask
) -> None:
    client = client_for(people.alice)
    item = next(item for item in papers.items(session, attempt) if item.question.kind == "short")
    form = {"question": item.position, "revision": 0, "go": "", "answer": "own opinion"}
    client.submit(f"/attempts/{attempt.id}", form)
    huge = client.submit(f"/attempts/{attempt.id}", form | {"revision": 1, "answer": "x" * 10_000_000})
    assert huge.status_code == 413
    session.expire_all()
    assert papers.item(session, attempt, item.position).answer == {"text": "own opinion"}
