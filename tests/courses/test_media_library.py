"""The media library: what is in it, where it is shown, and replacing a file without breaking what is published."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.authoring import drafts
from courses.files import loading
from courses.media import changes, holdings, intake, uses
from courses.media.holdings import LibraryItem
from courses.media.models import Media, MediaItem, MediaReplacement
from courses.models import CourseVersion, LessonFile, LessonText
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.files import FileStore
from lms.guidelines import loading as guidelines
from lms.people.models import Person
from tests.make import Make
from tests.support import samples

Add = Callable[..., LibraryItem]


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def take(files: FileStore, tmp_path: Path) -> Callable[..., intake.Intake]:
    def take_in(content: bytes, name: str) -> intake.Intake:
        (tmp_path / "incoming").write_bytes(content)
        return intake.take_in(files, tmp_path / "incoming", name)

    return take_in


@pytest.fixture
def add(session: Session, dana: Person, take: Callable[..., intake.Intake]) -> Add:
    def put_in(content: bytes = b"", name: str = "The office.png") -> LibraryItem:
        return changes.add(session, take(content or samples.picture(), name), dana.id)

    return put_in


@pytest.fixture
def replace(session: Session, dana: Person, take: Callable[..., intake.Intake]) -> Callable[..., LibraryItem]:
    def put_in_place(item: LibraryItem, content: bytes, name: str = "new.png") -> LibraryItem:
        return changes.replace(session, item.uid, take(content, name), dana.id)

    return put_in_place


def show(session: Session, course_id: int, item: LibraryItem, person: Person, lesson: str = "lesson-1") -> None:
    """Have a draft show an item in a lesson, and in its form as a document."""
    draft = drafts.open_draft(session, course_id, person.id)
    texts = (
        select(LessonText).where(LessonText.version_id == draft.id).order_by(LessonText.lesson_id, LessonText.language)
    )
    text = session.scalars(texts).first()
    assert text
    html = f'<figure class="picture"><img alt="x" height="1" src="{item.address}" width="2"></figure>'
    drafts.save_lesson(session, text.lesson_id, text.language, text.title, html, text.revision, person.id)
    session.add(
        LessonFile(
            lesson_id=text.lesson_id,
            version_id=draft.id,
            language="en",
            role="document",
            address=item.address,
            seconds=0,
        )
    )
    session.flush()


def publish(session: Session, course_id: int) -> None:
    """Make the draft the live version, without the questions that are asked."""
    draft, live = (drafts.edition(session, course_id, status) for status in ("draft", "published"))
    assert draft
    assert live
    live.status = "superseded"
    session.flush()
    draft.status, draft.published_at, draft.change = "published", live.published_at, "minor"
    session.flush()


def test_a_file_stands_in_the_library_once(session, add):
    first, again, other = add(), add(), add(name="Another name.png")
    assert first.uid == again.uid
    assert (first.title, first.kind, first.width, first.height) == ("The office", "picture", 640, 400)
    assert other.uid != first.uid
    assert session.scalar(select(func.count()).select_from(Media)) == 2


def test_things_are_found_by_kind_and_by_words_in_title_name_and_description(session, add):
    office, film = add(), add(samples.film(), "A walk.mp4")
    changes.describe(
        session, office.uid, "Our office", {"en": "Two colleagues at 100 % effort", "nl": "Twee collega's"}
    )
    found = holdings.items(session, "picture")
    assert [(one.uid, one.alt["nl"]) for one in found] == [(office.uid, "Twee collega's")]
    for words, wanted in [
        ("", [film.uid, office.uid]),
        ("COLLEGA", [office.uid]),
        ("our two", [office.uid]),
        ("the-office", [office.uid]),
        ("walk", [film.uid]),
        ("100 %", [office.uid]),
        ("_", []),
        ("nothing", []),
    ]:
        assert [one.uid for one in holdings.items(session, words=words)] == wanted, words


def test_the_library_costs_the_same_for_one_thing_and_for_a_page_of_them(session, add, statements):
    add()
    session.flush()
    statements.clear()
    uses.counts(session, holdings.items(session))
    few = len(statements)
    for number in range(holdings.PAGE + 5):
        add(samples.mp3(tags=str(number).encode() * 9), f"{number}.mp3")
    session.flush()
    statements.clear()
    items = holdings.items(session)
    uses.counts(session, items)
    assert len(statements) == few == 4
    assert len(items) == holdings.PAGE + 1
    assert len(holdings.items(session, page=2)) == 6


def test_words_are_changed_and_taken_away(session, add):
    item = add()
    changes.describe(session, item.uid, "One", {"en": "a", "nl": "b", "xx": "no language"})
    changes.describe(session, item.uid, "Two", {"en": "", "nl": "c", "fr": ""})
    assert (holdings.item(session, item.uid).title, holdings.item(session, item.uid).alt) == ("Two", {"nl": "c"})
    with pytest.raises(NotFound):
        changes.describe(session, "nothing", "x", {})
    with pytest.raises(Invalid):
        changes.describe(session, item.uid, "", {})


def test_where_a_thing_is_shown_is_told_for_drafts_and_for_what_is_live(session, make, dana, add):
    course, item, unused = make.course("principles"), add(), add(samples.picture(50, 50))
    assert uses.of_item(session, item) == []
    show(session, course.id, item, dana)
    (draft,) = uses.of_item(session, item)
    assert (draft.slug, draft.lesson, draft.status, draft.current) == ("principles", "lesson-1", "draft", True)
    assert draft.title == "Lesson 1"
    publish(session, course.id)
    assert {(use.status, use.current) for use in uses.of_item(session, item)} == {("published", True)}
    drafts.open_draft(session, course.id, dana.id)
    assert {(use.status, use.current) for use in uses.of_item(session, item)} == {
        ("published", False),
        ("draft", True),
    }
    assert uses.counts(session, [item, unused]) == {item.uid: 1, unused.uid: 0}


def test_a_replaced_file_goes_on_being_shown_until_drafts_follow(session, make, dana, files, add, replace):
    course, item = make.course("principles"), add()
    show(session, course.id, item, dana)
    publish(session, course.id)
    live = drafts.edition(session, course.id, "published")
    after = replace(item, samples.picture(2000, 1000))
    assert after.uid == item.uid
    assert after.address != item.address
    assert holdings.served(session, item.sha256, item.name, None).size == item.size
    assert files.read(item.sha256)
    assert len(uses.behind(after, uses.of_item(session, after))) == 1
    assert uses.follow(session, item.uid, dana.id) == 1
    draft = drafts.edition(session, course.id, "draft")
    assert draft
    html = dict(
        session.execute(select(LessonText.version_id, LessonText.html).where(LessonText.html.contains("<img"))).all()
    )
    assert html[live.id].count(item.address) == 1
    assert html[draft.id] == (
        f'<figure class="picture"><img alt="x" height="1000" src="{after.address}" width="2000"></figure>'
    )
    revisions = select(LessonText.revision).where(LessonText.html.contains(after.address))
    assert session.scalar(revisions) == 3
    addresses = dict(session.execute(select(LessonFile.version_id, LessonFile.address)).all())
    assert addresses == {live.id: item.address, draft.id: after.address}
    assert uses.behind(after, uses.of_item(session, after)) == []
    assert uses.follow(session, item.uid, dana.id) == 0


def test_a_draft_that_shows_the_new_file_already_is_not_behind(session, make, dana, add, replace):
    course, item = make.course("principles"), add()
    show(session, course.id, item, dana)
    publish(session, course.id)
    uses.follow(session, replace(item, samples.picture(99, 99)).uid, dana.id)
    now = holdings.item(session, item.uid)
    assert [use.status for use in uses.of_item(session, now) if use.sha256 == item.sha256] == ["published"]
    assert uses.behind(now, uses.of_item(session, now)) == []


def test_a_file_is_replaced_by_one_of_its_kind_and_not_by_itself(session, add, replace):
    item = add()
    with pytest.raises(Invalid, match="another kind"):
        replace(item, samples.film(), "x.mp4")
    with pytest.raises(Conflict, match="there already"):
        replace(item, samples.picture(), "The office.png")
    assert session.scalar(select(func.count()).select_from(MediaReplacement)) == 0


def test_what_is_in_use_is_not_put_away_and_the_sentence_says_where(session, make, dana, add):
    course, item = make.course("principles"), add()
    show(session, course.id, item, dana)
    places = [use.words for use in uses.of_item(session, item)]
    with pytest.raises(Conflict, match=r"It is in use: Lesson 1 \(principles, English\)"):
        changes.put_away(session, item.uid, places, dana.id)
    changes.put_away(session, item.uid, [], dana.id)
    assert holdings.items(session) == []
    assert [one.uid for one in holdings.items(session, archived=True)] == [item.uid]
    assert holdings.served(session, item.sha256, item.name, None)
    changes.bring_back(session, item.uid, dana.id)
    assert [one.uid for one in holdings.items(session)] == [item.uid]


def test_a_thing_put_away_is_not_found_when_its_file_comes_again(session, dana, add):
    item = add()
    changes.put_away(session, item.uid, [], dana.id)
    assert add().uid != item.uid


def test_files_that_come_with_courses_stand_in_the_library_under_their_names(session, files):
    guidelines.load(session, guidelines.CONTENT / "how-we-speak")
    loading.load(session, files, loading.CONTENT / "principles")
    kinds = dict(session.execute(select(MediaItem.kind, func.count()).group_by(MediaItem.kind)).all())
    assert kinds["picture"] >= 5
    assert kinds["film"] == 2
    assert kinds["captions"] == 3
    assert sum(kinds.values()) == session.scalar(select(func.count()).select_from(Media))
    assert all(one.seconds for one in holdings.items(session, "film"))
    assert all(one.width for one in holdings.items(session, "picture"))


def test_another_file_of_a_shipped_name_takes_its_place_in_the_library(session, files):
    first = holdings.keep(session, files, "notice.vtt", b"WEBVTT\n")
    assert holdings.keep(session, files, "notice.vtt", b"WEBVTT\n") == first
    second = holdings.keep(session, files, "notice.vtt", b"WEBVTT \n")
    (item,) = holdings.items(session)
    assert item.address == second
    assert [holdings.address(media) for media in holdings.former(session, item.id)] == [first]


def test_files_from_before_there_was_a_library_are_adopted_once(session, files):
    holdings.keep(session, files, "x.vtt", b"WEBVTT\n")
    session.delete(session.scalars(select(MediaItem)).one())
    assert (holdings.adopt(session), holdings.adopt(session)) == (1, 0)
    assert [one.title for one in holdings.items(session)] == ["x.vtt"]


def test_two_who_add_the_same_file_at_once_both_get_it(
    database: Database, session: Session, make: Make, dana: Person, take: Callable[..., intake.Intake]
) -> None:
    taken = take(samples.picture(700, 100), "x.png")
    session.commit()

    def put_in(_: int) -> str:
        with database.transaction() as own:
            return changes.add(own, taken, dana.id).address

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(put_in, range(2)))) == 1
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Media)) == 1


def test_a_published_version_never_takes_over_a_new_file(session, make, dana, add, replace):
    course, item = make.course("principles"), add()
    show(session, course.id, item, dana)
    publish(session, course.id)
    uses.follow(session, replace(item, samples.picture(80, 80)).uid, dana.id)
    published = select(LessonText.html).join(CourseVersion, CourseVersion.id == LessonText.version_id)
    shown = session.scalars(published.where(CourseVersion.status == "published", LessonText.html.contains("<img")))
    assert [item.address in html for html in shown] == [True]


def test_the_application_serves_what_is_put_into_its_store(app: Flask, session, dana, client_for, tmp_path) -> None:
    (tmp_path / "x").write_bytes(samples.picture(2000, 900, "JPEG", quality=95))
    item = changes.add(session, intake.take_in(app.extensions["files"], tmp_path / "x", "Wide.jpg"), dana.id)
    client = client_for(dana)
    whole, small = client.get(item.address), client.get(f"{item.address}?w=480")
    assert (whole.mimetype, small.mimetype) == ("image/jpeg", "image/webp")
    assert len(small.data) < len(whole.data) == item.size
    assert client.get(f"{item.address}?w=481").data == whole.data
    assert client.get(f"{item.address}?w=x").data == whole.data
    assert whole.headers["ETag"] != small.headers["ETag"]
