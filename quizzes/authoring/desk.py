"""Making and changing quizzes. What is kept here is drawn from now on; attempts keep what they were asked.

Every deed locks the quiz first, and makes a new version of it: a version never changes.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from courses import addresses, catalog
from courses.events import CoursePublished
from courses.models import Course
from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.guidelines import catalog as guidelines
from quizzes import bank, definitions, labels, pool
from quizzes.authoring import approval, headings, keeping, proofreading, rules, spare, writing
from quizzes.authoring.rules import Rules
from quizzes.authoring.typed import Typed
from quizzes.labels import Labels
from quizzes.models import Quiz
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import Pooled, QuestionView, QuizView

PASS_MARK, QUESTIONS_DRAWN, MINUTES = 80, 10, 25
"""The rules of a new quiz, until its author sets others."""


_later = aliased(QuestionVersion)


@dataclass(frozen=True)
class Banked:
    """A question in the bank, in its newest version. `retired` ones are not drawn; `waits`: for a reviewer.

    Until then the version before is drawn, if there is one (`drawn`).
    """

    question: QuestionView
    number: int
    retired: bool
    waits: bool
    drawn: bool


@dataclass(frozen=True)
class QuizDesk:
    """A quiz as its authors see it. `open` says whether learners get it at the end of the course."""

    quiz: QuizView
    course_title: dict[str, str]
    open: bool
    questions: tuple[Banked, ...]
    pool: tuple[Pooled, ...]
    """What an exam draws from: questions of other banks too, none that are only for practice."""

    @property
    def drawable(self) -> list[QuestionView]:
        return [one.question for one in self.questions if one.drawn]

    def question(self, key: str) -> Banked:
        """A question by key. Raises `NotFound`."""
        for one in self.questions:
            if one.question.key == key:
                return one
        raise NotFound


class StaleQuestion(Conflict):
    """Somebody kept another version of the question after it was opened here."""


def of_course(session: Session, slug: str) -> tuple[Course, str | None]:
    """A course by address, and the address of its quiz if there is one. Raises `NotFound`."""
    row = session.execute(
        select(Course, Quiz.slug).outerjoin(Quiz, Quiz.course_id == Course.id).where(Course.slug == slug)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.Course, row.slug


def create(session: Session, course_slug: str, person_id: int) -> str:
    """Begin a quiz for a course, closed to learners until it is opened or the course is published. Its address."""
    course, known = of_course(session, course_slug)
    session.execute(select(Course.id).where(Course.id == course.id).with_for_update(key_share=True))
    if known or session.scalar(select(Quiz.id).where(Quiz.course_id == course.id)):
        raise Conflict(gettext("This course has a quiz already."))
    slug = addresses.from_title(course.slug, set(session.scalars(select(Quiz.slug))), "quiz")
    quiz = Quiz(slug=slug, course_id=course.id)
    session.add(quiz)
    session.flush()
    titles = headings.course_titles(session, course.id)
    begun = Rules(PASS_MARK, QUESTIONS_DRAWN, MINUTES, titles, dict.fromkeys(titles, ""))
    rules.add_version(session, quiz.id, 1, begun)
    audit.record(session, "began a quiz", f"quiz:{quiz.id}", actor_id=person_id)
    return slug


_LAST = select(func.max(_later.number)).where(_later.question_id == Question.id).correlate(Question).scalar_subquery()
_BANKED = (
    select(
        *(Question.id, Question.current_id, Question.proposed_id),
        *(QuestionVersion.id.label("version_id"), QuestionVersion.number),
    )
    .join(QuestionVersion, QuestionVersion.question_id == Question.id)
    .where(QuestionVersion.number == _LAST)
    .order_by(Question.id)
)


def desk(session: Session, slug: str) -> QuizDesk:
    """A quiz with all its questions, for its authors. Raises `NotFound`. The same number of statements for any bank."""
    quiz = definitions.live(session, slug)
    rows = session.execute(_BANKED.where(Question.quiz_id == quiz.id)).all()
    questions = definitions.questions(session, (row.version_id for row in rows))
    course = session.scalars(select(Course).where(Course.id == quiz.course_id)).one()
    return QuizDesk(
        quiz=quiz,
        course_title=headings.course_titles(session, quiz.course_id),
        open=course.quiz_slug is not None,
        questions=tuple(
            Banked(
                question=questions[row.version_id],
                number=row.number,
                retired=row.current_id is None and row.proposed_id is None,
                waits=row.proposed_id is not None,
                drawn=row.current_id is not None,
            )
            for row in rows
        ),
        pool=tuple(pool.drawable(session, quiz.id)),
    )


def set_rules(session: Session, slug: str, wanted: Rules, person_id: int) -> None:
    """Change the rules or words of a quiz. Saying the same again changes nothing.

    Raises `Invalid` with every fault, and when an open quiz could not be drawn by them any more.
    """
    quiz = locked(session, slug)
    before = rules.of(quiz)
    if wanted == before:
        return
    found = desk(session, slug)
    faults = rules.faults(wanted, before, [clause.code for clause in guidelines.live(session).clauses])
    if found.open and not rules.lacks(before, found.pool):
        faults += rules.lacks(wanted, found.pool)
    if faults:
        raise Invalid(" ".join(faults))
    rules.add_version(session, quiz.id, quiz.number + 1, wanted)
    audit.record(session, "changed a quiz", f"quiz:{quiz.id}", actor_id=person_id, version=quiz.number + 1)
    if found.open:
        catalog.set_quiz(session, quiz.course_id, slug, wanted.minutes)


def save_question(
    session: Session,
    slug: str,
    key: str | None,
    typed: Typed,
    opened: int,
    person_id: int,
    *,
    labeled: Labels | None = None,
    typo: bool = False,
) -> str:
    """Keep a question: a new one, or a new version of the one with this key. Returns its key.

    `opened` is the number of versions it had when its author opened it. Without `labeled` its labels stay. `typo` says
    that nothing but words was mended. Raises `StaleQuestion` when there are more versions now, `Invalid` with every
    fault, `Conflict`, `NotFound`.
    """
    quiz = locked(session, slug)
    faults = proofreading.faults(typed, [clause.code for clause in guidelines.live(session).clauses])
    if faults:
        raise Invalid(" ".join(faults))
    if key is None:
        keys = set(session.scalars(select(Question.key).where(Question.quiz_id == quiz.id)))
        key = addresses.from_title(typed.words[f"stem-{writing.ORIGINAL}"], keys, "question")
        question = bank.add_question(session, quiz.id, key)
    else:
        question = _question(session, quiz, key)
    last = newest(session, question.id)
    if (last.number if last else 0) != opened:
        raise StaleQuestion(gettext("Somebody else changed this question after you opened it. Yours is still here."))
    keeping.keep(session, question, last, writing.written(typed, key), person_id, typo=typo)
    keeping.keep_labels(session, question, labeled, person_id, red_line=typed.red_line)
    return key


def duplicate(session: Session, slug: str, key: str, person_id: int) -> str:
    """Begin another question that says the same as this one. Returns its key."""
    original = _question(session, locked(session, slug), key)
    last = newest(session, original.id)
    if last is None:
        raise NotFound
    typed, labeled = (
        writing.from_question(definitions.question(session, last.id)),
        labels.of_question(session, original),
    )
    return save_question(session, slug, None, typed, 0, person_id, labeled=labeled)


def retire(session: Session, slug: str, key: str, person_id: int) -> None:
    """Draw a question no more. Raises `Conflict` when an open quiz, this or another, would have too few left."""
    question = _question(session, locked(session, slug), key)
    spare.lock(session, [question.id])
    if sentence := spare.refusals(session, [question.id], spare.gone).get(question.id):
        raise Conflict(sentence)
    question.current_id = question.proposed_id = None
    audit.record(session, "retired a question", f"question:{question.id}", actor_id=person_id)


def bring_back(session: Session, slug: str, key: str, person_id: int) -> None:
    """Draw a retired question again, in its newest version; one that learners never had may need a reviewer first."""
    question = _question(session, locked(session, slug), key)
    if (last := newest(session, question.id)) is not None:
        approval.bring_back(session, question, last, person_id)
    audit.record(session, "brought back a question", f"question:{question.id}", actor_id=person_id)


def open_quiz(session: Session, slug: str, person_id: int) -> None:
    """Have the quiz close its course from now on. Raises `Invalid` while it is not ready."""
    quiz = locked(session, slug)
    if sentence := not_ready(desk(session, slug)):
        raise Invalid(sentence)
    catalog.set_quiz(session, quiz.course_id, slug, quiz.minutes)
    audit.record(session, "opened a quiz", f"quiz:{quiz.id}", actor_id=person_id)


def not_ready(found: QuizDesk) -> str:
    """Why learners cannot take the quiz yet, as a sentence; empty when they can."""
    return next(iter(rules.lacks(rules.of(found.quiz), found.pool)), "")


def course_published(session: Session, event: CoursePublished) -> None:
    """A course goes live with its quiz: the quiz must be ready, and is open from now on. Raises `Invalid` if not."""
    slug = session.scalar(select(Quiz.slug).where(Quiz.course_id == event.course_id))
    if slug is None:
        return
    found = desk(session, slug)
    if sentence := not_ready(found):
        raise Invalid(sentence)
    if not found.open:
        catalog.set_quiz(session, event.course_id, slug, found.quiz.minutes)


def locked(session: Session, slug: str) -> QuizView:
    """The newest version of a quiz, while whoever else changes it waits until this transaction ends."""
    session.execute(select(Quiz.id).where(Quiz.slug == slug).with_for_update(key_share=True))
    return definitions.live(session, slug)


def _question(session: Session, quiz: QuizView, key: str) -> Question:
    found = session.scalar(
        select(Question)
        .where(Question.quiz_id == quiz.id, Question.key == key)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def newest(session: Session, question_id: int) -> QuestionVersion | None:
    """The newest version of a question, drawn or not."""
    return session.scalar(
        select(QuestionVersion)
        .where(QuestionVersion.question_id == question_id)
        .order_by(QuestionVersion.number.desc())
        .limit(1)
    )
