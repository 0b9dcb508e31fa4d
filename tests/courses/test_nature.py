"""The settings of a lesson: entering them, what is refused, and what stops a lesson of a kind from being published."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.authoring import comparison, drafts, kinds, nature
from courses.authoring.kinds import Nature
from courses.authoring.models import VersionAuthor
from courses.catalog import FileView
from courses.media.models import Media, MediaItem
from courses.models import Course, CourseVersion, Lesson, LessonClause
from courses.review import topics
from courses.review.models import ReviewComment
from lms.base import clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.people.models import Person
from tests.make import Make, People
from tests.support import markup
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
PAGE = "/studio/principles/lesson-1/settings"
PLAYER = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def course(make: Make) -> Course:
    make.guideline()
    topics.load_shipped(make.session)
    return make.course("principles")


@pytest.fixture
def author(course: Course, dana: Person, client_for: ClientFor) -> Client:
    return client_for(dana)


def item(session: Session, kind: str, name: str, seconds: int | None = None) -> str:
    """A thing in the media library; returns its address."""
    digest = f"{abs(hash(name)):064x}"[:64]
    words = {"content_type": "x/y", "size": 10, "seconds": seconds, "created_at": clock.now()}
    media = Media(sha256=digest, name=name, **words)
    session.add(media)
    session.flush()
    session.add(MediaItem(title=f"Title of {name}", kind=kind, media_id=media.id, created_at=clock.now()))
    session.flush()
    return f"/media/{digest}/{name}"


def current(session: Session, course: Course) -> Nature:
    versions = select(CourseVersion.id).where(CourseVersion.course_id == course.id)
    newest = session.scalars(versions.order_by(CourseVersion.number.desc())).first()
    assert newest is not None
    return nature.get(session, newest, "lesson-1")


def fields(session: Session, course: Course, **changed: Any) -> dict[str, Any]:
    """The form as it stands, with some fields changed."""
    now = current(session, course)
    usual = {"kind": now.kind, "minutes": str(now.minutes), "address": now.slug, "clauses": list(now.clauses)}
    return usual | {"opened": now.fingerprint} | changed


def versions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CourseVersion)) or 0


def test_the_page_shows_what_can_be_chosen_and_what_is(author: Client, session: Session, statements: list[str]) -> None:
    item(session, "film", "street.mp4", 125)
    author.get(PAGE)
    statements.clear()
    page = author.get(PAGE).text
    assert len(statements) <= 8, statements
    assert markup.problems(page) == []
    assert "Settings of “Lesson 1”" in page
    assert "Title of street.mp4" in page
    assert "Financial results" in page
    assert '<input class="cb" type="checkbox" name="clauses" value="D2" checked>' in page
    assert "We would say 1 min: 7 words." in page
    assert "It stays, because the lesson has been published" in page


def test_everything_entered_is_kept_in_a_draft(
    author: Client, course: Course, session: Session, dana: Person, make: Make
) -> None:
    film, words = item(session, "film", "street.mp4", 125), item(session, "captions", "street.vtt")
    answer = author.submit(
        PAGE,
        fields(
            session,
            course,
            kind="video",
            minutes="12",
            clauses=["D4", "F1"],
            topics=["results"],
            video_en=film,
            captions_en=words,
            player_nl="https://youtu.be/dQw4w9WgXcQ?si=x",
            items_en="One\n\n  Two  \n",
        ),
    )
    assert (answer.status_code, answer.location) == (303, "/studio/principles/lesson-1")
    now = current(session, course)
    assert (now.kind, now.minutes, now.clauses, now.topics) == ("video", 12, ("D4", "F1"), ("results",))
    assert now.files == (
        FileView("captions", "en", words, "Title of street.vtt", 0),
        FileView("player", "nl", PLAYER, "", 0),
        FileView("video", "en", film, "Title of street.mp4", 125),
    )
    assert now.items == {"en": ("One", "Two")}
    assert make.live(course).number == 1
    assert session.scalars(select(VersionAuthor.person_id)).all() == [dana.id]
    page = author.get(PAGE).text
    assert f'value="{PLAYER}"' in page
    assert "2 min to watch or hear" in page


def test_saving_what_is_there_opens_no_draft(author: Client, course: Course, session: Session) -> None:
    assert author.submit(PAGE, fields(session, course)).status_code == 303
    assert versions(session) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"minutes": "0"}, "Write a whole number from 1 to 600."),
        ({"minutes": "seven"}, "Write a whole number from 1 to 600."),
        ({"minutes": "9" * 40}, "Write a whole number from 1 to 600."),
        ({"player_fr": "https://evil.example/film"}, "Use the link to a film at YouTube or Vimeo"),
        ({"kind": "exercise"}, "Say which exercise this is."),
        ({"kind": "exercise", "exercise": "log", "entries_wanted": "99"}, "Write a whole number from 0 to 50."),
        ({"items_nl": "line\n" * 41}, "at most 40 lines"),
        ({"document_en": "/media/x/gone.pdf"}, "not in the library any more"),
        ({"kind": "dance"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_typed_is_lost(
    author: Client, course: Course, session: Session, changed: dict[str, str], sentence: str
) -> None:
    answer = author.submit(PAGE, fields(session, course, items_fr="Gardez-moi", **changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Gardez-moi" in answer.text
    for name, value in changed.items():
        if name in {"minutes", "player_fr"}:
            assert f'value="{value}"' in answer.text
    assert markup.problems(answer.text) == []
    assert versions(session) == 1


def test_settings_changed_in_between_are_not_replaced_silently(
    author: Client, course: Course, session: Session, make: Make, client_for: ClientFor
) -> None:
    opened = fields(session, course)
    tom = client_for(make.person("Tom", roles=("administrator",)))
    assert tom.submit(PAGE, opened | {"minutes": "20"}).status_code == 303
    answer = author.submit(PAGE, opened | {"minutes": "9"})
    assert answer.status_code == 409
    assert "Somebody changed these settings" in answer.text
    assert 'value="9"' in answer.text
    assert current(session, course).minutes == 20
    assert author.submit(PAGE, fields(session, course, minutes="9")).status_code == 303
    assert current(session, course).minutes == 9


class TestAddress:
    """A lesson that was never published may get another address; what names it goes along."""

    @pytest.fixture
    def draft(self, make: Make, course: Course, dana: Person) -> CourseVersion:
        draft = drafts.open_draft(make.session, course.id, dana.id)
        module = make.session.get_one(Lesson, make.session.scalars(select(Lesson.id)).first()).module_id
        assert module
        lesson = Lesson(
            version_id=draft.id,
            module_id=make.session.scalars(select(Lesson.module_id).where(Lesson.version_id == draft.id)).first(),
            slug="brand-new",
            position=4,
            minutes=3,
        )
        make.session.add(lesson)
        make.session.flush()
        return draft

    def rename(self, session: Session, draft: CourseVersion, address: str, by: Person, old: str = "brand-new") -> None:
        now = nature.get(session, draft.id, old)
        nature.save(session, draft.course_id, old, replace(now, slug=address), now.fingerprint, by.id)

    def test_it_changes_with_its_comments(self, session: Session, draft: CourseVersion, dana: Person) -> None:
        words = {"words": "Why?", "person_id": dana.id, "made_at": clock.now()}
        session.add(ReviewComment(version_id=draft.id, lesson="brand-new", language="en", **words))
        session.flush()
        self.rename(session, draft, "better-name", dana)
        assert nature.get(session, draft.id, "better-name").minutes == 3
        assert session.scalars(select(ReviewComment.lesson)).all() == ["better-name"]
        with pytest.raises(NotFound):
            nature.get(session, draft.id, "brand-new")

    @pytest.mark.parametrize("address", ["Lesson", "a b", "a--b", "settings", "", "x" * 61, "../x", "lesson-2"])
    def test_some_addresses_cannot_be_given(
        self, session: Session, draft: CourseVersion, dana: Person, address: str
    ) -> None:
        with pytest.raises(Invalid):
            self.rename(session, draft, address, dana)

    def test_a_published_lesson_keeps_its_own(self, session: Session, draft: CourseVersion, dana: Person) -> None:
        with pytest.raises(Invalid, match="has been published"):
            self.rename(session, draft, "other", dana, old="lesson-1")

    def test_the_page_refuses_and_keeps_what_was_typed(
        self, session: Session, draft: CourseVersion, author: Client
    ) -> None:
        now = nature.get(session, draft.id, "brand-new")
        sent = {"kind": "reading", "minutes": "3", "address": "lesson-2", "opened": now.fingerprint}
        answer = author.submit("/studio/principles/brand-new/settings", sent)
        assert answer.status_code == 422
        assert "another lesson at the address “lesson-2”" in answer.text
        assert 'value="lesson-2"' in answer.text
        moved = author.submit("/studio/principles/brand-new/settings", sent | {"address": "newer"})
        assert moved.location == "/studio/principles/newer"


def test_a_published_version_is_never_changed(session: Session, course: Course, make: Make, dana: Person) -> None:
    live = make.live(course)
    now = nature.get(session, live.id, "lesson-1")
    nature.save(session, course.id, "lesson-1", replace(now, minutes=50), now.fingerprint, dana.id)
    assert nature.get(session, live.id, "lesson-1").minutes == 5
    assert session.scalar(select(func.count()).where(LessonClause.version_id == live.id)) == 3


def test_a_stale_opening_is_a_conflict(session: Session, course: Course, make: Make, dana: Person) -> None:
    now = nature.get(session, make.live(course).id, "lesson-1")
    with pytest.raises(Conflict):
        nature.save(session, course.id, "lesson-1", replace(now, minutes=50), "something else", dana.id)


@pytest.mark.parametrize("page", [PAGE])
def test_others_are_kept_out(
    course: Course, people: People, client_for: ClientFor, anonymous: Client, page: str
) -> None:
    for person in (people.alice, people.bob):
        assert client_for(person).get(page).status_code == 403
        assert client_for(person).submit(page).status_code == 403
    assert anonymous.get(page).status_code == 302


def test_what_does_not_exist_is_not_found(author: Client) -> None:
    for page in ("/studio/x/lesson-1/settings", "/studio/principles/x/settings"):
        assert author.get(page).status_code == 404
        assert author.submit(page, {"kind": "reading"}).status_code == 404


FILM = FileView("video", "en", "/media/a/film.mp4", "", 60)
CAPTIONS = FileView("captions", "en", "/media/a/film.vtt", "", 0)
WHOLE = Nature("one", "reading", 5, clauses=("D2",), titles={"en": "One", "nl": "Een"})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, []),
        ({"kind": "video"}, ["needs a film"]),
        ({"kind": "video", "files": (FILM, CAPTIONS)}, []),
        ({"kind": "video", "files": (FILM,)}, ["no captions"]),
        ({"kind": "video", "files": (FILM, replace(CAPTIONS, language="nl"))}, ["no captions"]),
        ({"kind": "video", "files": (replace(FILM, role="player", address=PLAYER),)}, []),
        ({"kind": "video", "files": (replace(FILM, role="player", address="https://x.example"),)}, ["not at a site"]),
        ({"files": (replace(FILM, language="fr"), replace(CAPTIONS, language="fr"))}, ["What is said in Français"]),
        ({"files": (FileView("audio", "fr", "/media/a/b.mp3", "", 1),)}, ["What is said in Français"]),
        ({"kind": "document"}, ["needs its document"]),
        ({"kind": "document", "files": (FileView("document", "en", "/media/a/b.pdf", "", 0),)}, []),
        ({"kind": "document", "files": (FileView("document", "nl", "/media/a/b.pdf", "", 0),)}, ["in English"]),
        ({"kind": "clause"}, []),
        ({"kind": "clause", "clauses": ()}, ["at least one clause"]),
        ({"kind": "clause", "clauses": ("D2", "D99")}, ["no clause D99"]),
        ({"kind": "exercise", "exercise": "checklist"}, ["needs its lines"]),
        (
            {"kind": "exercise", "exercise": "checklist", "items": {"en": ("a", "b"), "nl": ("a",)}},
            ["2 lines in English"],
        ),
        ({"kind": "exercise", "exercise": "reflection", "items": {"en": ("a",)}}, []),
        ({"kind": "exercise", "exercise": "log"}, ["how many entries"]),
        ({"kind": "exercise", "exercise": "log", "entries_wanted": 3}, []),
        ({"kind": "live"}, []),
    ],
)
def test_what_a_lesson_lacks_for_its_kind(changed: dict[str, Any], words: list[str]) -> None:
    found = kinds.faults(replace(WHOLE, **changed), {"D2"})
    assert len(found) == len(words), found
    assert all(part in sentence for part, (_, sentence) in zip(words, found, strict=True))


def test_faults_are_found_in_a_draft_in_two_statements_at_most(
    session: Session, course: Course, dana: Person, statements: list[str]
) -> None:
    draft = drafts.open_draft(session, course.id, dana.id)
    assert nature.faults(session, draft.id) == []
    now = nature.get(session, draft.id, "lesson-1")
    for slug, kind in (("lesson-1", "video"), ("lesson-2", "document")):
        now = nature.get(session, draft.id, slug)
        nature.save(session, course.id, slug, replace(now, kind=kind), now.fingerprint, dana.id)
    nature.faults(session, draft.id)
    statements.clear()
    found = nature.faults(session, draft.id)
    assert len(statements) <= 2
    assert [(fault.slug, fault.language, fault.title) for fault in found] == [
        ("lesson-1", "en", "Lesson 1"),
        ("lesson-2", "en", "Lesson 2"),
    ]
    assert isinstance(found[0], comparison.Fault)


def test_a_film_lesson_without_its_film_stops_publishing_and_is_named(
    author: Client, course: Course, session: Session
) -> None:
    author.submit(PAGE, fields(session, course, kind="video"))
    page = author.get("/studio/principles/publish").text
    assert "This stops publishing" in page
    assert "A film lesson needs a film" in page
    refused = author.submit("/studio/principles/publish", {"change": "minor", "note": ""})
    assert refused.status_code == 422
    assert session.scalar(select(func.count()).where(CourseVersion.status == "published")) == 1


def test_how_long_a_lesson_takes_counts_words_film_checks_and_exercise() -> None:
    def taken(html: str, **more: Any) -> float:
        return kinds.computed_minutes(Nature("lesson", **{"kind": "reading", "minutes": 1} | more), html, "en")

    words, check = "<p>" + "word " * 900 + "</p>", '<section class="check"></section>'
    film = FileView("video", "en", "/media/a", "", 600)
    assert taken(words) == 5
    assert taken(words + 2 * check) == 6
    assert taken(words, files=(film,)) == 10
    assert taken(words, kind="exercise", exercise="reflection") == 15
    assert taken(words, kind="exercise", exercise="log", entries_wanted=2) == 15
    assert taken(words, kind="exercise", exercise="checklist", items={"en": ("one", "two", "three")}) == 8
    assert taken(words, kind="live", minutes=45) == 45
