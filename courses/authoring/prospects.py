"""What publishing a draft would mean, before anybody decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from courses.authoring import comparison, drafts, nature, reshaping, settings, synopsis
from courses.authoring.comparison import Change, Fault
from courses.models import Course
from courses.review import signoffs
from lms.base.errors import NotFound
from lms.base.i18n import pick
from lms.guidelines import catalog as guidelines


@dataclass(frozen=True)
class DraftLesson:
    """A lesson of the draft. `touched` says that it is new or says something else than the live one."""

    slug: str
    title: str
    touched: bool
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Prospect:
    """What a draft changes, what stops it, and what could be asked of learners.

    `sentences` tell how the course changes beside its texts, `missing` what has to be done first. `clauses` are all of
    the guideline, by code, with their titles.
    """

    changes: list[Change]
    sentences: list[str]
    faults: list[Fault]
    missing: list[str]
    lessons: list[DraftLesson]
    clauses: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.sentences

    @property
    def touched(self) -> list[str]:
        """The lessons that are new or changed, by address."""
        return [lesson.slug for lesson in self.lessons if lesson.touched]

    @property
    def cited(self) -> list[str]:
        """The clauses that the changed lessons teach, by code."""
        return sorted({code for lesson in self.lessons if lesson.touched for code in lesson.clauses})


NOTHING = Prospect([], [], [], [], [], {})


def of_draft(session: Session, course_id: int) -> Prospect:
    """What publishing the draft of a course would mean; `NOTHING` when there is none."""
    draft, live = drafts.edition(session, course_id, "draft"), drafts.edition(session, course_id, "published")
    if draft is None:
        return NOTHING
    live_id = live.id if live else None
    differing = comparison.differing(session, draft.id, live_id)
    shapes = comparison.shapes(session, *(edition.id for edition in (draft, live) if edition))
    after = reshaping.read(shapes[draft.id])
    before = reshaping.read(shapes[live.id]) if live else after
    titles = synopsis.titles(session, *(edition.id for edition in (live, draft) if edition))
    shown = {slug: pick(names) for slug, names in titles.items()}
    touched = reshaping.touched(before, after) | {text.slug for text in differing}
    return Prospect(
        changes=comparison.changes(differing, draft.id, live_id),
        sentences=reshaping.sentences(before, after, shown),
        faults=comparison.faults(differing, draft.id) + nature.faults(session, draft.id),
        missing=[
            *settings.missing(session, session.get_one(Course, course_id)),
            *signoffs.missing(session, draft, live),
        ],
        lessons=[
            DraftLesson(slug, shown.get(slug, slug), slug in touched, tuple(sorted(after.clauses.get(slug, ()))))
            for slug, lesson in after.lessons.items()
            if not lesson.optional
        ],
        clauses=_clauses(session),
    )


def _clauses(session: Session) -> dict[str, str]:
    try:
        guideline = guidelines.live(session)
    except NotFound:
        return {}
    return {clause.code: pick(clause.titles) for clause in guideline.clauses}
