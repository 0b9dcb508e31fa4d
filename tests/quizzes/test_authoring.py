"""Quizzes made in the studio: rules and questions, kept as versions; nothing half right is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from courses.events import CoursePublished
from courses.models import Course
from lms.base.db import Base
from lms.base.errors import Conflict, Invalid, NotFound
from quizzes import bank, definitions
from quizzes.authoring import desk, trying, writing
from quizzes.authoring.writing import Typed, TypedChoice
from quizzes.kinds import KINDS
from quizzes.models import QuizVersion
from quizzes.question_models import QuestionVersion
from tests.quizzes.makers import fields, quiz_files

POST = {"post-name-en": "Karel V.", "post-place-en": "LinkedIn", "post-time-en": "Monday", "post-text-en": "Hello."}
MARKINGS = {
    "single": ["best", "half", "wrong"],
    "scenario": ["wrong", "best", "wrong"],
    "truefalse": ["wrong", "best"],
    "multiple": ["right", "wrong", "right"],
    "sort": ["green", "amber", "red", "red"],
}


def typed(kind: str = "single", **more) -> Typed:
    """A question without faults."""
    rules = KINDS[kind]
    words = {"stem-en": "What do you do first?", "explanation-en": "People first."}
    words |= POST if rules.needs_post else {}
    keys = rules.keys or "abcdefgh"[: len(MARKINGS[kind])]
    choices = tuple(
        TypedChoice(key, marking, words={"text-en": f"Choice {key}", "why-en": f"Because of {key}."})
        for key, marking in zip(keys, MARKINGS[kind], strict=True)
    )
    return Typed(kind, **{"clauses": ("D2",), "words": words | more.pop("words", {}), "choices": choices} | more)


@pytest.fixture
def author(make):
    make.guideline()
    return make.person("Dana", roles=["author"])


@pytest.fixture
def quiz(session, make, author) -> str:
    make.course("principles")
    return desk.create(session, "principles", author.id)


def test_a_quiz_begins_closed_with_the_title_of_its_course(session, quiz):
    found = desk.desk(session, quiz)
    assert (found.open, found.questions, found.quiz.titles["en"]) == (False, (), "Principles")
    assert session.scalars(select(Course.quiz_slug)).one() is None


def test_a_course_has_one_quiz(session, quiz, author):
    with pytest.raises(Conflict, match="has a quiz already"):
        desk.create(session, "principles", author.id)
    with pytest.raises(NotFound):
        desk.create(session, "nothing", author.id)


def drawn(session, quiz, seed):
    found = desk.desk(session, quiz)
    questions = definitions.questions(session, (one.version_id for one in found.pool))
    return trying.paper(questions, found.pool, found.quiz, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_every_kind_is_kept_and_drawn(session, quiz, author, kind):
    key = desk.save_question(session, quiz, None, typed(kind), 0, author.id)
    found = desk.desk(session, quiz).question(key)
    assert (key, found.number, found.retired) == ("what-do-you-do-first", 1, False)
    assert writing.from_question(found.question) == typed(kind)
    [item] = drawn(session, quiz, 1)
    assert item.kind.mark(item.question, None).credit == 0


def test_keeping_what_is_there_makes_no_version(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    before = session.scalar(select(func.count()).select_from(QuizVersion))
    desk.save_question(session, quiz, key, typed(), 1, author.id)
    assert desk.desk(session, quiz).question(key).number == 1
    assert session.scalar(select(func.count()).select_from(QuizVersion)) == before


def test_a_changed_question_is_a_new_version_and_the_old_one_stays(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    desk.save_question(session, quiz, key, typed(words={"stem-en": "And then?"}), 1, author.id)
    found = desk.desk(session, quiz).question(key)
    assert (found.number, found.question.stems["en"]) == (2, "And then?")
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == 2


def test_nothing_is_written_over_what_somebody_else_kept(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    desk.save_question(session, quiz, key, typed(words={"stem-en": "Hers"}), 1, author.id)
    with pytest.raises(desk.StaleQuestion):
        desk.save_question(session, quiz, key, typed(words={"stem-en": "His"}), 1, author.id)
    assert desk.desk(session, quiz).question(key).question.stems["en"] == "Hers"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"words": {"stem-en": ""}}, "English: write the question"),
        ({"words": {"stem-nl": "Wat doe je?"}}, "Nederlands: write the explanation"),
        ({"words": {"explanation-en": "x" * 3001}}, "longer than 3000"),
        ({"clauses": ()}, "at least one clause"),
        ({"clauses": ("D99",)}, "at least one clause"),
        ({"choices": typed().choices[:1]}, "2 to 8 choices"),
        ({"choices": (typed().choices[0], typed().choices[0])}, "form is not complete"),
        ({"choices": tuple(TypedChoice(c.key, "", words=c.words) for c in typed().choices)}, "whether it is right"),
        ({"choices": tuple(TypedChoice(c.key, "half", words=c.words) for c in typed().choices)}, "exactly one"),
        ({"choices": tuple(TypedChoice(c.key, c.marking, True, c.words) for c in typed().choices)}, "cannot be right"),
        ({"choices": tuple(TypedChoice(c.key, c.marking) for c in typed().choices)}, "a choice has no words"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(session, quiz, author, wrong, sentence):
    with pytest.raises(Invalid, match=sentence):
        desk.save_question(session, quiz, None, typed(**wrong), 0, author.id)
    assert desk.desk(session, quiz).questions == ()


def test_a_scenario_needs_its_post(session, quiz, author):
    with pytest.raises(Invalid, match="the post needs"):
        desk.save_question(session, quiz, None, typed("scenario", words={"post-place-en": ""}), 0, author.id)


def test_a_quiz_opens_when_it_has_what_it_draws(session, quiz, author):
    desk.save_question(session, quiz, None, typed(), 0, author.id)
    with pytest.raises(Invalid, match="draws 10 questions, and 1 are there"):
        desk.open_quiz(session, quiz, author.id)
    rules = desk.Rules(90, 1, 15, {"en": "The quiz"}, {"en": ""})
    desk.set_rules(session, quiz, rules, author.id)
    desk.open_quiz(session, quiz, author.id)
    course = session.scalars(select(Course)).one()
    assert (course.quiz_slug, course.quiz_minutes) == (quiz, 15)
    with pytest.raises(Conflict, match="Add one first"):
        desk.retire(session, quiz, "what-do-you-do-first", author.id)


def test_a_retired_question_is_not_drawn_until_it_is_brought_back(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    desk.retire(session, quiz, key, author.id)
    assert desk.desk(session, quiz).drawable == []
    desk.save_question(session, quiz, key, typed(words={"stem-en": "Better"}), 1, author.id)
    assert desk.desk(session, quiz).question(key).retired
    desk.bring_back(session, quiz, key, author.id)
    assert [question.stems["en"] for question in desk.desk(session, quiz).drawable] == ["Better"]


def test_a_copy_is_a_question_of_its_own(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    copied = desk.duplicate(session, quiz, key, author.id)
    assert copied == "what-do-you-do-first-2"
    assert len(desk.desk(session, quiz).drawable) == 2


def test_a_course_is_not_published_with_a_quiz_that_is_not_ready(session, quiz, author):
    course = session.scalars(select(Course)).one()
    event = CoursePublished(course_id=course.id, version_id=1, change="first")
    with pytest.raises(Invalid, match="10 questions"):
        desk.course_published(session, event)
    desk.set_rules(session, quiz, desk.Rules(80, 1, 10, {"en": "Quiz"}, {"en": ""}), author.id)
    desk.save_question(session, quiz, None, typed(), 0, author.id)
    desk.course_published(session, event)
    assert desk.desk(session, quiz).open


def test_rules_are_kept_as_versions(session, quiz, author):
    rules = desk.Rules(70, 5, 12, {"en": "Quiz", "nl": "Toets"}, {"en": "Five.", "nl": "Vijf."})
    desk.set_rules(session, quiz, rules, author.id)
    desk.set_rules(session, quiz, rules, author.id)
    found = definitions.live(session, quiz)
    assert (found.number, found.pass_mark, found.intros["nl"]) == (2, 70, "Vijf.")


def test_the_loader_leaves_a_quiz_alone_that_its_authors_changed(session, make, author, tmp_path):
    make.course("principles")
    folder = quiz_files(tmp_path / "principles", per_kind=2)
    assert bank.load(session, folder) == "added"
    desk.save_question(session, "principles", None, typed(), 0, author.id)
    quiz_files(tmp_path / "principles", per_kind=3)
    assert bank.load(session, folder) == "kept"
    assert len(desk.desk(session, "principles").questions) == 11


def test_the_desk_asks_as_often_for_one_question_as_for_many(session, quiz, author, statements):
    def asked() -> int:
        session.info["unsettled"].clear()
        statements.clear()
        desk.desk(session, quiz)
        return len(statements)

    desk.save_question(session, quiz, None, typed(), 0, author.id)
    one = asked()
    for _ in range(5):
        desk.save_question(session, quiz, None, typed(), 0, author.id)
    assert asked() == one


def test_trying_writes_nothing(session, quiz, author):
    for kind in KINDS:
        desk.save_question(session, quiz, None, typed(kind), 0, author.id)

    def counts() -> dict[str, int]:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}

    before = counts()
    found = desk.desk(session, quiz)
    paper = drawn(session, quiz, 3)
    fields = {f"q{item.position}-answer": ["1"] for item in paper}
    fields |= {f"q{item.position}-answer-1": ["green"] for item in paper if item.question.kind == "sort"}
    marked = trying.marked(paper, fields)
    assert all(item.mark for item in marked)
    assert trying.result(marked, found.quiz).percent_hundredths <= 10000
    assert counts() == before


def test_answering_all_rightly_would_pass(session, quiz, author):
    for kind in KINDS:
        desk.save_question(session, quiz, None, typed(kind, red_line=True), 0, author.id)
    typed_in: dict[str, list[str]] = {}
    paper = drawn(session, quiz, 5)
    for item in paper:
        for name, value in fields(item, item.kind.best(item.question)).items():
            typed_in[f"q{item.position}-{name}"] = value if isinstance(value, list) else [value]
    assert trying.result(trying.marked(paper, typed_in), desk.desk(session, quiz).quiz).passed


WORD = st.text(max_size=30)


@given(
    st.sampled_from(sorted(KINDS)),
    st.dictionaries(
        st.sampled_from(
            [
                "stem-en",
                "explanation-nl",
                "clauses",
                "choice-1-key",
                "choice-2-key",
                "choice-1-marking",
                "choice-1-text-en",
                "red_line",
                "choice-2-crosses",
            ]
        ),
        st.lists(WORD, max_size=3),
    ),
    st.lists(st.sampled_from(["add", "remove-1", "remove-8", "up-2", "up-1", "keep", "nonsense"]), max_size=12),
)
def test_whatever_is_in_the_form_is_read_and_never_lost_by_an_accident(kind, fields, deeds):
    read = writing.from_form(kind, fields)
    for deed in deeds:
        read = writing.rearranged(read, deed)
    assert len({choice.key for choice in read.choices}) == len(read.choices) or "choice-2-key" in fields
    assert isinstance(writing.faults(read, ["D2"]), list)


def test_choices_are_added_moved_and_removed():
    begun = typed()
    assert [choice.key for choice in writing.rearranged(begun, "add").choices] == ["a", "b", "c", "d"]
    assert [choice.key for choice in writing.rearranged(begun, "up-3").choices] == ["a", "c", "b"]
    assert [choice.key for choice in writing.rearranged(begun, "remove-2").choices] == ["a", "c"]
    gap = writing.rearranged(begun, "remove-2")
    assert [choice.key for choice in writing.rearranged(gap, "add").choices] == ["a", "c", "b"]
    assert writing.rearranged(typed("truefalse"), "add") == typed("truefalse")
