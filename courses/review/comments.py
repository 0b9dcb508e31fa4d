"""What reviewers and authors say to each other about a draft: remarks on a passage, answers, and what is settled."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from courses.authoring import drafts, editions
from courses.models import CourseVersion
from courses.review import anchors
from courses.review.models import ReviewComment
from lms.base import clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person

LONGEST = 4000
LONGEST_QUOTE = 1000


@dataclass(frozen=True)
class Remark:
    """What somebody said."""

    id: int
    person_id: int
    name: str
    words: str
    made_at: datetime


@dataclass(frozen=True)
class Thread:
    """A remark on a passage with the answers to it. `quote` is the passage in its words then, or empty."""

    remark: Remark
    lesson: str
    language: str
    variant: str
    quote: str
    resolved_at: datetime | None
    resolved_by: str | None
    answers: list[Remark] = field(default_factory=list)


def add(
    session: Session,
    course_id: int,
    person_id: int,
    *,
    lesson: str,
    language: str,
    words: str,
    variant: str = "",
    quote: str = "",
) -> ReviewComment:
    """Remark on a passage of the draft, or with an empty quote on the whole lesson.

    Raises `Invalid` when the quote does not stand in the text, `Conflict` when there is no draft, `NotFound`.
    """
    draft = _draft(session, course_id)
    text = editions.text(session, draft.id, lesson, language, variant)
    if not text.revision:
        raise NotFound
    quote = drafts.line(quote)
    if quote and not anchors.stands_in(text.html, quote):
        raise Invalid(
            gettext(
                "The text does not have these words. Copy them from it, or leave the field empty to mean all of it."
            )
        )
    found = ReviewComment(
        version_id=draft.id,
        lesson=lesson,
        language=language,
        variant=variant,
        quote=quote,
        words=words,
        person_id=person_id,
        made_at=clock.now(),
    )
    session.add(found)
    session.flush()
    return found


def answer(session: Session, course_id: int, comment_id: int, person_id: int, words: str) -> ReviewComment:
    """Answer a remark. Raises `Conflict` when the draft is not there any more, `NotFound`."""
    asked = _remark(session, course_id, comment_id)
    found = ReviewComment(
        version_id=asked.version_id,
        lesson=asked.lesson,
        language=asked.language,
        variant=asked.variant,
        words=words,
        answers_id=asked.id,
        person_id=person_id,
        made_at=clock.now(),
    )
    session.add(found)
    session.flush()
    return found


def get(session: Session, course_id: int, comment_id: int) -> ReviewComment:
    """A remark, not an answer, on the draft of this course. Raises `NotFound`."""
    return _remark(session, course_id, comment_id)


def settle(session: Session, course_id: int, comment_id: int, person_id: int, *, author: bool) -> ReviewComment:
    """Say that a remark is resolved. Only an author of the studio or who made it may. Twice is once."""
    found = _remark(session, course_id, comment_id)
    _may_settle(found, person_id, author)
    if found.resolved_at is None:
        found.resolved_at, found.resolved_by = clock.now(), person_id
        session.flush()
    return found


def reopen(session: Session, course_id: int, comment_id: int, person_id: int, *, author: bool) -> ReviewComment:
    """Take back that a remark is resolved. Only an author of the studio or who made it may."""
    found = _remark(session, course_id, comment_id)
    _may_settle(found, person_id, author)
    found.resolved_at = found.resolved_by = None
    session.flush()
    return found


def _may_settle(found: ReviewComment, person_id: int, author: bool) -> None:
    if not author and found.person_id != person_id:
        raise Forbidden(gettext("The author of the course or whoever made the remark can do that."))


def _draft(session: Session, course_id: int) -> CourseVersion:
    """The draft, with the course locked, so that nothing is said of it while it is being published."""
    drafts.lock(session, course_id)
    draft = drafts.edition(session, course_id, "draft")
    if draft is None:
        raise Conflict(gettext("There is no draft to comment on. Perhaps it was just published."))
    return draft


def _remark(session: Session, course_id: int, comment_id: int) -> ReviewComment:
    """A remark, not an answer, of the draft of this course."""
    draft = _draft(session, course_id)
    own = (ReviewComment.version_id == draft.id, ReviewComment.answers_id.is_(None))
    found = session.scalar(select(ReviewComment).where(ReviewComment.id == comment_id, *own))
    if found is None:
        raise NotFound
    return found


def threads(session: Session, version_id: int, lesson: str, language: str, variant: str = "") -> list[Thread]:
    """All that was said of a lesson's text, open first, then in order of time. One statement."""
    return _threads(
        session,
        *(ReviewComment.version_id == version_id, ReviewComment.lesson == lesson),
        *(ReviewComment.language == language, ReviewComment.variant == variant),
    )


def open_for(session: Session, version_id: int, lesson: str, language: str, variant: str = "") -> list[Thread]:
    """What was said of a lesson's text and is not resolved, for its author. One statement."""
    return [one for one in threads(session, version_id, lesson, language, variant) if one.resolved_at is None]


def _threads(session: Session, *which: ColumnElement[bool]) -> list[Thread]:
    resolver = aliased(Person)
    rows = session.execute(
        select(ReviewComment, Person, resolver)
        .join(Person, Person.id == ReviewComment.person_id)
        .outerjoin(resolver, resolver.id == ReviewComment.resolved_by)
        .where(*which)
        .order_by(ReviewComment.id)
    )
    found: dict[int, Thread] = {}
    for row in rows:
        comment: ReviewComment = row[0]
        person: Person = row[1]
        by: Person | None = row[2]
        said = Remark(comment.id, person.id, person.name, comment.words, comment.made_at)
        if comment.answers_id is not None:
            found[comment.answers_id].answers.append(said)
            continue
        place = (comment.lesson, comment.language, comment.variant, comment.quote)
        found[comment.id] = Thread(said, *place, comment.resolved_at, by.name if by else None)
    return sorted(found.values(), key=lambda one: one.resolved_at is not None)


@dataclass(frozen=True)
class Place:
    """A text of a draft that has open remarks, and how many."""

    lesson: str
    language: str
    variant: str
    open: int


def places(session: Session, version_id: int) -> list[Place]:
    """Where in a draft there are open remarks. One statement."""
    place = (ReviewComment.lesson, ReviewComment.language, ReviewComment.variant)
    rows = session.execute(
        select(*place, func.count())
        .where(
            ReviewComment.version_id == version_id,
            ReviewComment.answers_id.is_(None),
            ReviewComment.resolved_at.is_(None),
        )
        .group_by(*place)
        .order_by(*place)
    )
    return [Place(*row) for row in rows]
