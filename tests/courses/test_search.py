"""Finding courses, lessons and clauses by their words: what is found, by whom, and that the index is what is live."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from courses import catalog
from courses.enrollment_models import LessonRedo
from courses.models import Course, CourseVersion, Lesson, LessonText, Module
from courses.search import find as search
from courses.search import index, words
from courses.search.find import Reader, Wanted
from courses.search.models import SearchEntry
from lms.base import clock, richtext
from lms.people.models import Person
from tests.make import Make, People

TEXTS = {
    "photos": "Ask the people in a photo before you post it. “Review” sites, too: answer politely, don’t argue.",
    "privé": "<b> & café: naïve façade. Twaalf beoordelingen op een beoordelingssite.",
    "עברית": "שלום לכולם مرحبا بالعالم",  # noqa: RUF001 - Hebrew and Arabic are meant
    "漢字": "漢字 かな 한글 हिन्दी 2026",
}
Find = Callable[..., search.Results]


@pytest.fixture
def alice(make: Make) -> Person:
    return make.person()


@pytest.fixture
def find(session: Session, alice: Person) -> Find:
    """What Alice finds, in English unless said otherwise."""

    def ask(query: str, *, language: str = "en", tier: str = "staff", country: str = "", **filters: object):
        filters = {name.removeprefix("only_"): value for name, value in filters.items()}
        return search.find(session, Reader(alice.id, language, tier, country), Wanted(query, **filters))

    return ask


def write(session: Session, lesson: Lesson, title: str, body: str, language: str = "en", variant: str = "") -> None:
    """A text of a lesson of a draft, instead of the one there is."""
    text = session.get(LessonText, (lesson.id, language, variant))
    if text is None:
        text = LessonText(lesson_id=lesson.id, language=language, variant=variant, version_id=lesson.version_id)
        text.policy, text.saved_at = 1, clock.now()
        session.add(text)
    text.title, text.html = title, f"<p>{richtext.clean(str(richtext.escape(body)))}</p>"


@pytest.fixture
def course(session: Session, make: Make) -> Course:
    """A course with a lesson for each of TEXTS."""
    course = Course(slug="texts", code="T1", tier="staff", owner="Hub", business_reason="R", review_on=clock.today())
    session.add(course)
    session.flush()
    version = make.course_version(course, lessons=0, title="Pictures and words")
    module = session.scalars(select(Module).where(Module.version_id == version.id)).one()
    for position, (title, body) in enumerate(TEXTS.items(), 1):
        lesson = make.lesson(module, position)
        write(session, lesson, title, body)
        write(session, lesson, f"Les {position}", "Niets.", "nl")
    make.publish(version)
    return course


def titles(results: search.Results) -> list[str]:
    return ["".join(part for part, _ in one.title) for one in results.results]


FOUND = [
    ("photo", "photos"),
    ("PHOTO", "photos"),
    ("people photo", "photos"),
    ("review", "photos"),
    ("  “review”…  ", "photos"),
    ("don't", "photos"),
    ("don’t argue", "photos"),
    ("polit", "photos"),
    ("cafe", "privé"),
    ("CAFÉ", "privé"),
    ("cafe\u0301", "privé"),
    ("prive", "privé"),
    ("facade naive", "privé"),
    ("beoordeling", "privé"),
    ("beoordelings", "privé"),
    ("שלום", "עברית"),
    ("مرحبا", "עברית"),
    ("漢字", "漢字"),
    ("한글", "漢字"),
    ("हिन्दी", "漢字"),
    ("2026", "漢字"),
]
NOTHING = [
    *("", "   ", '"', "'", "*", "()", '" OR ""', "photo-*zebra", "x" * 10_000, "👩\u200d💻 🎉", "\x02\x03", "%_"),
    *("zebra", "body:zebra", "NEAR(zebra)", "zebra^", "zebra & ! | <-> giraffe:*", "\\", "$$", "--;", "\ud800"),
]
ANYTHING = [
    *(
        "a",
        "p",
        "AND",
        "title_words:zebra",
        "zebra^2",
        "the",
        "who is in the",
        "to be or not to be",
        "photo AND",
        "photo OR zebra",
        '"photo',
        "photo*",
        "-photo",
    ),
    *("photo:*", "!photo", "photo'--", "photo " * 5000, "photo\u202e", "<b>photo</b>", "photo/review@site.example"),
]


def test_words_are_found_however_they_are_written(find, course):
    found = {query: find(query) for query, _ in FOUND}
    assert {query: titles(results)[:1] for query, results in found.items()} == {
        query: [title] for query, title in FOUND
    }
    assert all(results.every for results in found.values())


def test_what_says_nothing_or_is_not_there_finds_nothing(find, course):
    for query in NOTHING:
        assert titles(find(query)) == (["photos"] if "photo" in query else []), ascii(query)


def test_nothing_that_is_typed_is_an_operator(find, course):
    for query in ANYTHING:
        assert "photos" in titles(find(query)) or "photo" not in query, ascii(query)


@given(st.text(max_size=80))
def test_a_query_is_made_of_words_alone(query):
    asked = words.asked(query)
    assert all(word and '"' not in word and "'" not in word and not word.isspace() for word in asked)
    assert len(asked) <= words.MOST_WORDS


@given(st.text())
def test_folded_text_is_as_long_as_the_text(text_):
    shown = words.plain(text_)
    assert len(words.folded(shown)) == len(shown)
    assert words.folded(words.folded(shown)) == words.folded(shown)


@given(st.lists(st.tuples(st.text(alphabet="ab é.", min_size=1, max_size=60), st.booleans()), max_size=30))
def test_a_snippet_is_short_and_a_piece_of_the_text(parts):
    whole = "".join(piece for piece, _ in parts)
    cut = words.snippet(parts, 60)
    shown = "".join(piece for piece, _ in cut)
    assert len(shown) <= 60 + 4 or shown == whole
    assert shown.removeprefix("… ").removesuffix(" …") in whole


def test_a_snippet_shows_what_was_found(find, course):
    (one,) = find("politely").results
    assert ("politely", True) in one.snippet
    (one,) = find("cafe").results
    assert [piece for piece, found in one.snippet if found] == ["café"]


def test_a_mark_on_text_that_looks_like_html_is_shown_as_text(find, course):
    (one,) = find("cafe").results
    shown = str(richtext.marked(one.snippet))
    assert "&lt;b&gt; &amp; <mark>café</mark>" in shown


def test_what_has_all_words_comes_before_some(find, course):
    assert titles(find("photo argue")) == ["photos"]
    some = find("argue zebra giraffe")
    assert titles(some) == ["photos"]
    assert not some.every


def test_a_word_in_a_title_weighs_more(session, make, find):
    course = make.course("one", title="Something else", lessons=2)
    draft = make.course_version(course, number=2, lessons=2, title="Something else")
    first, second = session.scalars(select(Lesson).where(Lesson.version_id == draft.id).order_by(Lesson.position))
    write(session, first, "Other", "giraffe " * 3 + "word " * 10)
    write(session, second, "The giraffe", "word " * 10)
    make.publish(draft)
    assert titles(find("giraffe")) == ["The giraffe", "Other"]


def test_the_readers_language_comes_first_and_each_thing_once(make, find):
    make.course(lessons=1)
    make.guideline()
    english, dutch = find("tell"), find("tell", language="nl")
    assert titles(english) == ["Lesson 1"]
    assert titles(dutch) == ["Les 1"]
    assert [one.language for one in find("wie").results] == ["nl"]
    assert [one.language for one in find("tell", language="fr").results] == ["en"]


def test_clauses_are_found_by_code_and_in_their_newest_version(make, find):
    make.guideline()
    make.guideline(number=2)
    results = find("D4")
    assert [(one.kind, one.clause, one.guideline) for one in results.results] == [("clause", "D4", "how-we-speak")]


def test_drafts_older_versions_and_retired_courses_are_not_found(session, make, find):
    course = make.course(lessons=1)
    draft = make.course_version(course, number=2, lessons=1)
    lesson = session.scalars(select(Lesson).where(Lesson.version_id == draft.id)).one()
    write(session, lesson, "Zebra", "A zebra.")
    assert find("zebra").count == 0
    make.publish(draft)
    assert titles(find("zebra")) == ["Zebra"]
    assert "Lesson 1" not in titles(find("lesson"))
    course.retired_at = clock.now()
    session.flush()
    assert find("zebra").count == 0
    course.retired_at = None
    session.flush()
    assert find("zebra").count == 1


def test_each_reader_finds_the_text_she_reads(session, make, find):
    course = make.course(lessons=1)
    draft = make.course_version(course, number=2, lessons=1)
    lesson = session.scalars(select(Lesson).where(Lesson.version_id == draft.id)).one()
    for variant, animal in (("", "zebra"), ("tier:manager", "giraffe"), ("country:BE", "okapi")):
        write(session, lesson, "Animals", f"The {animal}.", variant=variant)
    make.publish(draft)
    readers = {"zebra": {}, "giraffe": {"tier": "manager"}, "okapi": {"tier": "manager", "country": "BE"}}
    for own, reader in readers.items():
        assert {animal for animal in readers if find(animal, **reader).count} == {own}


def test_a_course_takes_as_long_as_its_card_says_with_its_quiz(session, make, find):
    course = make.course("mine", lessons=1, title="Mine")
    catalog.set_quiz(session, course.id, "mine", 12)
    found = {one.kind: one.minutes for one in find("say").results}
    assert found == {"lesson": 5, "course": 17}
    assert {one.kind for one in find("say", minutes=16).results} == {"lesson"}
    assert {one.kind for one in find("say", minutes=17).results} == {"lesson", "course"}


def test_filters_leave_the_rest_out(session, make, find, alice):
    make.guideline()
    mine = make.course("mine", lessons=2, title="Mine")
    make.course("theirs", tier="manager", lessons=1, title="Theirs")
    kinds = {one.kind for one in find("say").results}
    assert kinds == {"clause", "course", "lesson"}
    assert {one.kind for one in find("say", kind="clause").results} == {"clause"}
    assert {one.course for one in find("say", only_tier="manager").results} == {"theirs"}
    assert {one.language for one in find("wie", only_language="nl").results} == {"nl"}
    assert find("tell", lesson_kind="reading").count == 3
    assert find("tell", lesson_kind="video").count == 0
    assert find("say", minutes=5).count == 4  # three lessons and the course of one
    enrollment = make.enrollment(alice, mine, done=1)
    assert {one.lesson for one in find("tell", to_do=True, only_tier="staff").results} == {"lesson-2"}
    live = make.live(mine)
    draft = make.course_version(mine, number=2, lessons=2, title="Mine")
    make.publish(draft)
    session.add(LessonRedo(enrollment_id=enrollment.id, lesson="lesson-1", version_id=draft.id, asked_at=clock.now()))
    session.flush()
    assert live.id < draft.id
    assert {one.lesson for one in find("tell", to_do=True, only_tier="staff").results} == {"lesson-1", "lesson-2"}


def test_a_completed_course_is_not_to_do(make, find, alice):
    make.enrollment(alice, make.course("mine", title="Zebra"), completed=True)
    assert find("zebra").count == 1
    assert find("zebra", to_do=True).count == 0


def test_results_come_in_pages_each_once(make, find):
    make.course("long", lessons=47, title="Long")
    pages = [find("tell", page=page) for page in (1, 2, 3)]
    assert [len(page.results) for page in pages] == [20, 20, 7]
    assert {page.count for page in pages} == {47}
    assert len({one.lesson for page in pages for one in page.results}) == 47
    assert pages[0].pages == 3
    assert find("tell", page=99).page == 1


@pytest.mark.parametrize("lessons", [1, 100])
def test_searching_takes_two_statements_however_much_is_found(make, find, statements, lessons):
    make.course(lessons=lessons)
    find("tell")
    statements.clear()
    assert find("tell").count == lessons
    assert len(statements) == 2


def indexed(session: Session) -> set[tuple[object, ...]]:
    entries = session.scalars(select(SearchEntry).execution_options(populate_existing=True))
    return {(one.kind, one.version_id, one.lesson, one.variant, one.language, one.title) for one in entries}


def live(session: Session) -> set[tuple[object, ...]]:
    rows = session.execute(
        select(Lesson.version_id, Lesson.slug, LessonText.variant, LessonText.language, LessonText.title)
        .join(LessonText, LessonText.lesson_id == Lesson.id)
        .join(CourseVersion, CourseVersion.id == Lesson.version_id)
        .where(CourseVersion.status == "published")
    )
    return {("lesson", *row) for row in rows}


@pytest.mark.parametrize("seed", range(5))
def test_the_index_is_what_is_live_whatever_is_published_in_whatever_order(session, make, seed):
    import random

    chance = random.Random(seed)
    courses = [make.course(f"course-{number}", lessons=chance.randint(0, 3)) for number in range(3)]
    for number in range(2, 8):
        course = chance.choice(courses)
        last = session.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id))
        make.publish(make.course_version(course, number=last + 1, lessons=chance.randint(0, 3), title=f"T{number}"))
        lessons = {row for row in indexed(session) if row[0] == "lesson"}
        assert lessons == live(session)
    assert index.rebuild(session) == "unchanged"


def test_rebuilding_puts_right_what_is_missing_or_too_much(session, make):
    course = make.course(lessons=2)
    make.guideline()
    right = indexed(session)
    session.execute(text("DELETE FROM search_entry"))
    assert index.rebuild(session) == "updated"
    assert indexed(session) == right
    session.execute(update(CourseVersion).where(CourseVersion.course_id == course.id).values(status="superseded"))
    assert index.rebuild(session) == "updated"
    assert {row[0] for row in indexed(session)} == {"clause"}
    assert index.rebuild(session) == "unchanged"


@pytest.mark.sqlite_only
def test_the_full_text_of_sqlite_follows_its_table(session, make):
    make.course(lessons=2)
    session.execute(text("UPDATE search_entry SET title_words = 'zebra' WHERE kind = 'lesson'"))
    count = text("SELECT count(*) FROM search_words WHERE search_words MATCH 'zebra'")
    assert session.scalar(count) == 4
    session.execute(text("DELETE FROM search_entry WHERE language = 'nl'"))
    assert session.scalar(count) == 2
    session.execute(text("INSERT INTO search_words (search_words) VALUES ('integrity-check')"))


def test_the_page_shows_results_with_links_and_marks(make, people: People, client_for):
    make.guideline()
    make.course(lessons=2)
    client = client_for(people.alice)
    page = client.get("/courses/?q=tell").text
    assert "2 results" in page
    assert 'href="/courses/principles/lesson-1"' in page
    assert "<mark>tell</mark>" in page
    page = client.get("/courses/?q=D4").text
    assert 'href="/guidelines/how-we-speak#D4"' in page
    page = client.get("/courses/?q=les&language=nl").text
    assert 'href="/courses/principles/lesson-1?lang=nl"' in page


def test_the_page_keeps_what_was_asked_and_says_what_to_try(make, people: People, client_for):
    make.course()
    client = client_for(people.alice)
    page = client.get("/courses/?q=%22%3Cscript%3Ezebra&what=lesson&todo=yes&minutes=10&tier=nonsense&page=-3").text
    assert 'value="&#34;&lt;script&gt;zebra"' in page
    assert "Nothing has these words" in page
    assert '<option value="lesson" selected>' in page
    assert '<option value="10" selected>' in page
    assert client.get("/courses/?q=les&page=99999999999999999999").status_code == 200
    assert client.get("/courses/?q=" + "x" * 7000).status_code == 200


@pytest.mark.parametrize("lessons", [1, 60])
def test_the_page_takes_the_same_statements_for_one_result_and_many(
    make, people: People, client_for, statements, lessons
):
    make.course(lessons=lessons)
    client = client_for(people.alice)
    client.get("/courses/?q=tell")
    statements.clear()
    client.get("/courses/?q=tell")
    assert len(statements) == 4
