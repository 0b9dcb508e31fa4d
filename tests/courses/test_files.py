"""Courses as folders of files: out, in, and out again."""

import os
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import func, select

from courses import catalog
from courses.authoring import drafts
from courses.files import bringing, export, loading, stored, writing
from courses.files import names as paths
from courses.media import holdings
from courses.models import Course, CourseVersion, LessonText, ModuleText, Prerequisite
from courses.review.models import Topic
from lms import content
from lms.base.audit import AuditEntry
from lms.base.content import ContentError
from lms.base.files import FileStore
from lms.guidelines import loading as guidelines
from quizzes import bank
from quizzes.authoring import desk
from quizzes.models import QuizVersion
from quizzes.question_models import Question, QuestionVersion
from tests.courses import files_strategies
from tests.quizzes.test_authoring import typed

SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><circle r='{}'/></svg>"


def nothing(path: Path) -> None:
    """Nobody watches."""


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "store")


@pytest.fixture
def rules(session):
    guidelines.load(session, guidelines.CONTENT / "how-we-speak")
    session.add_all(Topic(key=key, position=9, regulated=True) for key in files_strategies.TOPICS)
    session.flush()


@pytest.fixture
def shipped(session, files, rules):
    loading.load(session, files, loading.CONTENT / "principles")
    bank.load(session, bank.CONTENT / "principles")
    return catalog.get(session, "principles")


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def exported(session, files, folder: Path, slug: str = "principles", *, draft: bool = False) -> Path:
    content.export(session, files, folder, slug, draft=draft, seen=nothing)
    return folder


def load(session, files, folder: Path, *, draft: bool = False) -> content.Plans:
    plans = content.plan(session, files, folder, draft=draft, seen=nothing)
    content.carry_out(session, plans)
    return plans


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def versions(session) -> int:
    return session.scalar(select(func.count()).select_from(CourseVersion))


def test_the_shipped_course_comes_out_as_it_was_shipped(session, files, shipped, tmp_path):
    out = tree(exported(session, files, tmp_path / "out"))
    lying = {f"courses/principles/{name}": text for name, text in tree(loading.CONTENT / "principles").items()}
    lying |= {f"quizzes/principles/{name}": text for name, text in tree(bank.CONTENT / "principles").items()}
    del lying["courses/principles/media/one-conversation.script.toml"]
    assert sorted(out) == sorted(lying)
    assert [name for name in out if out[name] != lying[name]] == []


def test_what_was_exported_loads_without_a_difference(session, files, shipped, tmp_path):
    plans = load(session, files, exported(session, files, tmp_path / "out"))
    assert plans.lines == ["course principles: unchanged", "quiz principles: unchanged"]
    assert not plans.changes
    assert versions(session) == 1
    assert session.scalar(select(func.count()).select_from(QuizVersion)) == 1


def test_a_round_over_an_empty_database_is_byte_for_byte_the_same(session, files, rules, tmp_path):
    point = session.begin_nested()
    loading.load(session, files, loading.CONTENT / "principles")
    bank.load(session, bank.CONTENT / "principles")
    first = exported(session, files, tmp_path / "first")
    point.rollback()
    session.expire_all()
    assert versions(session) == 0
    elsewhere = FileStore(tmp_path / "elsewhere")
    plans = load(session, elsewhere, first)
    assert [plan.outcome for plan in (*plans.courses, *plans.quizzes)] == ["added", "added"]
    assert tree(exported(session, elsewhere, tmp_path / "second")) == tree(first)


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=files_strategies.courses(("A", "B", "C")))
def test_any_course_goes_out_in_and_out_again_without_a_difference(session, files, rules, tmp_path, made):
    place = tmp_path / str(len(list(tmp_path.iterdir())))
    names = {"A": ("a.svg", 1), "B": ("a.svg", 2), "C": ("Caf\u00e9-au-lait.svg", 3)}
    with undone(session):
        kept = {
            sign: holdings.keep(session, files, paths.safe(name), SVG.format(radius).encode())
            for sign, (name, radius) in names.items()
        }
        made = with_media(made, kept)
        course = loading.keep_course(session, made, None)
        assert stored.course(session, loading.keep_version(session, made, course.id)).content == made.content
        exported(session, files, place / "first", made.slug)
        assert content.plan(session, files, place / "first", draft=False, seen=nothing).lines == [
            "course any-course: unchanged"
        ]
    with undone(session):
        elsewhere = FileStore(place / "elsewhere")
        load(session, elsewhere, place / "first")
        again = session.scalars(select(CourseVersion).join(Course).where(Course.slug == made.slug)).one()
        assert stored.course(session, again).content == made.content
        exported(session, elsewhere, place / "second", made.slug)
    assert tree(place / "second") == tree(place / "first")


@contextmanager
def undone(session):
    """As if it were another database afterwards: all that was written inside goes."""
    point = session.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        session.expire_all()


def with_media(made, kept):
    """The course with the addresses of kept files in the place of their signs."""

    def addressed(lesson):
        texts = {
            place: replace(text, html=text.html + picture(kept, lesson.minutes)) for place, text in lesson.texts.items()
        }
        found = [replace(one, address=kept.get(one.address, one.address)) for one in lesson.files]
        return replace(lesson, texts=texts, files=tuple(found))

    modules = [replace(module, lessons=tuple(map(addressed, module.lessons))) for module in made.modules]
    return replace(made, modules=tuple(modules))


def picture(kept, number: int) -> str:
    address = kept["ABC"[number % 3]]
    return f'<figure class="picture"><img src="{address}" alt="A ring"></figure>'


def test_files_of_one_name_stand_apart_and_come_back(session, files, rules, make, tmp_path):
    one, other = (holdings.keep(session, files, "a.svg", SVG.format(radius).encode()) for radius in (1, 2))
    html = "".join(f'<figure class="picture"><img src="{address}" alt="A ring"></figure>' for address in (one, other))
    course = make.course(lessons=1)
    version = drafts.open_draft(session, course.id, make.person().id)
    session.execute(select(LessonText))
    for text in session.scalars(select(LessonText).where(LessonText.version_id == version.id)):
        text.html = html
    session.flush()
    out = exported(session, files, tmp_path / "out", course.slug, draft=True)
    media = sorted(name for name in tree(out) if "/media/" in name)
    assert len(media) == 2
    assert media[1].endswith("/media/a.svg")
    assert load(session, files, out).lines[0].endswith(": unchanged")


def test_loading_shows_what_changes_and_publishes_it_as_a_minor_version(session, files, shipped, tmp_path):
    out = exported(session, files, tmp_path / "out")
    folder = out / "courses" / "principles"
    edit(folder / "en" / "in-doubt.md", "# ", "# Really, ")
    edit(folder / "course.toml", 'owner = "Social media hub"', 'owner = "Hugo"')
    edit(folder / "course.toml", 'key = "in-doubt"\nminutes = 6', 'key = "in-doubt"\nminutes = 9')
    edit(out / "quizzes" / "principles" / "en.toml", 'stem = "', 'stem = "Well: ')
    plans = load(session, files, out)
    assert plans.lines == [
        "course principles: updated",
        "  owner: “Social media hub” → “Hugo”",
        "  lesson changed: in-doubt: minutes 6 → 9",
        "  lesson changed: in-doubt (en): 1 word",
        "quiz principles: updated",
        "  question changed: bio-is-not-enough",
    ]
    live = session.scalars(select(CourseVersion).where(CourseVersion.status == "published")).one()
    assert (live.number, live.change, live.note) == (2, "minor", "loaded from files")
    assert session.scalars(select(Course.owner)).one() == "Hugo"
    assert session.scalar(select(func.count()).select_from(QuizVersion)) == 2
    assert "loaded a course from files" in session.scalars(select(AuditEntry.deed)).all()
    assert loading.load(session, files, loading.CONTENT / "principles") == "kept"
    assert bank.load(session, bank.CONTENT / "principles") == "kept"
    assert not load(session, files, out).changes


def test_a_question_that_stays_the_same_gets_no_new_version(session, files, shipped, tmp_path):
    out = exported(session, files, tmp_path / "out")
    before = session.scalar(select(func.count()).select_from(QuestionVersion))
    edit(out / "quizzes" / "principles" / "quiz.toml", "pass_mark = 80", "pass_mark = 75")
    assert load(session, files, out).lines[1:] == ["quiz principles: updated", "  pass_mark: 80 → 75"]
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == before
    assert session.scalar(select(func.count()).select_from(Question).where(Question.current_id.is_(None))) == 0


def test_lessons_that_moved_came_or_went_are_named(session, files, shipped, tmp_path):
    folder = exported(session, files, tmp_path / "out") / "courses" / "principles"
    toml = (folder / "course.toml").read_text()
    head, *lessons = toml.split("[[module.lesson]]")
    lessons[0], lessons[1] = lessons[1].replace("\n\n[[module]]", "\n\n@", 1), lessons[0] + "\n[[module]]"
    moved = lessons[0].partition("@")
    (folder / "course.toml").write_text(
        "[[module.lesson]]".join(
            [head, moved[0], lessons[1].removesuffix("[[module]]") + "[[module]]" + moved[2], *lessons[2:]]
        )
    )
    plans = content.plan(session, files, folder, draft=False, seen=nothing)
    assert plans.lines == ["course principles: updated", "  lesson moved: where-work-begins"]
    edit(folder / "course.toml", 'key = "in-doubt"', 'key = "when-in-doubt"')
    for language in ("en", "nl"):
        (folder / language / "in-doubt.md").rename(folder / language / "when-in-doubt.md")
    lines = content.plan(session, files, folder, draft=False, seen=nothing).lines
    assert "  lesson added: when-in-doubt" in lines
    assert "  lesson removed: in-doubt" in lines


def test_a_draft_comes_out_where_nothing_is_live_and_stays_a_draft(session, files, rules, make, tmp_path):
    made = replace(a_course(), draft=True)
    course = loading.keep_course(session, made, None)
    loading.keep_version(session, made, course.id)
    out = exported(session, files, tmp_path / "out", made.slug)
    assert "draft = true\n" in (out / "courses" / made.slug / "course.toml").read_text()
    assert load(session, files, out).lines == [f"course {made.slug}: unchanged"]
    session.execute(select(Course))
    assert [version.status for version in session.scalars(select(CourseVersion))] == ["draft"]


def test_loading_as_a_draft_leaves_what_is_live(session, files, shipped, tmp_path):
    out = exported(session, files, tmp_path / "out")
    edit(out / "courses" / "principles" / "en" / "in-doubt.md", "# ", "# Really, ")
    plans = load(session, files, out, draft=True)
    assert plans.courses[0].outcome == "updated, as a draft"
    assert catalog.get(session, "principles").version_number == 1
    assert not load(session, files, out, draft=True).changes


def test_a_draft_in_the_studio_is_not_written_over(session, files, make, shipped, tmp_path):
    out = exported(session, files, tmp_path / "out")
    version = drafts.open_draft(session, shipped.id, make.person().id)
    assert not load(session, files, out).changes
    edit(out / "courses" / "principles" / "en" / "in-doubt.md", "# ", "# Really, ")
    with pytest.raises(ContentError, match="Draft 2 of this course is open in the studio"):
        load(session, files, out)
    text = session.scalars(
        select(LessonText).where(LessonText.version_id == version.id, LessonText.title == catalog_title(shipped))
    ).first()
    assert text is not None
    text.title = f"Really, {text.title}"
    session.flush()
    plans = load(session, files, out)
    assert plans.lines[:2] == ["course principles: updated", "  publishes draft 2"]
    assert catalog.get(session, "principles").version_number == 2


def catalog_title(course) -> str:
    return course.lesson("in-doubt").titles["en"]


def test_texts_that_are_gone_are_taken_out_of_the_folder_and_other_files_left(session, files, shipped, tmp_path):
    out = exported(session, files, tmp_path / "out")
    folder = out / "courses" / "principles"
    (folder / "en" / "old.md").write_text("# Old\n")
    (folder / "media" / "drawing.txt").write_text("notes")
    exported(session, files, out)
    assert not (folder / "en" / "old.md").exists()
    assert (folder / "media" / "drawing.txt").exists()


def test_a_lesson_with_what_markdown_cannot_say_comes_out_as_html(session, files, rules, tmp_path):
    html = '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>'
    made = a_course(html)
    texts = writing.texts(made, {})
    assert texts["en/one.html"] == f"<h1>One &lt;two&gt;</h1>\n{html}\n"
    course = loading.keep_course(session, made, None)
    loading.keep_version(session, made, course.id)
    assert not load(session, files, exported(session, files, tmp_path / "out", made.slug)).changes


def a_course(html: str = "<p>Words.</p>"):
    """A small course with a variant and a text in one language only."""
    return files_strategies.WrittenCourse(
        slug="small",
        code="S9",
        tier="manager",
        position=2,
        owner="Hub",
        business_reason="Because.",
        review_on=date(2027, 1, 5),
        prerequisites=(),
        titles={"en": "Small"},
        summaries={"en": "A small one."},
        modules=(
            files_strategies.WrittenModule(
                "part",
                {"en": "Part"},
                {"en": "You can."},
                (
                    files_strategies.WrittenLesson(
                        slug="one",
                        minutes=3,
                        clauses=("D2",),
                        texts={
                            ("", "en"): files_strategies.WrittenText("One <two>", html),
                            ("country:BE", "nl"): files_strategies.WrittenText("Eén", "<p>Woorden.</p>"),
                        },
                    ),
                ),
            ),
        ),
        draft=True,
    )


def small(tmp_path: Path, **changes: str) -> Path:
    """The small course as a folder that can be published."""
    folder = tmp_path / "in" / "courses" / "small"
    for name, text in writing.texts(replace(a_course(), draft=False), {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


BAD = {
    "broken TOML": ("course.toml", 'code = "S9"', "code = ", 2, "This is not TOML"),
    "a key twice": ("course.toml", 'code = "S9"', 'code = "S9"\ncode = "S8"', 3, "This is not TOML"),
    "unknown field": ("course.toml", 'code = "S9"', 'code = "S9"\ncolour = "red"', 3, "colour is not known"),
    "unknown field of a lesson": (
        "course.toml",
        "minutes = 3",
        "minutes = 3\nlength = 4",
        24,
        "length is not known in one",
    ),
    "unknown kind": ("course.toml", "minutes = 3", 'minutes = 3\nkind = "dance"', 22, "kind of one is 'dance'"),
    "exercise of nothing": ("course.toml", "minutes = 3", 'minutes = 3\nexercise = "log"', 22, "belongs to kind"),
    "unknown clause": ("course.toml", '["D2"]', '["D99"]', 22, "Clause D99 of one is not in the guideline"),
    "clauses that are numbers": ("course.toml", '["D2"]', "[2]", 22, "must be a list of words"),
    "unknown topic": ("course.toml", "minutes = 3", 'minutes = 3\ntopics = ["love"]', 22, "There is no topic 'love'"),
    "unknown role": (
        *("course.toml", "minutes = 3", 'minutes = 3\nfiles = [{ role = "game", language = "en", file = "a.svg" }]'),
        *(22, "role of one is 'game'"),
    ),
    "missing media": (
        *("course.toml", "minutes = 3", 'minutes = 3\nfiles = [{ role = "poster", language = "en", file = "a.svg" }]'),
        *(24, "media/a.svg is named here but does not exist"),
    ),
    "a player that is no player": (
        *(
            "course.toml",
            "minutes = 3",
            'minutes = 3\nfiles = [{ role = "player", language = "en", address = "javascript:1" }]',
        ),
        *(22, "must begin with https://"),
    ),
    "reserved slug": ("course.toml", 'slug = "small"', 'slug = "reviews"', 1, "is an address of the studio"),
    "other name than the folder": (
        "course.toml",
        'slug = "small"',
        'slug = "large"',
        1,
        "the folder is called 'small'",
    ),
    "no owner": ("course.toml", 'owner = "Hub"', 'owner = ""', 1, "owner is missing"),
    "comes before itself": (
        "course.toml",
        "prerequisites = []",
        'prerequisites = ["small"]',
        8,
        "would come before itself",
    ),
    "unknown course first": ("course.toml", "prerequisites = []", 'prerequisites = ["s0"]', 8, "'s0' that comes first"),
    "unknown language": (
        "course.toml",
        'title = { en = "Part" }',
        'title = { en = "Part", xx = "x" }',
        17,
        "xx of title is not a",
    ),
    "a zero": ("course.toml", "Because.", "Because\\u0000.", 6, "that no text can hold"),
    "no title": ("en/one.md", "# One", "One", 1, "The first line must be the title"),
    "unknown block": ("en/one.md", "Words.", "::: dance\nx\n:::", 3, "is not a kind of block"),
    "no picture": ("en/one.md", "Words.", "![x](media:none.svg)", 3, "none.svg is named here but does not exist"),
    "outside": ("en/one.md", "Words.", "![x](media:../course.toml)", 3, "lies outside of media/"),
    "absolute": ("en/one.md", "Words.", "![x](media:/etc/passwd)", 3, "lies outside of media/"),
    "empty": ("en/one.md", "Words.", "", 1, "The lesson is empty."),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said_with_file_and_line_and_nothing_changes(case, session, files, rules, tmp_path):
    name, old, new, line, sentence = BAD[case]
    folder = small(tmp_path)
    edit(folder / name, old, new)
    with pytest.raises(ContentError) as refusal:
        load(session, files, tmp_path / "in")
    assert f"{name}:{line}: " in str(refusal.value)
    assert sentence in str(refusal.value)
    assert "Traceback" not in str(refusal.value)
    session.rollback()
    assert versions(session) == 0


def test_all_that_is_wrong_is_said_at_once(session, files, rules, tmp_path):
    folder = small(tmp_path)
    edit(folder / "course.toml", '["D2"]', '["D99"]')
    edit(folder / "en" / "one.md", "# One", "One")
    (folder / "en" / "two.md").write_text("# Two\n")
    (folder / "notes").mkdir()
    with pytest.raises(ContentError) as refusal:
        load(session, files, tmp_path / "in")
    assert len(str(refusal.value).splitlines()) == 4


ACTIVE = (
    "<p>a</p>\n<script>alert(1)</script>",
    '<p>a</p>\n<p onclick="alert(1)">b</p>',
    '<p>a</p>\n<a href="javascript:alert(1)">b</a>',
    '<p>a</p>\n<img src="https://a.example/x.png" alt="x">',
    '<p>a</p>\n<p style="color: red">b</p>',
    "<p>a</p>\n<p>b",
)


@pytest.mark.parametrize("html", ACTIVE)
def test_active_html_is_refused_with_its_line(html, session, files, rules, tmp_path):
    folder = small(tmp_path)
    (folder / "en" / "one.md").unlink()
    (folder / "en" / "one.html").write_text(f"<h1>One</h1>\n{html}\n")
    with pytest.raises(ContentError, match=r"en/one\.html:3: "):
        load(session, files, tmp_path / "in")


def test_files_outside_of_the_folder_are_refused_wherever_links_lead(session, files, rules, tmp_path):
    folder = small(tmp_path)
    (tmp_path / "secret.svg").write_text(SVG.format(1))
    (folder / "media").mkdir()
    (folder / "media" / "x.svg").symlink_to(tmp_path / "secret.svg")
    edit(folder / "en" / "one.md", "Words.", "![x](media:x.svg)")
    with pytest.raises(ContentError, match=r"one\.md:3: media/x\.svg lies outside of the folder"):
        load(session, files, tmp_path / "in")
    (folder / "en" / "one.md").unlink()
    (tmp_path / "secret.md").write_text("# Secret\n\nWords.\n")
    (folder / "en" / "one.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(ContentError, match="lies outside of the folder"):
        load(session, files, tmp_path / "in")


def test_a_file_that_is_too_large_or_not_what_it_says_is_refused(session, files, rules, tmp_path):
    folder = small(tmp_path)
    (folder / "media").mkdir()
    with (folder / "media" / "x.mp4").open("wb") as film:
        film.truncate(1_000_000_000)
    edit(folder / "en" / "one.md", "Words.", "[x](media:x.mp4)")
    with pytest.raises(ContentError, match=r"one\.md:3: media/x\.mp4: This file has 1 GB"):
        load(session, files, tmp_path / "in")
    (folder / "media" / "x.mp4").unlink()
    (folder / "media" / "x.svg").write_bytes(b"\x89PNG\r\n\x1a\n")
    edit(folder / "en" / "one.md", "[x](media:x.mp4)", "![x](media:x.svg)")
    with pytest.raises(ContentError, match=r"one\.md:3: media/x\.svg: this is PNG, which its name does not say"):
        load(session, files, tmp_path / "in")


def test_a_file_that_is_not_utf_8_is_named_with_its_line(session, files, rules, tmp_path):
    folder = small(tmp_path)
    (folder / "en" / "one.md").write_bytes(b"# One\n\nCaf\xe9\n")
    with pytest.raises(ContentError, match=r"one\.md:3: This is not UTF-8"):
        load(session, files, tmp_path / "in")


def test_courses_that_wait_for_one_another_are_refused(session, files, rules, tmp_path):
    folder = small(tmp_path)
    other = shutil.copytree(folder, folder.with_name("other"))
    edit(other / "course.toml", 'slug = "small"\ncode = "S9"', 'slug = "other"\ncode = "S8"')
    edit(other / "course.toml", "prerequisites = []", 'prerequisites = ["small"]')
    assert len(load(session, files, tmp_path / "in").courses) == 2
    assert session.scalar(select(func.count()).select_from(Prerequisite)) == 1
    edit(folder / "course.toml", "prerequisites = []", 'prerequisites = ["other"]')
    with pytest.raises(ContentError, match="would come before itself"):
        load(session, files, tmp_path / "in")


def test_a_code_that_another_course_has_is_refused(session, files, shipped, tmp_path):
    folder = small(tmp_path)
    edit(folder / "course.toml", 'code = "S9"', 'code = "S1"')
    with pytest.raises(ContentError, match=r"course\.toml:2: code 'S1' is that of the course 'principles'"):
        load(session, files, tmp_path / "in")


def test_one_bad_file_of_many_courses_changes_none_of_them(session, files, rules, tmp_path):
    folder = small(tmp_path)
    other = shutil.copytree(folder, folder.with_name("other"))
    edit(other / "course.toml", 'slug = "small"\ncode = "S9"', 'slug = "other"\ncode = "S8"\ncolour = 1')
    with pytest.raises(ContentError, match="colour"):
        load(session, files, tmp_path / "in")
    assert versions(session) == 0


def test_a_lost_file_stops_the_export_before_anything_is_written(session, files, shipped, tmp_path):
    for path in (tmp_path / "store").rglob("*"):
        if path.is_file():
            os.unlink(path)
    with pytest.raises(Exception, match="is not in the file store"):
        exported(session, files, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_exporting_takes_as_many_statements_for_many_lessons_as_for_one(session, files, make, statements, tmp_path):
    counts = []
    for lessons in (1, 30):
        course = make.course(f"course-{lessons}", lessons=lessons)
        statements.clear()
        export.export(session, files, course.slug, tmp_path / course.slug, draft=False, seen=nothing)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_retired_course_is_not_loaded_over(session, files, shipped, tmp_path):
    out = exported(session, files, tmp_path / "out")
    session.get_one(Course, shipped.id).retired_at = drafts.clock.now()
    session.flush()
    assert export.slugs(session) == []
    with pytest.raises(ContentError, match="has been retired"):
        bringing.plans(session, files, [out / "courses" / "principles"], loading.rules(session), nothing)


def test_what_the_studio_leaves_empty_comes_back_from_the_files(session, files, make, tmp_path):
    make.guideline()
    author = make.person("Dana", roles=["author"])
    course = make.course("principles")
    draft = drafts.open_draft(session, course.id, author.id)
    for text in session.scalars(select(ModuleText).where(ModuleText.version_id == draft.id)):
        text.objective = ""
    session.flush()
    make.publish(draft)
    quiz = desk.create(session, "principles", author.id)
    desk.save_question(session, quiz, None, typed(), 0, author.id)
    desk.set_rules(session, quiz, desk.Rules(80, 1, 10, {"en": "Quiz", "nl": "Toets"}, {"en": "", "nl": ""}), author.id)
    content.export(session, files, tmp_path, "principles", draft=False, seen=lambda path: None)
    assert "intro" not in (tmp_path / "quizzes" / quiz / "quiz.toml").read_text(encoding="utf-8")
    plans = content.plan(session, files, tmp_path, draft=False, seen=lambda path: None)
    assert not plans.changes, plans.lines
