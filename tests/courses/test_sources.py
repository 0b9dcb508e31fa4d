"""Sources: what they are, where lessons cite them, and the page that says so."""

import pytest
from sqlalchemy import select

from courses import catalog
from courses.authoring import drafts, proofreading
from courses.models import Module
from courses.sources import citing, shelf
from lms import content
from lms.base import clock
from lms.base.content import ContentError
from lms.base.files import FileStore
from lms.base.i18n import LANGUAGES

D3 = '<a href="/sources#D3" class="source">3,297 people</a>'


class TestShelf:
    def test_every_source_is_there_once_with_what_a_reader_needs(self):
        found = shelf.everything()
        counts = {"S": 5, "D": 28, "P": 50, "A": 20, "T": 15, "L": 23, "C": 8}
        numbers = {letter: range(many) if letter == "S" else range(1, many + 1) for letter, many in counts.items()}
        wanted = {f"{letter}{number}" for letter, own in numbers.items() for number in own}
        assert set(found) == wanted
        for source in found.values():
            assert source.title
            assert source.urls or source.group == "texts", source.code
            assert not source.notes or set(source.notes) == set(LANGUAGES), source.code

    def test_what_is_partly_confirmed_says_why(self):
        assert [one.code for one in shelf.everything().values() if one.mark == "partly" and not one.notes] == []

    def test_an_address_leads_back_to_its_code(self):
        assert shelf.code_at(shelf.address("D3")) == "D3"
        assert shelf.code_at("/sources#Z9") is None
        assert shelf.code_at("D3") is None
        with pytest.raises(KeyError):
            shelf.cited("Z9")

    @pytest.mark.parametrize(
        ("lines", "line", "sentence"),
        [
            ('code = "D1"\ngroup = "moon"\nmark = "partly"', 2, "'moon' of D1 is not known"),
            ('code = "D1"\ngroup = "dell"\ntitle = "A"\nurl = "ftp://a"\nmark = "confirmed"', 2, "begin with https"),
            ('code = "D1"\ngroup = "dell"\ntitle = "A"\nurl = "https://["\nmark = "partly"', 2, "begin with https"),
            ('code = "D 1"', 2, "it must be letters and digits"),
            ('code = "D1"\ngroup = "dell"\ntitle = "A"\nurl = []\nmark = "sure"', 2, "'sure' of D1 is not known"),
            ('code = "D1"\ngroup = "dell"\ntitle = "A"\nurl = []\nmark = "partly"\nnotes = 1', 7, "notes is not known"),
        ],
    )
    def test_a_mistake_is_named_with_its_line(self, tmp_path, lines, line, sentence):
        file = tmp_path / "sources.toml"
        file.write_text(f"[[source]]\n{lines}\n")
        with pytest.raises(ContentError, match=f":{line}: ") as refusal:
            shelf.read(file)
        assert sentence in str(refusal.value)

    def test_a_list_of_other_things_than_sources_is_refused(self, tmp_path):
        file = tmp_path / "sources.toml"
        file.write_text("# source\nsource = [1]\n")
        with pytest.raises(ContentError, match=r":2: source must be written as \[\[source\]\]\."):
            shelf.read(file)

    def test_loading_reads_the_file_again_and_refuses_a_broken_one(self, session, tmp_path, monkeypatch):
        shelf.everything()
        monkeypatch.setattr(shelf, "FILE", tmp_path / "sources.toml")
        shelf.FILE.write_text("[[source]]\ncode = 1\n")
        with pytest.raises(ContentError, match=r"sources\.toml:2: code is 1; it must be of type str"):
            list(content.load_shipped(session, FileStore(tmp_path)))


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        (f"<p>One. In 2012 {D3} held a certificate. Two.</p>", "In 2012 3,297 people held a certificate."),
        (f"<p>{D3}</p>", "3,297 people"),
        (f"<ul><li>First. <em>Of all, {D3}</em> did.</li><li>Other.</li></ul>", "Of all, 3,297 people did."),
        (f"<p>See art. 27 (e.g. {D3}) today. “Two.”</p>", "See art. 27 (e.g. 3,297 people) today."),
        (f"<table><tbody><tr><td>A.</td><td>B: {D3}!</td></tr></tbody></table>", "B: 3,297 people!"),
        (f"<p>“Really?” Then {D3} said so.</p>", "Then 3,297 people said so."),
    ],
)
def test_the_sentence_around_a_citation_is_found(html, sentence):
    assert citing.cited(html) == [citing.Cited("D3", sentence)]


def test_two_sources_in_a_sentence_are_two_and_one_twice_is_one():
    two = f'<p>{D3} and {D3} and <a href="/sources#D2" class="source">more</a>.</p>'
    assert [one.code for one in citing.cited(two)] == ["D3", "D2"]
    assert citing.cited('<p><a href="/sources#D3">plain</a> <a href="/sources#Z9" class="source">gone</a></p>') == []


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "/sources", "/sources#Z9", "https://evil.example/sources#D3"]
)
def test_a_link_that_only_says_it_leads_to_a_source_is_kept_as_a_plain_one(place):
    html = f'<p><a class="source" title="a &gt; b" href="{place}">Words</a> and {D3}</p>'
    kept = drafts.cleaned(html)
    assert kept.count('source"') == 1
    assert f'href="{place}"' in kept
    assert drafts.cleaned(kept) == kept
    assert [one.code for one in citing.cited(kept)] == ["D3"]


def test_a_text_with_a_source_that_does_not_exist_is_not_published():
    html = '<p><a href="/sources#ZZ9">Three thousand</a> people</p>'
    assert proofreading.faults("Title", html) == ["There is no source ZZ9."]
    assert proofreading.faults("Title", html.replace("ZZ9", "D3")) == []


@pytest.fixture
def cites(make):
    """Makes live courses with so many lessons, each of which cites D3."""

    def build(slug: str, lessons: int = 1):
        course = make.course(slug, lessons=0)
        version = make.course_version(course, number=2, lessons=0, title=slug.capitalize())
        row = make.session.scalars(select(Module).where(Module.version_id == version.id)).one()
        for position in range(1, lessons + 1):
            make.lesson(row, position, html=f"<p>In {slug} {D3} know it.</p>")
        make.publish(version)
        return course

    return build


def test_mentions_are_those_of_the_readers_own_text(session, make, cites):
    cites("one")
    courses = catalog.live(session)
    found = citing.mentions(session, courses, "en", tier="staff", country="BE")
    assert [(one.language, one.sentence) for one in found["D3"]] == [("en", "In one 3,297 people know it.")]
    assert citing.mentions(session, courses, "fr", tier="staff", country="BE")["D3"][0].language == "en"
    assert citing.mentions(session, courses, "nl", tier="staff", country="BE")["D3"][0].language == "nl"


@pytest.mark.parametrize("many", [1, 30])
def test_it_takes_one_statement_however_many_lessons(session, cites, statements, many):
    cites("one", many)
    cites("two", many)
    session.commit()
    courses = catalog.live(session)
    statements.clear()
    assert len(citing.mentions(session, courses, "en", tier="staff", country="BE")["D3"]) == 2 * many
    assert len(statements) == 1
    assert [one.slug for one in citing.citing(session, courses)] == ["one", "two"]
    assert len(statements) == 1


@pytest.mark.sqlite_only
class TestPage:
    def test_it_names_every_source_and_where_it_is_said(self, cites, make, people, client_for):
        cites("one")
        make.course("silent")
        client = client_for(people.alice)
        page = client.get("/sources").text
        assert 'id="D3"' in page
        assert 'id="L23"' not in page
        assert "/sources?all=yes" in page
        assert "In one 3,297 people know it." in page
        assert '<a href="/courses/one/lesson-1">One, Lesson 1</a>' in page
        assert 'rel="noopener noreferrer"' in page
        every = client.get("/sources?all=yes").text
        assert 'id="D3"' in every
        assert 'id="L23"' in every
        assert "</svg> Partly confirmed</span>" in every
        assert "/sources?all=yes" not in every
        assert "?course=one" in page
        assert "?course=silent" not in page

    def test_it_can_show_those_of_one_course(self, cites, make, people, client_for):
        cites("one")
        make.course("silent")
        client = client_for(people.alice)
        page = client.get("/sources?course=one").text
        assert 'id="D3"' in page
        assert 'id="D4"' not in page
        assert "This course cites no sources." in client.get("/sources?course=silent").text
        assert 'id="D3"' in client.get("/sources?course=nothing").text

    def test_a_course_that_cites_leads_to_it_and_every_foot_does(self, cites, make, people, client_for):
        cites("one")
        make.course("silent")
        client = client_for(people.alice)
        assert "/sources?course=one" in client.get("/courses/one").text
        silent = client.get("/courses/silent").text
        assert "/sources?course=silent" not in silent
        assert 'href="/sources"' in silent
        assert 'href="/sources"' in client.get("/courses/one/lesson-1").text

    def test_it_is_for_people_who_work_here(self, anonymous):
        answer = anonymous.get("/sources")
        assert answer.status_code == 302
        assert 'href="/sources"' not in anonymous.get("/login").text

    def test_a_retired_course_is_not_among_them(self, session, cites, people, client_for):
        course = cites("one")
        course.retired_at = clock.now()
        session.commit()
        assert "Said in" not in client_for(people.alice).get("/sources").text
