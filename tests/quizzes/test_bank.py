"""Loading content files, and the shipped quiz."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import catalog
from lms.base import clock
from lms.base.content import ContentError
from lms.guidelines import loading as guideline_loading
from quizzes import bank, closing, definitions, files, papers, pool
from quizzes.drawing import draw
from quizzes.kinds import KINDS
from quizzes.models import QuizVersion
from quizzes.question_models import Question, QuestionVersion
from tests.make import Make, People
from tests.quizzes.makers import quiz_files

SHIPPED = bank.CONTENT / "principles"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return quiz_files(tmp_path / "quiz")


@pytest.fixture
def course(make: Make) -> None:
    make.guideline()
    make.course()


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


@pytest.mark.usefixtures("course")
def test_a_folder_is_loaded_once(session: Session, folder: Path) -> None:
    assert bank.load(session, folder) == "added"
    assert bank.load(session, folder) == "unchanged"
    quiz = definitions.live(session, "principles")
    assert (quiz.number, quiz.pass_mark, quiz.minutes, len(pool.drawable(session, quiz.id))) == (1, 80, 25, 20)
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == 20
    view = catalog.get(session, "principles")
    assert (view.quiz_slug, view.quiz_minutes) == ("principles", 25)


@pytest.mark.usefixtures("course")
def test_only_a_changed_question_gets_a_new_version(session: Session, folder: Path) -> None:
    bank.load(session, folder)
    edit(folder / "nl.toml", "Stem of sort-1 (nl)", "Beter verwoord")
    with clock.frozen(clock.now()):
        assert bank.load(session, folder) == "updated"
    newest = session.execute(
        select(Question.key, QuestionVersion.number)
        .join(QuestionVersion, QuestionVersion.id == Question.current_id)
        .where(QuestionVersion.number > 1)
    ).all()
    assert newest == [("sort-1", 2)]
    assert definitions.live(session, "principles").number == 2


@pytest.mark.usefixtures("course")
def test_other_rules_alone_make_no_new_questions(session: Session, folder: Path) -> None:
    bank.load(session, folder)
    edit(folder / "quiz.toml", "pass_mark = 80", "pass_mark = 85")
    assert bank.load(session, folder) == "updated"
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == 20
    assert definitions.live(session, "principles").pass_mark == 85


@pytest.mark.usefixtures("course")
def test_a_question_that_left_the_files_is_not_drawn(session: Session, tmp_path: Path) -> None:
    bank.load(session, quiz_files(tmp_path / "four", per_kind=4))
    bank.load(session, quiz_files(tmp_path / "three", per_kind=3))
    quiz = definitions.live(session, "principles")
    current = pool.drawable(session, quiz.id)
    assert len(current) == 15
    bank.load(session, quiz_files(tmp_path / "four"))
    quiz = definitions.live(session, "principles")
    assert len(pool.drawable(session, quiz.id)) == 20


def test_an_attempt_keeps_the_versions_it_was_asked(
    session: Session, make: Make, people: People, tmp_path: Path
) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    asked = [item.question for item in papers.items(session, attempt)]
    folder = quiz_files(tmp_path / "changed", per_kind=3, minutes=5)
    for language in ("en", "nl"):
        edit(folder / f"{language}.toml", "Stem of", "Other stem of", 99)
    bank.load(session, folder)
    assert [item.question for item in papers.items(session, attempt)] == asked
    closing.submit(session, attempt)


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    ("file", "old", "new", "where", "what"),
    [
        ("quiz.toml", "pass_mark = 80", "pass_mark = 101", "quiz.toml:4", "must be 1 to 100"),
        ("quiz.toml", "minutes = 25", 'minutes = "x"', "quiz.toml:6", "minutes is 'x'"),
        ("quiz.toml", "questions_drawn = 10", "questions_drawn = 21", "quiz.toml:5", "must be 1 to 20"),
        ("quiz.toml", 'course = "principles"', 'course = "other"', "quiz.toml:2", "no published course 'other'"),
        ("quiz.toml", 'nl = "De quiz"', "", "quiz.toml:7", "no text in 'nl'"),
        ("quiz.toml", "version = 1", "version = = 1", "quiz.toml:3", "not TOML"),
        ("questions.toml", 'kind = "multiple"', 'kind = "essay"', "questions.toml:10", "kind is 'essay'"),
        ("questions.toml", "credit=100", "credit=50", "questions.toml:2", "exactly one choice"),
        ("questions.toml", "credit=100", 'credit="all"', "questions.toml:2", "credit of choice b is 'all'"),
        (
            "questions.toml",
            '{key="b", right=false',
            '{key="b", right="no"',
            "questions.toml:10",
            "must be true or false",
        ),
        ("questions.toml", 'bucket="red"', 'bucket="blue"', "questions.toml:26", "bucket must be one of"),
        ("questions.toml", '{key="c", bucket="amber"}, ', "", "en.toml:52", "there is no choice c in questions.toml"),
        ("questions.toml", '{key="c", credit=50}', '{key="b", credit=50}', "questions.toml:2", "the same key"),
        ("questions.toml", '["D2"]', '["D99"]', "questions.toml:2", "clause D99 is not in the guideline"),
        ("questions.toml", '["D2"]', "[]", "questions.toml:2", "at least one clause"),
        ("questions.toml", 'key = "multiple-1"', 'key = "single-1"', "questions.toml:10", "used twice"),
        ("questions.toml", "red_line = true", "red_line = 1", "questions.toml:2", "must be true or false"),
        ("en.toml", 'stem = "Stem of single-1 (en)"', "", "en.toml:1", "stem is missing"),
        ("en.toml", "[single-2]", "[single-9]", "en.toml:1", "single-2: stem is missing"),
        ("en.toml", "[single-1.choices.c]", "[single-1.choices.x]", "en.toml:10", "no choice x"),
        ("nl.toml", "post = {", "mail = {", "nl.toml", "the post is missing"),
        ("nl.toml", 'place = "Forum", ', "", "nl.toml", "place is missing"),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_nothing_changes(
    session: Session, folder: Path, file: str, old: str, new: str, where: str, what: str
) -> None:
    edit(folder / file, old, new)
    with pytest.raises(ContentError) as broken:
        bank.load(session, folder)
    assert where in str(broken.value)
    assert what in str(broken.value)
    assert session.scalar(select(func.count()).select_from(QuizVersion)) == 0
    assert session.scalar(select(func.count()).select_from(Question)) == 0


@pytest.mark.usefixtures("course")
def test_words_without_a_question_are_named(session: Session, folder: Path) -> None:
    with (folder / "en.toml").open("a", encoding="utf-8") as file:
        file.write('[left-over]\nstem = "?"\n')
    with pytest.raises(ContentError, match=r"en\.toml:\d+: left-over: there is no such question"):
        bank.load(session, folder)


@pytest.mark.usefixtures("course")
def test_a_missing_file_is_named(session: Session, folder: Path) -> None:
    (folder / "nl.toml").unlink()
    with pytest.raises(ContentError, match=r"nl\.toml:1: This file is missing"):
        bank.load(session, folder)


def test_the_shipped_quiz_is_sound(session: Session, make: Make) -> None:
    guideline_loading.load(session, guideline_loading.CONTENT / "how-we-speak")
    make.course()
    assert bank.load(session, SHIPPED) == "added"
    written = files.read(SHIPPED)
    kinds = Counter(question.kind for question in written.questions if question.labels.purpose == "exam")
    assert set(kinds) == {"single", "multiple", "truefalse", "sort", "scenario"}
    assert kinds.total() >= 2 * written.questions_drawn
    practiced = Counter(question.kind for question in written.questions if question.labels.purpose == "practice")
    assert set(practiced) == set(KINDS) - set(kinds)
    assert kinds.total() + practiced.total() == len(written.questions)
    quiz = definitions.live(session, "principles")
    for seed in range(30):
        paper = draw(pool.drawable(session, quiz.id), quiz.questions_drawn, seed)
        assert sum(drawn.red_line for drawn in paper) >= 3
        assert {drawn.kind for drawn in paper} == set(kinds)


def test_a_course_has_one_quiz_also_when_a_quiz_that_is_there_moves(session: Session, make: Make, folder: Path) -> None:
    make.guideline()
    make.course()
    make.course("other")
    bank.load(session, folder)
    edit(folder / "quiz.toml", 'course = "principles"', 'course = "other"')
    with pytest.raises(ContentError, match=r"quiz\.toml:2: The quiz 'principles' belongs to the course 'principles'"):
        bank.load(session, folder)
    edit(folder / "quiz.toml", 'course = "other"', 'course = "principles"')
    edit(folder / "quiz.toml", 'slug = "principles"', 'slug = "second"')
    with pytest.raises(ContentError, match=r"quiz\.toml:2: The course 'principles' has another quiz already"):
        bank.load(session, folder)


@pytest.mark.sqlite_only
def test_a_shipped_folder_is_called_as_its_quiz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "CONTENT", tmp_path)
    quiz_files(tmp_path / "principles")
    assert [folder.name for folder in bank.shipped()] == ["principles"]
    quiz_files(tmp_path / "second")
    with pytest.raises(
        ContentError, match=r"second/quiz\.toml:1: slug is 'principles', but the folder is called 'secon"
    ):
        bank.shipped()
