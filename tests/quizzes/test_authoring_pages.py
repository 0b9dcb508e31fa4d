"""The studio's pages for quizzes: what is typed is never lost, and every button does what it says."""

import pytest
from sqlalchemy import select

from courses.models import Course
from quizzes.authoring import desk
from tests.quizzes.test_authoring import typed


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
    }
    for place, choice in enumerate(question.choices, 1):
        found |= {f"choice-{place}-key": choice.key, f"choice-{place}-marking": choice.marking}
        found |= {f"choice-{place}-{name}": words for name, words in choice.words.items()}
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
