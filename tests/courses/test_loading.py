"""Loading courses from files."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from courses import catalog
from courses.authoring import drafts
from courses.enrollment_models import Enrollment
from courses.files import loading
from courses.media import holdings
from courses.models import Course, CourseVersion, LessonText
from lms.base.content import ContentError
from lms.base.files import FileStore
from lms.guidelines import loading as guidelines


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped course, to change."""
    return Path(shutil.copytree(loading.CONTENT / "principles", tmp_path / "principles"))


@pytest.fixture
def shipped(session, files, folder):
    guidelines.load(session, guidelines.CONTENT / "how-we-speak")
    assert loading.load(session, files, folder) == "added"
    return catalog.get(session, "principles")


def test_the_shipped_course_is_complete_in_both_languages(session, shipped):
    assert len(shipped.modules) == 6
    assert len(shipped.needed) == 12
    for lesson in shipped.lessons:
        assert lesson.clauses or lesson.optional
        for language in ("en", "nl"):
            assert catalog.lesson_page(session, shipped.version_id, lesson.slug, language).language == language
    whole = " ".join(session.scalars(select(LessonText.html)))
    for shape in ('class="check"', 'class="film"', 'class="picture"', 'class="callout', "<table>", 'kind="captions"'):
        assert shape in whole


def test_a_reader_of_another_language_gets_the_english_text(session, shipped):
    assert catalog.lesson_page(session, shipped.version_id, shipped.lessons[0].slug, "fr").language == "en"


def test_loading_the_same_files_again_changes_nothing(session, files, folder, shipped):
    assert loading.load(session, files, folder) == "unchanged"
    assert session.scalar(select(func.count()).select_from(CourseVersion)) == 1


def test_changed_files_become_a_new_version_and_the_old_one_stays(session, files, folder, shipped):
    path = folder / "en" / "one-conversation.md"
    path.write_text(path.read_text().replace("# ", "# Newer: ", 1))
    assert loading.load(session, files, folder) == "updated"
    newer = catalog.get(session, "principles")
    assert newer.version_number == 2
    assert newer.lessons[0].titles["en"].startswith("Newer: ")
    assert not catalog.version(session, shipped.version_id).lessons[0].titles["en"].startswith("Newer: ")


def test_a_course_that_authors_changed_is_left_to_them(session, files, folder, shipped):
    live = session.get_one(CourseVersion, shipped.version_id)
    live.source_sha256 = ""
    session.flush()
    path = folder / "en" / "one-conversation.md"
    path.write_text(path.read_text() + "\nMore.\n")
    assert loading.load(session, files, folder) == "kept"


BROKEN = {
    "no title": ("en/one-conversation.md", "# ", "No title ", "1: The first line must be the title"),
    "unknown clause": (
        "nl/one-conversation.md",
        "clause:D1",
        "clause:X9",
        "clause X9 is named here but does not exist",
    ),
    "unknown source": ("en/one-conversation.md", "clause:D1", "source:Z9", ": source Z9 is named here but does not"),
    "open block": ("en/one-conversation.md", "\n:::\n", "\n", "not closed with :::"),
    "bad toml": ("course.toml", 'slug = "principles"', "slug = ", "1: This is not TOML"),
    "unknown tier": ("course.toml", 'tier = "staff"', 'tier = "boss"', "3: tier is 'boss'"),
    "no minutes": ("course.toml", "minutes = 6", "minutes = 0", "must be 1 to 10,000"),
    "missing key": ("course.toml", "owner = ", "holder = ", "owner is missing"),
    "no dutch": ("course.toml", '\nnl = "', '\nfr = "', "no text in 'nl'"),
    "unknown course first": ("course.toml", "prerequisites = []", 'prerequisites = ["s0"]', "'s0' that comes first"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_stops_the_load_with_file_line_and_what_is_wrong(case, session, files, folder):
    guidelines.load(session, guidelines.CONTENT / "how-we-speak")
    name, old, new, sentence = BROKEN[case]
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    session.commit()
    with pytest.raises(ContentError, match=r":\d+: ") as refusal:
        loading.load(session, files, folder)
    session.rollback()
    assert name.rsplit("/", 1)[-1] in str(refusal.value)
    assert sentence in str(refusal.value)
    assert session.scalar(select(func.count()).select_from(Course)) == 0


def test_a_missing_file_is_named(session, files, folder):
    guidelines.load(session, guidelines.CONTENT / "how-we-speak")
    (folder / "nl" / "one-conversation.md").unlink()
    with pytest.raises(ContentError, match=r"nl/one-conversation\.md:1: This file is missing"):
        loading.load(session, files, folder)


def test_a_file_that_is_not_text_is_named_with_its_line(session, files, folder):
    guidelines.load(session, guidelines.CONTENT / "how-we-speak")
    (folder / "nl" / "one-conversation.md").write_bytes(b"# Titel\n\nGe\xefmporteerd\n")
    with pytest.raises(ContentError, match=r"one-conversation\.md:3: This is not UTF-8"):
        loading.load(session, files, folder)


@pytest.mark.parametrize(
    "drawing",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'><a href='javascript:alert(1)'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><foreignObject/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='https://elsewhere.example/x.png'/></svg>",
        "<!DOCTYPE svg [<!ENTITY x 'y'>]><svg xmlns='http://www.w3.org/2000/svg'>&x;</svg>",
        "<svg><not closed",
    ],
)
def test_an_active_picture_is_refused(drawing):
    with pytest.raises(holdings.ActivePicture):
        holdings.refuse_active(drawing.encode())


def test_nobody_is_enrolled_by_loading(session, shipped):
    assert session.scalar(select(func.count()).select_from(Enrollment)) == 0


def test_a_course_with_a_draft_in_the_studio_is_left_alone(session, make, files, folder, shipped):
    drafts.open_draft(session, shipped.id, make.person().id)
    path = folder / "en" / "one-conversation.md"
    path.write_text(path.read_text() + "\nMore.\n")
    assert loading.load(session, files, folder) == "kept"


def test_a_page_that_an_author_opened_before_the_load_is_stale_after_it(session, files, folder, shipped):
    path = folder / "en" / "one-conversation.md"
    path.write_text(path.read_text() + "\nMore.\n")
    loading.load(session, files, folder)
    revisions = select(LessonText.revision).join(CourseVersion, CourseVersion.id == LessonText.version_id)
    assert set(session.scalars(revisions.where(CourseVersion.number == 2))) == {2}


def test_a_lesson_cannot_have_an_address_of_the_studio(session, files, folder):
    guidelines.load(session, guidelines.CONTENT / "how-we-speak")
    path = folder / "course.toml"
    path.write_text(path.read_text().replace('key = "one-conversation"', 'key = "publish"'))
    with pytest.raises(ContentError, match="address of the studio"):
        loading.load(session, files, folder)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty shelf in the place of that with the shipped courses; makes a folder on it."""
    monkeypatch.setattr(loading, "CONTENT", tmp_path / "shelf")

    def put(name: str, *first: str, slug: str = "") -> None:
        folder = tmp_path / "shelf" / name
        folder.mkdir(parents=True)
        (folder / "course.toml").write_text(
            f"# prerequisites: see below\nslug = '{slug or name}'\nprerequisites = {list(first)}\n"
        )

    return put


def test_shipped_courses_come_after_those_that_come_first(shelf):
    shelf("a", "b")
    shelf("b", "c")
    shelf("c")
    assert [folder.name for folder in loading.shipped()] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("courses", "sentence"),
    [
        ({"a": ["b"], "b": ["a"]}, r"[ab]/course\.toml:3: [ab] would come before itself\."),
        ({"a": ["a"]}, r"a/course\.toml:3: a would come before itself\."),
        ({"a": ["../a"]}, r"a/course\.toml:3: The course '\.\./a' that comes first does not exist\."),
        ({"a": ["."]}, r"a/course\.toml:3: The course '\.' that comes first does not exist\."),
        ({"a": ["c"]}, r"a/course\.toml:3: The course 'c' that comes first does not exist\."),
    ],
)
def test_shipped_courses_without_an_order_are_refused_with_file_and_line(shelf, courses, sentence):
    for name, first in courses.items():
        shelf(name, *first)
    with pytest.raises(ContentError, match=sentence):
        loading.shipped()


def test_a_shipped_folder_is_called_as_its_course(shelf):
    shelf("a", slug="b")
    with pytest.raises(ContentError, match=r"a/course\.toml:2: slug is 'b', but the folder is called 'a'\."):
        loading.shipped()


def test_hidden_files_among_texts_are_no_texts(session, files, folder):
    guidelines.load(session, guidelines.CONTENT / "how-we-speak")
    (folder / "en" / ".DS_Store").write_bytes(b"\0")
    assert loading.load(session, files, folder) == "added"
