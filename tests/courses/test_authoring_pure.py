"""Comparing and proofreading texts: pure functions, as tables."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.authoring import comparison, proofreading, readability
from courses.authoring.comparison import StoredText
from courses.files.loading import CONTENT
from courses.sources import shelf
from lms.base import differences, markdown
from lms.base.differences import Piece


def said(old: str, new: str) -> list[list[tuple[str, str]]]:
    return [[(piece.kind, piece.words) for piece in passage] for passage in differences.passages(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<p>a</p>", "<p>a</p>", []),
        ("<p>a b</p>", "<p>a <strong>b</strong></p>", []),
        ("<p>a b c</p>", "<p>a x c</p>", [[("same", "a"), ("was", "b"), ("is", "x"), ("same", "c")]]),
        ("<p>a</p>", "<p>a</p><p>b</p>", [[("is", "b")]]),
        ("<p>a</p><p>b</p>", "<p>b</p>", [[("was", "a")]]),
        ("", "<h2>T</h2><ul><li>x</li><li>y</li></ul>", [[("is", "T")], [("is", "x")], [("is", "y")]]),
        ("<p>one<br>two</p>", "<p>one two</p>", []),
        ("<p>&lt;b&gt;</p>", "<p>&lt;i&gt;</p>", [[("was", "<b>"), ("is", "<i>")]]),
        (
            '<p>t<img src="/media/a" alt="cat"></p>',
            '<p>t<img src="/media/a" alt="dog"></p>',
            [[("same", "t [Picture:"), ("was", "cat]"), ("is", "dog]")]],
        ),
    ],
)
def test_differences_are_shown_by_word(old: str, new: str, expected: list[list[tuple[str, str]]]) -> None:
    assert said(old, new) == expected


def test_a_very_long_paragraph_is_shown_as_a_whole() -> None:
    old, new = "a " * 1000 + "x", "a " * 1000 + "y"
    assert [piece.kind for piece in differences.compare(old, new)] == ["was", "is"]


words = st.lists(st.sampled_from(["listen", "before", "you", "speak", "<b>", "&"]), max_size=12).map(" ".join)


@given(words, words)
@settings(max_examples=200, deadline=None)
def test_the_pieces_hold_both_texts_whole(old: str, new: str) -> None:
    pieces: tuple[Piece, ...] = differences.compare(old, new)
    before = " ".join(piece.words for piece in pieces if piece.kind != "is")
    after = " ".join(piece.words for piece in pieces if piece.kind != "was")
    assert (before, after) == (old, new)


def stored(version_id: int, slug: str, html: str, title: str = "T", position: int = 1) -> StoredText:
    return StoredText(version_id, slug, position, "en", title, html)


def test_changes_tell_new_from_gone_from_form_only() -> None:
    texts = [
        stored(1, "same", "<p>a</p>"),
        stored(2, "same", "<p>a</p>"),
        stored(1, "form", "<p>a</p>", position=2),
        stored(2, "form", "<p><em>a</em></p>", position=2),
        stored(1, "gone", "<p>a</p>", position=3),
        stored(2, "new", "<p>b</p>", position=4),
        stored(1, "titled", "<p>a</p>", "Old", position=5),
        stored(2, "titled", "<p>a</p>", "New", position=5),
    ]
    changes = comparison.changes(texts, 2, 1)
    assert [(change.slug, change.kind) for change in changes] == [
        ("form", "form"),
        ("gone", "leaves"),
        ("new", "new"),
        ("titled", "changed"),
    ]


CHECK = (
    '<section class="check"><p class="check-q">{q}</p><ul class="check-choices"><li class="check-choice" '
    'data-right="{a}"><p>A</p></li><li class="check-choice" data-right="{b}"><p>B</p></li></ul></section>'
)
FILM = '<figure class="film"><video controls>{tracks}</video></figure>'
TRACKS = "".join(f'<track kind="captions" srclang="{code}" src="/media/a/b.vtt">' for code in ("en", "nl", "fr"))


@pytest.mark.parametrize(
    ("html", "stops"),
    [
        ("<p>a</p>", False),
        ("", True),
        ("<p>&nbsp;</p>", True),
        ("<h2>a</h2><h3>b</h3><h3>c</h3><h2>d</h2><p>e</p>", False),
        ("<h3>a</h3>", True),
        ("<h2>a</h2><h4>b</h4>", True),
        ("<h2> </h2><p>a</p>", True),
        ('<p>a</p><img src="/media/a/b" alt="c">', False),
        ('<p>a</p><img src="/media/a/b" alt="">', True),
        ('<p>a</p><img src="/media/a/b">', True),
        (CHECK.format(q="Q", a="true", b="false"), False),
        (CHECK.format(q="Q", a="true", b="true"), True),
        (CHECK.format(q="Q", a="false", b="false"), True),
        (CHECK.format(q=" ", a="true", b="false"), True),
        (FILM.format(tracks=TRACKS), False),
        (FILM.format(tracks=""), True),
        (FILM.format(tracks=TRACKS.partition(">")[0] + ">"), False),
        (FILM.format(tracks=TRACKS.partition(">")[2]), True),
        ("<table><tr><td>a</td></tr></table>", True),
        ("<table><tr><th>a</th></tr><tr><td>b</td></tr></table>", False),
        ('<p>a</p><img src="/media/a/b" alt="IMG_2041.jpg">', True),
        ('<p>a</p><img src="/media/a/b" alt="The room behind picture.png">', False),
        ('<p><a href="/x"></a>a</p>', True),
        ('<p><a href="/x"><img src="/media/a/b" alt="A dog"></a></p>', False),
        ('<p><a href="/x">Click here</a></p>', True),
        ('<p>Lees <a href="/x"> hier. </a></p>', True),
        ('<p><a href="/x">Cliquez ici</a></p>', True),
        ('<p><a href="/x">here and now</a></p>', False),
    ],
)
def test_what_stops_publishing(html: str, stops: bool) -> None:
    assert bool(proofreading.faults("Title", html)) is stops


def test_a_title_is_needed() -> None:
    assert proofreading.faults(" ", "<p>a</p>")


@pytest.mark.parametrize(
    "html",
    [
        FILM.format(tracks=TRACKS.partition(">")[0] + ">"),
        '<p><a href="https://acme.example">https://acme.example</a></p>',
        '<p><a href="/a">The rule</a> and <a href="/b">the rule</a></p>',
        "<p>NEVER EVER DO THIS</p>",
        "<p>" + "word " * 401 + "</p>",
        "<p>" + "Notwithstanding aforementioned organizational responsibilities, communication " * 30 + "</p>",
    ],
)
def test_advice_does_not_stop(html: str) -> None:
    assert [finding for finding in proofreading.findings("T", html) if not finding.fine and not finding.stops]
    assert proofreading.faults("T", html) == []


def test_captions_are_needed_in_the_language_of_the_text() -> None:
    html = FILM.format(tracks='<track kind="captions" srclang="en" src="/media/a/b.vtt">')
    assert proofreading.faults("T", html, "en") == []
    assert proofreading.faults("T", html, "nl") == ["A film has no captions in Nederlands."]


EASY = "<p>" + "We tell who we are. We ask first. Then we write it down. " * 10 + "</p>"
HARD = "<p>" + "Organizational communication necessitates considerable responsibility regarding confidentiality, " * 15


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_short_sentences_and_short_words_read_more_easily(language: str) -> None:
    easy, hard = readability.ease(EASY, language), readability.ease(HARD + "</p>", language)
    assert easy is not None and hard is not None
    assert easy.score > 70 > readability.HARD > hard.score
    assert easy.words_a_sentence == 4


def test_a_known_figure_of_reading_ease() -> None:
    """104 words in one sentence, 14 of them with two syllables."""
    words = ["cat"] * 90 + ["dogma"] * 14
    text = " ".join(words)
    found = readability.ease(f"<p>{text}.</p>", "en")
    assert found is not None
    assert found.score == max(0, min(100, round(206.835 - 1.015 * 104 - 84.6 * (90 + 28) / 104)))


def test_a_short_text_and_another_language_have_no_figure() -> None:
    assert readability.ease("<p>Short.</p>", "en") is None
    assert readability.ease(EASY, "de") is None


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*/??/*.md")), ids=lambda path: "/".join(path.parts[-3:]))
def test_the_shipped_lessons_have_no_fault(path: Path) -> None:
    heading, _, body = path.read_text(encoding="utf-8").partition("\n")
    html = markdown.from_markdown(
        body,
        media=lambda name: f"/media/{name}",
        clause=lambda code: f"/guidelines/how-we-speak#{code}",
        source=shelf.cited,
    )
    assert proofreading.faults(heading.removeprefix("# "), html) == []
