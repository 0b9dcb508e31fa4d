"""Questions brought in as files: looked over as a whole, shown, then proposed; a bad parcel changes nothing."""

import re
import zipfile
from io import BytesIO

import pytest
from sqlalchemy import func, select

from lms.base.content import ContentError
from lms.base.errors import Conflict, Invalid
from quizzes import pool
from quizzes.authoring import desk, exchange, parcels
from quizzes.question_models import Question, QuestionVersion
from tests.quizzes.test_authoring import typed

KINDS = ("single", "multiple", "matching", "thread")
QUIZ = "/studio/quizzes/principles"


@pytest.fixture
def author(make):
    make.guideline()
    make.course("principles")
    return make.person("Dana", roles=["author"])


@pytest.fixture
def quiz(session, author) -> str:
    slug = desk.create(session, "principles", author.id)
    for kind in KINDS:
        words = {"stem-en": f"What about {kind}?"}
        desk.save_question(session, slug, None, typed(kind, words=words), 0, author.id)
    return slug


def unpack(content: bytes) -> dict[str, str]:
    return {name: data.decode() for name, data in parcels.unpacked(content).items()}


def changed(session, quiz, **replacements: str) -> bytes:
    """The questions of the quiz as a parcel, with words replaced."""
    texts = unpack(exchange.parcel(session, quiz))
    for old, new in replacements.items():
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    return parcels.packed(texts)


def states(plan) -> dict[str, str]:
    return {line.question.key: line.state for line in plan.lines}


def test_the_same_questions_make_the_same_bytes_and_change_nothing(session, quiz):
    content = exchange.parcel(session, quiz)
    assert content == exchange.parcel(session, quiz)
    plan = exchange.plan(session, quiz, exchange.read(session, content))
    assert (plan.changes, plan.untouched, set(states(plan).values())) == (False, 0, {"same"})


def test_what_is_new_and_changed_is_proposed_and_not_drawn_before_a_reviewer_agrees(session, quiz, author):
    content = changed(session, quiz, **{"What about single?": "And single?", "what-about-multiple": "another"})
    questions = exchange.read(session, content)
    plan = exchange.plan(session, quiz, questions)
    assert states(plan) == {
        "what-about-single": "changed",
        "another": "new",
        "what-about-matching": "same",
        "what-about-thread": "same",
    }
    assert plan.untouched == 1
    [line] = [line for line in plan.lines if line.state == "changed"]
    assert [(one.label, one.language) for one in line.differences] == [("Question", "en")]
    before = pool.drawable(session, desk.desk(session, quiz).quiz.id)
    exchange.propose(session, quiz, questions, plan.seen, author.id)
    assert pool.drawable(session, desk.desk(session, quiz).quiz.id) == before
    waiting = session.scalars(select(Question.key).where(Question.proposed_id.is_not(None)).order_by(Question.key))
    assert waiting.all() == ["another", "what-about-single"]
    assert not exchange.plan(session, quiz, questions).changes


def test_labels_alone_hold_at_once_and_make_no_version(session, quiz, author):
    content = changed(session, quiz, **{'key = "what-about-single"': 'key = "what-about-single"\ntags = ["x"]'})
    questions = exchange.read(session, content)
    plan = exchange.plan(session, quiz, questions)
    assert states(plan)["what-about-single"] == "labels"
    before = session.scalar(select(func.count()).select_from(QuestionVersion))
    exchange.propose(session, quiz, questions, plan.seen, author.id)
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == before
    assert {one.tags for one in pool.drawable(session, desk.desk(session, quiz).quiz.id)} == {("x",), ()}


def test_what_was_shown_is_what_is_done_or_nothing(session, quiz, author):
    questions = exchange.read(session, changed(session, quiz, **{"What about single?": "And single?"}))
    plan = exchange.plan(session, quiz, questions)
    words = {"stem-en": "Somebody else’s"}
    desk.save_question(session, quiz, "what-about-single", typed(words=words), 1, author.id)
    with pytest.raises(Conflict, match="in the meantime"):
        exchange.propose(session, quiz, questions, plan.seen, author.id)
    assert session.scalars(select(Question.id).where(Question.proposed_id.is_not(None))).all() == []


def test_a_retired_question_comes_back_only_through_a_reviewer(session, quiz, author):
    content = changed(session, quiz, **{"What about single?": "And single?"})
    desk.retire(session, quiz, "what-about-single", author.id)
    [line] = [one for one in exchange.plan(session, quiz, exchange.read(session, content)).lines if one.returns]
    assert line.question.key == "what-about-single"


def zipped(files: dict[str, bytes], **more) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, data in files.items():
            parcel.writestr(name, data)
    return buffer.getvalue()


HOSTILE = {
    "no zip": (b"hello", "not a zip file"),
    "cut off": (zipped({"questions.toml": b"x" * 999})[:60], "not a zip file"),
    "too large": (b"x" * 5_000_001, "Up to 5 MB"),
    "another file": (zipped({"evil.py": b""}), "“evil.py” is not one of the files"),
    "a way up": (zipped({"../questions.toml": b""}), "is not one of the files"),
    "a way down": (zipped({"/etc/questions.toml": b""}), "is not one of the files"),
    "with back strokes": (zipped({"..\\..\\questions.toml": b""}), "is not one of the files"),
    "deep": (zipped({"a/b/questions.toml": b""}), "is not one of the files"),
    "two folders": (zipped({"a/questions.toml": b"", "b/en.toml": b""}), "several folders"),
    "a bomb": (zipped({"questions.toml": b"#" * 50_000_000}), "larger than 4 MB when it is unpacked"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_parcel_that_is_none_is_refused_with_a_sentence(case):
    content, sentence = HOSTILE[case]
    with pytest.raises(Invalid, match=re.escape(sentence)):
        parcels.unpacked(content)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "questions.toml:1: This file is missing."),
        ({"questions.toml": b"x = \xff", "en.toml": b""}, "questions.toml:1: This is not UTF-8."),
        ({"questions.toml": b"x = [" + b"[" * 9000, "en.toml": b""}, "questions.toml:1: "),
        ({"questions.toml": b"[[question]]\nkey = 1\n", "en.toml": b""}, "questions.toml:1: [[question]]: key is 1"),
        ({"questions.toml": b"question = [1]\n", "en.toml": b""}, "questions.toml:1: question must be tables"),
    ],
)
def test_faults_in_files_are_named_with_the_file_and_not_with_our_folders(session, make, files, sentence):
    make.guideline()
    with pytest.raises(ContentError) as refusal:
        exchange.read(session, zipped(files))
    assert exchange.sentences(refusal.value)[0].startswith(sentence)


def test_files_in_one_folder_with_the_litter_of_a_computer_are_read(session, quiz):
    texts = {f"quiz/{name}": text.encode() for name, text in unpack(exchange.parcel(session, quiz)).items()}
    content = zipped(texts | {"__MACOSX/quiz/._en.toml": b"x", "quiz/.DS_Store": b"x", "quiz/quiz.toml": b"slug = 1"})
    assert len(exchange.read(session, content)) == len(KINDS)


def test_looking_over_takes_as_many_statements_for_many_questions_as_for_one(session, quiz, author, statements):
    def asked() -> int:
        questions = exchange.read(session, exchange.parcel(session, quiz))
        session.info["unsettled"].clear()
        statements.clear()
        exchange.plan(session, quiz, questions)
        return len(statements)

    few = asked()
    for _ in range(6):
        desk.save_question(session, quiz, None, typed(), 0, author.id)
    assert asked() == few


def test_a_parcel_is_taken_away_brought_back_shown_and_proposed(session, quiz, author, client_for):
    dana = client_for(author)
    away = dana.get(f"{QUIZ}/questions.zip")
    assert away.mimetype == "application/zip"
    texts = unpack(away.data)
    texts["en.toml"] = texts["en.toml"].replace("What about single?", "And single?")
    page = dana.submit(f"{QUIZ}/exchange", {"file": (BytesIO(parcels.packed(texts)), "questions.zip")})
    assert page.status_code == 200
    assert "0 new, 1 changed, 0 with other labels, 3 the same." in page.text
    hidden = dict(re.findall(r'name="(digest|seen)" value="([0-9a-f]+)"', page.text))
    done = dana.submit(f"{QUIZ}/exchange/propose", hidden)
    assert "1 question waits for a reviewer." in done.text
    assert dana.submit(f"{QUIZ}/exchange/propose", hidden).status_code == 422


def test_a_bad_parcel_is_answered_with_its_faults_and_nothing_is_kept(session, quiz, author, client_for):
    dana = client_for(author)
    texts = unpack(exchange.parcel(session, quiz))
    texts["questions.toml"] = texts["questions.toml"].replace("red_line = false", "red_line = 0")
    page = dana.submit(f"{QUIZ}/exchange", {"file": (BytesIO(parcels.packed(texts)), "questions.zip")})
    assert page.status_code == 422
    assert page.text.count("red_line is 0; it must be true or false") == len(KINDS)
    assert "questions.toml:2: what-about-single" in page.text
    assert dana.submit(f"{QUIZ}/exchange", {}).status_code == 422
    assert dana.submit(f"{QUIZ}/exchange/propose", {"digest": "0" * 64, "seen": ""}).status_code == 422
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == len(KINDS)


def test_more_than_is_taken_at_once_is_refused_before_it_is_read(quiz, author, client_for):
    big = {"file": (BytesIO(b"x" * 5_200_000), "questions.zip")}
    assert client_for(author).submit(f"{QUIZ}/exchange", big).status_code == 413


def test_learners_neither_take_nor_bring_questions(quiz, make, client_for):
    alice = client_for(make.person("Alice"))
    assert alice.get(f"{QUIZ}/questions.zip").status_code == 403
    assert alice.submit(f"{QUIZ}/exchange", {}).status_code == 403
