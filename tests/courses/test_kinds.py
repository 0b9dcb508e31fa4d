"""Lessons of every kind, as learners see them, and what finishing them takes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import catalog, enrollment, finishing
from courses.catalog import FileView
from courses.enrollment_models import LessonCompletion
from courses.media.models import Media
from courses.models import Course, Lesson, LessonClause, LessonFile, LessonText
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict
from lms.guidelines import attestations
from lms.guidelines.models import Clause, ClauseAttestation, ClauseText, GuidelineVersion
from lms.people.models import Person
from tests.make import Make, People
from tests.support import markup
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
PAGE = "/courses/kinds/lesson-1"
DONE = f"{PAGE}/done"
PLAYER = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"


def file(role: str, language: str = "en", address: str = "", **more: Any) -> FileView:
    return FileView(
        role,
        language,
        address or f"/media/{'a' * 64}/{role}-{language}",
        more.pop("label", ""),
        **{"seconds": 190} | more,
    )


@pytest.fixture
def course(make: Make) -> Callable[..., Course]:
    """Makes a published course whose first lesson is of a kind."""

    def build(kind: str, *files: FileView, html: str | None = None, clauses: tuple[str, ...] = ()) -> Course:
        course = Course(
            slug="kinds", code="K1", tier="staff", owner="Hub", business_reason="Why.", review_on=clock.today()
        )
        make.session.add(course)
        make.session.flush()
        version = make.course_version(course, lessons=2)
        lesson = make.session.scalars(
            select(Lesson).where(Lesson.version_id == version.id, Lesson.slug == "lesson-1")
        ).one()
        lesson.kind = kind
        here = {"lesson_id": lesson.id, "version_id": version.id}
        make.session.add_all(LessonFile(**vars(one), **here) for one in files)
        make.session.add_all(LessonClause(code=code, **here) for code in clauses)
        if html is not None:
            for text in make.session.scalars(select(LessonText).where(LessonText.lesson_id == lesson.id)):
                text.html = html
        make.publish(version)
        return course

    return build


def accepted(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ClauseAttestation)) or 0


def test_a_film_has_captions_in_every_language_and_its_words_below(
    course: Callable[..., Course], people: People, client_for: ClientFor
) -> None:
    course("video", file("video"), file("captions"), file("captions", "nl"), file("poster"))
    page = client_for(people.alice).get(PAGE).text
    assert markup.problems(page) == []
    assert '<video controls preload="none"' in page
    assert 'poster="/media/' in page
    assert len(re.findall("<track kind=.captions.", page)) == 2
    assert re.search(r'srclang="en" label="English" default', page)
    assert 'srclang="nl" label="Nederlands">' in page
    assert "3 min 10" in page
    assert '<details class="transcript mt5" open>' in page
    assert "I have watched this, go on" in page


@pytest.mark.parametrize(
    ("form", "has", "button"),
    [
        ("", "<video", "I have watched this"),
        ("watch", "<video", "I have watched this"),
        ("listen", "<audio", "I have heard this"),
        ("read", None, "I have read this"),
        ("dance", "<video", "I have watched this"),
    ],
)
def test_the_same_lesson_is_read_watched_or_heard(
    course: Callable[..., Course], people: People, client_for: ClientFor, form: str, has: str | None, button: str
) -> None:
    course("video", file("video"), file("captions"), file("audio"))
    page = client_for(people.alice).get(PAGE + (f"?form={form}" if form else "")).text
    assert button in page
    assert ["<video" in page, "<audio" in page] == [has == "<video", has == "<audio"]
    assert "Lesson 1 says" in page
    assert page.count('aria-current="true"') == 1
    assert markup.problems(page) == []


def test_finishing_one_form_counts_once(
    course: Callable[..., Course], people: People, client_for: ClientFor, session: Session
) -> None:
    course("reading", file("audio"))
    client = client_for(people.alice)
    assert "Mark as done" not in client.get(PAGE).text
    for form in ("listen", "read"):
        client.get(f"{PAGE}?form={form}")
        assert client.submit(DONE).location == "/courses/kinds/lesson-2"
    assert session.scalar(select(func.count()).select_from(LessonCompletion)) == 1


def test_a_lesson_with_text_alone_has_no_switch(
    course: Callable[..., Course], people: People, client_for: ClientFor
) -> None:
    course("reading")
    page = client_for(people.alice).get(PAGE).text
    assert "Form of this lesson" not in page
    assert "Mark as done and go on" in page


def test_who_reads_another_language_is_told_which_one_the_film_is_in(
    course: Callable[..., Course], people: People, client_for: ClientFor
) -> None:
    course("video", file("video"), file("captions"), file("captions", "nl"))
    people.alice.language = "nl"
    page = client_for(people.alice).get(PAGE).text
    assert "English" in page.split("<figure")[0].rpartition("<p>")[2]
    assert re.search(r'srclang="nl" label="Nederlands" default', page)


def test_the_film_in_the_readers_language_comes_first_even_at_an_outside_player(
    course: Callable[..., Course], people: People, client_for: ClientFor
) -> None:
    course("video", file("video"), file("captions"), file("player", "nl", PLAYER))
    people.alice.language = "nl"
    page = client_for(people.alice).get(PAGE)
    assert f'data-player="{PLAYER}?autoplay=1' in page.text
    assert "<video" not in page.text


def test_an_outside_player_may_be_framed_on_its_page_alone_and_is_not_loaded(
    course: Callable[..., Course], people: People, client_for: ClientFor
) -> None:
    course("video", file("player", address=PLAYER))
    client = client_for(people.alice)
    page = client.get(PAGE)
    assert page.headers["Content-Security-Policy"].endswith("; frame-src https://www.youtube-nocookie.com")
    assert "<iframe" not in page.text
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"' in page.text
    assert markup.problems(page.text) == []
    assert "frame-src" not in client.get("/courses/kinds/lesson-2").headers["Content-Security-Policy"]


def test_a_player_that_is_not_allowed_is_not_shown(
    course: Callable[..., Course], people: People, client_for: ClientFor
) -> None:
    course("video", file("player", address="https://evil.example/embed/1"))
    page = client_for(people.alice).get(PAGE)
    assert "evil.example" not in page.text
    assert "frame-src" not in page.headers["Content-Security-Policy"]


def test_a_document_is_a_card_with_name_type_and_size(
    course: Callable[..., Course], people: People, client_for: ClientFor, session: Session
) -> None:
    words = {"name": "card.pdf", "content_type": "application/pdf", "size": 1_440_000, "created_at": clock.now()}
    session.add(Media(sha256="a" * 64, **words))
    course("document", file("document", address=f"/media/{'a' * 64}/card.pdf", label="The pocket card"))
    page = client_for(people.alice).get(PAGE).text
    assert markup.problems(page) == []
    assert "The pocket card" in page
    assert "PDF, 1.4 MB" in page
    assert re.search(r'<a [^>]*href="/media/a+/card.pdf" download>', page)
    assert re.search(r'<a [^>]*href="/media/a+/card.pdf" target="_blank"', page)
    people.alice.language = "nl"
    assert "PDF, 1,4 MB" in client_for(people.alice).get(PAGE).text


def test_plain_reading_costs_two_statements_and_no_kind_more_than_five(
    make: Make, course: Callable[..., Course], people: People, client_for: ClientFor, statements: list[str]
) -> None:
    make.guideline()
    course("clause", clauses=("D4",))
    client = client_for(people.alice)
    for address, most in ((PAGE, 5), ("/courses/kinds/lesson-2", 2)):
        client.get(address)
        client.get(address)
        statements.clear()
        client.get(address)
        assert len(statements) <= most, statements


def test_the_text_for_a_country_comes_before_that_for_a_tier_and_nobody_else_reads_it(
    make: Make, course: Callable[..., Course], people: People, client_for: ClientFor
) -> None:
    row = course("reading")
    draft = make.course_version(row, number=2)
    lesson = make.session.scalars(select(Lesson).where(Lesson.version_id == draft.id, Lesson.slug == "lesson-1")).one()
    for variant, words in (("country:BE", "In Belgium."), ("tier:manager", "For managers.")):
        words = {
            "title": "Variant",
            "html": f"<p>{words}</p>",
            "policy": 1,
            "saved_at": clock.now(),
            "variant": variant,
        }
        make.session.add(LessonText(lesson_id=lesson.id, version_id=draft.id, language="en", **words))
    make.publish(draft)
    people.bob.country = "BE"
    people.charlie.country, people.charlie.tier = "FR", "manager"
    assert "In Belgium." in client_for(people.bob).get(PAGE).text
    assert "For managers." in client_for(people.charlie).get(PAGE).text
    assert "Lesson 1 says" in client_for(people.alice).get(PAGE).text


class TestClauses:
    """A lesson about clauses is done when each is accepted."""

    @pytest.fixture
    def lesson(self, make: Make, course: Callable[..., Course]) -> Course:
        make.guideline()
        return course("clause", clauses=("F1", "D4"))

    def test_each_clause_has_a_box_with_the_words_of_the_live_guideline(
        self, lesson: Course, people: People, client_for: ClientFor
    ) -> None:
        page = client_for(people.alice).get(PAGE).text
        assert markup.problems(page) == []
        assert page.count('type="checkbox" form="done"') == 3
        assert "Say who you are, in the post itself: more about that." in page
        assert "I have read F1 and will respect it." in page
        assert "I have read D2 and will keep to it." in page
        people.alice.language = "nl"
        assert "Houd geheim wat geheim is" in client_for(people.alice).get(PAGE).text

    def test_all_boxes_are_needed_and_those_ticked_stay_so(
        self, lesson: Course, people: People, client_for: ClientFor, session: Session
    ) -> None:
        client = client_for(people.alice)
        answer = client.submit(DONE, {"accept-D2": sha(session, "D2")})
        assert answer.status_code == 422
        assert markup.problems(answer.text) == []
        assert "Tick the box under D4" in answer.text
        assert "Tick the box under D2" not in answer.text
        assert answer.text.count(" checked>") == 1
        assert accepted(session) == 0
        assert session.scalar(select(func.count()).select_from(LessonCompletion)) == 0

    def test_accepting_is_kept_with_the_exact_words_once(
        self, lesson: Course, people: People, client_for: ClientFor, session: Session
    ) -> None:
        client = client_for(people.alice)
        for _ in range(2):
            assert client.submit(DONE, all_boxes(session)).status_code == 303
        rows = session.scalars(select(ClauseAttestation)).all()
        assert len(rows) == 3
        assert {row.person_id for row in rows} == {people.alice.id}
        clause = session.scalars(
            select(ClauseText).join(Clause).where(Clause.code == "D4", ClauseText.language == "en")
        ).one()
        assert attestations.words_sha256(clause.title, clause.body_html) in {row.text_sha256 for row in rows}
        deeds = session.scalars(select(AuditEntry.deed)).all()
        assert deeds.count("accepted clauses") == 1
        page = client.get(PAGE).text
        assert page.count("You accepted these words.") == 3
        assert 'type="checkbox"' not in page

    def test_words_that_are_others_by_now_are_not_accepted(
        self, lesson: Course, people: People, client_for: ClientFor, session: Session
    ) -> None:
        answer = client_for(people.alice).submit(DONE, all_boxes(session) | {"accept-D4": "0" * 64})
        assert answer.status_code == 409
        assert "newer text" in answer.text
        assert accepted(session) == 0

    def test_a_new_version_asks_again_only_for_words_that_changed(
        self, make: Make, lesson: Course, people: People, client_for: ClientFor, session: Session
    ) -> None:
        client = client_for(people.alice)
        client.submit(DONE, all_boxes(session))
        newer = make.guideline(number=2)
        assert client.get(PAGE).text.count("You accepted these words.") == 3
        session.execute(
            ClauseText.__table__.insert().values(  # a third version, in which one clause says something else
                clause_id=another_d4(make, newer.guideline_id),
                language="en",
                title="Keep quiet",
                body_html="<p>More.</p>",
            )
        )
        page = client.get(PAGE).text
        assert page.count("You accepted these words.") == 0
        assert "Keep quiet" in page
        assert client.submit(DONE).status_code == 422

    def test_the_obstacle_names_what_is_missing_until_it_is_accepted(
        self, lesson: Course, people: People, session: Session
    ) -> None:
        view = catalog.get(session, "kinds").lesson("lesson-1")
        taken = enrollment.enroll(session, people.alice.id, lesson.id)
        sentence = finishing.obstacle(session, taken, view)
        assert sentence is not None
        assert "D4 Keep what is confidential" in sentence
        attestations.accept_clauses(session, people.alice.id, view.clauses, "en")
        assert finishing.obstacle(session, taken, view) is None
        other = enrollment.enroll(session, people.charlie.id, lesson.id)
        assert finishing.obstacle(session, other, view) is not None

    def test_what_another_person_accepted_shows_nowhere_else(
        self, lesson: Course, people: People, client_for: ClientFor, session: Session
    ) -> None:
        client_for(people.alice).submit(DONE, all_boxes(session))
        page = client_for(people.charlie).get(PAGE).text
        assert "You accepted these words." not in page
        assert page.count('type="checkbox" form="done"') == 3


def test_without_a_guideline_there_is_nothing_to_accept(session: Session, people: People) -> None:
    assert attestations.asked_clauses(session, people.alice.id, ["D2"], "en") == []


def test_only_the_words_shown_are_accepted(session: Session, make: Make, people: People) -> None:
    make.guideline()
    with pytest.raises(Conflict, match="newer text"):
        attestations.accept_clauses(session, people.alice.id, ["D2"], "en", {"D2": "0" * 64})


@pytest.mark.parametrize("kind", ["reading", "video", "document"])
def test_most_kinds_are_done_when_their_reader_says_so(
    course: Callable[..., Course], people: People, session: Session, kind: str
) -> None:
    row = course(kind)
    taken = enrollment.enroll(session, people.alice.id, row.id)
    assert finishing.obstacle(session, taken, catalog.get(session, "kinds").lesson("lesson-1")) is None


def sha(session: Session, code: str) -> str:
    clause = session.scalars(
        select(ClauseText).join(Clause).where(Clause.code == code, ClauseText.language == "en")
    ).first()
    assert clause is not None
    return attestations.words_sha256(clause.title, clause.body_html)


def all_boxes(session: Session) -> dict[str, str]:
    return {f"accept-{code}": sha(session, code) for code in ("F1", "D2", "D4")}


def another_d4(make: Make, guideline_id: int) -> int:
    """The row of clause D4 alone in a third version of the guideline."""
    version = GuidelineVersion(
        guideline_id=guideline_id,
        number=3,
        material=True,
        effective_on=clock.today(),
        published_at=clock.now(),
        source_sha256="3",
    )
    make.session.add(version)
    make.session.flush()
    clause = Clause(version_id=version.id, code="D4", position=1, kind="duty", red_line=True)
    make.session.add(clause)
    make.session.flush()
    return clause.id
