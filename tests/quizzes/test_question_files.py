"""Questions in files: what is written is read again, to the byte; what is wrong is said with file and line."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.base import clock
from lms.base.content import ContentError
from quizzes import bank, definitions, export, files, question_texts, versions, written
from quizzes.authoring import desk, proofreading, writing
from quizzes.authoring.typed import Typed, TypedCriterion
from quizzes.kinds import KINDS
from quizzes.labels import Labels
from quizzes.models import QuizVersion
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import QuotaView
from tests.quizzes.makers import quiz_files
from tests.quizzes.test_authoring import typed

LANGUAGES = ("en", "nl")
RESTING = (replace(typed().choices[0], clause="D2"), *typed().choices[1:])
WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12).map(
    lambda words: f"x{words}y"
)
RULES = """closes_at = 2027-01-31T17:00:00Z
asks_certainty = true
attempts_allowed = 0
cooling_hours = 24
long_wait_days = 10
markers = 2
anonymous_marking = false
marking_days = 7
apart = 30

[must_pass]
D2 = 100

[review]
right_after = ["clauses"]

[[quota]]
dimension = "clause"
value = "D2"
count = 2
"""


@st.composite
def questions(draw: st.DrawFn) -> written.WrittenQuestion:
    """A question of any kind that a form would let through, with words and labels of all sorts."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    sample = typed(kind)
    said = {language: draw(WORDS) for language in LANGUAGES}
    if KINDS[kind].has_criteria and draw(st.booleans()):
        sample = replace(sample, criteria=(TypedCriterion("c1", "4", {"title-en": "Tone", "guide-en": said["en"]}),))
    codes = draw(st.sampled_from([("D2",), ("D6", "F4"), ("F1", "D2", "D12")]))
    choices = tuple(replace(one, clause=draw(st.sampled_from(["", *codes]))) for one in sample.choices)
    both = _in_both(replace(sample, clauses=codes, choices=choices), said)
    labels = Labels(
        purpose=draw(st.sampled_from(["exam", "practice", "both"])),
        tier=draw(st.sampled_from([None, "staff", "manager"])),
        difficulty=draw(st.sampled_from([None, 1, 2, 3])),
        tags=tuple(sorted(draw(st.sets(st.text("abcé 1", min_size=1).map(str.strip).filter(bool), max_size=3)))),
        always=both.red_line,
    )
    tags = tuple(sorted({" ".join(tag.split()) for tag in labels.tags}))
    return replace(writing.written(both, f"a-{kind}"), labels=replace(labels, tags=tags))


def _in_both(sample: Typed, said: dict[str, str]) -> Typed:
    """The question in two languages; its own words are those given."""

    def more(words):
        return {**words, **{name.replace("-en", "-nl"): f"{text} (nl)" for name, text in words.items() if text}}

    words = more(sample.words) | {f"stem-{language}": text for language, text in said.items()}
    rows = {
        name: tuple(replace(row, words=more(row.words)) for row in getattr(sample, name))
        for name in ("choices", "steps", "criteria")
    }
    return replace(sample, words=words, red_line=bool(len(said["en"]) % 2), **rows)


def put(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return folder


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(questions())
def test_what_is_written_is_read_again_and_makes_the_same_bytes(question):
    with TemporaryDirectory() as name:
        texts = question_texts.of([question])
        [back], _ = files.read_questions(put(Path(name), texts), ("en",))
    assert back == question
    assert back.labels == question.labels
    assert question_texts.of([back]) == texts


def test_a_kind_without_reasons_has_no_clauses_for_its_choices(tmp_path):
    texts = question_texts.of([writing.written(typed("matching"), "pairs")])
    texts["questions.toml"] = texts["questions.toml"].replace('key = "a"', 'key = "a", clause = "D2"')
    with pytest.raises(ContentError, match="choice a has a clause, which this kind does not know"):
        files.read_questions(put(tmp_path, texts), ("en",))


def test_a_question_whose_choices_name_no_clause_keeps_the_digest_it_had():
    """Records prove with it what was asked, and releases before this one knew no such clause."""
    bare, named = (writing.written(typed(choices=choices), "one") for choices in (typed().choices, RESTING))
    assert not any("clause" in choice.content for choice in bare.choices)
    assert [choice.content.get("clause") for choice in named.choices] == ["D2", None, None]
    assert bare.sha256 != named.sha256
    assert written.marked_alike(bare, named)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_of_every_kind_has_no_faults(kind):
    assert proofreading.faults(typed(kind), ["D2"]) == []


@pytest.fixture
def course(make):
    make.guideline()
    return make.course("principles")


def loaded(session, folder: Path) -> str:
    return bank.load(session, folder)


@pytest.mark.usefixtures("course")
def test_every_kind_goes_from_the_bank_into_files_and_back_without_a_difference(session, make, tmp_path):
    author = make.person("Dana", roles=["author"])
    quiz = desk.create(session, "principles", author.id)
    for kind in KINDS:
        sample = typed(kind)
        choices = tuple(replace(one, clause="D2" if KINDS[kind].reasons else "") for one in sample.choices)
        desk.save_question(session, quiz, None, replace(sample, choices=choices), 0, author.id)
    [first] = session.scalars(select(Question).where(Question.key == "what-do-you-do-first"))
    first.difficulty, first.purpose = 2, "both"
    session.flush()
    texts = export.texts(export.stored(session, quiz))
    assert texts["questions.toml"].count('clause = "D2"') > len(KINDS)
    again = files.read(put(tmp_path, texts), complete=("en",))
    assert export.texts(export.of_files(again)) == texts
    assert export.lines(export.stored(session, quiz), export.of_files(again)) == []
    before = session.scalar(select(func.count()).select_from(QuestionVersion))
    bank.bring(session, again)
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == before
    assert export.texts(export.stored(session, quiz)) == texts


@pytest.mark.usefixtures("course")
def test_rules_and_labels_are_loaded_and_written_again(session, tmp_path):
    folder = quiz_files(tmp_path / "quiz", per_kind=1, questions_drawn=4)
    quiz, structure = folder / "quiz.toml", folder / "questions.toml"
    above, below = quiz.read_text().split("[title]")
    closing, tables = RULES.split("\n\n", 1)
    quiz.write_text(f"{above}{closing}\n[title]{below}\n{tables}")
    lines = 'key = "single-1"\npurpose = "both"\ntier = "staff"\ndifficulty = 3\n'
    lines += 'tags = ["Privacy", "at  work"]\nalways = true'
    structure.write_text(structure.read_text().replace('key = "single-1"', lines))
    assert loaded(session, folder) == "added"
    found = definitions.live(session, "principles")
    assert (found.attempts_allowed, found.markers, found.must_pass) == (None, 2, {"D2": 100})
    assert found.quotas == (QuotaView("clause", "D2", 2),)
    assert found.shows == {"right_after": frozenset({"clauses"})}
    assert found.closes_at is not None
    assert found.closes_at.isoformat() == "2027-01-31T17:00:00+00:00"
    content = export.stored(session, "principles")
    assert content.questions["single-1"].labels == Labels("both", "staff", 3, ("at work", "privacy"), True)
    again = files.read(put(tmp_path, export.texts(content)))
    assert export.lines(content, export.of_files(again)) == []
    assert loaded(session, folder) == "unchanged"


@pytest.mark.usefixtures("course")
def test_other_labels_make_no_version_of_the_question(session, tmp_path):
    folder = quiz_files(tmp_path / "quiz", per_kind=2)
    loaded(session, folder)
    structure = folder / "questions.toml"
    structure.write_text(structure.read_text().replace('key = "single-1"', 'key = "single-1"\ndifficulty = 1'))
    assert loaded(session, folder) == "updated"
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == 10
    assert session.scalars(select(Question.difficulty).where(Question.key == "single-1")).one() == 1


BAD = {
    "option": ('key = "single-1"', 'key = "single-1"\noptions = { x = 1 }', "x is not known in options of single-1"),
    "steps": ('key = "single-1"', 'key = "single-1"\nsteps = [{ key = "s1" }]', "this kind has no steps"),
    "criteria": ('key = "single-1"', 'key = "single-1"\ncriteria = [{ key = "c", most = 2 }]', "no criteria"),
    "purpose": ('key = "single-1"', 'key = "single-1"\npurpose = "fun"', "must be one of exam, practice, both"),
    "difficulty": ('key = "single-1"', 'key = "single-1"\ndifficulty = 4', "must be one of 1, 2, 3"),
    "yes is no difficulty": ('key = "single-1"', 'key = "single-1"\ndifficulty = true', "must be one of 1, 2, 3"),
    "tags": ('key = "single-1"', 'key = "single-1"\ntags = ["a,b"]', "without commas"),
    "tags of numbers": ('key = "single-1"', 'key = "single-1"\ntags = [1]', "must be a list of words"),
    "always": ('key = "sort-1"', 'key = "sort-1"\nalways = true', "always is for red-line questions"),
    "step of a choice": ('{key="a", credit=0', '{key="a", step="s1", credit=0', "has a step, which this kind"),
    "leads nowhere": ('{key="a", credit=0', '{key="a", leads_to="s1", credit=0', "there is no such step"),
    "a clause of another question": ('{key="a", credit=0', '{key="a", clause="D9", credit=0', "it must be one of D2"),
    "key of a choice": ('{key="a", credit=0', '{key="A.b", credit=0', "small letters, digits and hyphens"),
    "choices that are none": ("choices = [", "choices = [1, ", "choices must be a list of tables"),
}


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_in_a_question_is_said_with_file_and_line(session, tmp_path, case):
    old, new, sentence = BAD[case]
    folder = quiz_files(tmp_path / "quiz", per_kind=1, questions_drawn=5, red=["single-1"])
    structure = folder / "questions.toml"
    assert old in structure.read_text()
    structure.write_text(structure.read_text().replace(old, new, 1))
    with pytest.raises(ContentError, match=r"questions\.toml:\d+: ") as refusal:
        loaded(session, folder)
    assert sentence in str(refusal.value)
    assert session.scalar(select(func.count()).select_from(Question)) == 0


RULE_FAULTS = [
    ("closes_at = 2027-01-31T17:00:00", "a moment with its zone"),
    ('closes_at = "soon"', "a moment with its zone"),
    ("attempts_allowed = -1", "must be 0 to 100"),
    ("markers = 3", "must be 1 to 2"),
    ("asks_certainty = 1", "must be of type bool"),
    ("[must_pass]\nD2 = 101", "1 to 100 percent"),
    ("[must_pass]\nD99 = 50", "clause D99 is not in the guideline"),
    ('[review]\nsometime = ["key"]', "sometime is not known"),
    ('[review]\nlater = ["all"]', "is not one of outcomes"),
    ('[[quota]]\ndimension = "color"\nvalue = "red"\ncount = 1', "must be one of clause"),
    ('[[quota]]\ndimension = "difficulty"\nvalue = 9\ncount = 1', "must be one of 1, 2, 3"),
    ('[[quota]]\ndimension = "tag"\nvalue = "x"\ncount = 6', "ask for 6 questions, but 5 are drawn"),
    ('[[quota]]\ndimension = "tag"\nvalue = "x"\ncount = 1\nmore = 1', "more is not known"),
]


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(("rule", "sentence"), RULE_FAULTS)
def test_what_is_wrong_in_the_rules_is_said_with_file_and_line(session, tmp_path, rule, sentence):
    folder = quiz_files(tmp_path / "quiz", per_kind=1, questions_drawn=5)
    quiz = folder / "quiz.toml"
    text = quiz.read_text()
    quiz.write_text(f"{text}\n{rule}\n" if rule.startswith("[") else text.replace("[title]", f"{rule}\n[title]"))
    with pytest.raises(ContentError, match=r"quiz\.toml:\d+: ") as refusal:
        loaded(session, folder)
    assert sentence in str(refusal.value)
    assert session.scalar(select(func.count()).select_from(QuizVersion)) == 0


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("course")
def test_the_faults_of_all_questions_are_said_at_once(session, tmp_path):
    folder = quiz_files(tmp_path / "quiz", per_kind=1, questions_drawn=5)
    structure = folder / "questions.toml"
    structure.write_text(structure.read_text().replace("red_line = false", "red_line = 0"))
    with pytest.raises(ContentError) as refusal:
        loaded(session, folder)
    assert str(refusal.value).count("must be true or false") == 1 + structure.read_text().count("red_line = 0") - 1


@pytest.mark.sqlite_only
def test_a_version_made_by_an_older_release_is_no_change(session, course, make):
    """What a kind declares as an option since then is filled in, and is no difference."""
    quiz = desk.create(session, "principles", make.person("Dana", roles=["author"]).id)
    question = bank.add_question(session, definitions.live(session, quiz).id, "short")
    sample = writing.written(typed("short"), "short")
    session.add(version := versions.made(question.id, 1, replace(sample, options={}), clock.now(), "first"))
    session.flush()
    question.current_id = version.id
    session.flush()
    assert export.stored(session, quiz).questions["short"] == sample
