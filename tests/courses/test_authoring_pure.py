"""Comparing and proofreading texts: pure functions, as tables."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.authoring import comparison, differences, proofreading
from courses.authoring.comparison import StoredText
from courses.authoring.differences import Piece
from courses.files.loading import CONTENT
from lms.base import markdown


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
        (FILM.format(tracks=""), False),
        ("<table><tr><td>a</td></tr></table>", False),
    ],
)
def test_what_stops_publishing(html: str, stops: bool) -> None:
    assert bool(proofreading.faults("Title", html)) is stops


def test_a_title_is_needed() -> None:
    assert proofreading.faults(" ", "<p>a</p>")


@pytest.mark.parametrize("html", [FILM.format(tracks=""), "<table><tr><td>a</td></tr></table>"])
def test_advice_does_not_stop(html: str) -> None:
    assert [finding for finding in proofreading.findings("T", html) if not finding.fine and not finding.stops]


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*/??/*.md")), ids=lambda path: "/".join(path.parts[-3:]))
def test_the_shipped_lessons_have_no_fault(path: Path) -> None:
    heading, _, body = path.read_text(encoding="utf-8").partition("\n")
    html = markdown.from_markdown(
        body, media=lambda name: f"/media/{name}", clause=lambda code: f"/guidelines/how-we-speak#{code}"
    )
    assert proofreading.faults(heading.removeprefix("# "), html) == []
