"""Publishing: the draft of a course becomes its live version, which then never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from courses import letters, redo
from courses.authoring import comparison, drafts, nature, proofreading, settings
from courses.authoring.comparison import StoredText
from courses.authoring.drafts import ORIGINAL
from courses.authoring.models import DraftStep
from courses.events import CoursePublished
from courses.models import ChangedClause, Course, CourseVersion, Lesson, LessonText, RedoLesson
from courses.review import signoffs
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid
from lms.base.events import announce
from lms.base.i18n import LANGUAGES, gettext


@dataclass(frozen=True)
class Choice:
    """What a publication means: the same in better words, or a change of what is taught.

    A material one names the `clauses` whose rule it teaches differently and the `lessons` to be done again, by
    address; `who` of `redo.AUDIENCES` has to do them until the day `by`.
    """

    change: Literal["minor", "material"] = "minor"
    clauses: tuple[str, ...] = ()
    lessons: tuple[str, ...] = ()
    who: str | None = None
    by: date | None = None

    @property
    def asks(self) -> bool:
        """Whether anybody has to do anything again."""
        return self.change == "material" and self.who is not None and bool(self.lessons)


MINOR = Choice()


class OtherNumbers(Conflict):
    """A publication would touch other people than its author was shown: somebody went on meanwhile."""


def publish(
    session: Session,
    course_id: int,
    person_id: int,
    note: str,
    choice: Choice = MINOR,
    *,
    seen: redo.Reach | None = None,
) -> CourseVersion:
    """Make the draft the live version; the one before is retired. Who begins from now on gets the new text.

    `seen` is whom it reaches as the author was shown. Raises `Conflict` when there is no draft (somebody published it
    a moment ago) or when it says the same as the live version, `OtherNumbers` when it would reach other people than
    were shown, and `Invalid` when something is missing or faulty in the draft or in the choice.
    """
    drafts.lock(session, course_id)
    draft, live = drafts.edition(session, course_id, "draft"), drafts.edition(session, course_id, "published")
    if draft is None:
        raise _nothing_to_publish(live)
    if session.get_one(Course, course_id).retired_at is not None:
        raise Conflict(gettext("This course is retired. Bring it back before you publish."))
    note = drafts.line(note)
    _refuse_faults(session, draft, live)
    if live is None:
        choice = MINOR
    _refuse_half_a_choice(session, draft, note, choice)
    reach = redo.reach(session, course_id, draft.id, choice.lessons, choice.who if choice.asks else None)
    if seen is not None and seen != reach:
        raise OtherNumbers(gettext("The numbers have changed since you looked at them. Look again, and publish then."))
    _go_live(session, draft, live, person_id, note, choice)
    if choice.asks:
        redo.ask(session, draft, choice.lessons)
        letters.ask_again(session, draft)
    said = {"version": draft.number, "change": draft.change, "asked": reach.asked, "moved": reach.moved}
    audit.record(session, "published a course", f"course:{course_id}", actor_id=person_id, **said)
    announce(session, CoursePublished(course_id=course_id, version_id=draft.id, change=draft.change or ""))
    return draft


def _refuse_faults(session: Session, draft: CourseVersion, live: CourseVersion | None) -> None:
    """Raise what stands in the way in the draft itself. An empty translation that was never live is left out."""
    live_id = live.id if live else None
    unsigned = signoffs.missing(session, draft, live)  # of the words that were read, empty translations among them
    differing = _without_empty_translations(session, comparison.differing(session, draft.id, live_id), draft.id)
    if live is not None and not differing and not comparison.reshaped(session, draft.id, live.id):
        raise Conflict(gettext("Draft %(number)s says the same as the live version.", number=draft.number))
    if missing := settings.missing(session, session.get_one(Course, draft.course_id)):
        raise Invalid(" ".join(missing))
    if faults := comparison.faults(differing, draft.id) + nature.faults(session, draft.id):
        raise Invalid(_sentence(faults))
    if unsigned:
        raise Invalid(" ".join(unsigned))


def _refuse_half_a_choice(session: Session, draft: CourseVersion, note: str, choice: Choice) -> None:
    if choice.change == "minor":
        return
    if not note:
        raise Invalid(gettext("Say in a sentence what changed: people read it who have to do lessons again."))
    if choice.lessons and choice.who not in redo.AUDIENCES:
        raise Invalid(gettext("Choose who has to do the lessons again."))
    if choice.asks and choice.by is None:
        raise Invalid(gettext("Choose the day until which the lessons are to be done again."))
    if choice.asks and choice.by and choice.by < clock.today():
        raise Invalid(gettext("That day is in the past. Choose today or a later day."))
    rows = session.execute(select(Lesson.slug, Lesson.optional).where(Lesson.version_id == draft.id))
    known: dict[str, bool] = dict(rows.all())
    if not known.keys() >= set(choice.lessons):
        raise Invalid(gettext("A lesson you chose is not in the draft any more. Choose again."))
    if any(known[slug] for slug in choice.lessons):
        raise Invalid(gettext("An optional lesson is asked of nobody, so nobody can do it again. Choose others."))


def _go_live(
    session: Session, draft: CourseVersion, live: CourseVersion | None, person_id: int, note: str, choice: Choice
) -> None:
    if live is not None:
        live.status = "superseded"
        session.flush()
    if choice.change == "material":
        session.add_all(ChangedClause(version_id=draft.id, code=code) for code in dict.fromkeys(choice.clauses))
        session.add_all(RedoLesson(version_id=draft.id, lesson=lesson) for lesson in dict.fromkeys(choice.lessons))
        session.flush()
    session.execute(delete(DraftStep).where(DraftStep.version_id == draft.id))
    draft.status, draft.note = "published", note
    draft.published_at, draft.published_by = clock.now(), person_id
    draft.change = choice.change if live else "first"
    if choice.asks:
        draft.redo_who, draft.redo_by = choice.who, choice.by
    session.flush()


def _without_empty_translations(session: Session, differing: Sequence[StoredText], draft_id: int) -> list[StoredText]:
    """The texts without translations of the draft that were begun and never live, which are deleted for good."""
    live = {(text.slug, text.language, text.variant) for text in differing if text.version_id != draft_id}
    begun = [
        text
        for text in differing
        if text.version_id == draft_id
        and text.language != ORIGINAL
        and proofreading.is_empty(text.html)
        and (text.slug, text.language, text.variant) not in live
    ]
    if begun:
        which = (
            and_(Lesson.slug == text.slug, LessonText.language == text.language, LessonText.variant == text.variant)
            for text in begun
        )
        rows = session.scalars(
            select(LessonText)
            .join(Lesson, Lesson.id == LessonText.lesson_id)
            .where(LessonText.version_id == draft_id, or_(*which))
        )
        for row in rows:
            session.delete(row)
        session.flush()
    return [text for text in differing if text not in begun]


def _nothing_to_publish(live: CourseVersion | None) -> Conflict:
    if live is None:
        return Conflict(gettext("There is no draft to publish."))
    return Conflict(
        gettext(
            "There is no draft to publish. Version %(number)s is live; perhaps somebody published it a moment ago.",
            number=live.number,
        )
    )


def _sentence(faults: list[comparison.Fault]) -> str:
    first = faults[0]
    words = gettext(
        "“%(title)s” (%(language)s): %(fault)s",
        title=first.title,
        language=LANGUAGES.get(first.language, first.language),
        fault=first.sentence,
    )
    if len(faults) == 1:
        return words
    return words + " " + gettext("And %(count)s more.", count=len(faults) - 1)
