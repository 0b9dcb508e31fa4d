"""Walking through a course as somebody else, without a trace."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.authoring import drafts, editions
from courses.models import Course, LessonText
from lms.base import clock
from lms.base.db import Base
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
WALK = "/studio/principles/walk"
LESSON = f"{WALK}/lesson-1"


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles")


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def author(course: Course, dana: Person, client_for: ClientFor) -> Client:
    return client_for(dana)


@pytest.fixture
def variants(session: Session, course: Course, dana: Person) -> None:
    """In the draft the first lesson has texts of its own for managers and for Belgium."""
    draft = drafts.open_draft(session, course.id, dana.id)
    number = editions.lesson_id(session, draft.id, "lesson-1")
    session.get_one(LessonText, (number, "en", "")).html = "<p>For everybody, drafted.</p>"
    for variant, language, words in (
        ("tier:manager", "en", "For managers."),
        ("country:BE", "en", "For Belgium."),
        ("country:BE", "nl", "Voor België."),
    ):
        text = {"title": "Lesson 1", "html": f"<p>{words}</p>", "policy": 1, "saved_at": clock.now()}
        session.add(LessonText(lesson_id=number, language=language, variant=variant, version_id=draft.id, **text))
    session.flush()


def prose(answer) -> str:
    """The text of the lesson on a page."""
    found = re.search(r'<div class="prose mt5"[^>]*>(.*?)</div>', answer.text, re.DOTALL)
    assert found, answer.status_code
    return re.sub("<[^>]+>", "", found[1]).strip()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "For everybody, drafted."),
        ("?tier=manager", "For managers."),
        ("?tier=manager&country=BE", "For Belgium."),
        ("?country=BE&lang=nl", "Voor België."),
        ("?country=BE&lang=fr", "For Belgium."),
        ("?country=FR&tier=staff", "For everybody, drafted."),
        ("?edition=live", "Lesson 1 says: tell who you are."),
        ("?tier=nonsense&country=nonsense&width=7&theme=pink&done=a.b", "For everybody, drafted."),
    ],
)
def test_one_sees_what_that_reader_gets(author: Client, variants: None, asked: str, words: str) -> None:
    assert prose(author.get(LESSON + asked)) == words
    assert prose(author.get("/studio/principles/lesson-1/preview" + asked)) == words


def test_as_a_colleague_one_sees_her_version_tier_country_and_language(
    author: Client, variants: None, make: Make, course: Course, session: Session
) -> None:
    bob = make.person("Bob", "Claes", email="bob@acme.example", tier="manager", country="BE", language="nl")
    make.enrollment(bob, course, done=1)
    answer = author.get(f"{LESSON}?who=bob@acme.example")
    assert prose(answer) == "Les 1 says: tell who you are."
    assert "You see the course as Bob Claes has it" in answer.text
    assert prose(author.get(f"{LESSON}?who=Bob+Claes&edition=draft")) == "Voor België."
    make.publish(drafts.edition(session, course.id, "draft"))
    assert prose(author.get(f"{LESSON}?who=bob@acme.example")) == "Les 1 says: tell who you are.", (
        "her version is pinned"
    )
    make.person("New", "Comer", email="new@acme.example", tier="manager")
    assert prose(author.get(f"{LESSON}?who=new@acme.example")) == "For managers."


def test_what_a_colleague_has_done_is_not_shown(author: Client, make: Make, course: Course) -> None:
    make.enrollment(make.person("Bob", "Claes", email="bob@acme.example"), course, done=2)
    assert "(done)" not in author.get(f"{WALK}?who=bob@acme.example").text


def test_a_colleague_who_is_not_there_is_said_and_kept(author: Client) -> None:
    answer = author.get(f"{LESSON}?who=Nobody&theme=dark")
    assert answer.status_code == 422
    assert 'value="Nobody"' in answer.text
    assert "Nobody here is called" in answer.text
    assert prose(answer)


def test_nothing_is_written(author: Client, variants: None, make: Make, session: Session, course: Course) -> None:
    bob = make.person("Bob", "Claes", email="bob@acme.example")
    make.enrollment(bob, course, done=1)
    session.commit()

    def rows() -> dict[str, int]:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }

    before = rows()
    address = f"{WALK}?who=bob@acme.example"
    author.get(address)
    for number in (1, 2, 3):
        page = author.get(f"{WALK}/lesson-{number}?who=bob@acme.example&done={'.'.join('12'[: number - 1])}")
        assert 'method="post"' not in page.text.partition("<article")[2].partition("</article>")[0]
    page = author.get(f"{WALK}?who=bob@acme.example&done=1.2.3")
    assert page.text.count("(done)") == 3
    session.rollback()
    assert rows() == before


def test_going_on_leads_through_the_course_with_what_was_chosen(author: Client, variants: None) -> None:
    page = author.get(f"{LESSON}?tier=manager&theme=dark").text
    form = page.partition('id="done"')[2].partition("</form>")[0]
    assert f'action="{WALK}/lesson-2' in form
    for name, value in (("tier", "manager"), ("theme", "dark"), ("done", "1")):
        assert f'name="{name}" value="{value}"' in form
    assert f'action="{WALK}?' in author.get(f"{WALK}/lesson-3?tier=manager").text.partition('id="done"')[2]
    assert 'data-theme="dark"' in page


def test_a_width_puts_the_page_in_a_frame(author: Client, variants: None) -> None:
    outer = author.get(f"{LESSON}?width=390&tier=manager&theme=dark")
    policy = outer.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    source = re.search(r'<iframe class="frame-390" src="([^"]+)"', outer.text)
    assert source
    assert 'data-theme="dark"' not in outer.text
    inner = author.get(source[1].replace("&amp;", "&"))
    policy = inner.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "frame-src" not in policy
    assert prose(inner) == "For managers."
    assert "Preview: nothing is kept." in inner.text
    assert 'data-theme="dark"' in inner.text
    assert "framed=1" in inner.text
    assert "<header" not in inner.text
    for page in (outer, inner):
        assert len(re.findall("<h1[ >]", page.text)) == 1


def test_what_is_not_there_is_not_found(author: Client, client_for: ClientFor, make: Make) -> None:
    for address in (f"{WALK}/nothing", "/studio/nothing/walk", f"{LESSON}?lang=xx"):
        assert author.get(address).status_code == 404
    alice = client_for(make.person())
    for address in (WALK, LESSON, "/studio/principles/lesson-1/preview"):
        assert alice.get(address).status_code == 403


def test_a_long_course_costs_no_more_statements(
    make: Make, dana: Person, client_for: ClientFor, session: Session, statements: list[str]
) -> None:
    client, counts = client_for(dana), {}
    bob = make.person("Bob", "Claes", email="bob@acme.example")
    for slug, lessons in (("short", 1), ("long", 25)):
        course = make.course(slug, lessons)
        make.enrollment(bob, course, done=1)
        drafts.open_draft(session, course.id, dana.id)
        for page in ("/walk", "/walk/lesson-1", "/walk/lesson-1?who=bob@acme.example", "/lesson-1/preview"):
            client.get(f"/studio/{slug}{page}")
            statements.clear()
            assert client.get(f"/studio/{slug}{page}").status_code == 200
            counts.setdefault(page, []).append(len(statements))
    assert all(short == long <= 8 for short, long in counts.values()), counts
