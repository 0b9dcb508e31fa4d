"""The rules of a quiz: kept whole in every version, looked over, and previewed against the bank."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from lms.base import clock
from lms.base.errors import Invalid
from quizzes import definitions
from quizzes.authoring import desk, lines, rules
from quizzes.authoring.lines import TypedLine, TypedLists
from quizzes.authoring.rules import Rules
from quizzes.question_models import Question
from quizzes.questions import QuotaView
from quizzes.review import USUAL

QUIZ = "/studio/quizzes/principles"
PAGE = f"{QUIZ}/rules"


@pytest.fixture
def author(make):
    return make.person("Dana", roles=["author"])


@pytest.fixture
def quiz(make, author):
    return make.quiz().slug


@pytest.fixture
def dana(client_for, author, quiz):
    return client_for(author)


def held(session, quiz: str = "principles") -> Rules:
    return rules.of(definitions.live(session, quiz))


def all_of_them(before: Rules) -> Rules:
    """Rules that differ from the usual in everything."""
    return replace(
        before,
        closes_at=clock.now().replace(microsecond=0) + timedelta(days=90),
        asks_certainty=True,
        attempts_allowed=None,
        cooling_hours=1,
        long_wait_days=2,
        markers=2,
        anonymous_marking=False,
        marking_days=9,
        apart=30,
        must_pass={"D2": 100, "D4": 50},
        quotas=(QuotaView("clause", "D2", 2), QuotaView("kind", "sort", 1)),
        shows={"right_after": frozenset({"clauses", "answers"}), "after_passing": frozenset({"key"})},
    )


def test_every_rule_is_kept_and_carried_over_by_the_next_change(session, quiz, author):
    wanted = all_of_them(held(session))
    desk.set_rules(session, quiz, wanted, author.id)
    assert held(session) == wanted
    desk.set_rules(session, quiz, replace(wanted, pass_mark=70), author.id)
    assert held(session) == replace(wanted, pass_mark=70)


def test_the_short_form_of_the_quiz_leaves_all_other_rules_as_they_are(session, quiz, author, dana):
    wanted = all_of_them(held(session))
    desk.set_rules(session, quiz, wanted, author.id)
    short = {"pass_mark": "75", "questions_drawn": "10", "minutes": "25", "title_en": "The quiz"}
    assert dana.submit(QUIZ, short).status_code == 303
    after = held(session)
    assert after == replace(wanted, pass_mark=75, titles={"en": "The quiz"}, intros={"en": ""})


def test_saying_the_same_again_makes_no_version(session, quiz, author):
    wanted = all_of_them(held(session))
    for _ in range(2):
        desk.set_rules(session, quiz, wanted, author.id)
    assert definitions.live(session, quiz).number == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"quotas": (QuotaView("clause", "D2", 11),)}, "asks for 11 questions, and one attempt has 10"),
        ({"quotas": (QuotaView("clause", "D2", 1), QuotaView("clause", "D2", 2))}, "Two lines of the blueprint"),
        ({"must_pass": {"D99": 50}}, "no clause D99"),
        ({"shows": {"during": frozenset({"key"})}}, "While somebody answers"),
        ({"shows": {"later": frozenset({"reasons"})}}, "reasons stand beside the answers"),
        ({"closes_at": clock.now() - timedelta(days=1)}, "has passed already"),
        ({"questions_drawn": 30}, "draws 30 questions, and 20 are there"),
        ({"quotas": (QuotaView("tag", "nothing", 1),)}, "1 of “tag nothing”, and 0 are there"),
    ],
)
def test_rules_that_contradict_themselves_or_an_open_quiz_cannot_be_drawn_by_are_refused(
    session, quiz, author, change, sentence
):
    with pytest.raises(Invalid, match=sentence):
        desk.set_rules(session, quiz, replace(held(session), **change), author.id)
    assert definitions.live(session, quiz).number == 1


def test_what_an_open_quiz_lacks_already_does_not_stand_in_the_way_of_other_changes(session, quiz, author):
    session.execute(update(Question).values(purpose="practice"))
    desk.set_rules(session, quiz, replace(held(session), pass_mark=60), author.id)
    assert held(session).pass_mark == 60


def test_a_quiz_is_not_ready_when_a_tier_or_a_line_would_have_too_few(session, quiz):
    found = desk.desk(session, quiz)
    assert desk.not_ready(found) == ""
    for_managers = [replace(one, tier="manager") for one in found.pool[:15]]
    few = replace(found, pool=(*for_managers, *found.pool[15:]))
    assert "there for executives" in desk.not_ready(few)
    short = replace(found, quiz=replace(found.quiz, quotas=(QuotaView("difficulty", "3", 2),)))
    assert "2 of “difficulty 3”, and 0 are there" in desk.not_ready(short)
    always = replace(found, pool=tuple(replace(one, always=True) for one in found.pool))
    assert "20 questions are to be on every paper" in desk.not_ready(always)


def test_showing_the_key_while_attempts_are_left_is_allowed_with_a_warning(session, quiz):
    shown = replace(held(session), shows={"right_after": frozenset({"answers", "key"})})
    assert rules.faults(shown, shown, []) == []
    assert "may try again" in rules.warnings(shown)[0]
    assert rules.warnings(replace(shown, attempts_allowed=1)) == []
    assert "until it works" in rules.warnings(replace(held(session), attempts_allowed=None, cooling_hours=0))[0]


def test_the_page_warns_when_fewer_people_can_mark_than_the_quiz_asks_for(session, make, author, client_for):
    warning, page = "Fewer people can mark answers than this quiz asks for", "/studio/quizzes/rewriting/rules"
    make.quiz()
    make.read_quiz(markers=2)
    make.person("Carla", roles=["coach", "hub"])
    make.person("Gone", roles=["coach"]).status = "left"
    session.commit()
    dana = client_for(author)
    assert warning in dana.get(page).text
    assert warning not in dana.get(PAGE).text, "rules mark all of it"
    make.person("Hugo", roles=["administrator"])
    session.commit()
    assert warning not in dana.get(page).text


def test_what_learners_see_is_said_in_sentences(session, quiz):
    said = dict(rules.shown(held(session)))
    assert said["While answering"] == "Nothing but whether the attempt is in."
    assert said["Not passed, later"] == "The learner sees the clauses to reread."
    assert "the right answers, the reasons" in said["Passed, or no attempt left"]


FORM = {
    "pass_mark": "80",
    "questions_drawn": "10",
    "minutes": "25",
    "attempts_allowed": "",
    "cooling_hours": "24",
    "long_wait_days": "14",
    "markers": "2",
    "marking_days": "3",
    "apart": "20",
    "closes_at": "2099-01-31T17:00",
    "title_en": "The quiz",
    "shows": "usual",
}


def test_all_rules_are_set_on_their_page(session, dana):
    lists = {"quota-1-what": "clause:D2", "quota-1-number": "2", "must-1-what": "D4", "must-1-number": "90"}
    shows = {"shows": "own", "show": ["right_after:clauses", "after_passing:key", "after_passing:answers"]}
    assert dana.submit(PAGE, FORM | lists | shows).location == f"{PAGE}?saved=1"
    after = held(session)
    assert (after.attempts_allowed, after.markers, after.must_pass) == (None, 2, {"D4": 90})
    assert after.quotas == (QuotaView("clause", "D2", 2),)
    assert after.shows == {"right_after": frozenset({"clauses"}), "after_passing": frozenset({"answers", "key"})}
    assert f"{after.closes_at:%Y-%m-%d %H:%M}" == "2099-01-31 16:00"
    page = dana.get(PAGE).text
    assert 'value="2099-01-31T17:00"' in page
    assert "2 of “clause D2”: 4 there" in page
    assert "That is enough for every paper." in page


def test_lines_are_added_moved_and_removed_without_script_and_nothing_is_kept(session, dana):
    typed = FORM | {"pass_mark": "x", "quota-1-what": "kind:sort", "quota-1-number": "7"}
    page = dana.submit(PAGE, typed | {"do": "add-quota"}).text
    assert 'name="quota-2-what"' in page
    assert 'value="7"' in page
    assert 'value="x"' in page
    assert 'name="quota-1-what"' not in dana.submit(PAGE, typed | {"do": "remove-quota-1"}).text
    assert 'name="must-1-what"' in dana.submit(PAGE, typed | {"do": "add-must"}).text
    assert definitions.live(session, "principles").number == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"pass_mark": "101"}, "from 1 to 100"),
        ({"attempts_allowed": "many"}, "leave it empty for any number"),
        ({"closes_at": "tomorrow"}, "Give a day and a time"),
        ({"closes_at": "2001-01-01T10:00"}, "has passed already"),
        ({"quota-1-what": "", "quota-1-number": "2"}, "Say of every line"),
        ({"quota-1-what": "clause:D2", "quota-1-number": "two"}, "Say of every line"),
        ({"must-1-what": "D99", "must-1-number": "50"}, "Say of every clause"),
        ({"shows": "own"}, "Tick at least one box"),
        ({"quota-1-what": "clause:D4", "quota-1-number": "40"}, "asks for 40 questions"),
    ],
)
def test_what_is_wrong_is_said_and_stays_in_the_form(session, dana, wrong, sentence):
    page = dana.submit(PAGE, FORM | {"title_nl": "Mijn toets"} | wrong)
    assert page.status_code == 422
    assert sentence in page.text
    assert "Mijn toets" in page.text
    assert definitions.live(session, "principles").number == 1


def test_a_closing_moment_that_is_left_as_it_is_keeps_its_seconds(session, quiz, author, dana):
    moment = clock.now() + timedelta(days=3)
    desk.set_rules(session, quiz, replace(held(session), closes_at=moment), author.id)
    page = dana.get(PAGE).text
    shown = page.split('name="closes_at"')[1].split('value="')[1].split('"')[0]
    dana.submit(PAGE, FORM | {"closes_at": shown})
    assert held(session).closes_at == moment


def test_learners_do_not_come_in(make, client_for, dana):
    learner = client_for(make.person("Alice"))
    assert learner.get(PAGE).status_code == 403
    assert learner.submit(PAGE, FORM).status_code == 403


WORD = st.text(max_size=12)


@given(
    st.dictionaries(
        st.sampled_from(["quota-1-what", "quota-1-number", "quota-3-what", "must-1-what", "must-2-what", "show"]),
        st.lists(st.one_of(WORD, st.sampled_from(["clause:D2", "2", "later:key"])), max_size=2),
    ),
    st.lists(st.sampled_from(["add-quota", "add-must", "remove-quota-1", "up-must-2", "up-quota-99", "?"]), max_size=9),
)
def test_whatever_is_in_the_form_is_read(fields, deeds):
    typed = lines.of_fields(fields)
    for deed in deeds:
        typed = lines.rearranged(typed, deed)
    assert isinstance(lines.faults(typed, ["D2"]), list)


def test_lines_that_are_read_from_rules_make_the_same_rules():
    plain = Rules(80, 10, 25, {"en": "Quiz"}, {"en": ""})
    whole = all_of_them(plain)
    assert lines.with_lists(plain, lines.of_rules(whole, USUAL)) == replace(
        plain, quotas=whole.quotas, must_pass=whole.must_pass, shows=whole.shows
    )
    assert lines.of_rules(plain, USUAL).shows >= {"after_passing:key", "right_after:clauses"}
    moved = lines.rearranged(TypedLists(quotas=(TypedLine("a:b", "1"), TypedLine("c:d", "2"))), "up-quota-2")
    assert [line.what for line in moved.quotas] == ["c:d", "a:b"]
