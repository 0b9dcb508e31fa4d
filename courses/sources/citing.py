"""Where lessons cite sources: the lesson, and the sentence that rests on the source."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.html import HtmlElement
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from courses import catalog
from courses.catalog import CourseView, LessonView
from courses.models import Lesson, LessonText
from courses.sources import shelf
from lms.base import htmltree
from lms.base.db import all_remembered
from lms.base.htmltree import BLOCKS

_MARK = 'class="source"'
_END = re.compile(r"(?<=[.!?…])[”’\"')\]]*\s+(?=[^\sa-z0-9])")
"""Where a sentence ends: not behind “art.” before a number, nor behind “e.g.” before a small letter."""


@dataclass(frozen=True)
class Cited:
    """A sentence of a text, and the source it rests on."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Mention:
    """A sentence of a lesson, for a reader; `language` is that of the text she reads."""

    course: CourseView
    lesson: LessonView
    language: str
    sentence: str


_Text = tuple[str, tuple[Cited, ...]]
"""The language of a lesson's text, and what it cites."""
_Lessons = dict[str, dict[tuple[str, str], _Text]]
"""By address, all texts of the lessons in which any text cites a source, by variant and language."""


def mentions(
    session: Session, courses: Sequence[CourseView], language: str, *, tier: str, country: str
) -> dict[str, list[Mention]]:
    """By the code of a source, where the text that somebody reads cites it, in the order of courses and lessons.

    One statement, however many lessons; none for versions that were asked for before.
    """
    texts = _texts(session, courses)
    found: dict[str, list[Mention]] = defaultdict(list)
    for course in courses:
        for lesson in course.lessons:
            if here := texts[course.version_id].get(lesson.slug):
                spoken, cited = catalog.choose_page(here, language, tier=tier, country=country)
                for one in cited:
                    found[one.code].append(Mention(course, lesson, spoken, one.sentence))
    return dict(found)


def citing(session: Session, courses: Sequence[CourseView]) -> list[CourseView]:
    """The courses that cite any source, in whatever text. Statements as for `mentions`."""
    texts = _texts(session, courses)
    return [course for course in courses if texts[course.version_id]]


def codes(session: Session, courses: Sequence[CourseView]) -> frozenset[str]:
    """The sources that these courses cite, in whatever text. Statements as for `mentions`."""
    texts = _texts(session, courses).values()
    return frozenset(
        one.code for lessons in texts for own in lessons.values() for _, all in own.values() for one in all
    )


def _texts(session: Session, courses: Iterable[CourseView]) -> dict[int, _Lessons]:
    """By version, what its lessons cite."""
    ids = [course.version_id for course in courses]
    return all_remembered(session, "cited", ids, lambda missing: _load(session, missing))


def _load(session: Session, version_ids: Sequence[int]) -> dict[int, _Lessons]:
    other = aliased(LessonText)
    cites = select(other.lesson_id).where(other.version_id.in_(version_ids), other.html.contains(_MARK))
    rows = session.execute(
        select(LessonText.version_id, Lesson.slug, LessonText.variant, LessonText.language, LessonText.html)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .where(LessonText.lesson_id.in_(cites))
    )
    found: dict[int, _Lessons] = {version_id: {} for version_id in version_ids}
    for version_id, slug, variant, language, html in rows:
        found[version_id].setdefault(slug, {})[variant, language] = (language, tuple(cited(html)))
    return found


def cited(html: str) -> list[Cited]:
    """The sentences of a stored text that rest on a source, each once with it, in their order."""
    if _MARK not in html:
        return []
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    return list(dict.fromkeys(_in_order(root)))


def without_false(html: str) -> str:
    """A cleaned text in which links that say they lead to a source, and do not, are plain links."""
    try:
        return htmltree.unclassed(html, lambda place, role: "source" in role.split() and not shelf.code_at(place))
    except htmltree.NotATree:
        return html


def _in_order(root: HtmlElement) -> Iterator[Cited]:
    for link in root.iterfind('.//a[@class="source"]'):
        code = shelf.code_at(link.get("href", ""))
        if code:
            block = next((one for one in link.iterancestors() if one.tag in BLOCKS), root)
            yield Cited(code, _around(block, link))


def _around(block: HtmlElement, link: HtmlElement) -> str:
    """The sentence of a block that a link stands in."""
    words = link.text_content()
    before = "".join(_until(block, link))
    whole = before + words + "".join(block.itertext())[len(before) + len(words) :]
    ends = [match.end() for match in _END.finditer(whole)]
    first = max((end for end in ends if end <= len(before)), default=0)
    last = min((end for end in ends if end > len(before) + len(words)), default=len(whole))
    return " ".join(whole[first:last].split())


def _until(block: HtmlElement, link: HtmlElement) -> Iterator[str]:
    """The words of a block before a link."""
    if block is link:
        return
    yield block.text or ""
    for child in block:
        if child is link:
            return
        if link in child.iterdescendants():
            yield from _until(child, link)
            return
        yield "".join(child.itertext())
        yield child.tail or ""
