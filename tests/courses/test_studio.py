"""The pages of the studio, through the client."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from courses.authoring import drafts, editions
from courses.models import Course, CourseVersion, LessonText
from lms.people.models import Person
from tests.make import Make, People
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
LESSON = "/studio/principles/lesson-1"
JSON = {"Accept": "application/json"}


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles")


@pytest.fixture
def author(course: Course, dana: Person, client_for: ClientFor) -> Client:
    return client_for(dana)


def fields(html: str, revision: int = 1, title: str = "Lesson 1") -> dict[str, str]:
    return {"title": title, "html": html, "revision": str(revision)}


PAGES = (
    "/studio/",
    "/studio/principles",
    LESSON,
    LESSON + "?lang=nl",
    LESSON + "?lang=fr",
    LESSON + "/preview",
    LESSON + "/preview?lang=fr",
    "/studio/principles/publish",
    "/studio/principles/versions/1",
    "/studio/principles/versions/1?lesson=lesson-2&lang=nl",
)


@pytest.mark.parametrize("with_draft", [False, True])
def test_every_page_opens_for_an_author_with_few_statements(
    author: Client, course: Course, make: Make, dana: Person, statements: list[str], with_draft: bool
) -> None:
    if with_draft:
        author.submit(LESSON, fields("<p>Changed.</p>"))
    for page in PAGES:
        statements.clear()
        response = author.get(page)
        assert response.status_code == 200, page
        assert len(statements) <= (26 if page.endswith("/publish") else 14), (page, len(statements))
        assert len(re.findall("<h1[ >]", response.text)) == 1, page
        assert not re.search(r"<[^>]+ (style|on[a-z]+)=", response.text), page


def test_the_number_of_statements_does_not_grow(
    make: Make, dana: Person, client_for: ClientFor, statements: list[str]
) -> None:
    make.course("small", lessons=1)
    make.course("large", lessons=25)
    client = client_for(dana)
    counts: dict[str, list[int]] = {}
    for slug in ("small", "large"):
        client.submit(f"/studio/{slug}/lesson-1", fields("<p>Changed.</p>"))
        for page in ("", "/lesson-1", "/publish", "/versions/1"):
            statements.clear()
            assert client.get(f"/studio/{slug}{page}").status_code == 200
            counts.setdefault(page, []).append(len(statements))
    assert all(small == large for small, large in counts.values()), counts


@pytest.mark.parametrize("page", PAGES)
def test_others_are_kept_out(
    course: Course, people: People, client_for: ClientFor, anonymous: Client, page: str
) -> None:
    for person in (people.alice, people.bob):
        assert client_for(person).get(page).status_code == 403
    assert anonymous.get(page).status_code == 302


def test_others_change_nothing(
    course: Course, people: People, client_for: ClientFor, session: object, make: Make
) -> None:
    alice = client_for(people.alice)
    for address in (LESSON, "/studio/principles/publish", "/studio/principles/versions/1"):
        assert alice.submit(address, fields("<p>x</p>")).status_code == 403
    assert make.session.scalar(select(func.count()).select_from(CourseVersion)) == 1


def test_what_does_not_exist_is_not_found(author: Client) -> None:
    for page in (
        "/studio/x",
        "/studio/x/lesson-1",
        "/studio/principles/x",
        "/studio/principles/x/preview",
        LESSON + "?lang=xx",
        "/studio/principles/versions/9",
        "/studio/principles/versions/99999999999999999999",
        "/studio/principles/versions/1?lesson=x",
    ):
        assert author.get(page).status_code == 404, page
    assert author.submit("/studio/principles/x", fields("<p>x</p>")).status_code == 404
    assert author.submit("/studio/principles/versions/9").status_code == 404


def test_reading_opens_no_draft(author: Client, make: Make) -> None:
    for page in PAGES:
        author.get(page)
    assert make.session.scalar(select(func.count()).select_from(CourseVersion)) == 1


def test_save_preview_publish_and_the_learner_reads_it(
    author: Client, people: People, client_for: ClientFor, course: Course
) -> None:
    learner = client_for(people.alice)
    assert "Entirely new" not in learner.get("/courses/principles/lesson-1").text
    saved = author.submit(LESSON, fields("<p>Entirely new words.</p>"))
    assert (saved.status_code, saved.location) == (303, LESSON + "?lang=en")
    page = author.get(LESSON).text
    assert "Draft, version 2" in page
    assert "Saved at" in page
    assert "Entirely new words." in author.get(LESSON + "/preview").text
    assert "Entirely new" not in learner.get("/courses/principles/lesson-1").text
    changes = author.get("/studio/principles/publish").text
    assert '<ins class="is">Entirely new words.</ins>' in changes
    assert author.submit("/studio/principles/publish", {"note": "Better"}).status_code == 303
    assert "Entirely new" not in learner.get("/courses/principles/lesson-1").text, "who is inside stays on her version"
    assert "Entirely new words." in client_for(people.charlie).get("/courses/principles/lesson-1").text
    log = author.get("/studio/principles").text
    assert "2, live" in log
    assert "Better" in log
    old = author.get("/studio/principles/versions/1").text
    assert "tell who you are" in old
    assert "Entirely new" not in old


def test_hostile_html_comes_back_harmless(author: Client) -> None:
    author.submit(
        LESSON, fields("<p>Words<img src=x onerror=alert(1)></p><script>alert(2)</script><svg/onload=alert(3)>")
    )
    for page in (LESSON, LESSON + "/preview", "/studio/principles/publish"):
        text = author.get(page).text
        assert "<script>alert" not in text
        assert "<svg/onload" not in text
        assert "onerror=" not in re.sub(r"&[a-z0-9#]+;", "", text)


def test_a_stale_save_shows_both_texts_and_keeps_what_was_typed(
    author: Client, make: Make, client_for: ClientFor
) -> None:
    tom = client_for(make.person("Tom", "Wouters", roles=("administrator",)))
    assert tom.submit(LESSON, fields("<p>Tom wrote this.</p>")).status_code == 303
    refused = author.submit(LESSON, fields("<p>Dana wrote that.</p>"))
    assert refused.status_code == 409
    assert "Tom Wouters saved this text on" in refused.text
    assert "Tom wrote this." in refused.text
    assert "&lt;p&gt;Dana wrote that.&lt;/p&gt;" in refused.text
    assert '<del class="was">Tom</del>' in refused.text
    again = author.submit(LESSON, fields("<p>Dana wrote that.</p>", revision=2))
    assert again.status_code == 303
    assert "Dana wrote that." in author.get(LESSON + "/preview").text


def test_a_script_saves_with_json(author: Client, make: Make, client_for: ClientFor) -> None:
    saved = author.submit(LESSON, fields("<p>One.</p>"), headers=JSON)
    assert saved.get_json()["revision"] == 2
    assert saved.get_json()["saved"].startswith("Saved at ")
    stale = author.submit(LESSON, fields("<p>Two.</p>"), headers=JSON)
    assert (stale.status_code, stale.mimetype) == (409, "application/problem+json")
    assert "Dana Smit saved this text on " in stale.get_json()["detail"]
    empty = author.submit(LESSON, fields("<p>Two.</p>", 2, title=" "), headers=JSON)
    assert (empty.status_code, empty.get_json()["detail"]) == (422, "Give the lesson a title.")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": " "}, "Give the lesson a title."),
        ({"title": "x" * 201}, "longer than 200 characters"),
        ({"html": "x" * 200_001}, "longer than 200,000"),
        ({"revision": "one"}, "not complete"),
        ({"revision": "-1"}, "not complete"),
        ({"revision": "9" * 30}, "not complete"),
    ],
)
def test_a_form_with_errors_keeps_what_was_typed(
    author: Client, make: Make, changed: dict[str, str], sentence: str
) -> None:
    refused = author.submit(LESSON, fields("<p>Typed words.</p>") | changed)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert changed.get("html") or "Typed words." in refused.text
    assert make.session.scalar(select(func.count()).select_from(CourseVersion)) == 1


def test_a_missing_token_is_refused_and_what_was_typed_is_shown(author: Client, make: Make) -> None:
    refused = author.post(LESSON, data=fields("<p>Typed words.</p>"))
    assert refused.status_code == 400
    assert "Typed words." in refused.text
    assert make.session.scalar(select(func.count()).select_from(CourseVersion)) == 1


def test_odd_characters_are_kept_or_left_out(author: Client, make: Make) -> None:
    title = "Tom\x07 & “Ü” 👩\u200d💻\n\t<b>"
    assert author.submit(LESSON, fields("<p>a\x07b 漢字 عربى</p>", title=title)).status_code == 303
    row = make.session.scalars(select(LessonText).order_by(LessonText.revision.desc()).limit(1)).one()
    assert row.title == "Tom & “Ü” 👩\u200d💻 <b>"
    assert row.html == "<p>ab 漢字 عربى</p>"
    assert author.submit(LESSON, fields("<p>a\x00b</p>", revision=2)).status_code == 422


def test_faults_are_named_with_a_link_and_stop_publishing(author: Client) -> None:
    author.submit(LESSON, fields('<p>Look.</p><figure class="picture"><img src="/media/a/b.png"></figure>'))
    page = author.get("/studio/principles/publish").text
    assert "This stops publishing" in page
    assert f'href="{LESSON}?lang=en"' in page
    refused = author.submit("/studio/principles/publish", {"note": ""})
    assert refused.status_code == 422
    assert "no text that says what it shows" in refused.text


def test_a_second_publishing_is_a_conflict(author: Client) -> None:
    author.submit(LESSON, fields("<p>New.</p>"))
    assert author.submit("/studio/principles/publish").status_code == 303
    assert author.submit("/studio/principles/publish").status_code == 409


def test_bring_back_makes_a_draft(author: Client, make: Make, course: Course) -> None:
    author.submit(LESSON, fields("<p>New.</p>"))
    author.submit("/studio/principles/publish")
    assert "Bring back version 1" in author.get("/studio/principles/versions/1").text
    assert author.submit("/studio/principles/versions/1").status_code == 303
    assert "Draft, version 3" in author.get("/studio/principles").text
    assert "tell who you are" in author.get(LESSON + "/preview").text
    assert author.submit("/studio/principles/versions/1").status_code == 409
    assert author.submit("/studio/principles/versions/2").status_code == 409


def test_the_language_of_the_text_is_not_that_of_the_words_around_it(author: Client) -> None:
    page = author.get(LESSON + "?lang=nl").text
    assert '<html lang="en"' in page
    assert "Les 1 says" in page


def test_a_translation_that_stayed_behind_is_named(author: Client) -> None:
    author.submit(LESSON, fields("<p>New.</p>"))
    assert "Nederlands has not followed the change yet." in author.get(LESSON).text
    author.submit(LESSON + "?lang=nl", fields("<p>Nieuw.</p>", title="Les 1"))
    assert "has not followed" not in author.get(LESSON).text


def test_a_draft_is_shared_by_authors(
    author: Client, make: Make, client_for: ClientFor, dana: Person, course: Course
) -> None:
    author.submit(LESSON, fields("<p>From Dana.</p>"))
    tom = client_for(make.person("Tom", roles=("author",)))
    assert "From Dana." in tom.get(LESSON + "/preview").text
    draft = drafts.open_draft(make.session, course.id, dana.id)
    assert editions.text(make.session, draft.id, "lesson-1", "en").saved_by == "Dana Smit"
