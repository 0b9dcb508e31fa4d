"""The studio's pages for quizzes: what is typed is never lost, and every button does what it says."""

import pytest
from markupsafe import escape
from sqlalchemy import select

from courses.models import Course
from quizzes.authoring import desk, writing
from quizzes.kinds import KINDS
from tests.quizzes.test_authoring import typed
from tests.support import markup


@pytest.fixture
def author(make):
    make.guideline()
    return make.person("Dana", roles=["author"])


@pytest.fixture
def dana(author, make, client_for):
    make.course("principles")
    return client_for(author)


QUIZ = "/studio/quizzes/principles"


def fields(kind: str = "single", **more: str | list[str]) -> dict[str, str | list[str]]:
    """The form of a question without faults."""
    question = typed(kind)
    found: dict[str, str | list[str]] = {
        "kind": kind,
        "opened": "0",
        "clauses": list(question.clauses),
        **question.words,
        **{f"option-{name}": value for name, value in question.options.items()},
    }
    for place, choice in enumerate(question.choices, 1):
        found |= {f"choice-{place}-key": choice.key, f"choice-{place}-marking": choice.marking}
        found |= {f"choice-{place}-{name}": words for name, words in choice.words.items()}
        found |= {f"choice-{place}-step": choice.step, f"choice-{place}-leads_to": choice.leads_to}
    for place, step in enumerate(question.steps, 1):
        found |= {f"step-{place}-key": step.key}
        found |= {f"step-{place}-{name}": words for name, words in step.words.items()}
    return found | more


def test_a_quiz_is_begun_from_its_course(dana):
    page = dana.get("/studio/quizzes/?course=principles")
    assert "This course has no quiz yet" in page.text
    assert dana.submit("/studio/quizzes/", {"course": "principles"}).location == QUIZ
    assert dana.get("/studio/quizzes/?course=principles").location == QUIZ
    assert "Not open yet" in dana.get(QUIZ).text


def begin(dana) -> None:
    dana.submit("/studio/quizzes/", {"course": "principles"})


def test_rules_with_faults_are_shown_with_what_was_typed(dana):
    begin(dana)
    wrong = {"pass_mark": "140", "questions_drawn": "5", "minutes": "9", "title_en": "My quiz"}
    page = dana.submit(QUIZ, wrong)
    assert page.status_code == 422
    assert "from 1 to 100" in page.text
    assert 'value="140"' in page.text
    assert "My quiz" in page.text
    assert dana.submit(QUIZ, wrong | {"pass_mark": "75"}).status_code == 303
    assert 'value="75"' in dana.get(QUIZ).text


def test_a_question_with_faults_is_shown_with_what_was_typed(dana):
    begin(dana)
    page = dana.submit(f"{QUIZ}/new", fields(**{"explanation-en": "", "stem-nl": "Wat doe je eerst?"}))
    assert page.status_code == 422
    assert "English: write the explanation" in page.text
    assert "Wat doe je eerst?" in page.text
    assert "Because of a." in page.text


def test_buttons_of_the_form_add_move_and_remove_choices_without_keeping(dana):
    begin(dana)
    page = dana.submit(f"{QUIZ}/new", fields(do="add"))
    assert 'name="choice-4-key"' in page.text
    assert "Choice a" in page.text
    page = dana.submit(f"{QUIZ}/new", fields(do="remove-1"))
    assert "Choice a" not in page.text
    assert "No question yet" in dana.get(QUIZ).text


@pytest.mark.parametrize("kind", ["single", "multiple", "truefalse", "sort", "scenario"])
def test_a_question_of_every_kind_is_made_opened_and_tried(dana, kind):
    begin(dana)
    assert dana.get(f"{QUIZ}/new?kind={kind}").status_code == 200
    assert dana.submit(f"{QUIZ}/new", fields(kind)).status_code == 303
    page = dana.get(f"{QUIZ}/questions/what-do-you-do-first")
    assert "Because of" in page.text
    tried = dana.get(f"{QUIZ}/try?seed=4")
    assert "Nothing is kept" in tried.text
    assert "Because of" not in tried.text
    result = dana.submit(f"{QUIZ}/try?seed=4", {"q1-answer": "1", "q1-answer-1": "green"} if kind != "sort" else {})
    assert "would" in result.text
    assert "People first." in result.text


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_in_its_own_words_what_its_choices_are(dana, kind):
    begin(dana)
    page = dana.get(f"{QUIZ}/new?kind={kind}").text
    rules = KINDS[kind]
    assert f'id="choices" tabindex="-1">{rules.choices_name()}</h2>' in page
    assert str(escape(rules.choices_hint())) in page
    own = {"spot", "short", "rewrite", "ordering", "matching", "attest", "number"}
    assert (rules.choices_name() == "Choices") == (kind not in own)


def test_the_card_of_a_unit_is_closed_until_one_is_wanted(dana):
    begin(dana)
    assert '<details class="fold stack"><summary><h2' in dana.get(f"{QUIZ}/new?kind=number").text
    page = dana.submit(f"{QUIZ}/new", fields("number", do="add"))
    assert '<details class="fold stack" open>' in page.text
    assert '<legend class="b">The unit, shown beside the field</legend>' in page.text
    assert markup.problems(page.text) == []


def test_one_question_is_tried_alone_even_one_for_practice(dana):
    begin(dana)
    dana.submit(f"{QUIZ}/new", fields())
    dana.submit(f"{QUIZ}/new", fields(purpose="practice", **{"stem-en": "And at home?"}))
    link = f"{QUIZ}/try?only=and-at-home"
    assert f'href="{link}"' in dana.get(f"{QUIZ}/questions/and-at-home").text
    there = dana.get(link).location
    page = dana.get(there)
    assert "Question 1 of 1" in page.text
    assert "And at home?" in page.text
    assert "What do you do first?" not in page.text
    assert markup.problems(page.text) == []
    result = dana.submit(there, {"q1-answer": "1"})
    assert "This would" in result.text
    assert "And at home?" in result.text
    assert f'href="{QUIZ}/questions/and-at-home"' in result.text
    assert dana.get(f"{QUIZ}/try?only=nothing&seed=4").status_code == 404


def test_the_second_author_is_told_and_keeps_her_words(dana, database, author):
    begin(dana)
    dana.submit(f"{QUIZ}/new", fields())
    address = f"{QUIZ}/questions/what-do-you-do-first"
    assert dana.submit(address, fields(opened="1", **{"stem-en": "Hers"})).status_code == 303
    page = dana.submit(address, fields(opened="1", **{"stem-en": "His"}))
    assert page.status_code == 409
    assert "Somebody else changed this question" in page.text
    assert ">\nHis<" in page.text
    assert 'name="opened" value="2"' in page.text


def test_questions_are_retired_brought_back_and_copied(dana):
    begin(dana)
    dana.submit(f"{QUIZ}/new", fields())
    address = f"{QUIZ}/questions/what-do-you-do-first"
    dana.submit(f"{address}/retire")
    assert "Bring back" in dana.get(QUIZ).text
    dana.submit(f"{address}/return")
    assert "Bring back" not in dana.get(QUIZ).text
    assert dana.submit(f"{address}/duplicate").location == f"{address}-2"


def test_a_quiz_is_opened_to_learners(dana, database):
    begin(dana)
    dana.submit(f"{QUIZ}/new", fields())
    assert dana.submit(f"{QUIZ}/open").status_code in {409, 422}
    dana.submit(QUIZ, {"pass_mark": "80", "questions_drawn": "1", "minutes": "9", "title_en": "Quiz"})
    assert dana.submit(f"{QUIZ}/open").status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Course.quiz_slug)).one() == "principles"
        assert desk.desk(session, "principles").open


@pytest.mark.parametrize("seed", ["", "x", "-1", "9" * 11, "٣"])
def test_a_seed_that_is_none_draws_another(dana, seed):
    begin(dana)
    assert dana.get(f"{QUIZ}/try?seed={seed}").status_code == 302
    assert dana.submit(f"{QUIZ}/try?seed={seed}").status_code == 404


def test_an_answer_that_was_not_offered_is_refused(dana):
    begin(dana)
    dana.submit(f"{QUIZ}/new", fields())
    assert dana.submit(f"{QUIZ}/try?seed=4", {"q1-answer": "9"}).status_code == 422


def test_learners_do_not_come_in(make, client_for, dana):
    learner = client_for(make.person("Alice"))
    assert learner.get(QUIZ).status_code == 403
    assert learner.submit(f"{QUIZ}/open").status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_every_kind_is_made_and_shown_again_as_it_was_typed(dana, kind, database):
    begin(dana)
    assert dana.get(f"{QUIZ}/new?kind={kind}").status_code == 200
    assert dana.submit(f"{QUIZ}/new", fields(kind)).status_code == 303
    with database.reading() as session:
        found = desk.desk(session, "principles").question("what-do-you-do-first")
        assert writing.from_question(found.question) == typed(kind)
    page = dana.get(f"{QUIZ}/questions/what-do-you-do-first")
    assert markup.problems(page.text) == []
    again = dana.submit(f"{QUIZ}/questions/what-do-you-do-first", fields(kind, opened="1"))
    assert again.status_code == 303
    version = dana.get(f"{QUIZ}/questions/what-do-you-do-first/versions/1")
    assert markup.problems(version.text) == []
    assert "What do you do first?" in version.text
    assert dana.get(f"{QUIZ}/questions/what-do-you-do-first/versions/2").status_code == 404


@pytest.mark.parametrize(
    "deed", ["add", "up-2", "remove-1", "step-add", "add-s1", "criterion-add", "nonsense", "add-99"]
)
@pytest.mark.parametrize("kind", ["thread", "rewrite", "matching"])
def test_no_button_loses_what_was_typed(dana, kind, deed):
    begin(dana)
    labels = {"purpose": "both", "tags": "one, two", "tier": "staff", "difficulty": "2"}
    page = dana.submit(f"{QUIZ}/new", fields(kind, do=deed, **labels))
    assert page.status_code == 200
    assert markup.problems(page.text) == []
    for words in ("What do you do first?", "People first.", "Because of b.", 'value="one, two"', "D2"):
        assert words in page.text
    assert page.text.count(" selected>") >= 3
    assert "No question yet" in dana.get(QUIZ).text


def test_a_choice_rests_on_one_of_the_clauses_of_its_question(dana):
    begin(dana)
    named = fields(**{"choice-1-clause": "D4"})
    page = dana.submit(f"{QUIZ}/new", named)
    assert page.status_code == 422
    assert "Choice 1 rests on clause D4, but the question does not" in page.text
    assert '<option value="D4" selected>' in page.text
    assert dana.submit(f"{QUIZ}/new", named | {"clauses": ["D2", "D4"]}).status_code == 303
    address = f"{QUIZ}/questions/what-do-you-do-first"
    assert dana.get(address).text.count('<option value="D4" selected>') == 1
    assert "Choice 1: Rests on clause" in dana.get(f"{address}/versions/1").text
    mended = fields(opened="1", change="typo", clauses=["D2", "D4"], **{"choice-1-clause": "D2"})
    assert dana.submit(address, mended).status_code == 303
    tried = dana.submit(dana.get(f"{QUIZ}/try?only=what-do-you-do-first").location, {"q1-answer": "1"})
    assert '#D2">D2<span class="vh">' in tried.text


def test_more_than_a_typo_is_refused_with_what_was_typed(dana):
    begin(dana)
    dana.submit(f"{QUIZ}/new", fields())
    address = f"{QUIZ}/questions/what-do-you-do-first"
    changed = fields(opened="1", change="typo", red_line="1", **{"stem-en": "What else?"})
    page = dana.submit(address, changed)
    assert page.status_code == 422
    assert "This is more than a typo" in page.text
    assert ">\nWhat else?<" in page.text
    assert dana.submit(address, changed | {"change": "change"}).status_code == 303


def test_labels_with_faults_are_shown_with_what_was_typed(dana):
    begin(dana)
    long = "x" * 41
    page = dana.submit(f"{QUIZ}/new", fields(purpose="practice", tags=f"{long}, b", tier="", difficulty="3"))
    assert page.status_code == 422
    assert "longer than 40 letters" in page.text
    assert f'value="{long}, b"' in page.text


def test_a_page_for_a_question_takes_as_many_statements_in_a_large_bank(dana, statements, session, author):
    begin(dana)
    dana.submit(f"{QUIZ}/new", fields())

    def asked() -> int:
        dana.get(f"{QUIZ}/questions/what-do-you-do-first")
        statements.clear()
        dana.get(f"{QUIZ}/questions/what-do-you-do-first")
        return len(statements)

    few = asked()
    for _ in range(5):
        dana.submit(f"{QUIZ}/new", fields())
    assert asked() == few
