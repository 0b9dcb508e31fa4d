"""Asking for a review of a draft, taking that back, and what waits for whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from courses.authoring import drafts
from courses.models import Course, CourseVersion
from courses.review import contents, mail, signoffs
from courses.review.signoffs import Dossier
from lms.base import audit, clock
from lms.base.errors import Conflict
from lms.base.i18n import gettext
from lms.people.models import Person


def ask(session: Session, course_id: int, person_id: int) -> list[str]:
    """Ask the reviewers of what changed in a draft to look at it; returns the names of those who get a mail.

    Who changed the draft cannot sign it and is not asked. Raises `Conflict` without a draft, or when it is in review.
    """
    drafts.lock(session, course_id)
    draft, live = drafts.edition(session, course_id, "draft"), drafts.edition(session, course_id, "published")
    if draft is None:
        raise Conflict(gettext("There is no draft to review. Change a lesson, and a draft opens."))
    if draft.in_review_at is not None:
        raise Conflict(gettext("Draft %(number)s is in review already.", number=draft.number))
    draft.in_review_at, draft.in_review_by = clock.now(), person_id
    session.flush()
    found = signoffs.dossier(session, course_id, draft.id, live.id if live else None)
    told = _asked(found)
    for number in told:
        mail.ask(session, draft, number, _topics_for(found, number))
    audit.record(session, "asked for a review", f"course:{course_id}", actor_id=person_id, version=draft.number)
    return list(told.values())


def take_back(session: Session, course_id: int, person_id: int) -> None:
    """Say that a draft is not in review any more. What was said and signed of it stays.

    Raises `Conflict` when it is not in review.
    """
    drafts.lock(session, course_id)
    draft = drafts.edition(session, course_id, "draft")
    if draft is None or draft.in_review_at is None:
        raise Conflict(gettext("This course is not in review now. Perhaps it was just published or taken back."))
    draft.in_review_at = draft.in_review_by = None
    audit.record(session, "took a draft out of review", f"course:{course_id}", actor_id=person_id, version=draft.number)


def _asked(found: Dossier) -> dict[int, str]:
    """Who can sign something that changed: names by number."""
    return {
        seat.person_id: seat.name
        for matter in found.matters
        if matter.changed
        for seat in matter.seats
        if seat.works_here and not seat.wrote
    }


def _topics_for(found: Dossier, person_id: int) -> list[dict[str, str]]:
    """The names of the topics somebody is asked about."""
    return [
        matter.topic.names
        for matter in found.matters
        if matter.topic and matter.changed and any(seat.person_id == person_id for seat in matter.seats)
    ]


@dataclass(frozen=True)
class Waiting:
    """A course in review. `yours` are the matters that the reader can still sign."""

    slug: str
    code: str
    titles: dict[str, str]
    number: int
    asked_at: datetime
    asked_by: str
    found: Dossier
    yours: tuple[signoffs.Matter, ...]


def waiting(session: Session, person_id: int) -> list[Waiting]:
    """All courses in review, those first that wait for this person, then the longest waiting.

    Five statements, whatever their number.
    """
    live, asker = aliased(CourseVersion), aliased(Person)
    rows = session.execute(
        select(CourseVersion, Course, live.id, asker)
        .join(Course, Course.id == CourseVersion.course_id)
        .outerjoin(live, and_(live.course_id == Course.id, live.status == "published"))
        .outerjoin(asker, asker.id == CourseVersion.in_review_by)
        .where(CourseVersion.status == "draft", CourseVersion.in_review_at.is_not(None), Course.retired_at.is_(None))
        .order_by(CourseVersion.in_review_at, Course.id)
    ).all()
    pairs = [(course.id, draft.id, live_id) for draft, course, live_id, _ in rows]
    dossiers = signoffs.dossiers(session, pairs) if pairs else {}
    found = []
    for draft, course, _, by in rows:
        assert draft.in_review_at is not None
        one = dossiers[draft.id]
        titles = {code: words.title for code, words in one.draft.heads.get(contents.COURSE, {}).items()}
        name, yours = by.name if by else "", _yours(one, person_id)
        found.append(Waiting(course.slug, course.code, titles, draft.number, draft.in_review_at, name, one, yours))
    return sorted(found, key=lambda item: not item.yours)


def _yours(found: Dossier, person_id: int) -> tuple[signoffs.Matter, ...]:
    """What somebody can sign and nobody has: the topics that changed, and the course where she reviews all of it."""
    return tuple(
        matter
        for matter in found.matters
        if matter.changed and not found.signed(matter) and signoffs.obstacle(matter, person_id) is None
    )
