"""Courses at random, as the studio could have made them: for the property tests of files."""

from hypothesis import strategies as st

from courses.files.written import (
    WrittenCourse,
    WrittenFile,
    WrittenLesson,
    WrittenModule,
    WrittenText,
    by_code,
    in_order,
)
from courses.sources import shelf
from lms.base.richtext import clean
from lms.guidelines import catalog as guidelines

LANGUAGES = ("en", "nl", "fr")
VARIANTS = ("", "", "", "country:BE", "tier:manager")
TOPICS = ("privacy-of-people", "results-and-forecasts")
CODES = ("F1", "D2", "D4", "D12")
PIECES = (
    *(
        "one",
        "two",
        "é",
        "漢字",
        "🚀",
        "ß",
        "“quoted”",
        "50 %",
        "a_b",
        "_x_",
        "*",
        "**",
        "`",
        "``",
        "==",
        "=",
        "===",
        "\\",
        "\\*",
    ),
    *(
        "[",
        "]",
        "](x)",
        "!",
        "<",
        "<b>",
        "&amp;",
        "&",
        "&nbsp;",
        ">",
        "# ",
        "- ",
        "+ ",
        "1. ",
        "12) ",
        "---",
        ":::",
        "::: ok x",
    ),
    *(
        "|",
        " | ",
        "~~~",
        "```",
        "//",
        " // ",
        "media:x",
        "clause:D2",
        "source:D3",
        "http://a.example",
        "{640x480}",
        "\u00a0",
        "\u200f",
        "\u2028",
    ),
    *("\x85", "#", "- [ ] a", "(", ")", '"', "'", 'src="/media/x"', "\n"),
)


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


words = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join)
glued = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
text = st.one_of(words, glued).map(escaped)
line = text.map(lambda found: " ".join(found.split()))
title = st.one_of(words, glued).map(lambda found: " ".join(found.split()))


def inline(media):
    """Words with bold ones, links, marks and the like among them."""

    def around(inner):
        wrapped = st.tuples(st.sampled_from(("strong", "em", "mark")), inner).map(
            lambda one: f"<{one[0]}>{one[1]}</{one[0]}>"
        )
        address = st.sampled_from(("https://a.example/?a=1&amp;b=2", "mailto:a@b.example", "/courses/x", *media))
        link = st.tuples(address, inner).map(lambda one: f'<a href="{one[0]}">{one[1]}</a>')
        cited = st.tuples(st.sampled_from(CODES), inner).map(
            lambda one: f'<a class="clause" href="{guidelines.address(one[0])}">{one[1]}</a>'
        )
        resting = st.tuples(st.sampled_from(("D3", "L11", "S0")), inner).map(
            lambda one: f'<a class="source" href="{shelf.address(one[0])}">{one[1]}</a>'
        )
        return st.one_of(wrapped, link, cited, resting)

    leaf = st.one_of(text, text, text.map(lambda found: f"<code>{found}</code>"), st.just("<br>"))
    part = st.one_of(leaf, around(text), around(around(text)))
    return st.lists(part, min_size=1, max_size=4).map("".join)


def blocks(media):
    """What the editor can make, with what stands in it."""
    span = inline(media)
    paragraph = span.map(lambda found: f"<p>{found}</p>")
    heading = st.tuples(st.sampled_from("234"), span).map(lambda one: f"<h{one[0]}>{one[1]}</h{one[0]}>")
    code = text.map(lambda found: f"<pre><code>{found}</code></pre>")
    rule = st.just("<hr>")
    flat = st.tuples(st.sampled_from(("ul", "ol", 'ol start="7"')), st.lists(span, min_size=1, max_size=3)).map(
        lambda one: f"<{one[0]}>{''.join(f'<li>{item}</li>' for item in one[1])}</{one[0][:2]}>"
    )
    nested = st.tuples(span, flat).map(lambda one: f"<ul><li>{one[0]}{one[1]}</li><li>end</li></ul>")
    loose = st.lists(st.tuples(paragraph, paragraph), min_size=1, max_size=2).map(
        lambda found: f"<ol>{''.join(f'<li>{a}{b}</li>' for a, b in found)}</ol>"
    )
    quote = st.lists(paragraph, min_size=1, max_size=2).map(lambda found: f"<blockquote>{''.join(found)}</blockquote>")
    simple = st.one_of(paragraph, paragraph, heading, code, rule, flat, nested, loose, quote)
    body = st.lists(simple, max_size=3).map("\n".join)
    callout = st.tuples(st.sampled_from(("info", "ok", "careful", "stop")), st.one_of(st.just(""), line), body).map(
        lambda one: (
            f'<aside class="callout callout-{one[0]}">'
            + (f'<p class="callout-title">{one[1]}</p>' if one[1] else "")
            + f"{one[2]}</aside>"
        )
    )
    post = st.tuples(line, body).map(
        lambda one: f'<blockquote class="post"><p class="post-by">{one[0]}</p>{one[1]}</blockquote>'
    )
    choice = st.tuples(st.booleans(), span, span).map(
        lambda one: (
            f'<li class="check-choice" data-right="{str(one[0]).lower()}"><p>{one[1]}</p>'
            f'<p class="check-why">{one[2]}</p></li>'
        )
    )
    check = st.tuples(span, st.lists(choice, min_size=2, max_size=3)).map(
        lambda one: (
            f'<section class="check"><p class="check-q">{one[0]}</p>'
            f'<ul class="check-choices">{"".join(one[1])}</ul></section>'
        )
    )
    rows = st.lists(st.tuples(span, span), min_size=1, max_size=2)
    table = st.tuples(span, rows, st.booleans()).map(_table)
    details = st.tuples(line, body).map(lambda one: f"<details><summary>{one[0]}</summary>{one[1]}</details>")
    kinds = [simple, simple, callout, post, check, table, details]
    if media:
        picture = st.tuples(st.sampled_from(media), line, st.one_of(st.just(""), line, span), st.booleans()).map(
            _picture
        )
        kinds.append(picture)
    return st.lists(st.one_of(*kinds), max_size=5).map("\n".join)


def _table(one):
    head, rows, headed = one
    tag, scope = ("th", ' scope="row"') if headed else ("td", "")
    body = "".join(f"<tr><{tag}{scope}>{a}</{tag}><td>{b}</td></tr>" for a, b in rows)
    return (
        f'<table><thead><tr><th scope="col">{head}</th><th scope="col">b</th></tr></thead><tbody>{body}</tbody></table>'
    )


def _picture(one):
    address, alt, caption, sized = one
    size = ' width="640" height="480"' if sized else ""
    alt = alt.replace('"', "&quot;")
    return f'<figure class="picture"><img src="{address}" alt="{alt}"{size}>' + (
        f"<figcaption>{caption}</figcaption></figure>" if caption else "</figure>"
    )


def html(media=()):
    """A lesson's cleaned HTML."""
    return blocks(list(media)).map(clean)


def spoken(value=title):
    return st.dictionaries(st.sampled_from(LANGUAGES), value, min_size=1, max_size=3).map(in_order)


@st.composite
def lessons(draw, slug, media):
    """A lesson of any kind."""
    kind = draw(st.sampled_from(("reading", "video", "document", "clause", "exercise", "live")))
    places = draw(st.sets(st.tuples(st.sampled_from(VARIANTS), st.sampled_from(LANGUAGES)), max_size=4))
    written = st.builds(WrittenText, st.one_of(title, st.just("")), st.one_of(html(media), st.just("")))
    roles = draw(
        st.sets(st.tuples(st.sampled_from(("video", "audio", "captions")), st.sampled_from(LANGUAGES)), max_size=2)
    )
    files = [
        WrittenFile(*place, draw(st.sampled_from(media)), draw(title), draw(st.integers(0, 99)))
        for place in sorted(roles)
    ]
    if draw(st.booleans()):
        files.append(WrittenFile("player", "en", "https://player.example/embed/x?a=1&b=2", "A player"))
    return WrittenLesson(
        slug=slug,
        minutes=draw(st.integers(1, 90)),
        kind=kind,
        exercise=draw(st.sampled_from(("checklist", "reflection", "log"))) if kind == "exercise" else None,
        entries_wanted=draw(st.integers(0, 5)),
        clauses=tuple(sorted(draw(st.sets(st.sampled_from(CODES), max_size=3)), key=by_code)),
        topics=tuple(sorted(draw(st.sets(st.sampled_from(TOPICS), max_size=2)))),
        files=tuple(sorted(files, key=lambda file: (file.role, file.language))),
        items=in_order(
            draw(
                st.dictionaries(
                    st.sampled_from(LANGUAGES), st.lists(title, min_size=1, max_size=3).map(tuple), max_size=2
                )
            )
        ),
        texts={place: draw(written) for place in sorted(places)},
        optional=draw(st.booleans()),
    )


@st.composite
def courses(draw, media):
    """A course that is a draft, with everything that a course can have."""
    keys = st.from_regex(r"[a-z]{1,4}(-[a-z0-9]{1,4})?", fullmatch=True).filter(
        lambda key: key not in {"new", "quiz", "walk"}
    )
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    slugs = iter(draw(st.lists(keys, min_size=sum(shape), max_size=sum(shape), unique=True)))
    modules = []
    for place, count in enumerate(shape):
        titles = draw(spoken())
        objectives = {language: draw(st.one_of(st.just(""), title)) for language in titles}
        found = tuple(draw(lessons(next(slugs), media)) for _ in range(count))
        modules.append(WrittenModule(f"module-{place}", titles, objectives, found))
    titles = draw(spoken())
    return WrittenCourse(
        slug="any-course",
        code="X1",
        tier=draw(st.sampled_from(("executive", "manager", "staff"))),
        position=draw(st.integers(0, 3)),
        owner=draw(st.one_of(st.just(""), title)),
        business_reason=draw(st.one_of(st.just(""), title)),
        review_on=draw(st.one_of(st.none(), st.dates())),
        prerequisites=(),
        titles=titles,
        summaries={language: draw(st.one_of(st.just(""), title)) for language in titles},
        modules=tuple(modules),
        note=draw(st.one_of(st.just(""), title)),
        draft=True,
    )
