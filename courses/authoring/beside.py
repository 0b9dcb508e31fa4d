"""A translation beside the text it follows: what changed there since the translation was last saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from lxml import html as lxml_html
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.authoring.editions import EditedText
from courses.models import CourseVersion, Lesson, LessonText


@dataclass(frozen=True)
class Beside:
    """A text to read beside the one that is written. `newer` are the places of its blocks that changed since."""

    text: EditedText
    newer: frozenset[int] = frozenset()


def beside(session: Session, course_id: int, text: EditedText, written: EditedText) -> Beside:
    """A text in another language, with what is newer in it than the text that is being written. One statement.

    It is compared with the newest edition of itself that was there when the written text was last saved. Where there
    is none, as for texts that came together, nothing is newer.
    """
    if written.saved_at is None or text.saved_at is None or text.saved_at <= written.saved_at:
        return Beside(text)
    before = _as_of(session, course_id, text, written.saved_at)
    return Beside(text, newer(before, text.html) if before is not None else frozenset())


def newer(old: str, new: str) -> frozenset[int]:
    """The places, counted from 0, of the blocks of a stored text that an older one does not have."""
    before, after = _blocks(old), _blocks(new)
    found = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return frozenset(place for deed, _, _, start, end in found if deed != "equal" for place in range(start, end))


def _as_of(session: Session, course_id: int, text: EditedText, moment: datetime) -> str | None:
    return session.scalar(
        select(LessonText.html)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .join(CourseVersion, CourseVersion.id == LessonText.version_id)
        .where(
            *(CourseVersion.course_id == course_id, Lesson.slug == text.slug, LessonText.language == text.language),
            *(LessonText.variant == text.variant, LessonText.saved_at <= moment),
        )
        .order_by(LessonText.saved_at.desc(), CourseVersion.number.desc())
        .limit(1)
    )


def _blocks(html: str) -> Sequence[str]:
    root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
    return [lxml_html.tostring(block, encoding="unicode", with_tail=False) for block in root]
