"""Doing exercises: lines ticked, reflections handed in, entries of a listening log. Nothing handed in ever changes."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.catalog import LessonView
from courses.enrollment_models import Enrollment, LessonRedo
from courses.exercises.models import CoachAnswer, ExerciseEntry
from lms.base import clock
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext, ngettext, pick
from lms.people.models import Person

FEWEST_WORDS = 20
"""Words of a reflection: less says nothing that a coach could answer."""
LONGEST = 5000
"""Letters of a reflection, or of an entry in a log."""
LONGEST_PLACE = 200


@dataclass(frozen=True)
class Work:
    """What a learner has done of an exercise since it was last asked of her.

    `ticked` are the places of lines, counted from 1. `reflection` is the one handed in last, and `answer` what a
    coach said of it, signed by `coach`. `entries` are those of a log, the newest first.
    """

    ticked: frozenset[int]
    reflection: ExerciseEntry | None
    answer: CoachAnswer | None
    coach: str
    entries: tuple[ExerciseEntry, ...]

    @property
    def signed(self) -> bool:
        return self.answer is not None and self.answer.signed


NOTHING = Work(frozenset(), None, None, "", ())


def work(session: Session, enrollment_id: int, lesson: str) -> Work:
    """What a learner has done of an exercise. One statement."""
    asked = (
        select(func.max(LessonRedo.asked_at))
        .where(LessonRedo.enrollment_id == enrollment_id, LessonRedo.lesson == lesson)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ExerciseEntry, CoachAnswer, Person)
        .outerjoin(CoachAnswer, CoachAnswer.entry_id == ExerciseEntry.id)
        .outerjoin(Person, Person.id == CoachAnswer.coach_id)
        .where(
            ExerciseEntry.enrollment_id == enrollment_id,
            ExerciseEntry.lesson == lesson,
            (asked.is_(None)) | (ExerciseEntry.made_at > asked),
        )
        .order_by(ExerciseEntry.id.desc())
    ).all()
    if not rows:
        return NOTHING
    newest, answer, coach = rows[0]
    return Work(
        ticked=frozenset(entry.item for entry, _, _ in rows if entry.item is not None),
        reflection=newest if newest.item is None else None,
        answer=answer,
        coach=coach.name if coach else "",
        entries=tuple(entry for entry, _, _ in rows if entry.item is None),
    )


def tick(session: Session, enrollment: Enrollment, lesson: LessonView, items: set[int]) -> None:
    """A learner ticks lines of a checklist. What is ticked stays ticked. Raises `NotFound` for a line not there."""
    lines = range(1, len(lines_of(lesson)) + 1)
    if lesson.exercise != "checklist" or not items <= set(lines):
        raise NotFound
    for item in sorted(items - work(session, enrollment.id, lesson.slug).ticked):
        _add(session, enrollment, lesson, item=item)
    session.flush()


def reflect(session: Session, enrollment: Enrollment, lesson: LessonView, words: str) -> ExerciseEntry:
    """A learner hands in a reflection for a coach to read, in place of the one before. Raises `Invalid`."""
    if lesson.exercise != "reflection":
        raise NotFound
    count = len(words.split())
    if count < FEWEST_WORDS:
        raise Invalid(
            gettext(
                "A reflection has at least %(fewest)s words; this one has %(count)s.", fewest=FEWEST_WORDS, count=count
            )
        )
    _not_too_long(words)
    entry = _add(session, enrollment, lesson, words=words)
    session.flush()
    return entry


def log(session: Session, enrollment: Enrollment, lesson: LessonView, place: str, words: str) -> None:
    """A learner adds to her listening log: where she listened, and what she heard. Raises `Invalid`."""
    if lesson.exercise != "log":
        raise NotFound
    if not place or not words:
        raise Invalid(gettext("Say where you listened, and what you heard."))
    if len(place) > LONGEST_PLACE:
        raise Invalid(gettext("Say in fewer than %(most)s letters where you listened.", most=LONGEST_PLACE))
    _not_too_long(words)
    _add(session, enrollment, lesson, place=place, words=words)
    session.flush()


def left(session: Session, enrollment: Enrollment, lesson: LessonView) -> str | None:
    """What is left to do of an exercise before the lesson can be done, as a sentence; nothing when all is."""
    done = work(session, enrollment.id, lesson.slug)
    match lesson.exercise:
        case "checklist":
            return _lines_left(len(lines_of(lesson)) - len(done.ticked))
        case "log":
            return _entries_left(lesson.entries_wanted - len(done.entries))
        case _ if done.reflection is None:
            return gettext("Write your reflection first.")
        case _ if done.answer is None:
            return gettext("Your coach has not read your reflection yet. You get a mail when that is done.")
        case _ if not done.signed:
            return gettext("Your coach asks for something more. Read the answer, and hand in your reflection again.")
    return None


def _lines_left(count: int) -> str | None:
    if count <= 0:
        return None
    return ngettext("Tick the line that is left first.", "Tick the %(num)s lines that are left first.", count)


def _entries_left(count: int) -> str | None:
    if count <= 0:
        return None
    return ngettext("Your log needs %(num)s entry more.", "Your log needs %(num)s entries more.", count)


def lines_of(lesson: LessonView) -> tuple[str, ...]:
    """The lines of a checklist or the questions of a reflection, in the reader's language."""
    return pick(lesson.items) if lesson.items else ()


def _not_too_long(words: str) -> None:
    if len(words) > LONGEST:
        raise Invalid(gettext("This is longer than %(most)s letters. Make it shorter.", most=LONGEST))


def _add(
    session: Session,
    enrollment: Enrollment,
    lesson: LessonView,
    *,
    item: int | None = None,
    place: str = "",
    words: str = "",
) -> ExerciseEntry:
    assert enrollment.version_id is not None
    entry = ExerciseEntry(
        enrollment_id=enrollment.id,
        lesson=lesson.slug,
        version_id=enrollment.version_id,
        item=item,
        place=place,
        words=words,
        made_at=clock.now(),
    )
    session.add(entry)
    return entry
