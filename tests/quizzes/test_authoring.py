"""Quizzes made in the studio: rules and questions, kept as versions; nothing half right is kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from courses.events import CoursePublished
from courses.models import Course
from lms.base.audit import AuditEntry
from lms.base.db import Base
from lms.base.errors import Conflict, Invalid, NotFound
from quizzes import bank, definitions, labels, papers
from quizzes.authoring import desk, history, labeling, proofreading, rearranging, trying, writing
from quizzes.authoring.labeling import TypedLabels
from quizzes.authoring.typed import NOWHERE, Typed, TypedChoice, TypedCriterion, TypedStep
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Kind
from quizzes.labels import Labels
from quizzes.models import QuizVersion
from quizzes.question_models import QuestionVersion
from tests.quizzes import makers
from tests.quizzes.makers import fields, quiz_files

POST = {"post-name-en": "Karel V.", "post-place-en": "LinkedIn", "post-time-en": "Monday", "post-text-en": "Hello."}
MARKINGS = {
    "single": ["best", "half", "wrong"],
    "scenario": ["wrong", "best", "wrong"],
    "truefalse": ["wrong", "best"],
    "multiple": ["right", "wrong", "right"],
    "sort": ["green", "amber", "red", "red"],
    "spot": ["harmless", "problem", "harmless"],
    "matching": ["pair", "pair", "pair"],
    "ordering": ["line", "line", "line"],
    "short": ["right", "half"],
    "number": [],
    "triage": ["best", "wrong", "best", "half"],
    "thread": ["best", "wrong", "best", "half"],
}
OPTIONS = {"number": {"value": "12"}}


def typed(kind: str = "single", **more) -> Typed:
    """A question without faults."""
    rules = KINDS[kind]
    words = {"stem-en": "What do you do first?", "explanation-en": "People first."}
    words |= POST if rules.needs_post else {}
    markings = MARKINGS.get(kind) or [marking.value for marking in rules.markings()] * bool(rules.fewest)
    keys = rules.keys or "abcdefgh"[: len(markings)]
    choices = tuple(choice(rules, *pair) for pair in zip(keys, markings, strict=True))
    steps = (TypedStep("s1", step_words("first")), TypedStep("s2", step_words("second"))) if rules.has_steps else ()
    return Typed(
        kind,
        **{
            "clauses": ("D2",),
            "words": words | more.pop("words", {}),
            "choices": choices,
            "options": {setting.name: setting.default for setting in rules.settings()} | OPTIONS.get(kind, {}),
            "steps": steps,
        }
        | more,
    )


def choice(kind: Kind, key: str, marking: str) -> TypedChoice:
    """A choice; where there are steps, a and b are chosen at the first, and a leads to the second."""
    words = {"text-en": f"Choice {key}", "why-en": f"Because of {key}."}
    words |= {"partner-en": f"Partner of {key}"} if kind.has_partners else {}
    step = ("s1" if key in "ab" else "s2") if kind.has_steps else ""
    return TypedChoice(key, marking, words=words, step=step, leads_to="s2" if step and key == "a" else "")


def step_words(words: str) -> dict[str, str]:
    return {"name-en": "Karel V.", "text-en": f"This comes {words}."}


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
        ({"choices": tuple(TypedChoice(c.key, c.marking) for c in typed().choices)}, "choice 1 has no words"),
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
    with pytest.raises(Conflict, match="Add questions"):
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


@pytest.mark.parametrize("kind", ["single", "matching"])
def test_what_a_choice_lacks_is_said_with_its_number(kind):
    first, second, *others = typed(kind).choices
    words = {name: text for name, text in second.words.items() if name == "why-en"}
    faults = proofreading.faults(typed(kind, choices=(first, replace(second, words=words), *others)), ["D2"])
    partner = ["English: choice 2 does not say what it is matched with."] * (kind == "matching")
    named = [fault for fault in faults if fault.startswith("English")]
    assert named == ["English: choice 2 has no words.", *partner]
    again = [replace(one, words=one.words | {"text-nl": "Ja"}) for one in typed().choices]
    whys = [fault for fault in proofreading.faults(typed(choices=(*again,)), ["D2"]) if "why" in fault]
    assert whys == [f"Nederlands: choice {number} does not say why it is right or not." for number in (1, 2, 3)]


def test_a_new_choice_is_what_choices_of_its_kind_usually_are():
    for kind, usual in {"matching": "pair", "ordering": "line", "single": ""}.items():
        blank = writing.blank(kind)
        assert {choice.marking for choice in rearranging.rearranged(blank, "add").choices} == {usual}
    assert all(one.usual_marking in {"", *(each.value for each in one.markings())} for one in KINDS.values())


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
    for kind in makers.KINDS:
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
        read = rearranging.rearranged(read, deed)
    assert len({choice.key for choice in read.choices}) == len(read.choices) or "choice-2-key" in fields
    assert isinstance(proofreading.faults(read, ["D2"]), list)


def test_choices_are_added_moved_and_removed():
    begun = typed()
    assert [choice.key for choice in rearranging.rearranged(begun, "add").choices] == ["a", "b", "c", "d"]
    assert [choice.key for choice in rearranging.rearranged(begun, "up-3").choices] == ["a", "c", "b"]
    assert [choice.key for choice in rearranging.rearranged(begun, "remove-2").choices] == ["a", "c"]
    gap = rearranging.rearranged(begun, "remove-2")
    assert [choice.key for choice in rearranging.rearranged(gap, "add").choices] == ["a", "c", "b"]
    assert rearranging.rearranged(typed("truefalse"), "add") == typed("truefalse")


def test_a_typo_goes_on_in_the_line_of_the_version_before_and_a_change_begins_its_own(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    desk.save_question(session, quiz, key, typed(words={"stem-en": "What do you do  first?!"}), 1, author.id, typo=True)
    desk.save_question(session, quiz, key, typed(words={"stem-en": "And again?"}), 2, author.id, typo=True)
    desk.save_question(session, quiz, key, typed(words={"stem-en": "And then?"}), 3, author.id)
    versions = session.scalars(select(QuestionVersion).order_by(QuestionVersion.number)).all()
    assert [version.change for version in versions] == ["first", "typo", "typo", "change"]
    first = versions[0].id
    assert [version.line_id for version in versions] == [None, first, first, None]


MORE_THAN_A_TYPO = {
    "credit": ("single", lambda one: replace(one, choices=(*one.choices[:2], replace(one.choices[2], marking="half")))),
    "red line": ("single", lambda one: replace(one, red_line=True)),
    "clauses": ("single", lambda one: replace(one, clauses=("D4",))),
    "a choice less": ("single", lambda one: replace(one, choices=one.choices[:2])),
    "bucket": ("sort", lambda one: replace(one, choices=(replace(one.choices[0], marking="red"), *one.choices[1:]))),
    "what is accepted": ("short", lambda one: replace(one, choices=tuple(reworded(c) for c in one.choices))),
    "options": ("short", lambda one: replace(one, options=dict(one.options) | {"errors": "0"})),
    "a way": (
        "thread",
        lambda one: replace(one, choices=(*one.choices[:1], replace(one.choices[1], leads_to="s2"), *one.choices[2:])),
    ),
    "the order": ("ordering", lambda one: replace(one, choices=one.choices[::-1])),
}


def reworded(one: TypedChoice) -> TypedChoice:
    return replace(one, words={**one.words, "text-en": f"Other words of {one.key}"})


@pytest.mark.parametrize("case", MORE_THAN_A_TYPO)
def test_more_than_a_typo_is_not_kept_as_one(session, quiz, author, case):
    kind, changed = MORE_THAN_A_TYPO[case]
    key = desk.save_question(session, quiz, None, typed(kind), 0, author.id)
    with pytest.raises(Invalid, match="more than a typo"):
        desk.save_question(session, quiz, key, changed(typed(kind)), 1, author.id, typo=True)
    assert desk.desk(session, quiz).question(key).number == 1


@pytest.mark.parametrize("kind", KINDS)
def test_mended_words_are_a_typo_in_every_kind(session, quiz, author, kind):
    key = desk.save_question(session, quiz, None, typed(kind), 0, author.id)
    desk.save_question(
        session, quiz, key, typed(kind, words={"stem-en": "What do you do first, then?"}), 1, author.id, typo=True
    )
    assert (
        desk.desk(session, quiz).question(key).question.line_id
        < desk.desk(session, quiz).question(key).question.version_id
    )


def test_labels_are_kept_without_a_version_and_written_down(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    wanted = Labels("both", "staff", 3, ("at work", "privacy"), always=True)
    desk.save_question(session, quiz, key, typed(), 1, author.id, labeled=wanted)
    assert labels.of(session, desk.desk(session, quiz).quiz.id)[key] == replace(wanted, always=False)
    assert desk.desk(session, quiz).question(key).number == 1
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.deed == "labeled a question"))
    assert entry.details["tags"] == ["at work", "privacy"]
    desk.save_question(session, quiz, key, typed(red_line=True), 1, author.id, labeled=wanted)
    assert labels.of(session, desk.desk(session, quiz).quiz.id)[key] == wanted
    copied = desk.duplicate(session, quiz, key, author.id)
    assert labels.of(session, desk.desk(session, quiz).quiz.id)[copied] == wanted


def test_an_open_quiz_keeps_the_questions_it_draws_for_exams(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    desk.set_rules(session, quiz, desk.Rules(90, 1, 15, {"en": "The quiz"}, {"en": ""}), author.id)
    desk.open_quiz(session, quiz, author.id)
    with pytest.raises(Conflict, match="is open to learners"):
        desk.save_question(session, quiz, key, typed(), 1, author.id, labeled=Labels("practice"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (TypedLabels(tags=",".join(map(str, range(21)))), "at most 20 tags"),
        (TypedLabels(tags="x" * 41), "longer than 40 letters"),
        (TypedLabels(purpose="fun"), "not complete"),
        (TypedLabels(difficulty="4"), "not complete"),
        (TypedLabels(tier="x"), "not complete"),
    ],
)
def test_labels_that_cannot_be_are_said(wrong, sentence):
    assert sentence in " ".join(labeling.faults(wrong))


def test_versions_say_who_changed_what_and_when(session, quiz, author):
    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    other = typed(words={"stem-en": "What do you do last?"}, red_line=True)
    desk.save_question(session, quiz, key, other, 1, author.id)
    newest, oldest = history.of(session, quiz, key).entries
    assert (newest.author, newest.change, newest.state, newest.asked) == ("Dana Janssen", "change", "drawn", False)
    assert [(one.label, one.language) for one in newest.differences] == [("Question", "en"), ("Red-line question", "")]
    words = [(piece.kind, piece.words) for piece in newest.differences[0].passage]
    assert words == [("same", "What do you do"), ("was", "first?"), ("is", "last?")]
    assert (oldest.differences, oldest.state) == ((), "")
    with pytest.raises(NotFound):
        history.of(session, quiz, "nothing")


def test_a_regrade_is_offered_once_the_key_differs_from_one_that_learners_had(session, make, people, author):
    made = make.quiz()
    attempt = make.attempt(people.alice, made)
    [item] = [one for one in papers.items(session, attempt) if one.question.kind == "single"][:1]
    key = item.question.key
    same = writing.from_question(item.question)
    reworded = replace(same, words={**same.words, "stem-en": "Said otherwise"})
    desk.save_question(session, made.slug, key, reworded, 1, author.id)
    assert not history.of(session, made.slug, key).regrade
    assert history.of(session, made.slug, key).was_asked
    marks = {"best": "wrong", "wrong": "wrong", "half": "best"}
    other = replace(reworded, choices=tuple(replace(one, marking=marks[one.marking]) for one in reworded.choices))
    desk.save_question(session, made.slug, key, other, 2, author.id)
    assert history.of(session, made.slug, key).regrade


def test_the_versions_take_as_many_statements_for_many_as_for_one(session, quiz, author, statements):
    def asked() -> int:
        session.info["unsettled"].clear()
        statements.clear()
        history.of(session, quiz, key)
        return len(statements)

    key = desk.save_question(session, quiz, None, typed(), 0, author.id)
    one = asked()
    for number in range(1, 6):
        desk.save_question(session, quiz, key, typed(words={"stem-en": f"Now {number}?"}), number, author.id)
    assert asked() == one


def test_steps_and_criteria_are_added_moved_and_removed():
    begun = typed("thread")
    more = rearranging.rearranged(begun, "step-add")
    assert [step.key for step in more.steps] == ["s1", "s2", "s3"]
    assert rearranging.rearranged(more, "add-s3").choices[-1].step == "s3"
    assert [step.key for step in rearranging.rearranged(begun, "step-up-2").steps] == ["s2", "s1"]
    less = rearranging.rearranged(begun, "step-remove-2")
    assert [choice.step for choice in less.choices] == ["s1", "s1", "", ""]
    assert less.choices[0].leads_to == NOWHERE
    faults = " ".join(proofreading.faults(less, ["D2"]))
    assert "at which step" in faults
    assert "where it leads" in faults
    judged = rearranging.rearranged(typed("rewrite"), "criterion-add")
    assert judged.criteria == (TypedCriterion("c1", "4"),)
    assert "a criterion has no title" in " ".join(proofreading.faults(judged, ["D2"]))
    assert rearranging.rearranged(judged, "criterion-remove-1").criteria == ()
    assert rearranging.rearranged(typed(), "criterion-add") == rearranging.rearranged(typed(), "step-add") == typed()


def test_there_are_keys_for_more_choices_than_letters():
    one = typed("thread")
    for _ in range(50):
        one = rearranging.rearranged(one, "add-s1")
    assert len(one.choices) == KINDS["thread"].most
    assert [choice.key for choice in one.choices][24:29] == ["y", "z", "aa", "ab", "ac"]
    assert "choices" not in " ".join(proofreading.faults(one, ["D2"])).split(".")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_question_of_every_kind_can_be_looked_over(kind):
    assert proofreading.faults(writing.blank(kind), ["D2"])
