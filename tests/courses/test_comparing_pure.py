"""Reading two versions side by side: pure functions, as tables."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.authoring import reshaping, unseen
from lms.base import differences
from lms.base.differences import Row


def sides(rows: list[Row]) -> list[tuple[str, str]]:
    def said(pieces: tuple[differences.Piece, ...]) -> str:
        marks = {"same": "{}", "was": "-{}-", "is": "+{}+"}
        return " ".join(marks[piece.kind].format(piece.words) for piece in pieces)

    return [(said(row.old), said(row.new)) for row in rows]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<p>a</p>", "<p>a</p>", [("a", "a")]),
        ("<p>a b c</p>", "<p>a x c</p>", [("a -b- c", "a +x+ c")]),
        ("<p>a</p>", "<p>new</p><p>a</p>", [("", "+new+"), ("a", "a")]),
        (
            "<p>Answer within a day, kindly.</p>",
            "<p>First this.</p><p>Answer within an hour, kindly.</p>",
            [("", "+First this.+"), ("Answer within -a day,- kindly.", "Answer within +an hour,+ kindly.")],
        ),
        ("<p>one</p>", "", [("-one-", "")]),
        ("", "", []),
    ],
)
def test_blocks_stand_beside_those_they_belong_to(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert sides(differences.side_by_side(old, new)) == expected


def test_a_block_says_what_it_is() -> None:
    html = (
        "<h2>H</h2><ul><li><p>one</p></li><li>two</li></ul><table><tr><th>h</th><td><p>c</p></td></tr></table><p>p</p>"
    )
    kinds = [
        (block.words, block.kind) for block in differences.blocks(html + "<blockquote><p>q</p></blockquote><p>e</p>")
    ]
    assert kinds == [
        ("H", "heading"),
        ("one", "item"),
        ("two", "item"),
        ("h", "cell"),
        ("c", "cell"),
        ("p", ""),
        ("q", "quote"),
        ("e", ""),
    ]


paragraphs = st.lists(st.sampled_from(["listen first", "say who you are", "ask when in doubt", "keep it"]), max_size=6)


@given(paragraphs, paragraphs)
@settings(max_examples=150)
def test_both_texts_are_there_whole(old: list[str], new: list[str]) -> None:
    before, after = ("".join(f"<p>{words}</p>" for words in one) for one in (old, new))
    rows = differences.side_by_side(before, after)
    left = [" ".join(piece.words for piece in row.old) for row in rows if row.old]
    right = [" ".join(piece.words for piece in row.new) for row in rows if row.new]
    assert (left, right) == (old, new)


CHECK = (
    '<section class="check"><p class="check-q">Q?</p><ul class="check-choices"><li class="check-choice" '
    'data-right="{a}"><p>A</p></li><li class="check-choice" data-right="{b}"><p>B</p></li></ul></section>'
)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('<a href="/a">rule</a>', '<a href="/b">rule</a>', "The link “rule” leads to /b instead of /a."),
        ('<img alt="cat" src="/a">', '<img alt="cat" src="/b">', "The picture “cat” is another file."),
        (
            CHECK.format(a="true", b="false"),
            CHECK.format(a="false", b="true"),
            "The right choice of “Q?” is “B” instead of “A”.",
        ),
    ],
)
def test_what_words_do_not_show_is_said(old: str, new: str, sentence: str) -> None:
    assert unseen.sentences(old, new) == [sentence]
    assert unseen.sentences(old, old) == []


LINES = [
    ("course", "en", "Principles", "In short."),
    ("module", "first", "1", ""),
    ("module", "second", "2", ""),
    ("module text", "first/en", "First", "You can."),
    ("module text", "second/en", "Second", "You can."),
    ("lesson", "one", "first", "1/5/reading//0"),
    ("lesson", "two", "first", "2/5/reading//0"),
    ("lesson", "three", "second", "3/5/reading//0"),
    ("clause", "one", "D2", ""),
]
TITLES = {"one": "One", "two": "Two", "three": "Three", "four": "Four"}


@pytest.mark.parametrize(
    ("changed", "sentences", "touched"),
    [
        ({}, [], set()),
        (
            {0: ("course", "en", "Rules", "In short.")},
            ["The course is called “Rules” instead of “Principles” (English)."],
            set(),
        ),
        ({5: ("lesson", "one", "first", "1/9/reading//0")}, ["“One” takes 9 minutes instead of 5."], set()),
        (
            {5: ("lesson", "one", "first", "1/5/exercise/checklist/0")},
            ["“One” changes its kind: checklist instead of reading."],
            {"one"},
        ),
        ({6: ("lesson", "two", "second", "2/5/reading//0")}, ["“Two” moves to the module “Second”."], set()),
        ({8: ("clause", "one", "D4", "")}, ["“One” teaches D4 too.", "“One” no longer teaches D2."], {"one"}),
        (
            {9: ("lesson", "four", "second", "4/5/reading//0")},
            ["“Four” is a new lesson, in “Second”."],
            {"four"},
        ),
        (
            {9: ("file", "one/video/en", "/media/a", "Film/60")},
            ["“One” has a new file: video (English)."],
            {"one"},
        ),
        ({9: ("item", "one/en", "1", "Listen")}, ["“One”, line 1 (English): “Listen” instead of “–”."], {"one"}),
    ],
)  # fmt: skip
def test_the_shape_is_compared_in_sentences(
    changed: dict[int, tuple[str, ...]], sentences: list[str], touched: set[str]
) -> None:
    lines = dict(enumerate(LINES)) | changed
    old, new = reshaping.read(LINES), reshaping.read(lines.values())
    assert reshaping.sentences(old, new, TITLES) == sentences
    assert reshaping.touched(old, new) == touched


def test_few_moves_explain_a_new_order() -> None:
    def shape(order: str) -> reshaping.Shape:
        lines = [("lesson", slug, "first", f"{place}/5/reading//0") for place, slug in enumerate(order, 1)]
        return reshaping.read([("module", "first", "1", ""), *lines])

    found = reshaping.sentences(shape("abcde"), shape("bcdea"), {})
    assert found == ["“a” moves from place 1 to place 5."]
    gone = reshaping.sentences(shape("abc"), shape("ac"), {})
    assert gone == ["The lesson “b” leaves."]
