"""Text with form: what is stored is harmless, and stays what was written."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lms.base import markdown
from lms.base.markdown import BadText
from lms.base.richtext import CLASSES, OWN_ADDRESSES, PLAIN_ATTRIBUTES, TAGS, TooCrowded, clean, display, plain, words

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ATTACKS = (FIXTURES / "markup-attacks.txt").read_text(encoding="utf-8").splitlines()
NAUGHTY = [
    line
    for line in (FIXTURES / "naughty-strings" / "blns.txt").read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
]
SHOWN_ALSO = {"div", "fieldset", "legend", "label", "input", "span"}
HARMLESS = re.compile(r"(https?:|mailto:|(?![\s\x00-\x20]*[a-z][a-z0-9+.\s\x00-\x20-]*:))", re.IGNORECASE)
"""An address of a known kind, or one on this site: without the letters and the colon of a scheme."""


class Inspector(HTMLParser):
    """Another parser than the one that cleans: notes everything that is not on the list."""

    def __init__(self, tags: set[str]) -> None:
        super().__init__()
        self.tags = tags
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.tags:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "id", "srcdoc", "formaction", "action", "xlink:href"}:
                self.wrong.append(f"<{tag} {name}>")
            if name == "href" and not HARMLESS.match(value or ""):
                self.wrong.append(f"<{tag} href={value}>")
            if name in {"src", "poster"} and not (value or "").startswith(("/media/", "/static/")):
                self.wrong.append(f"<{tag} {name}={value}>")

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}>")


def what_is_wrong(html: str, *, shown: bool = False) -> list[str]:
    inspector = Inspector(set(TAGS) | (SHOWN_ALSO if shown else set()))
    inspector.feed(html)
    inspector.close()
    return inspector.wrong


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_stored_and_shown_harmless(attack):
    cleaned = clean(attack)
    assert what_is_wrong(cleaned) == []
    assert what_is_wrong(display(cleaned), shown=True) == []
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_inside_a_lesson_is_harmless_too(attack):
    choices = f'<ul class="check-choices"><li>{attack}</li></ul>'
    around = f'<section class="check"><p class="check-q">{attack}</p>{choices}</section>'
    cleaned = clean(around)
    assert what_is_wrong(cleaned) == []
    assert what_is_wrong(display(cleaned), shown=True) == []


def test_naughty_strings_are_harmless_and_do_not_break_the_page():
    for line in NAUGHTY:
        cleaned = clean(f"<p>{line}</p>")
        assert what_is_wrong(cleaned) == [], line
        assert what_is_wrong(display(cleaned), shown=True) == [], line
        assert clean(cleaned) == cleaned, line
        plain(cleaned)


pieces = st.one_of(
    st.sampled_from(ATTACKS),
    st.sampled_from(NAUGHTY),
    st.sampled_from(sorted(TAGS)).map(lambda tag: f"<{tag}>"),
    st.sampled_from(sorted(TAGS)).map(lambda tag: f"</{tag}>"),
    st.sampled_from(
        [
            "<",
            ">",
            "&",
            "&#",
            '"',
            "'",
            "=",
            "/",
            "<!--",
            "-->",
            "]]>",
            "<svg>",
            "<math>",
            "<style>",
            "\0",
            "&#12;",
            "&#1;",
            "&#xFFFF;",
            "&nbsp;",
        ]
    ),
    st.text(max_size=20),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=8).map("".join))
@example("<p>a<b>c")
def test_cleaning_leaves_nothing_that_runs_and_cleaning_twice_changes_nothing_more(html):
    cleaned = clean(html)
    assert what_is_wrong(cleaned) == []
    assert clean(cleaned) == cleaned
    assert what_is_wrong(display(cleaned), shown=True) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200))
def test_words_survive_as_they_were_written(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain(clean(f"<p>{escaped}</p>")) == " ".join(text.split())


WORD_SAMPLES = {
    "list": (
        "<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]>"
        "<span style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; "
        "</span></span><![endif]>Listen first<o:p></o:p></p>"
    ),
    "head": (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><meta name=Generator content='Word 15'>"
        "<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--><style><!-- p.MsoNormal {margin:0cm;} "
        "--></style><STYLE>@page {margin:1cm}</style ></head><body><!--StartFragment--><p class=MsoNormal>Text</p>"
        "<!--EndFragment--></body></html>"
    ),
    "table": (
        "<table class=MsoTableGrid border=1 style='border-collapse:collapse;mso-yfti-tbllook:1184'><tr>"
        "<td width=200 valign=top style='border:solid windowtext 1.0pt'><p class=MsoNormal><b>A</b><o:p></o:p></p></td>"
        "</tr></table>"
    ),
    "picture": (
        '<!--[if gte vml 1]><v:shape id="p" o:spid="_x0000_i1025"><v:imagedata src="file:///C:/Temp/clip_image001.png" '
        'o:title="x"/></v:shape><![endif]--><img width=10 src="file:///C:/Temp/clip_image001.png" v:shapes="p">'
    ),
    "link": "<a href=https://acme.example style='mso-comment-reference:A_1'><span style='color:blue'>ACME</span></a>",
    "comment": "<span class=MsoCommentReference><a class=msocomanchor href=#_msocom_1 onclick=x()>[A1]</a></span>",
    "smart tag": '<st1:place w:st="on"><st1:City w:st="on">Gent</st1:City></st1:place>',
    "broken": "<p class=MsoNormal><b><i>one<p><o:p>two</b></i></o:p><table><p>three</table>",
}
word_pieces = st.lists(st.one_of(st.sampled_from(list(WORD_SAMPLES.values())), pieces), max_size=6).map("".join)


def test_what_is_said_to_programs_is_left_out_and_many_of_them_take_no_time():
    assert clean("<p>a</p><Style type=x>p {}</STYLE ><script>b()</script><p>c</p>") == "<p>a</p><p>c</p>"
    with pytest.raises(TooCrowded):
        clean("<style " * 20_000 + "<p>kept</p>")
    said = " ".join(f"word{number}" for number in range(500))
    assert clean(f"<!--[if gte mso 9]>{said}<![endif]--><style><!-- {said} --></style><p>kept</p>") == "<p>kept</p>"


@pytest.mark.parametrize("sample", WORD_SAMPLES.values(), ids=WORD_SAMPLES)
def test_what_a_word_processor_writes_becomes_plain_and_stays_so(sample):
    cleaned = clean(sample)
    assert what_is_wrong(cleaned) == []
    assert clean(cleaned) == cleaned
    assert not re.search(r"<[^>]*(?:Mso|mso-|style|o:|v:)|margin|font", cleaned)


@settings(max_examples=200, deadline=None)
@given(word_pieces)
def test_word_and_attacks_together_are_harmless_and_cleaned_once(html):
    cleaned = clean(html)
    assert what_is_wrong(cleaned) == []
    assert clean(cleaned) == cleaned
    assert what_is_wrong(display(cleaned, frozenset({0, 2})), shown=True) == []


def test_marked_blocks_are_shown_as_new_and_others_as_ever():
    html = "<p>a</p><table><tbody><tr><td>b</td></tr></tbody></table><p>c</p>"
    first = '<div class="newer" role="insertion"><p>a</p></div>'
    assert str(display(html, frozenset({0}))) == str(display(html)).replace("<p>a</p>", first)
    assert display(html, frozenset({1, 9})).count('role="insertion"') == 1


def test_what_lessons_use_stays_as_it_is():
    html = (
        "<h2>Title</h2><p>Some <strong>bold</strong> and <em>soft</em> <mark>words</mark>, <code>code</code>.</p>"
        '<aside class="callout callout-stop"><p class="callout-title">Stop</p><p>Not this.</p></aside>'
        '<blockquote class="post"><p class="post-by">Karel · LinkedIn</p><p>Well.</p></blockquote>'
        '<table><thead><tr><th scope="col">A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
        '<figure class="picture"><img alt="A dog" src="/media/abc/dog.svg"><figcaption>Dog</figcaption></figure>'
        '<p><a class="clause" href="/guidelines/how-we-speak#D2">D2</a> <a href="mailto:hub@acme.example">hub</a></p>'
    )
    assert clean(html) == html


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x.png",
        "//evil.example/x.png",
        "/media/../../secret",
        "data:image/png;base64,AAAA",
        "x.png",
    ],
)
def test_pictures_come_from_here_only(address):
    assert "src" not in clean(f'<img alt="x" src="{address}">')


def test_only_known_classes_and_attributes_are_on_the_list():
    assert set(CLASSES) <= set(TAGS)
    assert set(PLAIN_ATTRIBUTES) <= set(TAGS)
    assert {tag for tag, _ in OWN_ADDRESSES} <= set(TAGS)
    risky = {
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "form",
        "input",
        "base",
        "meta",
        "link",
        "template",
    }
    assert risky.isdisjoint(TAGS)


def lesson(text: str) -> str:
    return markdown.from_markdown(
        text,
        media={"dog.svg": "/media/1/dog.svg"}.__getitem__,
        clause={"D2": "/guidelines/how-we-speak#D2"}.__getitem__,
        source={"D3": "/sources#D3"}.__getitem__,
    )


def test_markdown_becomes_the_shapes_of_a_lesson():
    html = lesson(
        "## A\n\n::: careful Look\nText ==marked==.\n:::\n\n::: post Karel | LinkedIn\nOh!\n:::\n\n[D2](clause:D2)"
        " [3,297](source:D3)"
    )
    assert "<h2>A</h2>" in html
    assert (
        '<aside class="callout callout-careful"><p class="callout-title">Look</p><p>Text <mark>marked</mark>.</p>'
        in html
    )
    assert '<p class="post-by">Karel · LinkedIn</p>' in html
    assert '<a href="/guidelines/how-we-speak#D2" class="clause">D2</a>' in html
    assert '<a href="/sources#D3" class="source">3,297</a>' in html
    assert clean(html) == html


def test_a_check_can_be_answered_without_scripts():
    page = display(lesson("::: check Which?\n- [ ] This // No.\n- [x] That // Yes.\n:::"))
    assert page.count('type="radio"') == 2
    assert '<legend class="lg b mb3">Which?</legend>' in page
    assert "data-right" not in page


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("one\n\n::: info Title\nnever closed", 3, "not closed"),
        ("one\n:::\n", 2, "none is open"),
        ("::: dance Hall\nx\n:::", 1, "not a kind of block"),
        ("::: info A\n::: info B\n:::", 2, "not closed"),
        ("one\n\n::: check Q\n- [x] a // b\n:::", 3, "two or more"),
        ("::: check Q\n- [x] a // b\n- [x] c // d\n:::", 1, "exactly one right"),
        ("![A cat](media:cat.svg)", 1, "cat.svg"),
        ("[D99](clause:D99)", 1, "D99"),
        ("One.\n\n[X9](source:X9)", 3, "X9"),
        ("![](media:dog.svg)", 1, "no text alternative"),
    ],
)
def test_markdown_that_cannot_be_used_is_told_with_its_line(text, line, words):
    with pytest.raises(BadText) as refused:
        lesson(text)
    assert refused.value.line == line
    assert words in refused.value.message


def test_html_in_markdown_is_cleaned_like_any_other():
    assert what_is_wrong(lesson("Hello <script>hit()</script> <img src=x onerror=hit()>")) == []


def test_words_are_counted_without_their_form():
    assert words("<h2>One two</h2><p>three <strong>four</strong></p>") == 4
    assert words("") == 0


def test_a_picture_that_says_how_wide_it_is_is_offered_in_smaller_widths():
    address = f"/media/{'a' * 64}/office.jpg"
    shown = display(f'<p><img alt="x" height="900" src="{address}" width="1200"></p>')
    assert f'srcset="{address}?w=480 480w, {address}?w=960 960w, {address} 1200w"' in shown
    assert 'sizes="(min-width: 48rem) 46rem, 100vw"' in shown
    for other in ('width="400"', "", 'width="x"'):
        assert "srcset" not in display(f'<p><img alt="x" src="{address}" {other}></p>')
    assert "srcset" not in display(f'<p><img alt="x" src="{address[:-3]}svg" width="1200"></p>')


def test_a_picture_opens_large_and_its_own_words_name_the_link():
    picture = '<img alt="A dog" src="/media/abc/dog.svg">'
    html = f'<figure class="picture">{picture}<figcaption>Dog</figcaption></figure>'
    shown = display(html)
    assert '<figure class="picture"><a class="zoom" href="/media/abc/dog.svg"><img alt="A dog"' in shown
    assert "</a><figcaption>Dog</figcaption></figure>" in shown
    assert clean(html) == html
    assert '<a class="zoom"' not in clean(str(shown))
    linked = f'<figure class="picture"><a href="/courses">{picture}</a></figure>'
    for other in (
        f"<p>{picture}</p>",
        linked,
        html.replace("A dog", " "),
        html.replace(' src="/media/abc/dog.svg"', ""),
    ):
        assert "zoom" not in display(other)
