"""Lessons as Markdown: what is written reads back as the same."""

import pytest
from hypothesis import example, given, settings

from lms.base import htmltree, markdown, markdown_writer
from lms.base.richtext import clean
from tests.courses import files_strategies

MEDIA = f"/media/{'a' * 64}/"
CLAUSE = "/guidelines/how-we-speak#"
SOURCE = "/sources#"


def written(html: str) -> str | None:
    return markdown_writer.to_markdown(
        html,
        media=lambda address: address.removeprefix(MEDIA) if address.startswith(MEDIA) else None,
        clause=lambda address: address.removeprefix(CLAUSE) if address.startswith(CLAUSE) else None,
        source=lambda address: address.removeprefix(SOURCE) if address.startswith(SOURCE) else None,
    )


def read(text: str) -> str:
    return markdown.from_markdown(
        text, media=lambda name: MEDIA + name, clause=lambda code: CLAUSE + code, source=lambda code: SOURCE + code
    )


SHAPES = {
    "words": ("<p>One <strong>two</strong> <em>three</em>.</p>", "One **two** *three*.\n"),
    "marks around bold": ("<p><mark>One <strong>two</strong></mark></p>", "==One **two**==\n"),
    "signs of our own": ("<p>a == b, ==c==, ::: and * and `d`</p>", None),
    "a line like a heading": ("<p># no heading</p>", "\\# no heading\n"),
    "a line like a list": ("<p>1. no list</p>", "1\\. no list\n"),
    "a line like a block": ("<p>::: no block</p>", "\\::: no block\n"),
    "exclamation and link": ('<p>Go!<a href="https://a.example">There</a></p>', "Go\\![There](https://a.example)\n"),
    "headings": ("<h2>a</h2><h3>b</h3><h4>c #</h4>", "## a\n\n### b\n\n#### c \\#\n"),
    "nested list": ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c\n"),
    "list that begins at 3": ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b\n"),
    "two lists": ("<ul><li>a</li></ul><ul><li>b</li></ul>", None),
    "loose list": ("<ul><li><p>a</p><p>b</p></li></ul>", None),
    "quote": ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b\n"),
    "code": ("<pre><code>a\n  b `c`</code></pre>", "```\na\n  b `c`\n```\n"),
    "code in words": ("<p><code>a `b` ==c==</code></p>", "``a `b` ==c==``\n"),
    "rule": ("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb\n"),
    "break": ("<p>a<br>b</p>", "a\\\nb\n"),
    "cited clause": (f'<p><a class="clause" href="{CLAUSE}D2">say</a></p>', "[say](clause:D2)\n"),
    "cited source": (f'<p><a class="source" href="{SOURCE}D3">3,297 people</a></p>', "[3,297 people](source:D3)\n"),
    "plain link to a source": (f'<p><a href="{SOURCE}D3">a page</a></p>', "[a page](/sources#D3)\n"),
    "document": (f'<p><a href="{MEDIA}x.pdf">the file</a></p>', "[the file](media:x.pdf)\n"),
    "picture": (
        f'<figure class="picture"><img src="{MEDIA}x.png" alt="A hand" width="640" height="480">'
        "<figcaption>One hand</figcaption></figure>",
        '![A hand](media:x.png "One hand"){640x480}\n',
    ),
    "callout without title": ('<aside class="callout callout-ok"><p>a</p></aside>', "::: ok\na\n:::\n"),
    "details": ("<details><summary>More</summary><p>a</p></details>", "::: details More\na\n:::\n"),
    "table": (
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        "<tbody><tr><td>c | d</td><td>e</td></tr></tbody></table>",
        "| a | b |\n|---|---|\n| c \\| d | e |\n",
    ),
    "table with headed rows": (
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        '<tbody><tr><th scope="row">c</th><td>d</td></tr></tbody></table>',
        "::: table\n| a | b |\n|---|---|\n| c | d |\n:::\n",
    ),
    "check without feedback": (
        '<section class="check"><p class="check-q">Which?</p><ul class="check-choices">'
        '<li class="check-choice" data-right="true"><p>a</p></li>'
        '<li class="check-choice" data-right="false"><p>b</p></li></ul></section>',
        "::: check Which?\n- [x] a\n- [ ] b\n:::\n",
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_of_a_lesson_has_one_way_to_be_written(name):
    html, expected = SHAPES[name]
    assert clean(html) == html
    text = written(html)
    assert text is not None
    assert expected in (None, text)
    assert htmltree.canonical(read(text)) == htmltree.canonical(html)


@pytest.mark.parametrize(
    "html",
    [
        '<aside class="callout callout-ok"><aside class="callout callout-ok"><p>a</p></aside></aside>',
        "<p></p>",
        "<ul><li>a</li><li><p>b</p></li></ul>",
        '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        '<section class="check"><p class="check-q">Which?</p></section>',
        "words without a paragraph",
    ],
)
def test_what_markdown_has_no_way_for_is_left_to_the_caller(html):
    assert written(clean(html)) is None


@settings(max_examples=400)
@given(files_strategies.html((f"{MEDIA}a.png", f"{MEDIA}b.en.svg")))
@example("<p>x</p>\n<p>y</p>\n")
def test_what_is_written_reads_back_as_the_same_and_is_written_alike_again(html):
    text = written(html)
    if text is not None:
        back = read(text)
        assert htmltree.canonical(back) == htmltree.canonical(html)
        assert written(back) == text


@given(files_strategies.html())
def test_the_common_form_says_the_same_and_is_its_own_common_form(html):
    same = htmltree.canonical(html)
    assert htmltree.canonical(same) == same
    assert htmltree.canonical(clean(same)) == same


def test_marks_are_not_made_in_code_nor_of_escaped_signs():
    assert read("`==a==` \\==b== ==c==") == "<p><code>==a==</code> ==b== <mark>c</mark></p>\n"
