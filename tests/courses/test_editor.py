"""The editor of lessons through the client: variants, side by side, who else is there, long and deep texts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from markupsafe import escape
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from courses import catalog
from courses.authoring import beside, drafts, editions, presence, variants
from courses.authoring.models import Presence, VersionAuthor
from courses.authoring.presence import Place
from courses.models import Course, CourseVersion, LessonText
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Invalid, NotFound
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
LESSON = "/studio/principles/lesson-1"
JSON = {"Accept": "application/json"}
BELGIUM = "country:BE"


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def tom(make: Make) -> Person:
    return make.person("Tom", "Wouters", roles=("author",))


@pytest.fixture
def course(make: Make) -> Course:
    make.course("noise", lessons=2)
    return make.course("principles")


@pytest.fixture
def author(course: Course, dana: Person, client_for: ClientFor) -> Client:
    return client_for(dana)


def fields(html: str, revision: int = 1, title: str = "Lesson 1") -> dict[str, str]:
    return {"title": title, "html": html, "revision": str(revision)}


def pages(session: Session, course: Course) -> dict[tuple[str, str], catalog.LessonPage]:
    return catalog.load_pages(session, editions.course(session, course.slug).current.id, "lesson-1")


# ---- variants


def test_a_variant_begins_as_a_copy_in_all_languages_and_is_read_by_those_it_is_for(
    session: Session, course: Course, dana: Person
) -> None:
    variants.add(session, course.id, "lesson-1", BELGIUM, dana.id)
    draft = editions.course(session, "principles").current
    row = editions.lesson_id(session, draft.id, "lesson-1")
    opened = editions.text(session, draft.id, "lesson-1", "nl", BELGIUM)
    drafts.save_lesson(session, row, "nl", "Les 1", "<p>Voor België.</p>", opened.revision, dana.id, BELGIUM)
    texts = pages(session, course)
    assert sorted(texts) == [("", "en"), ("", "nl"), (BELGIUM, "en"), (BELGIUM, "nl")]
    assert texts[BELGIUM, "en"].html == texts["", "en"].html
    assert catalog.choose_page(texts, "nl", tier="staff", country="BE").html == "<p>Voor België.</p>"
    assert "Les 1 says" in catalog.choose_page(texts, "nl", tier="staff", country="NL").html
    assert session.scalar(select(VersionAuthor.person_id).where(VersionAuthor.version_id == draft.id)) == dana.id
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.deed, entry.details["variant"]) == ("added a variant", BELGIUM)


@pytest.mark.parametrize(
    "variant", ["", "country:be", "country:ZZ", "country:EU", "tier:boss", "x", "tier:", "country:"]
)
def test_readers_that_do_not_exist_have_no_variant(
    session: Session, course: Course, dana: Person, variant: str
) -> None:
    with pytest.raises(Invalid):
        variants.add(session, course.id, "lesson-1", variant, dana.id)


def test_a_variant_is_added_once_and_removed_once(session: Session, course: Course, dana: Person) -> None:
    variants.add(session, course.id, "lesson-1", "tier:manager", dana.id)
    with pytest.raises(Conflict):
        variants.add(session, course.id, "lesson-1", "tier:manager", dana.id)
    variants.remove(session, course.id, "lesson-1", "tier:manager", dana.id)
    assert sorted(pages(session, course)) == [("", "en"), ("", "nl")]
    with pytest.raises(Conflict):
        variants.remove(session, course.id, "lesson-1", "tier:manager", dana.id)
    with pytest.raises(NotFound):
        variants.add(session, course.id, "nothing", "tier:manager", dana.id)


def test_the_text_for_everybody_cannot_be_removed(session: Session, course: Course, dana: Person) -> None:
    with pytest.raises(Conflict):
        variants.remove(session, course.id, "lesson-1", "", dana.id)


def test_a_page_of_a_variant_that_came_back_saves_over_nothing(session: Session, course: Course, dana: Person) -> None:
    variants.add(session, course.id, "lesson-1", BELGIUM, dana.id)
    draft = editions.course(session, "principles").current
    row = editions.lesson_id(session, draft.id, "lesson-1")
    known = editions.text(session, draft.id, "lesson-1", "en", BELGIUM).revision
    variants.remove(session, course.id, "lesson-1", BELGIUM, dana.id)
    variants.add(session, course.id, "lesson-1", BELGIUM, dana.id)
    again = editions.text(session, draft.id, "lesson-1", "en", BELGIUM).revision
    if again == known:
        pytest.fail("an open page would save over the new text")
    with pytest.raises(drafts.StaleText):
        drafts.save_lesson(session, row, "en", "T", "<p>Old page.</p>", known, dana.id, BELGIUM)


def test_variants_through_the_pages(author: Client, make: Make) -> None:
    added = author.submit(LESSON + "/variants", {"variant": BELGIUM})
    assert (added.status_code, added.location) == (303, f"{LESSON}?lang=en&variant=country:BE")
    page = author.get(added.location).text
    assert 'aria-label="Who reads the text"' in page
    assert ">Belgium</a>" in page
    saved = author.submit(added.location, fields("<p>For Belgium.</p>", _revision(page)))
    assert (saved.status_code, saved.location) == (303, added.location)
    assert "For Belgium." in author.get(added.location).text
    assert "For Belgium." not in author.get(LESSON).text
    assert "already" in author.submit(LESSON + "/variants", {"variant": BELGIUM}).text
    assert author.submit(LESSON + "/variants", {"variant": "country:xx"}).status_code == 422
    assert author.submit(LESSON + "/variants/remove", {"variant": BELGIUM}).status_code == 303
    assert author.get(added.location).status_code == 404
    assert author.get(LESSON + "?variant=tier:staff").status_code == 404
    assert author.submit(LESSON + "?variant=tier:staff", fields("<p>x</p>")).status_code == 404
    assert author.get("/studio/principles/nothing/variants").status_code == 404


def _revision(page: str) -> int:
    return int(page.partition('name="revision" value="')[2].partition('"')[0])


def test_two_authors_of_a_variant_both_keep_their_text(author: Client, tom: Person, client_for: ClientFor) -> None:
    where = author.submit(LESSON + "/variants", {"variant": "tier:manager"}).location
    known, other = _revision(author.get(where).text), client_for(tom)
    assert other.submit(where, fields("<p>Tom wrote this.</p>", known)).status_code == 303
    refused = author.submit(where, fields("<p>Dana wrote that.</p>", known))
    assert refused.status_code == 409
    assert "Tom Wouters saved this text on" in refused.text
    assert "&lt;p&gt;Dana wrote that.&lt;/p&gt;" in refused.text


def test_others_may_not_change_variants(make: Make, course: Course, client_for: ClientFor) -> None:
    alice = client_for(make.person())
    for address in (LESSON + "/variants", LESSON + "/variants/remove", LESSON + "/here"):
        assert alice.submit(address, {"variant": BELGIUM}).status_code == 403
    assert make.session.scalar(select(func.count()).select_from(CourseVersion)) == 2


# ---- side by side


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("", "", set()),
        ("<p>a</p>", "<p>a</p>", set()),
        ("<p>a</p><p>b</p>", "<p>a</p><p>c</p>", {1}),
        ("<p>a</p>", "<h2>t</h2><p>a</p><p>b</p>", {0, 2}),
        ("<p>a</p><p>b</p>", "<p>b</p>", set()),
        ("<p>a b</p>", "<p>a <strong>b</strong></p>", {0}),
    ],
)
def test_blocks_that_are_newer(old: str, new: str, places: set[int]) -> None:
    assert beside.newer(old, new) == places


def test_what_a_translation_has_not_followed_is_marked(author: Client, session: Session) -> None:
    author.submit(LESSON, fields("<h2>New</h2><p>Lesson 1 says: <strong>tell who you are</strong>.</p>"))
    page = author.get(LESSON + "?lang=nl&beside=en").text
    assert "1 part is newer than the text you write." in page
    assert '<div class="newer" role="insertion"><h2>New</h2></div>' in page
    assert page.count('class="newer"') == 1
    author.submit(LESSON + "?lang=nl", fields("<h2>Nieuw</h2><p>Les 1.</p>", title="Les 1"))
    assert "Nothing here is newer" in author.get(LESSON + "?lang=nl&beside=en").text


def test_a_language_that_is_missing_stands_beside_nothing(author: Client) -> None:
    for page in ("?beside=fr", "?beside=en", "?beside=xx", "?beside="):
        assert 'id="beside-title"' not in author.get(LESSON + page).text, page
    assert 'id="beside-title"' in author.get(LESSON + "?beside=nl").text
    assert 'id="beside-title"' in author.get(LESSON + "?lang=fr&beside=nl").text


# ---- who else is there


def test_the_second_author_is_told(
    author: Client, tom: Person, client_for: ClientFor, session: Session, course: Course
) -> None:
    other = client_for(tom)
    assert "has this text open too" not in author.get(LESSON).text
    page = other.get(LESSON).text
    assert "Dana Smit has this text open too" in page
    assert "has this text open too" not in other.get(LESSON + "?lang=nl").text
    told = author.submit(LESSON + "/here", headers=JSON).get_json()["others"]
    assert told.startswith("Tom Wouters has this text open too (")
    assert other.submit(LESSON + "/here", {"gone": "1"}, headers=JSON).get_json() == {"others": ""}
    assert author.submit(LESSON + "/here", headers=JSON).get_json()["others"] == ""
    assert author.submit("/studio/principles/nothing/here", headers=JSON).status_code == 404


def test_who_gave_no_sign_for_long_has_left(session: Session, course: Course, dana: Person, tom: Person) -> None:
    place = Place(course.id, "lesson-1", "en")
    presence.note(session, place, tom.id)
    presence.note(session, place, tom.id)
    presence.note(session, Place(course.id, "lesson-1", "en", BELGIUM), tom.id)
    assert [writer.name for writer in presence.others(session, place, dana.id)] == ["Tom Wouters"]
    assert presence.others(session, place, tom.id) == []
    session.execute(update(Presence).values(seen_at=clock.now() - timedelta(minutes=3)))
    assert presence.others(session, place, dana.id) == []
    session.execute(update(Presence).values(seen_at=clock.now() - timedelta(days=2)))
    presence.note(session, place, dana.id)
    assert session.scalars(select(Presence.person_id)).all() == [dana.id]


# ---- long and deep texts

WORD = (
    "<p class=MsoNormal style='margin-bottom:0cm;mso-fareast-language:NL'><b><span lang=NL style='font-size:12.0pt;"
    'font-family:"Arial",sans-serif\'>Line %d of a long text<o:p></o:p></span></b></p>\n'
)


def test_200_kB_from_a_word_processor_are_kept_without_their_form(author: Client, session: Session) -> None:
    pasted = "".join(WORD % number for number in range(1200))
    assert len(pasted) > 200_000
    saved = author.submit(LESSON, fields(pasted), headers=JSON)
    assert saved.status_code == 200
    kept = session.scalars(select(LessonText.html).order_by(LessonText.revision.desc())).first()
    assert kept is not None
    assert len(kept) < 60_000
    assert "Mso" not in kept
    assert "style" not in kept
    assert "<p><b" not in kept
    assert "Line 1199 of a long text" in kept


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<p>" + "word " * 50_000 + "</p>", "longer than 200,000 characters"),
        ("<ul><li>" * 100 + "deep", "too deeply"),
        ("& " * 50_001, "too much markup"),
        ("x" * 1_000_001, "longer than 1,000,000 characters"),
    ],
)
def test_a_text_that_cannot_be_kept_loses_nothing_typed(author: Client, make: Make, html: str, sentence: str) -> None:
    refused = author.submit(LESSON, fields(html))
    assert refused.status_code == 422
    assert sentence in refused.text
    assert escape(html[-40:].strip()) in refused.text
    told = author.submit(LESSON, fields(html), headers=JSON)
    assert told.status_code == 422
    assert sentence in told.get_json()["detail"]
    assert make.session.scalar(select(func.count()).select_from(CourseVersion)) == 2


def test_the_number_of_statements_does_not_grow_with_variants(
    author: Client, make: Make, session: Session, course: Course, dana: Person, statements: list[str]
) -> None:
    counts: list[int] = []
    for some in (["tier:manager"], ["tier:staff", "country:BE", "country:FR", "country:NL"]):
        for variant in some:
            variants.add(session, course.id, "lesson-1", variant, dana.id)
        for page in (LESSON + "?lang=nl&beside=en", LESSON + "/variants"):
            author.get(page)
            statements.clear()
            assert author.get(page).status_code == 200
            counts.append(len(statements))
    assert counts[:2] == counts[2:], counts


def test_clauses_of_the_guideline_are_offered(author: Client, make: Make) -> None:
    make.guideline()
    page: Any = author.get(LESSON + "?lang=nl").text
    assert '<option value="D2">D2: Zeg wie je bent, in het bericht zelf</option>' in page
