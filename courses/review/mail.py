"""What reviewers are told, in their own language. The outbox carries it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import Course, CourseText, CourseVersion
from lms.base import mail, outbox
from lms.base.i18n import force_locale, gettext, pick
from lms.base.settings import in_force
from lms.people import directory


def ask(session: Session, draft: CourseVersion, person_id: int, topics: list[dict[str, str]]) -> None:
    """Ask a reviewer to look at a draft, once each time somebody asks for its review.

    `topics` are the names, by language, of those topics of hers that it touches.
    """
    assert draft.in_review_at is not None
    reader, course = directory.get(session, person_id), session.get_one(Course, draft.course_id)
    asker = directory.get(session, draft.in_review_by) if draft.in_review_by else None
    rows = session.execute(select(CourseText.language, CourseText.title).where(CourseText.version_id == draft.id))
    titles = {row.language: row.title for row in rows} or {"en": course.slug}
    with force_locale(reader.language):
        title = pick(titles, reader.language)
        subject = gettext("Please review: %(title)s", title=title)
        body = mail.render(
            "review/mail/asked.txt",
            reader=reader,
            title=title,
            number=draft.number,
            asker=asker.name if asker else "",
            topics=[pick(names, reader.language) for names in topics],
            address=f"{in_force().base_url}/studio/{course.slug}/review",
        )
    key = f"review:{draft.id}:{draft.in_review_at:%Y%m%d%H%M%S%f}:{person_id}"
    outbox.queue(session, key=key, recipient=reader.email, subject=subject, body=body)
