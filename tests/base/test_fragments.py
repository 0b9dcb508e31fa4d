"""What is kept for many readers: nothing of one of them, nothing older than its version."""

import re

import pytest
from flask import Flask
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup

from lms.base import fragments
from lms.base.fragments import Piece, slot
from lms.base.i18n import force_locale
from tests.conftest import client_of

LESSON = "/courses/principles/lesson-1"
PAGES = ("/learning", LESSON, "/courses/principles", "/team", "/certificates/")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def test_words_in_slots_are_escaped_and_never_read_again():
    piece = Piece(f"<b>{slot('name')}</b>{slot('part')}")
    filled = piece.fill({"name": "<script>&", "part": Markup("<i>ours</i>")})
    assert filled == "<b>&lt;script&gt;&amp;</b><i>ours</i>"
    assert piece.fill({"name": slot("part"), "part": "x"}) == f"<b>{slot('part')}</b>x"


def test_a_slot_that_nothing_is_put_into_is_an_error():
    with pytest.raises(KeyError):
        Piece(slot("name")).fill({})


@pytest.fixture
def templates(app: Flask):
    app.jinja_env.loader = DictLoader(
        {
            "reader.html": "{{ current_user.name }}",
            "form.html": '{% import "macro.html" as m %}{{ csrf_token() }} {{ m.token() }}',
            "macro.html": "{% macro token() %}{{ csrf_token() }}{% endmacro %}",
            "words.html": "{{ language() }} {{ what }}",
        }
    )
    with app.test_request_context():
        yield app


def test_a_kept_template_that_asks_who_reads_it_fails(templates, people, session):
    with pytest.raises(UndefinedError):
        fragments.kept("reader.html", None)


def test_a_form_in_a_kept_piece_gets_the_token_of_each_reader(templates):
    piece = fragments.kept("form.html", None)
    assert piece.fill({"token": "first"}) == "first first"
    assert piece.fill({"token": "second"}) == "second second"
    assert fragments.token() not in piece.fill({"token": "third"})


def test_each_language_and_each_key_has_a_piece_and_the_oldest_are_given_up(templates, monkeypatch):
    assert fragments.kept("words.html", 1, lambda: {"what": "one"}).fill({}) == "en one"
    assert fragments.kept("words.html", 1, lambda: {"what": "other"}).fill({}) == "en one"
    assert fragments.kept("words.html", 2, lambda: {"what": "two"}).fill({}) == "en two"
    with force_locale("nl"):
        assert fragments.kept("words.html", 1, lambda: {"what": "een"}).fill({}) == "nl een"
    monkeypatch.setattr(fragments, "KEPT_AT_MOST", 2)
    fragments.kept("words.html", 3, lambda: {"what": "three"})
    assert len(templates.extensions["pieces"]) == 2


@pytest.fixture
def house(make, people):
    """A course; two people who have come equally far, one of them with a name that has to be escaped."""
    course = make.course(lessons=3)
    odd = make.person("<b>Zoë</b>", 'O\'Hara & "Sons"', email="zoe@acme.example", manager=people.diana, tier="manager")
    make.person("Under", "Zoe", manager=odd)
    for person in (people.bob, odd):
        make.enrollment(person, course, done=1, due_in=3)
    return course, people.bob, odd


@pytest.mark.parametrize("address", PAGES)
def test_nobody_sees_the_name_or_the_token_of_who_came_before(address, house, client_for):
    _, bob, odd = house
    first, second = client_for(bob), client_for(odd)
    mine = first.get(address).text
    page = second.get(address).text
    for words in ("Bob de Vries", "Hello Bob", ", Bob", "bob@acme.example", *TOKEN.findall(mine)):
        assert words not in page
    assert "&lt;b&gt;Zoë&lt;/b&gt;" in page
    assert "<b>Zoë</b>" not in page
    assert "zoe@acme.example" in page
    again = first.get(address).text
    assert "Zoë" not in again
    assert "zoe@acme.example" not in again
    assert set(TOKEN.findall(again)).isdisjoint(TOKEN.findall(page))
    assert fragments._WORD not in mine + page + again


def test_a_form_of_a_kept_page_can_be_sent(house, client_for):
    _, bob, odd = house
    client_for(bob).get(LESSON)
    client = client_for(odd)
    token = TOKEN.findall(client.get(LESSON).text)[-1]
    sent = client.post(f"{LESSON}/done", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.status_code == 303


@pytest.mark.parametrize("address", ["/learning", "/courses/principles"])
def test_what_is_published_shows_at_once_in_every_process(address, house, make, make_app, session, client_for):
    course, _, _ = house
    here = client_for(make.person("Newcomer"))
    there = client_of(make_app(), session)
    with here.session_transaction() as kept:
        there.enter_with(kept["_user_id"])
    assert "Better principles" not in here.get(address).text + there.get(address).text
    make.publish(make.course_version(course, number=2, lessons=4, title="Better principles"))
    assert "Better principles" in here.get(address).text
    assert "Better principles" in there.get(address).text


@pytest.mark.parametrize("address", ["/learning", LESSON, "/team"])
def test_language_and_theme_are_those_of_the_reader(address, house, session, client_for):
    _, bob, odd = house
    odd.language = "nl"
    first, second = client_for(bob), client_for(odd)
    assert '<html lang="en" dir="ltr">' in first.get(address).text
    assert '<html lang="nl" dir="ltr">' in second.get(address).text
    second.set_cookie("theme", "dark")
    assert '<html lang="nl" dir="ltr" data-theme="dark">' in second.get(address).text
    assert '<html lang="en" dir="ltr">' in first.get(address).text


def test_the_menu_is_that_of_the_reader(house, people, client_for):
    client_for(people.bob).get("/learning")
    page = client_for(people.alice).get("/learning").text
    assert 'href="/team"' not in page
    assert 'href="/team"' in client_for(people.bob).get("/learning").text


def test_a_lesson_shows_who_reads_it_what_she_has_done(house, people, client_for):
    _, bob, _ = house
    assert "1 of 3 lessons done" in client_for(bob).get(LESSON).text
    assert "0 of 3 lessons done" in client_for(people.alice).get(LESSON).text
    client_for(people.alice).submit(f"{LESSON}/done")
    assert "1 of 3 lessons done" in client_for(people.alice).get(LESSON).text


def test_a_public_page_keeps_nothing_of_what_was_asked(anonymous):
    first = anonymous.get("/speakers/check?handle=%3Cone%3E&lang=nl").text
    second = anonymous.get("/speakers/check?handle=two&topic=%22%3Ered").text
    assert "&lt;one&gt;" in first
    assert "<one>" not in first
    assert "?handle=%3Cone%3E&amp;lang=fr" in first
    assert 'href="/speakers?lang=nl"' in first
    assert "one" not in re.findall(r"langs.*?</nav>", second)[0]
    assert 'href="/speakers"' in second
    assert '">red' not in second
    assert fragments._WORD not in first + second
