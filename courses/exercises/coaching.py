"""Reading reflections and answering them: for the learner's manager, and for coaches."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment, LessonRedo
from courses.exercises.entries import LONGEST
from courses.exercises.models import CoachAnswer, ExerciseEntry
from courses.models import Course, Lesson, LessonItem, LessonText
from lms.base import audit, clock, outbox
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import force_locale, gettext, pick
from lms.base.settings import in_force
from lms.people.models import Person, PersonRole

_later = aliased(ExerciseEntry)
_NEWEST = ~exists().where(
    _later.enrollment_id == ExerciseEntry.enrollment_id,
    _later.lesson == ExerciseEntry.lesson,
    _later.item.is_(None),
    _later.id > ExerciseEntry.id,
)
_ASKED_AGAIN = exists().where(
    LessonRedo.enrollment_id == ExerciseEntry.enrollment_id,
    LessonRedo.lesson == ExerciseEntry.lesson,
    LessonRedo.asked_at >= ExerciseEntry.made_at,
)


@dataclass(frozen=True)
class Reflection:
    """A reflection that waits for an answer, with the questions it answers and the lesson it belongs to."""

    id: int
    learner: str
    lesson: str
    questions: tuple[str, ...]
    words: str
    made_at: datetime


def _waiting(coach_id: int) -> Select[ExerciseEntry, Person, Lesson, Course]:
    return (
        select(ExerciseEntry, Person, Lesson, Course)
        .join(Enrollment, Enrollment.id == ExerciseEntry.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
        .join(Lesson, and_(Lesson.version_id == ExerciseEntry.version_id, Lesson.slug == ExerciseEntry.lesson))
        .outerjoin(CoachAnswer, CoachAnswer.entry_id == ExerciseEntry.id)
        .where(
            Lesson.exercise == "reflection",
            CoachAnswer.id.is_(None),
            _NEWEST,
            ~_ASKED_AGAIN,
            _coached_by(coach_id),
            Person.status != "left",
        )
        .order_by(ExerciseEntry.id)
    )


def _coached_by(coach_id: int) -> ColumnElement[bool]:
    """The people somebody may answer: her own reports, and everybody but herself when she is a coach."""
    is_coach = exists().where(PersonRole.person_id == coach_id, PersonRole.role == "coach")
    return and_(Person.id != coach_id, or_(Person.manager_id == coach_id, is_coach))


def waiting(session: Session, coach_id: int) -> list[Reflection]:
    """The reflections that wait for this coach, the oldest first. Three statements, however many."""
    rows = session.execute(_waiting(coach_id)).all()
    lessons = [lesson.id for _, _, lesson, _ in rows]
    titles = _titles(session, lessons)
    questions = _questions(session, lessons)
    return [
        Reflection(
            id=entry.id,
            learner=person.name,
            lesson=pick(titles[lesson.id]),
            questions=pick(questions[lesson.id]) if questions.get(lesson.id) else (),
            words=entry.words,
            made_at=entry.made_at,
        )
        for entry, person, lesson, _ in rows
    ]


def answer(session: Session, coach_id: int, entry_id: int, *, signed: bool, words: str) -> None:
    """Sign a reflection, or ask for more.

    Raises `NotFound` for one that is not hers to answer, `Conflict` for one that was answered, and `Invalid`.
    """
    session.execute(select(ExerciseEntry.id).where(ExerciseEntry.id == entry_id).with_for_update(key_share=True))
    row = session.execute(_waiting(coach_id).where(ExerciseEntry.id == entry_id)).one_or_none()
    if row is None:
        if session.scalar(_readable(coach_id, entry_id)):
            raise Conflict(gettext("This reflection was answered already, or replaced by a newer one."))
        raise NotFound
    if not signed and not words:
        raise Invalid(gettext("Say what is missing, so that it can be put right."))
    if len(words) > LONGEST:
        raise Invalid(gettext("This is longer than %(most)s letters. Make it shorter.", most=LONGEST))
    entry, learner, lesson, course = row
    session.add(CoachAnswer(entry_id=entry_id, coach_id=coach_id, signed=signed, words=words, answered_at=clock.now()))
    session.flush()
    deed = "signed a reflection" if signed else "asked for more"
    audit.record(session, deed, f"exercise_entry:{entry.id}", actor_id=coach_id)
    _tell_learner(session, entry.id, learner, _titles(session, [lesson.id])[lesson.id], course, lesson.slug, signed)


def _readable(coach_id: int, entry_id: int) -> Select[int]:
    return (
        select(ExerciseEntry.id)
        .join(Enrollment, Enrollment.id == ExerciseEntry.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .where(ExerciseEntry.id == entry_id, ExerciseEntry.item.is_(None), _coached_by(coach_id))
    )


def tell_manager(session: Session, entry: ExerciseEntry) -> None:
    """Tell the learner's manager that a reflection waits; nothing of what it says."""
    manager = aliased(Person)
    row = session.execute(
        select(Person, manager)
        .join(Enrollment, Enrollment.person_id == Person.id)
        .join(manager, manager.id == Person.manager_id)
        .where(Enrollment.id == entry.enrollment_id, manager.status != "left")
    ).one_or_none()
    if row is None:
        return
    learner, reader = row
    with force_locale(reader.language):
        subject = gettext("%(name)s asks you to read a reflection", name=learner.name)
        sentence = gettext("It belongs to a lesson, and waits for your answer here:")
        body = _letter(reader, sentence, f"{in_force().base_url}/coaching")
    outbox.queue(session, key=f"reflection:{entry.id}:asked", recipient=reader.email, subject=subject, body=body)


def _tell_learner(
    session: Session, entry_id: int, learner: Person, titles: dict[str, str], course: Course, lesson: str, signed: bool
) -> None:
    with force_locale(learner.language):
        title = pick(titles, learner.language)
        if signed:
            subject = gettext("Your reflection is signed: %(lesson)s", lesson=title)
            sentence = gettext("Your coach read your reflection and signed it. You can finish the lesson:")
        else:
            subject = gettext("Your coach asks for more: %(lesson)s", lesson=title)
            sentence = gettext("Your coach read your reflection and asks for something more. The answer stands here:")
        body = _letter(learner, sentence, f"{in_force().base_url}/courses/{course.slug}/{lesson}")
    outbox.queue(session, key=f"reflection:{entry_id}:answered", recipient=learner.email, subject=subject, body=body)


def _letter(reader: Person, sentence: str, address: str) -> str:
    greeting = gettext("Hello %(name)s,", name=reader.given_name)
    return f"{greeting}\n\n{sentence}\n{address}\n"


def _titles(session: Session, lessons: list[int]) -> dict[int, dict[str, str]]:
    rows = session.execute(
        select(LessonText.lesson_id, LessonText.language, LessonText.title).where(
            LessonText.lesson_id.in_(lessons), LessonText.variant == ""
        )
    )
    found: dict[int, dict[str, str]] = {}
    for lesson_id, language, title in rows:
        found.setdefault(lesson_id, {})[language] = title
    return found


def _questions(session: Session, lessons: list[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    rows = session.execute(
        select(LessonItem.lesson_id, LessonItem.language, LessonItem.words)
        .where(LessonItem.lesson_id.in_(lessons))
        .order_by(LessonItem.position)
    )
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for lesson_id, language, words in rows:
        own = found.setdefault(lesson_id, {})
        own[language] = (*own.get(language, ()), words)
    return found
