"""Marking the problem words of a post, rewriting a post, and attesting."""

from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.base.errors import Invalid
from quizzes import papers
from quizzes.attempt_models import Attempt, Result
from quizzes.kinds import KINDS, checks, phrases
from quizzes.papers import Item
from quizzes.questions import Answer, ChoiceView, CriterionView, Marked, Matter, Post, QuestionView
from quizzes.review import review
from quizzes.sheet import asked
from tests.make import Make, People
from tests.quizzes import words_quiz
from tests.support.client import Client

NAUGHTY = Path(__file__).resolve().parent.parent / "fixtures" / "naughty-strings" / "blns.txt"
SPOT, REWRITE, ATTEST = KINDS["spot"], KINDS["rewrite"], KINDS["attest"]
JSON = {"Accept": "application/json"}


def naughty() -> list[str]:
    lines = NAUGHTY.read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("#")]


def phrase(key: str, credit: int, *, crosses: bool = False) -> ChoiceView:
    return ChoiceView(key, credit, None, crosses, {"en": f"phrase {key}"}, {"en": f"why {key}"})


def check(key: str, rule: str, words: str, *, crosses: bool = False, **others: str) -> ChoiceView:
    return ChoiceView(key, 100, None, crosses, {"en": words} | others, {"en": f"why {key}"}, rule=rule)


def question(
    kind: str,
    *choices: ChoiceView,
    red_line: bool = False,
    options: Mapping[str, str] | None = None,
    criteria: tuple[CriterionView, ...] = (),
) -> QuestionView:
    posts = {"en": Post("Karel", "Forum", "Monday", "")}
    stems = {"en": "Stem"}
    return QuestionView(1, 1, "key", kind, red_line, ("D2",), stems, posts, {}, choices, options or {}, (), criteria)


PHRASES = (phrase("a", 0), phrase("b", 100, crosses=True), phrase("c", 0), phrase("d", 100), phrase("e", 0))
RULES = (
    check("a", "has", "I work for ACME\n#ad", nl="ik werk voor ACME"),
    check("b", "lacks", "we promise\nguarantee*"),
    check("c", "lacks", "refund", crosses=True),
)
TONE = (CriterionView(1, "tone", 4, {"en": "Tone"}, {"en": "4: warm"}),)


# Problem words


@pytest.mark.parametrize(
    ("marked", "credit", "crossed"),
    [
        ("bd", 100, False),
        ("b", 50, False),
        ("d", 50, True),
        ("abd", 66, False),
        ("abcd", 33, False),
        ("abcde", 0, False),
        ("ab", 16, False),
        ("acb", 0, False),
        ("a", 0, True),
        ("", 0, True),
    ],
)
def test_problem_words_earn_their_share_and_leaving_out_the_red_line_crosses_it(
    marked: str, credit: int, crossed: bool
) -> None:
    answer = {"choices": sorted(marked)}
    assert SPOT.mark(question("spot", *PHRASES, red_line=True), answer) == Marked(credit, crossed)


def test_a_post_in_which_nothing_is_marked_is_an_open_question() -> None:
    assert SPOT.mark(question("spot", *PHRASES), None) == Marked(0, False)
    assert SPOT.mark(question("spot", *PHRASES, red_line=True), None) == Marked(0, True)


def test_the_phrases_stay_in_their_order_and_make_the_post() -> None:
    asked_about = question("spot", *PHRASES)
    assert SPOT.order("abcde", None) == tuple("abcde")  # type: ignore[arg-type]
    assert SPOT.posts(asked_about)["en"].text == "phrase a phrase b phrase c phrase d phrase e"


@pytest.mark.parametrize(
    ("choices", "word"),
    [
        ((phrase("a", 100), phrase("b", 100), phrase("c", 100)), "harmless"),
        ((phrase("a", 0), phrase("b", 0), phrase("c", 0)), "problem"),
        ((phrase("a", 0, crosses=True), phrase("b", 100), phrase("c", 0)), "cannot be harmless"),
        ((phrase("a", 50), phrase("b", 100), phrase("c", 0)), "nothing in between"),
    ],
)
def test_an_author_hears_what_is_wrong_with_the_phrases(choices: tuple[ChoiceView, ...], word: str) -> None:
    assert word in SPOT.fault(Matter(choices))
    assert word in SPOT.problem(Matter(choices))
    assert not SPOT.fault(Matter(PHRASES))


some_problems = st.lists(st.booleans(), min_size=3, max_size=24).filter(lambda found: any(found) and not all(found))


@given(some_problems, st.data())
def test_one_more_problem_marked_never_lowers_and_never_crosses(problems: list[bool], data: st.DataObject) -> None:
    keys = [chr(97 + place) for place in range(len(problems))]
    red = data.draw(st.sets(st.sampled_from([key for key, bad in zip(keys, problems, strict=True) if bad])))
    choices = [phrase(key, 100 * bad, crosses=key in red) for key, bad in zip(keys, problems, strict=True)]
    asked_about = question("spot", *choices)
    marked = data.draw(st.sets(st.sampled_from(keys)))
    more = data.draw(st.sampled_from([choice.key for choice in choices if choice.credit]))
    before = SPOT.mark(asked_about, {"choices": sorted(marked)})
    after = SPOT.mark(asked_about, {"choices": sorted(marked | {more})})
    assert 0 <= before.credit <= after.credit <= 100
    assert after.crossed <= before.crossed
    shuffled = data.draw(st.permutations(choices))
    assert SPOT.mark(question("spot", *shuffled), {"choices": sorted(marked)}) == before


@given(some_problems, st.data())
def test_harmless_words_marked_never_raise(problems: list[bool], data: st.DataObject) -> None:
    choices = [phrase(chr(97 + place), 100 * bad) for place, bad in enumerate(problems)]
    asked_about = question("spot", *choices)
    marked = data.draw(st.sets(st.sampled_from(sorted(asked_about.keys))))
    more = data.draw(st.sampled_from([choice.key for choice in choices if not choice.credit]))
    before = SPOT.mark(asked_about, {"choices": sorted(marked)}).credit
    assert SPOT.mark(asked_about, {"choices": sorted(marked | {more})}).credit <= before


# Looking for words


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("ad", "This is an ad.", True),
        ("ad", "This is an #ad", True),
        ("ad", "This is bad", False),
        ("ad", "An advert", False),
        ("#ad", "This is an ad.", False),
        ("#ad", "Nice shoes #AD!", True),
        ("#ad", "Nice shoes #advice", False),
        ("#ad", "Nice shoes #ad_free", False),
        ("#ad", "Nice shoes (#ad)", True),
        ("we promise", "We\n\tPROMISE you", True),
        ("we promise", "Wé prömíse", True),
        ("we promise", "we, promise", True),
        ("we promise", "we compromise", False),
        ("we promise", "we never promise", False),
        ("promis*", "compromise", False),
        ("promis*", "promising", True),
        ("promis* you", "promised you", True),
        ("don't", "I don’t", True),
        ("promise", "_promise_", True),
        ("promise", "pro\u200bmi\u00adse", True),
        ("promise", "pro\u034fmise", True),
        ("promise", "ｐｒｏｍｉｓｅ", True),
        ("promise", "\u202epromise\u202c", True),
        ("straße", "STRASSE", True),
        ("€ 5", "only € 5", True),
        ("5", "15", False),
        ("entreprise", "l’entreprise", True),
    ],
)
def test_words_are_found_however_they_are_written(words: str, text: str, found: bool) -> None:
    assert phrases.any_in((words,), phrases.folded(text)) == found


@pytest.mark.parametrize("line", ["*", "\u200b", " ** * ", ""])
def test_a_line_without_a_word_is_not_to_be_looked_for(line: str) -> None:
    assert not phrases.is_usable(line)
    assert not phrases.any_in((line,), phrases.folded("anything at all"))


@given(st.text(max_size=300))
def test_what_is_kept_is_kept_the_same_again(text: str) -> None:
    kept = phrases.kept(text)
    assert phrases.kept(kept) == kept
    assert "\x00" not in kept
    assert "\r" not in kept


@given(st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20), st.text(max_size=40))
def test_a_word_is_found_in_every_text_that_it_stands_in(word: str, around: str) -> None:
    if phrases.is_usable(word) and "*" not in word:
        text = f"{around} {word} {around}"
        assert phrases.any_in((word,), phrases.folded(text))


# Rewriting


@pytest.mark.parametrize(
    ("text", "credit", "crossed"),
    [
        ("I work for ACME and will ask.", 100, False),
        ("Ik werk voor Acme.", 100, False),
        ("Lovely #ad", 100, False),
        ("I will ask.", 0, False),
        ("x", 0, False),
        ("I work for ACME, and we promise!", 50, False),
        ("I work for ACME, and guaranteed!", 50, False),
        ("I work for ACME. Have a refund.", 50, True),
        ("I work for ACME. We promise a refund.", 0, True),
        ("We promise.", 0, False),
        (" \n\u200b ", 0, False),
        ("", 0, False),
    ],
)
def test_rules_alone_mark_a_text(text: str, credit: int, crossed: bool) -> None:
    assert REWRITE.mark(question("rewrite", *RULES), {"text": text}) == Marked(credit, crossed)


def test_being_long_enough_is_a_check_when_its_author_says_how_long() -> None:
    asked_about = question("rewrite", *RULES, options={"shortest": "30"})
    assert REWRITE.mark(asked_about, {"text": "I work for ACME."}).credit == 50
    assert REWRITE.mark(asked_about, {"text": "I work for ACME." + " \u200b" * 200}).credit == 50
    assert REWRITE.mark(asked_about, {"text": "I work for ACME, and I look into it."}).credit == 100
    assert REWRITE.picked(asked_about, {"text": "We promise."}) == "failed:a,b,~"


@pytest.mark.parametrize("red_line", [False, True])
@pytest.mark.parametrize("answer", [None, {"text": ""}, {"text": " \u200b\n"}])
def test_nothing_to_see_is_an_open_question(answer: Answer | None, red_line: bool) -> None:
    asked_about = question("rewrite", *RULES, red_line=red_line)
    assert not REWRITE.answered(asked_about, answer)
    assert REWRITE.mark(asked_about, answer) == Marked(0, red_line)
    assert REWRITE.marked_by_hand(asked_about, answer, 100) == Marked(0, red_line)
    assert REWRITE.picked(asked_about, answer) == ""


@pytest.mark.parametrize(
    ("text", "points", "expected"),
    [
        ("I work for ACME and will ask.", 75, Marked(75, False)),
        ("I will ask.", 75, Marked(66, False)),
        ("I will ask.", 50, Marked(50, False)),
        ("We promise to ask.", 100, Marked(33, False)),
        ("I work for ACME. Have a refund.", 100, Marked(0, True)),
    ],
)
def test_the_points_of_a_person_are_at_most_the_share_of_checks_met(text: str, points: int, expected: Marked) -> None:
    asked_about = question("rewrite", *RULES, criteria=TONE)
    assert REWRITE.marked_by_hand(asked_about, {"text": text}, points) == expected


def test_a_person_reads_it_only_when_there_are_criteria() -> None:
    assert REWRITE.waits_for(question("rewrite", *RULES)) == ""
    assert REWRITE.waits_for(question("rewrite", *RULES, criteria=TONE)) == "coach"
    assert REWRITE.waits_for(question("rewrite", *RULES, options={"marked_by": "peer"}, criteria=TONE)) == "peer"


def test_a_text_that_is_too_long_is_refused_with_how_much() -> None:
    asked_about = question("rewrite", *RULES, options={"longest": "10"})
    with pytest.raises(Invalid, match="1 letter too long: at most 10"):
        REWRITE.parse(asked_about, {"answer": ["x" * 11]}, "abc", None)
    with pytest.raises(Invalid, match="1990 letters too long"):
        REWRITE.validate(asked_about, {"text": "😀" * 2000})
    assert REWRITE.parse(asked_about, {"answer": ["x\r\n" * 5]}, "abc", None) == {"text": "x\n" * 5}
    assert REWRITE.draft(asked_about, {"answer": ["x" * 11]}, "abc") == {"text": "x" * 11}
    with pytest.raises(Invalid, match="8001 letters too long: at most 2000"):
        REWRITE.validate(question("rewrite", *RULES, options={"longest": "9999"}), {"text": "x" * 10001})


@pytest.mark.parametrize("answer", [{}, {"text": 5}, {"text": None}, {"text": "a\x00b"}, {"text": "a", "more": 1}])
def test_a_text_of_another_shape_is_refused(answer: Answer) -> None:
    with pytest.raises(Invalid):
        REWRITE.validate(question("rewrite", *RULES), answer)


@pytest.mark.parametrize(
    ("choices", "options", "words"),
    [
        ((check("a", "", "x"),), {}, "Say of every check"),
        ((check("a", "has", " \n "),), {}, "without a word"),
        ((check("a", "has", "good\n*"),), {}, "without a word"),
        ((check("a", "lacks", "bad"),), {}, "Any text would be right"),
        ((check("a", "has", "good"),), {"shortest": "50", "longest": "40"}, "at least 50 letters"),
        ((check("a", "has", "good"),), {"longest": "0"}, "may have only 0"),
        ((check("a", "has", "good"),), {"longest": "3"}, "longer than the text may be"),
        ((check("a", "has", "good"),), {"marked_by": "boss"}, "Choose who reads"),
        ((check("a", "has", "good news"), check("b", "lacks", "news")), {}, "No text can meet"),
    ],
)
def test_an_author_hears_what_is_wrong_with_the_checks(
    choices: tuple[ChoiceView, ...], options: dict[str, str], words: str
) -> None:
    assert words in REWRITE.fault(Matter(choices, options))


def test_checks_without_fault_have_none() -> None:
    assert REWRITE.fault(Matter(RULES)) == ""
    assert REWRITE.fault(Matter(RULES, {"shortest": "2000"})) == ""
    assert REWRITE.fault(Matter((check("a", "lacks", "bad"),), criteria=TONE)) == ""
    assert REWRITE.fault(Matter((check("a", "has", "good\nfine"), check("b", "lacks", "good\nx")))) == ""


words = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=6).filter(phrases.is_usable)
some_checks = st.lists(
    st.tuples(st.sampled_from(("has", "lacks")), st.lists(words, min_size=1, max_size=3), st.booleans()),
    min_size=1,
    max_size=6,
).map(
    lambda rows: tuple(
        check(chr(97 + place), rule, "\n".join(lines), crosses=crosses)
        for place, (rule, lines, crosses) in enumerate(rows)
    )
)
lengths = st.sampled_from([{}, {"shortest": "12"}, {"longest": "300"}])


@given(some_checks, lengths, st.text(max_size=80), st.integers(0, 100), st.randoms())
def test_every_text_earns_0_to_100_in_whatever_order_the_checks_are(
    choices: tuple[ChoiceView, ...], options: dict[str, str], text: str, points: int, chance: object
) -> None:
    answer = {"text": phrases.kept(text)}
    shuffled = list(choices)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (question("rewrite", *found, options=options) for found in (choices, shuffled))
    mark, by_hand = REWRITE.mark(one, answer), REWRITE.marked_by_hand(one, answer, points)
    assert 0 <= mark.credit <= 100
    assert 0 <= by_hand.credit <= points
    assert (mark, by_hand) == (REWRITE.mark(other, answer), REWRITE.marked_by_hand(other, answer, points))
    assert REWRITE.marked_by_hand(one, answer, 100).credit >= by_hand.credit


@given(some_checks, lengths, st.text(max_size=40), st.data())
def test_mending_a_text_never_lowers_its_mark(
    choices: tuple[ChoiceView, ...], options: dict[str, str], text: str, data: st.DataObject
) -> None:
    asked_about = question("rewrite", *choices, options=options)
    before = {"text": phrases.kept(text)}
    after = {"text": f"{before['text']} {data.draw(words)}"}
    failed = {choice.key for choice in checks.failed(choices, before["text"])}
    still = {choice.key for choice in checks.failed(choices, after["text"])}
    if still <= failed and REWRITE.answered(asked_about, before):
        assert REWRITE.mark(asked_about, after).credit >= REWRITE.mark(asked_about, before).credit
        assert REWRITE.mark(asked_about, after).crossed <= REWRITE.mark(asked_about, before).crossed
        assert (
            REWRITE.marked_by_hand(asked_about, after, 80).credit
            >= REWRITE.marked_by_hand(asked_about, before, 80).credit
        )


@given(some_checks, lengths)
@example((check("a", "has", "good\nfine"), check("b", "lacks", "good\nx y")), {"shortest": "12"})
def test_the_best_text_is_read_back_and_earns_all_there_is(
    choices: tuple[ChoiceView, ...], options: dict[str, str]
) -> None:
    if REWRITE.fault(Matter(choices, options)):
        return
    asked_about = question("rewrite", *choices, options=options)
    best = REWRITE.best(asked_about)
    assert REWRITE.parse(asked_about, {"answer": [best["text"]]}, sorted(asked_about.keys), None) == best
    assert REWRITE.mark(asked_about, best) == Marked(100, False)
    assert REWRITE.marked_by_hand(asked_about, best, 100) == Marked(100, False)
    assert REWRITE.picked(asked_about, best) == "met"


def test_what_came_of_a_text_is_said_without_giving_away_the_words() -> None:
    asked_about = question("rewrite", *RULES, options={"shortest": "10"})
    answer = {"text": "We promise a refund."}
    assert [line.words for line in REWRITE.given(asked_about, answer)] == ["We promise a refund."]
    assert [line.words for line in REWRITE.checked(asked_about, answer)] == [
        "✗ Something that must be in it is missing",
        "✗ Something that may not be in it is there",
        "✗ Something that may not be in it is there",
        "✓ It is long enough",
    ]
    assert [line.whys for line in REWRITE.checked(asked_about, answer)[:3]] == [choice.whys for choice in RULES]
    assert REWRITE.right(asked_about)[0].texts["nl"] == "One of these is in it: ik werk voor ACME"
    assert [line.texts["en"] for line in REWRITE.picked_lines(asked_about, "failed:b,c")] == [
        "None of these is in it: we promise, guarantee…",
        "None of these is in it: refund",
    ]
    assert REWRITE.picked_lines(asked_about, "failed:~")[0].words == "Too short"


@pytest.mark.parametrize("kind", ["spot", "rewrite", "attest"])
def test_nothing_of_the_key_is_on_the_page(kind: str) -> None:
    choices = {"spot": PHRASES, "rewrite": RULES, "attest": (phrase("a", 100),)}[kind]
    asked_about = question(kind, *choices, criteria=TONE if kind == "rewrite" else ())
    order = KINDS[kind].order([choice.key for choice in choices], None)  # type: ignore[arg-type]
    shown = repr(asked([Item(1, 1, asked_about, order, None, None)]))
    assert not any(secret in shown for secret in ("why a", "credit", "crosses", "refund", "promise", "4: warm"))


def test_hostile_texts_are_kept_and_marked() -> None:
    asked_about = question("rewrite", *RULES, options={"shortest": "5"}, criteria=TONE)
    for text in naughty():
        answer = REWRITE.parse(asked_about, {"answer": [text[:2000]]}, "abc", None)
        assert answer is not None
        assert 0 <= REWRITE.mark(asked_about, answer).credit <= 100
        assert bool(REWRITE.checked(asked_about, answer)) == REWRITE.answered(asked_about, answer)


@pytest.mark.parametrize("hostile", ["a" * 2000, "#" * 2000, "a " * 1000, "*" * 2000, "good " * 400, "\u0301" * 2000])
def test_no_text_keeps_the_machine_busy(hostile: str) -> None:
    many = tuple(check(key, "lacks", "\n".join(f"a {key} a #b* {place}" for place in range(40))) for key in "bcdefgh")
    for _ in range(5):
        REWRITE.mark(question("rewrite", *many, check("a", "has", "a")), {"text": hostile})


# Attesting


@pytest.mark.parametrize(
    ("confirmed", "red_line", "expected"),
    [
        (["a", "b"], True, Marked(100, False)),
        (["a", "b"], False, Marked(100, False)),
        (["a"], False, Marked(0, False)),
        (["a"], True, Marked(0, True)),
        ([], True, Marked(0, True)),
    ],
)
def test_an_attestation_counts_when_all_is_confirmed(confirmed: list[str], red_line: bool, expected: Marked) -> None:
    asked_about = question("attest", phrase("a", 100), phrase("b", 100), red_line=red_line)
    assert ATTEST.mark(asked_about, {"confirmed": confirmed}) == expected
    assert ATTEST.mark(asked_about, None) == Marked(0, red_line)
    assert ATTEST.answered(asked_about, {"confirmed": confirmed}) == (len(confirmed) == 2)


def test_an_attestation_is_read_and_shown() -> None:
    asked_about = question("attest", phrase("a", 100), phrase("b", 100))
    assert ATTEST.parse(asked_about, {"answer": ["2", "1"]}, "ab", None) == {"confirmed": ["a", "b"]}
    assert ATTEST.parse(asked_about, {}, "ab", None) == {"confirmed": []}
    assert ATTEST.best(asked_about) == {"confirmed": ["a", "b"]}
    assert [line.texts["en"] for line in ATTEST.given(asked_about, {"confirmed": ["b"]})] == ["phrase b"]
    assert not ATTEST.judgment
    with pytest.raises(Invalid):
        ATTEST.validate(asked_about, {"choices": ["a"]})
    with pytest.raises(Invalid):
        ATTEST.parse(asked_about, {"answer": ["3"]}, "ab", None)


@pytest.mark.parametrize(
    "choices", [(), (phrase("a", 0),), (phrase("a", 100, crosses=True),)], ids=["none", "wrong", "crossing"]
)
def test_an_author_hears_what_is_wrong_with_the_statements(choices: tuple[ChoiceView, ...]) -> None:
    assert ATTEST.fault(Matter(choices))


# In the browser, without a script


@pytest.fixture
def attempt(make: Make, people: People, tmp_path: Path) -> Attempt:
    """Alice is inside an attempt at a quiz about words."""
    return make.attempt(people.alice, make.quiz(folder=words_quiz.write(tmp_path)))


@pytest.fixture
def alice(attempt: Attempt, client_for: Callable[..., Client], people: People) -> Client:
    return client_for(people.alice)


def item(session: Session, attempt: Attempt, kind: str) -> Item:
    found = next(one for one in papers.items(session, attempt) if one.question.kind == kind)
    session.commit()
    return found


def send(client: Client, attempt: Attempt, on: Item, answer: object, **more: object) -> TestResponse:
    fields = {"question": on.position, "revision": attempt.revision, "answer": answer}
    return client.submit(f"/attempts/{attempt.id}", fields, **more)


def shown(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def page(client: Client, attempt: Attempt, on: Item) -> str:
    return shown(client.get(f"/attempts/{attempt.id}?question={on.position}"))


def test_a_quiz_about_words_is_passed(session: Session, attempt: Attempt, alice: Client) -> None:
    for kind, answer in (("spot", ["2", "4"]), ("rewrite", words_quiz.GOOD), ("attest", ["1", "2"])):
        on = item(session, attempt, kind)
        before = page(alice, attempt, on)
        assert not any(secret.casefold() in before.casefold() for secret in words_quiz.SECRETS)
        assert send(alice, attempt, on, answer).status_code == 303
    alice.submit(f"/attempts/{attempt.id}/submit")
    session.commit()
    assert session.get_one(Attempt, attempt.id).passed
    result = shown(alice.get(f"/attempts/{attempt.id}"))
    assert words_quiz.GOOD in result
    assert "Karel V.: Great news: we will beat every forecast this quarter, says my boss." in result


def test_a_text_with_a_script_is_only_text(session: Session, attempt: Attempt, alice: Client) -> None:
    for kind, answer in (("spot", ["2", "4"]), ("attest", ["1", "2"])):
        send(alice, attempt, item(session, attempt, kind), answer)
    on, hostile = item(session, attempt, "rewrite"), "</textarea><script>alert(1)</script>"
    send(alice, attempt, on, words_quiz.GOOD + hostile)
    assert hostile not in alice.get(f"/attempts/{attempt.id}?question={on.position}").get_data(as_text=True)
    alice.submit(f"/attempts/{attempt.id}/submit")
    response = alice.get(f"/attempts/{attempt.id}")
    assert hostile not in response.get_data(as_text=True)
    assert words_quiz.GOOD + hostile in shown(response)


def test_what_was_missed_is_shown_with_the_outcomes_only_and_the_words_with_the_key_only(
    session: Session, attempt: Attempt, alice: Client
) -> None:
    send(alice, attempt, item(session, attempt, "rewrite"), words_quiz.BAD)
    alice.submit(f"/attempts/{attempt.id}/submit")
    found = [item(session, attempt, "rewrite")]
    with_outcomes = repr(review(found, frozenset({"answers", "outcomes"})))
    assert "✗ Something that must be in it is missing" in with_outcomes
    assert not any(secret in with_outcomes for secret in ("SECRET", "guarantee…", "#acme…"))
    assert "✗" not in repr(review(found, frozenset({"answers"})))
    assert "SECRET" in repr(review(found))
    assert "guarantee…" in repr(review(found))


def test_a_text_that_is_too_long_loses_nothing_typed(session: Session, attempt: Attempt, alice: Client) -> None:
    on = item(session, attempt, "rewrite")
    long = "long " * 50 + "THE END"
    response = send(alice, attempt, on, long)
    assert response.status_code == 422
    assert "57 letters too long: at most 200 fit" in shown(response)
    assert long in shown(response)
    scripted = send(alice, attempt, on, long, headers=JSON)
    assert scripted.status_code == 422
    assert "57 letters too long" in scripted.get_json()["detail"]
    assert item(session, attempt, "rewrite").answer is None


def test_a_flood_of_text_is_not_read(session: Session, attempt: Attempt, alice: Client) -> None:
    assert send(alice, attempt, item(session, attempt, "rewrite"), "x" * 10_000_000).status_code == 413


def test_a_text_with_every_sign_is_kept_as_typed(session: Session, attempt: Attempt, alice: Client) -> None:
    typed = "\n  <b>Salut</b> &amp; 😀 \u202eabc\u202c\u200d\u0007 שלום\n\n#ad"
    assert send(alice, attempt, item(session, attempt, "rewrite"), typed).status_code == 303
    on = item(session, attempt, "rewrite")
    assert on.answer == {"text": typed.replace("\u0007", "")}
    assert on.answer["text"] in page(alice, attempt, on)


def test_a_text_waits_for_a_coach_where_there_are_criteria(
    session: Session, make: Make, people: People, tmp_path: Path, client_for: Callable[..., Client]
) -> None:
    attempt = make.attempt(people.alice, make.quiz(folder=words_quiz.write(tmp_path, coach=True)))
    alice = client_for(people.alice)
    on = item(session, attempt, "rewrite")
    assert "What a reader looks at" in page(alice, attempt, on)
    assert "4: warm" not in page(alice, attempt, on)
    send(alice, attempt, on, words_quiz.GOOD)
    alice.submit(f"/attempts/{attempt.id}/submit")
    session.commit()
    assert session.get_one(Attempt, attempt.id).state == "submitted"
    assert session.scalars(select(Result)).all() == []
